import { formatAmount, formatDuration, formatMoney, formatTime, plural } from "../terms/format.ts";
import { gradesText } from "../evidence/grades.ts";
import type { InstanceSpan } from "../measure/outages.ts";
import { formatQuantity } from "../terms/tiers.ts";
import { Unit } from "../terms/types.ts";
import { periodOf } from "../terms/calendar.ts";
import { taxWords, type TaxSplit } from "../terms/tax.ts";
import { moment } from "../format.ts";
import type { ClientStatement, Total } from "./client.ts";
import { ACCOUNTS, KINDS, wholeOf, type Account, type Amounts, type Kind } from "./entries.ts";
import { monthTitle } from "./month.ts";
import { countsWords, remarksOf, titleOf, todosOf, who } from "./remarks.ts";
import { adviceWords, answerWords, incidentWords, reasonWords, toldWords } from "../record/words.ts";
import type { RecordOfPeriod } from "./recorded.ts";
import type { Measured, Service } from "./service.ts";
import type { Statement } from "./statement.ts";

/** What a statement consists of, whatever it is written on. */
export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "small"; readonly text: string }
  /** Something good or bad that stands out. */
  | { readonly kind: "notice"; readonly isBad: boolean; readonly lines: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | Table;

export interface Table {
  readonly kind: "table";
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of figures, flushed right. */
  readonly figures: readonly number[];
  /** Rows that are sums. */
  readonly sums: readonly number[];
}

export interface Paper {
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
  /** On every page. */
  readonly footer: string;
}

export const NO_INVOICE =
  "This is a statement of what moved in an escrow. It is not a tax invoice and replaces none: invoices stay between the parties.";

const MOST_INCIDENTS = 40;

/** One client's month as people read it: bad news first. */
export function paperOf(client: ClientStatement): Paper {
  const { month, statements, isFinal } = client;
  const [first] = statements as [Statement];
  const single = statements.length === 1;
  const word = isFinal ? "Statement" : "Provisional statement";
  const about = single
    ? `${labelOf(first)} by ${who(first, "provider")}, no. ${first.number}`
    : plural(statements.length, "agreement");
  return {
    title: `${word} for ${monthTitle(month)}`,
    subtitle: `${upperFirst(who(first, "client"))}: ${about}. Not a tax invoice.`,
    blocks: [
      ...noticesOf(statements),
      ...todoBlocks(statements),
      ...(single ? [] : overview(client)),
      ...statements.flatMap((statement) => agreementBlocks(statement, client, single)),
      { kind: "heading", level: 2, text: "What this is" },
      { kind: "text", text: NO_INVOICE },
      {
        kind: "small",
        text: "All figures come from the events of the agreement on its chain and were summed, to the token's last unit, against what it holds. A fee and its credit stand in the month in which their period ends; what is decided about a dispute later stands in the month of the decision; all else where it happened. Days begin at 00:00 UTC.",
      },
      {
        kind: "small",
        text: `Check it yourself: ${statements.map(({ agreement }) => `upheld verify ${agreement}`).join("; ")}.`,
      },
    ],
    footer: `${monthTitle(month)} · ${single ? first.number : who(first, "client")} · not a tax invoice`,
  };
}

const labelOf = ({ service, agreement, number }: Statement): string =>
  service ?? `Agreement ${agreement.slice(0, 10)}… (${number})`;

/** What is bad in any of them comes before what is good. */
function noticesOf(statements: readonly Statement[]): Block[] {
  const remarks = statements.flatMap((statement) => {
    const prefix = statements.length === 1 ? "" : `${labelOf(statement)}: `;
    return remarksOf(statement).map(({ isBad, text }) => ({ isBad, text: prefix + text }));
  });
  return [true, false].flatMap((isBad): Block[] => {
    const lines = remarks.filter((remark) => remark.isBad === isBad).map(({ text }) => text);
    return lines.length === 0 ? [] : [{ kind: "notice", isBad, lines }];
  });
}

/** At most three over all agreements: each one's most urgent first. */
export function allTodos(statements: readonly Statement[]): string[] {
  const lists = statements.map((statement) =>
    todosOf(statement).map(({ who: whom, what }) => {
      const name = whom === "client" || whom === "provider" ? who(statement, whom) : `the ${whom}`;
      return `${statements.length === 1 ? "" : `${labelOf(statement)}, `}${name}: ${what}`;
    }),
  );
  const ranked = Array.from({ length: 3 }, (_, rank) => lists.flatMap((list) => list[rank] ?? []));
  return ranked.flat().slice(0, 3).map(upperFirst);
}

function todoBlocks(statements: readonly Statement[]): Block[] {
  const items = allTodos(statements);
  const heading: Block = { kind: "heading", level: 2, text: "To do" };
  return [heading, items.length === 0 ? { kind: "text", text: "Nothing." } : { kind: "list", items }];
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** All agreements beside each other, from the client's side. */
function overview({ statements, totals }: ClientStatement): Block[] {
  const row = (name: string, { opening, moved, closing, token }: Total): string[] => {
    const money = (amount: bigint) => formatAmount(amount, token.decimals);
    return [
      name,
      money(opening.client),
      ...KINDS.filter(isClients).map((kind) => money(moved[kind].client)),
      money(closing.client),
      token.symbol,
    ];
  };
  const rows = statements.map((statement) => row(labelOf(statement), statement));
  const sums = totals.map((total) => row(`All in ${total.token.symbol}`, total));
  return [
    { kind: "heading", level: 2, text: "Your money in all agreements" },
    {
      kind: "table",
      head: ["agreement", "opening", ...KINDS.filter(isClients).map((kind) => KIND_WORDS[kind]), "closing", "token"],
      rows: [...rows, ...sums],
      figures: [1, 2, 3, 4, 5, 6, 7],
      sums: sums.map((_, i) => rows.length + i),
    },
  ];
}

/** The bond never touches the client's account by itself. */
const isClients = (kind: Kind): boolean => kind !== "bond";

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  in: "paid in",
  fee: "fee",
  credit: "credit",
  bond: "bond",
  stake: "stakes",
  paid: "paid out",
};

const ACCOUNT_WORDS: Readonly<Record<Account, string>> = {
  client: "client",
  provider: "provider",
  bond: "bond",
  stakes: "stakes",
};

function agreementBlocks(statement: Statement, { network }: ClientStatement, single: boolean): Block[] {
  const { agreement, number, seats, token } = statement;
  return [
    { kind: "heading", level: 2, text: single ? "The month in figures" : `${labelOf(statement)}, no. ${number}` },
    accountTable(statement),
    ...heldLine(statement),
    ...taxBlocks(statement),
    ...movementBlocks(statement),
    ...statement.services.flatMap((service) => serviceBlocks(service, statement)),
    ...adviceBlocks(statement),
    {
      kind: "small",
      text: `${statement.service === undefined ? "" : `${statement.service}. `}Agreement ${agreement} on ${network.name} (chain ${network.chainId}). Client ${nameAnd(statement, "client")}; provider ${nameAnd(statement, "provider")}. Money: ${token.symbol}, ${token.address}. Seats: ${seats.client === statement.terms.client && seats.provider === statement.terms.provider ? "as agreed at the start" : "handed over since the start"}. Series number ${number}: the agreement's own, counted from its first month.`,
    },
  ];
}

const nameAnd = ({ names, seats }: Statement, seat: "client" | "provider"): string =>
  names[seat] === undefined ? seats[seat] : `${names[seat]}, ${seats[seat]}`;

function accountTable(statement: Statement): Table {
  const { opening, moved, closing, token } = statement;
  const lines: [string, Amounts][] = [
    ["opening", opening],
    ...KINDS.map((kind): [string, Amounts] => [KIND_WORDS[kind], moved[kind]]),
    ["closing", closing],
  ];
  const accounts = ACCOUNTS.filter(
    (account) => account === "client" || account === "provider" || lines.some(([, amounts]) => amounts[account] !== 0n),
  );
  const shown = lines.filter(
    ([name, amounts]) => isAlways(name) || accounts.some((account) => amounts[account] !== 0n),
  );
  const money = (amount: bigint) => formatAmount(amount, token.decimals);
  return {
    kind: "table",
    head: [token.symbol, ...accounts.map((account) => columnName(statement, account)), "in the agreement"],
    rows: shown.map(([name, amounts]) => [
      name,
      ...accounts.map((account) => money(amounts[account])),
      money(wholeOf(amounts)),
    ]),
    figures: [...accounts.keys(), accounts.length].map((i) => i + 1),
    sums: [shown.length - 1],
  };
}

const isAlways = (name: string): boolean => name !== KIND_WORDS.bond && name !== KIND_WORDS.stake;

function columnName({ names }: Statement, account: Account): string {
  if (account === "client" || account === "provider") return names[account] ?? ACCOUNT_WORDS[account];
  return ACCOUNT_WORDS[account];
}

function heldLine({ held, token }: Statement): Block[] {
  if (held === 0n) return [];
  return [{ kind: "small", text: `Of the client's closing amount, ${formatMoney(held, token)} wait for the arbiter.` }];
}

function taxBlocks({ tax, taxed, token }: Statement): Block[] {
  const heading: Block = { kind: "heading", level: 3, text: "Tax" };
  if (tax === undefined || taxed === undefined) {
    return [
      heading,
      { kind: "text", text: "The agreement's file says nothing of tax, or is not at hand: figures are as they moved." },
    ];
  }
  const money = (amount: bigint) => formatAmount(amount, token.decimals);
  const row = (name: string, { net, tax: part, gross }: TaxSplit) => [name, money(net), money(part), money(gross)];
  const earned = {
    net: taxed.fee.net - taxed.credit.net,
    tax: taxed.fee.tax - taxed.credit.tax,
    gross: taxed.fee.gross - taxed.credit.gross,
  };
  const outside =
    tax.kind === "on top"
      ? [{ kind: "small", text: "Tax on top of the fee is paid outside of the agreement." } as const]
      : [];
  return [
    heading,
    { kind: "text", text: `${upperFirst(taxWords(tax))}, as the agreement's file says.` },
    {
      kind: "table",
      head: [token.symbol, "net", "tax", "gross"],
      rows: [row("fee", taxed.fee), row("credit against the fee", taxed.credit), row("fee less credit", earned)],
      figures: [1, 2, 3],
      sums: [2],
    },
    ...outside,
  ];
}

function movementBlocks(statement: Statement): Block[] {
  const { entries, token, terms, end } = statement;
  if (entries.length === 0) return [];
  const rows = entries.map(({ at, kind, period, amounts }) => [
    formatTime(at),
    `${KIND_WORDS[kind]}${period === undefined ? "" : `, ${titleOf(periodOf(terms, period, end))}`}`,
    ...(["client", "provider"] as const).map((account) => blankIfZero(amounts[account], token.decimals)),
    blankIfZero(amounts.bond + amounts.stakes, token.decimals),
  ]);
  return [
    { kind: "heading", level: 3, text: "Each movement" },
    {
      kind: "table",
      head: ["when (UTC)", "what", columnName(statement, "client"), columnName(statement, "provider"), "bond, stakes"],
      rows,
      figures: [2, 3, 4],
      sums: [],
    },
  ];
}

const blankIfZero = (amount: bigint, decimals: number): string => (amount === 0n ? "" : formatAmount(amount, decimals));

function serviceBlocks(service: Service, { token }: Statement): Block[] {
  const { period, measures, report, isSilent, root, evidence, finalAt, decidedBy, stage, record } = service;
  const lines = [
    report === undefined
      ? isSilent
        ? "Nobody reported: silence counts as the credit agreed for it."
        : "Not reported yet."
      : `Reported ${moment(report.at)}${report.revision === 0 ? "" : ` (revision ${report.revision})`}: credit ${formatMoney(report.credit, token)}.`,
    ...(decidedBy === "provider" || decidedBy === "client"
      ? [`The arbiter picked the ${decidedBy}'s counts, which are shown here.`]
      : []),
    ...(decidedBy === "agreement" ? ["Both parties agreed on the credit."] : []),
    ...(finalAt === undefined
      ? []
      : [
          `Final ${moment(finalAt)}: credit ${formatMoney(service.credit, token)} of a fee of ${formatMoney(period.fee, token)}.`,
        ]),
    ...(stage === "split"
      ? [
          `What all agreed on has moved: credit ${formatMoney(service.credit, token)}; ${formatMoney(service.held, token)} wait for the arbiter.`,
        ]
      : []),
  ];
  return [
    { kind: "heading", level: 3, text: `Service: ${titleOf(period)}` },
    { kind: "text", text: lines.join(" ") },
    ...measures.flatMap((measured) => measureBlocks(measured, record)),
    ...incidentBlocks(record),
    ...(root === undefined ? [] : [{ kind: "small", text: `Evidence ${root}; ${evidenceWords(evidence)}.` } as const]),
  ];
}

function evidenceWords(evidence: Service["evidence"]): string {
  switch (evidence?.kind) {
    case "sound":
      return `its file was recomputed and fits (grade ${gradesText(evidence.grades)})`;
    case "differs":
      return "its file does NOT fit";
    default:
      return "its file was not at hand, so the times of incidents are not known here";
  }
}

/** What the provider told of beside the outages that were measured. */
function incidentBlocks(record: RecordOfPeriod | undefined): Block[] {
  if (record === undefined || record.otherIncidents.length === 0) return [];
  const more = record.otherIncidents.length - MOST_INCIDENTS;
  const about = record.facts === undefined ? "" : ", beside the time counted as bad";
  return [
    { kind: "text", text: `What the provider told of${about}:` },
    { kind: "list", items: record.otherIncidents.slice(0, MOST_INCIDENTS).map((each) => incidentWords(each, record)) },
    ...moreBlocks(more),
  ];
}

/** Open advice first. */
function adviceBlocks({ record }: Statement): Block[] {
  if (record === undefined) return [];
  const advice = [...record.adviceOpen, ...record.adviceDeclined];
  if (advice.length === 0) return [];
  return [
    { kind: "heading", level: 3, text: "Advice open and declined" },
    {
      kind: "table",
      head: ["no.", "given (UTC)", "advice", "answer"],
      rows: advice
        .slice(0, MOST_INCIDENTS)
        .map((each) => [
          String(each.number),
          formatTime(each.at),
          adviceWords(each, record),
          answerWords(each, record),
        ]),
      figures: [],
      sums: [],
    },
    ...moreBlocks(advice.length - MOST_INCIDENTS),
  ];
}

const moreBlocks = (more: number): Block[] =>
  more > 0 ? [{ kind: "small", text: `And ${more} more: all of them are in the JSON file.` }] : [];

interface Stretch extends InstanceSpan {
  readonly what: "bad" | "left out";
  /** What the record says of it; empty without a record. */
  readonly said: string;
}

/** What was counted as bad, or left out, with why and when the client was told if the record says so. */
function stretchesOf({ indicator, incidents, exclusions }: Measured, record: RecordOfPeriod | undefined): Stretch[] {
  const { facts } = record ?? {};
  const isOwn = (fact: { readonly indicator: number }) => fact.indicator === indicator.id;
  const outageOf = ({ start }: InstanceSpan) =>
    facts?.outages.find((outage) => isOwn(outage) && outage.start <= start && start < outage.end);
  const bad = (incidents ?? []).map((span): Stretch => {
    const outage = outageOf(span);
    const said = record === undefined || outage === undefined ? "" : toldWords(outage, record);
    return { ...span, what: "bad", said };
  });
  const left: Stretch[] =
    record === undefined || facts === undefined
      ? (exclusions ?? []).map((span) => ({ ...span, what: "left out", said: "" }))
      : facts.exclusions.filter(isOwn).map((fact) => ({ ...fact, what: "left out", said: reasonWords(fact, record) }));
  return [...bad, ...left].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function measureBlocks(measured: Measured, record: RecordOfPeriod | undefined): Block[] {
  const { indicator, counts, excludedCap, incidents } = measured;
  const amount = (units: bigint) => formatQuantity(units, indicator.unit);
  const cap =
    counts.excluded === 0n && excludedCap === 0n
      ? ""
      : `; left out of account ${amount(counts.excluded)} of at most ${amount(excludedCap)}, ${amount(excludedCap - counts.excluded)} left`;
  const rows = stretchesOf(measured, record);
  const isRecorded = record?.facts !== undefined;
  const more = rows.length - MOST_INCIDENTS;
  const shown = rows
    .slice(0, MOST_INCIDENTS)
    .map(({ start, end, what, said, instance }) => [
      formatTime(start),
      formatTime(end),
      formatDuration(end - start),
      `${what}${instance === 0 || indicator.instances === 1n ? "" : `, no. ${instance}`}`,
      ...(isRecorded ? [said] : []),
    ]);
  const number =
    indicator.unit === Unit.Seconds && incidents !== undefined ? `, in ${plural(incidents.length, "incident")}` : "";
  return [
    { kind: "text", text: `${upperFirst(countsWords(measured))}${number}${cap}.` },
    ...(shown.length === 0
      ? []
      : [
          {
            kind: "table",
            head: [
              "from (UTC)",
              "to",
              "for",
              "counted as",
              ...(isRecorded ? ["why, and when the client was told"] : []),
            ],
            rows: shown,
            figures: [],
            sums: [],
          } as const,
        ]),
    ...moreBlocks(more),
  ];
}
