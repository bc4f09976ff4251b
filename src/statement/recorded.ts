import type { EvidenceAtHand } from "../evidence/against.ts";
import { periodFacts, recordFacts, type PeriodFacts } from "../record/facts.ts";
import { journalAt, type AdviceEntry, type IncidentEntry } from "../record/journal.ts";
import type { RecordAtHand } from "../record/words.ts";
import type { Period } from "../terms/calendar.ts";
import type { Indicator } from "../terms/types.ts";
import type { CalendarMonth } from "./month.ts";

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
