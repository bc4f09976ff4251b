import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { parseCounts } from "../../src/measure/counts.ts";

const problemOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  return undefined;
};

const hint = "counts are whole units: total,bad,excluded, for example 2678400,4740,0";

describe("parseCounts", () => {
  it("reads total, bad and excluded", () => {
    expect(parseCounts("2678400, 4740,60")).to.deep.equal({ total: 2_678_400n, bad: 4_740n, excluded: 60n });
  });

  it("takes nothing excluded when it is not said", () => {
    expect(parseCounts("100,1")).to.deep.equal({ total: 100n, bad: 1n, excluded: 0n });
  });

  for (const text of ["", "100", "1,2,3,4", "1,-2,0", "1.5,0,0", "1e3,0,0", "1,,0", "1,2,", "x1,2"]) {
    it(`refuses "${text}"`, () => {
      const message = `"${text}" is not a measurement`;
      expect(problemOf(() => parseCounts(text))).to.deep.equal({ code: "counts.malformed", message, hint });
    });
  }

  it("takes the largest count a report can hold and refuses one more", () => {
    expect(parseCounts("18446744073709551615,0").total).to.equal(2n ** 64n - 1n);
    expect(problemOf(() => parseCounts("1,2,18446744073709551616"))).to.deep.equal({
      code: "counts.too-large",
      message: "18446744073709551616 is more than the largest count, 18446744073709551615",
      hint,
    });
  });
});
