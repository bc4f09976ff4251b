import { expect } from "chai";
import { blockOf, LeftOut, RpcError, Stall } from "./answering.ts";
import { problemOf } from "./rejection.ts";
import { ACCOUNT, at, HEAD, hangUp, hex, limited, seconds, severalNodes } from "./several.ts";

describe("several nodes, by what they answer,", function () {
  this.timeout(20_000);
  const { among, pass, letClockGo } = severalNodes();

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
      pass(4_999);
      await balance();
      expect(asked("eth_getBalance")).to.deep.equal([2, 0]);
      expect(asked("eth_chainId")).to.deep.equal([1, 1]);
      pass(1);
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
      pass(14_999);
      expect(await balance()).to.equal("0x5");
      expect(asked("eth_getBalance")).to.deep.equal([1, 2]);
      pass(1);
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
      letClockGo();
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
});
