import { formatShare } from "./format.ts";
import { PPB } from "./types.ts";
import { parseShare, WordError } from "./words.ts";

/** What the fee of an agreement says of tax. The rate is in ppb. */
export type Tax =
  | { readonly kind: "included" | "on top"; readonly name: string; readonly rate: bigint }
  /** Nothing is charged; `reason` is for the books, such as "reverse charge". */
  | { readonly kind: "none"; readonly reason: string | undefined };

/** An amount and what is tax in it or on it: `net + tax = gross`, in the token's units. */
export interface TaxSplit {
  readonly net: bigint;
  readonly tax: bigint;
  readonly gross: bigint;
}

/** `20% VAT included`, `20% VAT on top`, `none`, `none: reverse charge`. */
export function parseTax(text: string): Tax {
  const none = /^none(?::\s*(\S.*))?$/.exec(text);
  if (none !== null) return { kind: "none", reason: none[1] };
  const match = /^(\S+\s?%) (\S.*?) (included|on top)$/.exec(text);
  if (match === null) {
    const hint = "Write: 20% VAT included, or: 20% VAT on top, or: none, or: none: reverse charge.";
    throw new WordError(`"${text}" does not say what tax the fee has.`, hint);
  }
  const [, share = "", name = "", kind] = match;
  const rate = parseShare(share);
  if (rate > PPB) throw new WordError(`"${text}" is a tax of ${formatShare(rate)}, must be at most 100 %.`);
  return { kind: kind === "included" ? "included" : "on top", name, rate };
}

/**
 * Splits `amount` of the fee. The tax is rounded half up to hundredths of the token (to its units when it has fewer
 * decimals); what is left is the rest, so the parts always add up.
 */
export function splitTax(amount: bigint, tax: Tax, decimals: number): TaxSplit {
  if (tax.kind === "none") return { net: amount, tax: 0n, gross: amount };
  const cent = 10n ** BigInt(Math.max(decimals - 2, 0));
  const whole = tax.kind === "included" ? PPB + tax.rate : PPB;
  const part = roundHalfUp(amount * tax.rate, whole * cent) * cent;
  return tax.kind === "included"
    ? { net: amount - part, tax: part, gross: amount }
    : { net: amount, tax: part, gross: amount + part };
}

const roundHalfUp = (num: bigint, den: bigint): bigint => (2n * num + den) / (2n * den);

/** `VAT 20 %, included in the fee` */
export function taxWords(tax: Tax): string {
  if (tax.kind === "none") return tax.reason === undefined ? "no tax" : `no tax: ${tax.reason}`;
  return `${tax.name} ${formatShare(tax.rate)}, ${tax.kind === "included" ? "included in the fee" : "on top of the fee"}`;
}
