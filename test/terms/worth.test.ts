import { expect } from "chai";
import { periodOf } from "../../src/terms/calendar.ts";
import { worthOf } from "../../src/terms/worth.ts";
import { sampleTerms } from "./sample-terms.ts";

const TOTAL = 31n * 86_400n;
const counts = (bad: bigint) => [{ total: TOTAL, bad, excluded: 0n }];

describe("worthOf", () => {
  const terms = sampleTerms();
  const january = periodOf(terms, 0);
  const worth = (first: bigint, second: bigint) => worthOf(terms, january, counts(first), counts(second));

  it("is nothing on the same step of the table, to the second", () => {
    // below 99 %: more than 26,784 s; below 95 %: more than 133,920 s
    expect(worth(26_785n, 133_920n)).to.deep.equal({
      first: 250_000_000n,
      second: 250_000_000n,
      claimant: undefined,
      refused: [],
    });
    expect(worth(26_785n, 133_921n)).to.deep.include({ second: 500_000_000n, claimant: "client" });
    expect(worth(26_785n, 26_784n)).to.deep.include({ second: 100_000_000n, claimant: "provider" });
  });

  it("says why the contract would not take the counts", () => {
    const short = [{ total: TOTAL - 1n, bad: 0n, excluded: 0n }];
    expect(worthOf(terms, january, counts(0n), short).refused).to.deep.equal([
      "indicator 1: total is 2678399, the period has 2678400",
    ]);
  });

  it("is nothing in a burn-in", () => {
    const lenient = sampleTerms({ burnInPeriods: 1 });
    expect(worthOf(lenient, january, counts(0n), counts(TOTAL)).claimant).to.equal(undefined);
  });
});
