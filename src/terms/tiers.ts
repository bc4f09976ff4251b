import { formatDuration, formatMultiple, formatShare } from "./format.ts";
import type { Tier, Unit } from "./types.ts";
import { Test, Unit as Units } from "./types.ts";
import { parseMultiple, parseQuantity, parseShare, WordError } from "./words.ts";

/** The words for what is counted, as agreement files use them. */
export const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  [Units.Seconds]: "seconds",
  [Units.Probes]: "probes",
  [Units.Tickets]: "tickets",
  [Units.Packets]: "packets",
  [Units.Days]: "days",
};

const TESTS = new Map<string, Test>([
  ["below", Test.Below],
  ["at most", Test.AtMost],
  ["more than", Test.MoreThan],
  ["at least", Test.AtLeast],
]);

const isRatio = (test: Test): boolean => test === Test.Below || test === Test.AtMost;
const isStrict = (test: Test): boolean => test === Test.Below || test === Test.MoreThan;

/** The words that make a tier proportional. */
export function badShareWords(unit: Unit): string {
  return unit === Units.Seconds ? "the share of time down" : `the share of bad ${UNIT_WORDS[unit]}`;
}

/** `below 99.9%` → `10%`, `more than 45 minutes` → `5% per started 30 minutes`: see docs/agreement-file.md. */
export function parseTier(condition: string, credit: string, unit: Unit): Tier {
  const match = /^(below|at most|more than|at least)\s+(.+)$/.exec(condition);
  const test = TESTS.get(match?.[1] ?? "");
  if (match === null || test === undefined) {
    const hint = `Write below 99.9%, at most 99.9%, more than 45 minutes or at least 5 minutes.`;
    throw new WordError(`"${condition}" is neither a key nor a condition for a credit.`, hint);
  }
  return { test, threshold: parseBound(test, match[2] ?? "", unit), ...parseCredit(test, credit, unit) };
}

function parseBound(test: Test, text: string, unit: Unit): bigint {
  const isPercentage = text.endsWith("%");
  if (isRatio(test) && !isPercentage) {
    const hint = `Use "more than" or "at least" for a number of bad ${UNIT_WORDS[unit]}.`;
    throw new WordError(`"${text}" is not a percentage: "below" and "at most" compare the good share.`, hint);
  }
  if (!isRatio(test) && isPercentage) {
    const hint = `Use "below" or "at most" for the good share.`;
    throw new WordError(`"${text}" is a percentage: "more than" and "at least" count bad ${UNIT_WORDS[unit]}.`, hint);
  }
  return isPercentage ? parseShare(text) : parseQuantity(text, UNIT_WORDS[unit]);
}

function parseCredit(test: Test, text: string, unit: Unit): Pick<Tier, "credit" | "per" | "proportional"> {
  const multiple = /^(\S+?)\s?x (.+)$/.exec(text);
  if (multiple !== null) {
    const words = badShareWords(unit);
    if (multiple[2] !== words) {
      throw new WordError(`"${text}" is not a credit.`, `Write ${multiple[1] ?? ""}x ${words}.`);
    }
    return { credit: parseMultiple(multiple[1] ?? ""), per: 0n, proportional: true };
  }
  const step = /^(.+?)\s+((?:and again )?per(?: started| full)?)\s+(.+)$/.exec(text);
  if (step === null) return { credit: parseShare(text), per: 0n, proportional: false };

  const [, credit = "", link, size = ""] = step;
  const wanted = isStrict(test) ? "per started" : "and again per full";
  if (link !== wanted) {
    const hint = isStrict(test)
      ? `Here every started step counts: write "${credit} per started ${size}".`
      : `Here the credit is given at once and again for each full step: write "${credit} and again per full ${size}".`;
    throw new WordError(`"${text}" does not say which steps count.`, hint);
  }
  const per = parseStep(test, size, unit);
  if (per === 0n) throw new WordError(`"${text}" has steps of nothing.`);
  return { credit: parseShare(credit), per, proportional: false };
}

function parseStep(test: Test, size: string, unit: Unit): bigint {
  if (!isRatio(test)) return parseQuantity(size, UNIT_WORDS[unit]);
  if (size.endsWith("%")) return parseShare(size);
  const hint = `Use "more than" or "at least" for steps of ${UNIT_WORDS[unit]}.`;
  throw new WordError(`"${size}" is not a percentage: the steps of "below" and "at most" are shares.`, hint);
}

/** `2 h 30 min` or `20 tickets` */
export function formatQuantity(count: bigint, unit: Unit): string {
  if (unit === Units.Seconds) return formatDuration(count);
  const words = UNIT_WORDS[unit];
  return `${count.toLocaleString("en-US")} ${count === 1n ? words.slice(0, -1) : words}`;
}

/** The tier in the words that {@link parseTier} reads. */
export function formatTier(tier: Tier, unit: Unit): { condition: string; credit: string } {
  const { test, threshold, credit, per, proportional } = tier;
  const word = [...TESTS].find(([, value]) => value === test)?.[0] ?? "";
  const show = (value: bigint) => (isRatio(test) ? tight(value) : formatQuantity(value, unit));
  const condition = `${word} ${show(threshold)}`;
  if (proportional) return { condition, credit: `${formatMultiple(credit)} ${badShareWords(unit)}` };
  const link = isStrict(test) ? "per started" : "and again per full";
  return { condition, credit: per === 0n ? tight(credit) : `${tight(credit)} ${link} ${show(per)}` };
}

const tight = (ppb: bigint): string => formatShare(ppb).replace(" %", "%");

/** Two tiers of one objective, by index, of which the later in harshness cannot be meant. */
export interface Contradiction {
  readonly tiers: readonly [number, number];
  readonly why: string;
}

/** Flat tiers with the same threshold, or a worse threshold with no larger credit: one of the two has no effect. */
export function contradictions(tiers: readonly Tier[]): Contradiction[] {
  const found: Contradiction[] = [];
  for (const ratio of [true, false]) {
    const flat = tiers
      .map((tier, index) => ({ tier, index }))
      .filter(({ tier }) => isRatio(tier.test) === ratio && tier.per === 0n && !tier.proportional)
      .toSorted((a, b) => Number(ratio ? b.tier.threshold - a.tier.threshold : a.tier.threshold - b.tier.threshold));
    flat.slice(1).forEach((harsher, i) => {
      const milder = flat[i] ?? harsher;
      const pair = [milder.index, harsher.index] as const;
      if (milder.tier.threshold === harsher.tier.threshold) found.push({ tiers: pair, why: "have the same threshold" });
      else if (harsher.tier.credit <= milder.tier.credit) {
        found.push({ tiers: pair, why: "contradict: the worse one gives no more than the milder one" });
      }
    });
  }
  return found;
}
