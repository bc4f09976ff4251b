import { UpheldError } from "../errors.ts";
import {
  canonicalOrder,
  measureOutages,
  type CanonicalDowntime,
  type Downtime,
  type InstanceSpan,
} from "../measure/outages.ts";
import { daysOf, earlier, formatUtc, later, type Day } from "../measure/time.ts";
import type { Note, Period } from "../measure/types.ts";
import type { Indicator, Measurement } from "../terms/types.ts";
import { leavesOf, type Facts } from "./encoding.ts";
import { rootOf, toHex } from "./merkle.ts";
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

/** What one indicator's counts rest on: listed outages, or (a lower grade) nothing but themselves. */
export type IndicatorInput =
  | ({ readonly grade: "outages"; readonly indicator: Indicator } & Downtime)
  | { readonly grade: "totals"; readonly indicator: Indicator; readonly measurement: Measurement };

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
): { evidence: Evidence; measurements: Measurement[]; notes: Note[] } {
  const counted = input.indicators.map((one) => countOne(one, input.period));
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
    days: daysOf(input.period).map((day) => describeDay(day, counted)),
    salt,
  };
  const leaves = leavesOf(facts);
  return {
    evidence: parseEvidence({ ...facts, leaves, root: rootOf(leaves) }),
    measurements: counted.map(({ measurement }) => measurement),
    notes: counted.flatMap(({ notes }) => notes),
  };
}

interface Counted {
  readonly id: number;
  readonly measurement: Measurement;
  readonly canonical: CanonicalDowntime;
  readonly notes: Note[];
}

function countOne(input: IndicatorInput, period: Period): Counted {
  const { id } = input.indicator;
  if (input.grade === "outages") return { id, ...measureOutages(input, period, input.indicator) };
  return { id, measurement: input.measurement, canonical: { outages: [], exclusions: [] }, notes: [] };
}

function describe({ grade, indicator }: IndicatorInput, { total, bad, excluded }: Measurement) {
  return {
    id: indicator.id,
    unit: wordOf(UNIT_WORDS, indicator.unit, "unit"),
    mode: wordOf(MODE_WORDS, indicator.mode, "mode"),
    instances: String(indicator.instances),
    grade,
    total: String(total),
    bad: String(bad),
    excluded: String(excluded),
  };
}

/** Sorted by indicator as the agreement orders them, then start, then instance; spans end at midnight and start anew. */
const describeDay = (day: Day, counted: readonly Counted[]): EvidenceDay => ({
  date: day.date,
  outages: counted.flatMap(({ id, canonical }) => spansOfDay(id, canonical.outages, day)),
  exclusions: counted.flatMap(({ id, canonical }) => spansOfDay(id, canonical.exclusions, day)),
});

function spansOfDay(indicator: number, spans: readonly InstanceSpan[], day: Day): EvidenceSpan[] {
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
