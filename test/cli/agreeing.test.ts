import { expect } from "chai";
import { getAddress, id, zeroPadValue } from "ethers";
import type { Agreement } from "../../src/chain/agreement.ts";
import type { Chain } from "../../src/chain/connect.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { readConsent } from "../../src/cli/consents.ts";
import { missingMoney, payInstructions } from "../../src/cli/pay.ts";
import { refuseRepeat } from "../../src/cli/repeat.ts";
import { UpheldError } from "../../src/errors.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { answering, blockOf, type Answers } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const [ADDRESS, TOKEN, OTHER] = ["ab", "cd", "ef"].map((byte) => getAddress(`0x${byte.repeat(20)}`)) as [
  string,
  string,
  string,
];
const hex = (value: number | bigint) => `0x${value.toString(16)}`;

const agreementOf = (more: Partial<Agreement> = {}) =>
  ({
    ...{ address: ADDRESS, terms: sampleTerms(), token: { address: TOKEN, symbol: "USDC", decimals: 6 } },
    ...more,
  }) as unknown as Agreement;

describe("a consent on the command line", () => {
  const standing = { period: 3n, revision: 2n };
  const disputes: Partial<Agreement> = {
    dispute: (k) => Promise.resolve({ isOpen: k === 1n, revision: 7n } as Awaited<ReturnType<Agreement["dispute"]>>),
  };
  const read = (kind: "credit" | "oracle" | "arbiter" | "end", value: string, period?: bigint, revision?: bigint) =>
    readConsent({ kind, value, period, revision }, agreementOf(disputes), standing);

  it("to a credit is about the standing report unless another is named", async () => {
    const credit = { kind: "credit", credit: 1_500_000n };
    expect(await read("credit", "1.50")).to.deep.equal({ ...credit, period: 3n, revision: 2n });
    expect(await read("credit", "1.50", 3n, 255n)).to.deep.equal({ ...credit, period: 3n, revision: 255n });
    expect(await read("credit", "1.50", 1n)).to.deep.equal({ ...credit, period: 1n, revision: 7n });
    expect(await read("credit", "1.50", 2n, 0n)).to.deep.equal({ ...credit, period: 2n, revision: 0n });
  });

  it("to a credit needs a period that is open", async () => {
    expect(await problemOf(read("credit", "1.50", 2n))).to.deep.equal({
      code: "agree.not-open",
      message: "Period 2 is neither awaiting its end nor disputed: no credit can be agreed for it.",
      hint: "`upheld status` shows where the agreement stands.",
    });
  });

  it("to another oracle or arbiter names an account", async () => {
    for (const kind of ["oracle", "arbiter"] as const) {
      expect(await read(kind, OTHER.toLowerCase())).to.deep.equal({ kind, account: OTHER });
      expect((await problemOf(read(kind, "0x12"))).message).to.equal(
        `${kind === "oracle" ? "Oracle" : "Arbiter"} "0x12": not an address (0x and 40 hex digits, with a right checksum).`,
      );
    }
  });

  it("to an end names a time", async () => {
    expect(await read("end", "2025-03-01")).to.deep.equal({ kind: "end", end: 1_740_787_200n });
    expect((await problemOf(read("end", "2025-02-30"))).message).to.equal('End "2025-02-30": no such day.');
  });
});

describe("what is missing of the money", () => {
  const missing = (phase: bigint, state: object) =>
    missingMoney(agreementOf(), {
      phase,
      state: { balance: 0n, unabsorbed: 0n, owed: 0n, committed: 0n, ...state },
    } as unknown as SummaryStructOutput);

  it("in a draft is the first fee", () => {
    expect(missing(1n, {})).to.equal(1_000_000_000n);
    expect(missing(1n, { balance: 600_000_000n, unabsorbed: 300_000_000n })).to.equal(100_000_000n);
    expect(missing(1n, { balance: 1_000_000_000n })).to.equal(0n);
    expect(missing(1n, { balance: 1_000_000_001n })).to.equal(0n);
    expect(missing(1n, { owed: 5n, committed: 5n })).to.equal(1_000_000_000n);
  });

  it("in an active agreement is what is owed and committed", () => {
    expect(missing(2n, { owed: 5n, committed: 7n })).to.equal(12n);
    expect(missing(2n, { committed: 7n, balance: 4n, unabsorbed: 2n })).to.equal(1n);
  });

  it("is nothing when it is over", () => {
    expect([missing(3n, { owed: 5n }), missing(4n, { committed: 5n })]).to.deep.equal([0n, 0n]);
  });
});

describe("how to pay from any wallet", () => {
  it("names the amount, the token, the network and the agreement, as text and as a QR code", () => {
    const chain = { network: networkNamed("base-sepolia") } as Chain;
    const { data, text } = payInstructions(chain, agreementOf(), 1_234_500_000n);
    const uri = `ethereum:${TOKEN}@84532/transfer?address=${ADDRESS}&uint256=1234500000`;
    expect(data).to.deep.equal({
      instructions: {
        ...{ network: "base-sepolia", chainId: 84_532n, token: TOKEN, to: ADDRESS, units: 1_234_500_000n },
        ...{ amount: "1234.50", uri },
      },
      transactions: [],
    });
    expect(text.slice(0, 5)).to.deep.equal([
      "Send exactly 1,234.50 USDC",
      "  network         base-sepolia (chain 84532); on any other network the money is lost",
      `  token contract  ${TOKEN}`,
      `  to              ${ADDRESS}`,
      "",
    ]);
    expect(text[5])
      .to.match(/^[ ▀▄█\n]+$/)
      .and.not.match(/\n$/);
    expect(text[5]?.split("\n").length).to.be.greaterThan(20);
    expect(text.slice(6)).to.deep.equal([
      uri,
      "",
      "It counts as soon as it has arrived. A bond is never sent this way: it is pulled by `accept` or `bond`.",
    ]);
  });
});

describe("the same amount twice", () => {
  const AMOUNT = 5_000_000n;
  const NOW = 1_740_787_200;
  const log = (amount: bigint, block: number) => ({
    ...{ address: TOKEN, data: `0x${amount.toString(16).padStart(64, "0")}`, topics: [] },
    ...{ blockNumber: hex(block), logIndex: "0x0", transactionIndex: "0x0", removed: false },
    ...{ transactionHash: id(`in block ${block}`), blockHash: id(String(block)) },
  });

  /** A chain of `latest` blocks, of which the last but one is `age` seconds old. */
  const chain = (latest: number, age: number, logs: unknown[], asked: unknown[] = []): Answers => ({
    eth_blockNumber: () => hex(latest),
    eth_getLogs: (filter: unknown) => {
      asked.push(filter);
      return logs;
    },
    eth_getBlockByNumber: (block: string) => blockOf(Number(block), Number(block) === latest ? NOW : NOW - age),
  });
  const asked = (answers: Answers) =>
    answering(answers, (provider) =>
      refuseRepeat(agreementOf({ provider }), { from: OTHER, to: ADDRESS, amount: AMOUNT }),
    );

  it("within an hour is refused, with what moved when", async () => {
    const filters: unknown[] = [];
    const answers = chain(1_000, 3_600, [log(AMOUNT, 900), log(AMOUNT, 950), log(AMOUNT + 1n, 960)], filters);
    expect(await problemOf(asked(answers))).to.deep.equal({
      code: "repeat.same-amount",
      message: `5.00 USDC moved from ${OTHER} to ${ADDRESS} just now, 28 Feb 2025 23:00 UTC: ${id("in block 950")}.`,
      hint: "If that was this job's first run, all is done. To move it once more, add --again.",
    });
    expect(filters).to.deep.equal([
      {
        ...{ address: TOKEN.toLowerCase(), fromBlock: hex(700), toBlock: hex(1_000) },
        topics: [
          id("Transfer(address,address,uint256)"),
          zeroPadValue(OTHER.toLowerCase(), 32),
          zeroPadValue(ADDRESS.toLowerCase(), 32),
        ],
      },
    ]);
  });

  it("is taken when it is older, or was another amount", async () => {
    await asked(chain(1_000, 3_601, [log(AMOUNT, 900)]));
    await asked(chain(1_000, 10, [log(AMOUNT - 1n, 900)]));
    await asked(chain(1_000, 10, []));
  });

  it("is looked for from the first block of a young chain", async () => {
    const filters: unknown[] = [];
    await asked(chain(300, 10, [], filters));
    await asked(chain(12, 10, [], filters));
    expect(filters.map((filter) => (filter as { fromBlock: string }).fromBlock)).to.deep.equal(["0x0", "0x0"]);
  });

  it("cannot be looked for when the node does not answer", async () => {
    const error = await asked({}).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(UpheldError);
  });
});
