/** What the figures are compared with, and how the page and the terminal name them. */
import type { Figures } from "./gas.ts";
import { OTHERS } from "./others.ts";
import type { Ours } from "./ours.ts";
import type { Snapshot } from "./snapshot.ts";

export type Operation = keyof Ours;

export const LABELS: Readonly<Record<Operation, string>> = {
  create: "create: 1 objective of 3 tiers, 12 periods, a chronic rule",
  acceptAndFund: "fund by plain transfer and accept twice",
  acceptAndFundBond: "the same with a bond, less its approval",
  monthInBatchOf100: "month, in a batch of 100, each",
  monthAlone: "month, alone",
  breachReported: "month that reports a breach, in a batch of 100, each",
  breachFinalised: "month that makes a breach final, in a batch of 100, each",
  dispute: "dispute",
  answer: "answer",
  rule: "rule, with the split in it",
  claim: "claim",
  year: "a client's year: all of it, 4 claims",
};

/** What we set out to reach. */
export const GOALS: Readonly<Record<Operation, number>> = {
  create: 160_000,
  acceptAndFund: 150_000,
  acceptAndFundBond: 195_000,
  monthInBatchOf100: 19_000,
  monthAlone: 54_000,
  breachReported: 22_500,
  breachFinalised: 28_500,
  dispute: 105_000,
  answer: 95_000,
  rule: 85_000,
  claim: 50_000,
  year: 700_000,
};

export interface Cost {
  readonly name: string;
  readonly gas: number;
  /** Whether it knows how well the service was. */
  readonly hasLevel: boolean;
  readonly isMeasuredNow: boolean;
}

/** Twelve good periods with everything they need, the cheapest first. */
export function yearsOf({ ours, calls, peers }: Snapshot): Cost[] {
  return sorted([
    mine("Upheld, 4 claims", ours.year),
    mine("Upheld, 12 claims", figure(calls, "year with a claim every month")),
    peer("Sablier Flow, 4 withdrawals", figure(peers.sablierFlow, "yearOfFourWithdrawals")),
    peer("Sablier Flow, 12 withdrawals", figure(peers.sablierFlow, "year")),
    peer("Request escrow", figure(peers.requestEscrow, "year")),
    ...OTHERS.flatMap(({ name, year, hasLevel }): Cost[] =>
      year === undefined ? [] : [{ name, gas: year, hasLevel, isMeasuredNow: false }],
    ),
  ]);
}

/** One good month of a running agreement, until the provider has its money. */
export function monthsOf({ ours, peers }: Snapshot): Cost[] {
  const request = figure(peers.requestEscrow, "payEscrow") + figure(peers.requestEscrow, "payRequestFromEscrow");
  return sorted([
    mine("Upheld, report in a batch of 100", ours.monthInBatchOf100),
    mine("Upheld, report in a batch of 100 and claim", ours.monthInBatchOf100 + ours.claim),
    peer("Sablier Flow, withdraw", figure(peers.sablierFlow, "withdraw")),
    peer("Request escrow, lock and release", request),
    ...OTHERS.flatMap(({ name, month, hasLevel }): Cost[] =>
      month === undefined ? [] : [{ name: `${name}, ${month.what}`, gas: month.gas, hasLevel, isMeasuredNow: false }],
    ),
  ]);
}

const mine = (name: string, gas: number): Cost => ({ name, gas, hasLevel: true, isMeasuredNow: true });
const peer = (name: string, gas: number): Cost => ({ name, gas, hasLevel: false, isMeasuredNow: true });
const sorted = (costs: readonly Cost[]): Cost[] => costs.toSorted((a, b) => a.gas - b.gas);

function figure(figures: Figures, name: string): number {
  const gas = figures[name];
  if (gas === undefined) throw new Error(`nothing measured: ${name}`);
  return gas;
}
