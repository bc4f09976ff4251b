/** Disputes as stories: who reported what, who claimed what, and when each window ends. */
import type { ContractTransactionResponse } from "ethers";
import { DAY } from "../../src/terms/bounds.ts";
import type { Terms } from "../../src/terms/types.ts";
import {
  activate,
  type Agreement,
  at,
  BAD,
  counts,
  createAgreement,
  ethers,
  NO_EVIDENCE,
  now,
  type Signer,
  timeTravelTo,
  usd,
  world,
} from "./fixture.ts";

/** What a report or a claim credits, in percent of the fee, by the default table. */
export type Credit = 0 | 10 | 25 | 50;

/** R, D and W of the default terms. */
export const R = 5n * DAY;
export const D = 7n * DAY;
export const W = 30n * DAY;

/** The merkle root that claims name in these tests. */
export const EVIDENCE = ethers.id("the evidence of a claim");

export const badFor = (credit: Credit): bigint => (credit === 0 ? 0n : BAD[credit]);

/** `percent` of the fee of 1,000 dollars. */
export const share = (percent: number): bigint => usd(10 * percent);

// ------------------------------------------------------------------------------------------------------- fixtures

/** Both seats have more than enough for pledges and bonds, and have approved it: claims need no other call before. */
export async function withStakes(a: Agreement): Promise<Agreement> {
  for (const seat of [a.provider, a.client]) {
    await a.token.mint(seat.address, usd(100_000));
    await a.token.connect(seat).approve(a.address, ethers.MaxUint256);
  }
  return a;
}

/** Active, by default funded for its term; use it inside a named fixture. */
export async function contestedWith(changes: Partial<Terms>, funding?: bigint): Promise<Agreement> {
  const a = await createAgreement(await world(), changes);
  await activate(a, funding);
  return withStakes(a);
}

/** The default agreement. */
export const contested = async (): Promise<Agreement> => contestedWith({});

// ----------------------------------------------------------------------------------------------------------- acts

export const baseOf = async (a: Agreement, period: number): Promise<bigint> =>
  (await a.lens.periodOf(a.address, period)).base;

export interface When {
  readonly time?: bigint;
  readonly revision?: bigint;
}

/** The oracle reports what credits `credit` percent, by default when the window opens. */
export async function report(
  a: Agreement,
  period: number,
  credit: Credit,
  when: When = {},
): Promise<ContractTransactionResponse> {
  const measurements = await counts(a, period, badFor(credit));
  const base = await baseOf(a, period);
  const latest = await now();
  await at(when.time ?? (base > latest ? base : latest));
  return a.escrow.connect(a.oracle).report(period, when.revision ?? 0n, measurements, NO_EVIDENCE);
}

/** `seat` claims what credits `credit` percent, by default at once. */
export async function claimOf(
  a: Agreement,
  seat: Signer,
  period: number,
  credit: Credit,
  when: When = {},
): Promise<ContractTransactionResponse> {
  const measurements = await counts(a, period, badFor(credit));
  if (when.time !== undefined) await at(when.time);
  return a.escrow.connect(seat).dispute(period, when.revision ?? 0n, measurements, EVIDENCE);
}

export interface Story {
  readonly period?: number;
  /** Left out: the oracle stays silent. */
  readonly report?: Credit;
  readonly provider?: Credit;
  readonly client?: Credit;
}

export interface Windows {
  readonly period: number;
  /** d, the first claim. */
  readonly disputedAt: bigint;
  readonly splitAt: bigint;
  readonly ruledBy: bigint;
}

/** The report at the opening of its window, all claims in that second; without a report, when silence stands. */
export async function disputed(a: Agreement, story: Story): Promise<Windows> {
  const period = story.period ?? 0;
  const base = await baseOf(a, period);
  const disputedAt = story.report === undefined ? base + a.terms.reportWindow : base;
  const revision = story.report === undefined ? 255n : 0n;
  if (story.report !== undefined) await report(a, period, story.report, { time: base });
  if (story.provider !== undefined)
    await claimOf(a, a.provider, period, story.provider, { time: disputedAt, revision });
  if (story.client !== undefined) await claimOf(a, a.client, period, story.client, { time: disputedAt, revision });
  const splitAt = disputedAt + a.terms.disputeWindow;
  return { period, disputedAt, splitAt, ruledBy: splitAt + a.terms.rulingWindow };
}

/** The same, and the split has happened: the clock stands at d + D. */
export async function split(a: Agreement, story: Story): Promise<Windows> {
  const windows = await disputed(a, story);
  await settleAt(a, windows.splitAt);
  return windows;
}

/** The arbiter rules, by default at once. */
export async function ruled(a: Agreement, period: number, ruling: number, time?: bigint) {
  if (time !== undefined) await at(time);
  return a.escrow.connect(a.arbiter).rule(period, ruling);
}

/** A stranger settles at `time`. */
export async function settleAt(a: Agreement, time: bigint): Promise<ContractTransactionResponse> {
  await at(time);
  return a.escrow.connect(a.stranger).settle();
}

/** The clock stands at `time` and nobody called. */
export const wait = timeTravelTo;
