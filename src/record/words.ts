import { distance, moment } from "../format.ts";
import type { ExclusionFact, OutageFact } from "./facts.ts";
import {
  leadOf,
  standingAnswer,
  type AdviceEntry,
  type IncidentEntry,
  type Journal,
  type RecordEntry,
} from "./journal.ts";

/** The record in words, for a page, a statement or a terminal. */

/** An agreement's record, with the private texts that are at hand, by their commitments. */
export interface RecordAtHand {
  readonly journal: Journal;
  readonly texts: ReadonlyMap<string, string>;
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

/** What an entry is and how it stands, on one line: `planned maintenance 22 Nov 2025 22:00 UTC to …, told 18 days ahead`. */
export function headline(entry: RecordEntry): string {
  switch (entry.what) {
    case "maintenance": {
      const window = `${entry.kind} maintenance ${moment(entry.start)} to ${moment(entry.end)}`;
      return `${window}, ${leadText(leadOf(entry))}${entry.retractedAt === undefined ? "" : ", taken back"}`;
    }
    case "incident": {
      const over = entry.resolved === undefined ? "not resolved" : `ended ${moment(entry.resolved.ended)}`;
      return `incident, began ${moment(entry.began)}, told ${distance(entry.at - entry.began)} later, ${over}`;
    }
    case "advice":
      return `advice, ${entry.retractedAt === undefined ? (standingAnswer(entry) ?? "not answered") : "taken back"}`;
    case "document":
      return `document of the ${entry.seat}: ${entry.kind}`;
  }
}

const leadText = (lead: bigint): string =>
  lead >= 0n ? `told ${distance(lead)} ahead` : `told ${distance(-lead)} after it began`;
