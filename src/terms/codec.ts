import { UpheldError } from "../errors.ts";
import { checksumAddress, keccakHex } from "./address.ts";
import type { ChronicRule, Combination, Indicator, Mode, Objective, Terms, Test, Tier, Unit } from "./types.ts";

/** Mirrors `contracts/libraries/TermsCodec.sol`: big-endian, no gaps; the table there is the format. */
const STEPPED = 8;
const PROPORTIONAL = 0x80;

type NumberField = { [K in keyof Terms]: Terms[K] extends bigint | number ? K : never }[keyof Terms];

/** Bytes of each field, in the order of the header. */
const MONEY = { fee: 12, bond: 12, pledge: 12, termCreditCap: 12 } as const;
const SHARES = { pledgeShare: 5, creditCap: 5, silenceCredit: 5 } as const;
const NUMBERS = {
  start: 5,
  reportWindow: 4,
  disputeWindow: 4,
  rulingWindow: 4,
  fundingGrace: 4,
  periodMonths: 1,
  periods: 1,
  noticePeriods: 1,
  burnInPeriods: 1,
  combination: 1,
} as const;
const PARTIES = ["provider", "client", "oracle", "arbiter", "token"] as const;

/** How many bytes a number of the terms has on chain. */
export const FIELD_BYTES: Readonly<Record<NumberField, number>> = { ...MONEY, ...SHARES, anchor: 5, ...NUMBERS };

class Writer {
  hex = "0x";

  number(name: string, value: bigint | number, bytes: number): void {
    const big = BigInt(value);
    if (big < 0n || big >= 1n << BigInt(8 * bytes)) {
      const limit = (1n << BigInt(8 * bytes)) - 1n;
      throw new UpheldError({ code: "terms.out-of-range", message: `${name} is ${big}, must be 0 to ${limit}` });
    }
    this.hex += big.toString(16).padStart(2 * bytes, "0");
  }

  bytes(name: string, value: string, bytes: number): void {
    if (!/^0x[0-9a-fA-F]*$/.test(value) || value.length !== 2 + 2 * bytes) {
      throw new UpheldError({ code: "terms.not-hex", message: `${name} is ${value}, must be ${bytes} bytes of hex` });
    }
    this.hex += value.slice(2).toLowerCase();
  }
}

/** The terms as packed bytes, hex. */
export function encodeTerms(terms: Terms): string {
  const out = new Writer();
  for (const name of PARTIES) out.bytes(name, terms[name], 20);
  for (const [name, bytes] of Object.entries(MONEY)) out.number(name, terms[name as keyof typeof MONEY], bytes);
  out.bytes("document", terms.document, 32);
  for (const [name, bytes] of Object.entries(SHARES)) out.number(name, terms[name as keyof typeof SHARES], bytes);
  writeAnchor(out, terms.anchor);
  for (const [name, bytes] of Object.entries(NUMBERS)) out.number(name, terms[name as keyof typeof NUMBERS], bytes);
  out.number("number of indicators", terms.indicators.length, 1);
  out.number("number of chronic rules", terms.chronic.length, 1);
  out.number("number of objectives", terms.objectives.length, 1);
  for (const indicator of terms.indicators) writeIndicator(out, indicator);
  for (const rule of terms.chronic) {
    out.number("count", rule.count, 1);
    out.number("window", rule.window, 1);
    out.number("least share", rule.leastShare, 5);
  }
  for (const objective of terms.objectives) {
    out.number("indicator", objective.indicator, 1);
    const tiers = new Writer();
    for (const tier of objective.tiers) writeTier(tiers, tier);
    out.number("bytes of tiers", (tiers.hex.length - 2) / 2, 2);
    out.hex += tiers.hex.slice(2);
  }
  return out.hex;
}

/** The month it lies in, and seconds since that month began. */
function writeAnchor(out: Writer, anchor: bigint): void {
  const date = new Date(Number(anchor) * 1000);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() - MARCH;
  out.number("month of the anchor", month, 2);
  out.number("anchor", anchor - startOfMonth(month), 3);
}

/** Months are counted from March of year 0. */
const MARCH = 2;
/** January of 1970. */
const EPOCH = 1970 * 12 - MARCH;

/** UTC seconds. */
function startOfMonth(month: number): bigint {
  const sinceJanuary = month + MARCH;
  return BigInt(Date.UTC(Math.floor(sinceJanuary / 12), sinceJanuary % 12) / 1000);
}

function writeIndicator(out: Writer, indicator: Indicator): void {
  out.number("indicator id", indicator.id, 2);
  out.number("unit", indicator.unit, 1);
  out.number("mode", indicator.mode, 1);
  out.number("instances", indicator.instances, 4);
  out.number("excluded cap", indicator.excludedCap, 8);
}

function writeTier(out: Writer, tier: Tier): void {
  out.number("threshold", tier.threshold, 8);
  out.number("test", tier.test | (tier.proportional ? PROPORTIONAL : 0) | (tier.per === 0n ? 0 : STEPPED), 1);
  out.number("credit", tier.credit, 5);
  if (tier.per !== 0n) out.number("per", tier.per, 8);
}

class Reader {
  at = 2;
  private readonly hex: string;

  constructor(hex: string) {
    this.hex = hex;
  }

  bytes(size: number): string {
    const end = this.at + 2 * size;
    if (end > this.hex.length) throw malformed(`they end inside a value, at byte ${(this.hex.length - 2) / 2}`);
    const value = `0x${this.hex.slice(this.at, end)}`;
    this.at = end;
    return value;
  }

  big = (size: number): bigint => BigInt(this.bytes(size));
  number = (size: number): number => Number(this.big(size));

  oneOf(name: string, most: number): number {
    const value = this.number(1);
    if (value < 1 || value > most) throw malformed(`${name} is ${value}, must be 1 to ${most}`);
    return value;
  }

  finish(): void {
    if (this.at !== this.hex.length) throw malformed(`${(this.hex.length - this.at) / 2} bytes follow the end`);
  }
}

const malformed = (why: string): UpheldError =>
  new UpheldError({ code: "terms.malformed", message: `These are not packed terms: ${why}.` });

/** The inverse of {@link encodeTerms}. */
export function decodeTerms(packed: string): Terms {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(packed)) throw malformed("they are not hex");
  const from = new Reader(packed.toLowerCase());
  const header = readHeader(from);
  const [indicators, chronic, objectives] = [from.number(1), from.number(1), from.number(1)];
  const terms: Terms = {
    ...header,
    indicators: Array.from({ length: indicators }, () => readIndicator(from)),
    chronic: Array.from({ length: chronic }, () => readChronic(from)),
    objectives: Array.from({ length: objectives }, () => readObjective(from)),
  };
  from.finish();
  return terms;
}

function readHeader(from: Reader): Omit<Terms, "indicators" | "chronic" | "objectives"> {
  const address = () => checksumAddress(from.bytes(20));
  return {
    provider: address(),
    client: address(),
    oracle: address(),
    arbiter: address(),
    token: address(),
    fee: from.big(12),
    bond: from.big(12),
    pledge: from.big(12),
    termCreditCap: from.big(12),
    document: from.bytes(32),
    pledgeShare: from.big(5),
    creditCap: from.big(5),
    silenceCredit: from.big(5),
    anchor: readAnchor(from),
    start: from.big(5),
    reportWindow: from.big(4),
    disputeWindow: from.big(4),
    rulingWindow: from.big(4),
    fundingGrace: from.big(4),
    periodMonths: from.number(1),
    periods: from.number(1),
    noticePeriods: from.number(1),
    burnInPeriods: from.number(1),
    combination: from.oneOf("combination", 2) as Combination,
  };
}

function readAnchor(from: Reader): bigint {
  const [month, since] = [from.number(2), from.big(3)];
  if (month < EPOCH) throw malformed("the anchor is before 1970");
  const [start, next] = [startOfMonth(month), startOfMonth(month + 1)];
  if (since >= next - start) throw malformed(`the anchor lies ${since} s after its month began, which is over then`);
  return start + since;
}

function readIndicator(from: Reader): Indicator {
  return {
    id: from.number(2),
    unit: from.oneOf("unit", 5) as Unit,
    mode: from.oneOf("mode", 3) as Mode,
    instances: from.big(4),
    excludedCap: from.big(8),
  };
}

function readChronic(from: Reader): ChronicRule {
  return { count: from.number(1), window: from.number(1), leastShare: from.big(5) };
}

function readObjective(from: Reader): Objective {
  const [indicator, size] = [from.number(1), from.number(2)];
  const end = from.at + 2 * size;
  const tiers: Tier[] = [];
  while (from.at < end) tiers.push(readTier(from));
  if (from.at !== end) throw malformed("the last tier of an objective is cut off");
  return { indicator, tiers };
}

function readTier(from: Reader): Tier {
  const threshold = from.big(8);
  const byte = from.number(1);
  const test = byte & ~(STEPPED | PROPORTIONAL);
  if (test < 1 || test > 4) throw malformed(`test is ${test}, must be 1 to 4`);
  const tier = {
    test: test as Test,
    proportional: (byte & PROPORTIONAL) !== 0,
    threshold,
    credit: from.big(5),
    per: (byte & STEPPED) === 0 ? 0n : from.big(8),
  };
  if ((byte & STEPPED) !== 0 && tier.per === 0n) throw malformed("a tier has a step of 0");
  return tier;
}

/** What the parties accept: keccak256 of the packed terms. */
export function termsHash(terms: Terms): string {
  return keccakHex(encodeTerms(terms));
}
