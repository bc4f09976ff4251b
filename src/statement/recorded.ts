import type { EvidenceAtHand } from "../evidence/against.ts";
import { distance, moment } from "../format.ts";
import { periodFacts, recordFacts, type ExclusionFact, type OutageFact, type PeriodFacts } from "../record/facts.ts";
import { journalAt, type AdviceEntry, type IncidentEntry, type Journal } from "../record/journal.ts";
import type { Period } from "../terms/calendar.ts";
import type { Indicator } from "../terms/types.ts";
import type { CalendarMonth } from "./month.ts";

/** An agreement's record, with the private texts that are at hand, by their commitments. */
export interface RecordAtHand {
  readonly journal: Journal;
  readonly texts: ReadonlyMap<string, string>;
}

/** What the record says of a period. */
export interface RecordOfPeriod extends RecordAtHand {
  /** Undefined: there is no evidence of when. */
  readonly facts: PeriodFacts | undefined;
  /** Such as began in the period, by the provider's word, and are none of the outages in `facts`. */
  readonly otherIncidents: readonly IncidentEntry[];
}

/** What was advised before the month was over, as it stood when the statement was complete. */
export interface RecordOfMonth extends RecordAtHand {
  /** Without an answer, or put off. */
  readonly adviceOpen: readonly AdviceEntry[];
  readonly adviceDeclined: readonly AdviceEntry[];
}

/** The record as it stood at `asOf`, so that what is written later changes no statement; undefined: nothing was in it. */
export function recordAt(record: RecordAtHand | undefined, asOf: bigint): RecordAtHand | undefined {
  if (record === undefined) return undefined;
  const journal = journalAt(record.journal, asOf);
  return journal.length === 0 ? undefined : { ...record, journal };
}

export function recordOfMonth(record: RecordAtHand, month: CalendarMonth, asOf: bigint): RecordOfMonth {
  const { adviceOpen, adviceDeclined } = recordFacts(record.journal, asOf);
  const isOld = ({ at }: AdviceEntry) => at < month.end;
  return { ...record, adviceOpen: adviceOpen.filter(isOld), adviceDeclined: adviceDeclined.filter(isOld) };
}

/** `indicators` as `indicatorsIn` has them for the period. */
export function recordOfPeriod(
  record: RecordAtHand,
  evidence: EvidenceAtHand | undefined,
  indicators: readonly Indicator[],
  period: Period,
): RecordOfPeriod {
  const facts = evidence?.kind === "sound" ? periodFacts(evidence.input, indicators, record.journal) : undefined;
  const named = new Set(facts?.outages.map(({ incident }) => incident));
  const otherIncidents = record.journal.filter(
    (entry): entry is IncidentEntry =>
      entry.what === "incident" && entry.began >= period.start && entry.began < period.end && !named.has(entry.number),
  );
  return { ...record, facts, otherIncidents };
}

/** The text of an entry, if it is at hand. */
export const textOf = ({ journal, texts }: RecordAtHand, entry: number | undefined): string | undefined =>
  texts.get(journal[(entry ?? 0) - 1]?.commitment ?? "");

/** Longest words of a private text on paper; the JSON file has all of them. */
const MOST_WORDS = 160;

/** `"Mail is down"`, on one line; empty when it is not at hand. */
function quoted(text: string | undefined): string {
  const words = Array.from((text ?? "").replaceAll(/\s+/g, " ").trim());
  if (words.length === 0) return "";
  return `"${words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).join("")}…` : words.join("")}"`;
}

const andText = (text: string | undefined): string => (quoted(text) === "" ? "" : `: ${quoted(text)}`);

/** `client told 20 min after it began, incident 5: "No line"` */
export function toldWords({ incident, toldAfter }: OutageFact, record: RecordAtHand): string {
  if (incident === undefined || toldAfter === undefined) return "client not told";
  const when = toldAfter === 0n ? "client knew when it began" : `client told ${distance(toldAfter)} after it began`;
  return `${when}, incident ${incident}${andText(textOf(record, incident))}`;
}

/** Why time was left out: `planned maintenance, announced 10 days ahead, entry 1: "New disks"`. */
export function reasonWords({ reason }: Pick<ExclusionFact, "reason">, record: RecordAtHand): string {
  switch (reason.what) {
    case "maintenance": {
      const { kind, entry, ahead } = reason;
      const lead = ahead >= 0n ? `${distance(ahead)} ahead` : `${distance(-ahead)} after it began`;
      return `${kind} maintenance, announced ${lead}, entry ${entry}${andText(textOf(record, entry))}`;
    }
    case "advice": {
      const declined = reason.declinedAt === undefined ? "" : `, declined ${moment(reason.declinedAt)}`;
      return `follows from advice ${reason.entry}${declined}${andText(textOf(record, reason.entry))}`;
    }
    case "listed":
      return "listed by whoever measured, in no entry of the record";
    case "closed":
      return "outside the hours that count";
    case "unknown":
      return "the samples do not tell";
  }
}

/** Of an incident that is none of the outages: `began 9 Oct 2025 14:45 UTC, client told 20 min later, not resolved`. */
export function incidentWords({ number, at, began, resolved }: IncidentEntry, record: RecordAtHand): string {
  const over = resolved === undefined ? "not resolved" : `ended ${moment(resolved.ended)}`;
  const told = `client told ${distance(at - began)} later`;
  return `Incident ${number}: began ${moment(began)}, ${told}, ${over}${andText(textOf(record, number))}`;
}

/** How advice stands: `declined 3 Jan 2030: "Too dear"`. */
export function answerWords({ answers }: AdviceEntry, { texts }: RecordAtHand): string {
  const last = answers.at(-1);
  if (last === undefined) return "not answered";
  return `${last.answer === "later" ? "put off" : last.answer} ${moment(last.at)}${andText(texts.get(last.commitment))}`;
}

/** What was advised: `"Buy a second line"`, or that its words are not at hand. */
export const adviceWords = ({ number }: AdviceEntry, record: RecordAtHand): string =>
  quoted(textOf(record, number)) || "its words are not at hand";
