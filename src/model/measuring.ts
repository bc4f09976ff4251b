import type { Period } from "../terms/calendar.ts";
import { chronicBits, creditOf } from "../terms/credit.ts";
import { excludedCapOf } from "../terms/measurements.ts";
import { type Measurement, Mode, type Terms } from "../terms/types.ts";
import type { Report } from "./agreement.ts";
import { require } from "./refusal.ts";

/** What counts give in `period`: refused when they do not add up. */
export function judge(
  terms: Terms,
  period: Period,
  measurements: readonly Measurement[],
): Pick<Report, "credit" | "reaches"> {
  requirePossible(terms, period, measurements);
  const bits = chronicBits(terms, period, measurements);
  return {
    credit: creditOf(terms, period, measurements),
    reaches: terms.chronic.map((_, r) => r).filter((r) => ((bits >> r) & 1) === 1),
  };
}

function requirePossible(terms: Terms, period: Period, measurements: readonly Measurement[]): void {
  const { indicators } = terms;
  require(measurements.length === indicators.length, "MeasurementCountDiffers", measurements.length, indicators.length);
  for (const [i, indicator] of indicators.entries()) {
    const { total, bad, excluded } = measurements[i] as Measurement;
    const seconds = indicator.instances * (period.end - period.start);
    const counted = indicator.mode === Mode.Denominator ? total + excluded : total;
    if (indicator.mode !== Mode.Count) require(counted === seconds, "TotalDiffers", i, counted, seconds);
    const faults = indicator.mode === Mode.DowntimeOnly ? bad + excluded : bad;
    require(faults <= total, "BadAboveTotal", i, faults, total);
    const cap = excludedCapOf(indicator, period);
    require(excluded <= cap, "ExcludedAboveCap", i, excluded, cap);
  }
}
