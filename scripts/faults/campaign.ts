/**
 * The long fault campaign: the oracle's job, killed at random over many agreements.
 * `npm run campaign:faults -- --kills 100 --agreements 200 --seed 1`
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const { kills, agreements, seed } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    agreements: { type: "string", default: "200" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
  },
}).values;
for (const [name, value] of Object.entries({ kills, agreements, seed })) {
  if (!/^\d{1,6}$/.test(value)) throw new Error(`--${name} is ${value}, must be a whole number`);
}

const child = spawn("hardhat", ["test", "mocha", "test/oracle/faults.test.ts"], {
  env: { ...process.env, UPHELD_FAULT_KILLS: kills, UPHELD_FAULT_AGREEMENTS: agreements, UPHELD_SEED: seed },
  stdio: "inherit",
});
child.on("close", (code) => (process.exitCode = code ?? 1));
