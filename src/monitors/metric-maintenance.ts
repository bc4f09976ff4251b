import { merge } from "../measure/windows.ts";
import type { Period } from "../measure/types.ts";
import type { HttpClient } from "./http.ts";
import { prometheusMonitor } from "./prometheus.ts";
import type { MaintenanceSource, Services } from "./types.ts";
import { sourceLine } from "./source.ts";

export interface MetricMaintenance {
  /** A plain selector: `monitor_status{monitor_name="Website"}`. */
  readonly query: string;
  /** The number that means maintenance: 3 for Uptime Kuma's `monitor_status`. */
  readonly value: number;
  /** A sample speaks until the next, at most so many seconds. */
  readonly slot: number;
}

/** Maintenance that a metric tells, as Uptime Kuma's does. Whether it was announced the metric does not say. */
export function metricMaintenance(
  client: HttpClient,
  { query, value, slot }: MetricMaintenance,
  services: Services,
): MaintenanceSource {
  const monitor = prometheusMonitor(client, { query }, services);
  return {
    source: sourceLine(`where it is ${value}: ${monitor.source}`),
    async read(period, signal) {
      const places = new Map<string, { times: number[]; says: boolean[] }>();
      for await (const { vantage, samples } of monitor.read(period, signal)) {
        const place = places.get(vantage) ?? { times: [], says: [] };
        places.set(vantage, place);
        for (const [time, what] of samples) {
          place.times.push(Math.floor(time));
          place.says.push(what === value);
        }
      }
      return merge([...places.values()].flatMap(({ times, says }) => spans(times, says, slot)));
    },
  };
}

/** Times ascend: a server gives a place's samples in their order, day after day. */
function spans(times: readonly number[], says: readonly boolean[], slot: number): Period[] {
  return times.flatMap((from, i) => {
    const to = Math.min(from + slot, times[i + 1] ?? Infinity);
    return says[i] === true && from < to ? [{ start: BigInt(from), end: BigInt(to) }] : [];
  });
}
