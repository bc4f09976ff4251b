import type { BatchedReport } from "../chain/batch.ts";
import type { Measurement } from "../terms/types.ts";

/** Why a member does not sign a report. */
export interface Objection {
  readonly report: BatchedReport;
  readonly reason: string;
  /** Looking again may be all it takes. */
  readonly retry?: boolean;
}

const WHAT = ["total", "bad", "excluded"] as const;

/**
 * Holds proposed counts against a member's own. Two monitors never agree to the second, so each count may differ by
 * so many units as `tolerances` has for its measure, which the members agree on among themselves.
 * @returns Why not, in one line, or undefined
 */
export function compareCounts(
  proposed: readonly Measurement[],
  own: readonly Measurement[],
  tolerances: readonly bigint[],
): string | undefined {
  if (proposed.length !== own.length) return `it has ${proposed.length} measurements, mine ${own.length}`;
  for (const [i, one] of proposed.entries()) {
    const mine = own[i] as Measurement;
    const tolerance = tolerances[i] ?? 0n;
    for (const what of WHAT) {
      const difference = one[what] > mine[what] ? one[what] - mine[what] : mine[what] - one[what];
      if (difference <= tolerance) continue;
      const name = proposed.length === 1 ? what : `measure ${i + 1}, ${what}`;
      const allowed = tolerance === 0n ? "no difference is allowed" : `${tolerance} are allowed`;
      return `${name}: it says ${one[what]}, I measured ${mine[what]}; the difference is ${difference}, ${allowed}`;
    }
  }
  return undefined;
}
