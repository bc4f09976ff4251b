import { Unit } from "../terms/types.ts";
import { formatDuration, formatMoney, formatRatio, formatTime } from "../terms/format.ts";
import { formatQuantity } from "../terms/tiers.ts";
import { moment, shortAddress } from "../format.ts";
import type { Period } from "../terms/calendar.ts";
import { monthAt, monthTitle } from "./month.ts";
import type { Measured, Service } from "./service.ts";
import { nextFee, type Statement } from "./statement.ts";

/** Something a reader must know, or must do. */
export interface Remark {
  readonly isBad: boolean;
  readonly text: string;
}

export interface Todo {
  readonly who: "client" | "provider" | "arbiter" | "oracle";
  readonly what: string;
}

/** More than three things to do are none. */
const MOST_TODOS = 3;

export const who = ({ names, seats }: Statement, seat: "client" | "provider"): string =>
  names[seat] ?? `the ${seat} (${shortAddress(seats[seat])})`;

/** `October 2025`, or the days of a period that is no calendar month. */
export function titleOf({ start, end }: Pick<Period, "start" | "end">): string {
  const month = monthAt(start);
  return month.start === start && month.end === end ? monthTitle(month) : `${formatTime(start)} to ${formatTime(end)}`;
}

/** What the counts of a measure were, in words. */
export function countsWords({ indicator, counts, name }: Measured): string {
  const { bad, total } = counts;
  if (total === 0n) return `${name}: nothing to count`;
  const amount =
    indicator.unit === Unit.Seconds ? `down ${formatDuration(bad)}` : `${formatQuantity(bad, indicator.unit)} bad`;
  return `${name}: ${bad === 0n ? "nothing bad" : amount}, ${formatRatio(total - bad, total)} good`;
}

/** What the month was like: bad news first. */
export function remarksOf(statement: Statement): Remark[] {
  const { token, closing, services, open, month } = statement;
  const money = (amount: bigint) => formatMoney(amount, token);
  const bad = [
    ...services.flatMap(({ evidence }) =>
      evidence?.kind === "differs" ? [`The evidence file does not fit what the chain has: ${evidence.message}.`] : [],
    ),
    ...(closing.client < 0n ? [`${money(-closing.client)} are owed to ${who(statement, "provider")}.`] : []),
    ...services.flatMap((service) => serviceRemarks(statement, service)),
    ...rulingRemarks(statement),
    ...(statement.held > 0n ? [`${money(statement.held)} wait for the arbiter.`] : []),
    ...services.flatMap(({ leaveUntil }) =>
      leaveUntil === undefined
        ? []
        : [`Too many bad periods: ${who(statement, "client")} may leave at once until ${moment(leaveUntil)}.`],
    ),
  ];
  const good = services.flatMap((service) => goodRemark(statement, service) ?? []);
  const none = services.length === 0 ? [`No period ends in ${monthTitle(month)}: no fee falls due.`] : [];
  const provisional = open.length === 0 ? [] : [`Provisional: ${open.join("; ")}.`];
  return [
    ...bad.map((text) => ({ isBad: true, text })),
    ...[...good, ...none, ...provisional].map((text) => ({ isBad: false, text })),
  ];
}

function serviceRemarks(statement: Statement, service: Service): string[] {
  const { token } = statement;
  const money = (amount: bigint) => formatMoney(amount, token);
  const client = who(statement, "client");
  const title = titleOf(service.period);
  const { stage, until, report, credit, fromBond, isSilent, claims } = service;
  const settles = stage === "reported" && until !== undefined ? ` on ${moment(until)}, unless a party disputes` : "";
  const counted = service.measures
    .filter(({ counts }) => counts.bad > 0n)
    .map((measured) => ` (${countsWords(measured)})`);
  const lines: string[] = [];
  if (isSilent)
    lines.push(`Nobody reported ${title}: the credit agreed for silence stands${stage === "final" ? "" : settles}.`);
  for (const { seat, credit: claimed } of claims) {
    const against = report === undefined ? "silence" : `the report's ${money(report.credit)}`;
    lines.push(`${title} was disputed: the ${seat} claims a credit of ${money(claimed)}, against ${against}.`);
  }
  if (stage === "final" || stage === "split") {
    const bond = fromBond > 0n ? `, ${money(fromBond)} of it from the bond` : "";
    if (credit > 0n) lines.push(`${title} was bad${counted.join("")}: ${money(credit)} go to ${client}${bond}.`);
  } else if (stage === "reported" && report !== undefined && report.credit > 0n) {
    lines.push(`${title} was bad${counted.join("")}: ${money(report.credit)} of credit for ${client}${settles}.`);
  }
  return lines;
}

/** What was decided in this month about what had been held. */
function rulingRemarks({ rulings, token }: Statement): string[] {
  return rulings.map(({ period, at, ruling, toProvider, toClient }) => {
    const money = (amount: bigint) => formatMoney(amount, token);
    const said = {
      report: "the arbiter picked the report",
      provider: "the arbiter picked the provider's counts",
      client: "the arbiter picked the client's counts",
      declined: "no claim was picked, the report stands",
      none: "both agreed",
    }[ruling];
    const title = titleOf(period);
    return `The dispute about ${title} ended ${moment(at)} (${said}): of what was held ${money(toProvider)} to the provider, ${money(toClient)} to the client.`;
  });
}

function goodRemark(_statement: Statement, service: Service): string | undefined {
  const title = titleOf(service.period);
  const { stage, credit, report, until } = service;
  if (stage === "final" && credit === 0n) return `${title}: no credit, the whole fee was earned.`;
  if (stage === "reported" && report?.credit === 0n)
    return `${title} was reported without credit; final on ${moment(until ?? 0n)}.`;
  return undefined;
}

/** What is to be done, the most urgent first; at most three. */
export function todosOf(statement: Statement): Todo[] {
  const { token, closing, services, terms, held, open, end, month, isBinding, record } = statement;
  const money = (amount: bigint) => formatMoney(amount, token);
  const todos: Todo[] = [];
  const add = (seat: Todo["who"], what: string) => todos.push({ who: seat, what });
  for (const service of services) {
    const { stage, until = 0n, claims, report } = service;
    const title = titleOf(service.period);
    if (stage === "disputed" && claims.length === 1) {
      const other = claims[0]?.seat === "client" ? "provider" : "client";
      add(other, `Answer the claim about ${title} before ${moment(until)}: upheld dispute.`);
    }
    if (stage === "split")
      add("arbiter", `Rule about ${title} before ${moment(until)}; else the report stands: upheld rule.`);
    if (stage === "reported") {
      add(
        "client",
        `Look at the counts of ${title}. If you saw it otherwise, dispute before ${moment(until)}: upheld dispute.`,
      );
    }
    if (stage === "awaiting" && report === undefined)
      add("oracle", `Report ${title} before ${moment(until)}: upheld report.`);
  }
  const next = nextFee(statement);
  const free = closing.client - held;
  if (free < 0n) add("client", `Pay in ${money(-free)}: it is owed or held, and arrears let the provider leave.`);
  else if (next !== undefined && free < next.fee) {
    const by = next.start + terms.fundingGrace;
    add("client", `Pay in at least ${money(next.fee - free)} before ${moment(by)}: the running period is not covered.`);
  }
  for (const { leaveUntil } of services) {
    if (leaveUntil !== undefined)
      add("client", `Decide whether to stay: you may leave at once until ${moment(leaveUntil)} (upheld terminate).`);
  }
  const isOver = end <= month.end;
  if (isBinding && !isOver && closing.bond < terms.bond)
    add("provider", `Make the bond whole with ${money(terms.bond - closing.bond)}: upheld bond.`);
  if (services.some(({ evidence }) => evidence?.kind === "missing")) {
    add("client", "Ask the oracle for the evidence file: without it nobody can recompute the counts.");
  }
  const waiting = record?.adviceOpen ?? [];
  if (waiting.length > 0 && !isOver) {
    const numbers = waiting.map(({ number }) => number).join(", ");
    add("client", `Answer advice ${numbers}: accepted, declined or later (upheld record answer).`);
  }
  if (open.length === 0 && isOver && free > 0n)
    add("client", `Take out what is left, ${money(free)}: upheld withdraw.`);
  if (open.length === 0 && closing.provider > 0n && closing.client >= 0n) {
    add("provider", `Claim ${money(closing.provider)} whenever you like: upheld claim.`);
  }
  return todos.slice(0, MOST_TODOS);
}
