import {
  ANSWERS,
  DOCUMENTS,
  MAINTENANCE,
  nameOf,
  SEATS,
  type Answer,
  type DocumentKind,
  type MaintenanceKind,
  type Seat,
} from "../chain/enums.ts";
import type { RecordEvent } from "./journal.ts";

/** The commitment of an answer that says nothing else. */
export const NOTHING_SAID = `0x${"0".repeat(64)}`;

/** What an event of the record carries, by the names of its parameters, whatever decoded it. */
export type EventValues = Readonly<Record<string, bigint>> & Readonly<Record<"account" | "commitment", string>>;

/** The event of this name; undefined: none of the record's. */
export function recordEventOf(name: string, values: EventValues): RecordEvent | undefined {
  const number = (key: string): bigint => values[key] ?? 0n;
  const common = {
    number: Number(number("entry")),
    at: number("time"),
    account: values.account,
    commitment: values.commitment,
  };
  switch (name) {
    case "MaintenanceAnnounced": {
      const kind = nameOf(MAINTENANCE, number("kind")) as MaintenanceKind;
      return { ...common, name: "announced", kind, start: number("start"), end: number("end") };
    }
    case "IncidentDisclosed":
      return { ...common, name: "disclosed", began: number("began") };
    case "IncidentUpdated":
      return { ...common, name: "updated" };
    case "IncidentResolved":
      return { ...common, name: "resolved", ended: number("ended") };
    case "AdviceGiven":
      return { ...common, name: "advised" };
    case "AdviceAnswered":
      return { ...common, name: "answered", answer: nameOf(ANSWERS, number("answer")) as Answer };
    case "EntryRetracted":
      return { ...common, name: "retracted", commitment: NOTHING_SAID };
    case "DocumentFiled": {
      const kind = nameOf(DOCUMENTS, number("kind")) as DocumentKind;
      return { ...common, name: "filed", kind, seat: nameOf(SEATS, number("seat")) as Seat };
    }
    default:
      return undefined;
  }
}
