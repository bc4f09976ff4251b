import type { Agreement } from "../chain/agreement.ts";
import { formatAmount, formatDuration, formatRatio } from "../terms/format.ts";
import type { Outcome, PeriodOutcome } from "./outcome.ts";
import { sum } from "./payments.ts";
import { columns, dayOf, monthName, type Colors } from "./words.ts";

const YEAR = [
  ["<", 7],
  ["<", 13],
  ["<", 10],
  [">", 10],
  [">", 10],
  ["<", 3],
  ["<", 9],
  ["<", 0],
] as const;

/** Month by month: what was down, who got what and when. */
export function theYear(agreement: Agreement, outcome: Outcome, { bold, dim, yellow }: Colors): string[] {
  const money = (amount: bigint) => formatAmount(amount, agreement.token.decimals);
  const { periods, credited, earned, funded } = outcome;
  const year = new Date(Number(agreement.terms.start) * 1000).getUTCFullYear();
  const heading = columns([[String(year), "down", "uptime", "provider", "client", "", "settled"]], YEAR);
  const rule = agreement.terms.chronic[0];
  const firstRight = periods.find(({ leaveUntil }) => leaveUntil !== undefined);
  const fees = sum(periods.map(({ fee }) => fee));
  const exactly = credited + earned === fees ? `= ${money(fees)} exactly` : `of ${money(fees)}`;
  const total = columns([["", "", "", money(earned), money(credited), "", exactly]], YEAR);
  return [
    `${bold("THE YEAR")}   escrow funded ${funded.length === 1 ? "once" : `${funded.length} times`}: ${money(sum(funded))}`,
    ...heading.map((line) => `  ${dim(line)}`),
    ...periods.map((period) => {
      // said once, then known
      const reason = period === firstRight && rule !== undefined ? `: ${rule.count} bad of ${rule.window}` : "";
      const line = columns([yearRow(period, reason, money)], YEAR).join("");
      return `  ${period.credit > 0n ? yellow(line) : line}`;
    }),
    ...total.map((line) => `  ${bold(line)}`),
    "",
  ];
}

function yearRow(period: PeriodOutcome, reason: string, money: (amount: bigint) => string): string[] {
  const { start, counts, earned, credit, finalAt, leaveUntil } = period;
  return [
    monthName(start),
    counts === undefined ? "no report" : counts.bad === 0n ? "–" : formatDuration(counts.bad),
    counts === undefined ? "?" : formatRatio(counts.total - counts.bad, counts.total),
    money(earned),
    credit === 0n ? "–" : money(credit),
    credit === 0n ? "" : " ◄",
    dayOf(finalAt),
    leaveUntil === undefined ? "" : `may leave until ${dayOf(leaveUntil - 1n)}${reason}`,
  ];
}
