import { nameOf, SEATS } from "../chain/enums.ts";
import { min } from "../model/money.ts";
import { periodOf } from "../terms/calendar.ts";
import type { Terms } from "../terms/types.ts";
import type { Happened } from "./happened.ts";
import { monthAt } from "./month.ts";

/**
 * Whose money an agreement holds. `client`: its balance, less what it owes. `provider`: its earnings, and what is owed
 * to it. `bond` and `stakes` wait for what becomes of them.
 */
export const ACCOUNTS = ["client", "provider", "bond", "stakes"] as const;
export type Account = (typeof ACCOUNTS)[number];

/** What moves money, in the order in which a statement lists it. */
export const KINDS = ["in", "fee", "credit", "bond", "stake", "paid"] as const;
export type Kind = (typeof KINDS)[number];

/** One amount for each account, in units of the token. */
export type Amounts = Readonly<Record<Account, bigint>>;

/** One movement of money: how much each account rises, or, negative, falls. */
export interface Entry {
  /** When it happened or became due, UTC seconds. */
  readonly at: bigint;
  /** The month whose statement it stands in: `2025-10`. */
  readonly month: string;
  readonly kind: Kind;
  /** The period it is about. */
  readonly period: number | undefined;
  readonly amounts: Amounts;
  readonly transaction: string | undefined;
}

export const NOTHING: Amounts = { client: 0n, provider: 0n, bond: 0n, stakes: 0n };

/** The sum of `amounts`, account by account. */
export function sumOf(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce((a, b) => over((account) => a[account] + b[account]), NOTHING);
}

/** One amount for each account. */
export const over = (amount: (account: Account) => bigint): Amounts => ({
  client: amount("client"),
  provider: amount("provider"),
  bond: amount("bond"),
  stakes: amount("stakes"),
});

/** All accounts together. */
export const wholeOf = ({ client, provider, bond, stakes }: Amounts): bigint => client + provider + bond + stakes;

interface Parts {
  readonly fee: bigint;
  readonly credit: bigint;
  readonly fromBond: bigint;
}

/**
 * The movements that events tell of. A fee and its credit stand in the month in which their period ends; what an arbiter
 * decides, or both agree on, after the split, in the month in which that happens. So does what a credit takes from a bond
 * that was made whole in the meantime: no month closes with less than no bond. All else stands where it happened.
 */
export function entriesOf(terms: Terms, end: bigint, happened: readonly Happened[]): Entry[] {
  const splits = new Map<bigint, Parts>();
  let bond = 0n;
  const entries: Entry[] = [];
  const add = (kind: Kind, event: Happened, amounts: Partial<Amounts>, month = monthAt(event.at).name) => {
    const all = { ...NOTHING, ...amounts };
    if (ACCOUNTS.every((account) => all[account] === 0n)) return;
    bond += all.bond;
    const period = "period" in event.values ? Number(event.values.period) : undefined;
    entries.push({ at: event.at, month, kind, period, amounts: all, transaction: event.transaction });
  };
  const decided = (event: Happened, { fee, credit, fromBond }: Parts, month: string) => {
    add("fee", event, { client: -fee, provider: fee }, month);
    const now = monthAt(event.at).name;
    const there = month < now ? min(fromBond, leastBond(entries, month, now)) : fromBond;
    const later = fromBond - there;
    add("credit", event, { client: credit - later, provider: fromBond - credit, bond: -there }, month);
    add("credit", event, { client: later, bond: -later }, now);
  };
  for (const event of happened) {
    switch (event.name) {
      case "Funded":
        add("in", event, { client: event.values.amount });
        break;
      case "Accepted":
        if (nameOf(SEATS, event.values.seat) === "provider") add("bond", event, { bond: terms.bond });
        break;
      case "BondPosted":
        add("bond", event, { bond: event.values.amount });
        break;
      case "Unaccepted":
        if (nameOf(SEATS, event.values.seat) === "provider") add("bond", event, { bond: -bond, provider: bond });
        break;
      case "Closed":
        add("bond", event, { bond: -event.values.bond, provider: event.values.bond });
        break;
      case "Disputed":
        add("stake", event, { stakes: event.values.pledge });
        break;
      case "PledgeMoved": {
        const { to, amount } = event.values;
        const winner = nameOf(SEATS, to) === "provider" ? { provider: amount } : { client: amount };
        add("stake", event, { ...winner, stakes: -amount });
        break;
      }
      case "Split": {
        const { period, credit, earned, fromBond } = event.values;
        const parts = { fee: earned + credit - fromBond, credit, fromBond };
        splits.set(period, parts);
        decided(event, parts, serviceMonth(terms, Number(period), end));
        break;
      }
      case "PeriodFinal": {
        const { period, credit, earned, fromBond } = event.values;
        const before = splits.get(period);
        const whole = { fee: earned + credit - fromBond, credit, fromBond };
        const month = before === undefined ? serviceMonth(terms, Number(period), end) : monthAt(event.at).name;
        decided(event, less(whole, before), month);
        break;
      }
      case "Claimed":
        add("paid", event, { provider: -event.values.amount });
        break;
      case "Withdrawn":
        add("paid", event, { client: -event.values.amount });
        break;
      default:
        break;
    }
  }
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** The least bond that a month from `first` up to before `now` closes with. */
function leastBond(entries: readonly Entry[], first: string, now: string): bigint {
  const between = entries.map(({ month }) => month).filter((month) => month > first && month < now);
  const closings = [first, ...new Set(between)].map((last) =>
    entries.reduce((sum, { month, amounts }) => (month <= last ? sum + amounts.bond : sum), 0n),
  );
  return closings.reduce(min);
}

const less = (whole: Parts, before: Parts | undefined): Parts => ({
  fee: whole.fee - (before?.fee ?? 0n),
  credit: whole.credit - (before?.credit ?? 0n),
  fromBond: whole.fromBond - (before?.fromBond ?? 0n),
});

/** The month in which the last second of period `k` lies. */
export function serviceMonth(terms: Terms, k: number, end: bigint): string {
  return monthAt(periodOf(terms, k, end).end - 1n).name;
}
