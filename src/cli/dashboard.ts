import type { Agreement } from "../chain/agreement.ts";
import { nameOf, PHASES, SILENCE, STAGES } from "../chain/enums.ts";
import { away, moment, plainMoney } from "../format.ts";
import { finalMoney } from "../model/resolution.ts";
import type { RecordFacts } from "../record/facts.ts";
import type { RecordEntry } from "../record/journal.ts";
import { headline } from "../record/words.ts";
import { formatAmount, formatTime } from "../terms/format.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import type { Output } from "./output.ts";

export interface View {
  readonly agreement: Agreement;
  readonly summary: SummaryStructOutput;
  readonly now: bigint;
  readonly network: string;
  /** What the record says now; undefined: no record is known. */
  readonly record?: RecordFacts | undefined;
  readonly color: Output["color"];
}

/** The agreement at a glance, for a terminal. */
export function dashboard(view: View): string[] {
  const { agreement, summary, network, record, color } = view;
  const open = record === undefined ? [] : openEntries(record);
  const phase = nameOf(PHASES, summary.phase);
  return [
    `${color.bold(`AGREEMENT ${agreement.address}`)}   ${phase} on ${network}, ends ${moment(summary.state.end)}`,
    "",
    ...section(color.bold("MONEY"), moneyLines(view)),
    ...(phase === "active" ? section(color.bold(periodTitle(view)), periodLines(view)) : []),
    ...(summary.state.openDisputes === 0n
      ? []
      : section(color.bold("DISPUTED, FOR THE ARBITER"), [disputedLine(view)])),
    ...(open.length === 0 ? [] : section(color.bold("ON RECORD, AND OPEN"), open.map(entryLine))),
    ...section(color.bold("IF NOBODY DOES ANYTHING"), [silenceLine(view)]),
    ...section(color.bold("WHO MAY DO WHAT NOW"), actionLines(view)),
  ].slice(0, -1);
}

const section = (title: string, lines: readonly string[]): string[] => [title, ...lines.map((line) => `  ${line}`), ""];

function moneyLines({ agreement, summary }: View): string[] {
  const { token, terms } = agreement;
  const { state, fundedThrough } = summary;
  const all = state.balance + state.earnings + state.bond + state.pledges + state.unabsorbed;
  const row = (amount: bigint, what: string, note = "") =>
    `${formatAmount(amount, token.decimals).padStart(14)} ${token.symbol}  ${what}${note === "" ? "" : `   ${note}`}`;
  const covered = fundedThrough === 0n ? "nothing covered yet" : `covered until ${moment(fundedThrough)}`;
  return [
    row(state.balance + state.unabsorbed, "client's balance", covered),
    row(state.withdrawable, "  of it free to take out"),
    row(state.earnings, "provider's earnings", state.earnings > 0n ? "to claim at any time" : ""),
    ...(terms.bond > 0n ? [row(state.bond, "bond", summary.bondMissing > 0n ? "short" : "whole")] : []),
    ...(state.pledges > 0n ? [row(state.pledges, "pledges of open disputes")] : []),
    ...(state.held > 0n ? [row(state.held, "held for the arbiter, within the balance")] : []),
    ...(state.owed > 0n ? [row(state.owed, "owed to the provider, paid from whatever comes in first")] : []),
    row(all, "in the contract; nobody else can move it"),
  ];
}

function periodTitle({ summary }: View): string {
  const { state, periodStart, periodEnd } = summary;
  if (state.period >= state.periods) return "ALL PERIODS ARE RESOLVED";
  return `PERIOD ${state.period} (${state.period + 1n} of ${state.periods}), ${formatTime(periodStart)} to ${formatTime(periodEnd)}`;
}

function periodLines({ agreement, summary, now }: View): string[] {
  const { state, periodStart, periodFee, reportFrom, reportUntil, resolvesAt } = summary;
  const { token } = agreement;
  const written = (amount: bigint) => `${formatAmount(amount, token.decimals)} ${token.symbol}`;
  const purse = { fee: periodFee, credited: state.creditsGiven, bond: state.bond };
  const { earned, credit } = finalMoney(agreement.terms, purse, state.credit);
  const split = `${written(earned)} to the provider, ${written(credit)} back to the client`;
  const who = state.revision === SILENCE ? "nobody reported: silence stands" : `reported, revision ${state.revision}`;
  switch (nameOf(STAGES, state.stage)) {
    case "running":
      if (now < periodStart) return [`starts ${moment(periodStart)}, ${away(periodStart, now)}`];
      return [`running; the report may come ${moment(reportFrom)} to ${moment(reportUntil)}`];
    case "awaiting":
      return [`over, awaiting the report until ${moment(reportUntil)}, ${away(reportUntil, now)}`];
    case "reported":
      return [`${who}: ${split}`, `final ${moment(resolvesAt)}, ${away(resolvesAt, now)}, unless a party disputes`];
    case "disputed":
      return [`${who}, and disputed`, `what all offers agree on moves ${moment(resolvesAt)}, the rest is held`];
    case "none":
      return ["nothing is awaited any more"];
  }
}

/** The numbers of the periods that are split and await their ruling: bit k is period k's. */
function openDisputes(bits: bigint): number[] {
  const all = Array.from({ length: bits.toString(2).length }, (_, k) => k);
  return all.filter((k) => ((bits >> BigInt(k)) & 1n) === 1n);
}

function disputedLine({ agreement, summary: { state } }: View): string {
  const numbers = openDisputes(state.openDisputes);
  const named = `${numbers.length === 1 ? "period" : "periods"} ${numbers.join(", ")}`;
  return `${named}: ${formatAmount(state.held, agreement.token.decimals)} ${agreement.token.symbol} held until a ruling, or until both agree on a credit`;
}

function silenceLine({ agreement, summary }: View): string {
  const { state, resolvesAt, lastResolvedBy } = summary;
  const phase = nameOf(PHASES, summary.phase);
  if (phase === "draft")
    return `it lapses ${moment(agreement.terms.start)}; each seat may take its money back at any time`;
  if (phase === "lapsed" || phase === "closed") return "nothing changes; each seat may take what is its";
  const stage = nameOf(STAGES, state.stage);
  const what =
    stage === "running" || stage === "awaiting"
      ? `period ${state.period} gets no report and ends with the agreed credit for silence, final`
      : stage === "disputed"
        ? `period ${state.period} splits, its held part waiting for the arbiter,`
        : `the report of period ${state.period} becomes final`;
  const next = resolvesAt === 0n ? "" : `${what} ${moment(resolvesAt)}; `;
  return `${next}everything is resolved by ${moment(lastResolvedBy)} at the latest`;
}

/** What somebody waits for, the worst first. */
const openEntries = ({ incidentsOpen, adviceOpen, maintenanceAhead }: RecordFacts): RecordEntry[] => [
  ...incidentsOpen,
  ...adviceOpen,
  ...maintenanceAhead,
];

function entryLine(entry: RecordEntry): string {
  const asks = entry.what === "advice" ? "; the client may accept it, decline it or put it off" : "";
  return `entry ${entry.number}: ${headline(entry)}${asks}`;
}

function actionLines(view: View): string[] {
  const { summary, agreement, now } = view;
  const { provider, client, oracleMayReportUntil, arbiterMayRuleUntil } = summary;
  const until = (time: bigint, deed: string) =>
    time === 0n ? [] : [`${deed} until ${moment(time)} (${away(time, now)})`];
  const seat = (options: typeof provider, payout: string) => [
    ...until(options.acceptUntil, "accept"),
    ...until(options.disputeUntil, "dispute or answer"),
    ...(options.payout > 0n ? [`${payout} ${formatAmount(options.payout, agreement.token.decimals)}`] : []),
    ...(options.leaveByNoticeEnd === 0n ? [] : [`give notice, ending ${moment(options.leaveByNoticeEnd)}`]),
    ...leaveAtOnce(options.leaveAtOnceUntil),
  ];
  const lines: [string, string[]][] = [
    ["client", seat(client, "withdraw")],
    ["provider", seat(provider, "claim")],
    ["oracle", until(oracleMayReportUntil, "report")],
    ["arbiter", until(arbiterMayRuleUntil, "rule")],
  ];
  return lines.map(([who, deeds]) => `${who.padEnd(9)} ${deeds.length === 0 ? "–" : deeds.join(" · ")}`);
}

const FOREVER = 2n ** 256n - 1n;

function leaveAtOnce(time: bigint): string[] {
  if (time === 0n) return [];
  return [time === FOREVER ? "leave at once, as long as the reason stands" : `leave at once until ${moment(time)}`];
}

/** The same for machines: amounts in whole tokens, times in UTC seconds. */
export function statusData({ address, token, terms }: Agreement, summary: SummaryStructOutput, record?: RecordFacts) {
  const { state, provider, client } = summary;
  const amount = (units: bigint) => plainMoney(units, token.decimals);
  const options = (seat: typeof provider) => ({
    acceptUntil: seat.acceptUntil,
    disputeUntil: seat.disputeUntil,
    leaveByNoticeEnd: seat.leaveByNoticeEnd,
    leaveAtOnceUntil: seat.leaveAtOnceUntil,
    payout: amount(seat.payout),
  });
  return {
    agreement: address,
    phase: nameOf(PHASES, summary.phase),
    stage: nameOf(STAGES, state.stage),
    token: { address: token.address, symbol: token.symbol, decimals: token.decimals },
    parties: { provider: state.provider, client: state.client, oracle: state.oracle, arbiter: state.arbiter },
    accepted: { provider: state.providerAccepted, client: state.clientAccepted },
    start: terms.start,
    end: state.end,
    period: state.period,
    periods: state.periods,
    revision: state.revision,
    credit: amount(state.credit),
    balance: amount(state.balance),
    unabsorbed: amount(state.unabsorbed),
    earnings: amount(state.earnings),
    bond: amount(state.bond),
    bondMissing: amount(summary.bondMissing),
    pledges: amount(state.pledges),
    owed: amount(state.owed),
    held: amount(state.held),
    openDisputes: openDisputes(state.openDisputes),
    committed: amount(state.committed),
    withdrawable: amount(state.withdrawable),
    fundedThrough: summary.fundedThrough,
    reportFrom: summary.reportFrom,
    reportUntil: summary.reportUntil,
    resolvesAt: summary.resolvesAt,
    lastResolvedBy: summary.lastResolvedBy,
    oracleMayReportUntil: summary.oracleMayReportUntil,
    arbiterMayRuleUntil: summary.arbiterMayRuleUntil,
    provider: options(provider),
    client: options(client),
    // numbers of entries; `record list` says what they are
    ...(record === undefined
      ? {}
      : {
          record: {
            incidentsOpen: record.incidentsOpen.map(numberOf),
            adviceOpen: record.adviceOpen.map(numberOf),
            maintenanceAhead: record.maintenanceAhead.map(numberOf),
          },
        }),
  };
}

const numberOf = ({ number }: RecordEntry): number => number;
