import { expect } from "chai";
import { ISLAFactory__factory } from "../../typechain-types/index.ts";
import { keep, newStatus, type KeepOptions, type KeepStatus } from "../../src/oracle/keep.ts";
import { RpcError } from "../chain/answering.ts";
import { DAY, FEBRUARY, FACTORY } from "../support/told-chain.ts";
import { Desk, ORACLE, type Heard, type Signed, type SourceOf } from "./desk.ts";

const FACTORY_ABI = ISLAFactory__factory.createInterface();
const UNTIL = FEBRUARY + 5n * DAY;
const NOWHERE: SourceOf = () => "outages: nowhere.csv";

describe("a job that keeps reporting", function () {
  this.timeout(60_000);
  let desk: Desk;
  let status: KeepStatus;
  beforeEach(() => {
    desk = new Desk();
    status = newStatus();
  });
  afterEach(() => {
    desk.end();
  });

  /** Keeps `signed` for so many rounds; `between` is told the number of each that ended. */
  async function kept(
    signed: readonly Signed[],
    rounds: number,
    more: Partial<KeepOptions> = {},
    { source, between }: { source?: SourceOf; between?: (round: number) => void } = {},
  ): Promise<readonly Heard[]> {
    const stop = new AbortController();
    let ended = 0;
    await desk.chain.during(async (provider) => {
      const opened = await desk.open(provider, signed, source);
      const { tell } = desk;
      await keep({
        ...{ ...desk.round(provider, opened), dispatch: desk.dispatch(provider), status },
        ...{ warnBefore: DAY, settleBelow: undefined, signal: stop.signal },
        ...more,
        tell: (event, values) => {
          tell(event, values);
          if (!["round", "round failed"].includes(event)) return;
          ended += 1;
          between?.(ended);
          if (ended === rounds) stop.abort();
        },
      });
    });
    return desk.heard.filter(({ event }) => ["round", "round failed"].includes(event));
  }
  const inSeconds = (heard: readonly Heard[]) => heard.map(({ nextInSeconds }) => nextInSeconds);
  const QUICK = { shortestMs: 1, longestMs: 1 };

  describe("goes round", () => {
    it("every ten minutes while nothing opens sooner", async () => {
      const [round] = await kept(desk.signMany(2), 1);
      expect(round).to.deep.equal({ event: "round", reported: 2, nextInSeconds: 600 });
      expect(desk.heard.at(-1)).to.deep.equal({ event: "stopped" });
      expect(desk.chain.taken).to.have.length(2);
    });

    for (const [opensIn, next] of [
      [100n, 101],
      [598n, 599],
      [700n, 600],
      [3n, 15],
      [-5n, 15],
    ] as const) {
      it(`after ${next} s when a window opens in ${opensIn} s`, async () => {
        const signed = desk.signMany(2);
        for (const { told } of signed) told.summary["reportFrom"] = desk.chain.now + 5_000n;
        signed[1]!.told.summary["reportFrom"] = desk.chain.now + opensIn;
        // a draft whose start has just passed
        if (opensIn < 0n) Object.assign(signed[1]!.told.summary, { phase: 1n, start: desk.chain.now + opensIn });
        expect(await kept(signed, 1)).to.deep.equal([{ event: "round", early: 2, nextInSeconds: next }]);
      });
    }

    it("after twice as long each time while something fails, up to the longest", async () => {
      expect(inSeconds(await kept(desk.signMany(1), 1, {}, { source: NOWHERE })), "15 s at first").to.deep.equal([30]);
      desk.heard.length = 0;
      const source: SourceOf = (_, i) => `outages: ${i === 0 ? "nowhere" : "outages"}.csv`;
      expect(inSeconds(await kept(desk.signMany(2), 1, {}, { source })), "one of two").to.deep.equal([30]);
      desk.heard.length = 0;
      const failing = await kept(desk.signMany(1), 3, { shortestMs: 500, longestMs: 1_600 }, { source: NOWHERE });
      expect(failing.map(({ failed }) => failed)).to.deep.equal([1, 1, 1]);
      expect(inSeconds(failing), "1, 1.6 and 1.6 s").to.deep.equal([1, 2, 2]);
    });

    it("likewise when the chain cannot be read, and says so", async () => {
      const { eth_getBlockByNumber: block } = desk.chain.answers;
      desk.chain.answers.eth_getBlockByNumber = () => {
        throw new RpcError(-32_000, "out of order");
      };
      const heard = await kept(
        desk.signMany(1),
        2,
        { shortestMs: 500, longestMs: 5_000 },
        {
          between: (round) => {
            if (round === 1) desk.chain.answers.eth_getBlockByNumber = block;
          },
        },
      );
      expect(heard).to.deep.equal([
        {
          ...{ event: "round failed", code: "chain.node-error", message: "The node refused: out of order." },
          ...{ retry: true, nextInSeconds: 1 },
        },
        { event: "round", reported: 1, nextInSeconds: 5 },
      ]);
      expect(status).to.include({ rounds: 2, failedRounds: 1, reported: 1, lastProblem: undefined });
    });

    it("stops at once, without a word of a failure, when it is told to within a round", async () => {
      const stop = new AbortController();
      await desk.chain.during(async (provider) => {
        const opened = await desk.open(provider, desk.signMany(1));
        await keep({
          ...{ ...desk.round(provider, opened), dispatch: desk.dispatch(provider), status },
          ...{ warnBefore: DAY, settleBelow: undefined, signal: stop.signal },
          tell: (event, values) => {
            desk.tell(event, values);
            if (event === "measured") stop.abort();
          },
        });
      });
      expect(desk.heard.map(({ event }) => event)).to.deep.equal(["looked", "measured", "stopped"]);
      expect(status).to.deep.equal(newStatus());
      expect(desk.chain.taken).to.deep.equal([]);
    });

    it("does not begin when it is stopped already", async () => {
      const stop = AbortSignal.abort();
      await desk.chain.during(async (provider) => {
        const opened = await desk.open(provider, desk.signMany(1));
        const round = { ...desk.round(provider, opened), dispatch: desk.dispatch(provider), status };
        await keep({ ...round, warnBefore: DAY, settleBelow: undefined, signal: stop });
      });
      expect(desk.heard).to.deep.equal([{ event: "stopped" }]);
    });
  });

  describe("tells of itself", () => {
    it("when it began, how it went and when it goes on", async () => {
      const before = Date.now();
      desk.chain.balance = 77n;
      await kept(desk.signMany(2), 1);
      const { lastRoundAt, lastGoodRoundAt, nextRoundAt, outcomes, ...rest } = status;
      expect(rest).to.deep.equal({
        ...{ rounds: 1, failedRounds: 0, reported: 2, settled: 0, lastProblem: undefined },
        ...{ pressing: 0, balance: 77n, nextDeadline: 0n },
      });
      expect(lastRoundAt).to.equal(lastGoodRoundAt).and.to.be.within(before, Date.now());
      expect(nextRoundAt).to.be.within(lastRoundAt + 600_000, Date.now() + 600_000);
      expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["reported", "reported"]);
    });

    it("how many it reported in all its rounds", async () => {
      const signed = desk.signMany(2);
      await kept(signed, 2, QUICK, {
        between: () => {
          Object.assign(signed[0]!.told.state, { stage: 2n, period: 1n });
          Object.assign(signed[0]!.told.summary, { periodStart: FEBRUARY, periodEnd: FEBRUARY + 28n * DAY });
        },
      });
      expect(status.reported).to.equal(3);
      expect(status.outcomes.map(({ kind }) => kind)).to.deep.equal(["reported", "there"]);
    });

    it("when its last round failed, and that a good one lies behind", async () => {
      await kept(desk.signMany(1), 2, QUICK, {
        between: () => {
          desk.chain.answers.eth_getBlockByNumber = () => {
            throw new RpcError(-32_000, "out of order");
          };
        },
      });
      expect(status.lastRoundAt >= status.lastGoodRoundAt && status.lastGoodRoundAt > 0).to.equal(true);
      expect(status.lastProblem?.code).to.equal("chain.node-error");
      expect([status.rounds, status.failedRounds]).to.deep.equal([2, 1]);
    });

    it("of deadlines that come near, to the second, the earliest first", async () => {
      const signed = desk.signMany(4);
      signed[0]!.told.summary["reportUntil"] = UNTIL + 1n;
      signed[2]!.told.summary["reportUntil"] = UNTIL - 1n;
      desk.chain.now = UNTIL - DAY;
      await kept(signed, 1, {}, { source: (_, i) => `outages: ${i === 3 ? "outages" : "nowhere"}.csv` });
      const near = desk.told("deadline near");
      const { problem } = status.outcomes[1]!;
      const told = (i: number, closes: bigint, secondsLeft: bigint) => ({
        ...{ event: "deadline near", agreement: `CI hosting ${i}`, period: 0n, closes, secondsLeft },
        ...problem,
      });
      expect(near).to.deep.equal([told(1, UNTIL, DAY), told(2, UNTIL - 1n, DAY - 1n)]);
      expect(status).to.include({ pressing: 2, nextDeadline: UNTIL - 1n, reported: 1 });
      expect(status.lastProblem).to.deep.equal(problem);
      expect(problem?.code).to.equal("file.unreadable");
    });

    it("of no deadline that nothing is open for", async () => {
      const one = desk.sign();
      desk.chain.agreements.delete(one.address);
      await kept([one], 1);
      expect(status).to.include({ pressing: 0, nextDeadline: 0n });
      expect(status.lastProblem?.code).to.equal("agreement.not-genuine");
    });
  });

  describe("settles what ended", () => {
    const CHEAP = { settleBelow: 10n ** 9n + 1n };
    const ended = (count: number, phase = 3n) => {
      const signed = desk.signMany(count);
      for (const { told } of signed) {
        told.summary["phase"] = phase;
        told.state["period"] = told.state["periods"];
      }
      return signed;
    };
    const settled = () =>
      desk.chain.taken.map(({ to, data }) => {
        expect(to).to.equal(FACTORY);
        const [addresses] = FACTORY_ABI.decodeFunctionData("settle", data).toArray() as [string[]];
        return [...addresses];
      });

    it("in one transaction, with the gas that each takes by itself", async () => {
      const signed = ended(2);
      await kept(signed, 1, CHEAP);
      const addresses = signed.map(({ address }) => address);
      expect(settled()).to.deep.equal([addresses]);
      const [taken] = desk.chain.taken;
      expect(taken?.gas).to.equal(100_000n + 2n * 120_000n);
      expect(desk.told("settled")).to.deep.equal([{ event: "settled", agreements: addresses, hash: taken?.hash }]);
      expect(status.settled).to.equal(2);
    });

    it("unless nobody wants it, or gas costs as much as the limit", async () => {
      const signed = ended(1);
      await kept(signed, 1);
      await kept(signed, 1, { settleBelow: 10n ** 9n });
      expect(settled()).to.deep.equal([]);
      desk.chain.answers.eth_gasPrice = () => null;
      await kept(signed, 1, CHEAP);
      expect(settled(), "nor when nobody knows the price").to.deep.equal([]);
    });

    it("twenty at a time", async () => {
      const signed = ended(21);
      await kept(signed, 1, CHEAP);
      expect(settled().map(({ length }) => length)).to.deep.equal([20, 1]);
      expect(status.settled).to.equal(21);
    });

    it("once: what is closed on the chain is left, and not asked for again", async () => {
      const signed = ended(2);
      desk.chain.emit(signed[0]!.address, "Closed", [0n, 0n]);
      const asked: number[] = [];
      const { eth_getLogs: logs } = desk.chain.answers;
      let count = 0;
      desk.chain.answers.eth_getLogs = (filter) => {
        count += 1;
        return logs(filter);
      };
      await kept(signed, 3, { ...CHEAP, ...QUICK }, { between: () => asked.push(count) });
      expect(settled()).to.deep.equal([[signed[1]!.address]]);
      expect(asked, "before it, after it, then never").to.deep.equal([1, 2, 2]);
    });

    it("but nothing that lapsed, or that goes on", async () => {
      const signed = [...ended(1, 4n), ...desk.signMany(1)];
      await kept(signed, 1, CHEAP);
      expect(desk.chain.taken.map(({ to }) => to)).to.deep.equal([signed[1]?.address]);
      expect(status.settled).to.equal(0);
    });

    it("but nothing that is no agreement of the factory when it comes to it", async () => {
      const signed = ended(2);
      const { eth_gasPrice: price } = desk.chain.answers;
      desk.chain.answers.eth_gasPrice = () => {
        desk.chain.agreements.delete(signed[0]!.address);
        return price();
      };
      await kept(signed, 1, CHEAP);
      expect(settled()).to.deep.equal([[signed[1]!.address]]);
    });

    it("and says nothing of what did not get in", async () => {
      const signed = ended(1);
      const { eth_getTransactionReceipt: receipt } = desk.chain.answers;
      desk.chain.answers.eth_getTransactionReceipt = (hash) => ({ ...(receipt(hash) as object), status: "0x0" });
      await kept(signed, 1, CHEAP);
      expect(desk.chain.taken).to.have.length(1);
      expect([desk.told("settled"), status.settled]).to.deep.equal([[], 0]);
    });
  });

  it("pays from the oracle's account", async () => {
    const asked: string[] = [];
    desk.chain.answers.eth_getBalance = ((who: string) => {
      asked.push(who);
      return "0x5";
    }) as never;
    await kept(desk.signMany(1), 1);
    expect(asked).to.deep.equal([ORACLE.address.toLowerCase()]);
    expect(status.balance).to.equal(5n);
  });
});
