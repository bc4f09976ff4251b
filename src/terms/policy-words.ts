import { type Hours, type Opening } from "../measure/hours.ts";
import { isDate, type Policy } from "../measure/policy.ts";
import { isZone } from "../measure/zone.ts";
import { decimal, parseDuration, parseShare, parseWhole, WordError } from "./words.ts";

/** The words of a measure's policy, as exact numbers. Each function throws {@link WordError}. */

const DAY_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTES = 1_440;

interface SampleUnit {
  /** Only units of one kind compare: times are counted in ms, rates in bit/s, bare numbers in thousandths. */
  readonly kind: "time" | "rate" | "number";
  readonly decimals: number;
  readonly times: number;
}

const SAMPLE_UNITS = new Map<string, SampleUnit>([
  ["s", { kind: "time", decimals: 3, times: 1 }],
  ["ms", { kind: "time", decimals: 0, times: 1 }],
  ["bit/s", { kind: "rate", decimals: 0, times: 1 }],
  ["kbit/s", { kind: "rate", decimals: 3, times: 1 }],
  ["Mbit/s", { kind: "rate", decimals: 6, times: 1 }],
  ["byte/s", { kind: "rate", decimals: 0, times: 8 }],
  ["", { kind: "number", decimals: 3, times: 1 }],
]);

const scaleOf = ({ decimals, times }: SampleUnit): number => 10 ** decimals * times;

/** What is good, and in which unit the words say it. */
export interface Bounds extends Pick<Policy, "good" | "scale"> {
  readonly unit: SampleUnit | undefined;
}

/** `fails`, `above 2 s`, `under 80 Mbit/s`, `under 10 or above 20` */
export function parseBadWhen(text: string): Bounds {
  if (text === "fails") return { good: { atLeast: 1 }, scale: 1, unit: undefined };
  const hint = "Write fails, above 2 s, under 80 Mbit/s, or under 10 or above 20.";
  const good: { atLeast?: number; atMost?: number } = {};
  let unit: SampleUnit | undefined;
  for (const part of text.split(" or ")) {
    const [, side, amount = "", name = ""] = /^(above|under) ([\d.,]+)(?: ?([A-Za-z/]+))?$/.exec(part) ?? [];
    const found = SAMPLE_UNITS.get(name);
    const key = side === "above" ? "atMost" : "atLeast";
    if (side === undefined || found === undefined || good[key] !== undefined || (unit ?? found).kind !== found.kind) {
      throw new WordError(`"${text}" does not say when a sample is bad.`, hint);
    }
    good[key] = boundOf(amount, found, part);
    unit ??= found;
  }
  if (unit === undefined || (good.atLeast ?? -Infinity) > (good.atMost ?? Infinity)) {
    throw new WordError(`"${text}" leaves no good value.`, hint);
  }
  return { good, scale: scaleOf(unit), unit };
}

function boundOf(amount: string, { decimals, times }: SampleUnit, text: string): number {
  const bound = Number(decimal(amount, decimals, `"${text}"`)) * times;
  if (!Number.isSafeInteger(bound)) throw new WordError(`"${text}" is too large a number.`);
  return bound;
}

/** `ms`: what the monitor's own numbers are in. */
export function parseSamplesIn(text: string, { unit }: Bounds): number {
  const found = SAMPLE_UNITS.get(text);
  if (unit !== undefined && unit.kind === found?.kind) return scaleOf(found);
  const kin = [...SAMPLE_UNITS].filter(([, { kind }]) => kind === unit?.kind && kind !== "number");
  const hint = kin.length === 0 ? "Leave it out." : `Write one of ${kin.map(([name]) => name).join(", ")}.`;
  throw new WordError(`"${text}" does not go with what is bad.`, hint);
}

/** `60 seconds` */
export function parseSlot(text: string): number {
  const slot = parseDuration(text);
  if (slot < 1n || slot > 86_400n) throw new WordError(`"${text}" is not between a second and a day.`);
  return Number(slot);
}

/** `15 minutes` that a ticket may take. */
export function parseLimit(text: string): number {
  const limit = parseDuration(text);
  if (limit > 31_622_400n) throw new WordError(`"${text}" is more than a year.`);
  return Number(limit);
}

/** `2 of 3` */
export function parsePlaces(text: string): Policy["places"] {
  const match = /^(\d+) of (\d+)$/.exec(text);
  const [bad, of] = [match?.[1], match?.[2]].map((digits) => parseWhole(digits ?? "0"));
  if (bad === undefined || of === undefined || bad < 1 || bad > of || of > 100) {
    throw new WordError(`"${text}" does not say how many places.`, "Write 2 of 3, of 100 at most.");
  }
  return { bad, of };
}

/** `all`, `of at least 60 seconds, whole`, `of at least 5 minutes, beyond it`, `in whole minutes` */
export function parseOutages(text: string): Pick<Policy, "minimum" | "counts"> {
  if (text === "all") return { minimum: 0, counts: "whole" };
  if (text === "in whole minutes") return { minimum: 0, counts: "whole minutes" };
  const match = /^of at least ([^,]+), (whole|beyond it|in whole minutes)$/.exec(text);
  const counts = { whole: "whole", "beyond it": "beyond", "in whole minutes": "whole minutes" } as const;
  const [, least, how] = match ?? [];
  if (least === undefined || how === undefined) {
    const hint =
      "Write all, in whole minutes, or of at least 60 seconds, and then whole, beyond it or in whole minutes.";
    throw new WordError(`"${text}" does not say which outages count.`, hint);
  }
  const minimum = parseDuration(least);
  if (minimum > 31_622_400n) throw new WordError(`"${least}" is more than a year.`);
  return { minimum: Number(minimum), counts: counts[how as keyof typeof counts] };
}

/** `counts as down`, `is excluded, refused below 99%`, `refused below 99%` */
export function parseUnknown(text: string): Pick<Policy, "unknown" | "coverage"> {
  const match = /^(counts as down|counts as up|is excluded)?(?:(^|, )refused below (.+))?$/.exec(text);
  const [, effect, link, share] = match ?? [];
  const kinds = { "counts as down": "down", "counts as up": "up", "is excluded": "excluded" } as const;
  const isJoined = share === undefined || (effect === undefined) === (link === "");
  if (match === null || text === "" || !isJoined) {
    const hint =
      "Write counts as down, counts as up, is excluded or refused below 99%; the last may follow the others.";
    throw new WordError(`"${text}" does not say what unknown time counts as.`, hint);
  }
  const coverage = share === undefined ? 0n : parseShare(share);
  if (share !== undefined && (coverage < 1n || coverage > 1_000_000_000n)) {
    throw new WordError(`"${share}" is not a share above 0% and up to 100%.`);
  }
  return { unknown: effect === undefined ? "refuse" : kinds[effect as keyof typeof kinds], coverage: Number(coverage) };
}

/** `Mon-Thu 09:00-17:00, Fri 09:00-14:00 Europe/Vienna`; `22:00-06:00` ends on the next day. */
export function parseHours(text: string): Hours {
  const [, times = "", zone = ""] = /^(.+) (\S+)$/.exec(text) ?? [];
  if (!isZone(zone)) {
    throw new WordError(
      `"${zone || text}" is no time zone.`,
      "End with an IANA name, as in Mon-Fri 09:00-17:00 Europe/Vienna.",
    );
  }
  return { zone, open: times.split(/, ?/).flatMap(parseOpening), holidays: [] };
}

function parseOpening(text: string): Opening[] {
  const [, first, last = first, ...clock] =
    /^([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? (\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text) ?? [];
  const [from, to] = [DAY_NAMES.indexOf(first ?? ""), DAY_NAMES.indexOf(last ?? "")];
  const [h1 = 99, m1 = 99, h2 = 99, m2 = 99] = clock.map(Number);
  const [opens, closes] = [h1 * 60 + m1, h2 * 60 + m2];
  if (from < 0 || to < 0 || m1 > 59 || m2 > 59 || opens >= MINUTES || closes > MINUTES || opens === closes) {
    throw new WordError(
      `"${text}" does not say when it is open.`,
      "Write Mon-Fri 09:00-17:00, and 00:00-24:00 for a whole day.",
    );
  }
  const days = ((to - from + 7) % 7) + 1;
  return Array.from({ length: days }, (_, i) => ({
    day: ((from + i) % 7) + 1,
    from: opens,
    to: closes > opens ? closes : closes + MINUTES,
  }));
}

/** `2026-12-25` */
export function parseHoliday(text: string): string {
  if (isDate(text)) return text;
  throw new WordError(
    `"${text}" is no day of the calendar.`,
    "Write it as 2026-12-25, or name an .ics file: { file, sha256 }.",
  );
}

const MOST_AHEAD = 366n * 86_400n;

/** `announced 5 days ahead`, or `announced before it starts`: in seconds. */
export function parseAhead(text: string): number {
  if (text === "announced before it starts") return 0;
  const [, ahead] = /^announced (.+) ahead$/.exec(text) ?? [];
  if (ahead === undefined) {
    throw new WordError(
      `"${text}" does not say how long ahead.`,
      "Write announced 5 days ahead, or announced before it starts.",
    );
  }
  const seconds = parseDuration(ahead);
  if (seconds > MOST_AHEAD) throw new WordError(`"${ahead}" is more than the year that the record lets announce.`);
  return Number(seconds);
}

/** `is excluded` */
export function parseDeclined(text: string): true {
  if (text === "is excluded") return true;
  throw new WordError(`"${text}" does not say what becomes of it.`, "Write is excluded, or leave the key out.");
}

/** `30 minutes` in which the client is to be told of an outage. */
export function parseDisclosure(text: string): number {
  const within = parseDuration(text);
  if (within < 60n || within > 86_400n) throw new WordError(`"${text}" is not between a minute and a day.`);
  return Number(within);
}
