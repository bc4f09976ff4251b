import { LIMITS } from "./bounds.ts";
import { addMonths, periodOf } from "./calendar.ts";
import { creditCapOf } from "./credit.ts";
import type { Fields } from "./fields.ts";
import type { Open, Role, Token } from "./file-parties.ts";
import type { ChronicRule, Terms } from "./types.ts";
import { PPB } from "./types.ts";
import { parseDuration, parseMoney, parsePeriods, parseShare, parseTime, parseWhole, WordError } from "./words.ts";
import type { Section } from "./yaml.ts";

const PERIODS = new Map([
  ["month", 1],
  ["quarter", 3],
  ["year", 12],
]);
const DAY = 86_400n;
const HALF = PPB / 2n;

/** A start that stands for the file's, and the time against which one is judged or chosen. */
export interface Times {
  readonly starts?: bigint | undefined;
  readonly anchor?: bigint | undefined;
  readonly now?: bigint | undefined;
}

/** What the top of the file says: money, calendar, clocks, exits. */
export type Header = Omit<
  Terms,
  Role | "token" | "document" | "termCreditCap" | "indicators" | "objectives" | "combination"
>;

export function readHeader(root: Section, fields: Fields, token: Token, times: Times, open: Open): Header {
  const money = moneyParser(fields, token);
  const periodMonths = fields.required(root, "period", "periodMonths", 1, parsePeriod);
  const start = readStart(root, fields, times, open);
  const pledge = fields.optional(root, "pledge", "pledge", { pledge: 0n, pledgeShare: 0n }, (text) =>
    parsePledge(text, money),
  );
  fields.at("pledgeShare", root.lineAt("pledge"));
  if (fields.isBroken("tokenUnit")) for (const field of ["fee", "bond", "pledge"]) fields.fail(field);
  return {
    fee: fields.required(root, "fee", "fee", 10n ** BigInt(token.decimals + 3), (text) =>
      parseFee(text, periodMonths, money),
    ),
    bond: fields.optional(root, "bond", "bond", 0n, money),
    ...pledge,
    creditCap: fields.required(root, "credit cap", "creditCap", HALF, parseShare),
    silenceCredit: fields.required(root, "no report", "silenceCredit", HALF, parseShare),
    start,
    anchor: readAnchor(root, fields, times, start),
    periodMonths,
    periods: fields.required(root, "periods", "periods", 12, parseWhole),
    noticePeriods: fields.required(root, "notice", "noticePeriods", 1, parsePeriods),
    burnInPeriods: fields.optional(root, "burn-in", "burnInPeriods", 0, parsePeriods),
    reportWindow: fields.required(root, "report window", "reportWindow", 5n * DAY, parseDuration),
    disputeWindow: fields.required(root, "dispute window", "disputeWindow", 7n * DAY, parseDuration),
    rulingWindow: fields.required(root, "ruling window", "rulingWindow", 30n * DAY, parseDuration),
    fundingGrace: fields.required(root, "grace", "fundingGrace", 10n * DAY, parseDuration),
    chronic: readChronic(root, fields),
  };
}

type Money = (text: string) => bigint;

/** Amounts cannot be judged while the token's symbol and decimals are unknown. */
function moneyParser(fields: Fields, token: Token): Money {
  return (text) => (fields.isBroken("tokenUnit") ? 0n : parseMoney(text, token));
}

function parsePeriod(text: string): number {
  const months = PERIODS.get(text);
  if (months === undefined) throw new WordError(`"${text}" is no period.`, "Write month, quarter or year.");
  return months;
}

/** `1,000 USDC`, or `1,000 USDC a month` where the period is a month */
function parseFee(text: string, periodMonths: number, money: Money): bigint {
  const match = /^(.*?)(?: (?:a|per) (\w+))?$/.exec(text);
  const [, amount = text, period] = match ?? [];
  if (period !== undefined && parsePeriod(period) !== periodMonths) {
    throw new WordError(`"${text}" is for a ${period}, but that is not the period of the agreement.`);
  }
  return money(amount);
}

/** `50 USDC or 10% of the difference`, or only one of the two, or `none` */
function parsePledge(text: string, money: Money): { pledge: bigint; pledgeShare: bigint } {
  const match = /^(?:(.+?) or )?(\S+\s?%) of the difference$/.exec(text);
  if (match === null) return { pledge: money(text), pledgeShare: 0n };
  return { pledge: match[1] === undefined ? 0n : money(match[1]), pledgeShare: parseShare(match[2] ?? "") };
}

function readStart(root: Section, fields: Fields, times: Times, open: Open): bigint {
  const written = fields.optional<bigint | undefined>(root, "starts", "start", undefined, parseTime);
  const start = times.starts ?? written;
  if (start !== undefined) return start;
  if (!fields.isBroken("start")) open("the start", "start", root, "starts");
  // The next first of a month stands in for it.
  const now = times.now ?? 0n;
  const today = new Date(Number(now) * 1000);
  return addMonths(BigInt(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1)) / 1000n, 1);
}

function readAnchor(root: Section, fields: Fields, times: Times, start: bigint): bigint {
  const written = fields.optional(root, "anchor", "anchor", start, parseTime);
  return times.anchor ?? written;
}

/** `2 bad periods of 3`, optionally `of at least 10%` */
function readChronic(root: Section, fields: Fields): ChronicRule[] {
  const rules: ChronicRule[] = [];
  fields.at("chronic", root.lineAt("leave after"));
  for (const words of root.wordsList("leave after")) {
    const rule = fields.problems.read(words, "leave after", parseChronic);
    if (rule === undefined) continue;
    fields.at(`chronic.${rules.length}`, words.line);
    rules.push(rule);
  }
  return rules;
}

function parseChronic(text: string): ChronicRule {
  const match = /^(\d{1,3}) bad periods? of (\d{1,3})(?: of at least (\S+\s?%))?$/.exec(text);
  if (match === null) {
    const hint = "Write: 2 bad periods of 3, or: 2 bad periods of 3 of at least 10%.";
    throw new WordError(`"${text}" does not say after what the client may leave.`, hint);
  }
  // A credit of any size makes a period bad unless the file says more.
  const leastShare = match[3] === undefined ? 1n : parseShare(match[3]);
  return { count: Number(match[1]), window: Number(match[2]), leastShare };
}

/** Left out, it is the most that can occur: every period at its cap. */
export function readTermCap(root: Section, fields: Fields, terms: Terms, token: Token): bigint {
  const count = Math.min(terms.periods, LIMITS.periods);
  const most = Array.from({ length: count }, (_, k) => creditCapOf(terms, periodOf(terms, k).fee));
  const sum = most.reduce((a, b) => a + b, 0n);
  return fields.optional(root, "term credit cap", "termCreditCap", sum, moneyParser(fields, token));
}
