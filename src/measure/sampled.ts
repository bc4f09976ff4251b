import { UpheldError } from "../errors.ts";
import { PPB } from "../terms/types.ts";
import { closedHours } from "./hours.ts";
import type { Downtime } from "./outages.ts";
import type { Policy } from "./policy.ts";
import { isGood, type Series } from "./series.ts";
import { formatUtc } from "./time.ts";
import type { Period, Window } from "./types.ts";
import { intersect, lengthOf, merge, type Spans, subtract } from "./windows.ts";

const MINUTE = 60n;

/** How many holes an error names. */
const NAMED_HOLES = 5;

/** What is good, for how long a sample speaks, and how many places it takes: policies alike in these see the same. */
export type Judging = Pick<Policy, "good" | "slot" | "places">;

/** What samples say of a period. Each sorted, its spans apart from each other. */
export interface Verdicts {
  /** Enough vantage points say bad. */
  readonly bad: readonly Period[];
  /** It cannot be told. */
  readonly unknown: readonly Period[];
}

/**
 * Outages and exclusions from samples. A sample from before the period counts as far as it speaks into it, so read from
 * `start - slot`. An outage is what lies in the period, whatever excludes a part of it: its whole length decides
 * whether it counts. Where unknown time is refused, what is below the limit is excluded.
 *
 * Pure. `maintenance`: announced windows, excluded. Throws UpheldError `measure.coverage` with the holes.
 */
export function downtimeOf(
  series: readonly Series[],
  period: Period,
  policy: Policy,
  maintenance: readonly Window[],
): Downtime & { readonly unknown: readonly Period[] } {
  return downtimeBy(verdictsOf(series, period, policy), period, policy, maintenance);
}

/** The same of samples that are judged already. */
export function downtimeBy(
  { bad, unknown }: Verdicts,
  period: Period,
  policy: Policy,
  maintenance: readonly Window[],
): Downtime & { readonly unknown: readonly Period[] } {
  const closed = policy.hours === undefined ? [] : closedHours(policy.hours, period);
  const announced = merge([...maintenance.filter(({ start, end }) => start < end), ...closed]);
  requireCoverage(unknown, intersect(announced, [period]), period, policy);

  const isDown = policy.unknown === "down";
  const isOut = policy.unknown === "excluded" || policy.unknown === "refuse";
  const runs = isDown ? merge([...bad, ...unknown]) : bad;
  const left = isOut ? unknown : [];
  const outages = countedOf(runs, merge([...announced, ...left]), period, policy);
  return { outages, exclusions: [...maintenance, ...closed, ...left], unknown };
}

/** What of the runs of bad seconds counts. */
function countedOf(runs: Spans, excluded: Spans, period: Period, { minimum, counts }: Policy): Period[] {
  const least = BigInt(minimum);
  const long = runs.filter(({ start, end }) => end - start >= least);
  if (counts === "whole") return long;
  if (counts === "beyond") {
    return long.map(({ start, end }) => ({ start: start + least, end })).filter(({ start, end }) => start < end);
  }
  // The part of a minute that is dropped is one that would have counted: else more bad time could count for less.
  const open = subtract(long, excluded, period);
  const dropped: Period[] = [];
  let next = 0;
  for (const run of long) {
    const first = next;
    while (next < open.length && (open[next] as Period).start < run.end) next++;
    const parts = open.slice(first, next);
    let rest = lengthOf(parts) % MINUTE;
    for (const { start, end } of parts.reverse()) {
      const from = end - start > rest ? end - rest : start;
      if (from < end) dropped.push({ start: from, end });
      rest -= end - from;
    }
  }
  return subtract(long, merge(dropped), period);
}

/** Where enough vantage points say bad, and where it cannot be told. */
export function verdictsOf(series: readonly Series[], period: Period, policy: Judging): Verdicts {
  requirePlaces(series, policy);
  const changes = series.flatMap((one) => changesOf(one, period, policy)).sort((a, b) => a.at - b.at);
  const { bad: enough, of } = policy.places;
  const found = { good: [] as Period[], bad: [] as Period[], unknown: [] as Period[] };
  let verdict: keyof typeof found = "unknown";
  let since = Number(period.start);
  const close = (at: number) => {
    if (since < at) found[verdict].push({ start: BigInt(since), end: BigInt(at) });
    since = at;
  };
  const says = { good: 0, bad: 0, unknown: 0 };
  for (const [i, change] of changes.entries()) {
    says[change.from]--;
    says[change.to]++;
    if (changes[i + 1]?.at === change.at) continue;
    const now = says.bad >= enough ? "bad" : says.good > of - enough ? "good" : "unknown";
    if (now === verdict) continue;
    close(change.at);
    verdict = now;
  }
  close(Number(period.end));
  return found;
}

type Verdict = "good" | "bad" | "unknown";

interface Change {
  readonly at: number;
  readonly from: Verdict;
  readonly to: Verdict;
}

/** When a vantage point says something else than before; at first nothing is known. */
function changesOf({ times, values }: Series, period: Period, policy: Judging): Change[] {
  const [start, end] = [Number(period.start), Number(period.end)];
  const changes: Change[] = [];
  let said: Verdict = "unknown";
  let until = start;
  const say = (at: number, to: Verdict) => {
    if (to !== said) changes.push({ at, from: said, to });
    said = to;
  };
  let [value, verdict]: [number, Verdict] = [NaN, "unknown"];
  for (let i = 0; i < times.length; i++) {
    const time = times[i] as number;
    const next = i + 1 < times.length ? (times[i + 1] as number) : Infinity;
    if (next <= time) throw new RangeError(`samples are not in order: ${next} after ${time}`);
    const from = Math.max(time, start);
    const to = Math.min(time + policy.slot, next, end);
    if (from >= to) continue;
    if (from > until) say(until, "unknown");
    // mostly the same as before
    if (values[i] !== value) {
      value = values[i] as number;
      verdict = isGood(value, policy) ? "good" : "bad";
    }
    say(from, verdict);
    until = to;
  }
  if (until < end) say(until, "unknown");
  return changes;
}

function requirePlaces(series: readonly Series[], { places }: Judging): void {
  const names = series.map(({ vantage }) => vantage);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined && names.length <= places.of) return;
  const what = twice === undefined ? `${names.join(", ")} are ${names.length}` : `${twice} is there twice`;
  throw new UpheldError({
    code: "measure.places",
    message: `the policy has ${places.of} vantage points, but ${what}`,
    hint: "map the monitor's samples to the vantage points that the agreement names",
  });
}

function requireCoverage(unknown: Spans, excluded: Spans, period: Period, { coverage }: Policy): void {
  const holes = subtract(unknown, excluded, period);
  const all = period.end - period.start - lengthOf(excluded);
  const missing = lengthOf(holes);
  if ((all - missing) * PPB >= all * BigInt(coverage)) return;
  const named = holes
    .slice(0, NAMED_HOLES)
    .map(({ start, end }) => `${formatUtc(start)} to ${formatUtc(end)} (${end - start} s)`);
  if (holes.length > NAMED_HOLES) named.push(`${holes.length - NAMED_HOLES} more`);
  const least = coverage / 10_000_000;
  throw new UpheldError({
    code: "measure.coverage",
    message: `${missing} of ${all} s are unknown, the policy wants ${least}% known: ${named.join(", ")}`,
    hint: "read the samples again when the monitor has them, or report explicit counts that both parties can check",
  });
}
