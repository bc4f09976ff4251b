import { setTimeout } from "node:timers/promises";
import { keccak256, type JsonRpcProvider, type Signer, type TransactionReceipt } from "ethers";
import { UpheldError, type Problem } from "../errors.ts";
import { decodeFailure } from "./failure.ts";
import { feesNow, priceOf, raise, type Fees } from "./fees.ts";
import type { PreparedTransaction } from "./transaction.ts";

/** A transaction to be sent, and the gas it may use. */
export interface Errand {
  readonly transaction: PreparedTransaction;
  readonly gas: bigint;
}

/** What became of an errand. Whatever is not `included` is for the chain to tell: look at it again. */
export type Fate =
  | { readonly kind: "included"; readonly receipt: TransactionReceipt }
  /** In the chain, and refused there: only its gas is spent. */
  | { readonly kind: "reverted"; readonly receipt: TransactionReceipt }
  /** Another transaction of the same key took its nonce, or nobody knows yet what became of it. */
  | { readonly kind: "unclear"; readonly problem: Problem }
  /** Never sent. */
  | { readonly kind: "unsent"; readonly problem: Problem };

export interface OutboxOptions {
  readonly provider: JsonRpcProvider;
  readonly signer: Signer;
  readonly confirmations: number;
  readonly chainId: bigint;
  readonly pollMs?: number;
  /** After this long without being included, the oldest transaction is sent again with a higher fee. */
  readonly stuckMs?: number;
  /** Give up waiting (never the transactions themselves) after this long without any of them included. */
  readonly patienceMs?: number;
  /** Most that a unit of gas may cost, in wei. */
  readonly highestGasPrice?: bigint;
  /** Nonces below this are held by transactions of an earlier run that are stuck: `letEarlierIn` says it. */
  readonly replaceBelow?: number;
  /**
   * Nonces before its own that a reorganisation left to nobody may be used up by nothing. What stood there is gone then:
   * only for who looks at the chain again afterwards.
   */
  readonly mayFill?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: OutboxEvent) => void;
}

/** For a log: what happens to transactions on their way. */
export type OutboxEvent =
  | {
      readonly kind: "sent" | "raised" | "sent again" | "filled";
      readonly nonce: number;
      readonly hash: string;
      readonly price: bigint;
    }
  | { readonly kind: "waiting for earlier"; readonly from: number; readonly to: number };

/** One nonce, and all transactions that were signed for it: whichever of them gets in. */
interface Flight {
  readonly errand: number;
  readonly nonce: number;
  readonly hashes: string[];
  raw: string | undefined;
  fees: Fees;
  since: number;
  /** The node has said that it has it. */
  isTaken: boolean;
  /** Looks in a row at which its nonce was used and no receipt of it was there. */
  misses: number;
}

/** Nodes keep at least so many transactions of one account. */
const IN_FLIGHT = 16;
/** A node behind a balancer may not know yet what another one has: only a long absence counts. */
const PATIENT_LOOKS = 10;
/** A quarter each time: what is offered rises thirtyfold. */
const MOST_RAISES = 15;
const STUCK_MS = 60_000;
export const PATIENCE_MS = 900_000;

/**
 * Sends `errands` in order from one account, each with the next nonce, several on their way at once, and waits until
 * each is confirmed. A transaction that a node drops or a reorganisation takes out is sent again as it was; one that
 * stays is replaced at the same nonce with a higher fee. A nonce is only used once the one before is with the node, so
 * none is ever left out. Never throws for what the chain or a node does; throws when `signal` is aborted.
 */
export async function sendErrands(errands: readonly Errand[], options: OutboxOptions): Promise<Fate[]> {
  return new Outbox(errands, options).run();
}

/**
 * Waits for what an earlier run, killed perhaps, left with the nodes: once it is in, the chain tells what is left to
 * do. Answers the nonce below which transactions are stuck; 0: none is. Throws `chain.unreachable` without answers.
 */
export async function letEarlierIn(from: string, options: Omit<OutboxOptions, "signer">): Promise<number> {
  const { provider, signal, stuckMs = STUCK_MS, patienceMs = PATIENCE_MS, onEvent } = options;
  let since = Date.now();
  let seen = -1;
  for (;;) {
    const counts = await quietly(() =>
      Promise.all([provider.getTransactionCount(from, "latest"), provider.getTransactionCount(from, "pending")]),
    );
    if (counts !== undefined) {
      const [included, known] = counts;
      if (known <= included) return 0;
      if (included !== seen) {
        onEvent?.({ kind: "waiting for earlier", from: included, to: known - 1 });
        [seen, since] = [included, Date.now()];
      }
      if (Date.now() - since > stuckMs) return known;
    } else if (Date.now() - since > patienceMs) throw new UpheldError(noAnswer());
    await pause(options.pollMs ?? provider.pollingInterval, signal);
  }
}

class Outbox {
  readonly #errands: readonly Errand[];
  readonly #options: OutboxOptions;
  readonly #fates: (Fate | undefined)[];
  #flights: Flight[] = [];
  #next = 0;
  #nonce = 0;
  #from = "";
  #progress = Date.now();
  /** Why nothing more is sent. */
  #stopped: Problem | undefined;

  constructor(errands: readonly Errand[], options: OutboxOptions) {
    this.#errands = errands;
    this.#options = options;
    this.#fates = errands.map(() => undefined);
  }

  async run(): Promise<Fate[]> {
    const { patienceMs = PATIENCE_MS } = this.#options;
    if (this.#errands.length === 0) return [];
    this.#from = await this.#options.signer.getAddress();
    if (!(await this.#start())) return this.#errands.map(() => ({ kind: "unsent", problem: noAnswer() }));
    while (!this.#isOver()) {
      this.#options.signal?.throwIfAborted();
      await this.#sendMore();
      await this.#look();
      if (Date.now() - this.#progress > patienceMs) break;
      if (!this.#isOver()) await pause(this.#pollMs, this.#options.signal);
    }
    const why = this.#stopped ?? waiting(patienceMs);
    return this.#fates.map((fate, i) => fate ?? { kind: i < this.#next ? "unclear" : "unsent", problem: why });
  }

  /** Finds the next nonce: behind what is on its way, or where an earlier run's transactions are to be replaced. */
  async #start(): Promise<boolean> {
    const { replaceBelow = 0, signal, patienceMs = PATIENCE_MS } = this.#options;
    while (Date.now() - this.#progress < patienceMs) {
      const nonce = await quietly(() => this.#count(replaceBelow > 0 ? "latest" : "pending"));
      if (nonce !== undefined) {
        this.#nonce = nonce;
        return true;
      }
      await pause(this.#pollMs, signal);
    }
    return false;
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? this.#options.provider.pollingInterval;
  }

  #isOver(): boolean {
    return this.#flights.length === 0 && (this.#next >= this.#errands.length || this.#stopped !== undefined);
  }

  async #sendMore(): Promise<void> {
    const { provider, highestGasPrice } = this.#options;
    let fees: Fees | undefined;
    while (this.#next < this.#errands.length && this.#flights.length < IN_FLIGHT && this.#stopped === undefined) {
      // A gap in the nonces would hold back all that come after it.
      if (this.#flights.some(({ isTaken }) => !isTaken)) return;
      try {
        fees ??= await feesNow(provider, highestGasPrice);
      } catch (error) {
        const { problem } = decodeFailure(error);
        if (problem.code === "gas.too-dear") this.#stopped = problem;
        return;
      }
      const flight: Flight = {
        errand: this.#next,
        nonce: this.#nonce,
        hashes: [],
        raw: undefined,
        fees,
        since: Date.now(),
        isTaken: false,
        misses: 0,
      };
      const answer = await this.#depart(flight, "sent");
      if (answer === "lost") return;
      this.#next += 1;
      if (answer === "under way") {
        this.#flights.push(flight);
        this.#nonce += 1;
        continue;
      }
      this.#fates[flight.errand] = { kind: "unsent", problem: answer };
      this.#stopped = answer;
    }
  }

  /**
   * Signs `flight` at its present fees and hands it to the node. Under way means that it got there or may have; lost,
   * that it did not, so that nothing is known of it anywhere; a problem, that the node refused it.
   */
  async #depart(flight: Flight, kind: "sent" | "raised"): Promise<"under way" | "lost" | Problem> {
    const { onEvent } = this.#options;
    for (let tries = 1; ; ++tries) {
      try {
        await this.#hand(flight);
        flight.isTaken = true;
      } catch (error) {
        if (isKnown(error)) flight.isTaken = true;
        else {
          const { problem } = decodeFailure(error);
          // An earlier run's transaction holds the nonce: whoever offers more takes its place.
          const mayReplace =
            isUnderpriced(error) && (kind === "raised" || flight.nonce < (this.#options.replaceBelow ?? 0));
          if (mayReplace && tries <= MOST_RAISES && this.#mayRaise(flight)) continue;
          if (isUnderpriced(error)) return problem;
          const isUnsure = ["chain.unreachable", "chain.node-error", "transaction.nonce-used"].includes(problem.code);
          if (!isUnsure) return problem;
          // Its hash tells, at the next look, whether it got in; without one nothing was heard of it.
          if (flight.hashes.length === 0) return "lost";
        }
      }
      onEvent?.({ kind, nonce: flight.nonce, hash: flight.hashes.at(-1) ?? "", price: priceOf(flight.fees) });
      return "under way";
    }
  }

  async #hand(flight: Flight): Promise<void> {
    const { signer, chainId } = this.#options;
    const errand = this.#errands[flight.errand] as Errand;
    const { to, data, value } = errand.transaction;
    const { nonce, fees } = flight;
    const request = { from: this.#from, to, data, value, nonce, gasLimit: errand.gas, chainId, ...fees };
    if (isNodeSigner(signer)) {
      flight.hashes.push(await signer.sendUncheckedTransaction(request));
      return;
    }
    flight.raw = await signer.signTransaction(request);
    // known before it is sent: whatever happens to the answer, its receipt can be asked for
    flight.hashes.push(keccak256(flight.raw));
    await this.#broadcast(flight.raw);
  }

  #mayRaise(flight: Flight): boolean {
    const { highestGasPrice = Infinity } = this.#options;
    const fees = raise(flight.fees, flight.fees);
    if (priceOf(fees) > highestGasPrice) return false;
    flight.fees = fees;
    return true;
  }

  async #look(): Promise<void> {
    const seen = await quietly(() => Promise.all([this.#options.provider.getBlockNumber(), this.#count("latest")]));
    if (seen === undefined) return;
    const [head, included] = seen;
    const looks = this.#flights.map((flight) => this.#lookAt(flight, head, included));
    const landed = await Promise.all(looks);
    const before = this.#flights.length;
    this.#flights = this.#flights.filter((_, i) => landed[i] !== true);
    if (this.#flights.length < before) this.#progress = Date.now();
    await this.#hurry(included);
  }

  /** Whether the flight is over; a receipt that a reorganisation took away again is simply not there. */
  async #lookAt(flight: Flight, head: number, included: number): Promise<boolean> {
    const receipts = await quietly(() =>
      Promise.all(flight.hashes.map((hash) => this.#options.provider.getTransactionReceipt(hash))),
    );
    if (receipts === undefined) return false;
    const receipt = receipts.find((each) => each !== null);
    if (receipt != null) {
      [flight.misses, flight.isTaken] = [0, true];
      if (head - receipt.blockNumber + 1 < this.#options.confirmations) return false;
      this.#fates[flight.errand] = { kind: receipt.status === 1 ? "included" : "reverted", receipt };
      return true;
    }
    if (included > flight.nonce) {
      flight.misses += 1;
      if (flight.misses < PATIENT_LOOKS) return false;
      this.#fates[flight.errand] = { kind: "unclear", problem: overtaken(flight.nonce) };
      this.#stopped ??= overtaken(flight.nonce);
      return true;
    }
    flight.misses = 0;
    await this.#sendAgain(flight);
    return false;
  }

  /** A node that does not know the transaction any more gets it once more, to the byte. */
  async #sendAgain(flight: Flight): Promise<void> {
    const { provider, onEvent } = this.#options;
    const { raw, nonce, fees } = flight;
    const hash = flight.hashes.at(-1) ?? "";
    if (raw === undefined) return;
    const found = await quietly(() => provider.getTransaction(hash));
    if (found !== null) {
      flight.isTaken ||= found !== undefined;
      return;
    }
    try {
      await this.#broadcast(raw);
      flight.isTaken = true;
      onEvent?.({ kind: "sent again", nonce, hash, price: priceOf(fees) });
    } catch (error) {
      if (isKnown(error)) flight.isTaken = true;
      // what else a node may say, the next look tells
    }
  }

  /** The oldest one holds all others back: it offers more when it has waited too long. */
  async #hurry(included: number): Promise<void> {
    const { provider, stuckMs = STUCK_MS, highestGasPrice = Infinity, mayFill = false } = this.#options;
    const oldest = this.#flights.find(({ nonce }) => nonce >= included);
    if (oldest === undefined || Date.now() - oldest.since < stuckMs) return;
    const now = await quietly(() => feesNow(provider));
    if (now === undefined) return;
    if (oldest.nonce > included && mayFill) {
      oldest.since = Date.now();
      await this.#fill(oldest, now);
      return;
    }
    const fees = raise(oldest.fees, now);
    if (priceOf(fees) > highestGasPrice) return;
    oldest.fees = fees;
    oldest.since = Date.now();
    await this.#depart(oldest, "raised");
  }

  /**
   * What an earlier run sent stood before `oldest` when its nonce was chosen. A reorganisation may take that out, and a
   * node forget it: nobody would ever send it again, and all behind it would wait. Its nonces are used up by nothing.
   */
  async #fill(oldest: Flight, fees: Fees): Promise<void> {
    const { signer, chainId, highestGasPrice = Infinity, onEvent } = this.#options;
    if (priceOf(fees) > highestGasPrice) return;
    const { gas } = this.#errands[oldest.errand] as Errand;
    const firstMissing = () => quietly(() => this.#count("pending"));
    let nonce = (await firstMissing()) ?? oldest.nonce;
    while (nonce < oldest.nonce) {
      const request = { from: this.#from, to: this.#from, value: 0n, nonce, gasLimit: gas, chainId, ...fees };
      const hash = await quietly(async () =>
        isNodeSigner(signer)
          ? signer.sendUncheckedTransaction(request)
          : this.#broadcast(await signer.signTransaction(request)),
      );
      if (hash === undefined) return;
      onEvent?.({ kind: "filled", nonce, hash, price: priceOf(fees) });
      // behind a gap that is filled the node may still have some
      nonce = Math.max(nonce + 1, (await firstMissing()) ?? 0);
    }
  }

  /** Hands a signed transaction to the node; answers its hash. */
  async #broadcast(raw: string): Promise<string> {
    await this.#options.provider.send("eth_sendRawTransaction", [raw]);
    return keccak256(raw);
  }

  #count(block: "latest" | "pending"): Promise<number> {
    return this.#options.provider.getTransactionCount(this.#from, block);
  }
}

/** An account that its node signs for: on a local chain only. */
function isNodeSigner(
  signer: Signer,
): signer is Signer & { sendUncheckedTransaction(request: object): Promise<string> } {
  return "sendUncheckedTransaction" in signer;
}

/** What nodes say to a transaction that they have already. */
function isKnown(error: unknown): boolean {
  return /already (known|imported|in (the )?(mem)?pool)|\bknown transaction/i.test(wordsOf(error));
}

function isUnderpriced(error: unknown): boolean {
  return /underpriced/i.test(wordsOf(error));
}

/** The node's own words are in what ethers says. */
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "");

/** The answer, or undefined when the node does not answer just now: what was sent stays sent. */
const quietly = <T>(ask: () => Promise<T>): Promise<T | undefined> => ask().catch(() => undefined);

/** Waits, or throws its reason as soon as `signal` is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    signal?.throwIfAborted();
  }
}

const overtaken = (nonce: number): Problem => ({
  code: "transaction.replaced",
  message: `Nonce ${nonce} was used by another transaction of the same key.`,
  hint: "Run it again: the job looks at the chain and does only what is left.",
  retry: true,
});

const waiting = (ms: number): Problem => ({
  code: "transaction.waiting",
  message: `Nothing that was sent was confirmed within ${Math.round(ms / 1000)} s.`,
  hint: "It may still get in. Run it again later: the job looks at the chain and does only what is left.",
  retry: true,
});

const noAnswer = (): Problem => ({
  code: "chain.unreachable",
  message: "The node does not answer.",
  hint: "Run it again: the job looks at the chain and does only what is left.",
  retry: true,
});
