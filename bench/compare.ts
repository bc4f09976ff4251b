/** What the figures are compared with, and how the page and the terminal name them. */
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

export interface Year {
  readonly name: string;
  readonly gas: number;
  /** Whether it knows how well the service was. */
  readonly level: "yes" | "no";
  readonly isMeasuredNow: boolean;
}

/** Twelve good periods with everything they need, the cheapest first. */
export function yearsOf({ ours, calls, peers }: Snapshot): Year[] {
  const now = (name: string, gas: number | undefined, level: Year["level"]): Year => {
    if (gas === undefined) throw new Error(`no year of ${name}`);
    return { name, gas, level, isMeasuredNow: true };
  };
  const earlier = OTHERS.flatMap(({ name, year, hasLevel }): Year[] =>
    year === undefined ? [] : [{ name, gas: year, level: hasLevel ? "yes" : "no", isMeasuredNow: false }],
  );
  const years = [
    now("Upheld, 4 claims", ours.year, "yes"),
    now("Upheld, 12 claims", calls["year with a claim every month"], "yes"),
    now("Sablier Flow, 4 withdrawals", peers["sablierFlow"]?.["yearOfFourWithdrawals"], "no"),
    now("Sablier Flow, 12 withdrawals", peers["sablierFlow"]?.["year"], "no"),
    now("Request escrow", peers["requestEscrow"]?.["year"], "no"),
    ...earlier,
  ];
  return years.sort((a, b) => a.gas - b.gas);
}
