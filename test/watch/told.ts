/** Agreements as a watcher sees them, from events and a state as told: without a chain. */
import { moment } from "../../src/format.ts";
import type { EventName, EventValues } from "../../src/chain/events.ts";
import { PHASES, SEATS, STAGES, type Phase, type Seat, type Stage } from "../../src/chain/enums.ts";
import { periodAt, periodOf, termEnd } from "../../src/terms/calendar.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import type { Terms } from "../../src/terms/types.ts";
import { coursesOf, type TimedEvent } from "../../src/watch/course.ts";
import type { Deadline, Notice } from "../../src/watch/notice.ts";
import type { View, WatchedAgreement } from "../../src/watch/view.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { agreementText } from "../cli/agreement.ts";

export const DAY = 86_400n;
/** UTC seconds of `2030-02-01` or `2030-02-01T12:00`. */
export const on = (date: string): bigint => BigInt(Date.parse(date.length === 10 ? date : `${date}Z`)) / 1000n;

const account = (byte: string) => `0x${byte.repeat(20)}`;
export const PEOPLE = {
  provider: account("11"),
  client: account("22"),
  oracle: account("33"),
  arbiter: account("44"),
  stranger: account("66"),
};
export const TOKEN = account("55");
export const ADDRESS = account("99");
export const ROOT = `0x${"ab".repeat(32)}`;
export const NO_ROOT = `0x${"00".repeat(32)}`;

export const TEXT = agreementText(PEOPLE, TOKEN);

/** The agreement of the stories, its file changed by `change`: twelve months of 2030, 1,000 USDC each. */
export function watched(change: (text: string) => string = (text) => text): WatchedAgreement {
  const { terms, measures, token, names } = parseAgreement(change(TEXT));
  return {
    ...{ address: ADDRESS, label: "Harbor", ref: "harbor.sla.yaml", terms, currency: token, names },
    measures: measures.map(({ name }) => name),
    policies: measures.map(({ policy }) => policy),
    evidence: undefined,
  };
}

/** A credit of 150 % of which a bond of 500 USDC pays what the fee does not. */
export const bonded = (text: string): string =>
  text
    .replace("credit cap: 50%", "credit cap: 150%\nbond: 500 USDC")
    .replace("    below 95%: 50%\n", "    below 50%: 150%\n");

type Told<N extends EventName> = Partial<EventValues[N]> | Record<string, unknown>;

/** An event of the block at `time`. */
export function event<N extends EventName>(name: N, time: bigint, values: Told<N>): TimedEvent {
  return { name, values, time, block: Number(time), transaction: `0x${time.toString(16)}` } as unknown as TimedEvent;
}

export const seat = (name: Seat): bigint => BigInt(SEATS.indexOf(name));

export const accepted = (name: Seat, time = on("2029-12-10")): TimedEvent =>
  event("Accepted", time, { seat: seat(name), account: PEOPLE[name] });

/** Both have accepted. */
export const ACTIVE = [accepted("client"), accepted("provider")];

/** A report of January, or of a later period: `bad` seconds, and `credit` in whole USDC. */
export function reported(
  time: bigint,
  credit: number,
  { period = 0, revision = 0, bad = 0, excluded = 0, total = 2_678_400, evidence = ROOT } = {},
): TimedEvent {
  const measurements = [{ total: BigInt(total), bad: BigInt(bad), excluded: BigInt(excluded) }];
  const of = { period: BigInt(period), revision: BigInt(revision), credit: usdc(credit) };
  return event("Reported", time, { ...of, evidence, measurements });
}

export function disputed(
  time: bigint,
  by: Seat,
  credit: number,
  { period = 0, pledge = 50, evidence = ROOT } = {},
): TimedEvent {
  const of = { period: BigInt(period), seat: seat(by), credit: usdc(credit), pledge: usdc(pledge) };
  return event("Disputed", time, { ...of, evidence, measurements: [{ total: 1n, bad: 0n, excluded: 0n }] });
}

export const usdc = (amount: number): bigint => BigInt(Math.round(amount * 1_000_000));

type StateField =
  | ("providerAccepted" | "clientAccepted" | "period" | "periods" | "end" | "reportedAt" | "credit" | "disputedAt")
  | ("owed" | "leaveUntil" | "bondShortSince");

/** What the chain may say beside what follows from the terms and the time. */
export interface Said {
  readonly phase?: Phase;
  readonly stage?: Stage;
  /** The first that is not resolved. */
  readonly period?: number;
  readonly end?: bigint;
  readonly state?: Partial<Pick<SummaryStructOutput["state"], StateField>>;
  readonly summary?: Partial<
    Pick<SummaryStructOutput, "runningPeriod" | "resolvesAt" | "fundedThrough" | "bondMissing">
  >;
}

/** All is paid in and well, but for what is said. */
export function summaryOf(terms: Terms, now: bigint, said: Said = {}): SummaryStructOutput {
  const { phase = "active", stage = "running", period = 0, end = termEnd(terms), state, summary } = said;
  const { start, end: periodEnd, base, fee } = periodOf(terms, period, end);
  return {
    ...{ phase: BigInt(PHASES.indexOf(phase)), runningPeriod: BigInt(periodAt(terms, now, end)) },
    ...{ periodStart: start, periodEnd, periodFee: fee, reportFrom: base, reportUntil: base + terms.reportWindow },
    ...{ resolvesAt: 0n, fundedThrough: end, bondMissing: 0n },
    ...summary,
    state: {
      ...{ providerAccepted: true, clientAccepted: true, period: BigInt(period), periods: BigInt(terms.periods), end },
      ...{ stage: BigInt(STAGES.indexOf(stage)), revision: 0n, reportedAt: 0n, credit: 0n, disputedAt: 0n },
      ...{ owed: 0n, leaveUntil: 0n, bondShortSince: 0n },
      ...state,
    },
  } as unknown as SummaryStructOutput;
}

/** What is known of `agreement` at `now`, after `events`. */
export function viewAt(
  now: bigint,
  events: readonly TimedEvent[] = ACTIVE,
  { agreement = watched(), ...said }: Said & { readonly agreement?: WatchedAgreement } = {},
): View {
  const summary = summaryOf(agreement.terms, now, said);
  const courses = coursesOf(agreement.terms, summary.state.end, events, now);
  return { agreement, events, summary, now, courses };
}

const ROLES = ["client", "provider", "arbiter"] as const;

/** A notice as the tests write it: what it is, then what each role reads. */
export function shown(notices: readonly Notice[]): string {
  return notices
    .map(({ id, topic, at, until, stands, facts, said }) =>
      [
        `${id} (${topic}${stands ? ", stands" : ""}) ${moment(at)} to ${moment(until)}`,
        ...(facts.length === 0 ? [] : [`  facts: ${facts.join(" ").replace(ROOT, "ROOT")}`]),
        ...ROLES.flatMap((role) => {
          const one = said[role];
          return one === undefined ? [] : [`  ${role}, ${one.tone}: ${one.title}`, ...indented(one.lines)];
        }),
      ].join("\n"),
    )
    .join("\n");
}

/** The same of deadlines. */
export function shownDeadlines(deadlines: readonly Deadline[]): string {
  return deadlines
    .map(({ id, time, since, isTentative, reminds, said }) =>
      [
        `${id} ${moment(time)}, known ${since === 0n ? "always" : `from ${moment(since)}`}` +
          `${isTentative ? ", tentative" : ""}${reminds ? ", reminds" : ""}`,
        ...ROLES.flatMap((role) => {
          const one = said[role];
          return one === undefined ? [] : [`  ${role}: ${one.title}`, ...indented(one.lines)];
        }),
      ].join("\n"),
    )
    .join("\n");
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `    ${line}`);

/** A text written over many lines, without its indentation. */
export function plainly(text: string): string {
  const lines = text.replace(/^\n/, "").trimEnd().split("\n");
  const indent = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}
