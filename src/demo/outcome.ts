import type { Agreement } from "../chain/agreement.ts";
import { nameOf, PHASES, RULINGS, SEATS, type Ruling } from "../chain/enums.ts";
import { eventsOf, readHistory, type AgreementEvent, type EventValues } from "../chain/history.ts";
import { PPB, type Measurement } from "../terms/types.ts";
import { readPayments, sum, type Payments } from "./payments.ts";

/** One period, as the chain tells it once all is settled. */
export interface PeriodOutcome {
  readonly k: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly fee: bigint;
  /** The counts that decided: the report's, or those of the claim that was picked; undefined when nobody reported. */
  readonly counts: Measurement | undefined;
  readonly isReported: boolean;
  readonly ruling: Ruling | "none";
  readonly credit: bigint;
  readonly creditPpb: bigint;
  readonly earned: bigint;
  readonly fromBond: bigint;
  readonly finalAt: bigint;
  /** The client may leave at once before this time, from when this period became final. */
  readonly leaveUntil: bigint | undefined;
}

/** How an agreement ended. */
export interface Outcome {
  readonly periods: readonly PeriodOutcome[];
  readonly history: readonly AgreementEvent[];
  /** What was paid in as the client's balance, payment by payment. */
  readonly funded: readonly bigint[];
  readonly payments: Payments;
  readonly credited: bigint;
  readonly earned: bigint;
  /** Earned, but never paid in. */
  readonly owed: bigint;
  /** Left in the escrow. */
  readonly left: bigint;
  readonly conserved: boolean;
}

/** Reads everything from the chain: nothing is remembered from playing the story. */
export async function readOutcome(agreement: Agreement): Promise<Outcome> {
  const { token, address } = agreement;
  const [history, state, payments, left] = await Promise.all([
    readHistory(agreement),
    agreement.state(),
    readPayments(agreement),
    token.balanceOf(address),
  ]);
  const periods = await Promise.all(
    Array.from({ length: Number(state.periods) }, (_, k) => readPeriod(agreement, history, k)),
  );
  const outcome = {
    periods,
    history,
    funded: eventsOf(history, "Funded").map(({ amount }) => amount),
    payments,
    credited: sum(periods.map(({ credit }) => credit)),
    earned: sum(periods.map(({ earned }) => earned)),
    owed: state.owed,
    left,
  };
  const inside = state.balance + state.earnings + state.bond + state.pledges + state.held;
  const isOver = nameOf(PHASES, state.phase) === "closed" && inside === 0n && left === 0n;
  return { ...outcome, conserved: isOver && isConserved(outcome) };
}

async function readPeriod(agreement: Agreement, history: readonly AgreementEvent[], k: number): Promise<PeriodOutcome> {
  const isThis = ({ period }: { readonly period: bigint }) => period === BigInt(k);
  const { start, end, fee } = await agreement.period(BigInt(k));
  const report = eventsOf(history, "Reported").findLast(isThis);
  const final = eventsOf(history, "PeriodFinal").find(isThis);
  if (final === undefined) throw new Error(`period ${k} is not final`);
  const leaveUntil = eventsOf(history, "ChronicFailure").find(isThis)?.leaveUntil;
  return {
    k,
    start,
    end,
    fee,
    isReported: report !== undefined,
    counts: (pickedClaim(history, final) ?? report)?.measurements[0],
    ruling: nameOf(RULINGS, final.ruling),
    credit: final.credit,
    creditPpb: fee === 0n ? 0n : (final.credit * PPB) / fee,
    earned: final.earned,
    fromBond: final.fromBond,
    finalAt: final.dueAt,
    leaveUntil: leaveUntil !== undefined && leaveUntil > final.dueAt ? leaveUntil : undefined,
  };
}

/** The claim that the arbiter picked, if it picked one. */
function pickedClaim(history: readonly AgreementEvent[], { period, ruling }: EventValues["PeriodFinal"]) {
  const picked = nameOf(RULINGS, ruling);
  return eventsOf(history, "Disputed").find((claim) => claim.period === period && nameOf(SEATS, claim.seat) === picked);
}

/** Every fee is split without a rest, what the token says came in went out again, and the provider got what it earned. */
function isConserved({ periods, history, payments, earned, owed }: Omit<Outcome, "conserved">): boolean {
  const splits = periods.every(({ fee, credit, earned: part, fromBond }) => part + credit - fromBond === fee);
  const stakes = sum(
    eventsOf(history, "PledgeMoved")
      .filter(({ to }) => nameOf(SEATS, to) === "provider")
      .map(({ amount }) => amount),
  );
  const bond = sum(eventsOf(history, "Closed").map((event) => event.bond));
  const isPaid = payments.toProvider === earned - owed + stakes + bond;
  return splits && isPaid && payments.in === payments.toProvider + payments.toClient;
}
