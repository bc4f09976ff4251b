import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import {
  claimOf,
  contested,
  contestedWith,
  D,
  disputed,
  R,
  report,
  ruled,
  settleAt,
  share,
  split,
  wait,
} from "../support/disputes.ts";
import { eventsOf, expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  type Agreement,
  boundaryOf,
  FEE,
  loadFixture,
  Ruling,
  SILENCE,
  Stage,
  START,
  usd,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n;
const SILENT_AT = FEBRUARY + R;

describe("silence", () => {
  it("stands from base + R as a report of the silence credit", async () => {
    const a = await loadFixture(contested);
    await wait(SILENT_AT - 1n);
    await expectState(a, { stage: Stage.Awaiting, credit: 0n });
    for (const time of [SILENT_AT, SILENT_AT + 1n]) {
      await wait(time);
      await expectState(a, { stage: Stage.Reported, revision: SILENCE, credit: share(50), reportedAt: SILENT_AT });
    }
  });

  it("cannot be replaced", async () => {
    const a = await loadFixture(contested);
    for (const revision of [0n, 1n, 255n]) {
      const call = report(a, 0, 0, { time: SILENT_AT, revision });
      await expectRefusal(call, a.escrow, "ReportTooLate", [SILENT_AT, SILENT_AT]);
    }
  });

  it("is final at base + R + D, not a second before", async () => {
    const a = await loadFixture(contested);
    await wait(SILENT_AT + D - 1n);
    await expectState(a, { stage: Stage.Reported, period: 0n, earnings: 0n });
    const events = await eventsOf(a, settleAt(a, SILENT_AT + D));
    expect(events).to.deep.equal([["PeriodFinal", 0n, share(50), share(50), SILENT_AT + D]]);
    await expectState(a, { period: 1n, earnings: share(50), creditsGiven: share(50), balance: 12n * FEE - share(50) });
    await expectConserved(a);
  });

  it("is disputed like any report: the provider's claim lowers it", async () => {
    const a = await loadFixture(contested);
    await claimOf(a, a.provider, 0, 0, { time: SILENT_AT + D - 1n, revision: SILENCE });
    const splitAt = SILENT_AT + 2n * D - 1n;
    await wait(splitAt);
    await expectState(a, { period: 1n, held: share(50), earnings: share(50) });
    await ruled(a, 0, Ruling.Provider);
    await expectState(a, { held: 0n, earnings: FEE + usd(50), creditsGiven: 0n });
  });

  it("is disputed like any report: the client's claim raises it", async () => {
    const a = await loadFixture(milder);
    const { splitAt } = await split(a, { client: 50 });
    await expectState(a, { held: share(30), creditsGiven: share(20) });
    await ruled(a, 0, Ruling.Client, splitAt);
    await expectState(a, { held: 0n, creditsGiven: share(50) });
  });

  it("is frozen with its own credit, whatever stood before", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await disputed(a, { period: 1, provider: 0 });
    const { revision, reportCredit, reportBits } = await a.escrow.disputeOf(1);
    expect([revision, reportCredit, reportBits]).to.deep.equal([SILENCE, share(50), 0n]);
  });

  it("credits nothing when the terms say so", async () => {
    const a = await loadFixture(forgiving);
    await wait(SILENT_AT + D);
    await expectState(a, { period: 1n, earnings: FEE, creditsGiven: 0n });
  });

  it("credits nothing in burn-in", async () => {
    const a = await loadFixture(burnIn);
    await wait(boundaryOf(a, 2) + R + D);
    await expectState(a, { period: 2n, earnings: FEE + share(50), creditsGiven: share(50) });
  });

  it("is rounded up, to the client", async () => {
    const a = await loadFixture(odd);
    await wait(SILENT_AT + D);
    await expectState(a, { earnings: 5_000n, creditsGiven: 5_001n });
  });

  it("credits its share of a shorter fee", async () => {
    const a = await loadFixture(short);
    await wait(SILENT_AT + D);
    const fee = (FEE * 10n) / 31n;
    await expectState(a, { earnings: fee / 2n, creditsGiven: (fee + 1n) / 2n });
  });
});

const milder = () => contestedWith({ silenceCredit: 200_000_000n });
const forgiving = () => contestedWith({ silenceCredit: 0n });
const burnIn = () => contestedWith({ burnInPeriods: 1 });
const odd = () => contestedWith({ fee: 10_001n, pledge: 1n });
const short = () => contestedWith({ start: START + 21n * DAY });

/** Twenty years. */
const long = (): Promise<Agreement> => contestedWith({ periods: 240, termCreditCap: 240n * FEE });

describe("silence: 240 periods", () => {
  it("settle in one call, within the gas of a batch entry", async () => {
    const a = await loadFixture(long);
    const end = boundaryOf(a, 240) + R + D;
    const events = await eventsOf(a, settleAt(a, end));
    expect(events.length).to.equal(241);
    expect(events[239]).to.deep.equal(["PeriodFinal", 239n, share(50), share(50), end]);
    const { gasUsed } = (await a.escrow.runner!.provider!.getBlock("latest"))!;
    expect(Number(gasUsed)).to.be.lessThan(4_000_000); // what a committee gives an entry
    await expectState(a, { earnings: 240n * share(50), balance: 240n * share(50), creditsGiven: 240n * share(50) });
    await expectConserved(a);
  });

  it("leave the same as settling each in its time", async () => {
    const a = await loadFixture(long);
    for (let k = 1; k <= 240; k += 7) await settleAt(a, boundaryOf(a, k) + R + D);
    await settleAt(a, boundaryOf(a, 240) + R + D);
    await expectState(a, { earnings: 240n * share(50), balance: 240n * share(50), creditsGiven: 240n * share(50) });
  });
});
