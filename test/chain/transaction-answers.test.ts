import { expect } from "chai";
import { AbiCoder, keccak256, parseEther, Transaction, Wallet } from "ethers";
import { allErrors } from "../../src/chain/abi.ts";
import { estimate, refuseWhilePending, send, type SendOptions } from "../../src/chain/transaction.ts";
import { answering, blockOf, HangUp, receiptOf, RpcError, waitingOf, type Answers } from "./answering.ts";
import { problemOf } from "./rejection.ts";

const KEY = new Wallet(`0x${"11".repeat(32)}`);
const TO = `0x${"22".repeat(20)}`;
const GWEI = 10n ** 9n;
const GIFT = { to: TO, data: "0x12", value: 5n, description: "give" };
const hex = (value: bigint | number) => `0x${value.toString(16)}`;
const AGAIN = "Run it again: the job looks at the chain and does only what is left.";
/** What a gift costs at most: a fifth more gas than estimated, at two gwei, and the gift. */
const COST = 120_000n * 2n * GWEI + 5n;

/** What `answers` says in turn; its last for ever. An error is thrown. */
const inTurn = (...answers: unknown[]) => {
  let next = 0;
  return () => {
    const answer = answers[Math.min(next++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
};

/** A chain without a base fee, whose key has sent three transactions; it includes what it gets, unless `answers` differ. */
const node = (answers: Answers = {}): Answers => ({
  eth_estimateGas: () => hex(100_000),
  eth_gasPrice: () => hex(2n * GWEI),
  eth_getBlockByNumber: () => blockOf(7),
  eth_blockNumber: () => hex(7),
  eth_getBalance: () => hex(COST),
  eth_getTransactionCount: () => hex(3),
  eth_sendRawTransaction: (raw: string) => keccak256(raw),
  eth_getTransactionReceipt: () => receipt(1),
  ...answers,
});

/** A transaction that the node knows, not included yet. */
const WAITING = waitingOf(KEY.address, TO);
const receipt = (status: number) => receiptOf(7, status, KEY.address, TO);

const sent = (answers: Answers, more: Partial<SendOptions> = {}) =>
  answering(answers, async (provider, asked) => {
    const signer = KEY.connect(provider);
    const hashes: string[] = [];
    const onSent = (hash: string) => hashes.push(hash);
    const result = await send(GIFT, { provider, signer, confirmations: 1, pollMs: 1, onSent, ...more });
    return { result, hashes, methods: asked.map(({ method }) => method) };
  });

describe("what a transaction costs", () => {
  const cost = (answers: Answers) => answering(node(answers), (provider) => estimate(provider, KEY.address, GIFT));

  it("is a fifth more gas than estimated, at the price of a chain without a base fee", async () => {
    expect(await cost({})).to.deep.equal({ gas: 120_000n, gasPrice: 2n * GWEI, wei: COST });
    expect((await cost({ eth_estimateGas: () => hex(21_001) })).gas).to.equal(25_201n);
  });

  it("is no less gas than the transaction is given at least", async () => {
    const given = (leastGas: bigint) =>
      answering(node(), async (provider) => (await estimate(provider, KEY.address, { ...GIFT, leastGas })).gas);
    expect(await given(120_001n)).to.equal(120_001n);
    expect(await given(119_999n)).to.equal(120_000n);
  });

  it("is asked for exactly what will be sent", async () => {
    const asked: unknown[] = [];
    const eth_estimateGas = (given: unknown) => {
      asked.push(given);
      return hex(100_000);
    };
    await cost({ eth_estimateGas });
    expect(asked).to.deep.equal([{ from: KEY.address.toLowerCase(), to: TO, data: "0x12", value: "0x5" }]);
  });

  it("is at most twice the base fee and the tip, where there is one", async () => {
    const answers = {
      eth_getBlockByNumber: () => blockOf(7, 0, hex(10n * GWEI)),
      eth_maxPriorityFeePerGas: () => hex(GWEI),
    };
    expect((await cost(answers)).gasPrice).to.equal(21n * GWEI);
  });

  it("is only what it sends where the node knows no price", async () => {
    const answers = {
      eth_gasPrice: () => {
        throw new RpcError(-32_601, "no price");
      },
    };
    expect(await cost(answers)).to.deep.equal({ gas: 120_000n, gasPrice: 0n, wei: 5n });
  });

  it("is nothing where it would fail, for the contract's own reason", async () => {
    const data = allErrors().encodeErrorResult("AmountAboveFree", [1_500_000n, 400_000n]);
    const eth_estimateGas = () => {
      throw new RpcError(3, "execution reverted", data);
    };
    const wording = { currency: { symbol: "USDC", decimals: 6 } };
    const refused = answering(node({ eth_estimateGas }), (provider) => estimate(provider, KEY.address, GIFT, wording));
    const { code, message } = await problemOf(refused);
    expect(code).to.equal("contract.AmountAboveFree");
    expect(message).to.contain("1.50 USDC");
  });
});

describe("before a transaction is sent", () => {
  it("whatever waits of the same key must be in", async () => {
    const counts = (latest: number, pending: number) =>
      answering(
        { eth_getTransactionCount: (_: string, tag: string) => hex(tag === "latest" ? latest : pending) },
        (provider) => refuseWhilePending(provider, KEY.address),
      );
    await counts(3, 3);
    await counts(3, 2); // a node behind
    expect(await problemOf(counts(3, 4))).to.deep.equal({
      code: "transaction.pending",
      message: `An earlier transaction of ${KEY.address} (nonce 3) is sent but not included yet.`,
      hint: "It may be this very job. Run it again in a minute: the chain then tells what is left to do. If it never gets in, replace it from your wallet.",
      retry: true,
    });
  });

  it("the key must hold what it may cost, to the last unit", async () => {
    expect((await sent(node())).result.block).to.equal(7);
    let raw: string | undefined;
    const eth_sendRawTransaction = (given: string) => {
      raw = given;
      return keccak256(given);
    };
    const poor = node({ eth_getBalance: () => hex(COST - 1n), eth_sendRawTransaction });
    expect(await problemOf(sent(poor))).to.deep.equal({
      code: "gas.too-little",
      message: `${KEY.address} holds 0.000240000000000004 of the chain's own coin; the transaction may cost 0.000240000000000005.`,
      hint: "Send this account some of the chain's own coin for gas. Nothing was sent.",
    });
    expect(raw).to.equal(undefined);
    expect(parseEther("0.000240000000000005")).to.equal(COST);
  });

  it("the node may refuse it", async () => {
    const eth_sendRawTransaction = () => {
      throw new RpcError(-32_000, "replacement transaction underpriced");
    };
    expect((await problemOf(sent(node({ eth_sendRawTransaction })))).code).to.equal("transaction.nonce-used");
  });
});

describe("after a transaction is sent", function () {
  this.timeout(20_000);
  it("its hash is told at once, and what became of it in the end", async () => {
    const { result, hashes } = await sent(node());
    expect(result).to.deep.equal({ ...GIFT, from: KEY.address, hash: hashes[0], block: 7, gasUsed: 90_000n });
    expect(hashes).to.have.length(1);
  });

  it("it is what was meant, with as much gas as was estimated and a fifth", async () => {
    const raws: string[] = [];
    const eth_sendRawTransaction = (raw: string) => {
      raws.push(raw);
      return keccak256(raw);
    };
    await sent(node({ eth_sendRawTransaction }), {});
    const { to, data, value, gasLimit, from } = Transaction.from(raws[0] ?? "");
    expect({ to, data, value, gasLimit, from }).to.deep.equal({
      ...{ to: TO, data: "0x12", value: 5n, gasLimit: 120_000n, from: KEY.address },
    });
    const quiet = answering(node(), (provider) =>
      send(GIFT, { provider, signer: KEY.connect(provider), confirmations: 1, pollMs: 1 }),
    );
    expect((await quiet).block, "nobody has to be told of the hash").to.equal(7);
  });

  it("it waits for as many blocks as it was told", async () => {
    const eth_blockNumber = inTurn(hex(7), hex(8), hex(9));
    const { methods } = await sent(node({ eth_blockNumber }), { confirmations: 3 });
    expect(methods.filter((method) => method === "eth_blockNumber")).to.have.length(3);
  });

  const unknown = (times: number) => Array.from({ length: times }, () => null);
  const lookups = (methods: readonly string[]) =>
    methods.filter((method) => method === "eth_getTransactionByHash").length;

  it("a node may forget it for a while and remember it", async () => {
    const eth_getTransactionReceipt = inTurn(...unknown(30), receipt(1));
    const eth_getTransactionByHash = inTurn(...unknown(14), WAITING, ...unknown(14), WAITING);
    const { result, methods } = await sent(node({ eth_getTransactionReceipt, eth_getTransactionByHash }));
    expect(result.block).to.equal(7);
    expect(lookups(methods)).to.equal(30);
  });

  it("a node may not answer for a while, which says nothing about it", async () => {
    const eth_getTransactionReceipt = inTurn(...Array.from({ length: 16 }, () => new HangUp()), receipt(1));
    const { result, methods } = await sent(node({ eth_getTransactionReceipt }));
    expect(result.block).to.equal(7);
    expect(lookups(methods), "asked only when the node answers that it has no receipt").to.equal(0);
    const eth_getTransactionByHash = inTurn(new HangUp());
    const later = inTurn(...unknown(16), receipt(1));
    expect((await sent(node({ eth_getTransactionReceipt: later, eth_getTransactionByHash }))).result.block).to.equal(7);
  });

  for (const [what, code, count, message] of [
    [
      "dropped",
      "transaction.dropped",
      3,
      (hash: string) => `The network dropped transaction ${hash} before including it.`,
    ],
    [
      "replaced",
      "transaction.replaced",
      4,
      (hash: string) => `Transaction ${hash} was replaced by another one of the same key.`,
    ],
  ] as const) {
    it(`it is given up as ${what} when the node has not known it fifteen times in a row`, async () => {
      let asked = 0;
      let isSent = false;
      const hashes: string[] = [];
      const answers = node({
        eth_getTransactionReceipt: () => null,
        eth_getTransactionByHash: () => {
          ++asked;
          return null;
        },
        eth_getTransactionCount: () => hex(isSent ? count : 3),
      });
      const onSent = (hash: string) => {
        isSent = true;
        hashes.push(hash);
      };
      const problem = await problemOf(sent(answers, { onSent }));
      expect(problem).to.deep.equal({ code, message: message(hashes[0] ?? ""), hint: AGAIN, retry: true });
      expect(asked).to.equal(15);
    });
  }

  it("waiting ends in time, and says that it may still get in", async () => {
    const answers = node({ eth_getTransactionReceipt: () => null, eth_getTransactionByHash: () => WAITING });
    const hashes: string[] = [];
    const onSent = (hash: string) => hashes.push(hash);
    const began = Date.now();
    const problem = await problemOf(sent(answers, { onSent, timeoutMs: 600 }));
    expect(Date.now() - began).to.be.within(600, 20_000);
    expect(problem).to.deep.equal({
      code: "transaction.waiting",
      message: `Transaction ${hashes[0] ?? ""} was sent but not confirmed within 1 s.`,
      hint: "It may still get in. Run it again later: the job looks at the chain and does only what is left.",
      retry: true,
    });
  });

  const reverted = (eth_call: () => unknown, asked: unknown[] = []) => {
    const answers = node({
      eth_getTransactionReceipt: () => receipt(0),
      eth_call: (...params: unknown[]) => {
        asked.push(params);
        return eth_call();
      },
    });
    return problemOf(sent(answers, { wording: { currency: { symbol: "USDC", decimals: 6 } } }));
  };
  const unexplained = {
    code: "transaction.reverted",
    message: `Transaction 0x${"33".repeat(32)} was included but reverted; only its gas is spent.`,
    hint: "The chain moved while it was on its way. Look at `upheld status`, then run it again.",
    retry: true,
  };

  it("why it reverted is asked of the block it is in", async () => {
    const asked: unknown[] = [];
    const data = allErrors().encodeErrorResult("AmountAboveFree", [1_500_000n, 400_000n]);
    const { code, message } = await reverted(() => {
      throw new RpcError(3, "execution reverted", data);
    }, asked);
    expect(code).to.equal("contract.AmountAboveFree");
    expect(message).to.contain("1.50 USDC");
    expect(asked).to.deep.equal([[{ from: KEY.address.toLowerCase(), to: TO, data: "0x12", value: "0x5" }, hex(7)]]);
  });

  it("without a reason, or when it would not revert any more, it is only said that it did", async () => {
    expect(
      await reverted(() => {
        throw new RpcError(3, "execution reverted", "0x");
      }),
    ).to.deep.equal(unexplained);
    expect(await reverted(() => AbiCoder.defaultAbiCoder().encode(["uint256"], [1]))).to.deep.equal(unexplained);
  });

  it("Ctrl-C ends the waiting", async () => {
    const stop = new AbortController();
    const work = sent(node({ eth_getTransactionReceipt: () => null }), {
      signal: stop.signal,
      onSent: () => {
        stop.abort();
      },
    });
    expect(await work.catch((error: unknown) => error)).to.have.property("name", "AbortError");
  });
});
