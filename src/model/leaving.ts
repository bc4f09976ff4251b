import { boundary, periodStart } from "../terms/calendar.ts";
import { type Agreement, NOBODY } from "./agreement.ts";
import type { CallOf, Moment } from "./calls.ts";
import { absorb, runningPeriod, startedAndHeld } from "./money.ts";
import { requireRoles, requireSeat, seatOf } from "./parties.ts";
import { Refusal, require } from "./refusal.ts";
import { isActive, settle } from "./settle.ts";

export function terminate(a: Agreement, { exit }: CallOf<"terminate">, { by, now }: Moment): void {
  settle(a, now);
  absorb(a);
  require(isActive(a), "NotActive");
  seatOf(a, by);
  require(now < a.end, "AgreementOver");
  if (exit === "none") throw new Refusal("NoExit", []);
  if (exit === "notice") {
    const end = noticeEnd(a, now);
    require(end < a.end, "EndNotEarlier", end, a.end);
    a.end = end;
    return;
  }
  require(now >= a.terms.start, "NotStarted", now, a.terms.start);
  requireSeat(a, by, exit === "nonpayment" ? "provider" : "client");
  requireReason(a, exit, now);
  a.end = now;
}

/** When a notice given now would end it: `noticePeriods` after the period that runs. */
export function noticeEnd(a: Agreement, now: bigint): bigint {
  const { start, noticePeriods } = a.terms;
  const k = now < start ? noticePeriods : runningPeriod(a, now) + 1 + noticePeriods;
  return k === 0 ? start : boundary(a.terms, k);
}

function requireReason(a: Agreement, exit: "chronic" | "bond" | "nonpayment", now: bigint): void {
  const { fundingGrace } = a.terms;
  if (exit === "chronic") {
    require(now < a.leaveUntil, "NoChronicRight", now, a.leaveUntil);
  } else if (exit === "bond") {
    const since = a.bondShortSince;
    require(since !== 0n && now >= since + fundingGrace, "BondNotShortLongEnough", since, fundingGrace);
  } else {
    const graceEnd = periodStart(a.terms, runningPeriod(a, now)) + fundingGrace;
    require(now >= graceEnd, "GraceNotOver", now, graceEnd);
    const needed = startedAndHeld(a, now);
    require(a.money.owed > 0n || a.money.balance < needed, "FeesAreCovered", a.money.balance, needed);
  }
}

// ------------------------------------------------------------------------------------------------------- seats

export function offerSeat(a: Agreement, { to }: CallOf<"offerSeat">, { by, now }: Moment): void {
  settle(a, now);
  a.offeredTo[seatOf(a, by)] = to;
}

export function takeSeat(a: Agreement, call: CallOf<"takeSeat">, { by, now }: Moment): void {
  settle(a, now);
  const { seat, leastBalance, latestEnd } = call;
  if (seat === "none") throw new Refusal("SeatNotOffered", [by, NOBODY]);
  require(a.offeredTo[seat] === by, "SeatNotOffered", by, a.offeredTo[seat]);
  requireRoles(a, { [seat]: by });
  absorb(a);
  require(a.money.balance >= leastBalance, "BalanceBelowAccepted", a.money.balance, leastBalance);
  require(a.end <= latestEnd, "EndAfterAccepted", a.end, latestEnd);
  a.seats[seat] = by;
  a.offeredTo[seat] = NOBODY;
  a.consents = [];
}
