import type { Hole, Measured, Month } from "../chain/verify.ts";
import { plainMoney, type Currency } from "../format.ts";
import { formatAmount, formatDuration, formatTime, plural } from "../terms/format.ts";

/** How `verify` tells a period's way: what was seen → counts → credit → money. */
export function monthText(month: Month, token: Currency, names: readonly string[]): string[] {
  const { period, start, end, measures, source, credit, final } = month;
  const money = (amount: bigint) => formatAmount(amount, token.decimals);
  const came =
    final === undefined
      ? "not final yet"
      : `provider ${money(final.earned)}, client ${money(final.credit)}${final.fromBond > 0n ? `, ${money(final.fromBond)} of it from the bond` : ""}`;
  return [
    `Period ${period}, ${formatTime(start)} to ${formatTime(end)}`,
    ...(measures.length === 0 ? ["  no report: the credit agreed for silence"] : []),
    ...measures.flatMap((one, i) => [
      `  ${names[i] ?? `measure ${one.id}`}: ${seenText(one)} → ${countsText(one)}`,
      ...one.holes.map((hole) => `    ${holeText(hole)}`),
    ]),
    ...(measures.some(({ from }) => from === "export") ? [`    source: ${source ?? ""}`] : []),
    `  → credit ${money(credit)} → ${came}`,
  ];
}

function seenText({ grade, from, samples, vantages }: Measured): string {
  switch (grade) {
    case "samples":
      return `${plural(samples, "sample")} of ${plural(vantages, "place")} (grade samples)`;
    case "outages":
      return "outages listed (grade outages)";
    case "totals":
      if (from === "export") return "tickets of an export (grade totals: only who has it can count again)";
      if (from === "record") return "outages held against the record (grade totals, recomputed from both)";
      return "counts as stated (grade totals: nothing to recompute)";
    case undefined:
      return "no evidence file";
  }
}

const holeText = ({ vantage, reason, seconds, first }: Hole): string =>
  `nothing known of ${vantage} for ${formatDuration(seconds)}, first at ${formatTime(first)}: ${reason}`;

const countsText = ({ counts: { total, bad, excluded } }: Measured): string =>
  `${bad} bad of ${total}${excluded === 0n ? "" : `, ${excluded} excluded`}`;

/** The same for machines. */
export function monthData({ period, measures, source, credit, final }: Month, { decimals }: Currency) {
  const money = (amount: bigint | undefined) => (amount === undefined ? undefined : plainMoney(amount, decimals));
  return {
    period,
    measures,
    source,
    tableCredit: money(credit),
    credit: money(final?.credit),
    earned: money(final?.earned),
    fromBond: money(final?.fromBond),
  };
}
