import { UpheldError } from "../errors.ts";
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
export function toSeries(
  vantage: string,
  samples: Iterable<readonly [time: number, value: number]>,
  policy: Policy,
): Series {
  if (!/^[A-Za-z0-9._:-]{1,60}$/.test(vantage)) {
    throw new UpheldError({
      code: "measure.vantage",
      message: `"${vantage.slice(0, 80)}" does not name a vantage point`,
      hint: "use 1 to 60 letters, digits and . _ : -",
    });
  }
  const times: number[] = [];
  const values: number[] = [];
  let isSorted = true;
  for (const [time, value] of samples) {
    const at = Math.floor(time);
    const scaled = Math.floor(value * policy.scale + 0.5);
    if (!Number.isSafeInteger(at) || at < 0 || !Number.isSafeInteger(scaled)) {
      throw uncountable(vantage, time, value, policy.scale);
    }
    isSorted &&= times.length === 0 || at > (times[times.length - 1] as number);
    times.push(at);
    values.push(scaled);
  }
  // a monitor mostly gives them in order: then there is nothing to do
  return isSorted ? { vantage, times, values } : { vantage, ...sorted(times, values, policy) };
}

function sorted(times: readonly number[], values: readonly number[], policy: Policy): Omit<Series, "vantage"> {
  const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number));
  const kept = { times: [] as number[], values: [] as number[] };
  for (const i of order) {
    const [time, value, last] = [times[i] as number, values[i] as number, kept.times.length - 1];
    if (kept.times[last] !== time) {
      kept.times.push(time);
      kept.values.push(value);
    } else if (isWorse(value, kept.values[last] as number, policy)) kept.values[last] = value;
  }
  return kept;
}

function uncountable(vantage: string, time: number, value: number, scale: number): UpheldError {
  return new UpheldError({
    code: "measure.sample",
    message: `a sample of ${vantage} cannot be counted: value ${value}, scaled by ${scale}, at time ${time}`,
    hint: "times are seconds since 1970 and values are numbers up to 9,007,199,254,740,991 once scaled: check the query",
  });
}

/** One order for all, so that it does not matter in which order the values come. */
function isWorse(a: number, b: number, policy: Policy): boolean {
  const [isAGood, isBGood] = [isGood(a, policy), isGood(b, policy)];
  if (isAGood !== isBGood) return !isAGood;
  return policy.good.atMost === undefined ? a < b : a > b;
}
