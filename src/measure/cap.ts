import { earlier } from "./time.ts";
import type { Period, Window } from "./types.ts";

/**
 * Announced maintenance in the order of time, as far as the cap of what may be excluded reaches: what comes after counts
 * as if it had not been announced, or the contract would refuse the report. `excludedBy` says how many units given
 * windows exclude, more for more of them; what it excludes without any is not for this to shorten.
 */
export function withinCap(
  maintenance: readonly Window[],
  period: Period,
  cap: bigint,
  excludedBy: (windows: readonly Window[]) => bigint,
): readonly Window[] {
  if (maintenance.length === 0 || excludedBy(maintenance) <= cap) return maintenance;
  const until = (time: bigint) =>
    maintenance.filter(({ start }) => start < time).map((window) => ({ ...window, end: earlier(window.end, time) }));
  // the last time up to which all of it fits
  let [low, high] = [period.start, period.end];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (excludedBy(until(middle)) <= cap) low = middle;
    else high = middle;
  }
  return until(low);
}
