import { periodAt, periodCount, periodOf, periodStart, type Period } from "../terms/calendar.ts";
import { LIMITS } from "../terms/bounds.ts";
import { type Agreement, type Course, NOBODY, SEATS } from "./agreement.ts";
import { require } from "./refusal.ts";

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, amount) => all + amount, 0n);

// ----------------------------------------------------------------------------------------------------- inside

/** The waterfall: whatever comes in pays arrears first. */
function payArrears({ money }: Agreement): void {
  const paid = min(money.balance, money.owed);
  money.balance -= paid;
  money.owed -= paid;
  money.earnings += paid;
}

/** M rises. */
export function receive(a: Agreement, amount: bigint): void {
  a.money.balance += amount;
  payArrears(a);
}

/** The provider has earned. */
export function earn(a: Agreement, amount: bigint): void {
  a.money.owed += amount;
  payArrears(a);
}

/** Takes `wanted` from the bond into M, as far as it goes; what it lacks is not owed. */
export function drawBond(a: Agreement, wanted: bigint, at: bigint): bigint {
  const drawn = min(wanted, a.money.bond);
  if (drawn === 0n) return 0n;
  a.money.bond -= drawn;
  if (a.bondShortSince === 0n) a.bondShortSince = at;
  receive(a, drawn);
  return drawn;
}

export const isOpen = ({ split, resolved }: Course): boolean => split !== undefined && resolved === undefined;

/** Q: the stakes in disputes nobody has resolved. */
export function pledges({ courses }: Agreement): bigint {
  const pending = courses.filter(({ resolved }) => resolved === undefined);
  return sum(pending.flatMap(({ dispute }) => SEATS.map((seat) => dispute?.claims[seat]?.pledge ?? 0n)));
}

/** What disputes keep for the arbiter, within M or still to come. */
export function held({ courses }: Agreement): bigint {
  return sum(courses.filter(isOpen).map(({ split }) => split?.held ?? 0n));
}

// ------------------------------------------------------------------------------------------------- commitment

export const countOf = (a: Agreement): number => periodCount(a.terms, a.end);
export const period = (a: Agreement, k: number): Period => periodOf(a.terms, k, a.end);

/** What started periods cost that are not resolved yet, and what is held. Period 0 counts from activation. */
export function startedAndHeld(a: Agreement, now: bigint): bigint {
  return held(a) + feesBetween(a, a.current, startedPeriods(a, now));
}

/** What `withdraw` leaves in M while the agreement is active. */
export function commitment(a: Agreement, now: bigint): bigint {
  return held(a) + feesBetween(a, a.current, startedPeriods(a, now) + a.terms.noticePeriods);
}

/** How many periods have started. */
function startedPeriods(a: Agreement, now: bigint): number {
  const count = countOf(a);
  let started = Math.min(1, count);
  while (started < count && periodStart(a.terms, started) <= now) ++started;
  return started;
}

function feesBetween(a: Agreement, from: number, until: number): bigint {
  const last = Math.min(until, countOf(a));
  let fees = 0n;
  for (let k = from; k < last; ++k) fees += period(a, k).fee;
  return fees;
}

/** The period the clock is in, whatever the end. */
export const runningPeriod = (a: Agreement, time: bigint): number => periodAt(a.terms, time);

// ------------------------------------------------------------------------------------------------------ tokens

export const balanceIn = (a: Agreement, token: string, holder: string): bigint => a.wallets[token]?.[holder] ?? 0n;

/** Tokens the agreement holds beyond what it has booked. */
export function unabsorbed(a: Agreement): bigint {
  const { balance, earnings, bond } = a.money;
  return balanceIn(a, a.terms.token, a.address) - (balance + earnings + bond + pledges(a));
}

/** Books what arrived by plain transfer; nothing lifts M above 2^95. */
export function absorb(a: Agreement): void {
  const room = LIMITS.money - a.money.balance;
  receive(a, min(unabsorbed(a), room > 0n ? room : 0n));
}

/** Moves tokens from `from` to `to`, as an ERC-20 by OpenZeppelin does. */
export function transfer(a: Agreement, token: string, from: string, to: string, amount: bigint): void {
  require(to !== NOBODY, "ERC20InvalidReceiver", to);
  const has = balanceIn(a, token, from);
  require(has >= amount, "ERC20InsufficientBalance", from, has, amount);
  const holders = (a.wallets[token] ??= {});
  holders[from] = has - amount;
  holders[to] = (holders[to] ?? 0n) + amount;
}

/** Pulls from a caller's wallet. */
export function pull(a: Agreement, from: string, amount: bigint): void {
  if (amount > 0n) transfer(a, a.terms.token, from, a.address, amount);
}

/** Pays out of the agreement. */
export function pay(a: Agreement, to: string, amount: bigint): void {
  if (amount > 0n) transfer(a, a.terms.token, a.address, to, amount);
}
