import { decodeEventLog, pad, type Abi, type Address, type Hex } from "viem";
import { joined, type AgreementEvent, type ParsedLog } from "../../../src/chain/events.ts";
import { nameOf, PHASES, STAGES, type Phase, type Stage } from "../../../src/chain/enums.ts";
import { networkOf, type Network } from "../../../src/chain/networks.ts";
import { recordEventOf, type EventValues } from "../../../src/record/events.ts";
import { journalOf, type Journal } from "../../../src/record/journal.ts";
import { decodeTerms } from "../../../src/terms/codec.ts";
import { keccakHex } from "../../../src/terms/address.ts";
import type { Terms } from "../../../src/terms/types.ts";
import { ESCROW, HANDS, LENS, RECORD } from "./abi.ts";
import { isKnown, isRecordOf, lookAt, type Found } from "./genuine.ts";
import { chainIdOf, codeAt, headOf, logsOf, read, type Asked, type Head, type RawLog } from "./rpc.ts";
import { readToken, type Token } from "./tokens.ts";

/** Where the page reads: one node, one factory. */
export interface Source {
  readonly node: Asked;
  /** The node's address; empty when it is the wallet's. */
  readonly rpc: string;
  readonly factory: Address;
  /** No event is older. */
  readonly fromBlock: bigint;
  /** The journal beside the agreements, as a link or the project's list names it; undefined: none is known. */
  readonly record: Address | undefined;
}

/** The record of one agreement. */
export interface Recorded {
  readonly address: Address;
  /** Undefined: what is there is not the record of this factory, or not all of it was read; nothing of it is shown. */
  readonly journal: Journal | undefined;
}

export type Summary = Awaited<ReturnType<typeof readSummary>>;
export type Dispute = Awaited<ReturnType<typeof readDispute>>;

/** How many hands a role takes, as far as its code tells. */
export interface Hands {
  readonly kind: "key" | "contract" | "committee" | "safe";
  /** Of a committee or a Safe. */
  readonly of?: number;
  readonly needed?: number;
}

/** One agreement as of one block: all that the page shows is worked out from this. */
export interface View {
  readonly address: Address;
  readonly source: Source;
  readonly network: Network;
  readonly head: Head;
  readonly found: Found;
  readonly terms: Terms;
  readonly termsHash: Hex;
  readonly token: Token;
  readonly summary: Summary;
  readonly phase: Phase;
  readonly stage: Stage;
  readonly history: readonly AgreementEvent[];
  /** By period: those that are not resolved. */
  readonly disputes: ReadonlyMap<number, Dispute>;
  /** By chronic rule: bit k says that period k counts. */
  readonly chronic: readonly bigint[];
  readonly oracle: Hands;
  readonly arbiter: Hands;
  readonly record: Recorded | undefined;
  /** What both sides' file calls the indicators, in their order; undefined: it was not opened in this browser. */
  readonly measures?: readonly string[] | undefined;
}

/** The chain has no agreement there, or a false one. */
export interface Refused {
  readonly address: Address;
  readonly network: Network;
  readonly found: Found;
}

const readSummary = (node: Asked, lens: Address, agreement: Address) =>
  read(node, { abi: LENS, to: lens, name: "summary", args: [agreement] });

const readDispute = (node: Asked, agreement: Address, period: number) =>
  read(node, { abi: ESCROW, to: agreement, name: "disputeOf", args: [BigInt(period)] });

const readChronic = (node: Asked, agreement: Address, rule: number) =>
  read(node, { abi: ESCROW, to: agreement, name: "chronicPeriods", args: [BigInt(rule)] });

/** Reads an agreement. What it says of itself is asked only when its code is known. */
export async function readView(source: Source, address: Address): Promise<View | Refused> {
  const { node } = source;
  const [chainId, head] = await Promise.all([chainIdOf(node), headOf(node)]);
  const network = networkOf(chainId);
  const found = await lookAt(node, chainId, address, source.factory);
  if (!found.isGenuine) return { address, network, found };

  const terms = decodeTerms(found.packed);
  const [summary, history, token] = await Promise.all([
    readSummary(node, found.lens, address),
    readHistory(source, address, head),
    readToken(node, chainId, source.rpc, terms.token as Address),
  ]);
  const { state } = summary;
  const stage = nameOf(STAGES, BigInt(state.stage));
  const disputed = [...bitsOf(state.openDisputes), ...(stage === "disputed" ? [Number(state.period)] : [])];
  const rules = terms.chronic.map((_, rule) => readChronic(node, address, rule));
  const [disputes, chronic, oracle, arbiter, record] = await Promise.all([
    Promise.all(disputed.map(async (k) => [k, await readDispute(node, address, k)] as const)),
    Promise.all(rules),
    readHands(node, state.oracle),
    readHands(node, state.arbiter),
    readRecord(source, chainId, address, head),
  ]);
  return {
    address,
    source,
    network,
    head,
    found,
    terms,
    termsHash: keccakHex(found.packed) as Hex,
    token,
    summary,
    phase: nameOf(PHASES, BigInt(summary.phase)),
    stage,
    history,
    disputes: new Map(disputes),
    chronic,
    oracle,
    arbiter,
    record,
  };
}

/** The numbers of the bits that are set. */
export function bitsOf(bits: bigint): number[] {
  const all = Array.from({ length: bits.toString(2).length }, (_, k) => k);
  return all.filter((k) => ((bits >> BigInt(k)) & 1n) === 1n);
}

async function readHistory(source: Source, address: Address, head: Head): Promise<AgreementEvent[]> {
  const logs = await logsOf(source.node, { address }, source.fromBlock, head.number);
  return joined(logs.flatMap((log) => parse(ESCROW, log)));
}

/** What was written beside the agreement; undefined where no record is known. */
async function readRecord(
  { node, factory, fromBlock, record }: Source,
  chainId: bigint,
  agreement: Address,
  head: Head,
): Promise<Recorded | undefined> {
  if (record === undefined) return undefined;
  const filter = { address: record, topics: [null, pad(agreement).toLowerCase() as Hex] };
  const [code, logs] = await Promise.all([codeAt(node, record), logsOf(node, filter, fromBlock, head.number)]);
  if (!isRecordOf(chainId, factory, record, code)) return { address: record, journal: undefined };
  const events = logs.flatMap((log) => parse(RECORD, log));
  const told = events.flatMap(({ name, values }) => recordEventOf(name, values as unknown as EventValues) ?? []);
  try {
    return { address: record, journal: journalOf(told) };
  } catch {
    // a link may name a block to read from that is too late: what came before its first event is missing
    return { address: record, journal: undefined };
  }
}

/** Events that the page has no use for are passed over. */
function parse(abi: Abi, log: RawLog): ParsedLog[] {
  try {
    const { eventName, args } = decodeEventLog({ abi, topics: log.topics, data: log.data }) as {
      readonly eventName: string;
      readonly args: object;
    };
    const values = Object.entries(args).map(([name, value]) => [name, widened(value)] as const);
    return [
      {
        name: eventName,
        values: Object.fromEntries(values) as Record<string, bigint>,
        block: Number(log.blockNumber),
        transaction: log.transactionHash,
      },
    ];
  } catch {
    return [];
  }
}

/** The library's events have whole numbers of any size as bigint. */
function widened(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(widened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, widened(inner)]));
}

async function readHands(node: Asked, account: Address): Promise<Hands> {
  const code = await codeAt(node, account);
  // an account may delegate to code by EIP-7702, and stays one key
  if (code === "0x" || code.startsWith("0xef0100")) return { kind: "key" };
  const asked = { abi: HANDS, to: account } as const;
  try {
    if (isKnown(code, "OracleCommittee")) {
      const [members, needed] = await Promise.all([
        read(node, { ...asked, name: "members" }),
        read(node, { ...asked, name: "threshold" }),
      ]);
      return { kind: "committee", of: members.length, needed: Number(needed) };
    }
    const [owners, needed] = await Promise.all([
      read(node, { ...asked, name: "getOwners" }),
      read(node, { ...asked, name: "getThreshold" }),
    ]);
    return { kind: "safe", of: owners.length, needed: Number(needed) };
  } catch {
    return { kind: "contract" };
  }
}

export const isView = (answer: View | Refused): answer is View => "summary" in answer;
