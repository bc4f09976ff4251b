import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { UpheldError, type Problem } from "../errors.ts";
import type { Measurement } from "../terms/types.ts";
import { explained, records } from "./csv.ts";
import type { Hours } from "./hours.ts";
import { OpenClock } from "./open-clock.ts";
import { earlier, parseUtc } from "./time.ts";
import type { Period } from "./types.ts";
import { merge } from "./windows.ts";

/** Which column of the export says what, by the words of its first line. Other columns are left alone. */
export interface TicketColumns {
  readonly id: string;
  readonly priority: string;
  readonly opened: string;
  /** When a person first answered; empty while nobody has. A resolved ticket counts as answered. */
  readonly responded?: string;
  /** Empty while it is not. */
  readonly resolved?: string;
  /** Spans of waiting for the client, `start/end` and `;` between them; the end of the last may be missing. */
  readonly waiting?: string;
}

/** What one indicator counts: the tickets of some priorities, against one limit. */
export interface TicketRule {
  readonly priorities: readonly string[];
  readonly clock: "response" | "resolution";
  /** Seconds that a ticket may take; as much is still good. Closed hours and waiting for the client do not run. */
  readonly within: number;
  readonly hours?: Hours;
}

export interface TicketCounts {
  /** One for each rule, in their order. */
  readonly measurements: readonly Measurement[];
  /** How many tickets have a priority that no rule has. */
  readonly others: ReadonlyMap<string, number>;
}

interface Ticket {
  readonly priority: string;
  readonly opened: bigint;
  readonly responded?: bigint;
  readonly resolved?: bigint;
  readonly waiting: readonly Period[];
}

/** An export carries descriptions: its lines are longer than those of outages. */
const MAX_LINE = 1_000_000;

/** More priorities than this are no priorities. */
const MAX_OTHERS = 100;

/** Later than any ticket. */
const NEVER = 2n ** 62n;

/** `countTickets` of a file. */
export async function readTickets(
  file: string,
  columns: TicketColumns,
  rules: readonly TicketRule[],
  period: Period,
): Promise<TicketCounts> {
  return countTickets(createReadStream(file), file, columns, rules, period);
}

/**
 * Counts the tickets of a CSV export that the period decided: those answered or resolved in time in it, and, as bad,
 * those whose limit ran out in it. So each ticket is counted once, in one period, and what happens after the period's
 * end changes nothing; the export must hold every ticket that was open in it. Throws with the line of what is wrong.
 */
export async function countTickets(
  input: Readable,
  file: string,
  columns: TicketColumns,
  rules: readonly TicketRule[],
  period: Period,
): Promise<TicketCounts> {
  const counters = rules.map((rule) => ({ rule, clock: new OpenClock(rule.hours, period), total: 0n, bad: 0n }));
  const others = new Map<string, number>();
  const lines = new Map<string, number>();
  let header: ReadonlyMap<keyof TicketColumns, number> | undefined;
  try {
    for await (const { record, info } of records(input, MAX_LINE)) {
      const place = { file, line: info.lines };
      if (header === undefined) {
        header = readHeader(record, columns, place);
        continue;
      }
      const field = (name: keyof TicketColumns) => record[header?.get(name) ?? -1] ?? "";
      requireNew(field("id"), lines, place);
      const ticket = readTicket(field, place);
      const own = counters.filter(({ rule }) => rule.priorities.includes(ticket.priority));
      if (own.length === 0) countOther(ticket.priority, others, place);
      for (const counter of own) {
        const verdict = verdictOn(ticket, counter.rule, counter.clock, period);
        if (verdict !== undefined) counter.total++;
        if (verdict === "late") counter.bad++;
      }
    }
  } catch (error) {
    throw explained(error, file, "tickets", MAX_LINE);
  }
  if (header === undefined) throw wrong("empty", "the file is empty", "the first line names the columns", { file });
  return { measurements: counters.map(({ total, bad }) => ({ total, bad, excluded: 0n })), others };
}

/** What the period decided about the ticket, if it did. */
function verdictOn(
  ticket: Ticket,
  { clock, within }: TicketRule,
  open: OpenClock,
  { start, end }: Period,
): "in time" | "late" | undefined {
  const { opened, resolved = NEVER, responded = NEVER } = ticket;
  const stopped = clock === "resolution" ? resolved : earlier(responded, resolved);
  if (opened >= end || stopped < start) return undefined;
  const isLateBy = (time: bigint) => taken(ticket, time, open) > BigInt(within);
  if (isLateBy(start)) return undefined;
  if (isLateBy(earlier(stopped, end))) return "late";
  return stopped < end ? "in time" : undefined;
}

/** Seconds that ran until `time`. */
function taken({ opened, waiting }: Ticket, time: bigint, open: OpenClock): bigint {
  const waited = waiting.reduce((sum, span) => sum + open.between(span.start, earlier(span.end, time)), 0n);
  return open.between(opened, time) - waited;
}

type Place = Required<Pick<Problem, "file" | "line">>;

function readHeader(record: readonly string[], columns: TicketColumns, place: Place) {
  const named = Object.entries(columns) as [keyof TicketColumns, string][];
  for (const [what, name] of named) {
    const times = record.filter((column) => column === name).length;
    if (times === 1) continue;
    const message = `the column "${name}" (${what}) is ${times === 0 ? "not there" : "there twice"}: the first line reads "${record.join(",").slice(0, 200)}"`;
    throw wrong("header", message, "name the export's own columns, as its first line does", place);
  }
  return new Map(named.map(([what, name]) => [what, record.indexOf(name)]));
}

function readTicket(field: (name: keyof TicketColumns) => string, place: Place): Ticket {
  const time = (name: "responded" | "resolved") => {
    const text = field(name);
    return text === "" ? undefined : parseUtc(text, place);
  };
  const opened = parseUtc(field("opened"), place);
  const [responded, resolved] = [time("responded"), time("resolved")];
  for (const [what, at] of Object.entries({ responded, resolved })) {
    if (at === undefined || at >= opened) continue;
    const message = `ticket ${shown(field("id"))} was ${what} at ${field(what as "resolved")}, before it was opened at ${field("opened")}`;
    throw wrong("order", message, "correct the export, or map the right columns", place);
  }
  return {
    priority: field("priority"),
    opened,
    ...(responded === undefined ? {} : { responded }),
    ...(resolved === undefined ? {} : { resolved }),
    waiting: readWaiting(field("waiting"), opened, place),
  };
}

/** Merged, and none before the ticket was opened. */
function readWaiting(text: string, opened: bigint, place: Place): Period[] {
  const spans = text.split(";").filter((span) => span.trim() !== "");
  return merge(
    spans.map((span) => {
      const [from = "", to, ...rest] = span.trim().split("/");
      const start = parseUtc(from, place);
      const end = to === undefined || to === "" ? NEVER : parseUtc(to, place);
      if (to !== undefined && rest.length === 0 && start >= opened && start < end) return { start, end };
      const hint = "write start/end from its opening on, with ; between spans; the last end may be missing: start/";
      throw wrong("waiting", `"${shown(span.trim())}" is not a span of waiting`, hint, place);
    }),
  );
}

function requireNew(id: string, lines: Map<string, number>, place: Place): void {
  const first = lines.get(id);
  if (id === "") throw wrong("id", "the ticket has no id", "map the column that tells tickets apart", place);
  if (first !== undefined) {
    const message = `ticket ${shown(id)} is there twice, first on line ${first}`;
    throw wrong("id", message, "export each ticket once: it would count twice", place);
  }
  lines.set(id, place.line);
}

function countOther(priority: string, others: Map<string, number>, place: Place): void {
  others.set(priority, (others.get(priority) ?? 0) + 1);
  if (others.size > MAX_OTHERS) {
    const message = `more than ${MAX_OTHERS} priorities that no rule has, the last "${shown(priority)}"`;
    throw wrong("priorities", message, "map the right column to the priority", place);
  }
}

const wrong = (code: string, message: string, hint: string, place: Partial<Place>) =>
  new UpheldError({ code: `tickets.${code}`, message, hint, ...place });

const shown = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
