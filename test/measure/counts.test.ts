import { expect } from "chai";
import { UpheldError } from "../../src/errors.ts";
import { checkCounts, parseCounts } from "../../src/measure/counts.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";

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

describe("checkCounts", () => {
  const period = { start: 1_000n, end: 1_100n };
  const counted = (mode: Indicator["mode"]): Indicator => ({
    id: 1,
    unit: Unit.Seconds,
    mode,
    instances: 2n,
    excludedCap: 50n,
  });
  const code = (total: bigint, bad: bigint, excluded: bigint, mode: Indicator["mode"]) =>
    codeOf(() => {
      checkCounts({ total, bad, excluded }, counted(mode), period);
    });

  for (const [mode, total, bad, excluded, expected] of [
    [Mode.Count, 10n, 10n, 0n, undefined],
    [Mode.Count, 10n, 11n, 0n, "counts.bad-above-total"],
    [Mode.Count, 0n, 0n, 0n, undefined],
    [Mode.DowntimeOnly, 200n, 150n, 50n, undefined],
    [Mode.DowntimeOnly, 200n, 151n, 50n, "counts.sum"],
    [Mode.DowntimeOnly, 199n, 0n, 0n, "counts.total"],
    [Mode.DowntimeOnly, 201n, 0n, 0n, "counts.total"],
    [Mode.Denominator, 160n, 160n, 40n, undefined],
    [Mode.Denominator, 160n, 0n, 39n, "counts.total"],
    [Mode.Denominator, 160n, 0n, 41n, "counts.total"],
  ] as const) {
    it(`${expected === undefined ? "takes" : "refuses"} ${total},${bad},${excluded} in mode ${mode}`, () => {
      expect(code(total, bad, excluded, mode)).to.equal(expected);
    });
  }
});
