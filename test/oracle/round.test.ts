import { existsSync } from "node:fs";
import { expect } from "chai";
import type { JsonRpcProvider } from "ethers";
import { allErrors } from "../../src/chain/abi.ts";
import { decodeFailure } from "../../src/chain/failure.ts";
import { connect } from "../../src/chain/connect.ts";
import type { Measure } from "../../src/oracle/measure.ts";
import type { Ready } from "../../src/oracle/prepare.ts";
import { Quorum } from "../../src/oracle/quorum.ts";
import { lookAt } from "../../src/oracle/look.ts";
import { runRound, type Outcome, type RoundOptions } from "../../src/oracle/round.ts";
import { readEvidence } from "../../src/evidence/files.ts";
import { RpcError } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { COMMITTEE, DAY, FEBRUARY, ToldChain } from "../support/told-chain.ts";
import { COUNTS, Desk, key, ORACLE, type Signed, type SourceOf } from "./desk.ts";

const MEMBERS = [key("21"), key("22")];
const UNTIL = FEBRUARY + 5n * DAY;
/** The contract's own words when it does not take a report. */
const REFUSAL = allErrors().encodeErrorResult("NotTheOracle", [ORACLE.address, COMMITTEE]);

describe("a round", function () {
  this.timeout(60_000);
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
  });

  const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

  /** A round for `signed`; `more` may depend on the node. */
  const round = (
    signed: readonly Signed[],
    more: (provider: JsonRpcProvider) => Partial<RoundOptions> | Promise<Partial<RoundOptions>> = () => ({}),
    source?: SourceOf,
  ) =>
    desk.chain.during(async (provider) => {
      const opened = await desk.open(provider, signed, source);
      return runRound(desk.round(provider, opened, await more(provider)));
    });

  /** With the committee's two members in place of the plain key. */
  const byCommittee = async (provider: JsonRpcProvider) => {
    desk.chain.committee.members = MEMBERS.map(({ address }) => address);
    const [first] = MEMBERS;
    const dispatch = desk.dispatch(provider, { signer: first!.connect(provider), from: first!.address });
    return { dispatch, committee: await Quorum.at(provider, 31_337n, COMMITTEE, MEMBERS) };
  };

  it("shows, dry, what would be reported: it writes and sends nothing and asks for no key", async () => {
    const signed = [desk.sign(), desk.sign("0x00000000000000000000000000000000000000b1")];
    const [first, second] = await round(signed, () => ({ dispatch: undefined }));
    const { agreement, root, ...rest } = first!;
    expect(rest).to.deep.equal({
      kind: "due",
      period: 0n,
      closes: UNTIL,
      measurements: [COUNTS],
      file: undefined,
    });
    expect([agreement.address, agreement.label]).to.deep.equal([signed[0]?.address, "CI hosting 0"]);
    expect(root).to.match(/^0x[0-9a-f]{64}$/);
    expect(second?.kind, "whoever reports it").to.equal("due");
    expect([desk.chain.taken.length, existsSync(desk.evidence)]).to.deep.equal([0, false]);
    expect(desk.heard[0]).to.deep.equal({ event: "looked", agreements: 2, due: 2 });
    // side by side: whoever is done first
    expect(desk.told("measured")).to.have.deep.members([
      { event: "measured", agreement: "CI hosting 0", period: 0n, measurements: [COUNTS] },
      { event: "measured", agreement: "CI hosting 1", period: 0n, measurements: [COUNTS] },
    ]);
    expect(desk.heard).to.have.length(3);
  });

  it("reports each agreement once, with the root of the evidence that it keeps", async () => {
    const signed = desk.signMany(3);
    const outcomes = await round(signed);
    expect(outcomes.map(({ agreement }) => agreement.address)).to.deep.equal(signed.map(({ address }) => address));
    for (const [i, { kind, revision, closes, measurements, file, root, hash, problem }] of outcomes.entries()) {
      expect({ kind, revision, closes, measurements, problem }).to.deep.equal({
        ...{ kind: "reported", revision: 0n, closes: UNTIL, measurements: [COUNTS], problem: undefined },
      });
      expect((await readEvidence(file ?? "")).root).to.equal(root);
      const taken = desk.chain.taken.find(({ to }) => to === signed[i]?.address);
      expect([taken?.hash, taken?.data]).to.satisfy(
        ([sent, data]: string[]) => sent === hash && data?.includes(root!.slice(2)),
      );
    }
    expect(desk.chain.taken.map(({ nonce }) => nonce)).to.deep.equal([0, 1, 2]);
    expect(desk.told("reported")).to.have.deep.members(
      outcomes.map(({ hash }, i) => ({ event: "reported", agreement: `CI hosting ${i}`, period: 0n, hash })),
    );
    expect(desk.told("looked"), "once: nothing was unclear").to.have.length(1);

    const again = await round(signed);
    expect(again.map(({ kind, period, revision }) => ({ kind, period, revision }))).to.deep.equal(
      signed.map(() => ({ kind: "there", period: 0n, revision: 0n })),
    );
    expect(Object.keys(again[0]!), "what is not known is left out").to.have.members([
      ...["agreement", "period", "kind", "revision"],
    ]);
    expect(desk.chain.taken).to.have.length(3);
  });

  it("takes the month that is asked for", async () => {
    const signed = desk.signMany(1);
    const [early] = await round(signed, () => ({ month: "2030-02" }));
    expect([early?.kind, early?.period, early?.problem?.code]).to.deep.equal(["early", 1n, "report.too-early"]);
    const [none] = await round(signed, () => ({ month: "2035-02" }));
    expect([none?.kind, none?.problem?.message]).to.deep.equal(["over", "No period starts in 2035-02."]);
    expect((await round(signed, () => ({ month: "2030-01" })))[0]?.kind).to.equal("reported");
  });

  it("tells what it cannot measure, and reports the others", async () => {
    const signed = desk.signMany(2);
    const outcomes = await round(signed, undefined, (_, i) => `outages: ${i === 0 ? "nowhere" : "outages"}.csv`);
    expect(kinds(outcomes)).to.deep.equal(["failed", "reported"]);
    const { agreement, problem, ...rest } = outcomes[0]!;
    expect(rest).to.deep.equal({ kind: "failed", period: 0n, closes: UNTIL });
    expect(problem?.code).to.equal("file.unreadable");
    expect(desk.told("not measured")).to.deep.equal([
      { event: "not measured", agreement: agreement.label, period: 0n, ...problem },
    ]);
    expect(desk.told("failed"), "told once").to.deep.equal([]);
    expect(desk.told("looked"), "another look would not help").to.have.length(1);
  });

  it("leaves alone what belongs to another oracle, and says whose keys are here", async () => {
    const other = "0x00000000000000000000000000000000000000b1";
    const signed = [desk.sign(other)];
    const hint = "Leave it out of this config, or name its key or committee.";
    const [outcome] = await round(signed);
    expect(outcome?.problem).to.deep.equal({
      ...{ code: "oracle.another", hint },
      message: `The agreement's oracle is ${signed[0]?.told.state["oracle"] as string}; here reports ${ORACLE.address}.`,
    });
    expect(desk.told("measured"), "nobody needs its samples").to.deep.equal([]);
    const [beside] = await round(signed, byCommittee);
    expect(beside?.problem?.message).to.match(
      new RegExp(`; here reports ${MEMBERS[0]?.address} and the committee ${COMMITTEE}\\.$`),
    );
  });

  it("reports as a committee and as a plain key in one go", async () => {
    const signed = [desk.sign(COMMITTEE), desk.sign(MEMBERS[0]?.address), desk.sign(COMMITTEE)];
    const outcomes = await round(signed, byCommittee);
    expect(kinds(outcomes)).to.deep.equal(["reported", "reported", "reported"]);
    expect(desk.chain.taken.map(({ to }) => to)).to.deep.equal([signed[1]?.address, COMMITTEE]);
    const [plain, batch] = desk.chain.taken;
    expect(outcomes.map(({ hash }) => hash)).to.deep.equal([batch?.hash, plain?.hash, batch?.hash]);
  });

  it("sends nothing through a committee that has nothing to report", async () => {
    const outcomes = await round([desk.sign(MEMBERS[0]?.address)], byCommittee);
    expect(kinds(outcomes)).to.deep.equal(["reported"]);
    expect(desk.chain.taken).to.have.length(1);
  });

  it("looks again, five times in all, at what the contract refuses, and measures it once", async () => {
    const signed = desk.signMany(2);
    signed[0]!.told.refusal = REFUSAL;
    let measured = 0;
    const measure: Measure = (...given) => {
      measured += 1;
      return desk.measure(...given);
    };
    const [refused, reported] = await round(signed, () => ({ measure }));
    expect(reported?.kind).to.equal("reported");
    expect([refused?.kind, refused?.problem?.code]).to.deep.equal(["failed", "contract.NotTheOracle"]);
    expect(desk.told("looked").map(({ agreements }) => agreements)).to.deep.equal([2, 1, 1, 1, 1]);
    expect(measured).to.equal(2);
    expect(desk.told("failed")[0]).to.deep.equal({
      ...{ event: "failed", agreement: "CI hosting 0", period: 0n },
      ...refused?.problem,
    });
  });

  it("finds that another job reported in the meantime", async () => {
    const [one] = desk.signMany(1);
    const estimate = desk.chain.answers.eth_estimateGas;
    desk.chain.answers.eth_estimateGas = () => {
      desk.chain.answers.eth_estimateGas = estimate;
      one!.told.state["stage"] = 3n;
      throw new RpcError(3, "execution reverted", REFUSAL);
    };
    const [outcome] = await round([one!]);
    expect([outcome?.kind, outcome?.revision]).to.deep.equal(["there", 0n]);
    expect(desk.told("looked")).to.have.length(2);
  });

  it("does not look again for what is too dear: gas will not be cheaper in a moment", async () => {
    const signed = desk.signMany(1);
    const [outcome] = await round(signed, (provider) => ({
      dispatch: desk.dispatch(provider, { highestGasPrice: 1n }),
    }));
    expect([outcome?.kind, outcome?.problem?.code]).to.deep.equal(["failed", "gas.too-dear"]);
    expect(desk.told("looked")).to.have.length(1);
  });

  it("does not measure again what was measured in this process", async () => {
    const signed = desk.signMany(1);
    const measured = new Map<string, Ready>();
    const never: Measure = () => Promise.reject(new Error("measured again"));
    await desk.chain.during(async (provider) => {
      const opened = await desk.open(provider, signed);
      await runRound(desk.round(provider, opened, { dispatch: undefined, measured }));
      expect([...measured.keys()]).to.deep.equal([`${signed[0]?.address}/0`]);
      const [outcome] = await runRound(desk.round(provider, opened, { measure: never, measured }));
      expect([outcome?.kind, outcome?.measurements]).to.deep.equal(["reported", [COUNTS]]);
    });
  });

  it("measures the nearest deadline first, and sends fifty while the next are measured", async () => {
    const signed = desk.signMany(51);
    signed[50]!.told.summary["reportUntil"] = UNTIL - 1n;
    const order: string[] = [];
    const measure: Measure = async (agreement, ...rest) => {
      order.push(agreement.label);
      // the last one is measured once the first is in the chain
      while (order.length === 51 && desk.chain.taken.length === 0) await new Promise((go) => setTimeout(go, 5));
      return desk.measure(agreement, ...rest);
    };
    const source: SourceOf = (_, i) => `outages: ${[0, 50].includes(i) ? "outages" : "nowhere"}.csv`;
    const outcomes = await round(signed, () => ({ atOnce: 1, measure }), source);
    expect([order[0], new Set(order).size]).to.deep.equal(["CI hosting 50", 51]);
    expect(desk.told("reported").map(({ agreement }) => agreement)).to.deep.equal(["CI hosting 50", "CI hosting 0"]);
    expect(outcomes.map(({ agreement }) => agreement.address)).to.deep.equal(signed.map(({ address }) => address));
  });

  it("sends nothing once it is stopped", async () => {
    const signed = desk.signMany(1);
    const stop = new AbortController();
    const tell = (event: string) => {
      if (event === "measured") stop.abort();
    };
    const stopped = round(signed, () => ({ signal: stop.signal, tell })).catch((error: unknown) => error);
    expect(await stopped).to.have.property("name", "AbortError");
    expect(desk.chain.taken).to.deep.equal([]);
  });

  it("ends in one piece when it is stopped while some are sent and the next are measured", async () => {
    const signed = desk.signMany(51);
    signed[50]!.told.summary["reportUntil"] = UNTIL - 1n;
    const stop = new AbortController();
    let isSending = false;
    // what is sent never gets in
    desk.chain.answers.eth_getTransactionCount = () => "0x0";
    desk.chain.answers.eth_getTransactionReceipt = () => {
      isSending = true;
      return null;
    };
    let measured = 0;
    const measure: Measure = async (...given) => {
      measured += 1;
      if (measured < 51) return desk.measure(...given);
      while (!isSending) await new Promise((go) => setTimeout(go, 5));
      stop.abort(new Error("enough"));
      // long enough for the sending to end while nobody waits for it
      await new Promise((go) => setTimeout(go, 100));
      return desk.measure(...given);
    };
    const source: SourceOf = (_, i) => `outages: ${i === 50 ? "outages" : "nowhere"}.csv`;
    const lost: unknown[] = [];
    const onLost = (reason: unknown) => lost.push(reason);
    process.on("unhandledRejection", onLost);
    const stopped = round(
      signed,
      (provider) => ({
        ...{ atOnce: 1, measure, signal: stop.signal },
        dispatch: desk.dispatch(provider, { signal: stop.signal }),
      }),
      source,
    );
    expect(await stopped.catch((error: unknown) => error)).to.have.property("message", "enough");
    process.off("unhandledRejection", onLost);
    expect(lost, "what the process would end with").to.deep.equal([]);
    expect(desk.chain.taken).to.have.length(1);
  });

  it("waits for what an earlier run left, or takes its place; a dry run need not", async () => {
    const signed = desk.signMany(1);
    const count = desk.chain.answers.eth_getTransactionCount;
    const answers = desk.chain.answers as Record<string, unknown>;
    answers["eth_getTransactionCount"] = (who: string, tag: string) => (tag === "pending" ? "0x2" : count(who));
    expect(kinds(await round(signed, () => ({ dispatch: undefined })))).to.deep.equal(["due"]);
    const events: string[] = [];
    const outcomes = await round(signed, (provider) => ({
      dispatch: desk.dispatch(provider, { stuckMs: 1, onEvent: ({ kind }) => events.push(kind) }),
    }));
    expect(kinds(outcomes)).to.deep.equal(["reported"]);
    expect(events).to.deep.equal(["waiting for earlier", "sent"]);
    expect(desk.chain.taken[0]?.nonce, "where the stuck one is").to.equal(0);
  });

  it("fails as a whole when the chain cannot be read", async () => {
    const failing = round(desk.signMany(1), () => {
      desk.chain.answers.eth_getBlockByNumber = () => {
        throw new RpcError(-32_000, "out of order");
      };
      return { dispatch: undefined };
    });
    const error = await failing.catch((cause: unknown) => cause);
    expect(decodeFailure(error).problem.code).to.equal("chain.node-error");
  });
});

describe("two nodes that differ", function () {
  this.timeout(60_000);

  /** What is due, asked of two nodes, the second of which knows of no agreement for its first `wrong` answers. */
  async function asked(wrong: number) {
    const desk = new Desk();
    const signed = desk.signMany(1);
    const other = new ToldChain();
    let answered = 0;
    other.answers.eth_call = (request) => {
      const isSummary = request.data.length > 138;
      if (isSummary && answered++ < wrong) return other.call(request);
      return desk.chain.call(request);
    };
    try {
      return await desk.chain.during((_, first) =>
        other.during(async (__, second) => {
          const { provider } = await connect(`${first},${second}`);
          const { factory, agreements } = await desk.open(provider, signed);
          try {
            const { standings } = await lookAt(agreements, { factory });
            return { kinds: standings.map(({ kind }) => kind), answered };
          } catch (error) {
            return { code: await problemOf(Promise.reject(error as Error)).then(({ code }) => code), answered };
          } finally {
            provider.destroy();
          }
        }),
      );
    } finally {
      desk.end();
    }
  }

  it("are asked again, three times in all: a reorganisation makes them differ for a moment", async () => {
    expect(await asked(0)).to.deep.equal({ kinds: ["due"], answered: 1 });
    expect(await asked(2)).to.deep.equal({ kinds: ["due"], answered: 3 });
    expect(await asked(3)).to.deep.equal({ code: "chain.nodes-disagree", answered: 3 });
  });
});
