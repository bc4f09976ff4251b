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

/**
 * Folders are read in whatever order the disk gives: in a fixed one the generated types are the same on every machine.
 * It sorts in place, before the toolbox's types are generated from the same list.
 */
const orderedTypes: HardhatPlugin = {
  id: "ordered-types",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            processArtifactsAfterSuccessfulBuild(_context, artifactPaths) {
              (artifactPaths as string[]).sort();
              return Promise.resolve();
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

/** Chance in Solidity tests: the same every time unless a campaign draws it; and how many stories an invariant is told. */
const SEED = process.env["UPHELD_INVARIANT_SEED"];
const STORIES = Number(process.env["UPHELD_INVARIANT_RUNS"] ?? 256);

export default defineConfig({
  plugins: [orderedTypes, toolbox, quietDependencies],
  solidity: { profiles: { default: compiler, production: compiler } },
  paths: { ignition: "deploy" },
  typechain: { outDir: "typechain-types" },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      fuzz: { runs: 512, ...(SEED === undefined ? {} : { seed: SEED }) },
      invariant: { runs: STORIES, depth: 100, failOnRevert: true },
    },
  },
});
