import type { Period } from "./types.ts";
import { merge, subtract } from "./windows.ts";
import { offsetsIn } from "./zone.ts";

/** When seconds count: by the wall clock of a zone. */
export interface Hours {
  /** An IANA name: `Europe/Vienna`. */
  readonly zone: string;
  readonly open: readonly Opening[];
  /** Local dates, `2026-12-25`, ascending: what opens on them does not. */
  readonly holidays: readonly string[];
}

/** Once a week. Minutes of the local day; beyond 1440 it runs into the next day. */
export interface Opening {
  /** 1 Monday … 7 Sunday */
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400;

/**
 * The seconds of the period in which it is open: those at which a clock on the wall of the zone shows a time within the
 * hours. So an hour that the clock shows twice counts twice, and one that it skips never. Sorted, apart from each other.
 */
export function openHours({ zone, open, holidays }: Hours, period: Period): Period[] {
  const shut = new Set(holidays);
  const spans: Period[] = [];
  for (const { start, end, offset } of offsetsIn(zone, Number(period.start), Number(period.end))) {
    // what opened the day before may run into this one
    const first = Math.floor((start + offset) / DAY) - 1;
    for (let day = first; day * DAY - offset < end; day++) {
      const weekday = (((day + 3) % 7) + 7) % 7; // 1 January 1970 was a Thursday
      if (shut.has(dateOf(day))) continue;
      for (const opening of open.filter((one) => one.day === weekday + 1)) {
        const from = Math.max(day * DAY + opening.from * 60 - offset, start);
        const to = Math.min(day * DAY + opening.to * 60 - offset, end);
        if (from < to) spans.push({ start: BigInt(from), end: BigInt(to) });
      }
    }
  }
  return merge(spans);
}

/** The other seconds of the period. */
export const closedHours = (hours: Hours, period: Period): Period[] =>
  subtract([period], openHours(hours, period), period);

/** `2026-12-25` of a day counted from 1970. */
const dateOf = (day: number): string => new Date(day * DAY * 1000).toISOString().slice(0, 10);
