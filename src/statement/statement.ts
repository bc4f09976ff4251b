import type { Token } from "../chain/token.ts";
import { nameOf, RULINGS, SEATS, type Ruling, type Seat } from "../chain/enums.ts";
import { UpheldError } from "../errors.ts";
import { periodCount, periodOf, termEnd, type Period } from "../terms/calendar.ts";
import type { AgreementFile } from "../terms/file.ts";
import { splitTax, type Tax, type TaxSplit } from "../terms/tax.ts";
import type { Terms } from "../terms/types.ts";
import type { Books } from "./books.ts";
import type { Happened } from "./happened.ts";
import { KINDS, over, serviceMonth, sumOf, type Amounts, type Entry, type Kind } from "./entries.ts";
import { monthAt, monthsBetween, monthTitle, type CalendarMonth } from "./month.ts";
import { recordAt, recordOfMonth, type RecordOfMonth } from "./recorded.ts";
import { readService, type Service, type ServiceOptions } from "./service.ts";

/** One agreement's month for the books: what was there, what moved and why, what is there. */
export interface Statement {
  readonly month: CalendarMonth;
  readonly agreement: string;
  /** `1A2B3C4D-011`: the agreement, and the months since its first movement, counted from 1. */
  readonly number: string;
  readonly service: string | undefined;
  readonly names: AgreementFile["names"];
  /** Who held the seats. */
  readonly seats: Readonly<Record<Seat, string>>;
  readonly terms: Terms;
  readonly token: Token;
  readonly opening: Amounts;
  /** By kind; `closing` is `opening` and all of these. */
  readonly moved: Readonly<Record<Kind, Amounts>>;
  readonly closing: Amounts;
  readonly entries: readonly Entry[];
  /** Of the client's closing amount: what waits for the arbiter. */
  readonly held: bigint;
  /** The periods that end in the month, as they stood when all of them were final or split. */
  readonly services: readonly Service[];
  /** What was decided in the month about periods that had been split. */
  readonly rulings: readonly LateRuling[];
  /** Undefined: nothing was in the agreement's record. */
  readonly record: RecordOfMonth | undefined;
  readonly tax: Tax | undefined;
  /** Of the month's fees and of the credits that lower them; what the bond pays is no part of the fee. */
  readonly taxed: { readonly fee: TaxSplit; readonly credit: TaxSplit } | undefined;
  /** Why it may still change; empty: it never does again. */
  readonly open: readonly string[];
  /** When the agreement ends, as known when this statement was complete. */
  readonly end: bigint;
  /** Whether both ever accepted. */
  readonly isBinding: boolean;
  readonly asOf: bigint;
}

/** What an arbiter, or both parties together, made of what was held. */
export interface LateRuling {
  readonly period: Period;
  readonly at: bigint;
  readonly ruling: Ruling | "none";
  /** Of what was held, bond aside. */
  readonly toProvider: bigint;
  readonly toClient: bigint;
}

export interface StatementOptions extends ServiceOptions {
  /** The agreement's file; names, service and tax are not on chain. */
  readonly file: AgreementFile | undefined;
}

/** The statement of `month`; throws when the agreement has none for it, or when it does not sum to the unit. */
export async function statementOf(books: Books, month: CalendarMonth, options: StatementOptions): Promise<Statement> {
  const { agreement, entries, happened, isBinding, now } = books;
  const { terms } = agreement;
  const first = happened.map(({ at }) => at).reduce((a, b) => (a < b ? a : b), now);
  requireMonth(month, monthAt(first), books);
  const until = periodsUntil(books, month);
  const own = until.filter((k) => serviceMonth(terms, k, books.state.end) === month.name);
  const decided = decidedAt(books, month, until);
  const asOf = decided ?? now;
  const seen = { ...books, happened: happened.filter(({ at }) => at <= asOf), now: asOf };
  const record = recordAt(options.record, asOf);
  const services = await Promise.all(own.map((k) => readService(seen, k, { ...options, record })));

  const before = sumOf(entries.filter((entry) => entry.month < month.name).map(({ amounts }) => amounts));
  const booked = entries.filter((entry) => entry.month === month.name);
  const ofKind = (kind: Kind) => sumOf(booked.filter((entry) => entry.kind === kind).map(({ amounts }) => amounts));
  const moved = Object.fromEntries(KINDS.map((kind) => [kind, ofKind(kind)])) as Record<Kind, Amounts>;
  const closing = sumOf(entries.filter((entry) => entry.month <= month.name).map(({ amounts }) => amounts));
  const series = monthsBetween(monthAt(first), month) + 1;
  const tax = options.file?.tax;
  const statement: Statement = {
    month,
    agreement: agreement.address,
    number: `${agreement.address.slice(2, 10).toUpperCase()}-${String(series).padStart(3, "0")}`,
    service: options.file?.service,
    names: options.file?.names ?? {},
    seats: seatsAt(seen),
    terms,
    token: agreement.token,
    opening: before,
    moved,
    closing,
    entries: booked,
    held: heldAfter(books, month),
    services,
    rulings: rulingsIn(books, month),
    record: record && recordOfMonth(record, month, asOf),
    tax,
    taxed: tax && taxedOf(moved, tax, agreement.token.decimals),
    open: decided === undefined ? openReasons(month, services, now) : [],
    end: endAt(seen),
    isBinding,
    asOf,
  };
  requireSums(statement);
  return statement;
}

function requireMonth(month: CalendarMonth, first: CalendarMonth, { happened, now }: Books): void {
  if (month.start > now) {
    throw new UpheldError({
      code: "statement.month-to-come",
      message: `${monthTitle(month)} has not begun.`,
      hint: "Name a month that has, such as the last one.",
    });
  }
  if (happened.length > 0 && monthsBetween(first, month) >= 0) return;
  throw new UpheldError({
    code: "statement.nothing-yet",
    message:
      happened.length === 0
        ? "Nothing has happened in this agreement yet: nobody paid or accepted."
        : `Nothing had happened in this agreement in ${monthTitle(month)}; it begins in ${monthTitle(first)}.`,
    hint: "Statements begin with the month in which the first party pays or accepts.",
  });
}

/** The numbers of the periods that end by the end of the month. */
function periodsUntil({ agreement: { terms }, isBinding, state }: Books, month: CalendarMonth): number[] {
  if (!isBinding) return [];
  const all = Array.from({ length: periodCount(terms, state.end) }, (_, k) => k);
  return all.filter((k) => serviceMonth(terms, k, state.end) <= month.name);
}

/**
 * When the month was over and all periods that end by then were final or split; undefined: not yet. What comes later
 * changes nothing in its statement, so that it stays the same whenever it is made.
 */
function decidedAt({ happened, now }: Books, month: CalendarMonth, numbers: readonly number[]): bigint | undefined {
  const times = numbers.map((k) => {
    const own = happened.filter(({ values }) => "period" in values && values.period === BigInt(k));
    return own.find(({ name }) => name === "Split" || name === "PeriodFinal")?.at;
  });
  if (now < month.end || times.includes(undefined)) return undefined;
  return lastOf([month.end, ...times.map((time) => time ?? 0n)]);
}

function openReasons(month: CalendarMonth, services: readonly Service[], now: bigint): string[] {
  const running = now < month.end ? [`${monthTitle(month)} is not over`] : [];
  const own = [...running, ...services.flatMap((service) => openReason(service) ?? [])];
  return own.length > 0 ? own : ["a period that ended before it is not decided yet"];
}

/** A split is a decision: what waits for the arbiter stands in the month in which it moves. */
function openReason({ stage }: Service): string | undefined {
  switch (stage) {
    case "awaiting":
      return "the report has not come yet";
    case "reported":
      return "either party may still dispute";
    case "disputed":
      return "it is disputed, and the other party may still answer";
    default:
      return undefined;
  }
}

function heldAfter(books: Books, month: CalendarMonth): bigint {
  const { terms } = books.agreement;
  const isPast = ({ values }: SplitEvent) => serviceMonth(terms, Number(values.period), books.state.end) <= month.name;
  const open = splitsOf(books).filter(({ split, final }) => {
    return isPast(split) && (final === undefined || monthAt(final.at).name > month.name);
  });
  return open.reduce((held, { split }) => held + split.values.held, 0n);
}

function rulingsIn(books: Books, month: CalendarMonth): LateRuling[] {
  const { agreement, state } = books;
  return splitsOf(books).flatMap(({ split, final }) => {
    if (final === undefined || monthAt(final.at).name !== month.name) return [];
    const toProvider = final.values.earned - split.values.earned;
    return {
      period: periodOf(agreement.terms, Number(final.values.period), state.end),
      at: final.at,
      ruling: nameOf(RULINGS, final.values.ruling),
      toProvider,
      toClient: split.values.held - toProvider,
    };
  });
}

type SplitEvent = Extract<Happened, { name: "Split" }>;
type FinalEvent = Extract<Happened, { name: "PeriodFinal" }>;

function splitsOf({ happened }: Books): { readonly split: SplitEvent; readonly final: FinalEvent | undefined }[] {
  return happened.flatMap((split) => {
    if (split.name !== "Split") return [];
    const isOwn = (event: Happened): event is FinalEvent =>
      event.name === "PeriodFinal" && event.values.period === split.values.period;
    return { split, final: happened.find(isOwn) };
  });
}

function taxedOf(moved: Statement["moved"], tax: Tax, decimals: number) {
  return {
    fee: splitTax(moved.fee.provider, tax, decimals),
    credit: splitTax(-moved.credit.provider, tax, decimals),
  };
}

function seatsAt({ agreement: { terms }, happened }: Books): Record<Seat, string> {
  const seats = { provider: terms.provider, client: terms.client };
  for (const { name, values } of happened) {
    if (name !== "SeatTaken") continue;
    seats[nameOf(SEATS, values.seat) === "provider" ? "provider" : "client"] = values.account;
  }
  return seats;
}

function endAt({ agreement: { terms }, happened }: Books): bigint {
  const ends = happened.flatMap(({ name, values }) => (name === "Terminated" ? [values.end] : []));
  return ends.at(-1) ?? termEnd(terms);
}

const lastOf = (times: readonly bigint[]): bigint => times.reduce((a, b) => (a > b ? a : b));

function requireSums({ opening, moved, closing, number }: Statement): void {
  const sum = sumOf([opening, ...Object.values(moved)]);
  const difference = over((account) => sum[account] - closing[account]);
  if (Object.values(difference).every((amount) => amount === 0n)) return;
  const accounts = Object.entries(difference).map(([account, amount]) => `${account} ${amount}`);
  throw new Error(`statement ${number} does not sum: ${accounts.join(", ")}`);
}

/** The fee that falls due after the month: of the period that is running when it ends, or begins then. */
export function nextFee({
  terms,
  end,
  month,
  isBinding,
}: Statement): { readonly fee: bigint; readonly start: bigint } | undefined {
  if (!isBinding) return undefined;
  const count = periodCount(terms, end);
  for (let k = 0; k < count; ++k) {
    const { start, end: last, fee } = periodOf(terms, k, end);
    if (start <= month.end && last > month.end) return { fee, start };
  }
  return undefined;
}
