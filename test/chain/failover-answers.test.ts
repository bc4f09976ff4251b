import { expect } from "chai";
import {
  agreedBlock,
  agreedHeight,
  FailoverProvider,
  type FailoverOptions,
  type NodeEvent,
} from "../../src/chain/failover.ts";
import { stopClock } from "../support/clock.ts";
import {
  answering,
  blockOf,
  HangUp,
  LeftOut,
  RpcError,
  Stall,
  startAnswering,
  type AnsweringNode,
  type Answers,
  type Page,
} from "./answering.ts";
import { problemOf } from "./rejection.ts";

const ACCOUNT = `0x${"11".repeat(20)}`;
const HEAD = 100;
const hex = (value: number) => `0x${value.toString(16)}`;
const seconds = () => Math.floor(Date.now() / 1000);
const hangUp = (): never => {
  throw new HangUp();
};
const isHead = ({ params }: { params: readonly unknown[] }) => params[0] === "latest";
/** The node's own trouble. */
const limited = (): never => {
  throw new RpcError(-32_005, "too many requests");
};
describe("several nodes, by what they answer", function () {
  this.timeout(20_000);
  let clock: ReturnType<typeof stopClock>;
  const nodes: AnsweringNode[] = [];
  const providers: { destroy(): void }[] = [];

  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => {
    clock.goOn();
    for (const provider of providers.splice(0)) provider.destroy();
    for (const { stop } of nodes.splice(0)) stop();
  });

  /** A node whose head is block 100, and new; `answers` in the place of what it would say. */
  const at = (height: number, answers: Answers = {}): Answers => ({
    eth_chainId: () => "0x7a69",
    eth_blockNumber: () => hex(height),
    eth_getBlockByNumber: (tag: string) => blockOf(tag === "latest" ? height : Number(tag), seconds()),
    eth_getBalance: () => "0x5",
    ...answers,
  });

  /** Those nodes as one. */
  async function among(all: readonly (Answers | Page)[], options: Partial<FailoverOptions> = {}) {
    const started: AnsweringNode[] = [];
    for (const answers of all) started.push(await startAnswering(answers));
    nodes.push(...started);
    const firsts: string[] = [];
    const provider = new FailoverProvider(
      started.map(({ url }) => url),
      {
        ...{ chainId: 31_337n, timeoutMs: 10_000, compareMs: Infinity, cacheTimeout: -1, batchStallTime: 0 },
        ...{ onChange: (host: string) => firsts.push(host), ...options },
      },
    );
    providers.push(provider);
    const events: NodeEvent[] = [];
    provider.onNode = (event) => events.push(event);
    const hosts = started.map(({ host }) => host);
    /** How often each was asked this. */
    const asked = (method: string) =>
      started.map((node) => node.asked.filter((one) => one.method === method && !isHead(one)).length);
    const ask = (method: string, ...params: unknown[]) => provider.send(method, params);
    const balance = () => ask("eth_getBalance", ACCOUNT, "latest");
    return { provider, ask, balance, asked, hosts, firsts, events, started };
  }

  describe("ask", () => {
    const every = [1, 1];
    const first = [1, 0];
    for (const [method, params, who] of [
      ["eth_sendRawTransaction", ["0x12"], every],
      ["eth_getTransactionCount", [ACCOUNT, "latest"], every],
      ["eth_getTransactionCount", [ACCOUNT, "pending"], every],
      ["eth_getTransactionCount", [ACCOUNT, "0x5"], every],
      ["eth_call", [{ to: ACCOUNT }, "0x5"], every],
      ["eth_call", [{ to: ACCOUNT }, "0xA"], every],
      ["eth_call", [{ to: ACCOUNT }, "0x000000000005"], every],
      ["eth_call", [{ to: ACCOUNT }, "0x0000000000005"], first],
      ["eth_call", [{ to: ACCOUNT }, "0x"], first],
      ["eth_call", [{ to: ACCOUNT }, "00x5"], first],
      ["eth_call", [{ to: ACCOUNT }, "0x5x"], first],
      ["eth_call", [{ to: ACCOUNT }, 5], first],
      ["eth_call", [{ to: ACCOUNT }, "latest"], first],
      ["eth_call", [{ to: ACCOUNT }], first],
      ["eth_getBlockByNumber", ["0x5", false], every],
      ["eth_getBlockByNumber", ["pending", false], first],
      ["eth_getLogs", [{ fromBlock: "0x1", toBlock: "0x5" }], every],
      ["eth_getLogs", [{ fromBlock: "0x1", toBlock: "latest" }], first],
      ["eth_getLogs", [{ fromBlock: "0x1" }], first],
      ["eth_getLogs", [], first],
      ["eth_getBalance", [ACCOUNT, "latest"], first],
      ["eth_getTransactionReceipt", ["0x12"], first],
    ] as const) {
      it(`${who === every ? "all" : "one"} of ${method} ${JSON.stringify(params)}`, async () => {
        const answers = at(HEAD, { [method]: () => "0x1", eth_getBlockByNumber: () => blockOf(HEAD, seconds()) });
        const { ask, asked } = await among([answers, answers]);
        await ask(method, ...params);
        expect(asked(method)).to.deep.equal(who);
      });
    }

    it("each in one request, and find each question's own answer", async () => {
      const counts = (count: string) =>
        at(HEAD, { eth_getTransactionCount: () => count, eth_sendRawTransaction: () => "0xaa" });
      const { ask, balance, hosts, firsts } = await among([counts("0x8"), counts("0x7")]);
      const answers = await Promise.all([
        balance(),
        ask("eth_getTransactionCount", ACCOUNT, "latest"),
        ask("eth_sendRawTransaction", "0x12"),
        ask("eth_getBlockByNumber", "0x5", false),
      ]);
      expect(answers).to.deep.equal(["0x5", "0x7", "0xaa", blockOf(5, seconds())]);
      expect(firsts).to.deep.equal([hosts[0]]);
    });
  });

  it("are asked as JSON-RPC says: what they are compared by in one request, a question alone by itself", async () => {
    const { balance, started } = await among([at(HEAD), at(HEAD)]);
    await balance();
    const type = "application/json";
    const compared = ["eth_chainId", "eth_blockNumber", "eth_getBlockByNumber"].map((method, id) => ({
      ...{ id, method, params: method === "eth_getBlockByNumber" ? ["latest", false] : [], jsonrpc: "2.0" },
    }));
    const [first, second] = started.map(({ requests }) => requests);
    expect(second).to.deep.equal([{ type, body: compared }]);
    expect(first?.[0]).to.deep.equal({ type, body: compared });
    expect(first?.[1]?.body).to.include({ method: "eth_getBalance", jsonrpc: "2.0" });
    expect(first).to.have.length(2);
  });

  it("need tell nobody who is asked", async () => {
    const { provider, balance, asked } = await among([at(HEAD), at(HEAD)], { onChange: undefined } as object);
    provider.onNode = undefined;
    expect(await balance()).to.equal("0x5");
    expect(await balance()).to.equal("0x5");
    expect(asked("eth_getBalance")).to.deep.equal([2, 0]);
  });

  describe("first ask", () => {
    for (const [heights, who] of [
      [[100, 100], 0],
      [[97, 100], 0],
      [[96, 100], 1],
      [[104, 100], 0],
      [[103, 100, 100], 0],
      [[104, 100, 100], 1],
      [[97, 100, 100], 0],
      [[96, 100, 100], 1],
      [[8, 100, 104], 1],
    ] as const) {
      it(`the ${who === 0 ? "first" : "second"} of heights ${heights.join(", ")}`, async () => {
        const { balance, hosts, firsts, events } = await among(heights.map((height) => at(height)));
        expect(await balance()).to.equal("0x5");
        expect(firsts).to.deep.equal([hosts[who]]);
        expect(events).to.deep.equal([{ kind: "asked first", host: hosts[who], before: undefined }]);
      });
    }

    it("who is of this chain, and never ask another", async () => {
      const { balance, asked } = await among([
        at(HEAD, { eth_chainId: () => "0x1" }),
        at(HEAD, { eth_getBalance: hangUp }),
      ]);
      expect(await problemOf(balance())).to.include({ code: "chain.unreachable" });
      expect(asked("eth_getBalance")).to.deep.equal([0, 1]);
    });

    for (const height of ["0x", "0x64g", "x0x64", 100, "0x00000000000064", null]) {
      it(`who says a height, which ${JSON.stringify(height)} is not`, async () => {
        const { balance, asked } = await among([at(HEAD, { eth_blockNumber: () => height }), at(HEAD)]);
        await balance();
        expect(asked("eth_getBalance")).to.deep.equal([0, 1]);
      });
    }

    it("who says a height, also without the block", async () => {
      const { balance, asked } = await among([at(HEAD, { eth_getBlockByNumber: () => null }), at(HEAD)]);
      await balance();
      expect(asked("eth_getBalance")).to.deep.equal([1, 0]);
    });

    it("who says it with success", async () => {
      const said = ["0x7a69", hex(HEAD), blockOf(HEAD, seconds())].map((result, id) => ({
        id,
        jsonrpc: "2.0",
        result,
      }));
      const { balance, started } = await among([{ status: 500, body: JSON.stringify(said) }, at(HEAD)]);
      await balance();
      expect(started[0]?.requests).to.have.length(1);
    });

    it("who still says it", async () => {
      let isGone = false;
      const { balance, asked } = await among(
        [at(HEAD, { eth_chainId: () => (isGone ? hangUp() : "0x7a69") }), at(HEAD)],
        { compareMs: 0 },
      );
      await balance();
      isGone = true;
      await balance();
      expect(asked("eth_getBalance")).to.deep.equal([1, 1]);
    });

    it("who does not fail to say it", async () => {
      const { balance, asked } = await among([at(HEAD, { eth_chainId: limited }), at(HEAD)]);
      await balance();
      expect(asked("eth_getBalance")).to.deep.equal([0, 1]);
    });

    it("who was well at the last comparison, of which there is one in five seconds", async () => {
      let height = HEAD;
      const { balance, asked, firsts, hosts } = await among(
        [at(HEAD, { eth_blockNumber: () => hex(height) }), at(HEAD)],
        { compareMs: undefined } as object,
      );
      await balance();
      height = 1;
      clock.pass(4_999);
      await balance();
      expect(asked("eth_getBalance")).to.deep.equal([2, 0]);
      expect(asked("eth_chainId")).to.deep.equal([1, 1]);
      clock.pass(1);
      await balance();
      expect(asked("eth_getBalance")).to.deep.equal([2, 1]);
      expect(asked("eth_chainId")).to.deep.equal([2, 2]);
      expect(firsts).to.deep.equal(hosts);
    });

    it("after one comparison, however many ask at once", async () => {
      const { balance, asked } = await among([at(HEAD), at(HEAD)], { batchMaxCount: 1, compareMs: 0 });
      await Promise.all([balance(), balance(), balance()]);
      expect(asked("eth_chainId")).to.deep.equal([1, 1]);
      await balance();
      expect(asked("eth_chainId")).to.deep.equal([2, 2]);
    });
  });

  describe("one after the other", () => {
    it("ask the next when one fails, which rests for a quarter of a minute", async () => {
      let fails = true;
      const { balance, asked, firsts, events, hosts } = await among([
        at(HEAD, { eth_getBalance: () => (fails ? hangUp() : "0x6") }),
        at(HEAD),
      ]);
      expect(await balance()).to.equal("0x5");
      fails = false;
      clock.pass(14_999);
      expect(await balance()).to.equal("0x5");
      expect(asked("eth_getBalance")).to.deep.equal([1, 2]);
      clock.pass(1);
      expect(await balance()).to.equal("0x6");
      expect(firsts).to.deep.equal([hosts[1], hosts[0]]);
      expect(events).to.deep.equal([
        { kind: "asked first", host: hosts[1], before: undefined },
        { kind: "asked first", host: hosts[0], before: hosts[1] },
      ]);
    });

    it("ask even one that rests when nobody else answers", async () => {
      let failing = 0;
      const turn = (index: number) => at(HEAD, { eth_getBalance: () => (failing === index ? hangUp() : hex(index)) });
      const { balance } = await among([turn(0), turn(1)]);
      expect(await balance()).to.equal("0x1");
      failing = 1;
      expect(await balance()).to.equal("0x0");
    });

    for (const [what, isAnswer, error] of [
      ["what a contract says", true, new RpcError(3, "")],
      ["what comes with data", true, new RpcError(-32_000, "", "0x")],
      ["a revert by its name", true, new RpcError(-32_000, "VM Exception: Reverted with reason")],
      ["a limit", false, new RpcError(-32_005, "limit exceeded")],
      ["an error without a word", false, new RpcError(-32_000, undefined as unknown as string)],
    ] as const) {
      it(`${isAnswer ? "take for an answer" : "ask the next after"} ${what}`, async () => {
        const { balance, asked } = await among([
          at(HEAD, {
            eth_getBalance: () => {
              throw error;
            },
          }),
          at(HEAD),
        ]);
        const said: unknown = await balance().catch(() => "refused");
        expect(said).to.equal(isAnswer ? "refused" : "0x5");
        expect(asked("eth_getBalance")).to.deep.equal(isAnswer ? [1, 0] : [1, 1]);
      });
    }

    it("ask the next only for what the one before had trouble with", async () => {
      const { ask, balance, asked, firsts, hosts } = await among([
        at(HEAD, { eth_getBalance: limited, eth_gasPrice: () => "0x1" }),
        at(HEAD, { eth_gasPrice: () => "0x2" }),
      ]);
      expect(await Promise.all([balance(), ask("eth_gasPrice")])).to.deep.equal(["0x5", "0x1"]);
      expect(asked("eth_gasPrice")).to.deep.equal([1, 0]);
      expect(firsts, "the first that left nothing open").to.deep.equal([hosts[1]]);
    });

    it("say the first one's trouble when all have some", async () => {
      const trouble = (message: string) => () => {
        throw new RpcError(-32_005, message);
      };
      const { balance, firsts } = await among([
        at(HEAD, { eth_getBalance: trouble("first") }),
        at(HEAD, { eth_getBalance: trouble("second") }),
      ]);
      const error: unknown = await balance().catch((thrown: unknown) => thrown);
      expect(error).to.have.nested.property("error.message", "first");
      expect(firsts).to.deep.equal([]);
    });

    it("say who does not answer, and why the first did not", async () => {
      const page = { status: 200, body: "[null]" };
      const { balance, hosts, asked } = await among([
        at(HEAD, {
          eth_getBalance: () => {
            throw new LeftOut();
          },
        }),
        page,
        at(HEAD, { eth_getBalance: hangUp }),
      ]);
      const error: unknown = await balance().catch((thrown: unknown) => thrown);
      expect(error)
        .to.have.property("problem")
        .that.deep.equals({
          code: "chain.unreachable",
          message: `None of the nodes answers: ${hosts.join(", ")}.`,
          hint: "Nothing was sent that the chain does not know of. Run it again: the job does only what is left.",
          retry: true,
        });
      expect(error).to.have.nested.property("cause.message", `${hosts[0] ?? ""} left questions unanswered`);
      expect(asked("eth_getBalance")).to.deep.equal([1, 0, 1]);
    });

    it("believe no answer of one that leaves another out", async () => {
      const { ask, balance } = await among([
        at(HEAD, {
          eth_getBalance: () => {
            throw new LeftOut();
          },
          eth_gasPrice: () => "0x1",
        }),
        at(HEAD, { eth_gasPrice: () => "0x2" }),
      ]);
      expect(await Promise.all([balance(), ask("eth_gasPrice")])).to.deep.equal(["0x5", "0x2"]);
    });

    for (const status of [429, 500, 503]) {
      it(`ask once who answers with status ${status}`, async () => {
        const { provider, balance, started } = await among([{ status, body: "{}" }, at(HEAD)]);
        await provider.getBlockNumber();
        expect(await balance()).to.equal("0x5");
        expect(started[0]?.asked.map(({ method }) => method)).to.deep.equal([
          ...["eth_chainId", "eth_blockNumber", "eth_getBlockByNumber"],
        ]);
      });
    }

    it("ask the next when one takes longer than it may", async () => {
      clock.goOn();
      const stalls = at(HEAD, {
        eth_getBalance: () => {
          throw new Stall();
        },
      });
      const { balance, asked } = await among([stalls, at(HEAD)], { timeoutMs: 1_000 });
      expect(await balance()).to.equal("0x5");
      expect(asked("eth_getBalance")).to.deep.equal([1, 1]);
    });

    for (const method of ["eth_getTransactionReceipt", "eth_getTransactionByHash"]) {
      const said = (answer: unknown) => at(HEAD, { [method]: () => answer });
      it(`ask all that are well for what one has forgotten: ${method}`, async () => {
        const { ask, asked } = await among([said(null), said(null), said("known"), said("not asked")]);
        expect(await ask(method, "0x12")).to.equal("known");
        expect(asked(method)).to.deep.equal([1, 1, 1, 0]);
      });

      it(`ask nobody unwell for it, and take what trouble cannot gainsay: ${method}`, async () => {
        const { ask, asked } = await among([
          at(HEAD, { [method]: limited }),
          said(null),
          at(HEAD, { [method]: limited }),
          at(HEAD, { [method]: hangUp }),
          at(1, { [method]: () => "known" }),
        ]);
        expect(await ask(method, "0x12")).to.equal(null);
        expect(asked(method)).to.deep.equal([1, 1, 1, 1, 0]);
      });
    }

    it("take for an answer that there is nothing else", async () => {
      const { ask, asked } = await among([
        at(HEAD, { eth_getCode: () => null }),
        at(HEAD, { eth_getCode: () => "0x1" }),
      ]);
      expect(await ask("eth_getCode", ACCOUNT)).to.equal(null);
      expect(asked("eth_getCode")).to.deep.equal([1, 0]);
    });
  });

  describe("send to all", () => {
    const taking = (take: () => unknown) => at(HEAD, { eth_sendRawTransaction: take });
    const sent = async (...takes: (() => unknown)[]) => {
      const { ask, asked, hosts } = await among(takes.map(taking));
      const answer: unknown = await ask("eth_sendRawTransaction", "0x12").catch((error: unknown) => error);
      expect(asked("eth_sendRawTransaction")).to.deep.equal(takes.map(() => 1));
      return { answer, hosts };
    };
    const known = () => {
      throw new RpcError(-32_000, "already known");
    };

    it("and take the word of the first that took it", async () => {
      expect(
        (
          await sent(
            hangUp,
            known,
            () => "0xaa",
            () => "0xbb",
          )
        ).answer,
      ).to.equal("0xaa");
    });

    it("or the first refusal when none did", async () => {
      const { answer } = await sent(hangUp, known, limited);
      expect(answer).to.have.nested.property("error.message", "already known");
    });

    it("and say that none answers", async () => {
      const { answer, hosts } = await sent(hangUp, hangUp);
      expect(answer).to.have.nested.property("problem.message", `None of the nodes answers: ${hosts.join(", ")}.`);
      expect(answer).to.have.nested.property("cause.code", "ECONNRESET");
    });
  });

  describe("compare", () => {
    const CALL = [{ to: ACCOUNT }, "0x5"] as const;
    const calling = (...answers: unknown[]) =>
      among(answers.map((said) => at(HEAD, { eth_call: () => (said instanceof Error ? raise(said) : said) })));
    const raise = (error: Error): never => {
      throw error;
    };
    const refusal = (data: string, message = "execution reverted") => new RpcError(3, message, data);

    it("what they say, and believe most of them", async () => {
      const { ask, events, hosts, asked } = await calling("0xb1", "0xa1", "0xA1");
      expect(await ask("eth_call", ...CALL)).to.equal("0xa1");
      expect(events).to.deep.equal([{ kind: "outvoted", host: hosts[0], method: "eth_call" }]);
      clock.pass(14_999);
      await ask("eth_call", ...CALL);
      expect(asked("eth_call"), "one that was outvoted rests").to.deep.equal([1, 2, 2]);
      clock.pass(1);
      await ask("eth_call", ...CALL);
      expect(asked("eth_call")).to.deep.equal([2, 3, 3]);
    });

    it("only those of this chain", async () => {
      const call = { eth_call: () => "0xa1" };
      const { ask, asked } = await among([
        at(HEAD, { eth_chainId: () => "0x1", ...call }),
        at(HEAD, call),
        at(HEAD, call),
      ]);
      expect(await ask("eth_call", ...CALL)).to.equal("0xa1");
      expect(asked("eth_call")).to.deep.equal([0, 1, 1]);
    });

    it("without anybody to tell of it", async () => {
      const { provider, ask } = await calling("0xb1", "0xa1", "0xa1");
      provider.onNode = undefined;
      expect(await ask("eth_call", ...CALL)).to.equal("0xa1");
    });

    for (const [answers, sides] of [
      [["a", "b"], "0 against 1"],
      [["a", "b", "b", "a"], "0 and 3 against 1 and 2"],
      [["a", "b", "c"], "0 against 1 against 2"],
      [["a", "a", "b", "c"], "0 and 1 against 2 against 3"],
    ] as const) {
      it(`and believe nobody without a majority: ${answers.join(", ")}`, async () => {
        const { ask, hosts, events } = await calling(...answers);
        const named = sides.replaceAll(/\d/g, (i) => hosts[Number(i)] ?? "");
        expect(await problemOf(ask("eth_call", ...CALL))).to.deep.equal({
          code: "chain.nodes-disagree",
          message: `The nodes do not say the same of block 5 (eth_call): ${named}.`,
          hint: "Nothing is decided on it and nothing is sent. A reorganisation passes by itself: run it again. If it stays, one of them is wrong: a third address outvotes it, or leave out the one you trust less.",
          retry: true,
        });
        expect(events).to.deep.equal([]);
      });
    }

    it("refusals by what comes with them, not by their words", async () => {
      const { ask } = await calling(refusal("0xAB"), refusal("0xab", "VM Exception"));
      const error: unknown = await ask("eth_call", ...CALL).catch((thrown: unknown) => thrown);
      expect(error).to.have.property("code", "CALL_EXCEPTION");
      expect(error).to.have.property("data", "0xab");
    });

    for (const [what, other] of [
      ["another refusal", refusal("0xcd")],
      ["an answer", "0xab"],
    ] as const) {
      it(`a refusal with ${what}`, async () => {
        const { ask } = await calling(refusal("0xab"), other);
        expect(await problemOf(ask("eth_call", ...CALL))).to.include({ code: "chain.nodes-disagree" });
      });
    }

    for (const [what, silence] of [
      ["has nothing", null],
      ["has trouble", new RpcError(-32_005, "too many requests")],
      ["leaves it out", new LeftOut()],
      ["hangs up", new HangUp()],
    ] as const) {
      it(`those who answer, and not who ${what}`, async () => {
        const { ask } = await calling(silence, "0xa1");
        expect(await ask("eth_call", ...CALL)).to.equal("0xa1");
        const two = await calling(silence, "0xa1", "0xb1");
        expect(await problemOf(two.ask("eth_call", ...CALL))).to.include({ code: "chain.nodes-disagree" });
      });
    }

    it("without one that hung up, for a quarter of a minute", async () => {
      const { ask, asked } = await calling(new HangUp(), "0xa1", "0xa1");
      for (const ms of [0, 14_999, 1]) {
        clock.pass(ms);
        expect(await ask("eth_call", ...CALL)).to.equal("0xa1");
      }
      expect(asked("eth_call")).to.deep.equal([2, 3, 3]);
    });

    it("and ask one after the other when none has an answer", async () => {
      let asked = 0;
      const late = { eth_call: () => (++asked <= 2 ? null : "0xa1") };
      const { ask } = await among([at(HEAD, late), at(HEAD, late)]);
      expect(await ask("eth_call", ...CALL)).to.equal("0xa1");
      expect(asked).to.equal(3);
    });

    it("each of several questions for itself", async () => {
      const node = (call: unknown, logs: unknown) => at(HEAD, { eth_call: () => call, eth_getLogs: () => logs });
      const { ask } = await among([node(null, []), node("0xa1", []), node(null, null)]);
      const both = [ask("eth_call", ...CALL), ask("eth_getLogs", { toBlock: "0x5" })];
      expect(await Promise.all(both)).to.deep.equal(["0xa1", []]);
    });

    it("only those that have the block", async () => {
      const node = (height: number) => at(height, { eth_call: () => "0xa1", eth_getLogs: () => [] });
      const { ask, asked } = await among([node(99), node(100), node(101)]);
      await ask("eth_call", { to: ACCOUNT }, hex(99));
      expect(asked("eth_call")).to.deep.equal([1, 1, 1]);
      await ask("eth_call", { to: ACCOUNT }, hex(100));
      expect(asked("eth_call")).to.deep.equal([1, 2, 2]);
      await Promise.all([ask("eth_call", ...CALL), ask("eth_getLogs", { toBlock: hex(100) })]);
      expect(asked("eth_call"), "asked in one go, so of the same").to.deep.equal([1, 3, 3]);
      await ask("eth_call", { to: ACCOUNT }, hex(101));
      expect(asked("eth_call"), "one alone is not compared, so the first that is well answers").to.deep.equal([
        2, 3, 3,
      ]);
    });

    const BLOCK = { number: "0x5", hash: "0xaa", timestamp: "0x1", parentHash: "0xbb", size: "0x1" };
    const LOG = {
      ...{
        address: "0xaa",
        topics: ["0x1"],
        data: "0x2",
        blockNumber: "0x5",
        transactionHash: "0xbb",
        logIndex: "0x0",
      },
      ...{ blockHash: "0xcc", removed: false },
    };
    for (const [method, params, said, telling, others] of [
      ["eth_getBlockByNumber", ["0x5", false], BLOCK, ["number", "hash", "timestamp"], ["parentHash", "size"]],
      [
        "eth_getLogs",
        [{ toBlock: "0x5" }],
        [LOG],
        ["address", "topics", "data", "blockNumber", "transactionHash", "logIndex"],
        ["blockHash", "removed"],
      ],
    ] as const) {
      const differing = async (field: string) => {
        const other = Array.isArray(said) ? [{ ...LOG, [field]: "0xff" }] : { ...BLOCK, [field]: "0xff" };
        const { ask } = await among([at(HEAD, { [method]: () => said }), at(HEAD, { [method]: () => other })]);
        return (await ask(method, ...params)) as unknown;
      };
      for (const field of telling) {
        it(`the ${field} in what ${method} answers`, async () => {
          expect(await problemOf(differing(field))).to.include({ code: "chain.nodes-disagree" });
        });
      }
      it(`nothing else in what ${method} answers: ${others.join(", ")}`, async () => {
        for (const field of others) expect(await differing(field)).to.deep.equal(said);
      });
    }

    it("how many logs there are, and what is in their place", async () => {
      for (const other of [[], [LOG, LOG], "none"]) {
        const answers = [[LOG], other].map((said) => at(HEAD, { eth_getLogs: () => said }));
        const { ask } = await among(answers);
        expect(await problemOf(ask("eth_getLogs", { toBlock: "0x5" }))).to.include({ code: "chain.nodes-disagree" });
      }
    });

    describe("counts of transactions", () => {
      const counting = async (block: string, ...counts: unknown[]) => {
        const { ask, events } = await among(counts.map((count) => at(HEAD, { eth_getTransactionCount: () => count })));
        const count: unknown = await ask("eth_getTransactionCount", ACCOUNT, block);
        expect(events).to.deep.equal([]);
        return count;
      };

      it("and take the middle one, of two the lower", async () => {
        expect(await counting("latest", "0xa", "0x9", "0x8")).to.equal("0x9");
        expect(await counting("pending", "0x9", "0x9", "0xa")).to.equal("0x9");
        expect(await counting("latest", "0x9", "0xa")).to.equal("0x9");
        expect(await counting("latest", "0xb", "0x8", "0xa", "0x9")).to.equal("0x9");
      });

      it("and pass over what is none", async () => {
        for (const none of ["0x", "8", "0x1x", 1, null]) {
          expect(await counting("pending", none, "0x9")).to.equal("0x9");
          expect(await counting("pending", "0x9", none)).to.equal("0x9");
        }
      });

      it("of a block like anything else", async () => {
        const { code, message } = await problemOf(counting("0x5", "0x9", "0x8"));
        expect(code).to.equal("chain.nodes-disagree");
        expect(message).to.contain("do not say the same of block 5 (eth_getTransactionCount)");
      });
    });
  });

  describe("agree on", () => {
    const height = async (...all: Answers[]) => {
      const { provider } = await among(all);
      return (await provider.agreedBlock()).number;
    };
    /** A node whose newest block is so old. */
    const old = (number: number, age: number) =>
      at(number, {
        eth_getBlockByNumber: (tag: string) =>
          blockOf(Number(tag === "latest" ? number : tag), tag === "latest" ? seconds() - age : 7),
      });

    it("the newest block that all have, and its time", async () => {
      const { provider } = await among([at(102), at(HEAD), at(101)]);
      const timestamp = BigInt(seconds());
      expect(await agreedBlock(provider)).to.deep.equal({ number: 100, timestamp });
      expect(await agreedHeight(provider)).to.equal(100);
    });

    it("what those say that have not stopped", async () => {
      expect(await height(old(HEAD, 7), old(97, 31)), "as blocks take a while to arrive").to.equal(97);
      expect(await height(old(HEAD, 7), old(96, 30))).to.equal(96);
      expect(await height(old(HEAD, 7), old(96, 31))).to.equal(HEAD);
    });

    it("what they say now", async () => {
      let now = HEAD;
      const { provider, asked } = await among([at(HEAD, { eth_blockNumber: () => hex(now) }), at(HEAD)]);
      await provider.agreedBlock();
      now = 98;
      expect((await provider.agreedBlock()).number).to.equal(98);
      expect(asked("eth_chainId")).to.deep.equal([2, 2]);
    });

    it("the newest of whoever answers while all rest", async () => {
      let fails = true;
      const { provider, balance } = await among([at(HEAD, { eth_getBalance: () => (fails ? hangUp() : "0x5") })]);
      await problemOf(balance());
      fails = false;
      expect(await provider.agreedBlock()).to.deep.equal({ number: HEAD, timestamp: BigInt(seconds()) });
    });

    it("nothing when nobody has it", async () => {
      const none = at(HEAD, { eth_getBlockByNumber: () => null });
      const { provider, hosts } = await among([none, none]);
      expect(await problemOf(provider.agreedBlock())).to.include({
        code: "chain.unreachable",
        message: `None of the nodes answers: ${hosts.join(", ")}.`,
      });
    });

    it("what one says, when there is only one", async () => {
      const timestamp = BigInt(seconds());
      await answering(at(HEAD), async (provider) => {
        expect(await agreedBlock(provider)).to.deep.equal({ number: HEAD, timestamp });
        expect(await agreedHeight(provider)).to.equal(HEAD);
      });
      await answering(at(HEAD, { eth_getBlockByNumber: () => null }), async (provider) => {
        expect(await agreedBlock(provider)).to.deep.equal({ number: 0, timestamp: 0n });
      });
    });
  });
});
