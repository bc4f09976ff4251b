import type { Problem } from "../errors.ts";
import { moment, type Currency } from "../format.ts";
import { formatMoney, formatShare, formatSpan } from "../terms/format.ts";
import { hexToBytes } from "@noble/hashes/utils.js";
import { SILENCE } from "./enums.ts";
import { HINTS } from "./hints.ts";
import type { Hint } from "./hints/hint.ts";

/** What makes an error readable: how the token writes amounts. */
export interface Wording {
  readonly currency?: Currency;
}

const NOBODY = `0x${"00".repeat(20)}`;

/** A contract's custom error, by its name and values, as a problem that says what to do. */
export function toldOf(name: string, values: Readonly<Record<string, unknown>>, wording: Wording): Problem {
  const entry = entryFor(name, values);
  const code = `contract.${name}`;
  if (entry === undefined) {
    const listed = Object.entries(values).map(([key, value]) => `${key} ${String(value)}`);
    return { code, message: `The contract refused: ${name}${listed.length > 0 ? ` (${listed.join(", ")})` : ""}.` };
  }
  return {
    code,
    message: fill(entry.says, values, wording),
    hint: fill(entry.hint, values, wording),
    ...(entry.retry === true ? { retry: true } : {}),
  };
}

function entryFor(name: string, values: Readonly<Record<string, unknown>>): Hint | undefined {
  const entry = HINTS[name];
  const value = values[entry?.whenZero?.value ?? ""];
  return value === 0n || value === NOBODY ? entry?.whenZero?.entry : entry;
}

/** Replaces `{name:kind}` by the value; kinds: time, span, money, share, seat, revision, text. */
function fill(template: string, values: Readonly<Record<string, unknown>>, { currency }: Wording): string {
  return template.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, kind?: string) => {
    const value = values[name];
    if (typeof value === "bigint") {
      if (kind === "time") return moment(value);
      if (kind === "span") return formatSpan(value);
      if (kind === "share") return formatShare(value);
      if (kind === "money") return currency === undefined ? `${value} units` : formatMoney(value, currency);
      if (kind === "revision" && value === SILENCE) return `${value} (silence)`;
      if (kind === "seat") return value === 1n ? "provider" : "client";
    }
    if (kind === "text" && typeof value === "string") return textOf(value);
    return String(value);
  });
}

/** A bytes32 that holds a word. */
const textOf = (hex: string): string => new TextDecoder().decode(hexToBytes(hex.slice(2))).replaceAll("\0", "");
