import { UpheldError } from "../errors.ts";
import type { Policy } from "../measure/policy.ts";
import type { Period } from "../measure/types.ts";
import { usualInterval } from "../monitors/interval.ts";
import type { SampleMonitor } from "../monitors/types.ts";
import { isNotHeld } from "./held.ts";

const DAY = 86_400n;
/** Without two samples nothing will be measured either. */
const NO_INTERVAL = 60;

/**
 * A policy for a table whose file has none: a sample below 1 is bad and speaks for one and a half times the usual
 * interval, most places decide, unknown time counts as up. `tellsPlaces`: whether somebody said what tells places apart.
 * Throws `backtest.places` where several series may well be several services.
 */
export async function assumePolicy(
  monitor: SampleMonitor,
  periods: readonly Period[],
  tellsPlaces: boolean,
  signal?: AbortSignal,
): Promise<Policy> {
  const places = await placesOf(monitor, periods, signal);
  const names = [...places.keys()].sort();
  if (names.length > 1 && !tellsPlaces) {
    throw new UpheldError({
      code: "backtest.places",
      message: `the query finds ${names.length} series: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`,
      hint: "narrow it to one service, --query 'probe_success{instance=\"…\"}', or say which label tells its places apart, --vantage-label",
    });
  }
  const intervals = [...places.values()].flatMap((times) => usualInterval(times) ?? []);
  const interval = intervals.length === 0 ? NO_INTERVAL : Math.max(...intervals);
  const of = Math.max(1, names.length);
  return {
    good: { atLeast: 1 },
    scale: 1,
    slot: Math.min(Number(DAY), Math.max(1, Math.ceil(interval * 1.5))),
    places: { bad: (of >> 1) + 1, of },
    minimum: 0,
    counts: "whole",
    unknown: "up",
    coverage: 0,
  };
}

/** The times of a day's samples, by place: of the last day of the latest period that there is. */
async function placesOf(
  monitor: SampleMonitor,
  periods: readonly Period[],
  signal?: AbortSignal,
): Promise<Map<string, number[]>> {
  for (const { start, end } of periods.toReversed()) {
    const places = new Map<string, number[]>();
    try {
      const day = { start: end - DAY > start ? end - DAY : start, end };
      for await (const { vantage, samples } of monitor.read(day, signal)) {
        places.set(vantage, [...(places.get(vantage) ?? []), ...Array.from(samples, ([time]) => time)]);
      }
    } catch (error) {
      if (!isNotHeld(error)) throw error;
    }
    if (places.size > 0) return places;
  }
  return new Map();
}
