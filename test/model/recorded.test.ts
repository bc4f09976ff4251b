/** What the chain answered once, without a chain: quick enough to hold every mutant of the model. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { read, seenBy } from "./recorded.ts";

const RECORDED = new URL("recorded.txt", import.meta.url);

describe("the model and what the chain once answered (npm run record:model)", () => {
  for (const recording of read(readFileSync(RECORDED, "utf8"))) {
    it(`tell story ${recording.seed} alike`, () => {
      expect(seenBy(recording)).to.deep.equal(recording.seen);
    });
  }
});
