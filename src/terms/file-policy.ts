import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { UpheldError } from "../errors.ts";
import { readHolidays } from "../measure/holidays.ts";
import { closedHours, type Hours } from "../measure/hours.ts";
import type { Policy, RecordRule } from "../measure/policy.ts";
import type { TicketRule } from "../measure/tickets.ts";
import { lengthOf } from "../measure/windows.ts";
import { boundary, periodCount, periodOf, termEnd } from "./calendar.ts";
import type { Fields } from "./fields.ts";
import { readAttachment } from "./file-attachment.ts";
import type { Header } from "./file-header.ts";
import { formatDuration } from "./format.ts";
import * as words from "./policy-words.ts";
import { type Indicator, Mode, type Unit, Unit as Units } from "./types.ts";
import { WordError } from "./words.ts";
import type { Section } from "./yaml.ts";

/** What a policy may need of the rest of the file and of the folder that it is in. */
export interface PolicyContext {
  readonly header: Header;
  readonly readBeside: ((file: string) => Uint8Array) | undefined;
}

const MAX_PERIODS = 240;
const KEYS = [
  ...["bad when", "samples in", "a sample speaks for", "places", "outages", "unknown", "hours", "holidays"],
  ...["planned maintenance", "emergency maintenance", "declined advice"],
];

/** The policy in the words of the file, on one line. */
export function policyWords(section: Section): string {
  const said = section.keys().map((key) => {
    if (key === "holidays") return "without the holidays";
    const { text } = section.words(key) ?? { text: "" };
    return key.startsWith("bad") || key.startsWith("a sample") ? `${key} ${text}` : `${key}: ${text}`;
  });
  return said.join("; ");
}

/** What becomes of samples, of tickets, or of outages as the record tells of them. Nothing when a part of it is wrong. */
export interface MeasurePolicy {
  readonly policy?: Policy;
  readonly tickets?: TicketRule;
  /** `of` is the measure by name, found among the others once all are read. */
  readonly disclosure?: { readonly of: string; readonly line: number; readonly within: number };
}

export function readMeasurePolicy(
  section: Section,
  field: string,
  unit: Unit,
  fields: Fields,
  context: PolicyContext,
): MeasurePolicy {
  if (unit === Units.Tickets && DISCLOSURE_KEYS.some((key) => section.lineAt(key) !== undefined)) {
    const disclosure = readDisclosure(section, field, fields, context);
    return disclosure === undefined ? {} : { disclosure };
  }
  if (unit === Units.Tickets) {
    const tickets = readTicketRule(section, field, fields, context);
    return tickets === undefined ? {} : { tickets };
  }
  if (unit === Units.Seconds || unit === Units.Days) {
    const policy = readPolicy(section, field, fields, context);
    return policy === undefined ? {} : { policy };
  }
  const message = "A policy is for seconds and days, which samples are counted in, and for tickets.";
  fields.problems.add(section.line, "not-understood", message);
  return {};
}

const DISCLOSURE_KEYS = ["outages of", "disclosed within"];

/** Counted against the record: each outage of another measure is a case, and bad when the client was told too late. */
function readDisclosure(
  section: Section,
  field: string,
  fields: Fields,
  { header }: PolicyContext,
): MeasurePolicy["disclosure"] {
  const of = fields.required(section, "outages of", field, "", (text) => text);
  const within = fields.required(section, "disclosed within", field, 60, words.parseDisclosure);
  section.finish(DISCLOSURE_KEYS);
  if (fields.isBroken(field)) return undefined;
  const line = section.lineAt("disclosed within");
  if (!fields.isBroken("reportWindow") && BigInt(within) >= header.reportWindow) {
    const message = `The client could still be told in time when the report window of ${formatDuration(header.reportWindow)} is over.`;
    fields.problems.add(line, "not-understood", message, "Ask for word sooner, or make the report window longer.");
    fields.fail(field);
    return undefined;
  }
  return { of, line: section.lineAt("outages of") ?? section.line, within };
}

const TICKET_KEYS = ["priorities", "answered within", "resolved within", "hours", "holidays"];

function readTicketRule(
  section: Section,
  field: string,
  fields: Fields,
  context: PolicyContext,
): TicketRule | undefined {
  const priorities = fields.required<string[]>(section, "priorities", field, [], (text) => text.split(/ ?, ?/));
  const response = fields.optional(section, "answered within", field, undefined, words.parseLimit);
  const resolution = fields.optional(section, "resolved within", field, undefined, words.parseLimit);
  const hours = readHours(section, field, fields, context);
  const limits = ["answered within", "resolved within"].filter((key) => section.lineAt(key) !== undefined);
  section.finish(TICKET_KEYS);
  if (limits.length !== 1) {
    const message = `A policy for tickets has one limit, "answered within" or "resolved within", this one has ${limits.length}.`;
    fields.problems.add(section.line, "not-understood", message, "Make a measure for each limit.");
    return undefined;
  }
  if (fields.isBroken(field)) return undefined;
  const clock = response === undefined ? "resolution" : "response";
  const within = response ?? resolution ?? 0;
  return { priorities, clock, within, ...(hours === undefined ? {} : { hours }) };
}

function readPolicy(section: Section, field: string, fields: Fields, context: PolicyContext): Policy | undefined {
  const bounds = fields.required(section, "bad when", field, words.parseBadWhen("fails"), words.parseBadWhen);
  const scale = fields.optional(section, "samples in", field, bounds.scale, (text) =>
    words.parseSamplesIn(text, bounds),
  );
  const slot = fields.required(section, "a sample speaks for", field, 60, words.parseSlot);
  const places = fields.optional(section, "places", field, { bad: 1, of: 1 }, words.parsePlaces);
  const outages = fields.optional(section, "outages", field, words.parseOutages("all"), words.parseOutages);
  const unknown = fields.required(section, "unknown", field, words.parseUnknown("counts as down"), words.parseUnknown);
  const hours = readHours(section, field, fields, context);
  const record = readRecordRule(section, field, fields);
  section.finish(KEYS);
  if (fields.isBroken(field)) return undefined;
  return {
    good: bounds.good,
    scale,
    slot,
    places,
    ...outages,
    ...unknown,
    ...(hours === undefined ? {} : { hours }),
    ...(Object.keys(record).length === 0 ? {} : { record }),
  };
}

function readRecordRule(section: Section, field: string, fields: Fields): RecordRule {
  const read = <T>(key: string, parse: (text: string) => T) =>
    fields.optional<T | undefined>(section, key, field, undefined, parse);
  const planned = read("planned maintenance", words.parseAhead);
  const emergency = read("emergency maintenance", words.parseAhead);
  const declined = read("declined advice", words.parseDeclined);
  return {
    ...(planned === undefined ? {} : { planned }),
    ...(emergency === undefined ? {} : { emergency }),
    ...(declined === undefined ? {} : { declined }),
  };
}

function readHours(section: Section, field: string, fields: Fields, context: PolicyContext): Hours | undefined {
  const line = section.lineAt("hours");
  fields.at(`${field}.hours`, line);
  const hours = fields.optional<Hours | undefined>(section, "hours", field, undefined, words.parseHours);
  const holidays = readDates(section, field, fields, context);
  if (line === undefined && section.lineAt("holidays") !== undefined) {
    const message = `"holidays" says when the hours do not count, but there are no "hours".`;
    fields.problems.add(section.lineAt("holidays"), "missing-key", message);
    fields.fail(field);
  }
  return hours === undefined ? undefined : { ...hours, holidays };
}

/** Days in the file itself, or those of a calendar file that is fixed by its hash. */
function readDates(section: Section, field: string, fields: Fields, context: PolicyContext): string[] {
  if (section.lineAt("holidays") === undefined) return [];
  if (!section.isSection("holidays")) {
    const dates = section.wordsList("holidays").map((one) => fields.problems.read(one, "holidays", words.parseHoliday));
    if (dates.includes(undefined)) fields.fail(field);
    return [...new Set(dates.filter((date) => date !== undefined))].sort();
  }
  const calendar = readAttachment(section, "holidays", fields, field);
  const { header, readBeside } = context;
  if (calendar === undefined || fields.isBroken(field) || fields.isBroken("periods")) return [];
  const text = section.lineAt("holidays") ?? section.line;
  const read = fields.problems.read({ text: calendar.file, line: text }, "holidays", (file) => {
    const bytes = bytesBeside(file, readBeside);
    if (bytesToHex(sha256(bytes)) !== calendar.sha256) {
      throw new WordError(
        `"${file}" is not the file of this SHA-256.`,
        "Get the one that was agreed on, or agree on this one.",
      );
    }
    return holidaysOf(bytes, header);
  });
  if (read === undefined) fields.fail(field);
  return read ?? [];
}

function bytesBeside(file: string, readBeside: PolicyContext["readBeside"]): Uint8Array {
  const hint = "Put it into the folder of the agreement, or write the holidays as a list of dates.";
  if (!/^[^/\\]+$/.test(file)) throw new WordError(`"${file}" is not the name of a file beside the agreement.`, hint);
  try {
    if (readBeside !== undefined) return readBeside(file);
  } catch (error) {
    throw new WordError(`"${file}" cannot be read: ${error instanceof Error ? error.message : "unknown"}.`, hint);
  }
  throw new WordError(`"${file}" cannot be read here.`, hint);
}

/** Those of the agreement's term, and of a day before and after: a zone's days are not UTC's. */
function holidaysOf(bytes: Uint8Array, { start, ...header }: Header): string[] {
  const date = (time: bigint) => new Date(Number(time) * 1000).toISOString().slice(0, 10);
  const end = boundary(header, Math.min(header.periods, MAX_PERIODS));
  try {
    return readHolidays(new TextDecoder().decode(bytes), date(start - 86_400n), date(end + 86_400n));
  } catch (error) {
    if (error instanceof UpheldError) throw new WordError(`${error.message}.`, error.problem.hint);
    throw error;
  }
}

/** The hours leave time out, and what is left out must fit what the measure lets be excluded. */
export function checkHours(hours: Hours, indicator: Indicator, field: string, fields: Fields, header: Header): void {
  if (indicator.mode === Mode.Count || fields.isBroken("periods") || header.periods > MAX_PERIODS) return;
  const end = termEnd(header);
  const full = Array.from({ length: periodCount(header, end) }, (_, k) => periodOf(header, k, end)).filter(
    (period) => period.end - period.start === period.fullLength,
  );
  const closed = full.map((period) => lengthOf(closedHours(hours, period)) * indicator.instances);
  const most = closed.reduce((a, b) => (a > b ? a : b), 0n);
  if (most <= indicator.excludedCap) return;
  const allowed = formatDuration(indicator.excludedCap);
  const message = `The hours leave ${formatDuration(most)} of a period out, more than the ${allowed} that may be excluded.`;
  fields.problems.add(fields.lineOf(`${field}.hours`), "hours-above-excluded", message, `Raise "excluded" to as much.`);
}
