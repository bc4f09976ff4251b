import { merge } from "../measure/windows.ts";
import type { Period } from "../measure/types.ts";

/**
 * Why nothing is known of a service for a while:
 * - `exporter`: Prometheus asked the exporter in vain (`up` is 0);
 * - `metric`: the exporter answered, without this metric (`up` is 1);
 * - `prometheus`: Prometheus itself was not there (nothing of `up` either).
 * That the service was down is no hole: then a sample says so.
 */
export type Why = "exporter" | "metric" | "prometheus";

export interface Explained {
  /** UTC seconds, half-open. */
  readonly from: bigint;
  readonly to: bigint;
  readonly why: Why;
}

/** What a vantage point's `up` said. */
export interface UpSeries {
  /** UTC seconds, ascending. */
  readonly times: ArrayLike<number>;
  /** 1: the exporter answered; 0: it did not. */
  readonly values: ArrayLike<number>;
}

/**
 * Cuts holes where their reason changes, by the `up` of whatever exports the metric. A sample of `up` speaks until the
 * next, at most `slot` seconds, as samples of the metric do. Of several exporters one that was down explains a hole.
 */
export function explainHoles(holes: readonly Period[], up: readonly UpSeries[], slot: number): Explained[] {
  const down = merge(up.flatMap((series) => spoken(series, slot, (value) => value < 1)));
  const alive = merge(up.flatMap((series) => spoken(series, slot, (value) => value >= 1)));
  return merge(holes).flatMap((hole) => explain(hole, down, alive));
}

function explain(hole: Period, down: readonly Period[], alive: readonly Period[]): Explained[] {
  const cuts = [...down, ...alive].flatMap(({ start, end }) => [start, end]);
  const inside = cuts.filter((cut) => cut > hole.start && cut < hole.end);
  const marks = [...new Set([hole.start, ...inside, hole.end])].sort((a, b) => (a < b ? -1 : 1));
  const explained: Explained[] = [];
  marks.slice(1).forEach((to, i) => {
    const from = marks[i] ?? hole.start;
    const why = covers(down, from) ? "exporter" : covers(alive, from) ? "metric" : "prometheus";
    const last = explained.at(-1);
    if (last?.why === why) explained[explained.length - 1] = { ...last, to };
    else explained.push({ from, to, why });
  });
  return explained;
}

const covers = (spans: readonly Period[], at: bigint) => spans.some(({ start, end }) => start <= at && at < end);

function spoken({ times, values }: UpSeries, slot: number, says: (value: number) => boolean): Period[] {
  const spans: Period[] = [];
  for (let i = 0; i < times.length; i++) {
    if (!says(values[i] ?? 0)) continue;
    const from = Math.floor(times[i] ?? 0);
    const next = Math.floor(times[i + 1] ?? Infinity);
    const to = Math.min(from + slot, next);
    if (to > from) spans.push({ start: BigInt(from), end: BigInt(to) });
  }
  return spans;
}
