import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import {
  contested,
  contestedWith,
  disputed,
  report,
  ruled,
  settleAt,
  share,
  split,
  type Story,
  wait,
} from "../support/disputes.ts";
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState, othersThan } from "../support/expect.ts";
import { type Agreement, boundaryOf, draft, FEE, loadFixture, Ruling, START, usd } from "../support/fixture.ts";

const FUNDED = 12n * FEE;

describe("rule: window", () => {
  it("is refused before the split", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await disputed(a, { report: 25, client: 50 });
    for (const time of [splitAt - 7n * DAY, splitAt - 1n]) {
      await expectRefusal(ruled(a, 0, Ruling.Client, time), a.escrow, "NoOpenDispute", [0]);
    }
  });

  for (const [name, back] of [
    ["at d + D", 30n * DAY],
    ["in the last second", 1n],
  ] as const) {
    it(`stands ${name}`, async () => {
      const a = await loadFixture(contested);
      const { ruledBy } = await disputed(a, { report: 25, client: 50 });
      await ruled(a, 0, Ruling.Client, ruledBy - back);
      await expectState(a, { openDisputes: 0n, creditsGiven: share(50), held: 0n, pledges: 0n });
    });
  }

  it("is refused when it has just closed: the report stands since then", async () => {
    const a = await loadFixture(contested);
    const { ruledBy } = await split(a, { report: 25, client: 50 });
    await expectRefusal(ruled(a, 0, Ruling.Client, ruledBy), a.escrow, "NoOpenDispute", [0]);
    const events = await eventsOf(a, settleAt(a, ruledBy));
    expect(events).to.deep.equal([
      ["PledgeMoved", 0n, 2n, 2n, usd(50)],
      ["Ruled", 0n, 4n],
      ["PeriodFinal", 0n, share(25), share(75), ruledBy],
    ]);
    await expectState(a, { creditsGiven: share(25), earnings: share(75), balance: FUNDED - share(75) + usd(50) });
  });
});

describe("rule: caller, phase, input", () => {
  it("is refused from anyone but the arbiter", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 25, client: 50 });
    for (const [, actor] of othersThan(a, a.arbiter)) {
      const call = a.escrow.connect(actor).rule(0, Ruling.Client);
      await expectRefusal(call, a.escrow, "NotTheArbiter", [actor.address, a.arbiter.address]);
    }
  });

  it("is refused in a draft and after it lapsed", async () => {
    const a = await loadFixture(draft);
    await expectRefusal(ruled(a, 0, Ruling.Report), a.escrow, "NoOpenDispute", [0]);
    await expectRefusal(ruled(a, 0, Ruling.Report, START), a.escrow, "NoOpenDispute", [0]);
  });

  it("is refused once it is closed", async () => {
    const a = await loadFixture(contested);
    await expectRefusal(ruled(a, 11, Ruling.Report, boundaryOf(a, 13)), a.escrow, "NoOpenDispute", [11]);
  });

  it("is refused when it says nothing", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 25, client: 50 });
    await expectRefusal(ruled(a, 0, Ruling.None), a.escrow, "NoRuling");
  });

  it("is refused for a period without an open dispute", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 25);
    await split(a, { period: 1, report: 25, client: 50 });
    for (const period of [0, 2, 12, 256, 257]) {
      await expectRefusal(ruled(a, period, Ruling.Client), a.escrow, "NoOpenDispute", [period]);
    }
  });

  it("is refused when it was ruled", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 25, client: 50 });
    await ruled(a, 0, Ruling.Report);
    await expectRefusal(ruled(a, 0, Ruling.Client), a.escrow, "NoOpenDispute", [0]);
    await expectState(a, { creditsGiven: share(25) });
  });
});

// ----------------------------------------------------------------------------------------------------------- pick

/** Nobody rules; the window passes. */
const SILENT = 0;
type Pick = readonly [ruling: number, credit: number, toProvider: bigint, toClient: bigint];

/** Per story: a ruling, what the client is credited in percent, and the pledges (50 each) both get. */
const PICKS: readonly (readonly [Story, readonly Pick[]])[] = [
  [
    { report: 25, client: 50 },
    [
      [Ruling.Report, 25, 50n, 0n],
      [Ruling.Client, 50, 0n, 50n],
      [Ruling.Provider, 25, 0n, 50n],
      [Ruling.Declined, 25, 0n, 50n],
      [SILENT, 25, 0n, 50n],
    ],
  ],
  [
    { report: 25, provider: 10 },
    [
      [Ruling.Report, 25, 0n, 50n],
      [Ruling.Provider, 10, 50n, 0n],
      [Ruling.Client, 25, 50n, 0n],
      [Ruling.Declined, 25, 50n, 0n],
      [SILENT, 25, 50n, 0n],
    ],
  ],
  [
    { report: 25, provider: 0, client: 50 },
    [
      [Ruling.Report, 25, 50n, 50n],
      [Ruling.Provider, 0, 100n, 0n],
      [Ruling.Client, 50, 0n, 100n],
      [Ruling.Declined, 25, 50n, 50n],
      [SILENT, 25, 50n, 50n],
    ],
  ],
  [
    { provider: 0 },
    [
      [Ruling.Report, 50, 0n, 50n],
      [Ruling.Provider, 0, 50n, 0n],
      [Ruling.Client, 50, 50n, 0n],
      [Ruling.Declined, 50, 50n, 0n],
      [SILENT, 50, 50n, 0n],
    ],
  ],
];

const RULING_NAMES = ["nothing", "report", "provider", "client", "declined"];

/** The ruling window ends before February is final. */
const brief = () => contestedWith({ rulingWindow: 20n * DAY });

describe("rule: pick", () => {
  for (const [story, picks] of PICKS) {
    const name = [story.report ?? "silence", story.provider ?? "-", story.client ?? "-"].join(" / ");
    for (const [ruling, credit, toProvider, toClient] of picks) {
      it(`report / provider / client ${name}: the arbiter says ${RULING_NAMES[ruling]}`, async () => {
        const a = await loadFixture(brief);
        const { ruledBy, splitAt } = await split(a, story);
        const resolve = () => (ruling === SILENT ? settleAt(a, ruledBy) : ruled(a, 0, ruling, splitAt + DAY));
        await expectMoves(a, resolve, {});
        await expectState(a, {
          openDisputes: 0n,
          held: 0n,
          pledges: 0n,
          owed: 0n,
          creditsGiven: share(credit),
          earnings: share(100 - credit) + usd(Number(toProvider)),
          balance: FUNDED - share(100 - credit) + usd(Number(toClient)),
        });
        const dispute = await a.escrow.disputeOf(0);
        expect([dispute.disputedAt, dispute.isOpen]).to.deep.equal([0n, false]);
        await expectConserved(a);
      });
    }
  }
});

const poorlyFunded = () => contestedWith({ rulingWindow: 60n * DAY }, FEE);

describe("rule: arrears", () => {
  it("the client's pledge, coming back, pays them first", async () => {
    const a = await loadFixture(poorlyFunded);
    await split(a, { report: 10, client: 50 });
    await report(a, 1, 0);
    await wait(boundaryOf(a, 2) + 7n * DAY);
    await expectState(a, { balance: 0n, earnings: usd(1_000), owed: usd(500), held: usd(400) });
    await ruled(a, 0, Ruling.Client);
    await expectState(a, { balance: 0n, earnings: usd(1_050), owed: usd(450), held: 0n, pledges: 0n });
    await expectConserved(a);
  });
});

const patient = () => contestedWith({ rulingWindow: 90n * DAY });

/** January to March are split: reports of 25 %, claims of 10 and 50 %. */
async function threeOpen(): Promise<Agreement> {
  const a = await patient();
  for (const period of [0, 1, 2]) await split(a, { period, report: 25, provider: 10, client: 50 });
  return a;
}

describe("rule: order", () => {
  it("is free: the last first, and one lapses in between", async () => {
    const a = await loadFixture(threeOpen);
    await ruled(a, 2, Ruling.Client);
    await expectState(a, { openDisputes: 0b011n, creditsGiven: share(10 + 10 + 50), held: 2n * share(40) });
    const lapse = boundaryOf(a, 1) + 97n * DAY;
    const events = await eventsOf(a, ruled(a, 1, Ruling.Provider, lapse));
    expect(events.filter(([name]) => name === "Ruled" || name === "PeriodFinal")).to.deep.equal([
      ["Ruled", 0n, 4n],
      ["PeriodFinal", 0n, share(25), share(75), lapse],
      ["Ruled", 1n, 2n],
      ["PeriodFinal", 1n, share(10), share(90), lapse],
    ]);
    await expectState(a, { openDisputes: 0n, held: 0n, pledges: 0n, creditsGiven: share(50 + 25 + 10) });
    await expectConserved(a);
  });
});

describe("rule: event", () => {
  it("tells where the pledges went, then the whole of the period", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await split(a, { report: 25, provider: 0, client: 50 });
    const at = splitAt + DAY;
    expect(await eventsOf(a, ruled(a, 0, Ruling.Report, at))).to.deep.equal([
      ["PledgeMoved", 0n, 1n, 2n, usd(50)],
      ["PledgeMoved", 0n, 2n, 1n, usd(50)],
      ["Ruled", 0n, 1n],
      ["PeriodFinal", 0n, share(25), share(75), at],
    ]);
  });
});
