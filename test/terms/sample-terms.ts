import { findViolations } from "../../src/terms/limits.ts";
import { Combination, Mode, type Terms, Test, type Tier, Unit } from "../../src/terms/types.ts";

const DAY = 86_400n;

/** An address made of one byte. */
export const address = (byte: string): string => `0x${byte.repeat(20)}`;

export const flat = (test: Test, threshold: bigint, credit: bigint): Tier => ({
  test,
  threshold,
  credit,
  per: 0n,
  proportional: false,
});

/** The agreement of the demo: twelve months of 2025, 1,000 USDC each, three tiers of uptime. */
export function sampleTerms(changes: Partial<Terms> = {}): Terms {
  return {
    provider: address("11"),
    client: address("22"),
    oracle: address("33"),
    arbiter: address("44"),
    token: address("55"),
    fee: 1_000_000_000n,
    bond: 0n,
    pledge: 50_000_000n,
    termCreditCap: 6_000_000_000n,
    document: `0x${"ab".repeat(32)}`,
    pledgeShare: 100_000_000n,
    creditCap: 500_000_000n,
    silenceCredit: 500_000_000n,
    anchor: 1_735_689_600n, // 2025-01-01
    start: 1_735_689_600n,
    reportWindow: 5n * DAY,
    disputeWindow: 7n * DAY,
    rulingWindow: 30n * DAY,
    fundingGrace: 10n * DAY,
    periodMonths: 1,
    periods: 12,
    noticePeriods: 1,
    burnInPeriods: 0,
    combination: Combination.Sum,
    indicators: [{ id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n }],
    chronic: [{ count: 2, window: 3, leastShare: 100_000_000n }],
    objectives: [
      {
        indicator: 0,
        tiers: [
          flat(Test.Below, 999_000_000n, 100_000_000n),
          flat(Test.Below, 990_000_000n, 250_000_000n),
          flat(Test.Below, 950_000_000n, 500_000_000n),
        ],
      },
    ],
    ...changes,
  };
}

/** What breaks a limit by one, what just keeps it, and which fields are named with which words. */
export type Limit = readonly [what: string, code: string, breaks: Partial<Terms>, keeps: Partial<Terms>, told: string];

/** Each limit that the sample with `changes` breaks: its code, and `fields: message`. */
export const violationsOf = (changes: Partial<Terms>, now?: bigint): [code: string, told: string][] =>
  findViolations(sampleTerms(changes), { now }).map(({ fields, problem: { code, message } }) => [
    code.replace("terms.", ""),
    `${fields.join(" ")}: ${message}`,
  ]);

export const codesOf = (changes: Partial<Terms>, now?: bigint): string[] =>
  violationsOf(changes, now).map(([code]) => code);
