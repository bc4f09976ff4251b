import type { TokenUnit } from "./format.ts";
import { formatIsoTime } from "./format.ts";

/** What an agreement file says in people's words, as exact numbers. Each function throws {@link WordError}. */

export class WordError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const quote = (text: string): string => `"${text}"`;

/** `1,000.50` as an integer of `decimals` decimals. */
export function decimal(text: string, decimals: number, what: string): bigint {
  const match = /^(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/.exec(text);
  if (match === null) {
    throw new WordError(
      `${quote(text)} is not a number.`,
      "Write 1,000.50: commas between thousands, a point before decimals.",
    );
  }
  const [, whole = "", fraction = ""] = match;
  const digits = fraction.replace(/0+$/, "");
  if (digits.length > decimals) {
    throw new WordError(`${quote(text)} has ${digits.length} decimals, ${what} has at most ${decimals}.`);
  }
  return BigInt(whole.replaceAll(",", "") + digits.padEnd(decimals, "0"));
}

/** `12` */
export function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new WordError(`${quote(text)} is not a whole number.`);
  return Number(text);
}

/** `1,000 USDC` in the smallest units of the token; `none` is 0. */
export function parseMoney(text: string, token: TokenUnit): bigint {
  if (text === "none") return 0n;
  const example = `Write it as 1,000.50 ${token.symbol}.`;
  const match = /^(\S+)\s+(\S+)$/.exec(text);
  if (match === null) throw new WordError(`${quote(text)} is not an amount.`, example);
  const [, amount = "", symbol = ""] = match;
  if (symbol !== token.symbol) {
    throw new WordError(`${quote(text)} is in ${symbol}, the agreement's token is ${token.symbol}.`, example);
  }
  return decimal(amount, token.decimals, token.symbol);
}

/** `99.9%` in ppb */
export function parseShare(text: string): bigint {
  const match = /^(\S+?)\s?%$/.exec(text);
  if (match === null) throw new WordError(`${quote(text)} is not a percentage.`, "Write it as 99.9%.");
  return decimal(match[1] ?? "", 7, "a percentage");
}

/** `25x` in ppb */
export function parseMultiple(text: string): bigint {
  return decimal(text, 9, "a multiple");
}

const SECONDS = new Map<string, bigint>([
  ...["s", "sec", "second", "seconds"].map((word) => [word, 1n] as const),
  ...["min", "minute", "minutes"].map((word) => [word, 60n] as const),
  ...["h", "hour", "hours"].map((word) => [word, 3_600n] as const),
  ...["d", "day", "days"].map((word) => [word, 86_400n] as const),
  ...["week", "weeks"].map((word) => [word, 604_800n] as const),
]);

/** `5 days`, `4.5 hours`, `1 h 30 min` in seconds */
export function parseDuration(text: string): bigint {
  const hint = "Write it as 5 days, 4.5 hours or 1 h 30 min.";
  if (!/^(?:\d[\d.,]*\s*[a-z]+)(?:\s+(?:and\s+)?\d[\d.,]*\s*[a-z]+)*$/.test(text)) {
    throw new WordError(`${quote(text)} is not a duration.`, hint);
  }
  let total = 0n;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d[\d.,]*)\s*([a-z]+)/g)) {
    const seconds = SECONDS.get(unit);
    if (seconds === undefined) throw new WordError(`${quote(unit)} in ${quote(text)} is no unit of time.`, hint);
    const scaled = decimal(amount, 9, "a duration") * seconds;
    if (scaled % 1_000_000_000n !== 0n) throw new WordError(`${quote(text)} is not a whole number of seconds.`);
    total += scaled / 1_000_000_000n;
  }
  return total;
}

/** `20 tickets`; the word must be the unit that is counted. */
export function parseQuantity(text: string, unit: string): bigint {
  if (unit === "seconds") return parseDuration(text);
  const singular = unit.slice(0, -1);
  const match = /^(\S+)\s+(\S+)$/.exec(text);
  if (match === null || ![unit, singular].includes(match[2] ?? "")) {
    throw new WordError(
      `${quote(text)} is not a number of ${unit}.`,
      `This measure counts ${unit}: write it as 20 ${unit}.`,
    );
  }
  return decimal(match[1] ?? "", 0, `a number of ${unit}`);
}

/** `1 period`, `2 periods`, `none` */
export function parsePeriods(text: string): number {
  if (text === "none") return 0;
  const match = /^(\d{1,9}) periods?$/.exec(text);
  if (match === null)
    throw new WordError(`${quote(text)} is not a number of periods.`, "Write it as 1 period, 2 periods or none.");
  return Number(match[1]);
}

/** `2025-01-01` (00:00 UTC), `2025-01-01T09:00Z`, `2025-01-01 09:00 UTC`, `2025-01-01T09:00+02:00` in UTC seconds */
export function parseTime(text: string): bigint {
  const hint = "Write it as 2025-01-01 (00:00 UTC) or 2025-01-01T09:00Z.";
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?\s?(Z|UTC|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match === null) throw new WordError(`${quote(text)} is not a date.`, hint);
  const [, year, month, day, hour, minute, second = "00", zone] = match;
  if (hour !== undefined && zone === undefined) {
    throw new WordError(`${quote(text)} has a time but no zone.`, "Add Z for UTC, or the offset, as in 09:00+02:00.");
  }
  const date = `${year ?? ""}-${month ?? ""}-${day ?? ""}`;
  const clock = hour === undefined ? "00:00:00" : `${hour}:${minute ?? ""}:${second}`;
  const utc = Date.parse(`${date}T${clock}Z`);
  // Date rolls 30 February over to March instead of refusing it.
  if (Number.isNaN(utc) || formatIsoTime(BigInt(utc) / 1000n).slice(0, 10) !== date) {
    throw new WordError(`${quote(text)} does not exist in the calendar.`, hint);
  }
  const offset = zone === undefined || zone === "Z" || zone === "UTC" ? 0 : offsetMinutes(zone);
  return BigInt(utc) / 1000n - BigInt(offset) * 60n;
}

function offsetMinutes(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith("-") ? -minutes : minutes;
}
