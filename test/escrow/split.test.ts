import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import {
  contested,
  contestedWith,
  disputed,
  report,
  settleAt,
  share,
  split,
  type Story,
  wait,
} from "../support/disputes.ts";
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import { type Agreement, boundaryOf, FEE, loadFixture, Stage, START, usd } from "../support/fixture.ts";

const FUNDED = 12n * FEE;

describe("split: window", () => {
  it("comes at d + D, not a second before", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await disputed(a, { report: 25, client: 50 });
    await wait(splitAt - 1n);
    await expectState(a, { stage: Stage.Disputed, period: 0n, earnings: 0n, held: 0n });
    await wait(splitAt);
    await expectState(a, { stage: Stage.Running, period: 1n, earnings: share(50), held: share(25), openDisputes: 1n });
  });

  it("is due at d + D however late it is settled, and moves no tokens", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await disputed(a, { report: 25, client: 50 });
    await expectMoves(
      a,
      async () => {
        const events = await eventsOf(a, settleAt(a, splitAt + 20n * DAY));
        expect(events).to.deep.equal([["Split", 0n, share(25), share(50), share(25), 0n, splitAt]]);
      },
      {},
    );
  });
});

/** The lowest and the highest offer of each story, in percent. */
const STORIES: readonly (readonly [Story, number, number])[] = [
  [{ report: 25, client: 50 }, 25, 50],
  [{ report: 25, provider: 10 }, 10, 25],
  [{ report: 25, provider: 0, client: 50 }, 0, 50],
  [{ report: 0, client: 10 }, 0, 10],
  [{ report: 50, provider: 0 }, 0, 50],
  [{ provider: 0 }, 0, 50],
  [{ provider: 10 }, 10, 50],
];

describe("split: what moves", () => {
  for (const [story, lowest, highest] of STORIES) {
    const name = [story.report ?? "silence", story.provider ?? "-", story.client ?? "-"].join(" / ");
    it(`report / provider / client ${name}`, async () => {
      const a = await loadFixture(contested);
      const { disputedAt } = await split(a, story);
      const pledges = usd(50) * BigInt([story.provider, story.client].filter((claim) => claim !== undefined).length);
      const held = share(highest - lowest);
      await expectState(a, {
        period: 1n,
        balance: FUNDED - share(100 - highest),
        earnings: share(100 - highest),
        owed: 0n,
        held,
        pledges,
        creditsGiven: share(lowest),
        openDisputes: 1n,
      });
      const dispute = await a.escrow.disputeOf(0);
      expect([dispute.isOpen, dispute.disputedAt]).to.deep.equal([true, disputedAt]);
      expect([dispute.agreedCredit, dispute.held]).to.deep.equal([share(lowest), held]);
      const silent = story.report === undefined;
      expect([dispute.reportCredit, dispute.revision]).to.deep.equal([share(story.report ?? 50), silent ? 255n : 0n]);
      await expectConserved(a);
    });
  }
});

/** Just the fees of January and February. */
const barelyFunded = () => contestedWith({ noticePeriods: 0 }, 2n * FEE);
const poorlyFunded = () => contestedWith({}, FEE);

describe("split: what is held", () => {
  it("stays in M whatever the client withdraws", async () => {
    const a = await loadFixture(barelyFunded);
    await split(a, { report: 10, client: 50 });
    // January: 500 earned, 100 credited, 400 held. February has begun.
    await expectState(a, { balance: usd(1_500), held: usd(400), committed: usd(1_400), withdrawable: usd(100) });
    const free = usd(100);
    const more = a.escrow.connect(a.client).withdraw(a.client, free + 1n);
    await expectRefusal(more, a.escrow, "AmountAboveFree", [free + 1n, free]);
    await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, free), { client: free, escrow: -free });
    await expectState(a, { balance: usd(1_400), withdrawable: 0n });
  });

  it("needs no balance: what M lacks is owed when the ruling comes", async () => {
    const a = await loadFixture(poorlyFunded);
    const { ruledBy } = await split(a, { report: 10, client: 50 });
    await report(a, 1, 0);
    await wait(boundaryOf(a, 2) + 7n * DAY);
    // February took what January held.
    await expectState(a, { balance: 0n, earnings: usd(1_000), owed: usd(500), held: usd(400) });
    expect(ruledBy < boundaryOf(a, 2) + 14n * DAY).to.equal(true);
    await wait(ruledBy);
    // The pledge that comes back to the client pays arrears first.
    await expectState(a, { balance: 0n, earnings: usd(1_050), owed: usd(850), held: 0n, pledges: 0n });
  });
});

describe("split: the report's numbers", () => {
  it("are those of a perfect report, not of the period before", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 25);
    await split(a, { period: 1, report: 0, client: 50 });
    const { reportCredit, agreedCredit, held, revision, reportBits } = await a.escrow.disputeOf(1);
    expect([reportCredit, agreedCredit, held, revision, reportBits]).to.deep.equal([0n, 0n, share(50), 0n, 0n]);
    await expectState(a, { creditsGiven: share(25), earnings: share(75 + 50), held: share(50) });
  });

  it("are those of a perfect report, not of a silence that was disputed before", async () => {
    const a = await loadFixture(contested);
    await split(a, { provider: 10 });
    await split(a, { period: 1, report: 0, client: 50 });
    const { reportCredit, agreedCredit, held, revision } = await a.escrow.disputeOf(1);
    expect([reportCredit, agreedCredit, held, revision]).to.deep.equal([0n, 0n, share(50), 0n]);
  });
});

/** The ruling window is long enough for many disputes to be open at once. */
const patient = () => contestedWith({ rulingWindow: 365n * DAY });

describe("split: the next period goes on", () => {
  it("is reported and final while the split one waits", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: 25, client: 50 });
    await report(a, 1, 10);
    await wait(boundaryOf(a, 2) + 7n * DAY);
    await expectState(a, { period: 2n, openDisputes: 1n, earnings: share(50 + 90), held: share(25) });
  });

  it("three disputes are open at once", async () => {
    const a = await loadFixture(patient);
    for (const period of [0, 1, 2]) await split(a, { period, report: 25, provider: 10, client: 50 });
    await expectState(a, {
      period: 3n,
      openDisputes: 0b111n,
      pledges: 6n * usd(50),
      held: 3n * share(40),
      earnings: 3n * share(50),
      creditsGiven: 3n * share(10),
      balance: FUNDED - 3n * share(50),
    });
    await expectConserved(a);
  });

  it("what a split and an unresolved period bind adds up", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: 25, client: 50 });
    await wait(boundaryOf(a, 2));
    // held, February awaiting its report, March running, one period of notice
    await expectState(a, { committed: share(25) + 3n * FEE });
    expect(START).to.equal(boundaryOf(a, 0));
  });
});

const scarce = (left: number) => () => contestedWith({ termCreditCap: share(left) });

describe("split: term cap", () => {
  for (const [left, lowest, highest] of [
    [30, 25, 30],
    [25, 25, 25],
    [20, 20, 20],
    [60, 25, 50],
  ] as const) {
    it(`with ${left} % left, 25 to 50 % is ${lowest} to ${highest} %`, async () => {
      const a: Agreement = await loadFixture(scarce(left));
      await split(a, { report: 25, client: 50 });
      await expectState(a, {
        held: share(highest - lowest),
        earnings: share(100 - highest),
        creditsGiven: share(lowest),
      });
    });
  }
});
