import type { Problem } from "../errors.ts";

export const HOUR = 3_600n;
export const DAY = 86_400n;
export const YEAR = 365n * DAY;
export const LIMITS = {
  periods: 240,
  noticePeriods: 12,
  chronicRules: 4,
  indicators: 16,
  objectives: 16,
  tiers: 16,
  leastFee: 10_000n,
  money: 2n ** 95n,
} as const;

/** A broken limit and the values it is about, the one to change first: `fee`, `objectives.0.tiers.1`. */
export interface Violation {
  readonly fields: readonly string[];
  readonly problem: Problem;
}

export type Refuse = (fields: string | readonly string[], code: string, message: string, hint?: string) => void;
