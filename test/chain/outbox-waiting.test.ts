import { getEventListeners } from "node:events";
import { expect } from "chai";
import { Wallet, type JsonRpcProvider } from "ethers";
import type { Problem } from "../../src/errors.ts";
import { letEarlierIn, pause, type OutboxEvent, type OutboxOptions } from "../../src/chain/outbox.ts";
import { stopClock } from "../support/clock.ts";
import { answering, HangUp, RpcError } from "./answering.ts";
import { Pool, priceIn, sendThrough, type Sending } from "./pool.ts";
import { problemOf } from "./rejection.ts";

const KEY = new Wallet(`0x${"11".repeat(32)}`);
const GWEI = 10n ** 9n;
/** Twice the base fee and the tip. */
const PRICE = 21n * GWEI;
/** A quarter more, and one. */
const HIGHER = (PRICE * 5n) / 4n + 1n;
const AGAIN = "Run it again: the job looks at the chain and does only what is left.";
const waited = (seconds: number): Problem => ({
  code: "transaction.waiting",
  message: `Nothing that was sent was confirmed within ${seconds} s.`,
  hint: "It may still get in. Run it again later: the job looks at the chain and does only what is left.",
  retry: true,
});
const overtaken = (nonce: number): Problem => ({
  code: "transaction.replaced",
  message: `Nonce ${nonce} was used by another transaction of the same key.`,
  hint: AGAIN,
  retry: true,
});
const hex = (value: bigint | number) => `0x${value.toString(16)}`;
const times = <T>(count: number, value: T) => Array<T>(count).fill(value);
const hangUp = (): never => {
  throw new HangUp();
};

let clock: ReturnType<typeof stopClock>;
let pool: Pool;

const begin = () => {
  pool = new Pool(KEY.address);
  clock = stopClock();
};
const end = () => {
  clock.goOn();
  // a test that failed leaves nothing waiting
  pool.stop(new Error("over"));
};

describe("an outbox waits", function () {
  this.timeout(20_000);
  beforeEach(begin);
  afterEach(end);

  const sent = (count: number, sending?: Sending) => sendThrough(pool, KEY, count, sending);
  /** What happens at each look, from the first; the last for ever. */
  const atLooks = (...happens: (() => void)[]) => {
    pool.onLook = (look) => happens[Math.min(look, happens.length) - 1]?.();
  };
  const mine = (status?: number) => () => {
    pool.mine(status);
  };
  const nothing = () => undefined;
  const pass = (ms: number) => () => {
    clock.pass(ms);
  };

  describe("for what is in the chain", () => {
    it("until it has as many confirmations as asked for", async () => {
      atLooks(mine());
      expect((await sent(2, { options: { confirmations: 3 } })).kinds).to.deep.equal(["included", "included"]);
      expect(pool.looks).to.equal(3);
    });

    it("and looks as often as it is told, else as often as the provider does, and not once more", async () => {
      const took = async (interval: number, options: object, looks: number) => {
        pool = new Pool(KEY.address);
        atLooks(...times(looks - 1, nothing), mine());
        const began = performance.now();
        const by = (provider: JsonRpcProvider) => {
          provider.pollingInterval = interval;
          return KEY.connect(provider);
        };
        await sent(1, { by, options });
        return performance.now() - began;
      };
      expect(await took(1, { pollMs: 80 }, 3)).to.be.greaterThan(150);
      expect(await took(80, { pollMs: undefined }, 3)).to.be.greaterThan(150);
      await took(1, { pollMs: 3_600_000 }, 1);
    });

    it("and says what the chain refused", async () => {
      atLooks(mine(0));
      const { fates } = await sent(1);
      expect(fates[0]).to.deep.include({ kind: "reverted" });
      expect(fates[0]).to.have.nested.property("receipt.hash", pool.handed[0]?.hash);
    });

    it("and sends again what a reorganisation took out", async () => {
      atLooks(
        mine(),
        () => {
          pool.reorganise();
        },
        mine(),
      );
      const { kinds, told } = await sent(2, { options: { confirmations: 2 } });
      expect(kinds).to.deep.equal(["included", "included"]);
      expect(told.slice(2)).to.deep.equal([
        ["sent again", 3, PRICE],
        ["sent again", 4, PRICE],
      ]);
    });

    it("whatever a node does not answer meanwhile", async () => {
      const all = pool.answers();
      const unsure = ["eth_blockNumber", "eth_getTransactionReceipt", "eth_getTransactionByHash"].map((method) => {
        let asked = 0;
        return [method, (...params: never[]) => (++asked <= 2 ? hangUp() : all[method]?.(...params))] as const;
      });
      const answers = Object.fromEntries(unsure);
      atLooks(...times(5, nothing), mine());
      expect((await sent(1, { answers })).kinds).to.deep.equal(["included"]);
      expect(pool.handed).to.have.length(1);
    });
  });

  describe("for a nonce that another transaction took", () => {
    it("ten looks, in case the receipt is only late", async () => {
      atLooks(() => {
        pool.overtake();
      }, nothing);
      const { fates } = await sent(1);
      expect(fates).to.deep.equal([{ kind: "unclear", problem: overtaken(3) }]);
      expect(pool.looks).to.equal(10);
    });

    it("and takes the receipt at the tenth", async () => {
      const all = pool.answers();
      const eth_getTransactionReceipt = (hash: never) =>
        pool.looks < 10 ? null : all["eth_getTransactionReceipt"]?.(hash);
      atLooks(mine(), nothing);
      expect((await sent(1, { answers: { eth_getTransactionReceipt } })).kinds).to.deep.equal(["included"]);
      expect(pool.looks).to.equal(10);
    });

    for (const [what, seen] of [
      ["a receipt that was there for a moment", "eth_getTransactionReceipt"],
      ["a nonce that was free for a moment", "eth_getTransactionCount"],
    ] as const) {
      it(`ten in a row: ${what} begins them anew`, async () => {
        const all = pool.answers();
        const answers = {
          eth_getTransactionReceipt: (hash: never) =>
            pool.looks === 20 || (pool.looks === 10 && seen === "eth_getTransactionReceipt")
              ? all["eth_getTransactionReceipt"]?.(hash)
              : null,
          eth_getTransactionCount: (account: never, tag: never) =>
            pool.looks === 10 && seen === "eth_getTransactionCount"
              ? "0x3"
              : all["eth_getTransactionCount"]?.(account, tag),
        };
        atLooks(mine(), ...times(18, nothing), mine());
        expect((await sent(1, { answers, options: { confirmations: 2 } })).kinds).to.deep.equal(["included"]);
        expect(pool.looks).to.equal(20);
      });
    }

    it("and sends nothing more", async () => {
      pool.onLook = (look) => {
        if (look === 1) pool.overtake();
        else if (look > 12) pool.mine();
      };
      const { kinds, problems } = await sent(18);
      expect(kinds).to.deep.equal(["unclear", ...times(15, "included"), "unsent", "unsent"]);
      expect(problems.filter((problem) => problem !== undefined)).to.deep.equal(times(3, overtaken(3)));
    });
  });

  describe("with more for what does not get in", () => {
    it("after a minute, for the oldest alone", async () => {
      atLooks(pass(59_999), pass(1), nothing, mine());
      const { kinds, told } = await sent(2);
      expect(kinds).to.deep.equal(["included", "included"]);
      expect(told).to.deep.equal([
        ["sent", 3, PRICE],
        ["sent", 4, PRICE],
        ["raised", 3, HIGHER],
      ]);
      expect(pool.handed.map(({ nonce }) => nonce)).to.deep.equal([3, 4, 3]);
    });

    it("each time anew, and what is asked now when that is more", async () => {
      atLooks(
        pass(100),
        pass(100),
        () => {
          pool.baseFee = 30n * GWEI;
          clock.pass(100);
        },
        mine(),
      );
      const { told } = await sent(1, { options: { stuckMs: 100 } });
      expect(told.map(([, , price]) => price)).to.deep.equal([PRICE, HIGHER, (HIGHER * 5n) / 4n + 1n, 61n * GWEI]);
    });

    it("of those not in the chain yet", async () => {
      pool.onLook = (look) => {
        if (look === 1) pool.mine();
        if (look === 2) clock.pass(60_000);
        if (look > 2) pool.mine();
      };
      const { told } = await sent(2, { options: { confirmations: 4 } });
      expect(told.map(([kind]) => kind)).to.deep.equal(["sent", "sent"]);
    });

    it("up to the highest price, which it may just reach", async () => {
      for (const [highestGasPrice, prices] of [
        [HIGHER, [PRICE, HIGHER]],
        [HIGHER - 1n, [PRICE]],
      ] as const) {
        pool = new Pool(KEY.address);
        atLooks(pass(60_000), mine());
        const { kinds } = await sent(1, { options: { highestGasPrice } });
        expect(kinds).to.deep.equal(["included"]);
        expect(pool.handed.map(priceIn)).to.deep.equal(prices);
      }
    });

    it("and more again where the node asks for more at once", async () => {
      pool.before = (nth) => (nth === 2 || nth === 3 ? new RpcError(-32_000, "transaction underpriced") : undefined);
      atLooks(pass(60_000), mine());
      const { kinds, told } = await sent(1);
      expect(kinds).to.deep.equal(["included"]);
      const third = (((HIGHER * 5n) / 4n + 1n) * 5n) / 4n + 1n;
      expect(told).to.deep.equal([
        ["sent", 3, PRICE],
        ["raised", 3, third],
      ]);
    });

    it("and when the node refuses more, for what it has", async () => {
      pool.before = (nth) => (nth > 1 ? new RpcError(-32_000, "insufficient funds") : undefined);
      atLooks(pass(60_000), nothing, mine());
      const { kinds, told, fates } = await sent(1);
      expect(kinds).to.deep.equal(["included"]);
      expect(told).to.deep.equal([["sent", 3, PRICE]]);
      expect(fates[0]).to.have.nested.property("receipt.hash", pool.handed[0]?.hash);
    });

    it("and not while the node says no price", async () => {
      const all = pool.answers();
      let asked = 0;
      const eth_getBlockByNumber = () => (++asked === 2 ? hangUp() : all["eth_getBlockByNumber"]?.());
      atLooks(pass(60_000), nothing, mine());
      const { told } = await sent(1, { answers: { eth_getBlockByNumber } });
      expect(told.map(([kind]) => kind)).to.deep.equal(["sent", "raised"]);
    });
  });

  describe("no longer", () => {
    it("than a quarter of an hour without any of them getting in", async () => {
      atLooks(pass(900_000), pass(1));
      const { fates } = await sent(18, { options: { stuckMs: Infinity } });
      expect(fates).to.deep.equal([
        ...times(16, { kind: "unclear", problem: waited(900) }),
        ...times(2, { kind: "unsent", problem: waited(900) }),
      ]);
      expect(pool.looks).to.equal(2);
    });

    it("than it was told to, counted from the last that got in", async () => {
      pool.onLook = (look) => {
        clock.pass(1_500);
        if (look === 1) pool.mine();
      };
      const { kinds, problems } = await sent(17, { options: { patienceMs: 1_500, stuckMs: Infinity } });
      expect(kinds).to.deep.equal([...times(16, "included"), "unclear"]);
      expect(problems[16]).to.deep.equal(waited(2));
      expect(pool.looks).to.equal(3);
    });

    it("than until it is told to stop", async () => {
      pool.onLook = (look) => {
        if (look === 2) pool.stop(new Error("Ctrl-C"));
      };
      const stopped: unknown = await sent(1).catch((error: unknown) => error);
      expect(stopped).to.have.property("message", "Ctrl-C");
      const already: unknown = await sent(1).catch((error: unknown) => error);
      expect(already).to.have.property("message", "Ctrl-C");
      expect(pool.handed).to.have.length(1);
    });
  });
});

describe("what an earlier run left", function () {
  this.timeout(20_000);
  beforeEach(begin);
  afterEach(end);

  /** What a node says of the nonces in turn, its last for ever, and how much later it is then. */
  async function waiting(
    said: readonly (readonly [included: number, known: number, ms?: number] | undefined)[],
    options: Partial<OutboxOptions> = {},
    interval = 1,
  ) {
    let turn = -1;
    const now = () => said[Math.min(turn, said.length - 1)];
    const eth_getTransactionCount = (account: string, tag: string) => {
      expect(account).to.equal(KEY.address.toLowerCase());
      if (turn > 50) pool.stop(new Error("it never ends"));
      if (tag === "latest" && ++turn > 0 && turn <= said.length) clock.pass(said[turn - 1]?.[2] ?? 0);
      const counts = now() ?? hangUp();
      return hex(tag === "latest" ? counts[0] : tag === "pending" ? counts[1] : hangUp());
    };
    const events: OutboxEvent[] = [];
    const below = await answering({ eth_getTransactionCount }, (provider) => {
      provider.pollingInterval = interval;
      return letEarlierIn(KEY.address, {
        ...{ provider, confirmations: 1, chainId: 31_337n, pollMs: 1, signal: pool.signal },
        ...{ onEvent: (event: OutboxEvent) => events.push(event), ...options },
      });
    });
    return { below, events, looks: turn + 1 };
  }
  const told = (from: number, to: number) => ({ kind: "waiting for earlier", from, to });

  it("is nothing when nothing waits, also to a node that is behind", async () => {
    expect(await waiting([[3, 3]])).to.deep.equal({ below: 0, events: [], looks: 1 });
    expect(await waiting([[3, 2]])).to.deep.equal({ below: 0, events: [], looks: 1 });
  });

  it("is waited for until it is in, and told once for each that gets in", async () => {
    const said = [[3, 6], [3, 6], undefined, [5, 6], [6, 6]] as const;
    expect(await waiting(said)).to.deep.equal({ below: 0, events: [told(3, 5), told(5, 5)], looks: 5 });
    expect(
      (
        await waiting([
          [1, 2],
          [2, 2],
        ])
      ).events,
    ).to.deep.equal([told(1, 1)]);
  });

  it("is stuck after more than a minute in which none got in", async () => {
    const said = [
      [3, 6, 60_000],
      [4, 6, 60_000],
      [4, 6, 1],
      [4, 7],
    ] as const;
    expect(await waiting(said)).to.deep.equal({ below: 7, events: [told(3, 5), told(4, 5)], looks: 4 });
    expect((await waiting([[3, 4, 11]], { stuckMs: 10 })).below).to.equal(4);
  });

  it("is not waited for when nobody answers for more than a quarter of an hour", async () => {
    let asked = 0;
    const eth_getTransactionCount = () => {
      clock.pass([0, 900_000, 1][asked] ?? 0);
      if (++asked > 50) pool.stop(new Error("it never ends"));
      return hangUp();
    };
    const problem = await answering({ eth_getTransactionCount }, (provider) =>
      problemOf(
        letEarlierIn(KEY.address, { provider, confirmations: 1, chainId: 31_337n, pollMs: 1, signal: pool.signal }),
      ),
    );
    expect(problem).to.deep.equal({
      ...{ code: "chain.unreachable", message: "The node does not answer.", hint: AGAIN, retry: true },
    });
    expect(asked).to.equal(3);
  });

  it("is not waited for when told to stop", async () => {
    pool.stop(new Error("Ctrl-C"));
    const stopped: unknown = await waiting([[3, 4]]).catch((error: unknown) => error);
    expect(stopped).to.have.property("message", "Ctrl-C");
  });

  it("is looked at as often as it is told, else as often as the provider looks", async () => {
    const took = async (options: object, interval = 1) => {
      const began = performance.now();
      await waiting(
        [
          [3, 4],
          [3, 4],
          [4, 4],
        ],
        options,
        interval,
      );
      return performance.now() - began;
    };
    expect(await took({ pollMs: 80 })).to.be.greaterThan(150);
    expect(await took({ pollMs: undefined }, 80)).to.be.greaterThan(150);
  });

  it("nobody has to be told of", async () => {
    expect(
      (
        await waiting(
          [
            [3, 4],
            [4, 4],
          ],
          { onEvent: undefined } as object,
        )
      ).below,
    ).to.equal(0);
  });
});

describe("a pause", () => {
  it("ends by itself, and leaves nothing behind", async () => {
    const { signal } = new AbortController();
    await pause(1, signal);
    await pause(1);
    expect(getEventListeners(signal, "abort")).to.deep.equal([]);
  });

  it("ends at once when it is told to stop, for the reason given", async () => {
    const stop = new AbortController();
    const paused = pause(2 ** 31 - 1, stop.signal).catch((error: unknown) => error);
    const reason = new Error("Ctrl-C");
    stop.abort(reason);
    expect(await paused).to.equal(reason);
    expect(await pause(2 ** 31 - 1, stop.signal).catch((error: unknown) => error)).to.equal(reason);
    expect(getEventListeners(stop.signal, "abort")).to.deep.equal([]);
  });
});
