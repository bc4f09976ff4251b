import { numberOf, SEATS } from "../chain/enums.ts";
import type { Agreement } from "./agreement.ts";
import type { CallOf, Moment } from "./calls.ts";
import { absorb, balanceIn, commitment, pay, period, pull, transfer, unabsorbed } from "./money.ts";
import { requireSeat, seatOf } from "./parties.ts";
import { Refusal, require } from "./refusal.ts";
import { isActive, settle } from "./settle.ts";

// ------------------------------------------------------------------------------------------------------- draft

/** Both may still change their minds. */
export const isDraft = (a: Agreement, now: bigint): boolean => !hasBegun(a) && now < a.terms.start;
const hasBegun = (a: Agreement): boolean => a.accepted.provider && a.accepted.client;

export function accept(a: Agreement, { termsHash }: CallOf<"accept">, { by, now }: Moment): void {
  settle(a, now);
  require(isDraft(a, now), "NotDraft");
  require(termsHash === a.termsHash, "TermsDiffer", termsHash, a.termsHash);
  const seat = seatOf(a, by);
  require(!a.accepted[seat], "AlreadyAccepted", numberOf(SEATS, seat));
  // Without a bond the provider's word needs no count of the money.
  if (seat === "client" || a.terms.bond > 0n) absorb(a);
  const { fee } = period(a, 0);
  if (seat === "client") require(a.money.balance >= fee, "BalanceTooLow", a.money.balance, fee);
  a.accepted[seat] = true;
  if (seat !== "provider") return;
  pull(a, by, a.terms.bond);
  a.money.bond = a.terms.bond;
}

// ---------------------------------------------------------------------------------------------------- money in

export function fund(a: Agreement, { amount }: CallOf<"fund">, { by, now }: Moment): void {
  settle(a, now);
  // What waits already pays arrears first, so it decides whether this has a purpose.
  const waiting = unabsorbed(a);
  pull(a, by, amount);
  const hasPurpose = isDraft(a, now) || isActive(a) || a.money.owed > waiting;
  require(hasPurpose, "AgreementOver");
  absorb(a);
}

export function sync(a: Agreement, _call: CallOf<"sync">, { now }: Moment): void {
  settle(a, now);
  absorb(a);
}

/** A plain transfer of any token, which the agreement does not notice. */
export function plainTransfer(a: Agreement, { token, amount }: CallOf<"transfer">, { by }: Moment): void {
  transfer(a, token, by, a.address, amount);
}

export function postBond(a: Agreement, _call: CallOf<"postBond">, { by, now }: Moment): void {
  settle(a, now);
  require(isActive(a), "NotActive");
  absorb(a);
  const missing = a.terms.bond - a.money.bond;
  require(missing > 0n, "BondIsWhole");
  pull(a, by, missing);
  a.money.bond = a.terms.bond;
  a.bondShortSince = 0n;
}

// --------------------------------------------------------------------------------------------------- money out

export function claim(a: Agreement, { to }: CallOf<"claim">, { by, now }: Moment): void {
  settle(a, now);
  requireSeat(a, by, "provider");
  if (a.money.owed > 0n) absorb(a);
  let amount = a.money.earnings;
  const takesBack = !hasBegun(a) && a.accepted.provider;
  if (takesBack) {
    amount += a.money.bond;
    a.money.bond = 0n;
    a.accepted.provider = false;
  }
  require(amount > 0n || takesBack, "NothingToPay");
  a.money.earnings = 0n;
  pay(a, to, amount);
}

export function withdraw(a: Agreement, { to, amount }: CallOf<"withdraw">, { by, now }: Moment): void {
  settle(a, now);
  requireSeat(a, by, "client");
  absorb(a);
  const free = freeBalance(a, now);
  require(amount <= free, "AmountAboveFree", amount, free);
  const takesBack = !hasBegun(a) && a.accepted.client;
  require(amount > 0n || takesBack, "NothingToPay");
  if (takesBack) a.accepted.client = false;
  a.money.balance -= amount;
  pay(a, to, amount);
}

/** What is not committed of M. */
export function freeBalance(a: Agreement, now: bigint): bigint {
  const committed = isActive(a) ? commitment(a, now) : 0n;
  return a.money.balance > committed ? a.money.balance - committed : 0n;
}

export function sweep(a: Agreement, { token }: CallOf<"sweep">): void {
  if (token === a.terms.token) throw new Refusal("OwnToken", [token]);
  const amount = balanceIn(a, token, a.address);
  require(amount > 0n, "NothingToPay");
  transfer(a, token, a.address, a.seats.client, amount);
}
