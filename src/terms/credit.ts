import type { Period } from "./calendar.ts";
import type { Measurement, Objective, Terms, Tier } from "./types.ts";
import { Combination, PPB, Test } from "./types.ts";

/** A share of the fee in parts per billion, exact: `num / den`. */
export interface Share {
  readonly num: bigint;
  readonly den: bigint;
}

const NOTHING: Share = { num: 0n, den: 1n };

export const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** How far `m` is past the tier's threshold, as a fraction; `undefined` when the tier does not trigger. */
function past(tier: Tier, m: Measurement): Share | undefined {
  const isRatio = tier.test === Test.Below || tier.test === Test.AtMost;
  const num = isRatio ? tier.threshold * m.total - (m.total - m.bad) * PPB : m.bad - tier.threshold;
  const isStrict = tier.test === Test.Below || tier.test === Test.MoreThan;
  if (isStrict ? num <= 0n : num < 0n) return undefined;
  return { num, den: isRatio ? m.total : 1n };
}

/** The credit of one tier. Nothing measured (`total` 0) is no breach. */
export function tierShare(tier: Tier, m: Measurement): Share {
  if (m.total === 0n) return NOTHING;
  const over = past(tier, m);
  if (over === undefined) return NOTHING;
  if (tier.proportional) return { num: tier.credit * m.bad, den: m.total };
  if (tier.per === 0n) return { num: tier.credit, den: 1n };
  const step = over.den * tier.per;
  const isStrict = tier.test === Test.Below || tier.test === Test.MoreThan;
  const steps = isStrict ? ceilDiv(over.num, step) : over.num / step + 1n;
  return { num: tier.credit * steps, den: 1n };
}

/** The greatest triggered tier: what makes "more bad never lowers the credit" true. */
export function objectiveShare(objective: Objective, m: Measurement): Share {
  return objective.tiers
    .map((tier) => tierShare(tier, m))
    .reduce((greatest, share) => (share.num * greatest.den > greatest.num * share.den ? share : greatest), NOTHING);
}

/** A share as money of `fee`, rounded up: the odd unit is the client's. */
export function shareOf(fee: bigint, share: Share): bigint {
  return ceilDiv(fee * share.num, share.den * PPB);
}

/** The most a period of this fee can be credited. */
export function creditCapOf(terms: Terms, fee: bigint): bigint {
  return ceilDiv(fee * terms.creditCap, PPB);
}

/** What the table gives for these counts of a period whose fee is `fee`, after the period's cap; burn-in aside. */
export function tableCredit(terms: Terms, fee: bigint, measurements: readonly Measurement[]): bigint {
  let credit = 0n;
  for (const objective of terms.objectives) {
    const measurement = measurements[objective.indicator];
    if (measurement === undefined) throw new RangeError(`no measurement for indicator ${objective.indicator}`);
    const amount = shareOf(fee, objectiveShare(objective, measurement));
    if (terms.combination === Combination.Sum) credit += amount;
    else if (amount > credit) credit = amount;
  }
  const cap = creditCapOf(terms, fee);
  return credit < cap ? credit : cap;
}

/** The credit of a report: money, after the period's cap and before the term's. */
export function creditOf(terms: Terms, period: Period, measurements: readonly Measurement[]): bigint {
  return period.index < terms.burnInPeriods ? 0n : tableCredit(terms, period.fee, measurements);
}

/** The credit of a period nobody reported. */
export function silenceCreditOf(terms: Terms, period: Period): bigint {
  return period.index < terms.burnInPeriods ? 0n : ceilDiv(period.fee * terms.silenceCredit, PPB);
}

/** Bit r: these counts reach chronic rule r's least share. Judged as money of a full fee, so a short period counts alike. */
export function chronicBits(terms: Terms, period: Period, measurements: readonly Measurement[]): number {
  if (period.index < terms.burnInPeriods) return 0;
  const credit = tableCredit(terms, terms.fee, measurements);
  return terms.chronic.reduce(
    (bits, rule, r) => (credit * PPB >= rule.leastShare * terms.fee ? bits | (1 << r) : bits),
    0,
  );
}

/** What a claim of `credit` against a report of `reportCredit` must stake. */
export function pledgeOf(terms: Terms, credit: bigint, reportCredit: bigint): bigint {
  const difference = credit > reportCredit ? credit - reportCredit : reportCredit - credit;
  const share = ceilDiv(difference * terms.pledgeShare, PPB);
  return share > terms.pledge ? share : terms.pledge;
}
