import { expect } from "chai";
import { agreedBlock, agreedHeight } from "../../src/chain/failover.ts";
import { answering, blockOf, HangUp, LeftOut, RpcError, type Answers } from "./answering.ts";
import { problemOf } from "./rejection.ts";
import { ACCOUNT, at, HEAD, hangUp, hex, seconds, severalNodes } from "./several.ts";

describe("several nodes, by what they say of a block,", function () {
  this.timeout(20_000);
  const { among, pass } = severalNodes();

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
      pass(14_999);
      await ask("eth_call", ...CALL);
      expect(asked("eth_call"), "one that was outvoted rests").to.deep.equal([1, 2, 2]);
      pass(1);
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
        pass(ms);
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
