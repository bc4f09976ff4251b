import { plainMoney } from "../format.ts";
import { formatUtc } from "../measure/time.ts";
import type { ClientStatement } from "./client.ts";
import { ACCOUNTS } from "./entries.ts";
import { KIND_WORDS } from "./paper.ts";
import type { Statement } from "./statement.ts";

const COLUMNS = [
  "statement",
  "agreement",
  "month",
  "date",
  "account",
  "what",
  "period",
  "amount",
  "currency",
  "transaction",
];

/**
 * One line for each change of each account, with opening and closing lines. For each account of each statement the
 * opening and the changes sum to the closing line. RFC 4180: commas, CRLF, quotes where needed; amounts with a point.
 */
export function csvOf({ statements }: ClientStatement): string {
  return [COLUMNS, ...statements.flatMap(linesOf)].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

function linesOf(statement: Statement): string[][] {
  const { number, agreement, month, opening, closing, entries, token } = statement;
  const line = (at: bigint, account: string, what: string, amount: bigint, period = "", transaction = "") => [
    ...[number, agreement, month.name, formatUtc(at), account, what, period],
    ...[plainMoney(amount, token.decimals), token.symbol, transaction],
  ];
  return ACCOUNTS.flatMap((account) => [
    line(month.start, account, "opening", opening[account]),
    ...entries.flatMap(({ at, kind, period, amounts, transaction }) =>
      amounts[account] === 0n
        ? []
        : [
            line(
              at,
              account,
              KIND_WORDS[kind],
              amounts[account],
              period === undefined ? "" : String(period),
              transaction,
            ),
          ],
    ),
    line(month.end, account, "closing", closing[account]),
  ]);
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
