/** Seconds between a place's samples, as most of them are: the median. Undefined for fewer than two. Times ascend. */
export function usualInterval(times: readonly number[]): number | undefined {
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
}
