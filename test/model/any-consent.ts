/** What two keys may agree on, and what they may not. */
import { type Agreement, type Consent, type GivenConsent, NOBODY, otherSeat } from "../../src/model/agreement.ts";
import type { Call } from "../../src/model/calls.ts";
import { period } from "../../src/model/money.ts";
import { offersOf, standingReport } from "../../src/model/settle.ts";
import { DAY } from "../../src/terms/bounds.ts";
import { creditCapOf } from "../../src/terms/credit.ts";
import type { View } from "./author.ts";

const NOTHING: Consent = { kind: "none", period: 0, revision: 0, credit: 0n, account: NOBODY, end: 0n };

export function agreedConsent(v: View): Consent {
  const { a, d, s, now, state } = v;
  const hasCredit = state.openDisputes.length > 0 || ["reported", "disputed"].includes(state.stage);
  const kind = d.weighted([
    [hasCredit ? 9 : 1, "credit"],
    [1, "oracle"],
    [1, "arbiter"],
    [0.4, "end"],
    [0.1, "none"],
  ] as const);
  const spoilt = d.chance(0.03) ? { end: NOTHING.end + 1n, period: 1 } : {};
  const account = d.weighted([
    [5, s.addresses.stranger],
    [3, s.addresses.newcomer],
    [3, d.pick(Object.values(s.addresses))],
    [0.3, NOBODY],
    [0.3, s.token],
    [0.3, a.address],
  ]);
  switch (kind) {
    case "credit":
      return { ...NOTHING, ...spoilt, kind, ...credit(v) };
    case "oracle":
    case "arbiter":
      return { ...NOTHING, ...spoilt, kind, account };
    case "end": {
      const end = d.weighted([
        [1, now - 1n],
        [2, now + DAY],
        [1, now],
        [1, a.end],
        [3, a.end - 1n],
        [5, now + d.part(a.end > now ? a.end - now : 0n)],
      ]);
      return { ...NOTHING, ...spoilt, kind, end };
    }
    default:
      return NOTHING;
  }
}

/** An amount for an open period, inside what may be agreed, on its edge or beyond. */
function credit({ a, d, state, now }: View): Pick<Consent, "period" | "revision" | "credit"> {
  const open = state.openDisputes;
  const k =
    open.length > 0 && d.chance(state.stage === "running" ? 0.9 : 0.5) ? d.pick(open) : Math.min(a.current, 239);
  const [least, most] = rangeOf(a, k);
  const stands = a.courses[k]?.dispute?.report ?? (k < a.terms.periods ? standingReport(a, k, now) : undefined);
  const amount = d.weighted([
    [6, least + d.part(most - least)],
    [2, most],
    [2, least],
    [0.6, most + 1n],
    [0.6, least - 1n],
  ]);
  const revision = d.chance(0.95) ? (stands?.revision ?? 0) : d.pick([0, 1, 255]);
  return { period: k, revision, credit: amount < 0n ? 0n : amount };
}

function rangeOf(a: Agreement, k: number): [bigint, bigint] {
  const course = a.courses[k];
  if (course?.dispute !== undefined && course.split !== undefined) {
    const { lowest, highest } = offersOf(course.dispute);
    return [lowest.credit, highest.credit];
  }
  return [0n, k < a.terms.periods ? creditCapOf(a.terms, period(a, k).fee) : 0n];
}

/** Consents that the other seat may still give alike. */
export function openConsents(a: Agreement, now: bigint): readonly GivenConsent[] {
  return a.consents.filter(({ consent, expiry }) => {
    const { kind, period: k, end } = consent;
    const isAwaited = kind === "credit" ? k === a.current || a.courses[k]?.resolved === undefined : true;
    return expiry > now && isAwaited && (kind !== "end" || (end >= now && end < a.end));
  });
}

/** The other seat says the same. */
export function echoedConsent({ a, d, now }: View): [string, Call] {
  const open = openConsents(a, now);
  const { seat, consent, expiry } = d.pick(open.length > 0 ? open : a.consents);
  const by = d.chance(0.95) ? otherSeat(seat) : seat;
  return [a.seats[by], { name: "agree", consent, expiry: d.chance(0.9) ? now + DAY : expiry }];
}
