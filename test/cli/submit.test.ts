import { expect } from "chai";
import { getAddress, ZeroAddress, type JsonRpcProvider } from "ethers";
import type { Chain } from "../../src/chain/connect.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import type { PreparedTransaction } from "../../src/chain/transaction.ts";
import type { Io } from "../../src/cli/io.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { Output } from "../../src/cli/output.ts";
import { askFirst, submit, type Plan, type Submitter } from "../../src/cli/submit.ts";
import { answering, blockOf, RpcError, type Answers } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { listening } from "./answer.ts";

const [CLIENT, PROVIDER, TO] = ["a", "b", "c"].map((digit) => getAddress(`0x${digit.repeat(40)}`)) as [
  string,
  string,
  string,
];
const HASH = `0x${"12".repeat(32)}`;
const GWEI = 10n ** 9n;
const hex = (value: bigint | number) => `0x${value.toString(16)}`;

const first: PreparedTransaction = { to: TO, data: "0x01", value: 1n, description: "do one thing" };
const second: PreparedTransaction = { to: TO, data: "0x02", value: 0n, description: "do another" };
const planOf = (accounts: string[], transactions = [first, second], preferred?: string): Plan => ({
  need: { who: "the client", accounts, ...(preferred === undefined ? {} : { preferred }) },
  transactions: () => transactions,
});

/** A chain on which a unit of gas costs a gwei, and a transaction takes 100,000 of them and is in at once. */
function node({ failing = "" } = {}): Answers {
  let sent = 0;
  return {
    eth_accounts: () => [CLIENT],
    eth_estimateGas: ({ data }: { data: string }) => {
      if (data === failing) throw new RpcError(3, "execution reverted", "0x");
      return hex(100_000);
    },
    eth_gasPrice: () => hex(GWEI),
    eth_getBlockByNumber: () => blockOf(7),
    eth_getBalance: () => hex(10n ** 18n),
    eth_getTransactionCount: () => hex(sent),
    eth_blockNumber: () => hex(7),
    eth_sendTransaction: () => {
      ++sent;
      return HASH;
    },
    eth_getTransactionByHash: () => ({
      ...{ hash: HASH, from: CLIENT, to: TO, nonce: "0x0", value: "0x0", gas: "0x1", gasPrice: "0x1", input: "0x" },
      ...{ blockHash: HASH, blockNumber: hex(7), transactionIndex: "0x0", type: "0x0", chainId: hex(31_337) },
      ...{ r: `0x${"1".repeat(64)}`, s: `0x${"1".repeat(64)}`, v: "0x1b" },
    }),
    eth_getTransactionReceipt: () => ({
      ...{ transactionHash: HASH, from: CLIENT, to: TO, blockHash: HASH, blockNumber: hex(7), transactionIndex: "0x0" },
      ...{ status: "0x1", gasUsed: hex(90_000), cumulativeGasUsed: hex(90_000), effectiveGasPrice: "0x1" },
      ...{ logs: [], logsBloom: `0x${"0".repeat(512)}`, contractAddress: null, type: "0x0" },
    }),
  };
}

interface Around {
  readonly options?: Partial<CommonOptions>;
  readonly network?: string;
  readonly io?: Partial<Io>;
  readonly answers?: Answers;
}

/** Submits `plan`; answers what came of it, and what was said meanwhile. */
function submitted(plan: Plan, { options = {}, network = "local", io = {}, answers = node() }: Around = {}) {
  return answering(answers, async (provider, asked) => {
    const { io: listener, heard } = listening(io);
    const submitter: Submitter = {
      chain: chainOf(provider, network),
      options: options as CommonOptions,
      output: new Output(listener, false),
    };
    const result = await submit(submitter, plan);
    return { ...result, heard, methods: asked.map(({ method }) => method) };
  });
}

const chainOf = (provider: JsonRpcProvider, name: string): Chain => ({
  ...{ provider, network: networkNamed(name), isLocal: name === "local", rpc: "", host: "" },
});

describe("a plan as calldata", () => {
  const options = { calldata: true };

  it("is for whom it is needed of, and asks the chain nothing", async () => {
    const { data, text, sent, methods } = await submitted(planOf([CLIENT]), { options, network: "base-sepolia" });
    expect(data).to.deep.equal({ chainId: 84_532n, signer: [CLIENT], transactions: [first, second] });
    expect(text).to.deep.equal([
      "To be signed by the client on base-sepolia, in this order:",
      ...["1. do one thing", `   to     ${TO}`, "   value  1", "   data   0x01"],
      ...["2. do another", `   to     ${TO}`, "   value  0", "   data   0x02"],
    ]);
    expect({ sent, methods }).to.deep.equal({ sent: [], methods: [] });
  });

  it("is made for the account named, else for the only one, the preferred one, or nobody", async () => {
    const senders = async (accounts: string[], from?: string, preferred?: string) => {
      const senders: string[] = [];
      const plan: Plan = {
        ...planOf(accounts, [], preferred),
        transactions: (sender) => {
          senders.push(sender);
          return [];
        },
      };
      await submitted(plan, { options: from === undefined ? options : { ...options, from } });
      return senders;
    };
    expect(await senders([CLIENT, PROVIDER], PROVIDER, TO)).to.deep.equal([PROVIDER]);
    expect(await senders([CLIENT], undefined, TO)).to.deep.equal([CLIENT]);
    expect(await senders([], undefined, TO)).to.deep.equal([TO]);
    expect(await senders([])).to.deep.equal([ZeroAddress]);
    expect((await problemOf(submitted(planOf([CLIENT, PROVIDER]), { options }))).code).to.equal("usage.which-signer");
  });
});

describe("a plan that is only tried", () => {
  const options = { dryRun: true };
  const most = "0.00012";

  it("says what it would cost, as far as that can be tried", async () => {
    const { data, text, sent } = await submitted(planOf([CLIENT]), { options, answers: node({ failing: "0x02" }) });
    const costs = { gas: 120_000n, wei: 120_000n * GWEI + 1n };
    expect(data).to.deep.equal({
      ...{ dryRun: true, network: "local", from: CLIENT },
      transactions: [
        { ...first, ...costs },
        { ...second, gas: undefined, wei: undefined },
      ],
    });
    expect(text).to.deep.equal([
      `Nothing was sent. ${CLIENT} would, on local:`,
      `  do one thing  (at most ${most}0000000000001 for gas)`,
      "  do another  (can be tried once the one before is in)",
    ]);
    expect(sent).to.deep.equal([]);
  });

  it("fails where the first would fail", async () => {
    const tried = submitted(planOf([CLIENT]), { options, answers: node({ failing: "0x01" }) });
    expect((await problemOf(tried)).code).to.equal("contract.unknown");
  });

  it("is by the account named, else the only one, else the preferred one", async () => {
    const from = async (accounts: string[], named?: string, preferred?: string) => {
      const plan = planOf(accounts, [second], preferred);
      const { data } = await submitted(plan, { options: named === undefined ? options : { ...options, from: named } });
      return data["from"];
    };
    expect(await from([CLIENT, PROVIDER], PROVIDER)).to.equal(PROVIDER);
    expect(await from([CLIENT], undefined, TO)).to.equal(CLIENT);
    expect(await from([], undefined, TO)).to.equal(TO);
    expect((await problemOf(from([CLIENT, PROVIDER]))).code).to.equal("usage.which-signer");
    expect(await problemOf(from([]))).to.deep.equal({
      code: "usage.no-sender",
      message: "Anyone may do this, so it is not clear who would.",
      hint: "Name the account with --from.",
    });
  });
});

describe("a plan that is sent", () => {
  it("is sent in order, and said at a terminal", async () => {
    const { data, text, sent, heard } = await submitted(planOf([CLIENT]), { io: { isTerminal: true } });
    expect(
      sent.map(({ description, from, hash, block, gasUsed }) => [description, from, hash, block, gasUsed]),
    ).to.deep.equal([
      ["do one thing", sent[0]?.from, HASH, 7, 90_000n],
      ["do another", sent[0]?.from, HASH, 7, 90_000n],
    ]);
    expect(sent[0]?.from).to.equal(CLIENT);
    expect(data).to.deep.equal({ network: "local", from: sent[0]?.from, transactions: sent });
    expect(text).to.deep.equal([`✓ do one thing  ${HASH}`, `✓ do another  ${HASH}`]);
    expect(heard.err).to.equal(`sent ${HASH}\nsent ${HASH}\n`);
  });

  it("is not sent while an earlier transaction waits", async () => {
    const answers = {
      ...node(),
      eth_getTransactionCount: (_: string, tag: string) => hex(tag === "pending" ? 1 : 0),
    };
    let planned = false;
    const plan: Plan = {
      ...planOf([CLIENT]),
      transactions: () => {
        planned = true;
        return [];
      },
    };
    expect((await problemOf(submitted(plan, { answers }))).code).to.equal("transaction.pending");
    expect(planned, "nothing is looked at before").to.equal(false);
  });
});

describe("the question before a live chain", () => {
  const asker = (io: Partial<Io>, options: Partial<CommonOptions> = {}, name = "base-sepolia") => {
    const { io: listener, heard } = listening(io);
    const chain = chainOf(undefined as unknown as JsonRpcProvider, name);
    return { asker: { chain, options: options as CommonOptions, output: new Output(listener, false) }, heard };
  };
  const answered = (answer: string): Partial<Io> => ({ isTerminal: true, ask: () => Promise.resolve(answer) });

  it("says who would do what, and takes a yes", async () => {
    for (const yes of ["y", "Y", "yes", " YES "]) {
      const { asker: one, heard } = asker(answered(yes));
      await askFirst(one, CLIENT, ["do one thing", "do another"]);
      expect(heard.err).to.equal(`On base-sepolia, as ${CLIENT}:\n  do one thing\n  do another\n`);
    }
  });

  it("is asked as such", async () => {
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve("y");
    };
    await askFirst(asker({ isTerminal: true, ask }).asker, CLIENT, ["do"]);
    expect(questions).to.deep.equal(["Sign and send? [y/N] "]);
  });

  it("takes anything else for a no", async () => {
    for (const no of ["", "n", "yeah", "oy", "ye"]) {
      expect(await problemOf(askFirst(asker(answered(no)).asker, CLIENT, ["do"])), no).to.deep.equal({
        code: "stopped",
        message: "Nothing was sent.",
      });
    }
  });

  it("needs somebody at the terminal", async () => {
    const problem = (many: string) => ({
      code: "usage.needs-yes",
      message: `This would send ${many} on base-sepolia, and nobody is at the terminal to ask.`,
      hint: "Add --yes to send without a question, or --dry-run to look first.",
    });
    expect(await problemOf(askFirst(asker({}).asker, CLIENT, ["do"]))).to.deep.equal(problem("a transaction"));
    expect(await problemOf(askFirst(asker({}).asker, CLIENT, ["do", "more"]))).to.deep.equal(problem("transactions"));
  });

  it("is not asked on a local chain, after --yes, or when there is nothing to do", async () => {
    await askFirst(asker({}, {}, "local").asker, CLIENT, ["do"]);
    await askFirst(asker({}, { yes: true }).asker, CLIENT, ["do"]);
    await askFirst(asker({}).asker, CLIENT, []);
    const { asker: one } = asker({}, {}, "local");
    const { chain } = one;
    await askFirst({ ...one, chain: () => Promise.resolve(chain) }, CLIENT, ["do"]);
  });
});
