import type { Hands, View } from "./chain/view.ts";
import type { Network } from "../../src/chain/networks.ts";
import { shortAddress } from "../../src/format.ts";
import { periodOf, periodStart, termEnd, type Period } from "../../src/terms/calendar.ts";
import type { AgreementFile } from "../../src/terms/file.ts";
import { formatMoney, formatMonth, formatRatio, formatTime } from "../../src/terms/format.ts";
import { formatQuantity } from "../../src/terms/tiers.ts";
import { Unit, type Indicator, type Measurement, type Terms } from "../../src/terms/types.ts";

/** `October 2025`, or from when to when where a period is no month of the calendar. */
export function periodName(terms: Terms, k: number): string {
  const start = periodStart(terms, k);
  const date = new Date(Number(start) * 1000);
  const isMonth = terms.periodMonths === 1 && start % 86_400n === 0n && date.getUTCDate() === 1;
  if (isMonth) return formatMonth(start);
  return `${dayText(start)} to ${dayText(periodOf(terms, k).end)}`;
}

/** `O`, or the number where a period is no month. */
export function periodLetter(terms: Terms, k: number): string {
  const name = periodName(terms, k);
  return terms.periodMonths === 1 && /^[A-Z]/.test(name) ? name.slice(0, 3) : String(k + 1);
}

/** The day of a time, which is what people put into a calendar. */
export const dayText = (time: bigint): string => formatTime(time - (time % 86_400n));

export const periodIn = (view: View, k: number): Period => periodOf(view.terms, k, view.summary.state.end);

export const money = (view: Pick<View, "token">, units: bigint): string => formatMoney(units, view.token);

/** An account, in as many digits as can be compared at a glance; hex in full is a click away. */
export const short = (address: string): string => shortAddress(address);

/** `private key`, `a committee of 3, of whom 2 must sign` */
export function handsText({ kind, of = 0, needed = 0 }: Hands): string {
  switch (kind) {
    case "key":
      return "one key";
    case "contract":
      return "a contract, whose rules this page does not know";
    case "committee":
      return `a committee of ${of}, of whom ${needed} must sign`;
    case "safe":
      return `a contract that says it is a Safe: ${needed} of ${of} must sign`;
  }
}

/** `down 8 h 53 min, 98.806 % up`, or `3 of 200 tickets bad`. */
export function countsText(indicator: Indicator, { total, bad, excluded }: Measurement): string {
  const { unit } = indicator;
  const out = excluded === 0n ? "" : `, ${formatQuantity(excluded, unit)} not counted`;
  if (unit !== Unit.Seconds) return `${bad} of ${formatQuantity(total, unit)} bad${out}`;
  const up = formatRatio(total - bad, total);
  return `${bad === 0n ? "nothing down" : `down ${formatQuantity(bad, unit)}`}, ${up} up${out}`;
}

/** What an indicator is called: its name is in the agreement's document, not on the chain; else by what it counts. */
export function indicatorName({ terms, measures }: Pick<View, "terms" | "measures">, i: number): string {
  const { unit, instances } = terms.indicators[i] ?? { unit: Unit.Seconds, instances: 1n };
  const what = {
    [Unit.Seconds]: "Uptime",
    [Unit.Probes]: "Probes",
    [Unit.Tickets]: "Tickets",
    [Unit.Packets]: "Packets",
  };
  const name = unit === Unit.Days ? "Days" : what[unit];
  const many = instances > 1n ? ` of ${instances} instances` : "";
  const given = measures?.[i];
  if (given !== undefined) return `${given}${many}`;
  return terms.indicators.length === 1 ? `${name}${many}` : `Measure ${i + 1}, ${name.toLowerCase()}${many}`;
}

/** The agreement as its file would be, were it known: the chain has no names and no texts. */
export function asFile(view: View): AgreementFile {
  const { terms, token, network } = view;
  return {
    terms,
    service: "the service that its document describes",
    names: {},
    network,
    token,
    measures: terms.indicators.map((_, i) => ({ name: indicatorName(view, i), how: undefined })),
    attachment: undefined,
    tax: undefined,
    open: [],
  };
}

/** As people know it: `Base`, `a local chain`. */
export function networkName({ name, chainId }: Network): string {
  if (name === "local") return "a local chain";
  if (name.startsWith("chain-")) return `chain ${chainId}`;
  return name.replace(/(^|-)[a-z]/g, (letters) => letters.replace("-", " ").toUpperCase());
}

/** Whether a termination brought the end forward. */
export const isCut = (view: View): boolean => view.summary.state.end !== termEnd(view.terms);
