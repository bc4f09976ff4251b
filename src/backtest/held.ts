import { UpheldError } from "../errors.ts";

const NOT_HELD = new Set([
  "monitor.too-old",
  "monitor.no-series",
  "monitor.too-early",
  "kept.too-old",
  "kept.too-early",
  "kept.part-missing",
  "counts.no-line",
]);

/** Whether a source says that it does not have a period: no longer, or not yet. */
export const isNotHeld = (error: unknown): error is UpheldError =>
  error instanceof UpheldError && NOT_HELD.has(error.problem.code);

/** Whether the policy refuses to count a period. */
export const isRefused = (error: unknown): error is UpheldError =>
  error instanceof UpheldError && error.problem.code === "measure.coverage";
