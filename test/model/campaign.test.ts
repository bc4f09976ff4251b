/**
 * Model and chain side by side: `UPHELD_STORIES` stories from `UPHELD_SEED` on.
 */
import { tellSeed } from "./campaign.ts";
import { Tally } from "./tally.ts";

const RUNS = Number(process.env["UPHELD_STORIES"] ?? 40);
const SEED = Number(process.env["UPHELD_SEED"] ?? 1);
const TELLS_PROGRESS = process.env["UPHELD_PROGRESS"] !== undefined;

describe(`the model and the chain (UPHELD_SEED=${SEED}, UPHELD_STORIES=${RUNS})`, () => {
  const tally = new Tally();

  it(`tell ${RUNS} stories alike`, async function () {
    this.timeout(0);
    const began = performance.now();
    for (let i = 0; i < RUNS; ++i) {
      await tellSeed(SEED + i, tally);
      if (TELLS_PROGRESS && (i + 1) % 20 === 0) {
        const seconds = Math.round((performance.now() - began) / 1000);
        process.stderr.write(`${i + 1} of ${RUNS} stories, ${seconds} s\n`);
      }
    }
    if (TELLS_PROGRESS) process.stdout.write(`${tally.text}\n`);
  });
});
