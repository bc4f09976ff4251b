import { formatEther, getAddress } from "ethers";
import { letEarlierIn, sendErrands, type Errand, type Fate, type OutboxEvent } from "../chain/outbox.ts";
import { feesNow, priceOf } from "../chain/fees.ts";
import { estimate, type PreparedTransaction } from "../chain/transaction.ts";
import type { Wording } from "../chain/failure.ts";
import { UpheldError, type Problem } from "../errors.ts";
import { problemOf } from "../oracle/prepare.ts";
import { together } from "../oracle/together.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./io.ts";
import type { Need } from "./signers.ts";
import { askFirst } from "./submit.ts";

/** Transactions of one account that need no order among themselves: as many agreements, as many of them. */
export interface ManyPlan<T> {
  readonly need: Need;
  /** Looks at the chain for what is left to do, once nothing of an earlier run is on its way any more. */
  readonly look: (from: string) => Promise<readonly T[]>;
  readonly transaction: (one: T) => PreparedTransaction;
  readonly wording?: (one: T) => Wording;
  /** What all of them come to, asked before anything is sent; `cost` is what the gas costs at most. */
  readonly deeds: (todo: readonly T[], cost: string) => readonly string[];
  /** After the question and before the first transaction. */
  readonly before?: (todo: readonly T[]) => Promise<void>;
}

/** What became of one of them. */
export interface Done<T> {
  readonly one: T;
  readonly hash?: string;
  readonly problem?: Problem;
}

export interface ManyResult<T> {
  readonly from: string;
  readonly done: readonly Done<T>[];
  /** Of all that would be sent, wei. */
  readonly cost: bigint;
}

const ESTIMATES_AT_ONCE = 8;

/**
 * Sends many transactions from one account, sixteen on their way at once. The chain is the journal: killed anywhere and
 * run again it waits for what is on its way, looks, and sends what is left. One that would fail is left out and told.
 */
export async function sendMany<T>(context: Context, plan: ManyPlan<T>): Promise<ManyResult<T>> {
  const { options, output } = context;
  const { signal } = output.io;
  const chain = await context.chain();
  const { provider, network } = chain;
  const signer = await context.signer(plan.need);
  const from = getAddress(await signer.getAddress());
  const outbox = {
    provider,
    chainId: network.chainId,
    confirmations: options.confirmations ?? network.confirmations,
    signal,
    onEvent: (event: OutboxEvent) => {
      if (event.kind === "waiting for earlier") output.note(`waiting for transactions of an earlier run`);
      else output.note(`${event.kind} ${event.hash}`);
    },
  };
  const replaceBelow = await output.during("Waiting for earlier transactions", letEarlierIn(from, outbox));
  const todo = await output.during("Looking at the chain", plan.look(from));
  if (todo.length === 0) return { from, done: [], cost: 0n };
  const tried = await output.during("Trying", estimateAll(context, plan, from, todo));
  const errands = tried.flatMap(({ errand }) => (errand === undefined ? [] : [errand]));
  const cost = await costOf(context, errands);
  if (errands.length > 0) {
    const left = tried.flatMap(({ one, errand }) => (errand === undefined ? [] : [one]));
    await askFirst({ chain, options, output }, from, plan.deeds(left, `${formatEther(cost)} of the chain's own coin`));
    await requireGas(context, from, cost);
    await plan.before?.(left);
  }
  const fates = await output.during(
    `Sending ${errands.length} transactions`,
    sendErrands(errands, { ...outbox, signer, replaceBelow }),
  );
  const sent = fates.values();
  const done = tried.map(({ one, errand, problem }): Done<T> => {
    if (errand === undefined) return problem === undefined ? { one } : { one, problem };
    return { one, ...fromFate(sent.next().value as Fate) };
  });
  return { from, done, cost };
}

/** 0 when all is done; 75 when trying again is all it takes. */
export function exitCodeOfMany(done: readonly Done<unknown>[]): number {
  const bad = done.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  if (bad.length === 0) return EXIT.ok;
  return bad.every(({ retry }) => retry === true) ? EXIT.retry : EXIT.failed;
}

/** `--calldata`: what somebody else signs, in any order. */
export async function manyCalldata<T>(context: Context, plan: ManyPlan<T>, from: string) {
  const { network } = await context.chain();
  const transactions = (await plan.look(from)).map(plan.transaction);
  return {
    data: { chainId: network.chainId, signer: plan.need.accounts, transactions },
    text: [
      `To be signed by ${plan.need.who} on ${network.name}, in any order:`,
      ...transactions.flatMap((tx, i) => [
        `${i + 1}. ${tx.description}`,
        `   to     ${tx.to ?? ""}`,
        `   value  ${tx.value}`,
        `   data   ${tx.data}`,
      ]),
    ],
  };
}

interface Tried<T> {
  readonly one: T;
  readonly errand?: Errand;
  readonly problem?: Problem;
}

async function estimateAll<T>(context: Context, plan: ManyPlan<T>, from: string, todo: readonly T[]) {
  const { provider } = await context.chain();
  return together(todo, ESTIMATES_AT_ONCE, async (one): Promise<Tried<T>> => {
    const transaction = plan.transaction(one);
    try {
      const { gas } = await estimate(provider, from, transaction, plan.wording?.(one));
      return { one, errand: { transaction, gas } };
    } catch (error) {
      return { one, problem: problemOf(error) };
    }
  });
}

async function costOf(context: Context, errands: readonly Errand[]): Promise<bigint> {
  const { provider } = await context.chain();
  const gas = errands.reduce((sum, errand) => sum + errand.gas, 0n);
  return gas === 0n ? 0n : gas * priceOf(await feesNow(provider));
}

async function requireGas(context: Context, from: string, cost: bigint): Promise<void> {
  const { provider } = await context.chain();
  const balance = await provider.getBalance(from);
  if (balance >= cost) return;
  throw new UpheldError({
    code: "gas.too-little",
    message: `${from} holds ${formatEther(balance)} of the chain's own coin; all of it may cost ${formatEther(cost)}.`,
    hint: "Send this account some of the chain's own coin for gas. Nothing was sent.",
  });
}

function fromFate(fate: Fate): { hash: string } | { problem: Problem } {
  if (fate.kind === "included") return { hash: fate.receipt.hash };
  if (fate.kind !== "reverted") return { problem: { ...fate.problem, retry: true } };
  return {
    problem: {
      code: "transaction.reverted",
      message: `Transaction ${fate.receipt.hash} was included but reverted; only its gas is spent.`,
      hint: "The chain moved while it was on its way. Run it again: it looks at the chain first.",
      retry: true,
    },
  };
}
