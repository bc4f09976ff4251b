import { numberOf, SEATS, SILENCE, type Seat } from "../chain/enums.ts";
import { pledgeOf } from "../terms/credit.ts";
import { type Agreement, courseOf } from "./agreement.ts";
import type { CallOf, Moment } from "./calls.ts";
import { judge } from "./measuring.ts";
import { absorb, countOf, isOpen, period, pull } from "./money.ts";
import { seatOf } from "./parties.ts";
import { Refusal, require } from "./refusal.ts";
import { isActive, resolveDispute, settle, standingReport } from "./settle.ts";

/** The number above it means silence. */
const LAST_REVISION = Number(SILENCE) - 1;

/** The number of the period that awaits its end, which the call must name. */
function requireCurrent(a: Agreement, named: bigint): number {
  const isLeft = a.current < countOf(a);
  require(isLeft && named === BigInt(a.current), "NotTheCurrentPeriod", named, a.current);
  return a.current;
}

export function report(a: Agreement, call: CallOf<"report">, { by, now }: Moment): void {
  settle(a, now);
  require(by === a.oracle, "NotTheOracle", by, a.oracle);
  require(isActive(a), "NotActive");
  const k = requireCurrent(a, call.period);
  const course = courseOf(a, k);
  const opensAt = period(a, k).base;
  const closesAt = opensAt + a.terms.reportWindow;
  require(now >= opensAt, "ReportTooEarly", now, opensAt);
  require(course.dispute === undefined, "ReportIsFrozen", k);
  require(now < closesAt, "ReportTooLate", now, closesAt);
  const standing = course.report?.revision;
  const expected = standing === undefined ? 0 : Math.min(standing + 1, LAST_REVISION);
  require(call.revision === BigInt(expected) && standing !== expected, "WrongRevision", call.revision, expected);
  course.report = { revision: expected, at: now, ...judge(a.terms, period(a, k), call.measurements) };
}

export function dispute(a: Agreement, call: CallOf<"dispute">, { by, now }: Moment): void {
  settle(a, now);
  absorb(a);
  require(isActive(a), "NotActive");
  const seat = seatOf(a, by);
  const k = requireCurrent(a, call.period);
  const course = courseOf(a, k);
  const stands = standingReport(a, k, now);
  if (stands === undefined) throw new Refusal("NothingReported", [k]);
  require(call.revision === BigInt(stands.revision), "WrongRevision", call.revision, stands.revision);
  require(course.dispute?.claims[seat] === undefined, "AlreadyClaimed", numberOf(SEATS, seat), k);
  const { credit, reaches } = judge(a.terms, period(a, k), call.measurements);
  require(isBetterFor(seat, credit, stands.credit), "ClaimNotBetter", credit, stands.credit);
  const pledge = pledgeOf(a.terms, credit, stands.credit);
  const before = course.dispute ?? { at: now, report: stands, claims: {} };
  course.report = stands;
  course.dispute = { ...before, claims: { ...before.claims, [seat]: { credit, reaches, pledge, at: now } } };
  pull(a, by, pledge);
}

const isBetterFor = (seat: Seat, credit: bigint, reported: bigint): boolean =>
  seat === "client" ? credit > reported : credit < reported;

export function rule(a: Agreement, call: CallOf<"rule">, { by, now }: Moment): void {
  settle(a, now);
  require(by === a.arbiter, "NotTheArbiter", by, a.arbiter);
  if (call.ruling === "none") throw new Refusal("NoRuling", []);
  const course = a.courses[Number(call.period)];
  require(course !== undefined && isOpen(course), "NoOpenDispute", call.period);
  resolveDispute(a, Number(call.period), call.ruling, now);
}
