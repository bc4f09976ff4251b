import type { EvidenceInput, Sampled } from "../../src/evidence/build.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Series } from "../../src/measure/series.ts";
import { october, uptime } from "./fixtures.ts";

export const START = Date.parse("2025-10-01T00:00:00Z") / 1000;
const END = Date.parse("2025-11-01T00:00:00Z") / 1000;
export const at = (text: string): number => Date.parse(`2025-10-${text}Z`) / 1000;

export const policy: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 60,
  places: { bad: 2, of: 3 },
  minimum: 0,
  counts: "whole",
  unknown: "down",
  coverage: 900_000_000,
};

/** Every 30 s through October, from before it starts; `value` says what was seen. */
export function probed(vantage: string, offset: number, value: (time: number) => number | undefined): Series {
  const samples: [number, number][] = [];
  for (let time = START - 30 + offset; time < END; time += 30) {
    const seen = value(time);
    if (seen !== undefined) samples.push([time, seen]);
  }
  return { vantage, times: samples.map(([time]) => time), values: samples.map(([, seen]) => seen) };
}

const within = (time: number, from: string, to: string) => time >= at(from) && time < at(to);

/** Three places, 30 s apart: an outage all see, one that only one sees, and a hole. */
export const seen: Series[] = [
  probed("vienna", 13, (time) => (within(time, "09T14:45:00", "09T16:40:00") ? 0 : 1)),
  probed("oslo", 4, (time) =>
    within(time, "09T14:45:00", "09T16:40:00") || within(time, "20T01:00:00", "20T02:00:00") ? 0 : 1,
  ),
  probed("porto", 27, (time) =>
    within(time, "15T00:00:00", "15T06:00:00") ? undefined : within(time, "09T14:45:00", "09T16:40:00") ? 0 : 1,
  ),
];

export const sampled = (changes: Partial<Sampled> = {}): Sampled => ({
  grade: "samples",
  indicator: uptime,
  policy,
  series: seen,
  maintenance: [],
  ...changes,
});

export const octoberOf = (changes: Partial<Sampled> = {}, more: Partial<EvidenceInput> = {}): EvidenceInput =>
  october({ indicators: [sampled(changes)], source: "three blackbox exporters", ...more });
