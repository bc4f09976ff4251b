import type { Terms } from "../terms/types.ts";

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** What the money of a period depends on beside its credit. */
export interface Purse {
  /** Of the period. */
  readonly fee: bigint;
  /** All credits given before. */
  readonly credited: bigint;
  readonly bond: bigint;
}

export interface SplitMoney {
  /** The lowest offer, after the term's cap. */
  readonly agreed: bigint;
  /** The part of the fee that all offers leave to the provider. */
  readonly earned: bigint;
  /** The part of the fee between the offers. */
  readonly held: bigint;
  readonly fromBond: bigint;
  /** What the client gets now, fee and bond. */
  readonly credit: bigint;
}

/** What a split moves when the offers reach from `lowest` to `highest`. */
export function splitMoney(
  terms: Pick<Terms, "termCreditCap">,
  { fee, credited, bond }: Purse,
  lowest: bigint,
  highest: bigint,
): SplitMoney {
  const left = terms.termCreditCap - credited;
  const agreed = min(lowest, left);
  const fromFee = min(agreed, fee);
  const earned = fee - min(min(highest, left), fee);
  const fromBond = min(agreed - fromFee, bond);
  return { agreed, earned, held: fee - earned - fromFee, fromBond, credit: fromFee + fromBond };
}

export interface FinalMoney {
  /** What the provider earns of the fee in all. */
  readonly earned: bigint;
  /** What the bond gives now, beside what it gave at the split. */
  readonly fromBond: bigint;
  /** What the client gets now, beside what it got at the split. */
  readonly credit: bigint;
}

/**
 * What `credit` comes to when a period becomes final. After a split, `agreed` was given already: only what goes beyond
 * it is taken from the term's cap and the bond, as they are now.
 */
export function finalMoney(
  terms: Pick<Terms, "termCreditCap">,
  { fee, credited, bond }: Purse,
  credit: bigint,
  agreed = 0n,
): FinalMoney {
  const allowed = agreed + min(credit - agreed, terms.termCreditCap - credited);
  const [fromFee, fromFeeBefore] = [min(allowed, fee), min(agreed, fee)];
  const fromBond = min(allowed - fromFee - (agreed - fromFeeBefore), bond);
  return { earned: fee - fromFee, fromBond, credit: fromFee - fromFeeBefore + fromBond };
}
