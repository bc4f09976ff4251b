import type { HardhatPlugin } from "hardhat/types/plugins";
import base from "../../../hardhat.config.ts";
import { connected, hits, settingFor } from "./chains.ts";

const settings = settingFor(process.env);

/** Every block of every chain is mined under the coinbase that says which mutant is on; a revert would forget it. */
const mutantIsOn: HardhatPlugin = {
  id: "mutant-is-on",
  hookHandlers: {
    network: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            async newConnection(context, next) {
              const connection = await next(context);
              await connected(connection);
              return connection;
            },
            async onRequest(context, connection, request, next) {
              const response = await next(context, connection, request);
              if (request.method === "evm_revert") await connected(connection);
              return response;
            },
            ...(settings.counts ? { onCoverageData: counted } : {}),
          }),
      }),
  },
};

function counted(_context: unknown, tags: string[]): Promise<void> {
  hits(tags);
  return Promise.resolve();
}

/** Contracts with all their mutants in them are larger than a chain takes. */
export default {
  ...base,
  plugins: [...(base.plugins ?? []), mutantIsOn],
  paths: { ...base.paths, artifacts: settings.artifacts, cache: "cache/mutants/hardhat" },
  networks: {
    ...base.networks,
    default: {
      type: "edr-simulated" as const,
      allowUnlimitedContractSize: true,
      transactionGasCap: false as const,
      blockGasLimit: settings.blockGasLimit,
      gas: 20_000_000,
    },
  },
};
