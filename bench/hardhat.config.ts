import base from "../hardhat.config.ts";

/**
 * Views may use what a node gives an `eth_call`, which is more than what a transaction may use. Calls get plenty of gas
 * instead of an estimate each, which would take longer than the call.
 */
export default {
  ...base,
  networks: {
    default: {
      type: "edr-simulated" as const,
      gas: 15_000_000,
      transactionGasCap: false as const,
      blockGasLimit: 1_000_000_000,
    },
  },
};
