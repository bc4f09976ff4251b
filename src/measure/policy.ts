import type { Hours } from "./hours.ts";

/** How samples become counts; the agreement file fixes it, so its hash does. */
export interface Policy {
  /** A value is good within these bounds, inclusive: {atLeast: 1} for a success, {atMost: 2000} for 2 s in ms. */
  readonly good: { readonly atLeast?: number; readonly atMost?: number };
  /** What a monitor's number is multiplied by before it is rounded to a whole one: 1, 1000 for seconds to ms. */
  readonly scale: number;
  /** A sample speaks until the next one of its vantage point, at most so many seconds: the slot. */
  readonly slot: number;
  /** A second is bad when at least `bad` of `of` vantage points say so, good when so many say good that it cannot be; else unknown. */
  readonly places: { readonly bad: number; readonly of: number };
  /** Outages (maximal runs of bad seconds) shorter than this do not count. 0: all count. */
  readonly minimum: number;
  /** What of a counted outage counts: all of it, what is beyond the minimum, or its whole minutes. */
  readonly counts: "whole" | "beyond" | "whole minutes";
  readonly unknown: "down" | "up" | "excluded" | "refuse";
  /** Least known share of the period in ppb; below it there are no counts but an error that says where the holes are. */
  readonly coverage: number;
  /** Only seconds inside count; the others are excluded. */
  readonly hours?: Hours;
}
