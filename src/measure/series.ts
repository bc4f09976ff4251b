import { UpheldError } from "../errors.ts";
import { Columns, type Samples } from "./columns.ts";
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
export const isGood = (value: number, { good: { atLeast, atMost } }: Pick<Policy, "good">): boolean =>
  (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);

/**
 * Floors the times to whole seconds, scales the values and rounds them half up, sorts, drops duplicates; of two
 * different values at one time the worse for the provider (by the policy) stays.
 */
export const toSeries = (
  vantage: string,
  samples: Columns | Iterable<readonly [time: number, value: number]>,
  policy: Pick<Policy, "good" | "scale">,
): Series => joinSeries(vantage, [samples instanceof Columns ? samples : [...samples]], policy);

/** The same of samples that come in pieces: a month of them is gone over once. */
export function joinSeries(vantage: string, parts: readonly Samples[], policy: Pick<Policy, "good" | "scale">): Series {
  if (!/^[A-Za-z0-9._:-]{1,60}$/.test(vantage)) {
    throw new UpheldError({
      code: "measure.vantage",
      message: `"${vantage.slice(0, 80)}" does not name a vantage point`,
      hint: "use 1 to 60 letters, digits and . _ : -",
    });
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const [times, values] = [new Float64Array(length), new Float64Array(length)];
  let count = 0;
  let isSorted = true;
  let last = -1;
  let [raw, scaled] = [NaN, NaN];
  for (const part of parts) {
    const given = Columns.join([part]);
    for (let i = 0; i < given.length; i++) {
      const at = Math.floor(given.times[i] as number);
      // mostly the same as before
      if (given.values[i] !== raw) {
        raw = given.values[i] as number;
        scaled = Math.floor(raw * policy.scale + 0.5);
      }
      if (!Number.isSafeInteger(at) || at < 0 || !Number.isSafeInteger(scaled)) {
        throw uncountable(vantage, given.times[i] as number, raw, policy.scale);
      }
      if (at <= last) isSorted = false;
      last = at;
      times[count] = at;
      values[count] = scaled;
      count++;
    }
  }
  // a monitor mostly gives them in order: then there is nothing to do
  return isSorted ? { vantage, times, values } : { vantage, ...sorted(times, values, policy) };
}

function sorted(times: Float64Array, values: Float64Array, policy: Pick<Policy, "good">): Omit<Series, "vantage"> {
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number));
  const kept = { times: new Float64Array(times.length), values: new Float64Array(times.length) };
  let count = 0;
  for (const i of order) {
    const [time, value] = [times[i] as number, values[i] as number];
    if (count === 0 || kept.times[count - 1] !== time) {
      kept.times[count] = time;
      kept.values[count] = value;
      count++;
    } else if (isWorse(value, kept.values[count - 1] as number, policy)) kept.values[count - 1] = value;
  }
  return { times: kept.times.subarray(0, count), values: kept.values.subarray(0, count) };
}

function uncountable(vantage: string, time: number, value: number, scale: number): UpheldError {
  return new UpheldError({
    code: "measure.sample",
    message: `a sample of ${vantage} cannot be counted: value ${value}, scaled by ${scale}, at time ${time}`,
    hint: "times are seconds since 1970 and values are numbers up to 9,007,199,254,740,991 once scaled: check the query",
  });
}

/** One order for all, so that it does not matter in which order the values come. */
function isWorse(a: number, b: number, policy: Pick<Policy, "good">): boolean {
  const [isAGood, isBGood] = [isGood(a, policy), isGood(b, policy)];
  if (isAGood !== isBGood) return !isAGood;
  return policy.good.atMost === undefined ? a < b : a > b;
}
