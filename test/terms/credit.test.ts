import { expect } from "chai";
import fc from "fast-check";
import { periodOf } from "../../src/terms/calendar.ts";
import {
  chronicBits,
  creditCapOf,
  creditOf,
  objectiveShare,
  pledgeOf,
  shareOf,
  silenceCreditOf,
  tableCredit,
  tierShare,
} from "../../src/terms/credit.ts";
import { Combination, type Measurement, PPB, Test, type Tier } from "../../src/terms/types.ts";
import { anyObjectives } from "./arbitraries.ts";
import { flat, sampleTerms } from "./sample-terms.ts";

const JANUARY = 2_678_400n;
const of = (total: bigint, bad: bigint): Measurement => ({ total, bad, excluded: 0n });
const share = (tier: Tier, total: bigint, bad: bigint): bigint => {
  const { num, den } = tierShare(tier, of(total, bad));
  expect(num % den, "share is whole here").to.equal(0n);
  return num / den;
};
const PERCENT = PPB / 100n;

describe("credit", () => {
  describe("a flat tier", () => {
    it("below: is exact at the threshold", () => {
      const tier = flat(Test.Below, 999n * 1_000_000n, 10n * PERCENT);
      expect(share(tier, 1000n, 0n)).to.equal(0n);
      expect(share(tier, 1000n, 1n)).to.equal(0n);
      expect(share(tier, 1000n, 2n)).to.equal(10n * PERCENT);
    });

    it("at most: is true at the threshold", () => {
      const tier = flat(Test.AtMost, 999n * 1_000_000n, 10n * PERCENT);
      expect(share(tier, 1000n, 0n)).to.equal(0n);
      expect(share(tier, 1000n, 1n)).to.equal(10n * PERCENT);
    });

    it("more than: is false at the threshold", () => {
      const tier = flat(Test.MoreThan, 45n, 5n * PERCENT);
      expect([44n, 45n, 46n].map((bad) => share(tier, 1000n, bad))).to.deep.equal([0n, 0n, 5n * PERCENT]);
    });

    it("at least: is true at the threshold", () => {
      const tier = flat(Test.AtLeast, 45n, 5n * PERCENT);
      expect([44n, 45n, 46n].map((bad) => share(tier, 1000n, bad))).to.deep.equal([0n, 5n * PERCENT, 5n * PERCENT]);
    });

    it("gives nothing when nothing was measured", () => {
      expect(share(flat(Test.AtMost, 500_000_000n, PPB), 0n, 0n)).to.equal(0n);
    });
  });

  describe("a tier in steps", () => {
    it("strict on the count: every started step", () => {
      const tier = { ...flat(Test.MoreThan, 100n, 5n * PERCENT), per: 10n };
      const steps = [100n, 101n, 110n, 111n, 120n].map((bad) => share(tier, 1000n, bad) / (5n * PERCENT));
      expect(steps).to.deep.equal([0n, 1n, 1n, 2n, 2n]);
    });

    it("inclusive on the count: one at the threshold, one more for each full step", () => {
      const tier = { ...flat(Test.AtLeast, 100n, 5n * PERCENT), per: 10n };
      const steps = [99n, 100n, 109n, 110n, 120n].map((bad) => share(tier, 1000n, bad) / (5n * PERCENT));
      expect(steps).to.deep.equal([0n, 1n, 1n, 2n, 3n]);
    });

    it("strict on the ratio: every started step of the share", () => {
      const tier = { ...flat(Test.Below, 999_000_000n, PERCENT), per: 1_000_000n };
      const steps = [1n, 2n, 3n, 1000n].map((bad) => share(tier, 1000n, bad) / PERCENT);
      expect(steps).to.deep.equal([0n, 1n, 2n, 999n]);
    });

    it("inclusive on the ratio: one at the threshold, one more for each full step", () => {
      const tier = { ...flat(Test.AtMost, 999_000_000n, PERCENT), per: 1_000_000n };
      const steps = [0n, 1n, 2n, 3n].map((bad) => share(tier, 1000n, bad) / PERCENT);
      expect(steps).to.deep.equal([0n, 1n, 2n, 3n]);
    });
  });

  it("keeps a proportional credit exact until it is money, rounded up", () => {
    const tier = { ...flat(Test.MoreThan, 0n, PPB), proportional: true };
    expect(tierShare(tier, of(3n, 1n))).to.deep.equal({ num: PPB, den: 3n });
    expect(shareOf(100n, tierShare(tier, of(3n, 1n)))).to.equal(34n);
    expect(shareOf(99n, tierShare(tier, of(3n, 1n)))).to.equal(33n);
  });

  it("takes the greatest triggered tier, in whatever order they stand", () => {
    const tiers = [flat(Test.MoreThan, 0n, 30n * PERCENT), flat(Test.MoreThan, 5n, 10n * PERCENT)];
    expect(objectiveShare({ indicator: 0, tiers }, of(10n, 6n)).num).to.equal(30n * PERCENT);
    expect(objectiveShare({ indicator: 0, tiers: tiers.toReversed() }, of(10n, 6n)).num).to.equal(30n * PERCENT);
  });

  describe("of a period", () => {
    const two = {
      objectives: [
        { indicator: 0, tiers: [flat(Test.MoreThan, 0n, 10n * PERCENT)] },
        { indicator: 0, tiers: [flat(Test.MoreThan, 9n, 25n * PERCENT)] },
      ],
    };

    it("adds objectives up, or takes the greatest", () => {
      const sum = sampleTerms({ ...two, combination: Combination.Sum });
      const greatest = sampleTerms({ ...two, combination: Combination.Greatest });
      expect(tableCredit(sum, 1000n, [of(100n, 10n)])).to.equal(350n);
      expect(tableCredit(greatest, 1000n, [of(100n, 10n)])).to.equal(250n);
    });

    it("rounds each objective up and the cap up", () => {
      const terms = sampleTerms({ ...two, creditCap: 333_333_333n });
      expect(tableCredit(terms, 11n, [of(100n, 1n)])).to.equal(2n);
      expect(tableCredit(terms, 11n, [of(100n, 10n)])).to.equal(4n);
    });

    it("is nothing in burn-in, silence included", () => {
      const terms = sampleTerms({ burnInPeriods: 1 });
      const all = [of(JANUARY, JANUARY)];
      expect(creditOf(terms, periodOf(terms, 0), all)).to.equal(0n);
      expect(silenceCreditOf(terms, periodOf(terms, 0))).to.equal(0n);
      expect(chronicBits(terms, periodOf(terms, 0), all)).to.equal(0);
      expect(creditOf(terms, periodOf(terms, 1), all)).to.equal(500_000_000n);
      expect(silenceCreditOf(terms, periodOf(terms, 1))).to.equal(500_000_000n);
    });

    it("judges chronic failure by money of a full fee", () => {
      const terms = sampleTerms({
        start: 1_735_689_600n + 30n * 86_400n,
        chronic: [
          { count: 1, window: 1, leastShare: 100_000_000n },
          { count: 1, window: 1, leastShare: 100_000_001n },
          { count: 1, window: 1, leastShare: 500_000_000n },
        ],
      });
      const period = periodOf(terms, 0);
      expect(chronicBits(terms, period, [of(86_400n, 86n)])).to.equal(0b000);
      expect(chronicBits(terms, period, [of(86_400n, 87n)])).to.equal(0b001);
      expect(chronicBits(terms, period, [of(86_400n, 86_400n)])).to.equal(0b111);
    });

    it("can be bad when it is too short to cost anything", () => {
      const terms = sampleTerms({ fee: 10_000n });
      const cut = periodOf(terms, 1, terms.start + JANUARY + 1n);
      expect(cut.fee).to.equal(0n);
      expect(creditOf(terms, cut, [of(1n, 1n)])).to.equal(0n);
      expect(chronicBits(terms, cut, [of(1n, 1n)])).not.to.equal(0);
    });

    it("stakes the greater of the pledge and its share of the difference", () => {
      const terms = sampleTerms();
      expect(pledgeOf(terms, 100_000_000n, 0n)).to.equal(50_000_000n);
      expect(pledgeOf(terms, 0n, 500_000_011n)).to.equal(50_000_002n);
    });
  });

  describe("for any table", () => {
    const counts = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const fees = fc.bigInt({ min: 10_000n, max: 2n ** 95n });
    const combinations = fc.constantFrom(Combination.Sum, Combination.Greatest);
    const caps = fc.bigInt({ min: 0n, max: 4n * PPB });

    it("is 0 without a bad unit, never above the cap, and never lower for more bad units", () => {
      fc.assert(
        fc.property(
          anyObjectives,
          combinations,
          caps,
          fees,
          counts,
          counts,
          counts,
          (objectives, combination, creditCap, fee, total, a, b) => {
            const terms = sampleTerms({ objectives, combination, creditCap });
            const [less, more] = a % (total + 1n) < b % (total + 1n) ? [a, b] : [b, a];
            const credit = (bad: bigint) => tableCredit(terms, fee, [of(total, bad % (total + 1n))]);
            expect(credit(0n)).to.equal(0n);
            expect(credit(less) <= credit(more)).to.equal(true);
            expect(credit(more) <= creditCapOf(terms, fee)).to.equal(true);
          },
        ),
        { numRuns: 500 },
      );
    });
  });
});
