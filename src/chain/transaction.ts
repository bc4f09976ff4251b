import type { JsonRpcProvider, Signer, TransactionReceipt } from "ethers";
import { formatEther } from "ethers";
import { UpheldError } from "../errors.ts";
import { decodeFailure, type Wording } from "./failure.ts";

/** A transaction that anyone may look at before somebody signs it. */
export interface PreparedTransaction {
  /** null: it creates a contract. */
  readonly to: string | null;
  readonly data: string;
  readonly value: bigint;
  /** What it does, for the person who signs: "fund the agreement with 1,000.00 USDC". */
  readonly description: string;
  /** Gas that it is given at least, where an estimate may be too low. */
  readonly leastGas?: bigint;
}

/** A transaction that is in the chain. */
export interface SentTransaction extends PreparedTransaction {
  readonly from: string;
  readonly hash: string;
  readonly block: number;
  readonly gasUsed: bigint;
}

export interface SendOptions {
  readonly provider: JsonRpcProvider;
  readonly signer: Signer;
  readonly confirmations: number;
  /** Called once the node has the transaction, before it is included. */
  readonly onSent?: (hash: string) => void;
  /** Give up waiting (never the transaction itself) after this long. */
  readonly timeoutMs?: number;
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
  readonly wording?: Wording;
}

/** What sending would take. */
export interface Cost {
  readonly gas: bigint;
  /** The most that one unit of gas may cost now. */
  readonly gasPrice: bigint;
  readonly wei: bigint;
}

/** Asks the chain what `transaction` costs; throws the contract's own error, decoded, when it would fail. */
export async function estimate(
  provider: JsonRpcProvider,
  from: string,
  transaction: PreparedTransaction,
  wording?: Wording,
): Promise<Cost> {
  const { to, data, value, leastGas = 0n } = transaction;
  try {
    // Without a gas price the estimate does not depend on the sender's purse; that is checked apart.
    const [gas, fees] = await Promise.all([provider.estimateGas({ from, to, data, value }), provider.getFeeData()]);
    const gasPrice = fees.maxFeePerGas ?? fees.gasPrice ?? 0n;
    // The state may move between now and inclusion: a fifth more, of which what is unused is never paid.
    const padded = (gas * 6n) / 5n;
    const given = padded > leastGas ? padded : leastGas;
    return { gas: given, gasPrice, wei: given * gasPrice + value };
  } catch (error) {
    throw decodeFailure(error, wording);
  }
}

/**
 * Signs, sends and waits. Refuses while an earlier transaction of the same key is not included yet: it may be this very
 * job, killed before it saw its receipt; once that one is in, the chain tells what is left to do.
 */
export async function send(transaction: PreparedTransaction, options: SendOptions): Promise<SentTransaction> {
  const { provider, signer } = options;
  const from = await signer.getAddress();
  await refuseWhilePending(provider, from);
  const cost = await estimate(provider, from, transaction, options.wording);
  await requireGasMoney(provider, from, cost);
  const { to, data, value } = transaction;
  let hash: string;
  let nonce: number;
  try {
    const sent = await signer.sendTransaction({ to, data, value, gasLimit: cost.gas });
    ({ hash, nonce } = sent);
  } catch (error) {
    throw decodeFailure(error, options.wording);
  }
  options.onSent?.(hash);
  const receipt = await waitFor(hash, nonce, from, options);
  if (receipt.status !== 1) throw await revertedError(provider, transaction, receipt, options.wording);
  return { ...transaction, from, hash, block: receipt.blockNumber, gasUsed: receipt.gasUsed };
}

/** Throws when a transaction of `from` waits in the node's pool. */
export async function refuseWhilePending(provider: JsonRpcProvider, from: string): Promise<void> {
  const [included, known] = await Promise.all([
    provider.getTransactionCount(from, "latest"),
    provider.getTransactionCount(from, "pending"),
  ]);
  if (known <= included) return;
  throw new UpheldError({
    code: "transaction.pending",
    message: `An earlier transaction of ${from} (nonce ${included}) is sent but not included yet.`,
    hint: "It may be this very job. Run it again in a minute: the chain then tells what is left to do. If it never gets in, replace it from your wallet.",
    retry: true,
  });
}

async function requireGasMoney(provider: JsonRpcProvider, from: string, cost: Cost): Promise<void> {
  const balance = await provider.getBalance(from);
  if (balance >= cost.wei) return;
  throw new UpheldError({
    code: "gas.too-little",
    message: `${from} holds ${formatEther(balance)} of the chain's own coin; the transaction may cost ${formatEther(cost.wei)}.`,
    hint: "Send this account some of the chain's own coin for gas. Nothing was sent.",
  });
}

async function waitFor(hash: string, nonce: number, from: string, options: SendOptions): Promise<TransactionReceipt> {
  const { provider, confirmations, timeoutMs = 300_000, pollMs = provider.pollingInterval } = options;
  const deadline = Date.now() + timeoutMs;
  let misses = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    // undefined: the node does not answer just now, and what was sent stays sent
    const receipt = await provider.getTransactionReceipt(hash).catch(() => undefined);
    if (receipt != null && (await receipt.confirmations()) >= confirmations) return receipt;
    if (receipt === null) misses = (await isUnknown(provider, hash)) ? misses + 1 : 0;
    // A node behind a balancer may not know yet what another one took: only a long absence counts.
    if (misses >= 15) throw await lost(provider, hash, nonce, from);
    if (Date.now() > deadline) throw stillWaiting(hash, timeoutMs);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function isUnknown(provider: JsonRpcProvider, hash: string): Promise<boolean> {
  return (await provider.getTransaction(hash).catch(() => undefined)) === null;
}

async function lost(provider: JsonRpcProvider, hash: string, nonce: number, from: string): Promise<UpheldError> {
  const used = (await provider.getTransactionCount(from, "latest")) > nonce;
  return new UpheldError({
    code: used ? "transaction.replaced" : "transaction.dropped",
    message: used
      ? `Transaction ${hash} was replaced by another one of the same key.`
      : `The network dropped transaction ${hash} before including it.`,
    hint: "Run it again: the job looks at the chain and does only what is left.",
    retry: true,
  });
}

function stillWaiting(hash: string, timeoutMs: number): UpheldError {
  return new UpheldError({
    code: "transaction.waiting",
    message: `Transaction ${hash} was sent but not confirmed within ${Math.round(timeoutMs / 1000)} s.`,
    hint: "It may still get in. Run it again later: the job looks at the chain and does only what is left.",
    retry: true,
  });
}

async function revertedError(
  provider: JsonRpcProvider,
  transaction: PreparedTransaction,
  receipt: TransactionReceipt,
  wording?: Wording,
): Promise<UpheldError> {
  const { to, data, value } = transaction;
  try {
    await provider.call({ from: receipt.from, to, data, value, blockTag: receipt.blockNumber });
  } catch (error) {
    const decoded = decodeFailure(error, wording);
    if (decoded.problem.code !== "contract.unknown") return decoded;
  }
  return new UpheldError({
    code: "transaction.reverted",
    message: `Transaction ${receipt.hash} was included but reverted; only its gas is spent.`,
    hint: "The chain moved while it was on its way. Look at `upheld status`, then run it again.",
    retry: true,
  });
}
