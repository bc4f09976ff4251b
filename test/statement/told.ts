/** Stories as the chain answered them, kept as text: to be read again where there is no chain. */
import { readFileSync } from "node:fs";
import { id, type JsonRpcProvider } from "ethers";
import { Agreement } from "../../src/chain/agreement.ts";
import { Factory } from "../../src/chain/factory.ts";
import { blockTimes } from "../../src/chain/block-times.ts";
import { decodeTerms, encodeTerms } from "../../src/terms/codec.ts";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import { blockOf, type Answers } from "../chain/answering.ts";
import { AGREEMENT, agreedChain, FACTORY } from "../cli/agreed-chain.ts";

/**
 * Of the first hundred, those in which most happens that in no other of them did; and two that once showed a fault: a
 * bond made whole after the month whose credit is taken from it, and a client who disputed first before a call told later
 * that both stakes went back.
 */
export const KEPT = [4, 35, 39, 52, 59, 91, 310_734, 860_324];
export const TOLD = new URL("told.txt", import.meta.url);

/** One moment at which the agreement was looked at. */
export interface Look {
  /** The latest block, and its time. */
  readonly block: number;
  readonly now: bigint;
  /** What the chain answered to `state()`. */
  readonly state: string;
  /** And to `chronicPeriods(rule)`, for each rule. */
  readonly chronic: readonly bigint[];
}

export interface ToldLog {
  readonly block: number;
  /** The block's time. */
  readonly time: bigint;
  readonly transaction: string;
  readonly topics: readonly string[];
  readonly data: string;
}

export interface ToldStory {
  readonly seed: number;
  readonly terms: string;
  readonly logs: readonly ToldLog[];
  readonly looks: readonly Look[];
}

/** A line for the terms, for each log and for each look. */
export function writeStory({ seed, terms, logs, looks }: ToldStory): string {
  const lines = [
    `story ${seed} ${terms}`,
    ...logs.map(
      ({ block, time, transaction, topics, data }) => `log ${block} ${time} ${transaction} ${topics.join(",")} ${data}`,
    ),
    ...looks.map(({ block, now, state, chronic }) => `look ${block} ${now} ${state} ${chronic.join(",")}`),
  ];
  return `${lines.map(short).join("\n")}\n`;
}

/** Without zeros that can be put back: a third. */
const short = (line: string): string => line.replaceAll(/0{4,}/g, (zeros) => `(${zeros.length})`);
const long = (line: string): string => line.replaceAll(/\((\d+)\)/g, (_, count: string) => "0".repeat(Number(count)));

/** All stories that are kept. */
export function readStories(): ToldStory[] {
  const stories = readFileSync(TOLD, "utf8").split(/^(?=story )/m);
  return stories.map((text) => {
    const lines = text.trimEnd().split("\n").map(long);
    const [head = []] = wordsIn(lines, "story");
    return {
      seed: Number(head[0]),
      terms: head[1] ?? "",
      logs: wordsIn(lines, "log").map(([block, time = "", transaction = "", topics = "", data = ""]) => {
        return { block: Number(block), time: BigInt(time), transaction, topics: topics.split(","), data };
      }),
      looks: wordsIn(lines, "look").map(([block, now = "", state = "", chronic = ""]) => {
        const rules = chronic === "" ? [] : chronic.split(",").map(BigInt);
        return { block: Number(block), now: BigInt(now), state, chronic: rules };
      }),
    };
  });
}

const wordsIn = (lines: readonly string[], kind: string): string[][] =>
  lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(" ").slice(1));

const TOKEN = `0x${"55".repeat(20)}`;
const ESCROW = ISLAEscrow__factory.createInterface();
const hex = (value: number): string => `0x${value.toString(16)}`;

/** A node that has a story's logs up to a look, and answers as the chain did then. */
export function nodeAt({ terms, logs }: Pick<ToldStory, "terms" | "logs">, look: Look): Answers {
  const chain = agreedChain(decodeTerms(terms)) as Record<string, (...params: unknown[]) => unknown>;
  const timeOf = new Map(logs.map(({ block, time }) => [block, time]));
  return {
    ...chain,
    eth_blockNumber: () => hex(look.block),
    eth_getBlockByNumber: (number: string) => {
      const time = number === "latest" ? look.now : (timeOf.get(Number(number)) ?? look.now);
      return blockOf(number === "latest" ? look.block : Number(number), Number(time));
    },
    eth_getLogs: ({ address }: { address: string }) =>
      address.toLowerCase() === AGREEMENT.toLowerCase()
        ? logs.filter(({ block }) => block <= look.block).map(logAsNode)
        : [],
    eth_call: (...params: unknown[]) => {
      const [{ to, data }] = params as [{ to: string; data: string }];
      if (to.toLowerCase() === AGREEMENT.toLowerCase()) {
        const call = ESCROW.parseTransaction({ data });
        if (call?.name === "state") return look.state;
        if (call?.name === "chronicPeriods") {
          return ESCROW.encodeFunctionResult("chronicPeriods", [look.chronic[Number(call.args[0])]]);
        }
      }
      return chain["eth_call"]?.(...params);
    },
  };
}

const logAsNode = ({ block, transaction, topics, data }: ToldLog, i: number) => ({
  ...{ address: AGREEMENT, data, topics, blockNumber: hex(block), logIndex: hex(i), removed: false },
  ...{ transactionHash: id(transaction), blockHash: id(`block ${block}`), transactionIndex: "0x0" },
});

/** The agreement that such a node has. */
export const openOn = async (provider: JsonRpcProvider): Promise<Agreement> =>
  Agreement.at(await Factory.at(provider, FACTORY), AGREEMENT);

/** Reads from the chain what is kept of it; the agreement's and the token's addresses become those of the node above. */
export function readingOf(provider: JsonRpcProvider) {
  const placed = (text: string, { address, terms }: Agreement) =>
    [
      [address, AGREEMENT],
      [terms.token, TOKEN],
    ].reduce((all, [from = "", to = ""]) => all.replaceAll(bare(from), bare(to)), text.toLowerCase());
  return {
    async look(agreement: Agreement, now: bigint): Promise<Look> {
      const [block, state, chronic] = await Promise.all([
        provider.getBlockNumber(),
        provider.call({ to: agreement.address, data: ESCROW.encodeFunctionData("state") }),
        Promise.all(agreement.terms.chronic.map((_, rule) => agreement.chronicPeriods(rule))),
      ]);
      return { block, now, state: placed(state, agreement), chronic };
    },
    async story(agreement: Agreement): Promise<Pick<ToldStory, "terms" | "logs">> {
      const timeOf = blockTimes(provider);
      const logs = await provider.getLogs({ address: agreement.address, fromBlock: 0 });
      const transactions = [...new Set(logs.map(({ transactionHash }) => transactionHash))];
      return {
        terms: placed(encodeTerms(agreement.terms), agreement),
        logs: await Promise.all(
          logs.map(async ({ blockNumber: block, transactionHash, topics, data }) => ({
            ...{ block, time: await timeOf(block), transaction: String(transactions.indexOf(transactionHash)) },
            ...{ topics: topics.map((topic) => placed(topic, agreement)), data: placed(data, agreement) },
          })),
        ),
      };
    },
  };
}

const bare = (address: string): string => address.slice(2).toLowerCase();
