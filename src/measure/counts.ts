import { UpheldError } from "../errors.ts";
import type { Measurement } from "../terms/types.ts";

const LIMIT = 2n ** 64n - 1n;

/**
 * Reads explicit counts, `total,bad` or `total,bad,excluded`, as someone types them for one indicator. Whether the
 * contract takes them is for `checkMeasurements` to say.
 */
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

const wrong = (code: string, message: string) =>
  new UpheldError({ code, message, hint: "counts are whole units: total,bad,excluded, for example 2678400,4740,0" });
