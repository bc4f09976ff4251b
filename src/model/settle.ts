import { SILENCE, type Ruling, type Seat } from "../chain/enums.ts";
import { boundary } from "../terms/calendar.ts";
import { silenceCreditOf } from "../terms/credit.ts";
import { type Agreement, type Course, courseOf, type Dispute, otherSeat, type Report, SEATS } from "./agreement.ts";
import { countOf, drawBond, earn, isOpen, period, receive, runningPeriod } from "./money.ts";
import { finalMoney, type Purse, splitMoney } from "./resolution.ts";

export const isActive = (a: Agreement): boolean => a.accepted.provider && a.accepted.client && !a.isClosed;

/** Something that happens by itself. */
interface Due {
  readonly at: bigint;
  readonly period: number;
  happen(): void;
}

/** Lets everything happen that is due by `now`, in order of due time, ties by the lower period. */
export function settle(a: Agreement, now: bigint): void {
  for (let due = nextDue(a); due !== undefined && due.at <= now; due = nextDue(a)) due.happen();
}

/** What happens next if nobody acts. */
export function nextDue(a: Agreement): Due | undefined {
  if (!isActive(a)) return undefined;
  const dues = [...timeouts(a), ...currentDue(a)];
  if (dues.length === 0)
    return {
      at: a.end,
      period: a.terms.periods,
      happen: () => {
        close(a);
      },
    };
  return dues.toSorted((x, y) => (x.at === y.at ? x.period - y.period : x.at < y.at ? -1 : 1))[0];
}

/** Every dispute ends, with or without the arbiter. */
function timeouts(a: Agreement): Due[] {
  const { disputeWindow, rulingWindow } = a.terms;
  return a.courses.flatMap((course, k) => {
    if (!isOpen(course)) return [];
    const at = disputeOf(course).at + disputeWindow + rulingWindow;
    return [
      {
        at,
        period: k,
        happen: () => {
          resolveDispute(a, k, "declined", at);
        },
      },
    ];
  });
}

function currentDue(a: Agreement): Due[] {
  const k = a.current;
  if (k >= countOf(a)) return [];
  const { disputeWindow } = a.terms;
  const { dispute } = courseOf(a, k);
  if (dispute !== undefined) {
    const at = dispute.at + disputeWindow;
    return [
      {
        at,
        period: k,
        happen: () => {
          split(a, k, dispute, at);
        },
      },
    ];
  }
  const report = courseOf(a, k).report ?? silence(a, k);
  const at = report.at + disputeWindow;
  return [
    {
      at,
      period: k,
      happen: () => {
        resolveUndisputed(a, k, report, at);
      },
    },
  ];
}

// ---------------------------------------------------------------------------------------------------- reports

/** What stands for a report when none came. Silence alone is never a bad period. */
function silence(a: Agreement, k: number): Report {
  const at = period(a, k).base + a.terms.reportWindow;
  return { revision: Number(SILENCE), at, credit: silenceCreditOf(a.terms, period(a, k)), reaches: [] };
}

/** The report that stands in period `k` at `now`. */
export function standingReport(a: Agreement, k: number, now: bigint): Report | undefined {
  const { report } = courseOf(a, k);
  if (report !== undefined) return report;
  const silent = silence(a, k);
  return silent.at <= now ? silent : undefined;
}

// -------------------------------------------------------------------------------------------------- resolving

function disputeOf({ dispute }: Course): Dispute {
  if (dispute === undefined) throw new Error("a split period was disputed");
  return dispute;
}

const purse = (a: Agreement, k: number): Purse => ({
  fee: period(a, k).fee,
  credited: a.credited,
  bond: a.money.bond,
});

/** The offers of a dispute: the provider's is the lowest, the client's the highest, the report stands in for either. */
export function offersOf({
  report,
  claims,
}: Dispute): Record<"lowest" | "highest", Pick<Report, "credit" | "reaches">> {
  return { lowest: claims.provider ?? report, highest: claims.client ?? report };
}

/** What all offers agree on moves now; the difference is held, and the next period goes on. */
function split(a: Agreement, k: number, dispute: Dispute, at: bigint): void {
  const { lowest, highest } = offersOf(dispute);
  const moved = splitMoney(a.terms, purse(a, k), lowest.credit, highest.credit);
  courseOf(a, k).split = { agreed: moved.agreed, held: moved.held };
  a.current = k + 1;
  a.credited += moved.credit;
  earn(a, moved.earned);
  drawBond(a, moved.fromBond, at);
  // Over silence the split proves nothing yet: only a claim that is picked, or a credit agreed on, does.
  if (dispute.report.revision !== Number(SILENCE)) markChronic(a, k, lowest.reaches, at);
}

export function resolveUndisputed(a: Agreement, k: number, report: Report, at: bigint): void {
  resolve(a, k, "none", report.credit, report.reaches, at);
}

/** A ruling, or none in time. A claim that was not made cannot be picked. */
export function resolveDispute(a: Agreement, k: number, ruling: Ruling, at: bigint): void {
  const { report, claims } = disputeOf(courseOf(a, k));
  const picked = ruling === "provider" || ruling === "client" ? claims[ruling] : undefined;
  const isDeclined = ruling === "declined" || (ruling !== "report" && picked === undefined);
  const { credit, reaches } = picked ?? report;
  movePledges(a, k, (seat) => (isDeclined || seat === ruling ? seat : otherSeat(seat)));
  resolve(a, k, isDeclined ? "declined" : ruling, credit, reaches, at);
}

/** Both agreed on a credit: every stake goes back. */
export function resolveAgreed(a: Agreement, k: number, credit: bigint, reaches: readonly number[], at: bigint): void {
  movePledges(a, k, (seat) => seat);
  resolve(a, k, "none", credit, reaches, at);
}

function movePledges(a: Agreement, k: number, goesTo: (seat: Seat) => Seat): void {
  const claims = courseOf(a, k).dispute?.claims ?? {};
  for (const seat of SEATS) {
    const pledge = claims[seat]?.pledge ?? 0n;
    if (goesTo(seat) === "client") receive(a, pledge);
    else a.money.earnings += pledge;
  }
}

function resolve(
  a: Agreement,
  k: number,
  ruling: Ruling | "none",
  credit: bigint,
  reaches: readonly number[],
  at: bigint,
): void {
  const course = courseOf(a, k);
  const before = course.split;
  const money = finalMoney(a.terms, purse(a, k), credit, before?.agreed);
  // Of what was held, the client's part stays in M.
  const earnedBefore = before === undefined ? 0n : period(a, k).fee - before.held - minFee(a, k, before.agreed);
  course.resolved = { ruling, at };
  if (k === a.current) a.current = k + 1;
  a.credited += money.credit;
  earn(a, money.earned - earnedBefore);
  drawBond(a, money.fromBond, at);
  markChronic(a, k, reaches, at);
}

function minFee(a: Agreement, k: number, credit: bigint): bigint {
  const { fee } = period(a, k);
  return credit < fee ? credit : fee;
}

/** Only a new bad period gives the client a right to leave, or a longer one. */
function markChronic(a: Agreement, k: number, reaches: readonly number[], at: bigint): void {
  for (const r of reaches) {
    const [rule, bad] = [a.terms.chronic[r], a.chronic[r]];
    if (rule === undefined || bad === undefined || bad.includes(k)) continue;
    bad.push(k);
    const windows = Array.from({ length: rule.window }, (_, i) => k - i);
    const isChronic = windows.some(
      (first) => bad.filter((j) => j >= first && j < first + rule.window).length >= rule.count,
    );
    if (!isChronic) continue;
    const until = boundary(a.terms, Math.min(runningPeriod(a, at) + 2, a.terms.periods));
    if (until > a.leaveUntil) a.leaveUntil = until;
  }
}

/** The end is past and nothing is open: the bond is the provider's. */
function close(a: Agreement): void {
  a.isClosed = true;
  a.money.earnings += a.money.bond;
  a.money.bond = 0n;
}
