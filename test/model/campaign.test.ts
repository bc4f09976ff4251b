/**
 * Model and chain side by side: `UPHELD_STORIES` stories from `UPHELD_SEED` on. The gate's own seed never changes, so
 * that what it has to have seen is always the same.
 */
import { expect } from "chai";
import { tellSeed } from "./campaign.ts";
import { Tally } from "./tally.ts";

const GATE = { runs: 100, seed: 1 };
const RUNS = Number(process.env["UPHELD_STORIES"] ?? GATE.runs);
/** Fewer stories, except those of the gate, cannot be expected to show everything. */
const ENOUGH = 500;
const SEED = Number(process.env["UPHELD_SEED"] ?? GATE.seed);
const TELLS_PROGRESS = process.env["UPHELD_PROGRESS"] !== undefined;

describe(`the model and the chain (UPHELD_SEED=${SEED}, UPHELD_STORIES=${RUNS})`, () => {
  const tally = new Tally();

  it(`tell ${RUNS} stories alike`, async function () {
    this.timeout(0);
    const began = performance.now();
    for (let i = 0; i < RUNS; ++i) {
      await tellSeed(SEED + i, tally);
      if (TELLS_PROGRESS && (i + 1) % 20 === 0) tellProgress(i + 1, performance.now() - began);
    }
    if (TELLS_PROGRESS) process.stdout.write(`${tally.text}\n`);
  });

  if (RUNS >= ENOUGH || (RUNS === GATE.runs && SEED === GATE.seed)) {
    it("saw everything that can happen", () => {
      expect(tally.missing).to.deep.equal([]);
    });
  }
});

function tellProgress(stories: number, milliseconds: number): void {
  const left = (milliseconds / stories) * (RUNS - stories);
  const seconds = [milliseconds, left].map((time) => `${Math.round(time / 1000)} s`);
  process.stderr.write(`${stories} of ${RUNS} stories alike, ${seconds[0]}, ${seconds[1]} left\n`);
}
