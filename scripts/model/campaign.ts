/**
 * The long campaign: random stories told to the model and to the real contracts.
 * `npm run campaign:model -- --runs 1000 --seed 1`; the story of one seed again: `--seed 17 --runs 1`.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const { runs, seed } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
  },
}).values;
for (const [name, value] of Object.entries({ runs, seed })) {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name} is ${value}, must be a whole number`);
}

const child = spawn("hardhat", ["test", "mocha", "test/model/campaign.test.ts"], {
  env: { ...process.env, UPHELD_STORIES: runs, UPHELD_SEED: seed, UPHELD_PROGRESS: "1" },
  stdio: "inherit",
});
child.on("close", (code) => (process.exitCode = code ?? 1));
