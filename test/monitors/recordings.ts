import type { Period } from "../../src/measure/types.ts";

type Samples = readonly (readonly [time: number, value: number])[];

/** A month as some monitor saw it, with what is known of it beforehand. */
export interface Recording {
  readonly name: string;
  readonly period: Period;
  /** All that was recorded, some of it just outside of the period; times with up to three decimals, ascending. */
  readonly places: Readonly<Record<string, Samples>>;
  /** How long a sample speaks, in seconds. */
  readonly slot: number;
  /** Seconds that each place calls bad (a value below 1), and of which it says nothing. */
  readonly known: Readonly<Record<string, { readonly bad: number; readonly unknown: number }>>;
}

const at = (text: string) => Date.parse(text) / 1000;
const month = (from: string, to: string): Period => ({ start: BigInt(at(from)), end: BigInt(at(to)) });

interface Course {
  readonly from: number;
  readonly to: number;
  readonly every: number;
  /** 0 up to, but not with, the second time of each pair; else 1. */
  readonly down: readonly (readonly [number, number])[];
  /** No samples in these. */
  readonly holes: readonly (readonly [number, number])[];
}

/** Samples at `from`, `from + every`, … before `to`. */
function record({ from, to, every, down, holes }: Course): [number, number][] {
  const within = (spans: Course["down"], time: number) => spans.some(([start, end]) => start <= time && time < end);
  const samples: [number, number][] = [];
  for (let i = 0; from + i * every < to; i++) {
    const time = Math.round((from + i * every) * 1000) / 1000;
    if (!within(holes, time)) samples.push([time, within(down, time) ? 0 : 1]);
  }
  return samples;
}

/** Clocks in Europe go back an hour on the 26th: in UTC nothing happens. */
function october(): Recording {
  const period = month("2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z");
  const [start, end] = [Number(period.start), Number(period.end)];
  const hour = [at("2025-10-26T00:30:00Z"), at("2025-10-26T01:30:00Z")] as const;
  const atEnd = [at("2025-10-31T23:00:00Z"), end + 3_600] as const;
  const dublin = record({ from: start - 600, to: end + 600, every: 300, down: [hour, atEnd], holes: [] });
  const vienna = record({
    from: start - 599.75,
    to: end + 600,
    every: 300,
    down: [[at("2025-10-09T14:45:00Z"), at("2025-10-09T16:40:00Z")], hour],
    holes: [[at("2025-10-15T03:00:00Z"), at("2025-10-15T04:00:00Z")]],
  });
  return {
    name: "October 2025, with a change of clocks and samples exactly on both ends",
    period,
    places: { dublin, vienna },
    slot: 300,
    known: {
      dublin: { bad: 3_600 + 3_600, unknown: 0 },
      // its first sample is a quarter of a second late; the hole is an hour; 2025-10-09 was 115 minutes
      vienna: { bad: 6_900 + 3_600, unknown: 3_600 },
    },
  };
}

/** Every two minutes at 17.25 s; what is just before the start and on the end does not belong to it. */
function february(): Recording {
  const period = month("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z");
  const [start, end] = [Number(period.start), Number(period.end)];
  const course = record({
    from: start + 17.25,
    to: end,
    every: 120,
    down: [[at("2024-02-29T23:00:00Z"), at("2024-02-29T23:10:00Z")]],
    holes: [[at("2024-02-29T12:00:00Z"), at("2024-02-29T12:30:00Z")]],
  });
  const edges: Samples = [[start - 0.001, 0], ...course, [end - 0.001, 0], [end, 0]];
  return {
    name: "February 2024, with its 29th and samples a millisecond from its ends",
    period,
    places: { "eu-1": edges },
    slot: 120,
    // 17 s before the first sample, half an hour of the hole; the last sample spoils one second
    known: { "eu-1": { bad: 600 + 1, unknown: 17 + 1_800 } },
  };
}

/** A local month: 743 hours that begin and end inside a UTC day. Values that are no 0 and 1. */
function march(): Recording {
  const period = month("2026-03-28T23:00:00Z", "2026-04-28T22:00:00Z");
  const [start, end] = [Number(period.start), Number(period.end)];
  const down = [[at("2026-03-29T00:50:00Z"), at("2026-03-29T01:10:00Z")]] as const;
  const samples = record({ from: start, to: end, every: 600, down, holes: [] });
  return {
    name: "a month of Vienna's calendar that is an hour short, with response times",
    period,
    places: { "a.example:9115": samples.map(([time, value], i) => [time, value === 0 ? 0.25 : 1.5 + (i % 7) / 8]) },
    slot: 600,
    known: { "a.example:9115": { bad: 1_200, unknown: 0 } },
  };
}

export const recordings: readonly Recording[] = [october(), february(), march()];
