import { type Hours, openHours } from "./hours.ts";
import { earlier, later } from "./time.ts";
import type { Period } from "./types.ts";

const YEAR = 366n * 86_400n;

/** Counts open seconds between two times, up to the end of a period; knows the calendar as far back as was asked. */
export class OpenClock {
  readonly #hours: Hours | undefined;
  readonly #end: bigint;
  #from: bigint;
  #spans: readonly Period[] = [];
  /** Open seconds before the span of the same index. */
  #before: readonly bigint[] = [];

  /** Without hours every second is open. */
  constructor(hours: Hours | undefined, period: Period) {
    this.#hours = hours;
    this.#end = period.end;
    this.#from = period.end;
  }

  /** Open seconds in `[from, to)`; what lies after the period's end does not count. */
  between(from: bigint, to: bigint): bigint {
    const end = earlier(to, this.#end);
    if (from >= end) return 0n;
    if (this.#hours === undefined) return end - from;
    this.#reach(from, this.#hours);
    return this.#until(end) - this.#until(from);
  }

  #reach(time: bigint, hours: Hours): void {
    if (time >= this.#from) return;
    this.#from = later(time - YEAR, 0n);
    this.#spans = openHours(hours, { start: this.#from, end: this.#end });
    let sum = 0n;
    this.#before = this.#spans.map(({ start, end }) => (sum += end - start) - (end - start));
  }

  /** Open seconds from where the calendar is known until `time`. */
  #until(time: bigint): bigint {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle] as Period).start < time) low = middle + 1;
      else high = middle;
    }
    const span = this.#spans[low - 1];
    if (span === undefined) return 0n;
    return (this.#before[low - 1] as bigint) + earlier(time, span.end) - span.start;
  }
}
