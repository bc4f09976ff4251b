/** When a call comes: at an apt time, on a deadline or a second off, or whenever. */
import { isOpen, period } from "../../src/model/money.ts";
import { DAY, HOUR } from "../../src/terms/bounds.ts";
import { periodStart } from "../../src/terms/calendar.ts";
import type { Kind, View } from "./author.ts";

/** From when until when a call of this kind is apt. */
function window(v: View, kind: Kind): [bigint, bigint] {
  const { a, now, state, d } = v;
  const { reportWindow: R, disputeWindow: D, rulingWindow: W, fundingGrace } = a.terms;
  const soon: [bigint, bigint] = [now, now + d.pick([60n, HOUR, DAY, 3n * DAY])];
  const { stage, leaveUntil, bondShortSince } = state;
  if (kind === "report" && (stage === "running" || stage === "awaiting")) {
    const { base } = period(a, a.current);
    return [base, base + R];
  }
  if (kind === "dispute" || kind === "agree") {
    if (stage === "reported") return [state.reportedAt, state.reportedAt + D];
    if (stage === "disputed") return [state.disputedAt, state.disputedAt + D];
    const { base } = period(a, Math.min(a.current, a.terms.periods - 1));
    if (kind === "dispute" && stage === "awaiting") return [base + R, base + R + D];
  }
  if (kind === "settle" && (stage === "reported" || stage === "disputed")) {
    const due = (stage === "reported" ? state.reportedAt : state.disputedAt) + D;
    return [due, due + DAY];
  }
  if (kind === "rule" && state.openDisputes.length > 0) {
    const at = a.courses[d.pick(state.openDisputes)]!.dispute!.at;
    // Who waits for the end of a long window forgets the periods after it.
    return [at + D, at + D + (W < 40n * DAY || d.chance(0.3) ? W : 10n * DAY)];
  }
  if (kind === "terminate") {
    if (bondShortSince > 0n && d.chance(0.5))
      return [bondShortSince + fundingGrace, bondShortSince + fundingGrace + DAY];
    if (leaveUntil > now && d.chance(0.5)) return d.chance(0.2) ? [now, leaveUntil] : soon;
    const k = Math.max(0, state.periods - 1);
    const running = Array.from({ length: k + 1 }, (_, i) => k - i).find((i) => periodStart(a.terms, i) <= now) ?? 0;
    const grace = periodStart(a.terms, running) + fundingGrace;
    if (d.chance(0.6)) return [grace, grace + DAY];
  }
  return soon;
}

export function timeFor(v: View, kind: Kind): bigint {
  const { now, d } = v;
  const [from, until] = window(v, kind);
  const off = BigInt(d.below(3) - 1);
  const half = from + d.part(until - from) / 2n;
  const time = d.weighted([
    [9, () => (from > now ? from + d.part(d.part(until - from)) : half)],
    [2, () => from + off],
    [2, () => until + off],
    [4, () => now + d.pick([0n, 1n, 60n, HOUR])],
    [2, () => d.pick(deadlines(v)) + off],
    [0.08, () => now + d.part(400n * DAY)],
  ])();
  const latest = now + 3n * 366n * DAY;
  return time < now ? now + BigInt(d.below(2)) : time > latest ? latest : time;
}

/** The next moments at which something changes by itself. */
function deadlines({ a, now, state }: View): bigint[] {
  const { start, reportWindow: R, disputeWindow: D, rulingWindow: W, fundingGrace, periods } = a.terms;
  const { base, end } = period(a, Math.min(a.current, periods - 1));
  const open = a.courses.filter(isOpen).map(({ dispute }) => dispute!.at + D + W);
  const all = [
    ...[start, a.end, end, base, base + R, base + R + D, state.reportedAt + D, state.disputedAt + D, state.leaveUntil],
    ...[state.bondShortSince + fundingGrace, end + fundingGrace, ...open, ...a.consents.map(({ expiry }) => expiry)],
  ];
  const ahead = all.filter((time) => time >= now && time < now + 800n * DAY).toSorted((x, y) => Number(x - y));
  return ahead.length === 0 ? [now + DAY] : ahead.slice(0, 3);
}
