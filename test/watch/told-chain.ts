/** A chain as told: blocks with their times and events, and what a reorganisation makes of it. */
import { id, getAddress, keccak256 } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory, type ISLAEscrow } from "../../typechain-types/index.ts";
import { cloneAddress } from "../../src/chain/factory.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import type { TimedEvent } from "../../src/watch/course.ts";
import { blockOf, RpcError, type Answers } from "../chain/answering.ts";
import { agreedChain } from "../cli/agreed-chain.ts";
import { type Said, summaryOf } from "./told.ts";

const at = (byte: string) => getAddress(`0x${byte.repeat(20)}`);
export const FACTORY = at("f1");
export const IMPLEMENTATION = at("d1");
const LENS = at("e1");
const ZERO = `0x${"0".repeat(40)}`;

const ESCROW: ISLAEscrow["interface"] = ISLAEscrow__factory.createInterface();
const MAKER = ISLAFactory__factory.createInterface();
const NOBODY = { ...{ acceptUntil: 0n, disputeUntil: 0n, leaveByNoticeEnd: 0n, leaveAtOnceUntil: 0n, payout: 0n } };

interface Block {
  readonly time: bigint;
  readonly hash: string;
  readonly logs: readonly Told[];
}

interface Told {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

interface Filter {
  readonly address?: string | string[];
  readonly topics?: readonly (string | readonly string[] | null)[];
  readonly fromBlock: string;
  readonly toBlock: string;
}

export class ToldChain {
  /** Who is asked for logs from where to where. */
  readonly asked: (readonly [from: number, to: number])[] = [];
  /** Called before each answer: it may throw what the node says instead, or move the chain on. */
  onAsked: (method: string) => void = () => undefined;
  readonly #agreements = new Map<string, { readonly terms: Terms; said: Said | undefined }>();
  #blocks: Block[] = [];
  #forks = 0;

  constructor(start: bigint) {
    this.mine(start);
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  /** Makes `terms` known; without `said` nobody has created it yet. Answers its address. */
  sign(terms: Terms, said?: Said): string {
    const address = cloneAddress(FACTORY, IMPLEMENTATION, encodeTerms(terms));
    this.#agreements.set(address, { terms, said });
    return address;
  }

  /** From now on the chain says this of `agreement`. */
  say(agreement: string, said: Said): void {
    const known = this.#agreements.get(agreement);
    if (known !== undefined) known.said = said;
  }

  mine(time: bigint, ...logs: Told[]): void {
    const hash = id(`block ${this.#blocks.length} of fork ${this.#forks}`);
    this.#blocks.push({ time, hash, logs });
  }

  /** What lies above `block` is gone; other blocks take its place. */
  fork(block: number): void {
    this.#forks += 1;
    this.#blocks = this.#blocks.slice(0, block + 1);
  }

  get answers(): Answers {
    const answers: Answers = {
      eth_chainId: () => "0x7a69",
      eth_blockNumber: () => hex(this.height),
      eth_getBlockByNumber: (tag: string) => {
        const number = tag === "latest" ? this.height : Number(tag);
        const block = this.#blocks[number];
        return block === undefined ? null : { ...blockOf(number, Number(block.time)), hash: block.hash };
      },
      eth_getLogs: (filter: Filter) => this.#logs(filter),
      eth_call: ({ to, data }: { to: string; data: string }, tag: string) => this.#call(getAddress(to), data, tag),
    };
    return Object.fromEntries(
      Object.entries(answers).map(([method, answer]) => [
        method,
        (...params: never[]) => {
          this.onAsked(method);
          return answer(...params);
        },
      ]),
    );
  }

  #logs({ address, topics = [], fromBlock, toBlock }: Filter) {
    this.asked.push([Number(fromBlock), Number(toBlock)]);
    const addresses = address === undefined ? undefined : [address].flat().map((one) => getAddress(one));
    return this.#blocks.flatMap((block, number) =>
      number < Number(fromBlock) || number > Number(toBlock)
        ? []
        : block.logs.flatMap((log, i) => {
            const isMeant = topics.every((topic, k) => topic === null || [topic].flat().includes(log.topics[k] ?? ""));
            if (!isMeant || (addresses !== undefined && !addresses.includes(log.address))) return [];
            const place = {
              blockNumber: hex(number),
              blockHash: block.hash,
              logIndex: hex(i),
              transactionIndex: "0x0",
            };
            return [{ ...log, ...place, transactionHash: id(`transaction ${number}`), removed: false }];
          }),
    );
  }

  #call(to: string, data: string, tag: string): string {
    const method = data.slice(0, 10);
    const is = (name: "lens" | "implementation" | "isGenuine" | "summaries") =>
      MAKER.getFunction(name).selector === method;
    if (to === FACTORY && is("lens")) return MAKER.encodeFunctionResult("lens", [LENS]);
    if (to === FACTORY && is("implementation")) return MAKER.encodeFunctionResult("implementation", [IMPLEMENTATION]);
    if (to === FACTORY && is("isGenuine"))
      return MAKER.encodeFunctionResult("isGenuine", [this.#agreements.has(getAddress(`0x${data.slice(-40)}`))]);
    if (to === FACTORY && is("summaries")) {
      const [addresses] = MAKER.decodeFunctionData("summaries", data) as unknown as [string[]];
      const block = this.#blocks[tag === "latest" ? this.height : Number(tag)] as Block;
      return MAKER.encodeFunctionResult("summaries", [[...addresses].map((one) => this.#summary(one, block.time))]);
    }
    const terms = this.#agreements.get(to)?.terms;
    if (terms !== undefined && method === ESCROW.getFunction("terms").selector)
      return ESCROW.encodeFunctionResult("terms", [encodeTerms(terms)]);
    const [known] = this.#agreements.values();
    const token = known === undefined ? undefined : (agreedChain(known.terms)["eth_call"] as (call: object) => string);
    if (token !== undefined && known?.terms.token.toLowerCase() === to.toLowerCase()) return token({ to, data });
    throw new RpcError(3, "execution reverted", "0x");
  }

  #summary(agreement: string, time: bigint) {
    const known = this.#agreements.get(agreement);
    const rest = { ...{ agreement, token: ZERO, fee: 0n, start: 0n, periodFee: 0n, lastResolvedBy: 0n } };
    const may = { oracleMayReportUntil: 0n, arbiterMayRuleUntil: 0n, provider: NOBODY, client: NOBODY };
    const state = {
      ...{ phase: 0n, provider: ZERO, client: ZERO, oracle: ZERO, arbiter: ZERO, balance: 0n, earnings: 0n, bond: 0n },
      ...{ pledges: 0n, held: 0n, unabsorbed: 0n, committed: 0n, withdrawable: 0n, creditsGiven: 0n, openDisputes: 0n },
    };
    const [first] = this.#agreements.values();
    const terms = (known ?? first)?.terms;
    if (terms === undefined) throw new RpcError(3, "execution reverted", "0x");
    const said = known?.said ?? { phase: "none" };
    const told = summaryOf(terms, time, said) as unknown as Readonly<Record<string, object>>;
    return { ...rest, ...may, ...told, state: { ...state, ...told["state"] } } as never;
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The log of an event of `agreement`. */
export function logOf(agreement: string, { name, values }: TimedEvent): Told {
  const fragment = ESCROW.getEvent(name);
  const { data, topics } = ESCROW.encodeEventLog(
    fragment,
    fragment.inputs.map((input) => (values as unknown as Readonly<Record<string, unknown>>)[input.name]),
  );
  return { address: agreement, topics, data };
}

/** The factory's word that it made `agreement`. */
export function createdLog(agreement: string, { provider, client }: Terms): Told {
  const { data, topics } = MAKER.encodeEventLog("AgreementCreated", [agreement, provider, client]);
  return { address: FACTORY, topics, data };
}

export const saltOf = (name: string): string => keccak256(new TextEncoder().encode(name));
