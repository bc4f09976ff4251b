/** Ten times the stories that the gate tells, under a new seed: `UPHELD_INVARIANT_SEED=0x…` repeats one, `UPHELD_INVARIANT_RUNS` says how many. */
import { randomBytes } from "node:crypto";
import { run } from "../gate/run.ts";

const RUNS = 2560;

const seed = process.env["UPHELD_INVARIANT_SEED"] ?? `0x${randomBytes(32).toString("hex")}`;
const runs = process.env["UPHELD_INVARIANT_RUNS"] ?? String(RUNS);

process.stdout.write(`${runs} stories of 100 acts for each invariant (UPHELD_INVARIANT_SEED=${seed})\n`);
const began = performance.now();
const { code, output } = await run(
  { UPHELD_INVARIANT_SEED: seed, UPHELD_INVARIANT_RUNS: runs },
  "hardhat",
  "test",
  "solidity",
  "--grep",
  "invariant",
);
process.stdout.write(`${output.trim()}\n${Math.round((performance.now() - began) / 1000)} s\n`);
process.exitCode = code;
