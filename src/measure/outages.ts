import { UpheldError } from "../errors.ts";
import { Mode, Unit, type Indicator, type Measurement } from "../terms/types.ts";
import { EVERY, type Note, type Period, type Window } from "./types.ts";
import { lengthOf, merge, subtract, WindowCollector, type Spans } from "./windows.ts";

/** What an indicator counted in seconds is measured from. */
export interface Downtime {
  readonly outages: readonly Window[];
  readonly exclusions: readonly Window[];
}

/** The same facts, written in the one canonical way. */
export interface CanonicalDowntime {
  readonly outages: readonly InstanceSpan[];
  readonly exclusions: readonly InstanceSpan[];
}

export interface InstanceSpan extends Period {
  readonly instance: number;
}

type Counted = Pick<Indicator, "id" | "unit" | "mode" | "instances">;

/**
 * Exact seconds of one period. A second in which an instance was down counts once, however many outages say so; an
 * excluded second is never bad. `DowntimeOnly`: excluded are the seconds down inside an exclusion, the total stays.
 * `Denominator`: excluded are all seconds inside an exclusion, and they leave the total.
 */
export function measureOutages(
  downtime: Downtime,
  period: Period,
  indicator: Counted,
): { measurement: Measurement; canonical: CanonicalDowntime; notes: Note[] } {
  requireSeconds(indicator, period);
  const outages = canonicalWindows(downtime.outages, period, indicator, "outage");
  const exclusions = canonicalWindows(downtime.exclusions, period, indicator, "exclusion");
  const canonical = { outages: outages.spans, exclusions: exclusions.spans };
  // an empty list of exclusions is nothing to remark on
  const notes = [...outages.notes, ...exclusions.notes.filter(({ code }) => code !== "none")];
  return { measurement: countSeconds(canonical, period, indicator), canonical, notes };
}

/** Counts from the canonical form. */
export function countSeconds(downtime: CanonicalDowntime, period: Period, indicator: Counted): Measurement {
  const down = byInstance(downtime.outages);
  const excluded = byInstance(downtime.exclusions);
  const everyDown = down.get(EVERY) ?? [];
  const everyExcluded = excluded.get(EVERY) ?? [];
  const named = new Set([...down.keys(), ...excluded.keys()]);
  named.delete(EVERY);

  // the instances that no window names are all alike: counted once and multiplied
  const alike = indicator.instances - BigInt(named.size);
  let sum = scale(countInstance(everyDown, everyExcluded, period), alike);
  for (const instance of named) {
    const ownDown = merge([...everyDown, ...(down.get(instance) ?? [])]);
    const ownExcluded = merge([...everyExcluded, ...(excluded.get(instance) ?? [])]);
    sum = add(sum, countInstance(ownDown, ownExcluded, period));
  }

  const all = indicator.instances * (period.end - period.start);
  return indicator.mode === Mode.Denominator
    ? { total: all - sum.excluded, bad: sum.bad, excluded: sum.excluded }
    : { total: all, bad: sum.bad, excluded: sum.excludedDown };
}

interface Seconds {
  readonly bad: bigint;
  readonly excluded: bigint;
  readonly excludedDown: bigint;
}

function countInstance(down: Spans, excluded: Spans, period: Period): Seconds {
  const bad = lengthOf(subtract(down, excluded, period));
  return { bad, excluded: lengthOf(excluded), excludedDown: lengthOf(down) - bad };
}

const scale = (s: Seconds, by: bigint): Seconds => ({
  bad: s.bad * by,
  excluded: s.excluded * by,
  excludedDown: s.excludedDown * by,
});

const add = (a: Seconds, b: Seconds): Seconds => ({
  bad: a.bad + b.bad,
  excluded: a.excluded + b.excluded,
  excludedDown: a.excludedDown + b.excludedDown,
});

const byInstance = (spans: readonly InstanceSpan[]) => Map.groupBy(spans, ({ instance }) => instance);

/** Clipped, merged per instance, and what concerns every instance not said again of one: sorted by start, then instance. */
function canonicalWindows(
  windows: readonly Window[],
  period: Period,
  indicator: Counted,
  what: string,
): { spans: InstanceSpan[]; notes: Note[] } {
  const collector = new WindowCollector(period, what);
  for (const window of windows) {
    const { start, end, line } = window;
    // why it is excluded is said elsewhere: here it is one set of seconds
    const instance = instanceOf(window, indicator, what);
    collector.add({ start, end, instance, ...(line === undefined ? {} : { line }) });
  }
  const { windows: merged, notes } = collector.finish();

  const groups = Map.groupBy(merged, ({ instance = EVERY }) => instance);
  const every = groups.get(EVERY) ?? [];
  const spans = [...groups].flatMap(([instance, own]) => {
    const rest = instance === EVERY ? own : subtract(own, every, period);
    return rest.map(({ start, end }) => ({ start, end, instance }));
  });
  return { spans: spans.sort(canonicalOrder), notes };
}

export const canonicalOrder = (a: InstanceSpan, b: InstanceSpan): number =>
  a.start === b.start ? a.instance - b.instance : a.start < b.start ? -1 : 1;

function instanceOf({ instance, line }: Window, { id, instances }: Counted, what: string): number {
  const place = line === undefined ? {} : { line };
  if (instance === undefined && instances > 1n) {
    throw new UpheldError({
      code: "measure.which-instance",
      message: `indicator ${id} counts ${instances} instances, but the ${what} does not say which of them it hit`,
      hint: `add a column "instance" with a number from 1 to ${instances}, or "all"`,
      ...place,
    });
  }
  if (instance !== undefined && BigInt(instance) > instances) {
    throw new UpheldError({
      code: "measure.no-such-instance",
      message: `the ${what} names instance ${instance}, but indicator ${id} has ${instances}`,
      hint: `instances are numbered from 1 to ${instances}`,
      ...place,
    });
  }
  return instances === 1n ? EVERY : (instance ?? EVERY);
}

function requireSeconds({ id, unit, mode }: Counted, { start, end }: Period): void {
  if (unit !== Unit.Seconds || mode === Mode.Count) {
    throw new UpheldError({
      code: "measure.not-seconds",
      message: `indicator ${id} does not count seconds, so outages say nothing about it`,
      hint: "report it as explicit counts: total,bad,excluded",
    });
  }
  if (end <= start) throw new RangeError(`period ends at ${end}, not after its start ${start}`);
}
