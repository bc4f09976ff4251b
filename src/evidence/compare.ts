import type { CanonicalDowntime, InstanceSpan } from "../measure/outages.ts";
import { EVERY, type Period } from "../measure/types.ts";
import { intersect, lengthOf, merge, subtract } from "../measure/windows.ts";
import type { Measurement } from "../terms/types.ts";
import { countInput, type EvidenceInput, type IndicatorInput } from "./build.ts";

/** A stretch of time that one source counts as bad and the other does not. */
export interface Stretch extends Period {
  /** 0: the only instance, or every one that no stretch names. */
  readonly instance: number;
  /** Who says bad. */
  readonly says: "first" | "second";
  /** How many of its seconds the other source knows nothing of. */
  readonly unknown: bigint;
}

/** How two accounts of one indicator differ. */
export interface Comparison {
  readonly id: number;
  readonly first: Measurement;
  readonly second: Measurement;
  /** Sorted by start; undefined when one of them has counts alone, which say no time. */
  readonly stretches: readonly Stretch[] | undefined;
}

type Account = Pick<EvidenceInput, "indicators">;

/** Compares second by second, indicator by indicator; both have the same indicators, in one order. */
export function compareAccounts(first: Account, second: Account, period: Period): Comparison[] {
  return first.indicators.map((one, i) => compareOne(one, second.indicators[i] as IndicatorInput, period));
}

function compareOne(one: IndicatorInput, other: IndicatorInput, period: Period): Comparison {
  const [a, b] = [countInput(one, period), countInput(other, period)];
  const counts = { id: a.id, first: a.measurement, second: b.measurement };
  if (one.grade === "totals" || other.grade === "totals") return { ...counts, stretches: undefined };
  const instances = instancesIn([a.downtime, b.downtime], one.indicator.instances);
  const stretches = instances.flatMap((instance) => {
    const [badA, badB] = [badOf(a.downtime, instance, period), badOf(b.downtime, instance, period)];
    return [
      ...stretchesOf("first", instance, subtract(badA, badB, period), b.unknown),
      ...stretchesOf("second", instance, subtract(badB, badA, period), a.unknown),
    ];
  });
  return { ...counts, stretches: stretches.sort((x, y) => (x.start < y.start ? -1 : x.start > y.start ? 1 : 0)) };
}

/** The instances that windows name; `EVERY` stands for those that none names, which are all alike. */
export function instancesIn(downtimes: readonly CanonicalDowntime[], count: bigint): number[] {
  const windows = downtimes.flatMap(({ outages, exclusions }) => [...outages, ...exclusions]);
  const named = new Set(windows.map(({ instance }) => instance).filter((each) => each !== EVERY));
  return BigInt(named.size) < count ? [EVERY, ...named] : [...named];
}

/** The bad seconds of an instance: down and not out. */
export function badOf({ outages, exclusions }: CanonicalDowntime, instance: number, period: Period): Period[] {
  const own = (spans: readonly InstanceSpan[]) =>
    merge(spans.filter((span) => span.instance === EVERY || span.instance === instance)).map(({ start, end }) => ({
      start,
      end,
    }));
  return subtract(own(outages), own(exclusions), period);
}

const stretchesOf = (says: Stretch["says"], instance: number, spans: Period[], unknown: readonly Period[]): Stretch[] =>
  spans.map((span) => ({ ...span, instance, says, unknown: lengthOf(intersect([span], unknown)) }));
