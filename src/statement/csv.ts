import { plainMoney } from "../format.ts";
import { formatUtc } from "../measure/time.ts";
import type { ClientStatement } from "./client.ts";
import { ACCOUNTS } from "./entries.ts";
import { formatDuration } from "../terms/format.ts";
import { formatQuantity } from "../terms/tiers.ts";
import { KIND_WORDS } from "./paper.ts";
import { adviceWords, answerWords, incidentWords, reasonWords, toldWords } from "../record/words.ts";
import type { Service } from "./service.ts";
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
 * opening and the changes sum to the closing line. What the record says follows, under the account `record`, without
 * amounts. RFC 4180: commas, CRLF, quotes where needed; amounts with a point.
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
  const said = saidLines(statement).map(({ at, what, period }) => [
    ...[number, agreement, month.name, formatUtc(at), "record", what, period, "", "", ""],
  ]);
  const moved = ACCOUNTS.flatMap((account) => [
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
  return [...moved, ...said];
}

interface SaidLine {
  readonly at: bigint;
  readonly what: string;
  readonly period: string;
}

function saidLines({ services, record }: Statement): SaidLine[] {
  const advice = [...(record?.adviceOpen ?? []), ...(record?.adviceDeclined ?? [])];
  return [
    ...services.flatMap(saidOfService),
    ...advice.flatMap((each) =>
      record === undefined
        ? []
        : [
            {
              at: each.at,
              what: `advice ${each.number}, ${answerWords(each, record)}: ${adviceWords(each, record)}`,
              period: "",
            },
          ],
    ),
  ];
}

function saidOfService({ record, measures, period }: Service): SaidLine[] {
  if (record === undefined) return [];
  const { facts, otherIncidents } = record;
  const of = (at: bigint, what: string): SaidLine => ({ at, what, period: String(period.index) });
  const ofMeasures = measures.flatMap(({ indicator: { id, unit }, name }) => [
    ...(facts?.outages ?? [])
      .filter(({ indicator }) => indicator === id)
      .map((fact) =>
        of(fact.start, `${name} bad for ${formatDuration(fact.end - fact.start)}; ${toldWords(fact, record)}`),
      ),
    ...(facts?.exclusions ?? [])
      .filter(({ indicator }) => indicator === id)
      .map((fact) =>
        of(fact.start, `${name} left out for ${formatDuration(fact.seconds)}; ${reasonWords(fact, record)}`),
      ),
    ...(facts?.caps ?? [])
      .filter(({ indicator, cap, used }) => indicator === id && (cap > 0n || used > 0n))
      .map(({ cap, used, left }) => {
        const [all, taken, rest] = [cap, used, left].map((units) => formatQuantity(units, unit));
        return of(period.end, `${name} left out ${taken} of at most ${all}, ${rest} left`);
      }),
  ]);
  return [...ofMeasures, ...otherIncidents.map((each) => of(each.began, incidentWords(each, record)))];
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
