import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { AgreementCalls } from "../chain/calls.ts";
import { nameOf, PHASES } from "../chain/enums.ts";
import type { Factory } from "../chain/factory.ts";
import { agreedBlock } from "../chain/failover.ts";
import { readClosed } from "../chain/history.ts";
import { pause, sendErrands } from "../chain/outbox.ts";
import { estimate } from "../chain/transaction.ts";
import type { Problem } from "../errors.ts";
import { problemOf } from "./prepare.ts";
import type { DispatchOptions } from "./dispatch.ts";
import { chunks, readSummaries, type Watched } from "./portfolio.ts";
import { runRound, type Outcome, type RoundOptions } from "./round.ts";
import { countKinds } from "./table.ts";
import { together } from "./together.ts";

export interface KeepOptions extends RoundOptions {
  readonly dispatch: DispatchOptions;
  /** Seconds before a window closes from which an unreported period is warned about. */
  readonly warnBefore: bigint;
  /** Ended agreements are settled while a unit of gas costs less, in wei. */
  readonly settleBelow: bigint | undefined;
  /** Longest wait between two rounds; shortest, and first after a failure. */
  readonly longestMs?: number;
  readonly shortestMs?: number;
  readonly status: KeepStatus;
}

/** What a daemon's own monitoring wants to know. */
export interface KeepStatus {
  rounds: number;
  failedRounds: number;
  reported: number;
  settled: number;
  /** Milliseconds; 0: never. */
  lastRoundAt: number;
  lastGoodRoundAt: number;
  nextRoundAt: number;
  lastProblem: Problem | undefined;
  outcomes: readonly Outcome[];
  /** Unreported periods whose window closes soon. */
  pressing: number;
  /** Of the account that pays, wei. */
  balance: bigint;
  /** Earliest window that closes with its period unreported, UTC seconds; 0: none is open. */
  nextDeadline: bigint;
}

export function newStatus(): KeepStatus {
  return {
    rounds: 0,
    failedRounds: 0,
    reported: 0,
    settled: 0,
    lastRoundAt: 0,
    lastGoodRoundAt: 0,
    nextRoundAt: 0,
    lastProblem: undefined,
    outcomes: [],
    pressing: 0,
    balance: 0n,
    nextDeadline: 0n,
  };
}

const LONGEST_MS = 600_000;
const SHORTEST_MS = 15_000;
/** What the factory itself uses, beyond what each agreement does. */
const PER_SETTLING = 100_000n;

/** Reports what becomes due until `signal` is aborted: a round whenever a window opens, or after a failure. */
export async function keep(options: KeepOptions): Promise<void> {
  const { status, signal, tell, longestMs = LONGEST_MS, shortestMs = SHORTEST_MS } = options;
  const settled = new Set<string>();
  const isStopped = () => signal?.aborted === true;
  let wait = shortestMs;
  while (!isStopped()) {
    try {
      // Measured anew each round: what a monitor says late still counts.
      const outcomes = await runRound(options);
      const { timestamp: now } = await agreedBlock(options.factory.provider);
      await account(options, outcomes, now);
      await settleEnded(options, outcomes, settled);
      const isGood = outcomes.every(({ kind }) => kind !== "failed");
      wait = isGood ? longestMs : Math.min(wait * 2, longestMs);
      wait = Math.max(shortestMs, Math.min(wait, untilOpens(outcomes, now)));
      status.lastRoundAt = status.lastGoodRoundAt = Date.now();
      status.lastProblem = outcomes.find(({ kind }) => kind === "failed")?.problem;
      tell("round", { ...countKinds(outcomes), nextInSeconds: Math.round(wait / 1000) });
    } catch (error) {
      if (isStopped()) break;
      status.lastProblem = problemOf(error);
      status.failedRounds += 1;
      status.lastRoundAt = Date.now();
      wait = Math.min(Math.max(wait, shortestMs) * 2, longestMs);
      tell("round failed", { ...status.lastProblem, nextInSeconds: Math.round(wait / 1000) });
    }
    status.rounds += 1;
    status.nextRoundAt = Date.now() + wait;
    await pause(wait, signal).catch(() => undefined);
  }
  tell("stopped");
}

/** Takes a round into the status, and warns of deadlines that come near. */
async function account(options: KeepOptions, outcomes: readonly Outcome[], now: bigint): Promise<void> {
  const { status, warnBefore, tell, dispatch } = options;
  const open = outcomes.filter(({ kind, closes }) => kind === "failed" && closes !== undefined);
  const pressing = open.filter(({ closes }) => (closes ?? 0n) - now <= warnBefore);
  for (const { agreement, period, closes, problem } of pressing) {
    tell("deadline near", {
      agreement: agreement.label,
      period,
      closes,
      secondsLeft: (closes ?? 0n) - now,
      ...problem,
    });
  }
  const deadlines = open.map(({ closes }) => closes ?? 0n).toSorted((a, b) => Number(a - b));
  status.outcomes = outcomes;
  status.pressing = pressing.length;
  status.nextDeadline = deadlines[0] ?? 0n;
  status.reported += outcomes.filter(({ kind }) => kind === "reported").length;
  status.balance = await dispatch.provider.getBalance(dispatch.from);
}

/** Milliseconds until the next window opens, with a second for the block that says so. */
function untilOpens(outcomes: readonly Outcome[], now: bigint): number {
  const waits = outcomes.flatMap(({ opens }) => (opens === undefined ? [] : Number(opens - now)));
  return (Math.max(0, Math.min(...waits, Number.MAX_SAFE_INTEGER / 2000)) + 1) * 1000;
}

/**
 * After its last period no report settles an agreement any more. Nobody loses anything by that, but indexers and books
 * wait for its last events: when gas is cheap, one transaction settles all that ended.
 */
async function settleEnded(options: KeepOptions, outcomes: readonly Outcome[], settled: Set<string>): Promise<void> {
  const { factory, dispatch, settleBelow, status, tell } = options;
  if (settleBelow === undefined) return;
  const over = outcomes.filter(({ kind, agreement }) => kind === "over" && !settled.has(agreement.address));
  if (over.length === 0) return;
  const { gasPrice } = await dispatch.provider.getFeeData();
  if (gasPrice === null || gasPrice >= settleBelow) return;
  const ended = await endedOf(
    factory,
    over.map(({ agreement }) => agreement),
  );
  const closed = await readClosed(factory, ended);
  for (const address of closed) settled.add(address);
  for (const page of chunks(
    ended.filter((address) => !closed.has(address)),
    20,
  )) {
    const gas = await gasToSettle(page, dispatch);
    const transaction = factory.settle(page);
    const [fate] = await sendErrands([{ transaction, gas }], { ...dispatch, highestGasPrice: settleBelow });
    if (fate?.kind !== "included") continue;
    status.settled += page.length;
    tell("settled", { agreements: page, hash: fate.receipt.hash });
  }
}

/**
 * The factory passes over an agreement that runs out of gas, so an estimate of the whole call may be too low for all
 * but the first: each is asked for by itself.
 */
async function gasToSettle(agreements: readonly string[], { provider, from }: DispatchOptions): Promise<bigint> {
  const each = await together(agreements, 8, async (agreement) => {
    const { gas } = await estimate(provider, from, new AgreementCalls(agreement, { symbol: "", decimals: 0 }).settle());
    return gas;
  });
  return each.reduce((sum, gas) => sum + gas, PER_SETTLING);
}

/** Those that are closed; lapsed ones never were. */
async function endedOf(factory: Factory, agreements: readonly Watched[]): Promise<string[]> {
  const summaries = await readSummaries(
    factory,
    agreements.map(({ address }) => address),
  );
  const isClosed = (summary: SummaryStructOutput | undefined) =>
    summary !== undefined && nameOf(PHASES, summary.phase) === "closed";
  return agreements.flatMap(({ address }, i) => (isClosed(summaries[i]) ? [address] : []));
}
