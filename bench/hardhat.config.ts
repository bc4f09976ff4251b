import base from "../hardhat.config.ts";

/** Views may use what a node gives an `eth_call`, which is more than what a transaction may use. */
export default {
  ...base,
  networks: {
    default: { type: "edr-simulated" as const, transactionGasCap: false as const, blockGasLimit: 1_000_000_000 },
  },
};
