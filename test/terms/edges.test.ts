import { expect } from "chai";
import { periodOf } from "../../src/terms/calendar.ts";
import { objectiveShare, pledgeOf, tableCredit } from "../../src/terms/credit.ts";
import { checkMeasurements } from "../../src/terms/measurements.ts";
import { contradictions, formatTier, parseTier } from "../../src/terms/tiers.ts";
import { type Indicator, type Measurement, Mode, PPB, Test, type Tier, Unit } from "../../src/terms/types.ts";
import { workedTable } from "../../src/terms/worked.ts";
import { flat, sampleTerms } from "./sample-terms.ts";

const PERCENT = PPB / 100n;
const SECONDS = 2_678_400n;
const slope = (credit: bigint): Tier => ({ ...flat(Test.MoreThan, 0n, credit), proportional: true });
const of = (total: bigint, bad: bigint, excluded = 0n): Measurement => ({ total, bad, excluded });

describe("the greatest of shares with different denominators", () => {
  it("is found without dividing", () => {
    const share = (bad: bigint, ...tiers: Tier[]) => objectiveShare({ indicator: 0, tiers }, of(3n, bad));
    // a third of 100 % against 33 and 34 %
    expect(share(1n, slope(PPB), flat(Test.MoreThan, 0n, 33n * PERCENT))).to.deep.equal({ num: PPB, den: 3n });
    expect(share(1n, flat(Test.MoreThan, 0n, 33n * PERCENT), slope(PPB))).to.deep.equal({ num: PPB, den: 3n });
    expect(share(1n, slope(PPB), flat(Test.MoreThan, 0n, 34n * PERCENT))).to.deep.equal({
      num: 34n * PERCENT,
      den: 1n,
    });
    expect(share(1n, flat(Test.MoreThan, 0n, 34n * PERCENT), slope(PPB))).to.deep.equal({
      num: 34n * PERCENT,
      den: 1n,
    });
  });
});

describe("a credit", () => {
  it("needs a measurement for each indicator", () => {
    expect(() => tableCredit(sampleTerms(), 1_000n, [])).to.throw(RangeError, "no measurement for indicator 0");
  });

  it("takes the greatest objective wherever it stands", () => {
    const objectives = [
      { indicator: 0, tiers: [flat(Test.MoreThan, 0n, 25n * PERCENT)] },
      { indicator: 0, tiers: [flat(Test.MoreThan, 0n, 10n * PERCENT)] },
    ];
    const terms = sampleTerms({ combination: 2, objectives });
    expect(tableCredit(terms, 1_000n, [of(10n, 1n)])).to.equal(250n);
    expect(tableCredit({ ...terms, objectives: objectives.toReversed() }, 1_000n, [of(10n, 1n)])).to.equal(250n);
  });

  it("asks for the same pledge whichever side claims more", () => {
    const terms = sampleTerms({ pledge: 0n });
    expect(pledgeOf(terms, 300n, 1_000n)).to.equal(70n);
    expect(pledgeOf(terms, 1_000n, 300n)).to.equal(70n);
    expect(pledgeOf(terms, 300n, 300n)).to.equal(0n);
  });
});

describe("counts that the contract would refuse", () => {
  const january = () => periodOf(sampleTerms(), 0);
  const uptime: Indicator = { id: 7, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 60n };
  const told = (m: Measurement, indicator = uptime) =>
    checkMeasurements(sampleTerms({ indicators: [indicator] }), january(), [m]).map(
      ({ code, message }) => `${code}: ${message}`,
    );
  const MOST = 2n ** 64n - 1n;
  const tickets: Indicator = { ...uptime, unit: Unit.Tickets, mode: Mode.Count, excludedCap: MOST };
  const leaves: Indicator = { ...uptime, mode: Mode.Denominator };

  const refused: [m: Measurement, indicator: Indicator, says: string][] = [
    [of(10n, 11n), tickets, "measurement.bad-above-total: indicator 7: bad is 11, above the total of 10"],
    [of(10n, -1n), tickets, `measurement.out-of-range: indicator 7: bad is -1, must be 0 to ${MOST}`],
    [of(MOST + 1n, 0n), tickets, `measurement.out-of-range: indicator 7: total is ${MOST + 1n}, must be 0 to ${MOST}`],
    [of(10n, 0n, -1n), tickets, `measurement.out-of-range: indicator 7: excluded is -1, must be 0 to ${MOST}`],
    [of(SECONDS, 0n, 61n), uptime, "measurement.excluded-above-cap: indicator 7: excluded is 61, above the cap of 60"],
    [of(1n, 0n), uptime, `measurement.total-differs: indicator 7: total is 1, the period has ${SECONDS}`],
    [
      of(SECONDS, SECONDS, 1n),
      uptime,
      `measurement.more-than-total: indicator 7: bad and excluded are ${SECONDS + 1n}, above the total of ${SECONDS}`,
    ],
    [
      of(SECONDS, 0n, 1n),
      leaves,
      `measurement.total-differs: indicator 7: total and excluded are ${SECONDS + 1n}, the period has ${SECONDS}`,
    ],
  ];
  for (const [m, indicator, says] of refused) {
    it(says, () => {
      expect(told(m, indicator)).to.deep.equal([says]);
    });
  }

  it("are counts of another number of indicators", () => {
    expect(checkMeasurements(sampleTerms(), january(), [])).to.deep.equal([
      { code: "measurement.number-differs", message: "0 measurements, the terms have 1 indicators" },
    ]);
  });
});

describe("tiers", () => {
  it("that contradict are told from the milder to the harsher, shares and counts apart", () => {
    const tiers = [
      flat(Test.MoreThan, 20n, 10n * PERCENT),
      flat(Test.Below, 95n * PERCENT, 10n * PERCENT),
      flat(Test.MoreThan, 10n, 10n * PERCENT),
      flat(Test.Below, 99n * PERCENT, 20n * PERCENT),
      { ...flat(Test.MoreThan, 30n, PERCENT), per: 1n },
      { ...flat(Test.MoreThan, 40n, PERCENT), proportional: true },
    ];
    const why = "contradict: the worse one gives no more than the milder one";
    expect(contradictions(tiers)).to.deep.equal([
      { tiers: [3, 1], why },
      { tiers: [2, 0], why },
    ]);
  });

  it("of equal threshold contradict whatever they give", () => {
    const tiers = [flat(Test.Below, PPB, PERCENT), flat(Test.AtMost, PPB, 2n * PERCENT)];
    expect(contradictions(tiers)).to.deep.equal([{ tiers: [0, 1], why: "have the same threshold" }]);
  });

  it("are read with several blanks between words", () => {
    expect(parseTier("more than 1 h", "5%  per started  30 minutes", Unit.Seconds)).to.deep.equal({
      test: Test.MoreThan,
      threshold: 3_600n,
      credit: 5n * PERCENT,
      per: 1_800n,
      proportional: false,
    });
    expect(parseTier("below  99%", "25x the share of time down", Unit.Seconds).credit).to.equal(25n * PPB);
  });

  it("of one unit are told in the singular", () => {
    expect(formatTier(flat(Test.AtLeast, 1n, PERCENT), Unit.Tickets)).to.deep.equal({
      condition: "at least 1 ticket",
      credit: "1%",
    });
  });

  it("have no worked table where there is no objective", () => {
    expect(() => workedTable(sampleTerms(), 1, periodOf(sampleTerms(), 0))).to.throw(RangeError, "no objective 1");
  });
});
