/** What src/measure/sampled.ts does, second by second and without a thought for speed. */
import { Mode, Unit, type Indicator, type Measurement } from "../../src/terms/types.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Period, Window } from "../../src/measure/types.ts";

export type Raw = readonly (readonly [time: number, value: number])[];

export interface Story {
  readonly places: readonly Raw[];
  readonly period: Period;
  readonly policy: Policy;
  readonly maintenance: readonly Window[];
}

export const secondsIn = (mode: Mode): Indicator => ({
  id: 1,
  unit: Unit.Seconds,
  mode,
  instances: 1n,
  excludedCap: 10n ** 9n,
});

/** A policy that does nothing special, with changes. */
export const policyWith = (changes: Partial<Policy> = {}): Policy => ({
  good: { atLeast: 1 },
  scale: 1,
  slot: 60,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "down",
  coverage: 0,
  ...changes,
});

type Word = "good" | "bad" | "unknown";

/** What each second of the period is by the word of the vantage points. Hours must be in UTC. */
export function wordOf({ places, period, policy }: Story): Word[] {
  const { atLeast = -Infinity, atMost = Infinity } = policy.good;
  const [start, end] = [Number(period.start), Number(period.end)];
  const said = places.map((samples) => {
    const bySecond = Map.groupBy(samples, ([time]) => Math.floor(time));
    let last: { time: number; word: Word } | undefined;
    return Array.from({ length: end - start + policy.slot }, (_, i) => {
      const time = start - policy.slot + i;
      const here = bySecond.get(time)?.map(([, value]) => Math.round(value * policy.scale));
      if (here) last = { time, word: here.every((value) => value >= atLeast && value <= atMost) ? "good" : "bad" };
      return last !== undefined && time < last.time + policy.slot ? last.word : "unknown";
    }).slice(policy.slot);
  });
  return Array.from({ length: end - start }, (_, i) => {
    const bad = said.filter((words) => words[i] === "bad").length;
    const good = said.filter((words) => words[i] === "good").length;
    if (bad >= policy.places.bad) return "bad";
    return policy.places.of - good < policy.places.bad ? "good" : "unknown";
  });
}

/** The counts of one indicator in seconds. */
export function countSlowly(story: Story, mode: Mode): Measurement {
  const { period, policy, maintenance } = story;
  const words = wordOf(story);
  const isLeftOut = (word: Word) => word === "unknown" && ["excluded", "refuse"].includes(policy.unknown);
  const isDown = words.map((word) => word === "bad" || (word === "unknown" && policy.unknown === "down"));
  const isExcluded = words.map((word, i) => {
    const time = period.start + BigInt(i);
    const isAnnounced = maintenance.some(({ start, end }) => time >= start && time < end);
    return isAnnounced || isLeftOut(word) || !isOpen(policy, Number(time));
  });

  const counts = words.map(() => false);
  for (let first = 0; first < words.length; first++) {
    if (isDown[first] !== true || isDown[first - 1] === true) continue;
    let end = first;
    while (isDown[end] === true) end++;
    if (end - first < policy.minimum) continue;
    let room = Array.from({ length: end - first }, (_, i) => first + i).filter((i) => isExcluded[i] !== true).length;
    if (policy.counts === "whole minutes") room -= room % 60;
    for (let i = first; i < end; i++) {
      if (policy.counts === "beyond" && i < first + policy.minimum) continue;
      if (isExcluded[i] === true) counts[i] = true;
      else if (policy.counts !== "whole minutes" || room-- > 0) counts[i] = true;
    }
  }
  const many = (of: (i: number) => boolean) => BigInt(words.filter((_, i) => of(i)).length);
  const bad = many((i) => counts[i] === true && isExcluded[i] !== true);
  const all = BigInt(words.length);
  const excluded = many((i) => isExcluded[i] === true);
  return mode === Mode.Denominator
    ? { total: all - excluded, bad, excluded }
    : { total: all, bad, excluded: many((i) => counts[i] === true && isExcluded[i] === true) };
}

function isOpen({ hours }: Policy, time: number): boolean {
  if (hours === undefined) return true;
  const day = Math.floor(time / 86_400);
  const minute = Math.floor((time % 86_400) / 60);
  const opensOn = (date: number) => hours.open.filter((opening) => opening.day === ((date + 3) % 7) + 1);
  return (
    opensOn(day).some(({ from, to }) => minute >= from && minute < to) ||
    opensOn(day - 1).some(({ from, to }) => minute + 1440 >= from && minute + 1440 < to)
  );
}
