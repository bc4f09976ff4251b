import { Transaction, type JsonRpcProvider, type Signer } from "ethers";
import { sendErrands, type Errand, type OutboxEvent, type OutboxOptions } from "../../src/chain/outbox.ts";
import { answering, blockOf, receiptOf, RpcError, waitingOf, type Answers } from "./answering.ts";

const hex = (value: bigint | number) => `0x${value.toString(16)}`;
/** What is asked in each round, and how often at most: who asks more waits for something that never comes. */
const ROUND = ["eth_blockNumber", "eth_getTransactionCount", "eth_getBlockByNumber", "eth_sendRawTransaction"];
const MOST_ASKED = 200;

/**
 * One account as a node sees it: what waits in its pool, and what is in the chain. It takes and refuses transactions as
 * nodes do, and makes a block whenever its height is asked for; a test may tell it to do otherwise.
 */
export class Pool {
  readonly from: string;
  head = 100;
  /** How many of the account's transactions are in the chain. */
  included = 3;
  /** What the chain asks: base fee and tip, wei. */
  baseFee: bigint | undefined = 10n ** 10n;
  tip = 10n ** 9n;
  /** All that was handed over, in order, whether it was taken or not. */
  readonly handed: Transaction[] = [];
  /** How often its height was asked for. */
  looks = 0;
  /** What happens as it is asked for the nth time, from 1. */
  onLook: (look: number) => void = () => {
    this.mine();
  };
  /** What it says to the nth that is handed over, from 1, before it has looked at it. */
  before: (nth: number) => Error | undefined = () => undefined;
  /** What it says after it has taken it. */
  after: (nth: number) => Error | undefined = () => undefined;
  /** Ends a test that would go on for ever. */
  readonly #limit = new AbortController();
  readonly #waiting = new Map<number, Transaction>();
  readonly #receipts = new Map<string, ReturnType<typeof receiptOf>>();
  #asked = 0;

  constructor(from: string) {
    this.from = from;
  }

  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  /** Makes a block of all that can be in it. */
  mine(status = 1): void {
    this.head += 1;
    for (let next; (next = this.#waiting.get(this.included)) !== undefined; this.included += 1) {
      this.#waiting.delete(next.nonce);
      this.#receipts.set(next.hash ?? "", receiptOf(this.head, status, this.from, next.to ?? "", next.hash ?? ""));
    }
  }

  /** Makes a block in which another transaction of the account has the next nonce. */
  overtake(): void {
    this.head += 1;
    this.#waiting.delete(this.included);
    this.included += 1;
  }

  /** Has others of the account wait at `nonces`, each at `price`. */
  hold(nonces: readonly number[], price: bigint): void {
    for (const nonce of nonces) {
      this.#waiting.set(nonce, Transaction.from({ type: 0, chainId: 31_337, to: this.from, nonce, gasPrice: price }));
    }
  }

  /** Forgets what waits at `nonce`. */
  drop(nonce: number): void {
    this.#waiting.delete(nonce);
  }

  /** Puts a block without transactions in the place of the last one; what was in it is forgotten. */
  reorganise(): void {
    for (const [hash, { blockNumber }] of this.#receipts) {
      if (Number(blockNumber) !== this.head) continue;
      this.#receipts.delete(hash);
      this.included -= 1;
    }
  }

  /** Ends all waiting, as Ctrl-C does. */
  stop(reason: Error): void {
    this.#limit.abort(reason);
  }

  /** Its answers; those in `told` in their place. */
  answers(told: Answers = {}): Answers {
    const all: Answers = {
      eth_blockNumber: () => {
        this.onLook(++this.looks);
        return hex(this.head);
      },
      eth_gasPrice: () => hex((this.baseFee ?? 0n) + this.tip),
      eth_maxPriorityFeePerGas: () => hex(this.tip),
      eth_getBlockByNumber: () => blockOf(this.head, 0, this.baseFee === undefined ? undefined : hex(this.baseFee)),
      eth_getTransactionCount: (_: string, block: string) => hex(this.#count(block)),
      eth_sendRawTransaction: (raw: string) => this.#take(Transaction.from(raw)),
      eth_getTransactionReceipt: (hash: string) => this.#receipts.get(hash) ?? null,
      eth_getTransactionByHash: (hash: string) => this.#find(hash),
      ...told,
    };
    const counted = Object.entries(all).map(([method, answer]) => [
      method,
      (...params: never[]) => {
        if (ROUND.includes(method) && ++this.#asked > MOST_ASKED)
          this.stop(new Error(`asked more than ${MOST_ASKED} times`));
        return answer(...params);
      },
    ]);
    return Object.fromEntries(counted) as Answers;
  }

  #count(block: string): number {
    if (block === "latest") return this.included;
    let next = this.included;
    while (this.#waiting.has(next)) ++next;
    return next;
  }

  #take(transaction: Transaction): string {
    const nth = this.handed.push(transaction);
    const early = this.before(nth);
    if (early !== undefined) throw early;
    const other = this.#waiting.get(transaction.nonce);
    if (transaction.nonce < this.included) throw new RpcError(-32_000, "nonce too low: next nonce is higher");
    if (other?.hash === transaction.hash) throw new RpcError(-32_000, "already known");
    if (other !== undefined && priceIn(transaction) * 10n < priceIn(other) * 11n) {
      throw new RpcError(-32_000, "replacement transaction underpriced");
    }
    this.#waiting.set(transaction.nonce, transaction);
    const late = this.after(nth);
    if (late !== undefined) throw late;
    return transaction.hash ?? "";
  }

  #find(hash: string): unknown {
    const found = [...this.#waiting.values()].find((one) => one.hash === hash);
    return found === undefined ? null : waitingOf(this.from, found.to ?? "", hash);
  }
}

/** The most that it pays for a unit of gas, wei. */
export const priceIn = ({ maxFeePerGas, gasPrice }: Transaction): bigint => maxFeePerGas ?? gasPrice ?? 0n;

export const receiver = (i: number): string => `0x${(0xaa00 + i).toString(16).padStart(40, "0")}`;

const errand = (i: number): Errand => ({
  transaction: { to: receiver(i), data: "0x12", value: BigInt(i), description: `give ${i}` },
  gas: 50_000n,
});

export interface Sending {
  /** What the node answers in place of what the pool would. */
  readonly answers?: Answers;
  /** Who signs; else `key` does. */
  readonly by?: (provider: JsonRpcProvider) => Signer;
  readonly options?: Partial<OutboxOptions>;
}

/** Sends `count` errands through `pool`: what became of each, and all that was told on the way. */
export function sendThrough(pool: Pool, key: Signer, count: number, { answers, by, options }: Sending = {}) {
  return answering(pool.answers(answers), async (provider, asked) => {
    const events: OutboxEvent[] = [];
    const fates = await sendErrands(
      Array.from({ length: count }, (_, i) => errand(i)),
      {
        ...{ provider, signer: by?.(provider) ?? key.connect(provider), confirmations: 1, chainId: 31_337n, pollMs: 1 },
        ...{ signal: pool.signal, onEvent: (event: OutboxEvent) => events.push(event), ...options },
      },
    );
    const told = events.flatMap((event) => ("hash" in event ? [[event.kind, event.nonce, event.price] as const] : []));
    const problems = fates.map((fate) => ("problem" in fate ? fate.problem : undefined));
    return { fates, kinds: fates.map(({ kind }) => kind), problems, events, told, asked };
  });
}
