import type { Problem } from "../errors.ts";
import type { Period } from "./calendar.ts";
import type { Indicator, Measurement, Terms } from "./types.ts";
import { Mode } from "./types.ts";

const MAX_COUNT = 2n ** 64n - 1n;

/** Most units this period may exclude: the cap of a full period, scaled to the part of it that is there. */
export function excludedCapOf(indicator: Indicator, period: Period): bigint {
  return (indicator.excludedCap * (period.end - period.start)) / period.fullLength;
}

/** What is wrong with the counts of one indicator; empty when the contract takes them. */
export function checkMeasurement(indicator: Indicator, period: Period, m: Measurement): Problem[] {
  const problems: Problem[] = [];
  const refuse = (code: string, message: string) => {
    problems.push({ code: `measurement.${code}`, message: `indicator ${indicator.id}: ${message}` });
  };
  for (const [name, value] of Object.entries(m) as [string, bigint][]) {
    if (value < 0n || value > MAX_COUNT) refuse("out-of-range", `${name} is ${value}, must be 0 to ${MAX_COUNT}`);
  }
  if (m.bad > m.total) refuse("bad-above-total", `bad is ${m.bad}, above the total of ${m.total}`);
  const cap = excludedCapOf(indicator, period);
  if (m.excluded > cap) refuse("excluded-above-cap", `excluded is ${m.excluded}, above the cap of ${cap}`);

  const seconds = indicator.instances * (period.end - period.start);
  if (indicator.mode === Mode.DowntimeOnly) {
    if (m.total !== seconds) refuse("total-differs", `total is ${m.total}, the period has ${seconds}`);
    const used = m.bad + m.excluded;
    if (used > m.total) refuse("more-than-total", `bad and excluded are ${used}, above the total of ${m.total}`);
  }
  if (indicator.mode === Mode.Denominator) {
    const sum = m.total + m.excluded;
    if (sum !== seconds) refuse("total-differs", `total and excluded are ${sum}, the period has ${seconds}`);
  }
  return problems;
}

/** What is wrong with a report's measurements; empty when the contract takes them. */
export function checkMeasurements(terms: Terms, period: Period, measurements: readonly Measurement[]): Problem[] {
  const { indicators } = terms;
  if (measurements.length !== indicators.length) {
    const message = `${measurements.length} measurements, the terms have ${indicators.length} indicators`;
    return [{ code: "measurement.number-differs", message }];
  }
  return indicators.flatMap((indicator, i) => checkMeasurement(indicator, period, measurements[i] as Measurement));
}

/** The indicators with what of each may be excluded in this very period. */
export const indicatorsIn = ({ indicators }: Pick<Terms, "indicators">, period: Period): Indicator[] =>
  indicators.map((indicator) => ({ ...indicator, excludedCap: excludedCapOf(indicator, period) }));
