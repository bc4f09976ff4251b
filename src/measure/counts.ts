import { UpheldError } from "../errors.ts";
import { Mode, type Indicator, type Measurement } from "../terms/types.ts";
import type { Period } from "./types.ts";

const LIMIT = 2n ** 64n - 1n;

/** Reads explicit counts, `total,bad` or `total,bad,excluded`, as someone types them for one indicator. */
export function parseCounts(text: string): Measurement {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^\d+$/.test(part))) {
    throw wrong("counts.malformed", `"${text}" is not a measurement`);
  }
  const [total = 0n, bad = 0n, excluded = 0n] = parts.map(BigInt);
  const largest = [total, bad, excluded].find((count) => count > LIMIT);
  if (largest !== undefined) throw wrong("counts.too-large", `${largest} is more than the largest count, ${LIMIT}`);
  return { total, bad, excluded };
}

/** Refuses counts that the contract would refuse, apart from the cap on exclusions. */
export function checkCounts(measurement: Measurement, indicator: Indicator, period: Period): void {
  const { total, bad, excluded } = measurement;
  const all = indicator.instances * (period.end - period.start);
  const subject = `indicator ${indicator.id}`;
  if (bad > total) throw wrong("counts.bad-above-total", `${subject}: ${bad} bad of ${total} in all`);
  if (indicator.mode === Mode.DowntimeOnly) {
    if (total !== all) throw wrong("counts.total", `${subject}: the total is ${total}, the period has ${all} seconds`);
    if (bad + excluded > total)
      throw wrong("counts.sum", `${subject}: ${bad} bad and ${excluded} excluded are more than the total ${total}`);
  }
  if (indicator.mode === Mode.Denominator && total + excluded !== all) {
    throw wrong(
      "counts.total",
      `${subject}: total ${total} and excluded ${excluded} are not the period's ${all} seconds`,
    );
  }
}

const wrong = (code: string, message: string) =>
  new UpheldError({ code, message, hint: "counts are whole units: total,bad,excluded, for example 2678400,4740,0" });
