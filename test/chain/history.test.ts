import { expect } from "chai";
import { getAddress, id } from "ethers";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import type { Agreement } from "../../src/chain/agreement.ts";
import { eventsOf, lastOf, readClosed, readHistory, readLastReports } from "../../src/chain/history.ts";
import { answering, HangUp, RpcError } from "./answering.ts";
import { problemOf } from "./rejection.ts";

type Reading = Parameters<typeof readClosed>[0];

const ESCROW = ISLAEscrow__factory.createInterface();
const ADDRESS = `0x${"11".repeat(20)}`;
const CREATED = 1_000;

interface Filter {
  readonly address: string;
  readonly topics?: unknown[];
  readonly fromBlock: string;
  readonly toBlock: string;
}

const log = (block: number, data: string, topics: readonly string[]) => ({
  ...{ address: ADDRESS, data, topics, blockNumber: `0x${block.toString(16)}`, logIndex: "0x0", removed: false },
  ...{ transactionHash: id(`transaction ${block}`), blockHash: id(`block ${block}`), transactionIndex: "0x0" },
});

const funded = (block: number, amount: bigint) => {
  const { data, topics } = ESCROW.encodeEventLog("Funded", [amount]);
  return log(block, data, topics);
};

/** A chain of 2,000 blocks with a payment in each hundredth; its node answers at most `most` blocks at once. */
const chain = (most: number, latest = 2_000) => {
  const asked: [number, number][] = [];
  const filters: Filter[] = [];
  const node = {
    eth_blockNumber: () => `0x${latest.toString(16)}`,
    eth_getLogs: (filter: Filter) => {
      const [from, to] = [Number(filter.fromBlock), Number(filter.toBlock)];
      asked.push([from, to]);
      filters.push(filter);
      if (to - from + 1 > most) throw new RpcError(-32_005, `at most ${most} blocks`);
      const blocks = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((block) => block % 100 === 0);
      return blocks.map((block) => funded(block, BigInt(block)));
    },
  };
  return { node, asked, filters };
};

const readFrom = (answers: Parameters<typeof answering>[0], period?: bigint) =>
  answering(answers, (provider) =>
    readHistory({ provider, address: ADDRESS, factory: { block: CREATED } } as unknown as Agreement, period),
  );

const PAID = Array.from({ length: 11 }, (_, i) => BigInt(1_000 + 100 * i));

/** `chain` is what the node answers, and what it was asked. */
const amountsIn = async ({ node, asked, filters }: ReturnType<typeof chain>) => {
  const history = await readFrom(node);
  return { amounts: eventsOf(history, "Funded").map(({ amount }) => amount), asked, filters };
};

describe("an agreement's history", () => {
  it("is read in one go, from the factory's first block to the latest", async () => {
    const { amounts, asked, filters } = await amountsIn(chain(5_000));
    expect(amounts).to.deep.equal(PAID);
    expect(asked).to.deep.equal([[1_000, 2_000]]);
    expect(filters[0]).to.include({ address: ADDRESS });
    expect(filters[0]?.topics, "any").to.equal(undefined);
  });

  it("is read in smaller steps where the node limits the range, each block once", async () => {
    const { amounts, asked } = await amountsIn(chain(250));
    expect(amounts).to.deep.equal(PAID);
    expect(asked).to.deep.equal([
      [1_000, 2_000],
      [1_000, 1_249],
      [1_250, 1_499],
      [1_500, 1_749],
      [1_750, 1_999],
      [2_000, 2_000],
    ]);
  });

  it("is not asked for in steps of less than 64 blocks", async () => {
    const { amounts, asked } = await amountsIn(chain(64));
    expect(amounts).to.deep.equal(PAID);
    expect(asked.slice(0, 4)).to.deep.equal([
      [1_000, 2_000],
      [1_000, 1_249],
      [1_000, 1_063],
      [1_064, 1_127],
    ]);
    const { node, asked: tried } = chain(63);
    expect((await problemOf(readFrom(node))).message).to.equal("The node refused: at most 63 blocks.");
    expect(tried).to.deep.equal([
      [1_000, 2_000],
      [1_000, 1_249],
      [1_000, 1_063],
    ]);
  });

  it("of a chain that is one block long is one block", async () => {
    expect((await amountsIn(chain(5_000, CREATED))).asked).to.deep.equal([[1_000, 1_000]]);
  });

  it("is not asked for again and again when the node is gone", async () => {
    let asked = 0;
    const gone = {
      eth_blockNumber: () => "0x7d0",
      eth_getLogs: () => {
        ++asked;
        throw new HangUp();
      },
    };
    expect((await problemOf(readFrom(gone))).code).to.equal("chain.unreachable");
    expect(asked).to.equal(1);
  });

  it("of one period has the events that name it, its revision from the one before", async () => {
    const event = (name: "Reported" | "Revised", block: number, values: readonly unknown[]) => {
      const { data, topics } = ESCROW.encodeEventLog(name, values);
      return log(block, data, topics);
    };
    const counts = [{ total: 100n, bad: 1n, excluded: 0n }];
    const report = (block: number, period: bigint) =>
      event("Reported", block, [period, 7n, `0x${"ab".repeat(32)}`, counts]);
    const logs = [
      funded(1_100, 5n),
      report(1_200, 3n),
      report(1_300, 4n),
      event("Revised", 1_310, [4n, 1n]),
      report(1_310, 4n),
    ];
    const history = await readFrom({ eth_blockNumber: () => "0x7d0", eth_getLogs: () => logs }, 4n);
    const reports = eventsOf(history, "Reported").map(({ period, revision }) => ({ period, revision }));
    expect(reports).to.deep.equal([
      { period: 4n, revision: 0n },
      { period: 4n, revision: 1n },
    ]);
    expect(history.every(({ name }) => name === "Reported")).to.equal(true);
  });

  it("has each event with its place, and leaves out what no agreement says", async () => {
    const [first, second] = [funded(1_200, 5n), funded(1_300, 6n)];
    const foreign = log(1_250, "0x", [id("Transfer(address)")]);
    const history = await readFrom({ eth_blockNumber: () => "0x7d0", eth_getLogs: () => [first, foreign, second] });
    expect(history.map(({ name, block, transaction }) => ({ name, block, transaction }))).to.deep.equal([
      { name: "Funded", block: 1_200, transaction: id("transaction 1200") },
      { name: "Funded", block: 1_300, transaction: id("transaction 1300") },
    ]);
    expect(history[0]?.values).to.include({ amount: 5n });
  });

  it("answers the last event of a name, and only those of it", async () => {
    const { data, topics } = ESCROW.encodeEventLog("Accepted", [1n, ADDRESS]);
    const logs = [funded(1_200, 5n), funded(1_210, 6n), log(1_220, data, topics)];
    const history = await readFrom({ eth_blockNumber: () => "0x7d0", eth_getLogs: () => logs });
    expect(lastOf(history, "Funded")).to.include({ amount: 6n });
    expect(lastOf(history, "Accepted")).to.include({ seat: 1n });
    expect(eventsOf(history, "Accepted")).to.have.length(1);
    expect(lastOf(history, "Closed")).to.equal(undefined);
  });
});

describe("what many agreements said", () => {
  /** The address of agreement number `i`. */
  const agreement = (i: number) => getAddress(`0x${(i + 1).toString(16).padStart(40, "0")}`);
  const said = (
    i: number,
    block: number,
    name: "Reported" | "Revised" | "Closed" | "Funded",
    values: readonly unknown[],
  ) => {
    const { data, topics } = ESCROW.encodeEventLog(name, values);
    return { ...log(block, data, topics), address: agreement(i) };
  };
  const topic = (name: "Reported" | "Revised" | "Closed") => ESCROW.getEvent(name).topicHash;

  /** A node that finds what is asked for, as nodes do; and the addresses of each question. */
  async function asking<T>(logs: readonly ReturnType<typeof said>[], work: (factory: Reading) => Promise<T>) {
    const asked: { address: string[]; topics: string[][]; fromBlock: string }[] = [];
    const node = {
      eth_blockNumber: () => "0x7d0",
      eth_getLogs: ({
        address,
        ...filter
      }: Omit<(typeof asked)[number], "address"> & { address: string | string[] }) => {
        // one address is sent without a list
        const addresses = [address].flat().map((each) => getAddress(each));
        asked.push({ address: addresses, ...filter });
        return logs.filter(
          (each) => addresses.includes(each.address) && filter.topics[0]?.includes(each.topics[0] ?? ""),
        );
      },
    };
    const found = await answering(node, (provider) => work({ provider, block: CREATED }));
    return { found, asked };
  }

  it("is the revision of each period's last report, a hundred agreements a question", async () => {
    const counts = [{ total: 100n, bad: 1n, excluded: 0n }];
    const report = (i: number, block: number, period: bigint) =>
      said(i, block, "Reported", [period, 7n, `0x${"ab".repeat(32)}`, counts]);
    const logs = [
      report(0, 1_100, 3n),
      report(0, 1_200, 4n),
      said(0, 1_210, "Revised", [4n, 1n]),
      report(0, 1_210, 4n),
      report(100, 1_300, 3n),
      said(5, 1_400, "Funded", [7n]),
    ];
    const references = Array.from({ length: 101 }, (_, i) => ({ agreement: agreement(i), period: 4n }));
    const { found, asked } = await asking(logs, (factory) => readLastReports(factory, references));
    expect([...found]).to.deep.equal([
      [`${agreement(0)}/3`, 0n],
      [`${agreement(0)}/4`, 1n],
      [`${agreement(100)}/3`, 0n],
    ]);
    expect(asked.map(({ address }) => address.length)).to.deep.equal([100, 1]);
    expect(asked[0]).to.deep.include({ topics: [[topic("Reported"), topic("Revised")]], fromBlock: "0x3e8" });
    expect((await asking(logs, (factory) => readLastReports(factory, []))).asked).to.deep.equal([]);
  });

  it("is which of them are closed, a hundred a question", async () => {
    const logs = [
      said(7, 1_100, "Closed", [0n, 0n]),
      said(3, 1_200, "Funded", [7n]),
      said(100, 1_300, "Closed", [0n, 0n]),
    ];
    const all = Array.from({ length: 101 }, (_, i) => agreement(i));
    const { found, asked } = await asking(logs, (factory) => readClosed(factory, all));
    expect([...found]).to.deep.equal([agreement(7), agreement(100)]);
    expect(asked.map(({ address }) => address.length)).to.deep.equal([100, 1]);
    expect(asked[1]).to.deep.include({ topics: [[topic("Closed")]], fromBlock: "0x3e8" });
    expect((await asking(logs, (factory) => readClosed(factory, []))).asked).to.deep.equal([]);
    expect((await asking(logs, (factory) => readClosed(factory, all.slice(0, 100)))).asked).to.have.length(1);
  });
});
