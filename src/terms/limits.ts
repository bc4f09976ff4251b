import type { Problem } from "../errors.ts";
import { DAY, HOUR, LIMITS, type Refuse, type Violation, YEAR } from "./bounds.ts";
import { boundary } from "./calendar.ts";
import { FIELD_BYTES } from "./codec.ts";
import { ceilDiv } from "./credit.ts";
import { formatMoney, formatShare, formatSpan, formatTime, type TokenUnit } from "./format.ts";
import { tableProblems } from "./table-limits.ts";
import type { Terms } from "./types.ts";
import { PPB } from "./types.ts";

const ZERO_ADDRESS = /^0x0{40}$/;

/** S: the shortest period of this many months; all clocks of one period fit into it. */
export function shortestPeriod(periodMonths: number): bigint | undefined {
  return new Map([
    [1, 28n * DAY],
    [3, 89n * DAY],
    [12, 365n * DAY],
  ]).get(periodMonths);
}

/** Without `now` the start may lie anywhere; without `token` amounts are told in its smallest units. */
export interface CheckOptions {
  readonly now?: bigint | undefined;
  readonly token?: TokenUnit | undefined;
}

/** Every limit the terms break, as creation would find it, and the value that breaks it. */
export function findViolations(terms: Terms, { now, token }: CheckOptions = {}): Violation[] {
  const found: Violation[] = [];
  const refuse: Refuse = (fields, code, message, hint) => {
    const problem = { code: `terms.${code}`, message, ...(hint === undefined ? {} : { hint }) };
    found.push({ fields: typeof fields === "string" ? [fields] : fields, problem });
  };
  sizes(terms, refuse);
  roles(terms, refuse);
  money(terms, refuse, token);
  calendar(terms, refuse, now);
  clocks(terms, refuse);
  chronic(terms, refuse);
  tableProblems(terms, refuse);
  return found;
}

/** {@link findViolations} for who only shows them. */
export function checkTerms(terms: Terms, options: CheckOptions = {}): Problem[] {
  return findViolations(terms, options).map((violation) => violation.problem);
}

function sizes(terms: Terms, refuse: Refuse): void {
  for (const [name, bytes] of Object.entries(FIELD_BYTES)) {
    const value = BigInt(terms[name as keyof typeof FIELD_BYTES]);
    const most = (1n << BigInt(8 * bytes)) - 1n;
    if (value < 0n || value > most) refuse(name, "out-of-range", `${name} is ${value}, must be 0 to ${most}.`);
  }
}

function roles(terms: Terms, refuse: Refuse): void {
  for (const role of ["provider", "client", "oracle", "arbiter"] as const) {
    const account = terms[role];
    if (ZERO_ADDRESS.test(account)) refuse(role, "role-missing", `The ${role} is the zero address.`);
    else if (same(account, terms.token)) refuse([role, "token"], "role-clash", `The ${role} is the token, ${account}.`);
  }
  if (ZERO_ADDRESS.test(terms.token)) refuse("token", "role-missing", "The token is the zero address.");
  if (same(terms.provider, terms.client)) {
    refuse(["client", "provider"], "role-clash", `The provider and the client are the same, ${terms.client}.`);
  }
  for (const role of ["provider", "client", "oracle"] as const) {
    if (!same(terms.arbiter, terms[role])) continue;
    const hint = "Name somebody both parties trust: a person, a Safe, a court.";
    refuse(["arbiter", role], "role-clash", `The arbiter is the ${role}, ${terms.arbiter}.`, hint);
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function money(terms: Terms, refuse: Refuse, token?: TokenUnit): void {
  const { fee, bond, pledge, creditCap, periods } = terms;
  const say = (units: bigint) => (token === undefined ? `${units} units` : formatMoney(units, token));
  if (fee < LIMITS.leastFee) {
    const message = `The fee is ${say(fee)}, must be at least ${LIMITS.leastFee} of the token's smallest units, ${say(LIMITS.leastFee)}.`;
    refuse("fee", "fee-too-small", message);
  }
  const most = ceilDiv(2n * BigInt(periods) * fee * (creditCap > PPB ? creditCap : PPB), PPB) + bond;
  if (most >= LIMITS.money) {
    const message = `2 · periods · fee · max(1, credit cap) + bond is ${say(most)}, must be below ${say(LIMITS.money)}.`;
    refuse(["fee", "periods", "creditCap", "bond"], "money-too-large", message);
  }
  if (creditCap > PPB && bond * PPB < (creditCap - PPB) * fee) {
    const least = ceilDiv((creditCap - PPB) * fee, PPB);
    const message = `The bond is ${say(bond)}, must be at least ${say(least)}: the part of the credit cap above the fee.`;
    refuse(
      ["bond", "creditCap", "fee"],
      "bond-too-small",
      message,
      "Raise the bond, or lower the credit cap to 100 %.",
    );
  }
  if (pledge > fee)
    refuse(["pledge", "fee"], "pledge-too-large", `The pledge is ${say(pledge)}, above the fee of ${say(fee)}.`);
  share(["pledgeShare"], "pledge-share-too-large", "pledge's share of the difference", terms.pledgeShare, PPB, refuse);
  share(
    ["silenceCredit", "creditCap"],
    "silence-credit-too-large",
    "credit for no report",
    terms.silenceCredit,
    creditCap,
    refuse,
  );
}

function share(fields: string[], code: string, what: string, value: bigint, most: bigint, refuse: Refuse): void {
  if (value > most) refuse(fields, code, `The ${what} is ${formatShare(value)}, must be at most ${formatShare(most)}.`);
}

function calendar(terms: Terms, refuse: Refuse, now?: bigint): void {
  const { anchor, start, periodMonths, periods } = terms;
  if (shortestPeriod(periodMonths) === undefined) {
    refuse("periodMonths", "period-unknown", `A period is ${periodMonths} months, must be 1, 3 or 12.`);
  }
  within("periods", "periods-out-of-range", "The number of periods", periods, 1, LIMITS.periods, refuse);
  within(
    "noticePeriods",
    "notice-too-long",
    "The notice in periods",
    terms.noticePeriods,
    0,
    LIMITS.noticePeriods,
    refuse,
  );
  const next = boundary(terms, 1);
  if (start < anchor) {
    refuse(
      ["start", "anchor"],
      "start-before-anchor",
      `The start, ${formatTime(start)}, is before the anchor, ${formatTime(anchor)}.`,
    );
  } else if (start >= next) {
    const message = `The start, ${formatTime(start)}, is not before the first boundary after the anchor, ${formatTime(next)}.`;
    refuse(
      ["start", "anchor", "periodMonths"],
      "start-after-period",
      message,
      "Move the anchor to the boundary before the start.",
    );
  }
  if (now === undefined) return;
  if (start <= now) {
    refuse("start", "start-in-past", `The start, ${formatTime(start)}, is not after now, ${formatTime(now)}.`);
  } else if (start > now + YEAR) {
    refuse(
      "start",
      "start-too-far",
      `The start, ${formatTime(start)}, is more than a year away, after ${formatTime(now + YEAR)}.`,
    );
  }
}

function within(
  field: string,
  code: string,
  what: string,
  value: number,
  least: number,
  most: number,
  refuse: Refuse,
): void {
  if (value < least || value > most) refuse(field, code, `${what} is ${value}, must be ${least} to ${most}.`);
}

function clocks(terms: Terms, refuse: Refuse): void {
  const { reportWindow: R, disputeWindow: D, rulingWindow: W, fundingGrace: grace } = terms;
  const span = (field: string, what: string, value: bigint, least: bigint, most?: bigint) => {
    const code = `${what.replaceAll(" ", "-")}-${value < least ? "too-short" : "too-long"}`;
    if (value < least)
      refuse(field, code, `The ${what} is ${formatSpan(value)}, must be at least ${formatSpan(least)}.`);
    else if (most !== undefined && value > most) {
      refuse(field, code, `The ${what} is ${formatSpan(value)}, must be at most ${formatSpan(most)}.`);
    }
  };
  span("reportWindow", "report window", R, HOUR);
  span("disputeWindow", "dispute window", D, DAY);
  span("rulingWindow", "ruling window", W, DAY, YEAR);
  const S = shortestPeriod(terms.periodMonths);
  span("fundingGrace", "grace", grace, HOUR, S === undefined ? undefined : S - 1n);
  if (S !== undefined && R + 2n * D > S) {
    const message = `The report window and twice the dispute window are ${formatSpan(R + 2n * D)} together, must be at most ${formatSpan(S)}: they have to be over before the next period is.`;
    refuse(
      ["disputeWindow", "reportWindow", "periodMonths"],
      "windows-too-long",
      message,
      "Shorten the dispute window or the report window.",
    );
  }
}

function chronic(terms: Terms, refuse: Refuse): void {
  if (terms.chronic.length > LIMITS.chronicRules) {
    refuse(
      "chronic",
      "too-many-chronic-rules",
      `There are ${terms.chronic.length} rules for leaving, must be at most ${LIMITS.chronicRules}.`,
    );
  }
  terms.chronic.forEach(({ count, window, leastShare }, i) => {
    const field = `chronic.${i}`;
    if (leastShare <= 0n) refuse(field, "chronic-share-zero", "A bad period needs a credit above 0 %.");
    if (count < 1 || count > window || window > terms.periods) {
      const message = `${count} bad periods of ${window}: must be 1 ≤ ${count} ≤ ${window} ≤ ${terms.periods}, the number of periods.`;
      refuse([field, "periods"], "chronic-out-of-range", message);
    }
  });
}
