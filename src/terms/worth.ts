import type { Period } from "./calendar.ts";
import { creditOf } from "./credit.ts";
import { checkMeasurements } from "./measurements.ts";
import type { Measurement, Terms } from "./types.ts";

/** What it is worth to say `second` instead of `first`. Money, after the period's cap and before the term's. */
export interface Worth {
  readonly first: bigint;
  readonly second: bigint;
  /** Whose claim the second counts can be; nobody's where the credit is the same. */
  readonly claimant: "provider" | "client" | undefined;
  /** Why the contract would not take the second counts; empty when it does. */
  readonly refused: readonly string[];
}

/** By the agreed table, of the very fee and length of this period. */
export function worthOf(
  terms: Terms,
  period: Period,
  first: readonly Measurement[],
  second: readonly Measurement[],
): Worth {
  const [one, other] = [creditOf(terms, period, first), creditOf(terms, period, second)];
  return {
    first: one,
    second: other,
    claimant: other > one ? "client" : other < one ? "provider" : undefined,
    refused: checkMeasurements(terms, period, second).map(({ message }) => message),
  };
}
