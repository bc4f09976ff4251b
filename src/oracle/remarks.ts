import type { Remark } from "../evidence/notes.ts";
import type { Series } from "../measure/series.ts";
import type { Period } from "../measure/types.ts";
import { explainHoles, type UpSeries, type Why } from "../monitors/holes.ts";

/** In the words of the evidence. */
const REASONS: Readonly<Record<Why, string>> = {
  exporter: "exporter down",
  metric: "exporter up, metric missing",
  prometheus: "monitor down",
};

/** Of a vantage point with more holes only the longest are explained: they tell nothing more, and take room. */
const MOST_HOLES = 1_000;

/** The `up` of a vantage point's exporter. */
export interface NamedUp extends UpSeries {
  readonly vantage: string;
}

/** Whether nothing is known of a vantage point for a while. */
export const hasHoles = (series: readonly Series[], period: Period, slot: number): boolean =>
  series.some((one) => holesOf(one, period, slot).length > 0);

/**
 * Why nothing is known of each vantage point of `series` for a while, by the `up` of the same name, or by all of them if
 * none has it. A sample speaks for at most `slot` seconds.
 */
export function remarksOn(series: readonly Series[], ups: readonly NamedUp[], period: Period, slot: number): Remark[] {
  return series.flatMap((one) => {
    const own = ups.filter(({ vantage }) => vantage === one.vantage);
    const holes = holesOf(one, period, slot).toSorted((a, b) => Number(b.end - b.start - (a.end - a.start)));
    const explained = explainHoles(holes.slice(0, MOST_HOLES), own.length > 0 ? own : ups, slot);
    return explained.map(({ from, to, why }) => ({ vantage: one.vantage, start: from, end: to, reason: REASONS[why] }));
  });
}

/** When none of the samples speaks, in order. */
function holesOf({ times }: Series, { start, end }: Period, slot: number): Period[] {
  const holes: Period[] = [];
  let known = Number(start);
  const add = (to: number) => {
    if (to > known) holes.push({ start: BigInt(known), end: BigInt(to) });
  };
  for (const time of Array.from(times)) {
    if (time >= Number(end)) break;
    add(time);
    known = Math.max(known, time + slot);
  }
  add(Number(end));
  return holes;
}
