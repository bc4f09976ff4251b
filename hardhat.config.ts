import { fileURLToPath } from "node:url";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import "dotenv/config";
import { defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** What the compiler warns of in a dependency's sources is theirs to mend; ours must have none, which the gate checks. */
const quietDependencies: HardhatPlugin = {
  id: "quiet-dependencies",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            async getCompilationJobErrors(context, job, output, next) {
              const errors = await next(context, job, output);
              return errors.filter(
                (error) => error.severity === "error" || !error.formattedMessage?.includes("node_modules/"),
              );
            },
          }),
      }),
  },
};

// The compiler comes from npm, pinned by the lock file: nothing is downloaded at build time.
const compiler = {
  version: "0.8.37",
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: {
    optimizer: { enabled: true, runs: 200 },
    viaIR: true,
    evmVersion: "cancun",
  },
};

export default defineConfig({
  plugins: [toolbox, quietDependencies],
  solidity: { profiles: { default: compiler, production: compiler } },
  paths: { ignition: "deploy" },
  typechain: { outDir: "typechain-types" },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      fuzz: { runs: 512 },
      invariant: { runs: 32, depth: 64, failOnRevert: true },
    },
  },
});
