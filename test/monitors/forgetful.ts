import type { Period } from "../../src/measure/types.ts";
import type { RawChunk, SampleMonitor } from "../../src/monitors/types.ts";

type Samples = readonly (readonly [time: number, value: number])[];

/** A server of samples that lives at a time of the test's choosing, and forgets. */
export interface Forgetful extends SampleMonitor {
  /** Its clock. */
  time: number;
  /** For how many seconds it keeps samples. */
  keeps: number;
  /** What it was asked for. */
  readonly asked: Period[];
  /** Thrown instead of an answer, once so many were given. */
  breaksAfter: number;
}

/** A server with these samples in its past and future. */
export function forgetful(places: Readonly<Record<string, Samples>>, keeps = 1e9): Forgetful {
  async function* left({ start, end }: Period): AsyncGenerator<RawChunk> {
    if (monitor.breaksAfter-- <= 0) throw new Error("out of order");
    monitor.asked.push({ start, end });
    await Promise.resolve();
    const [from, to] = [Math.max(Number(start), monitor.time - monitor.keeps), Math.min(Number(end), monitor.time)];
    for (const [vantage, samples] of Object.entries(places)) {
      const found = samples.filter(([time]) => time >= from && time < to);
      if (found.length > 0) yield { vantage, samples: found };
    }
  }
  const monitor: Forgetful = {
    source: "a server that forgets",
    time: 0,
    keeps,
    asked: [],
    breaksAfter: Infinity,
    read: left,
    server: {
      settle: 120,
      retention: () => Promise.resolve(BigInt(monitor.keeps)),
      clock: () => Promise.resolve(monitor.time),
      rest: left,
    },
  };
  return monitor;
}
