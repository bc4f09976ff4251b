import { expect } from "chai";
import { getAddress, JsonRpcSigner, Wallet } from "ethers";
import { UpheldError } from "../../src/errors.ts";
import { stopClock } from "../support/clock.ts";
import { HangUp, receiptOf, RpcError } from "./answering.ts";
import { Pool, priceIn, receiver, sendThrough, type Sending } from "./pool.ts";

const KEY = new Wallet(`0x${"11".repeat(32)}`);
const GWEI = 10n ** 9n;
/** Twice the base fee and the tip. */
const PRICE = 21n * GWEI;
const AGAIN = "Run it again: the job looks at the chain and does only what is left.";
const hex = (value: bigint) => `0x${value.toString(16)}`;
const times = <T>(count: number, value: T) => Array<T>(count).fill(value);
const refusal = (message: string) => new RpcError(-32_000, message);
const hangUp = (): never => {
  throw new HangUp();
};

describe("an outbox hands over", function () {
  this.timeout(20_000);
  let pool: Pool;
  let clock: ReturnType<typeof stopClock>;

  beforeEach(() => {
    pool = new Pool(KEY.address);
    clock = stopClock();
  });
  afterEach(() => {
    clock.goOn();
    // a test that failed leaves nothing waiting
    pool.stop(new Error("over"));
  });

  const sent = (count: number, sending?: Sending) => sendThrough(pool, KEY, count, sending);
  const nonces = () => pool.handed.map(({ nonce }) => nonce);
  const prices = () => pool.handed.map(priceIn);
  /** Two of an earlier run that wait at `price`. */
  const leaveEarlier = (price: bigint) => {
    pool.hold([3, 4], price);
  };

  it("what there is, also when nobody is told and nobody may stop it", async () => {
    pool.before = (nth) => (nth === 1 ? new HangUp() : undefined);
    const alone = { onEvent: undefined, signal: undefined } as object;
    expect((await sent(2, { options: alone })).kinds).to.deep.equal(["included", "included"]);
  });

  it("nothing when there is nothing to send, and asks nothing", async () => {
    const { fates, asked } = await sent(0);
    expect({ fates, asked }).to.deep.equal({ fates: [], asked: [] });
  });

  it("what was meant, at two prices on a chain with a base fee", async () => {
    const { fates, events } = await sent(2);
    expect(pool.handed[1]?.toJSON()).to.deep.include({
      ...{
        type: 2,
        to: getAddress(receiver(1)),
        data: "0x12",
        value: "1",
        gasLimit: "50000",
        nonce: 4,
        chainId: "31337",
      },
      ...{ maxFeePerGas: String(PRICE), maxPriorityFeePerGas: String(GWEI) },
    });
    expect(pool.handed[1]?.from).to.equal(KEY.address);
    const hashes = pool.handed.map(({ hash }) => hash);
    expect(fates.map((fate) => "receipt" in fate && fate.receipt.hash)).to.deep.equal(hashes);
    expect(events).to.deep.equal(hashes.map((hash, i) => ({ kind: "sent", nonce: 3 + i, hash, price: PRICE })));
  });

  it("at one price where the chain has none", async () => {
    pool.baseFee = undefined;
    expect((await sent(1)).told).to.deep.equal([["sent", 3, GWEI]]);
    expect(pool.handed[0]?.toJSON()).to.deep.include({ type: 0, gasPrice: String(GWEI) });
  });

  it("behind what waits with the node", async () => {
    leaveEarlier(PRICE);
    const { kinds } = await sent(1);
    expect(kinds).to.deep.equal(["included"]);
    expect(nonces()).to.deep.equal([5]);
  });

  it("nothing until the node says the nonce, and never when it does not for too long", async () => {
    let asked = 0;
    const answers = { eth_getTransactionCount: () => (++asked < 3 ? hangUp() : hex(BigInt(pool.included))) };
    expect((await sent(1, { answers })).kinds).to.deep.equal(["included"]);
    const began = asked;
    const silent = () => {
      clock.pass(++asked === began + 1 ? 899_999 : 1);
      return hangUp();
    };
    const { fates } = await sent(2, { answers: { eth_getTransactionCount: silent } });
    const problem = { code: "chain.unreachable", message: "The node does not answer.", hint: AGAIN, retry: true };
    expect(fates).to.deep.equal(times(2, { kind: "unsent", problem }));
    expect(asked - began).to.equal(2);
  });

  it("sixteen at a time, and more as those get in", async () => {
    const atLook: number[] = [];
    pool.onLook = (look) => {
      atLook.push(pool.handed.length);
      if (look > 1) pool.mine();
    };
    expect((await sent(20)).kinds).to.deep.equal(times(20, "included"));
    expect(atLook).to.deep.equal([16, 16, 20]);
    expect(nonces()).to.deep.equal(Array.from({ length: 20 }, (_, i) => 3 + i));
  });

  it("several at a price that is asked for once", async () => {
    const { asked } = await sent(3);
    expect(asked.filter(({ method }) => method === "eth_gasPrice")).to.have.length(1);
  });

  it("nothing while the node says no price", async () => {
    let asked = 0;
    const head = pool.answers()["eth_getBlockByNumber"]!;
    const answers = { eth_getBlockByNumber: () => (++asked < 3 ? hangUp() : head()) };
    expect((await sent(1, { answers })).kinds).to.deep.equal(["included"]);
    expect(asked).to.equal(3);
  });

  it("nothing more once gas is too dear, and waits for what is on its way", async () => {
    pool.onLook = (look) => {
      pool.baseFee = 10n * PRICE;
      if (look > 2) pool.mine();
    };
    const { kinds, problems } = await sent(18, { options: { highestGasPrice: PRICE } });
    expect(kinds).to.deep.equal([...times(16, "included"), "unsent", "unsent"]);
    const message = "A unit of gas costs 211.0 gwei, above the limit of 21.0 gwei.";
    for (const problem of problems.slice(16)) expect(problem).to.include({ code: "gas.too-dear", message });
  });

  it("to the node what the node signs itself", async () => {
    const requests: unknown[] = [];
    const hash = `0x${"44".repeat(32)}`;
    const { fates, events, asked } = await sent(1, {
      by: (provider) => new JsonRpcSigner(provider, KEY.address),
      answers: {
        eth_sendTransaction: (request: unknown) => {
          requests.push(request);
          // nobody knows what became of the first
          return requests.length === 1 ? hangUp() : hash;
        },
        eth_getTransactionReceipt: (given: string) =>
          pool.looks > 2 ? receiptOf(pool.head, 1, KEY.address, receiver(0), given) : null,
      },
    });
    const request = {
      ...{ from: KEY.address.toLowerCase(), to: receiver(0), data: "0x12", value: "0x0", nonce: "0x3" },
      ...{ gas: "0xc350", chainId: "0x7a69", type: "0x2" },
      ...{ maxFeePerGas: hex(PRICE), maxPriorityFeePerGas: hex(GWEI) },
    };
    expect(requests).to.deep.equal([request, request]);
    expect(fates[0]).to.have.nested.property("receipt.hash", hash);
    expect(events).to.deep.equal([{ kind: "sent", nonce: 3, hash, price: PRICE }]);
    expect(asked.filter(({ method }) => method === "eth_getTransactionByHash")).to.deep.equal([]);
  });

  describe("to a node that says", () => {
    for (const words of [
      "already known",
      "ALREADY KNOWN",
      "transaction already imported",
      "already in mempool",
      "already in pool",
      "already in the mempool",
      "Known transaction: 0x12",
    ]) {
      it(`"${words}": it has it, so the next one may go`, async () => {
        pool.after = () => refusal(words);
        const handedAtLook: number[] = [];
        pool.onLook = () => {
          handedAtLook.push(pool.handed.length);
          pool.mine();
        };
        const { kinds, told } = await sent(2);
        expect(kinds).to.deep.equal(["included", "included"]);
        expect(handedAtLook).to.deep.equal([2]);
        expect(told).to.deep.equal([
          ["sent", 3, PRICE],
          ["sent", 4, PRICE],
        ]);
      });
    }

    for (const [words, refuse] of [
      ["internal error", () => refusal("internal error")],
      ["unknown transaction type", () => refusal("unknown transaction type")],
      ["nothing, and hangs up", () => new HangUp()],
    ] as const) {
      it(`${words}: the next one waits until it is known that it has it`, async () => {
        pool.after = (nth) => (nth === 1 ? refuse() : undefined);
        const handedAtLook: number[] = [];
        pool.onLook = (look) => {
          handedAtLook.push(pool.handed.length);
          if (look > 1) pool.mine();
        };
        const { kinds, told } = await sent(2);
        expect(kinds).to.deep.equal(["included", "included"]);
        expect(handedAtLook).to.deep.equal([1, 2]);
        expect(told, "and is not sent again").to.deep.equal([
          ["sent", 3, PRICE],
          ["sent", 4, PRICE],
        ]);
      });

      it(`${words}: it is sent again, to the byte, when the node has not got it`, async () => {
        pool.before = (nth) => (nth <= 2 ? refuse() : undefined);
        const handedAtLook: number[] = [];
        pool.onLook = (look) => {
          handedAtLook.push(pool.handed.length);
          if (look > 2) pool.mine();
        };
        const { kinds, told, events } = await sent(2);
        expect(kinds).to.deep.equal(["included", "included"]);
        expect(handedAtLook).to.deep.equal([1, 2, 4]);
        expect(told).to.deep.equal([
          ["sent", 3, PRICE],
          ["sent again", 3, PRICE],
          ["sent", 4, PRICE],
        ]);
        const [first, second] = events;
        expect(second).to.deep.equal({ ...first, kind: "sent again" });
        expect(new Set(pool.handed.slice(0, 3).map(({ serialized }) => serialized)).size).to.equal(1);
      });
    }

    it("nothing, also when it is asked for it: the next one waits", async () => {
      const all = pool.answers();
      pool.after = (nth) => (nth === 1 ? new HangUp() : undefined);
      const handedAtLook: number[] = [];
      pool.onLook = (look) => {
        handedAtLook.push(pool.handed.length);
        if (look > 2) pool.mine();
      };
      const eth_getTransactionByHash = (hash: never) =>
        pool.looks === 1 ? hangUp() : all["eth_getTransactionByHash"]?.(hash);
      expect((await sent(2, { answers: { eth_getTransactionByHash } })).kinds).to.deep.equal(["included", "included"]);
      expect(handedAtLook).to.deep.equal([1, 1, 2]);
    });

    it("nothing, but has it in a block: the next one may go", async () => {
      pool.after = (nth) => (nth === 1 ? new HangUp() : undefined);
      const handedAtLook: number[] = [];
      pool.onLook = () => {
        handedAtLook.push(pool.handed.length);
        pool.mine();
      };
      expect((await sent(2, { options: { confirmations: 2 } })).kinds).to.deep.equal(["included", "included"]);
      expect(handedAtLook).to.deep.equal([1, 2, 2]);
    });

    it("that the nonce is used: the next one waits for what became of it", async () => {
      pool.before = (nth) => (nth === 1 ? refusal("nonce too low") : undefined);
      expect((await sent(2)).told).to.deep.equal([
        ["sent", 3, PRICE],
        ["sent again", 3, PRICE],
        ["sent", 4, PRICE],
      ]);
    });

    it("that it knows it when it is sent again: it has it", async () => {
      pool.before = (nth) => (nth === 1 ? new HangUp() : undefined);
      pool.after = (nth) => (nth === 2 ? refusal("already known") : undefined);
      const handedAtLook: number[] = [];
      pool.onLook = (look) => {
        handedAtLook.push(pool.handed.length);
        if (look > 1) pool.mine();
      };
      const { kinds, told } = await sent(2);
      expect(kinds).to.deep.equal(["included", "included"]);
      expect(handedAtLook).to.deep.equal([1, 3]);
      expect(told).to.deep.equal([
        ["sent", 3, PRICE],
        ["sent", 4, PRICE],
      ]);
    });

    for (const [words, problem] of [
      ["insufficient funds for gas * price + value", { code: "gas.too-little" }],
      ["replacement transaction underpriced", { code: "transaction.nonce-used" }],
      [
        "transaction underpriced",
        { code: "chain.node-error", message: "The node refused: transaction underpriced.", retry: true },
      ],
    ] as const) {
      it(`"${words}": neither it nor the next is sent`, async () => {
        pool.before = (nth) => (nth === 2 ? refusal(words) : undefined);
        const { kinds, problems, told } = await sent(4);
        expect(kinds).to.deep.equal(["included", "unsent", "unsent", "unsent"]);
        expect(problems[1]).to.include(problem);
        expect(problems.slice(2)).to.deep.equal([problems[1], problems[1]]);
        expect(told).to.deep.equal([["sent", 3, PRICE]]);
        expect(nonces()).to.deep.equal([3, 4]);
      });
    }

    it("nothing, as the key does not sign: neither it nor the next is sent", async () => {
      const problem = { code: "signer.kms", message: "AWS KMS did not sign.", retry: true };
      const signer = new Wallet(KEY.privateKey);
      signer.signTransaction = () => Promise.reject(new UpheldError(problem));
      const { fates } = await sent(2, { by: () => signer });
      expect(fates).to.deep.equal(times(2, { kind: "unsent", problem }));
      expect(pool.handed).to.deep.equal([]);
    });
  });

  describe("where an earlier run's transactions are stuck", () => {
    const replaceBelow = 5;
    /** What a quarter more each time comes to. */
    const steps = (count: number) => {
      const all = [PRICE];
      while (all.length <= count) all.push((all.at(-1)! * 5n) / 4n + 1n);
      return all;
    };

    it("more and more, until it takes their place", async () => {
      // ten times what is asked now: a quarter more, eleven times
      leaveEarlier(10n * PRICE);
      const { kinds, told } = await sent(3, { options: { replaceBelow } });
      expect(kinds).to.deep.equal(times(3, "included"));
      expect(nonces()).to.deep.equal([...times(12, 3), ...times(12, 4), 5]);
      expect(prices()).to.deep.equal([...steps(11), ...steps(11), PRICE]);
      expect(told).to.deep.equal([
        ["sent", 3, steps(11).at(-1)],
        ["sent", 4, steps(11).at(-1)],
        ["sent", 5, PRICE],
      ]);
    });

    it("behind them all where that is not asked for", async () => {
      leaveEarlier(PRICE);
      await sent(1, { options: { replaceBelow: 0 } });
      expect(nonces()).to.deep.equal([5]);
    });

    it("up to the highest price, which it may just reach", async () => {
      const [, , , third = 0n] = steps(3);
      const reach = async (highestGasPrice: bigint) => {
        pool = new Pool(KEY.address);
        leaveEarlier((third * 10n) / 11n);
        return sent(2, { options: { replaceBelow, highestGasPrice } });
      };
      expect((await reach(third)).kinds).to.deep.equal(times(2, "included"));
      expect(prices()).to.deep.equal([...steps(3), ...steps(3)]);
      const { kinds, problems } = await reach(third - 1n);
      expect(kinds).to.deep.equal(times(2, "unsent"));
      expect(problems[0]).to.include({ code: "transaction.nonce-used" });
      expect(prices()).to.deep.equal(steps(2));
    });

    it("fifteen times more and no oftener", async () => {
      leaveEarlier(1_000n * PRICE);
      const { kinds, problems } = await sent(1, { options: { replaceBelow } });
      expect(kinds).to.deep.equal(["unsent"]);
      expect(problems[0]).to.include({ code: "transaction.nonce-used" });
      expect(prices()).to.deep.equal(steps(15));
    });

    it("not more where only the nonces behind theirs are in the way", async () => {
      pool.hold([5], 10n * PRICE);
      const { kinds } = await sent(3, { options: { replaceBelow } });
      expect(kinds).to.deep.equal(["included", "included", "unsent"]);
      expect(prices()).to.deep.equal(times(3, PRICE));
    });

    it("whichever got in, it counts", async () => {
      leaveEarlier(10n * PRICE);
      // who refused it may have passed it on
      pool.before = (nth) => (nth === 1 ? refusal("transaction underpriced") : undefined);
      const { kinds } = await sent(1, {
        options: { replaceBelow },
        answers: {
          eth_getTransactionReceipt: (hash: string) =>
            hash === pool.handed[0]?.hash ? receiptOf(pool.head, 1, KEY.address, receiver(0), hash) : null,
        },
      });
      expect(kinds).to.deep.equal(["included"]);
    });
  });
});
