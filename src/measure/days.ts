import type { Measurement } from "../terms/types.ts";
import type { Downtime } from "./outages.ts";
import { daysOf } from "./time.ts";
import type { Period } from "./types.ts";
import { intersect, merge, subtract } from "./windows.ts";

/** An indicator in days: a UTC day is bad when an outage, outside the exclusions, has a second in it. */
export function countDays({ outages, exclusions }: Downtime, period: Period): Measurement {
  const days = daysOf(period);
  const down = subtract(merge(outages), merge(exclusions), period);
  const starts = new Set(intersect(down, days).map(({ start }) => start - (start % 86_400n)));
  return { total: BigInt(days.length), bad: BigInt(starts.size), excluded: 0n };
}
