import type { Period } from "../../src/measure/types.ts";

/** A slow, plain way to count: second by second, what did the last sample say that still speaks? */
export function hold(
  samples: readonly (readonly [time: number, value: number])[],
  period: Period,
  slot: number,
): { bad: number; unknown: number } {
  const sorted = [...samples].sort(([a], [b]) => a - b);
  let [bad, unknown, next] = [0, 0, 0];
  for (let second = Number(period.start); second < Number(period.end); second++) {
    while (next < sorted.length && Math.floor(sorted[next]![0]) <= second) next++;
    const last = sorted[next - 1];
    if (last === undefined || second >= Math.floor(last[0]) + slot) unknown++;
    else if (last[1] < 1) bad++;
  }
  return { bad, unknown };
}
