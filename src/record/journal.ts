import type { Answer, DocumentKind, MaintenanceKind, Seat } from "../chain/enums.ts";
import type { Period } from "../measure/types.ts";

/** Something that was said: when, by which account, and the commitment to its text. Times are UTC seconds. */
export interface Saying {
  /** The block's time. */
  readonly at: bigint;
  readonly account: string;
  /** 32 bytes in lower-case hex; all zero: nothing beside the kind was said. */
  readonly commitment: string;
}

interface Common extends Saying {
  /** Its number in the agreement's record, from 1. */
  readonly number: number;
}

/** Maintenance, announced at `at`, from `start` until `end`. */
export interface MaintenanceEntry extends Common, Period {
  readonly what: "maintenance";
  readonly kind: MaintenanceKind;
  /** When it was taken back, before it began. */
  readonly retractedAt?: bigint;
}

/** An incident, disclosed at `at`. When it began and ended is what the provider said. */
export interface IncidentEntry extends Common {
  readonly what: "incident";
  readonly began: bigint;
  readonly updates: readonly Saying[];
  readonly resolved?: Saying & { readonly ended: bigint };
}

/** Advice, given at `at`. */
export interface AdviceEntry extends Common {
  readonly what: "advice";
  /** In their order; each goes beyond the one before it. */
  readonly answers: readonly (Saying & { readonly answer: Answer })[];
  readonly retractedAt?: bigint;
}

/** A document, filed at `at`. */
export interface DocumentEntry extends Common {
  readonly what: "document";
  readonly kind: DocumentKind;
  readonly seat: Seat;
}

export type RecordEntry = MaintenanceEntry | IncidentEntry | AdviceEntry | DocumentEntry;

/** An agreement's record, as far as it was read: the entries in the order of their numbers. */
export type Journal = readonly RecordEntry[];

/** One event of the record, decoded. */
export type RecordEvent = Saying & { readonly number: number } & (
    | ({ readonly name: "announced"; readonly kind: MaintenanceKind } & Period)
    | { readonly name: "disclosed"; readonly began: bigint }
    | { readonly name: "updated" }
    | { readonly name: "resolved"; readonly ended: bigint }
    | { readonly name: "advised" }
    | { readonly name: "answered"; readonly answer: Answer }
    | { readonly name: "retracted" }
    | { readonly name: "filed"; readonly kind: DocumentKind; readonly seat: Seat }
  );

/** The entries that events of one agreement, in their order, make. The contract lets no event come before its entry. */
export function journalOf(events: readonly RecordEvent[]): Journal {
  const entries: RecordEntry[] = [];
  for (const event of events) {
    const { number } = event;
    const made = entryBegun(event);
    if (made !== undefined) entries[number - 1] = made;
    else entries[number - 1] = changed(entries[number - 1], event);
  }
  return entries;
}

function entryBegun(event: RecordEvent): RecordEntry | undefined {
  const { number, at, account, commitment } = event;
  const common = { number, at, account, commitment };
  switch (event.name) {
    case "announced":
      return { what: "maintenance", ...common, kind: event.kind, start: event.start, end: event.end };
    case "disclosed":
      return { what: "incident", ...common, began: event.began, updates: [] };
    case "advised":
      return { what: "advice", ...common, answers: [] };
    case "filed":
      return { what: "document", ...common, kind: event.kind, seat: event.seat };
    default:
      return undefined;
  }
}

function changed(entry: RecordEntry | undefined, event: RecordEvent): RecordEntry {
  const { at, account, commitment } = event;
  const said = { at, account, commitment };
  if (entry?.what === "incident" && event.name === "updated") return { ...entry, updates: [...entry.updates, said] };
  if (entry?.what === "incident" && event.name === "resolved")
    return { ...entry, resolved: { ...said, ended: event.ended } };
  if (entry?.what === "advice" && event.name === "answered")
    return { ...entry, answers: [...entry.answers, { ...said, answer: event.answer }] };
  if ((entry?.what === "advice" || entry?.what === "maintenance") && event.name === "retracted")
    return { ...entry, retractedAt: at };
  throw new RangeError(`${event.name} of entry ${event.number}, which is ${entry?.what ?? "not there"}`);
}

/** The record as it stood at `time`: without what was written later. */
export function journalAt(journal: Journal, time: bigint): Journal {
  const isSaid = ({ at }: Saying) => at <= time;
  return journal.filter(isSaid).map((entry) => {
    switch (entry.what) {
      case "incident": {
        const { resolved, ...rest } = entry;
        const seen = { ...rest, updates: rest.updates.filter(isSaid) };
        return resolved !== undefined && isSaid(resolved) ? { ...seen, resolved } : seen;
      }
      case "advice": {
        const { retractedAt, ...rest } = entry;
        const seen = { ...rest, answers: rest.answers.filter(isSaid) };
        return retractedAt !== undefined && retractedAt <= time ? { ...seen, retractedAt } : seen;
      }
      case "maintenance": {
        const { retractedAt, ...rest } = entry;
        return retractedAt !== undefined && retractedAt <= time ? entry : rest;
      }
      case "document":
        return entry;
    }
  });
}

/** The answer that stood just before `time`: what was said in that very second came too late. */
export function answerBefore({ answers }: AdviceEntry, time: bigint): Answer | undefined {
  return answers.filter(({ at }) => at < time).at(-1)?.answer;
}

/** The answer that stands. */
export const standingAnswer = ({ answers }: AdviceEntry): Answer | undefined => answers.at(-1)?.answer;

/** How many seconds before its start maintenance was announced; negative: so many after it. */
export const leadOf = ({ start, at }: MaintenanceEntry): bigint => start - at;

/** Whether advice still waits: no answer, or later, and not retracted. */
export function isOpen(advice: AdviceEntry): boolean {
  const answer = standingAnswer(advice);
  return advice.retractedAt === undefined && (answer === undefined || answer === "later");
}

/** All that was said in the record with a text behind it, in the order of the entries. */
export function sayingsOf(journal: Journal): { readonly entry: RecordEntry; readonly saying: Saying }[] {
  return journal.flatMap((entry) => {
    const more: readonly Saying[] =
      entry.what === "incident"
        ? [...entry.updates, ...(entry.resolved === undefined ? [] : [entry.resolved])]
        : entry.what === "advice"
          ? entry.answers
          : [];
    return [entry, ...more].filter(isText).map((saying) => ({ entry, saying }));
  });
}

const isText = ({ commitment }: Saying): boolean => !/^0x0+$/.test(commitment);
