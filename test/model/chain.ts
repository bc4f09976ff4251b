/** The real contracts on Hardhat's chain, spoken to as directly as possible: a campaign makes a hundred thousand calls. */
import { Result } from "ethers";
import { CONSENTS, EXITS, numberOf, RULINGS, SEATS } from "../../src/chain/enums.ts";
import { allErrors } from "../../src/chain/abi.ts";
import type { Agreement, Consent } from "../../src/model/agreement.ts";
import type { Call, Moment } from "../../src/model/calls.ts";
import type { Refused } from "../../src/model/refusal.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import {
  ISLAEscrow__factory,
  ISLAFactory__factory,
  Readings__factory,
  TestUSD__factory,
} from "../../typechain-types/index.ts";
import { ethers, loadFixture, NO_EVIDENCE, world } from "../support/fixture.ts";
import { ACTORS, type Actor, POOR, RICHES, type Setting } from "./cast.ts";

const ESCROW = ISLAEscrow__factory.createInterface();
const FACTORY = ISLAFactory__factory.createInterface();
const TOKEN = TestUSD__factory.createInterface();
const READINGS = Readings__factory.createInterface();
const ERRORS = allErrors();
const GAS = "0xe4e1c0"; // 15 M: 240 forgotten periods fit

export async function setting(): Promise<Setting> {
  return loadFixture(fresh);
}

async function fresh(): Promise<Setting> {
  const w = await world();
  const foreign = await ethers.deployContract("TestUSD");
  const readings = await ethers.deployContract("Readings");
  for (const name of ACTORS) {
    await w.usdToken.mint(w[name].address, name === "newcomer" ? POOR : RICHES);
    await foreign.mint(w[name].address, RICHES);
  }
  return {
    addresses: Object.fromEntries(ACTORS.map((name) => [name, w[name].address])) as Record<Actor, string>,
    token: await w.usdToken.getAddress(),
    foreign: await foreign.getAddress(),
    factory: await w.factory.getAddress(),
    readings: await readings.getAddress(),
  };
}

const rpc = (method: string, ...params: unknown[]): Promise<unknown> => ethers.provider.send(method, params);

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** When every story begins: a day after the chain's first block, whatever the set-up took. */
export const BEGINNING = BigInt(Date.parse("2024-12-11T00:00:00Z") / 1000);

/** The agreement of `terms`, made on the chain; everybody has approved everything. Answers its address. */
export async function create({ factory, token, addresses }: Setting, terms: Terms): Promise<string> {
  const packed = encodeTerms(terms);
  await send(BEGINNING, addresses.stranger, factory, FACTORY.encodeFunctionData("create", [packed]));
  const asked = FACTORY.encodeFunctionData("addressOf", [packed]);
  const answer = (await rpc("eth_call", { to: factory, data: asked }, "latest")) as string;
  const [address] = FACTORY.decodeFunctionResult("addressOf", answer) as unknown as [string];
  const data = TOKEN.encodeFunctionData("approve", [address, ethers.MaxUint256]);
  for (const name of ACTORS) await send(BEGINNING, addresses[name], token, data);
  return address;
}

async function send(now: bigint, from: string, to: string, data: string): Promise<void> {
  await rpc("evm_setNextBlockTimestamp", hex(now));
  await rpc("eth_sendTransaction", { from, to, data, gas: GAS });
}

/** Makes `call` in a block of exactly its time. Answers why it was refused. */
export async function perform(a: Agreement, call: Call, { by, now }: Moment): Promise<Refused | undefined> {
  const to = call.name === "transfer" ? call.token : a.address;
  try {
    await send(now, by, to, dataOf(a, call));
    return undefined;
  } catch (error) {
    return refusedBy(error);
  }
}

/** Lets time pass: a block without a call. */
export async function wait(now: bigint): Promise<void> {
  await rpc("evm_setNextBlockTimestamp", hex(now));
  await rpc("evm_mine");
}

function refusedBy(error: unknown): Refused {
  const data = dataIn(error);
  if (data === undefined) throw error;
  const parsed = ERRORS.parseError(data);
  if (parsed === null) return { name: `data ${data}`, args: [] };
  return { name: parsed.name, args: parsed.args.toArray() as (bigint | string)[] };
}

/** Revert data; the node's client wraps it. */
function dataIn(error: unknown): string | undefined {
  for (let inner = error; typeof inner === "object" && inner !== null; inner = (inner as { cause?: unknown }).cause) {
    const { data } = inner as { data?: unknown };
    if (typeof data === "string") return data;
    const nested = (data as { data?: unknown } | undefined)?.data;
    if (typeof nested === "string") return nested;
  }
  return undefined;
}

export const structOf = ({ kind, ...rest }: Consent) => ({ kind: numberOf(CONSENTS, kind), ...rest });

function dataOf(a: Agreement, call: Call): string {
  switch (call.name) {
    case "transfer":
      return TOKEN.encodeFunctionData("transfer", [a.address, call.amount]);
    case "accept":
      return ESCROW.encodeFunctionData("accept", [call.termsHash]);
    case "fund":
      return ESCROW.encodeFunctionData("fund", [call.amount]);
    case "report":
    case "dispute":
      return ESCROW.encodeFunctionData(call.name as "report", [
        call.period,
        call.revision,
        [...call.measurements],
        NO_EVIDENCE,
      ]);
    case "rule":
      return ESCROW.encodeFunctionData("rule", [call.period, numberOf(RULINGS, call.ruling)]);
    case "agree":
      return ESCROW.encodeFunctionData("agree", [structOf(call.consent), call.expiry]);
    case "revoke":
      return ESCROW.encodeFunctionData("revoke", [structOf(call.consent)]);
    case "claim":
      return ESCROW.encodeFunctionData("claim", [call.to]);
    case "withdraw":
      return ESCROW.encodeFunctionData("withdraw", [call.to, call.amount]);
    case "terminate":
      return ESCROW.encodeFunctionData("terminate", [numberOf(EXITS, call.exit)]);
    case "offerSeat":
      return ESCROW.encodeFunctionData("offerSeat", [call.to]);
    case "takeSeat":
      return ESCROW.encodeFunctionData("takeSeat", [numberOf(SEATS, call.seat), call.leastBalance, call.latestEnd]);
    case "sweep":
      return ESCROW.encodeFunctionData("sweep", [call.token]);
    case "sync":
    case "settle":
    case "postBond":
      return ESCROW.encodeFunctionData(call.name as "sync");
  }
}

// ------------------------------------------------------------------------------------------------------- views

/** One view to ask, and how to read its answer. */
export interface Question {
  readonly what: string;
  readonly to: string;
  readonly data: string;
  read(answer: string): unknown;
}

/** Structs as objects. */
const plain = (value: unknown): unknown => (value instanceof Result ? value.toObject(true) : value);

type View = "state" | "disputeOf" | "chronicPeriods" | "consentOf" | "seatOffer";

export function ask(a: Agreement, what: string, view: View, ...args: unknown[]): Question {
  return {
    what,
    to: a.address,
    data: ESCROW.encodeFunctionData(view as "state", args as never),
    read: (answer) => plain(ESCROW.decodeFunctionResult(view as "state", answer)[0]),
  };
}

const BALANCE_OF = TOKEN.getFunction("balanceOf").selector;

export const askBalance = (what: string, token: string, holder: string): Question => ({
  what,
  to: token,
  data: BALANCE_OF + holder.slice(2).padStart(WORD, "0"),
  read: (answer) => BigInt(answer),
});

/** All answers as of the latest block, and its time. */
export async function answers(readings: string, questions: readonly Question[]): Promise<[bigint, unknown[]]> {
  const data = readCall(questions);
  const raw = (await rpc("eth_call", { to: readings, data, gas: "0x1000000" }, "latest")) as string;
  const [time, list] = readAnswer(raw.slice(2));
  return [time, questions.map((question, i) => question.read(list[i] as string))];
}

// By hand, a quarter of a campaign's time less: words of 64 digits.
const READ = READINGS.getFunction("read").selector;
const WORD = 64;
const word = (value: number): string => value.toString(16).padStart(WORD, "0");
const padded = (digits: string): string => digits.padEnd(Math.ceil(digits.length / WORD) * WORD, "0");

function readCall(questions: readonly Question[]): string {
  const count = questions.length;
  const targets = questions.map(({ to }) => to.slice(2).toLowerCase().padStart(WORD, "0"));
  const calls = questions.map(({ data }) => word(data.length / 2 - 1) + padded(data.slice(2)));
  let next = 32 * count;
  const offsets = calls.map((call) => {
    const offset = next;
    next += call.length / 2;
    return word(offset);
  });
  const head = [word(64), word(64 + 32 * (count + 1)), word(count), ...targets, word(count), ...offsets];
  return READ + [...head, ...calls].join("");
}

function readAnswer(digits: string): [time: bigint, answers: string[]] {
  const numberAt = (byte: number) => Number(`0x${digits.slice(2 * byte, 2 * byte + WORD)}`);
  const list = numberAt(32) + 32;
  const answers = Array.from({ length: numberAt(list - 32) }, (_, i) => {
    const start = list + numberAt(list + 32 * i);
    return `0x${digits.slice(2 * start + WORD, 2 * (start + 32 + numberAt(start)))}`;
  });
  return [BigInt(`0x${digits.slice(0, WORD)}`), answers];
}
