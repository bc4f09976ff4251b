/** Counts that add up, on thresholds and beside them; seldom ones that cannot be. */
import type { Seat } from "../../src/chain/enums.ts";
import { countOf, period } from "../../src/model/money.ts";
import type { Period } from "../../src/terms/calendar.ts";
import { creditOf } from "../../src/terms/credit.ts";
import { excludedCapOf } from "../../src/terms/measurements.ts";
import { type Indicator, type Measurement, Mode, PPB, type Terms, Test } from "../../src/terms/types.ts";
import type { View } from "./author.ts";
import type { Draws } from "./draws.ts";

/** The period a statement is about; the last one when none is left. */
function wantedPeriod({ a }: View): Period {
  return period(a, Math.max(0, Math.min(a.current, countOf(a) - 1)));
}

const UINT64 = 2n ** 64n - 1n;

export function reportedCounts(v: View): Measurement[] {
  const { a, d, isAwful } = v;
  const when = wantedPeriod(v);
  const seat: Seat | undefined = isAwful && d.chance(0.55) ? "client" : undefined;
  return spoilt(
    a.terms.indicators.map((indicator, i) => counts(d, a.terms, when, indicator, i, seat)),
    d,
  );
}

/** Counts that are better for `seat` than the report, where there are any. */
export function claimedCounts(v: View, seat: Seat): Measurement[] {
  const { a, d, state } = v;
  const when = wantedPeriod(v);
  const tries = Array.from({ length: 6 }, () =>
    a.terms.indicators.map((indicator, j) => counts(d, a.terms, when, indicator, j, seat)),
  );
  const better = tries.filter((tried) => {
    const credit = creditOf(a.terms, when, tried);
    return seat === "client" ? credit > state.credit : credit < state.credit;
  });
  // A claim that leaves some credit says more than one that leaves none.
  const some = better.filter((tried) => creditOf(a.terms, when, tried) > 0n);
  const chosen = some.length > 0 && d.chance(0.7) ? some : better;
  return spoilt(chosen.length > 0 ? d.pick(chosen) : reportedCounts(v), d);
}

function counts(d: Draws, terms: Terms, when: Period, indicator: Indicator, i: number, seat?: Seat): Measurement {
  const cap = excludedCapOf(indicator, when);
  const isCount = indicator.mode === Mode.Count;
  // A period that a termination left behind would end before it starts.
  const seconds = when.end > when.start ? indicator.instances * (when.end - when.start) : 0n;
  const all = isCount
    ? d.weighted([
        [6, 1_000n + d.part(10n ** 6n)],
        [1, 0n],
        [1, 1n],
        [0.5, UINT64],
      ])
    : seconds;
  const most = cap < all || isCount ? cap : all;
  const excluded = d.weighted([
    [6, 0n],
    [1, most],
    [1, d.part(most)],
  ]);
  const total = indicator.mode === Mode.Denominator ? all - excluded : all;
  const left = indicator.mode === Mode.DowntimeOnly ? total - excluded : total;
  const bad = badOf(d, terms, i, total, seat);
  return { total, bad: bad > left ? left : bad < 0n ? 0n : bad, excluded };
}

/** None, a little, all, or just what a threshold asks for. */
function badOf(d: Draws, terms: Terms, i: number, total: bigint, seat?: Seat): bigint {
  const tiers = terms.objectives.filter(({ indicator }) => indicator === i).flatMap((objective) => objective.tiers);
  const none = seat === "client" ? 0.2 : 3;
  const much = seat === "provider" ? 0.3 : seat === "client" ? 3 : 1.5;
  if (tiers.length > 0 && d.chance(0.3)) {
    const { test, threshold } = d.pick(tiers);
    const isRatio = test === Test.Below || test === Test.AtMost;
    return (isRatio ? total - (threshold * total) / PPB : threshold) + BigInt(d.below(3) - 1);
  }
  return d.weighted([
    [none, 0n],
    [2, total / 500n],
    [1, total / 50n],
    [much, total / 15n],
    [much, total / 3n + d.part(total)],
    [0.5, d.part(total)],
  ]);
}

/** Sometimes a report that must be refused. */
function spoilt(measured: Measurement[], d: Draws): Measurement[] {
  if (!d.chance(0.04)) return measured;
  const [first, ...rest] = measured;
  if (first === undefined) return [];
  const { total, bad, excluded } = first;
  return d.pick([
    [{ total: total < UINT64 ? total + 1n : total, bad, excluded }, ...rest],
    [{ total, bad: total < UINT64 ? total + 1n : total, excluded }, ...rest],
    [{ total, bad: total, excluded: excluded + 1n < UINT64 ? excluded + 1n : excluded }, ...rest],
    rest,
    [...measured, first],
  ]);
}
