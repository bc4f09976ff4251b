import { type Explanation, periodWord } from "./explain.ts";
import type { AgreementFile } from "./file.ts";
import { formatMoney, formatRatio, formatShare, formatTime } from "./format.ts";
import { formatQuantity, formatTier, UNIT_WORDS } from "./tiers.ts";
import { Mode, Unit } from "./types.ts";
import type { WorkedRow, WorkedTable } from "./worked.ts";

/** An explanation as text for a terminal. */
export function renderExplanation(explanation: Explanation): string {
  const { file, deal, tables, leaving, warnings } = explanation;
  const { terms } = file;
  const term = `${formatTime(explanation.start)} to ${formatTime(explanation.end)}, UTC`;
  return [
    `${file.service.toUpperCase()}   ${term}`,
    ...block("THE DEAL", deal),
    ...block(
      `WHAT A BAD ${periodWord(terms).toUpperCase()} GIVES BACK`,
      tables.flatMap((table) => tableLines(explanation, table)),
    ),
    ...block(
      `WHEN THE MONEY OF A ${periodWord(terms).toUpperCase()} MOVES   ${periodText(explanation)}`,
      dateLines(explanation),
    ),
    ...block("WHO MAY LEAVE, AND WHEN", leaving),
    ...block("WHO CAN DO WHAT ALONE, AT WORST", powerLines(explanation)),
    ...block("MIND", warnings),
    "",
  ].join("\n");
}

function block(title: string, lines: readonly string[]): string[] {
  return ["", title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}

function periodText({ dates }: Explanation): string {
  return `${formatTime(dates.period.start)} to ${formatTime(dates.period.end)}`;
}

/** The credit in words: `10 % = 100.00 USDC`, `no credit`. */
export function creditText(file: AgreementFile, credit: bigint): string {
  if (credit === 0n) return "no credit";
  return `${formatRatio(credit, file.terms.fee)} = ${formatMoney(credit, file.token)}`;
}

/** `44 min 38 s down in a 31-day month: no credit; one second more: 10 % = 100.00 USDC` */
export function workedSentence(explanation: Explanation, table: WorkedTable, row: WorkedRow): string {
  const { file } = explanation;
  const unit = file.terms.indicators[table.indicator]?.unit ?? Unit.Seconds;
  const amount = (bad: bigint) => badText(explanation, table, unit, bad);
  if (row.before === undefined) return `${amount(row.bad)}: ${creditText(file, row.credit)}`;
  const one = unit === Unit.Seconds ? "one second" : `one ${UNIT_WORDS[unit].slice(0, -1)}`;
  return `${amount(row.bad - 1n)}: ${creditText(file, row.before)}; ${one} more: ${creditText(file, row.credit)}`;
}

function badText({ file, dates }: Explanation, table: WorkedTable, unit: Unit, bad: bigint): string {
  const word = periodWord(file.terms);
  if (unit !== Unit.Seconds) return `${bad} of ${formatQuantity(table.total, unit)} bad`;
  const days = (dates.period.end - dates.period.start) / 86_400n;
  return `${bad === 0n ? "nothing" : formatQuantity(bad, unit)} down in a ${days}-day ${word}`;
}

function tableLines(explanation: Explanation, table: WorkedTable): string[] {
  const { terms, measures } = explanation.file;
  const indicator = terms.indicators[table.indicator];
  const measure = measures[table.indicator];
  if (indicator === undefined || measure === undefined) return [];
  const promises = terms.objectives[table.objective]?.tiers.map((tier) => {
    const { condition, credit } = formatTier(tier, indicator.unit);
    return `${condition}: ${credit}`;
  });
  const source =
    measure.disclosure !== undefined
      ? "Counted from the record"
      : measure.tickets !== undefined
        ? "Counted from tickets"
        : "Measured from samples";
  const excluded = formatQuantity(indicator.excludedCap, indicator.unit);
  const effects = {
    [Mode.Count]: "",
    [Mode.DowntimeOnly]: ", and counts as up",
    [Mode.Denominator]: ", and leaves the total",
  };
  return [
    `${measure.name}   ${(promises ?? []).join("   ")}`,
    ...(measure.how === undefined ? [] : [`  ${measure.how}`]),
    ...(measure.policyWords === undefined ? [] : [`  ${source}: ${measure.policyWords}.`]),
    ...(indicator.instances > 1n ? [`  Time is counted for ${indicator.instances} instances and added up.`] : []),
    ...(indicator.excludedCap > 0n ? [`  Up to ${excluded} may be excluded${effects[indicator.mode]}.`] : []),
    ...table.rows.map((row) => `  ${workedSentence(explanation, table, row)}`),
    ...(table.isCut ? [`  and so on between, up to ${formatShare(terms.creditCap)}`] : []),
    "",
  ];
}

function dateLines({ dates }: Explanation): string[] {
  const rows: [string, bigint][] = [
    ["reported on the first day and not disputed: paid on", dates.paidFirst],
    ["the oracle may report and correct until", dates.reportUntil],
    ["reported on the last day, or not at all: paid on", dates.paidLast],
    ["disputed at the latest: what all agree on moves on", dates.splitLast],
    ["  and the rest, whether the arbiter speaks or not, by", dates.ruledLast],
  ];
  return columns(rows.map(([what, when]) => [what, formatTime(when)]));
}

function powerLines({ powers }: Explanation): string[] {
  return powers.flatMap(({ role, worst, limit }) => [`${role}: ${worst}`, `    stopped by: ${limit}`]);
}

function columns(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}   ${right}`);
}
