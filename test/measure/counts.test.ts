import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { parseCounts } from "../../src/measure/counts.ts";

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem.code;
    throw error;
  }
  return undefined;
};

describe("parseCounts", () => {
  it("reads total, bad and excluded", () => {
    expect(parseCounts("2678400, 4740,60")).to.deep.equal({ total: 2_678_400n, bad: 4_740n, excluded: 60n });
  });

  it("takes nothing excluded when it is not said", () => {
    expect(parseCounts("100,1")).to.deep.equal({ total: 100n, bad: 1n, excluded: 0n });
  });

  for (const text of ["", "100", "1,2,3,4", "1,-2,0", "1.5,0,0", "1e3,0,0", "1,,0"]) {
    it(`refuses "${text}"`, () => {
      expect(codeOf(() => parseCounts(text))).to.equal("counts.malformed");
    });
  }

  it("takes the largest count a report can hold and refuses one more", () => {
    expect(parseCounts("18446744073709551615,0").total).to.equal(2n ** 64n - 1n);
    expect(codeOf(() => parseCounts("18446744073709551616,0"))).to.equal("counts.too-large");
  });
});
