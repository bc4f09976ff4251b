import { verdictsOf, type Judging, type Verdicts } from "../measure/sampled.ts";
import type { Series } from "../measure/series.ts";
import { daysOf } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import { canonicalSeries, samplesOfDay, type DaySamples } from "./samples.ts";

/** What samples come to in a period, whatever else a policy makes of it: agreements on one monitor share it. */
export class Seen {
  readonly verdicts: Verdicts;
  readonly #series: readonly Series[];
  readonly #period: Period;
  #days: readonly (readonly DaySamples[])[] | undefined;

  /** Throws `measure.places` when there are more vantage points than the policy knows, or one twice. */
  constructor(series: readonly Series[], period: Period, policy: Judging) {
    this.#series = canonicalSeries(series, period, policy);
    this.#period = period;
    this.verdicts = verdictsOf(this.#series, period, policy);
  }

  /** What each day of the period lists, in order. */
  get days(): readonly (readonly DaySamples[])[] {
    return (this.#days ??= daysOf(this.#period).map((day, index) => samplesOfDay(this.#series, day, index === 0)));
  }
}
