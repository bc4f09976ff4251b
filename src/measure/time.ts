import { DAY } from "../terms/bounds.ts";
import { UpheldError, type Problem } from "../errors.ts";
import type { Period } from "./types.ts";

type Place = Pick<Problem, "file" | "line">;

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(.*)$/;
const UTC = new Set(["Z", "+00:00"]);

/** UTC seconds of `2025-10-09T14:45:00Z`. The zone must be said, and must be UTC. */
export function parseUtc(text: string, place: Place = {}): bigint {
  const parts = TIME.exec(text);
  if (!parts) throw wrong("time.malformed", `"${shown(text)}" is not a time`, place);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part || 0));
  const [fraction, zone = ""] = [parts[7], parts[8]];
  if (zone === "") throw wrong("time.no-zone", `"${shown(text)}" does not say its time zone`, place);
  if (!UTC.has(zone))
    throw wrong("time.not-utc", `"${shown(text)}" is not in UTC: its zone is "${shown(zone)}"`, place);
  if (fraction !== undefined) throw wrong("time.fraction", `"${shown(text)}" has a fraction of a second`, place);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const seconds = BigInt(date.getTime() / 1000);
  // `Date` rolls 30 February over into March: what did not stay where it was put does not exist
  const exists =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists) throw wrong("time.malformed", `"${shown(text)}" does not exist in the calendar`, place);
  if (seconds < 0n) throw wrong("time.malformed", `"${shown(text)}" is before 1970`, place);
  return seconds;
}

/** `2025-10-09T14:45:00Z`. */
export function formatUtc(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z");
}

/** A UTC day of a period; the first and the last may be cut. */
export interface Day extends Period {
  readonly date: string;
}

/** The UTC days that a period touches, in order, each cut to the period. */
export function daysOf(period: Period): Day[] {
  const days: Day[] = [];
  for (let midnight = period.start - (period.start % DAY); midnight < period.end; midnight += DAY) {
    const [start, end] = [later(midnight, period.start), earlier(midnight + DAY, period.end)];
    days.push({ date: formatUtc(midnight).slice(0, 10), start, end });
  }
  return days;
}

// Stryker disable next-line EqualityOperator: of two equal times either is right
export const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
// Stryker disable next-line EqualityOperator: of two equal times either is right
export const earlier = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const wrong = (code: string, message: string, place: Place) =>
  new UpheldError({ code, message, hint: "write it as 2025-10-09T14:45:00Z: whole seconds, in UTC", ...place });

const shown = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
