import { UpheldError } from "../errors.ts";
import { countDays } from "../measure/days.ts";
import {
  canonicalOrder,
  measureOutages,
  type CanonicalDowntime,
  type Downtime,
  type InstanceSpan,
} from "../measure/outages.ts";
import type { Policy } from "../measure/policy.ts";
import { downtimeBy } from "../measure/sampled.ts";
import type { Series } from "../measure/series.ts";
import { daysOf, earlier, formatUtc, later, type Day } from "../measure/time.ts";
import type { Note, Period, Window } from "../measure/types.ts";
import { Mode, Unit, type Indicator, type Measurement } from "../terms/types.ts";
import { leavesOf, type Facts } from "./encoding.ts";
import { rootOf, toHex, type Keccak } from "./merkle.ts";
import { notesOfDay, type Remark } from "./notes.ts";
import { Seen } from "./seen.ts";
import {
  MODE_WORDS,
  parseEvidence,
  SCHEMA,
  UNIT_WORDS,
  type Author,
  type Evidence,
  type EvidenceDay,
  type EvidenceSpan,
} from "./schema.ts";

/** Samples, and the policy by which they become counts. */
export interface Sampled {
  readonly grade: "samples";
  readonly indicator: Indicator;
  readonly policy: Policy;
  /** In any order, with duplicates, a vantage point in several pieces; also from before the period, back to a slot. */
  readonly series: readonly Series[];
  /** What the series come to under this policy, where others made it of them already. */
  readonly seen?: Seen;
  /** Announced, so excluded. */
  readonly maintenance: readonly Window[];
  /** Why there are holes, as the instrument says, and what exclusions cite. They count nothing. */
  readonly remarks?: readonly Remark[];
}

/** Outages and exclusions as somebody else judged them. */
export interface Listed extends Downtime {
  readonly grade: "outages";
  readonly indicator: Indicator;
  /** What exclusions cite of the record. They count nothing. */
  readonly remarks?: readonly Remark[];
}

/** What one indicator's counts rest on: samples, or listed outages, or (the lowest grade) nothing but themselves. */
export type IndicatorInput =
  Sampled | Listed | { readonly grade: "totals"; readonly indicator: Indicator; readonly measurement: Measurement };

export interface EvidenceInput {
  readonly chainId: bigint;
  readonly agreement: string;
  /** as the calendar of the agreement has it */
  readonly period: Period & { readonly index: number };
  readonly revision: number;
  readonly author: Author;
  /** what wrote the file, with its version */
  readonly tool: string;
  /** one line: where the facts come from */
  readonly source: string;
  /** in the order of the agreement's indicators */
  readonly indicators: readonly IndicatorInput[];
}

/** Cryptographically secure random bytes, such as `node:crypto`'s `randomBytes`. */
export type RandomSource = (length: number) => Uint8Array;

export const newSalt = (random: RandomSource): string => toHex(random(32));

/**
 * The same input and salt give the same file to the byte. The measurements are those to report; whether the contract
 * takes them is for `checkMeasurements` to say, before.
 */
export function buildEvidence(
  input: EvidenceInput,
  salt: string,
  keccak?: Keccak,
): { evidence: Evidence; measurements: Measurement[]; notes: Note[] } {
  const counted = input.indicators.map((one) => countInput(one, input.period));
  const facts: Facts = {
    schema: SCHEMA,
    chainId: String(input.chainId),
    agreement: input.agreement.toLowerCase(),
    period: input.period.index,
    revision: input.revision,
    author: input.author,
    start: formatUtc(input.period.start),
    end: formatUtc(input.period.end),
    tool: input.tool,
    source: input.source,
    indicators: input.indicators.map((one, index) => describe(one, (counted[index] as Counted).measurement)),
    days: daysOf(input.period).map((day, index) => describeDay(day, counted, index)),
    salt,
  };
  const leaves = leavesOf(facts, keccak);
  return {
    evidence: parseEvidence({ ...facts, leaves, root: rootOf(leaves, keccak) }),
    measurements: counted.map(({ measurement }) => measurement),
    notes: counted.flatMap(({ notes }) => notes),
  };
}

/** One indicator, counted. */
export interface Counted {
  readonly id: number;
  readonly measurement: Measurement;
  /** What was down and what was out, by the policy; of the grade `totals` nobody knows. */
  readonly downtime: CanonicalDowntime;
  /** When it could not be told from the samples. */
  readonly unknown: readonly Period[];
  /** What the days list. */
  readonly seen: Seen | undefined;
  readonly listed: CanonicalDowntime;
  readonly remarks: readonly Remark[];
  readonly notes: readonly Note[];
}

const NOTHING = { outages: [], exclusions: [] };
const ALONE = { downtime: NOTHING, listed: NOTHING, unknown: [], seen: undefined, remarks: [], notes: [] };

/** Counts what an indicator rests on. */
export function countInput(input: IndicatorInput, period: Period): Counted {
  const { id } = input.indicator;
  if (input.grade === "samples") return countSamples(input, period);
  if (input.grade === "totals") return { ...ALONE, id, measurement: input.measurement };
  if (input.indicator.unit === Unit.Days) requireOne(input.indicator, "days");
  const { measurement: counted, canonical, notes } = measureOutages(input, period, secondsOf(input.indicator));
  const measurement = input.indicator.unit === Unit.Days ? countDays(canonical, period) : counted;
  const { remarks = [] } = input;
  return { ...ALONE, id, measurement, downtime: canonical, listed: canonical, remarks, notes };
}

function countSamples(
  { indicator, policy, series, seen: given, maintenance, remarks = [] }: Sampled,
  period: Period,
): Counted {
  const { id } = indicator;
  requireOne(indicator, "samples");
  const seen = given ?? new Seen(series, period, policy);
  const told = downtimeBy(seen.verdicts, period, policy, maintenance);
  const seconds = secondsOf(indicator);
  const { measurement: counted, canonical: downtime } = measureOutages(told, period, seconds);
  const measurement = indicator.unit === Unit.Days ? countDays(told, period) : counted;
  // what the policy makes of the samples is not listed: it follows from them
  const announced = measureOutages({ outages: [], exclusions: maintenance }, period, seconds);
  const notes = announced.notes.filter(({ code }) => code !== "none");
  return { id, measurement, downtime, unknown: told.unknown, seen, listed: announced.canonical, remarks, notes };
}

function requireOne({ id, instances }: Indicator, what: string): void {
  if (instances === 1n) return;
  throw new UpheldError({
    code: "evidence.several-instances",
    message: `indicator ${id} counts ${instances} instances, but ${what} are of one`,
    hint: "make each instance a measure of its own, or report outages with the column instance",
  });
}

/** Days are told from seconds of downtime. */
const secondsOf = (indicator: Indicator): Indicator =>
  indicator.unit === Unit.Days ? { ...indicator, unit: Unit.Seconds, mode: Mode.DowntimeOnly } : indicator;

function describe(input: IndicatorInput, { total, bad, excluded }: Measurement) {
  const { grade, indicator } = input;
  return {
    id: indicator.id,
    unit: wordOf(UNIT_WORDS, indicator.unit, "unit"),
    mode: wordOf(MODE_WORDS, indicator.mode, "mode"),
    instances: String(indicator.instances),
    grade,
    total: String(total),
    bad: String(bad),
    excluded: String(excluded),
    ...(input.grade === "samples" ? { policy: input.policy } : {}),
  };
}

/** Sorted by indicator as the agreement orders them, then start, then instance; spans end at midnight and start anew. */
const describeDay = (day: Day, counted: readonly Counted[], index: number): EvidenceDay => ({
  date: day.date,
  samples: counted.flatMap(({ id, seen }) => (seen?.days[index] ?? []).map((one) => ({ indicator: id, ...one }))),
  outages: counted.flatMap(({ id, listed }) => spansOfDay(id, listed.outages, day)),
  exclusions: counted.flatMap(({ id, listed }) => spansOfDay(id, listed.exclusions, day)),
  notes: counted.flatMap(({ id, remarks }) => notesOfDay(id, remarks, day)),
});

function spansOfDay(indicator: number, spans: readonly InstanceSpan[], day: Day): EvidenceSpan[] {
  if (spans.length === 0) return [];
  return spans
    .filter(({ start, end }) => start < day.end && end > day.start)
    .map(({ instance, start, end }) => ({ instance, start: later(start, day.start), end: earlier(end, day.end) }))
    .sort(canonicalOrder)
    .map(({ instance, start, end }) => ({ indicator, instance, start: formatUtc(start), end: formatUtc(end) }));
}

function wordOf<T extends string>(words: Record<T, number>, value: number, what: string): T {
  for (const word in words) if (words[word] === value) return word;
  throw new UpheldError({
    code: "evidence.unknown-word",
    message: `${what} ${value} has no name in the evidence file`,
  });
}
