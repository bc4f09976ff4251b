import type { Policy } from "./policy.ts";

/** What one vantage point saw: parallel arrays, times ascending and unique. Any order and duplicates are the reader's to clean (`toSeries`). */
export interface Series {
  /** One word: [A-Za-z0-9._:-]{1,60}. */
  readonly vantage: string;
  /** UTC seconds. */
  readonly times: readonly number[] | Float64Array;
  /** Whole numbers: 0/1 for a success, else scaled. Same length as `times`. */
  readonly values: readonly number[] | Float64Array;
}

/** Whether a value, scaled and whole, is good. */
export const isGood = (value: number, { good: { atLeast, atMost } }: Policy): boolean =>
  (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
