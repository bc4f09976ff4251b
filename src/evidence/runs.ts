/**
 * `count` samples of one value, the first at `first`, the others `step` seconds after one another. Seconds are counted
 * from the day's 00:00 UTC. A run of one has the step 0.
 */
export type Run = readonly [first: number, step: number, count: number, value: number];

/**
 * The one way to write the samples of a day: greedy. A run takes every next sample that has its value and comes one
 * step after the last; its second sample sets the step. `times` ascend; the samples from place `from` to `to` are
 * written, in seconds after `midnight`.
 */
export function toRuns(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  midnight = 0,
  from = 0,
  to = times.length,
): Run[] {
  const runs: [first: number, step: number, count: number, value: number][] = [];
  let run: (typeof runs)[number] | undefined;
  let last = 0;
  for (let at = from; at < to; at++) {
    const time = (times[at] as number) - midnight;
    const value = values[at] as number;
    const step = time - last;
    if (run?.[3] === value && (run[2] === 1 || step === run[1])) {
      run[1] = step;
      run[2] += 1;
    } else {
      run = [time, 0, 1, value];
      runs.push(run);
    }
    last = time;
  }
  return runs;
}

/** Calls `sample` for each sample of the runs, in order. */
export function eachSample(runs: readonly Run[], sample: (second: number, value: number) => void): void {
  for (const [first, step, count, value] of runs) {
    for (let at = 0; at < count; at++) sample(first + at * step, value);
  }
}

/** How many samples there are. */
export const samplesIn = (runs: readonly Run[]): number => runs.reduce((sum, [, , count]) => sum + count, 0);

const SECONDS = 86_400;

/**
 * Whether a value of the file is runs: whole numbers, times that ascend and end before the next midnight. Whether they
 * are the greedy ones is for a recomputation to say.
 */
export function areRuns(value: unknown): value is Run[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  let last = -Infinity;
  for (const run of value as unknown[]) {
    if (!Array.isArray(run) || run.length !== 4 || !run.every(isWhole)) return false;
    const [first, step, count] = run as unknown as Run;
    const isStepped = count === 1 ? step === 0 : count > 1 && step > 0;
    if (!isStepped || first <= last) return false;
    last = first + step * (count - 1);
    if (last >= SECONDS) return false;
  }
  return true;
}

/** An exact whole number; not -0, which is written like 0 and would not be read back as itself. */
export const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);
