import { UpheldError } from "../errors.ts";
import { formatUtc } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import type { SampleMonitor } from "./types.ts";

interface Place {
  /** UTC seconds, ascending. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** Later than any sample. */
const EVER = 2n ** 40n;

/** As with a server: so many seconds may be missing at the start of a window. */
const SOON = 3_600;

/**
 * A file of samples that is asked for one month after the other: read once. A window that begins before the file does,
 * or after it ends, is refused as a server refuses one that it no longer has. Throws `monitor.too-old`.
 */
export function remembered(monitor: SampleMonitor): SampleMonitor {
  let all: Promise<ReadonlyMap<string, Place>> | undefined;
  return {
    source: monitor.source,
    async *read(window, signal) {
      const places = await (all ??= readAll(monitor, signal));
      requireHeld(places, window);
      for (const [vantage, { times, values }] of places) {
        const [from, to] = [firstAt(times, Number(window.start)), firstAt(times, Number(window.end))];
        const samples = times.slice(from, to).map((time, i) => [time, values[from + i] ?? 0] as const);
        if (samples.length > 0) yield { vantage, samples };
      }
    },
  };
}

async function readAll(monitor: SampleMonitor, signal?: AbortSignal): Promise<ReadonlyMap<string, Place>> {
  const read = new Map<string, { times: number[]; values: number[] }>();
  for await (const { vantage, samples } of monitor.read({ start: 0n, end: EVER }, signal)) {
    const place = read.get(vantage) ?? { times: [], values: [] };
    read.set(vantage, place);
    for (const [time, value] of samples) {
      place.times.push(time);
      place.values.push(value);
    }
  }
  return new Map([...read].map(([vantage, place]) => [vantage, sorted(place)]));
}

function sorted({ times, values }: Place): Place {
  const isSorted = times.every((time, i) => i === 0 || time >= (times[i - 1] ?? time));
  if (isSorted) return { times, values };
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  return { times: Array.from(order, (i) => times[i] ?? 0), values: Array.from(order, (i) => values[i] ?? 0) };
}

/** The number of times before `time`. */
function firstAt(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function requireHeld(places: ReadonlyMap<string, Place>, { start, end }: Period): void {
  const ends = [...places.values()].flatMap(({ times }) => [times[0] ?? 0, times.at(-1) ?? 0]);
  if (ends.length === 0) throw notHeld("it has no samples at all");
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  if (first > Number(start) + SOON || first >= Number(end)) throw notHeld(`its first sample is of ${written(first)}`);
  if (last < Number(end) - SOON) throw notHeld(`its last sample is of ${written(last)}`);
}

const written = (time: number) => formatUtc(BigInt(Math.floor(time)));

const notHeld = (why: string) =>
  new UpheldError({
    code: "monitor.too-old",
    message: `the file does not have all of that time: ${why}`,
    hint: "put together the files of the whole time, or name the monitor itself",
  });
