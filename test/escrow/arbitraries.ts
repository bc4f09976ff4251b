/** Random terms that the contract takes, and terms with a few fields at their limits. */
import fc from "fast-check";
import { DAY, HOUR, YEAR } from "../../src/terms/bounds.ts";
import type { Period } from "../../src/terms/calendar.ts";
import { excludedCapOf } from "../../src/terms/measurements.ts";
import { type Indicator, type Measurement, Mode, PPB, type Terms, Unit } from "../../src/terms/types.ts";
import { anyTier } from "../terms/arbitraries.ts";

const UINT64 = 2n ** 64n - 1n;
const UINT40 = 2n ** 40n - 1n;
const big = (min: bigint, max: bigint) => fc.bigInt({ min, max });
const oneOf = fc.constantFrom;

const anyIndicator: fc.Arbitrary<Omit<Indicator, "id">> = fc.oneof(
  fc.record({
    unit: fc.constant(Unit.Seconds),
    mode: oneOf(Mode.DowntimeOnly, Mode.Denominator),
    instances: fc.oneof(fc.constant(1n), big(1n, 2n ** 32n - 1n)),
    excludedCap: fc.oneof(fc.constant(0n), big(0n, 10n * DAY), fc.constant(UINT64)),
  }),
  fc.record({
    unit: oneOf(Unit.Probes, Unit.Tickets, Unit.Packets, Unit.Days),
    mode: fc.constant(Mode.Count),
    instances: fc.constant(1n),
    excludedCap: fc.oneof(fc.constant(0n), big(0n, UINT64)),
  }),
);

/** Which indicator an objective is about: modulo how many there are. */
export const anyTable = fc
  .tuple(
    fc.array(anyIndicator, { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(), fc.array(anyTier, { minLength: 1, maxLength: 8 })), { minLength: 1, maxLength: 8 }),
  )
  .map(([indicators, objectives]) => ({
    indicators: indicators.map((indicator, id) => ({ id, ...indicator })),
    objectives: objectives.map(([n, tiers]) => ({ indicator: n % indicators.length, tiers })),
  }));

/** The calendar: any start within a year of `now`, any anchor before it, so that months of all lengths are cut. */
const anyCalendar = (now: bigint) =>
  fc
    .record({
      periodMonths: oneOf(1, 3, 12),
      periods: fc.integer({ min: 1, max: 30 }),
      ahead: big(DAY, 360n * DAY),
      late: fc.oneof(fc.constant(0n), big(0n, UINT40)),
    })
    .map(({ periodMonths, periods, ahead, late }) => {
      const start = now + ahead;
      const shortest = { 1: 28n, 3: 89n, 12: 365n }[periodMonths] * DAY;
      return { periodMonths, periods, start, anchor: start - (late % shortest) };
    });

const anyMoney = fc
  .record({
    fee: fc.oneof(big(10_000n, 10n ** 13n), big(10_000n, 10_100n)),
    creditCap: fc.oneof(big(0n, PPB), big(PPB, UINT40)),
    silence: big(0n, UINT40),
    pledge: big(0n, PPB),
    pledgeShare: big(0n, PPB),
  })
  .map(({ fee, creditCap, silence, pledge, pledgeShare }) => ({
    fee,
    creditCap,
    silenceCredit: silence % (creditCap + 1n),
    bond: creditCap > PPB ? (fee * (creditCap - PPB)) / PPB + 1n : 0n,
    pledge: (fee * pledge) / PPB,
    pledgeShare,
    termCreditCap: 12n * fee,
  }));

/** Changes that make any agreement the contract takes out of the default terms. */
export const anyTerms = (now: bigint): fc.Arbitrary<Partial<Terms>> =>
  fc
    .tuple(
      anyCalendar(now),
      anyMoney,
      anyTable,
      fc.record({ combination: oneOf(1 as const, 2 as const), burnInPeriods: oneOf(0, 1), chronic: fc.constant([]) }),
    )
    .map(([calendar, money, table, rest]) => ({ ...calendar, ...money, ...table, ...rest }));

/** Three random numbers for each of at most 4 indicators. */
export const anyNumbers = fc.array(fc.tuple(big(0n, UINT64), big(0n, UINT64), big(0n, UINT64)), {
  minLength: 4,
  maxLength: 4,
});
export type Numbers = [bigint, bigint, bigint][];

/** Possible counts of `period` made of random numbers. */
export function possibleCounts(terms: Terms, period: Period, numbers: Numbers): Measurement[] {
  return terms.indicators.map((indicator, i) => {
    const [a, b, c] = numbers[i]!;
    const cap = excludedCapOf(indicator, period);
    if (indicator.mode === Mode.Count) return { total: a, bad: b % (a + 1n), excluded: c % (cap + 1n) };
    const all = indicator.instances * (period.end - period.start);
    const excluded = c % ((cap < all ? cap : all) + 1n);
    const total = indicator.mode === Mode.Denominator ? all - excluded : all;
    return { total, bad: b % (all - excluded + 1n), excluded };
  });
}

/** One field of the terms at or around a limit, whatever the others are. */
export const anyEdge = (now: bigint): fc.Arbitrary<Partial<Terms>> => {
  const field = <K extends keyof Terms>(name: K, ...values: Terms[K][]) =>
    oneOf(...values).map((value) => ({ [name]: value }));
  const day = (n: bigint) => [n * DAY - 1n, n * DAY, n * DAY + 1n];
  return fc.oneof(
    field("periodMonths", 0, 1, 2, 3, 12, 13),
    field("periods", 0, 1, 2, 3, 127, 128, 240, 241, 255),
    field("reportWindow", HOUR - 1n, HOUR, ...day(8n), ...day(14n), ...day(69n)),
    field("disputeWindow", ...day(1n), ...day(7n), ...day(10n), ...day(180n)),
    field("rulingWindow", 0n, ...day(1n), ...day(365n)),
    field("fundingGrace", HOUR - 1n, HOUR, ...day(28n), ...day(89n), ...day(365n)),
    field("noticePeriods", 0, 12, 13, 255),
    field("burnInPeriods", 0, 255),
    field("start", now - 1n, now, now + 1n, now + YEAR, now + YEAR + 1n),
    field("anchor", now, now + 1n, now - 8n * DAY, now - 400n * DAY, 0n),
    field("fee", 0n, 9_999n, 10_000n, 2n ** 95n / 24n, 2n ** 95n / 25n, 2n ** 96n - 1n),
    field("bond", 0n, 10n ** 9n, 2n ** 95n - 1n, 2n ** 96n - 1n),
    field("pledge", 0n, 10_000n, 10n ** 9n, 10n ** 9n + 1n),
    field("pledgeShare", 0n, PPB, PPB + 1n, UINT40),
    field("creditCap", 0n, PPB - 1n, PPB, PPB + 1n, 2n * PPB, UINT40),
    field("silenceCredit", 0n, PPB / 2n, PPB / 2n + 1n, PPB, UINT40),
  );
};
