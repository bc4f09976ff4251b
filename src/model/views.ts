import type { Phase, Seat, Stage } from "../chain/enums.ts";
import { type Agreement, type Claim, courseOf } from "./agreement.ts";
import { at } from "./apply.ts";
import { absorb, commitment, countOf, held, isOpen, period, pledges, unabsorbed } from "./money.ts";
import { freeBalance, isDraft } from "./paying.ts";
import { isActive, standingReport } from "./settle.ts";

/** What `state()` answers, with names for enums and a list for the bits. */
export interface State {
  readonly phase: Phase;
  readonly providerAccepted: boolean;
  readonly clientAccepted: boolean;
  readonly provider: string;
  readonly client: string;
  readonly oracle: string;
  readonly arbiter: string;
  readonly balance: bigint;
  readonly earnings: bigint;
  readonly bond: bigint;
  readonly pledges: bigint;
  readonly owed: bigint;
  readonly held: bigint;
  readonly unabsorbed: bigint;
  readonly committed: bigint;
  readonly withdrawable: bigint;
  readonly creditsGiven: bigint;
  readonly period: number;
  readonly periods: number;
  readonly end: bigint;
  readonly stage: Stage;
  readonly revision: number;
  readonly reportedAt: bigint;
  readonly credit: bigint;
  readonly disputedAt: bigint;
  readonly openDisputes: readonly number[];
  readonly leaveUntil: bigint;
  readonly bondShortSince: bigint;
}

/** The agreement as of `now`, with all that is due settled. */
export function stateOf(before: Agreement, now: bigint): State {
  const a = at(before, now);
  const booked = at(a, now);
  absorb(booked);
  return {
    phase: phaseOf(a, now),
    providerAccepted: a.accepted.provider,
    clientAccepted: a.accepted.client,
    ...a.seats,
    oracle: a.oracle,
    arbiter: a.arbiter,
    ...a.money,
    pledges: pledges(a),
    held: held(a),
    unabsorbed: unabsorbed(a),
    committed: isActive(a) ? commitment(a, now) : 0n,
    withdrawable: freeBalance(booked, now),
    creditsGiven: a.credited,
    period: a.current,
    periods: countOf(a),
    end: a.end,
    ...currentOf(a, now),
    openDisputes: a.courses.flatMap((course, k) => (isOpen(course) ? [k] : [])),
    leaveUntil: a.leaveUntil,
    bondShortSince: a.bondShortSince,
  };
}

export function phaseOf(a: Agreement, now: bigint): Phase {
  if (a.isClosed) return "closed";
  if (isActive(a)) return "active";
  return isDraft(a, now) ? "draft" : "lapsed";
}

/** Where the current period stands. */
function currentOf(
  a: Agreement,
  now: bigint,
): Pick<State, "stage" | "revision" | "reportedAt" | "credit" | "disputedAt"> {
  const nothing = { revision: 0, reportedAt: 0n, credit: 0n, disputedAt: 0n };
  const k = a.current;
  if (!isActive(a) || k >= countOf(a)) return { stage: "none", ...nothing };
  const stands = standingReport(a, k, now);
  if (stands === undefined) return { stage: now < period(a, k).base ? "running" : "awaiting", ...nothing };
  const { revision, credit, at: reportedAt } = stands;
  const { dispute } = courseOf(a, k);
  if (dispute !== undefined) return { stage: "disputed", ...nothing, revision, credit, disputedAt: dispute.at };
  return { stage: "reported", ...nothing, revision, credit, reportedAt };
}

/** What `disputeOf()` answers; chronic rules as lists. */
export interface DisputeView {
  readonly claims: Partial<Record<Seat, Claim>>;
  readonly disputedAt: bigint;
  readonly revision: number;
  readonly reportCredit: bigint;
  readonly reportReaches: readonly number[];
  /** Split: what all offers agree on has moved, the rest awaits the ruling. */
  readonly isOpen: boolean;
  readonly agreedCredit: bigint;
  readonly held: bigint;
}

/** The dispute about period `k` as of `now`, until it is resolved; undefined when there is none. */
export function disputeOf(before: Agreement, k: number, now: bigint): DisputeView | undefined {
  const a = at(before, now);
  const { dispute, split, resolved } = courseOf(a, k);
  if (dispute === undefined || resolved !== undefined) return undefined;
  return {
    claims: dispute.claims,
    disputedAt: dispute.at,
    revision: dispute.report.revision,
    reportCredit: dispute.report.credit,
    reportReaches: dispute.report.reaches,
    isOpen: split !== undefined,
    agreedCredit: split?.agreed ?? 0n,
    held: split?.held ?? 0n,
  };
}

/** The bad periods under chronic rule `r`, as of `now`. */
export const chronicPeriods = (a: Agreement, r: number, now: bigint): readonly number[] =>
  (at(a, now).chronic[r] ?? []).toSorted((x, y) => x - y);
