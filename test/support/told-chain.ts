import {
  AbiCoder,
  dataSlice,
  getAddress,
  id,
  Interface,
  toBigInt,
  Transaction,
  type JsonRpcProvider,
  type ParamType,
} from "ethers";
import {
  IOracleCommittee__factory,
  ISLAEscrow__factory,
  ISLAFactory__factory,
  ISLALens__factory,
} from "../../typechain-types/index.ts";
import type { BatchedReport } from "../../src/chain/batch.ts";
import { cloneAddress } from "../../src/chain/factory.ts";
import { encodeTerms, termsHash } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import { answering, blockOf, RpcError } from "../chain/answering.ts";

const FACTORY_ABI = ISLAFactory__factory.createInterface();
const LENS_ABI = ISLALens__factory.createInterface();
const ESCROW_ABI = ISLAEscrow__factory.createInterface();
const COMMITTEE_ABI = IOracleCommittee__factory.createInterface();
const TOKEN_ABI = new Interface([
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
]);

const place = (byte: string) => getAddress(`0x${byte.repeat(20)}`);
export const FACTORY = place("fa");
const LENS = place("1e");
const IMPLEMENTATION = place("c0");
export const COMMITTEE = place("c3");
export const TOKEN = place("05");

/** 1 February 2030, when January's window opens. */
export const FEBRUARY = BigInt(Date.UTC(2030, 1, 1) / 1000);
const JANUARY = BigInt(Date.UTC(2030, 0, 1) / 1000);
export const DAY = 86_400n;

const hex = (value: bigint | number) => `0x${value.toString(16)}`;

/** What the chain says of an agreement. */
export interface ToldAgreement {
  readonly terms: Terms;
  /** Of its summary, what is not nought. */
  summary: Record<string, unknown>;
  state: Record<string, unknown>;
  /** What it says to a report, if it does not take it: the error's data. */
  refusal?: string | undefined;
  /** So many reports it does not take though it said that it would. */
  deaf?: number;
}

/** A transaction that got in. */
export interface Taken {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly nonce: number;
  readonly gas: bigint;
  readonly hash: string;
}

interface Request {
  readonly from?: string;
  readonly to: string;
  readonly data: string;
}

/**
 * A chain in memory, behind a node that answers as told: agreements of one factory, a committee, and transactions that
 * are in as soon as they are sent. It checks no signature and no limit; that is for the contracts and their tests.
 */
export class ToldChain {
  now = FEBRUARY + 3_600n;
  height = 10;
  blockGas = 30_000_000n;
  gasPrice = 10n ** 9n;
  balance = 10n ** 18n;
  committee = { members: [] as string[], threshold: 2, nonce: 0n, gasFloor: 5_081_365n };
  readonly agreements = new Map<string, ToldAgreement>();
  readonly taken: Taken[] = [];
  readonly #receipts = new Map<string, object>();
  readonly #logs: { address: string; topics: string[] }[] = [];
  readonly #counts = new Map<string, number>();

  /** What is answered, by method; a test may put something else in its place. */
  readonly answers = {
    eth_chainId: (): unknown => hex(31_337),
    eth_blockNumber: (): unknown => hex(this.height),
    eth_getBlockByNumber: (): unknown => ({
      ...blockOf(this.height, Number(this.now)),
      gasLimit: hex(this.blockGas),
    }),
    eth_gasPrice: (): unknown => hex(this.gasPrice),
    eth_getBalance: (): unknown => hex(this.balance),
    eth_getCode: (to: string): unknown => (this.agreements.has(getAddress(to)) ? "0xfe" : "0x"),
    eth_accounts: (): unknown => [],
    eth_call: (request: Request): unknown => this.call(request),
    eth_estimateGas: (request: Request): unknown => {
      this.call(request);
      return hex(100_000);
    },
    eth_getTransactionCount: (who: string): unknown => hex(this.#counts.get(getAddress(who)) ?? 0),
    eth_sendRawTransaction: (raw: string): unknown => this.take(Transaction.from(raw)),
    eth_getTransactionByHash: (): unknown => null,
    eth_getTransactionReceipt: (hash: string): unknown => this.#receipts.get(hash) ?? null,
    eth_getLogs: ({ address, topics = [] }: { address: string | string[]; topics?: string[][] }): unknown => {
      const places = [address].flat().map(getAddress);
      const [wanted] = topics;
      return this.#logs.filter(
        (log) => places.includes(log.address) && wanted?.includes(log.topics[0] ?? "") !== false,
      );
    },
  };

  /** Lets `work` ask it. */
  during<T>(work: (provider: JsonRpcProvider, url: string) => Promise<T>): Promise<T> {
    return answering(this.answers, (provider, _, url) => work(provider, url));
  }

  /** An agreement whose first month is over, its report due. */
  add(terms: Terms): ToldAgreement & { readonly address: string } {
    const address = cloneAddress(FACTORY, IMPLEMENTATION, encodeTerms(terms));
    const told = {
      address,
      terms,
      summary: {
        ...{ agreement: address, token: terms.token, phase: 2n, fee: terms.fee, start: JANUARY },
        ...{ periodStart: JANUARY, periodEnd: FEBRUARY, reportFrom: FEBRUARY, reportUntil: FEBRUARY + 5n * DAY },
        ...{ resolvesAt: FEBRUARY + 12n * DAY },
      },
      state: { phase: 2n, oracle: terms.oracle, periods: BigInt(terms.periods), stage: 2n },
    };
    this.agreements.set(address, told);
    return told;
  }

  /** Puts an event of `address` into the next block. */
  emit(address: string, name: "Reported" | "Revised" | "Closed", values: unknown[]): void {
    const { data, topics } = ESCROW_ABI.encodeEventLog(name, values);
    this.#logs.push(this.#log(address, data, topics));
  }

  call({ to, data, from }: Request): string {
    const address = getAddress(to);
    if (address === FACTORY) return this.#askFactory(data);
    if (address === LENS) return this.#askLens(data);
    if (address === COMMITTEE) return this.#askCommittee(data);
    if (address === TOKEN) return askToken(data);
    const told = this.agreements.get(address);
    return told === undefined ? "0x" : askAgreement(told, data, from);
  }

  #askFactory(data: string): string {
    const call = FACTORY_ABI.parseTransaction({ data });
    if (call === null) throw refused();
    const [first] = call.args.toArray() as [string | string[]];
    const answers: Readonly<Record<string, () => unknown>> = {
      lens: () => LENS,
      implementation: () => IMPLEMENTATION,
      isGenuine: () => this.agreements.has(getAddress(String(first))),
      addressOf: () => cloneAddress(FACTORY, IMPLEMENTATION, String(first)),
      summaries: () => [first].flat().map((each) => summaryOf(this.agreements.get(getAddress(each)))),
      settle: () => undefined,
    };
    const answer = answers[call.name];
    if (answer === undefined) throw refused();
    const value = answer();
    return FACTORY_ABI.encodeFunctionResult(call.fragment, value === undefined ? [] : [value]);
  }

  #askLens(data: string): string {
    const call = LENS_ABI.parseTransaction({ data });
    const told = this.agreements.get(getAddress(String(call?.args[0])));
    if (call?.name !== "periodOf" || told === undefined) throw refused();
    const { periodStart, periodEnd, fee } = told.summary;
    return LENS_ABI.encodeFunctionResult("periodOf", [periodStart, periodEnd, fee, periodEnd]);
  }

  #askCommittee(data: string): string {
    const call = COMMITTEE_ABI.parseTransaction({ data });
    if (call?.name === "deliver") return COMMITTEE_ABI.encodeFunctionResult("deliver", [0]);
    const value = (this.committee as Record<string, unknown>)[call?.name ?? ""];
    if (call === null || value === undefined) throw refused();
    return COMMITTEE_ABI.encodeFunctionResult(call.fragment, [value]);
  }

  /** Includes a transaction at once, and does what it asks for. */
  take({ from, to, data, nonce, gasLimit, hash }: Transaction): string {
    const [sender, receiver] = [getAddress(from ?? ""), getAddress(to ?? "")];
    const count = this.#counts.get(sender) ?? 0;
    if (nonce !== count) throw new RpcError(-32_000, nonce < count ? "nonce too low" : "nonce too high");
    this.#counts.set(sender, count + 1);
    this.height += 1;
    this.taken.push({ from: sender, to: receiver, data, nonce, gas: gasLimit, hash: hash ?? "" });
    const before = this.#logs.length;
    const isDone = this.#act(receiver, data);
    this.#receipts.set(hash ?? "", {
      ...{
        transactionHash: hash,
        from: sender,
        to: receiver,
        blockHash: id(String(this.height)),
        contractAddress: null,
      },
      ...{ blockNumber: hex(this.height), transactionIndex: "0x0", status: isDone ? "0x1" : "0x0", gasUsed: "0x1" },
      ...{ cumulativeGasUsed: "0x1", effectiveGasPrice: "0x1", type: "0x0", logsBloom: `0x${"0".repeat(512)}` },
      logs: this.#logs.slice(before),
    });
    return hash ?? "";
  }

  #act(to: string, data: string): boolean {
    if (to === COMMITTEE) {
      const [packed] = COMMITTEE_ABI.decodeFunctionData("deliver", data).toArray() as [string];
      for (const report of unpacked(packed)) {
        if (this.#report(report)) continue;
        const values = [report.agreement, report.period, report.revision];
        const { data: said, topics } = COMMITTEE_ABI.encodeEventLog("ReportFailed", values);
        this.#logs.push(this.#log(COMMITTEE, said, topics));
      }
      return true;
    }
    if (to === FACTORY) {
      const [ended] = FACTORY_ABI.decodeFunctionData("settle", data).toArray() as [string[]];
      for (const each of ended) this.emit(getAddress(each), "Closed", [0n, this.now]);
      return true;
    }
    const [period, revision, measurements, evidence] = ESCROW_ABI.decodeFunctionData("report", data).toArray() as [
      bigint,
      bigint,
      BatchedReport["measurements"],
      string,
    ];
    return this.#report({ agreement: to, period, revision, measurements, evidence });
  }

  #report({ agreement, period, revision, measurements, evidence }: BatchedReport): boolean {
    const told = this.agreements.get(agreement);
    if (told === undefined || told.refusal !== undefined || told.state["stage"] === 3n) return false;
    const { deaf = 0 } = told;
    told.deaf = Math.max(0, deaf - 1);
    if (deaf > 0) return false;
    Object.assign(told.state, { stage: 3n, revision, reportedAt: this.now });
    this.emit(agreement, "Reported", [period, 0n, evidence, measurements]);
    return true;
  }

  #log(address: string, data: string, topics: string[]) {
    return {
      ...{ address, data, topics, blockNumber: hex(this.height), blockHash: id(String(this.height)), removed: false },
      ...{ transactionHash: id(`transaction ${this.height}`), transactionIndex: "0x0", logIndex: "0x0" },
    };
  }
}

const refused = (data = "0x") => new RpcError(3, "execution reverted", data);

function askAgreement(told: ToldAgreement, data: string, from?: string): string {
  const call = ESCROW_ABI.parseTransaction({ data });
  if (call === null) throw refused();
  if (call.name === "report") {
    if (told.refusal !== undefined) throw refused(told.refusal);
    if (from !== undefined && getAddress(from) !== told.state["oracle"]) throw refused();
    return "0x";
  }
  const answers: Readonly<Record<string, () => unknown>> = {
    terms: () => encodeTerms(told.terms),
    termsHash: () => termsHash(told.terms),
    state: () => filled(call.fragment.outputs[0]!, told.state),
    settle: () => undefined,
  };
  const answer = answers[call.name];
  if (answer === undefined) throw refused();
  const value = answer();
  return ESCROW_ABI.encodeFunctionResult(call.fragment, value === undefined ? [] : [value]);
}

function askToken(data: string): string {
  const name = TOKEN_ABI.parseTransaction({ data })?.name;
  if (name === undefined) throw refused();
  return TOKEN_ABI.encodeFunctionResult(name, [name === "symbol" ? "USDC" : 6]);
}

function summaryOf(told: ToldAgreement | undefined): unknown {
  const [output] = FACTORY_ABI.getFunction("summaries").outputs;
  const type = output!.arrayChildren!;
  return filled(type, told === undefined ? {} : { ...told.summary, state: told.state });
}

/** A value of `type` with `given` in it, and nought for the rest. */
function filled(type: ParamType, given: unknown): unknown {
  if (type.baseType === "tuple") {
    const values = (given ?? {}) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(type.components!.map((part) => [part.name, filled(part, values[part.name])]));
  }
  return given ?? AbiCoder.defaultAbiCoder().getDefaultValue([type])[0];
}

/** Reports as `packReports` lays them out. */
function unpacked(packed: string): BatchedReport[] {
  const reports: BatchedReport[] = [];
  let at = 0;
  const take = (bytes: number) => dataSlice(packed, at, (at += bytes));
  while (at < (packed.length - 2) / 2) {
    const agreement = getAddress(take(20));
    const [period, revision, count] = [toBigInt(take(1)), toBigInt(take(1)), Number(take(1))];
    const evidence = take(32);
    const measurements = Array.from({ length: count }, () => ({
      total: toBigInt(take(8)),
      bad: toBigInt(take(8)),
      excluded: toBigInt(take(8)),
    }));
    reports.push({ agreement, period, revision, measurements, evidence });
  }
  return reports;
}
