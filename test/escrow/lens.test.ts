import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import type { SummaryStruct, SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { expectMoves, expectRefusal } from "../support/expect.ts";
import {
  acceptAsProvider,
  activate,
  active,
  type Agreement,
  agreeBoth,
  at,
  BAD,
  bonded,
  boundaryOf,
  BONDED,
  consentTo,
  counts,
  createAgreement,
  deposit,
  disputePeriod,
  draft,
  FEE,
  loadFixture,
  Phase,
  reportPeriod,
  Ruling,
  Seat,
  Stage,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

type Summary = SummaryStructOutput;
const FEB = START + 31n * DAY;

const summaryOf = (a: Agreement) => a.lens.summary(a.address);
const NOTHING = {
  acceptUntil: 0n,
  disputeUntil: 0n,
  leaveByNoticeEnd: 0n,
  leaveAtOnceUntil: 0n,
  payout: 0n,
};

/** What both seats may do is exactly this; what is not named they may not. */
function expectOptions(
  summary: Summary,
  expected: { provider?: Partial<typeof NOTHING>; client?: Partial<typeof NOTHING> },
): void {
  const said = (["provider", "client"] as const).map((seat) => {
    const options = summary[seat];
    return Object.fromEntries(Object.keys(NOTHING).map((key) => [key, options[key as keyof typeof NOTHING]]));
  });
  expect(said).to.deep.equal([
    { ...NOTHING, ...expected.provider },
    { ...NOTHING, ...expected.client },
  ]);
}

function expectFields(summary: Summary, expected: Partial<Record<keyof SummaryStruct, unknown>>): void {
  const said = Object.fromEntries(Object.keys(expected).map((key) => [key, summary[key as keyof SummaryStruct]]));
  expect(said).to.deep.equal(expected);
}

describe("SLALens: summary", () => {
  it("of a draft: both may accept until the start; the bond comes with the provider's acceptance", async () => {
    const a = await createAgreement(await loadFixture(world), BONDED);
    await deposit(a, usd(5));
    const before = await summaryOf(a);
    expectFields(before, {
      agreement: a.address,
      token: a.token.target,
      phase: Phase.Draft,
      fee: FEE,
      start: START,
      bondMissing: usd(500),
      runningPeriod: 0n,
      fundedThrough: 0n,
      resolvesAt: 0n,
      oracleMayReportUntil: 0n,
      arbiterMayRuleUntil: 0n,
    });
    expectOptions(before, { provider: { acceptUntil: START }, client: { acceptUntil: START, payout: usd(5) } });
    await acceptAsProvider(a);
    const after = await summaryOf(a);
    expectFields(after, { bondMissing: 0n });
    expectOptions(after, { provider: { payout: usd(500) }, client: { acceptUntil: START, payout: usd(5) } });
  });

  it("of a lapsed agreement: only payouts", async () => {
    const a = await createAgreement(await loadFixture(world), BONDED);
    await deposit(a, FEE);
    await acceptAsProvider(a);
    await at(START);
    const summary = await summaryOf(a);
    expectFields(summary, { phase: Phase.Lapsed });
    expectOptions(summary, { provider: { payout: usd(500) }, client: { payout: FEE } });
  });

  it("before the start: the first period is to come, notice ends after one period", async () => {
    const a = await loadFixture(active);
    const summary = await summaryOf(a);
    expectFields(summary, {
      phase: Phase.Active,
      runningPeriod: 0n,
      periodStart: START,
      periodEnd: FEB,
      periodFee: FEE,
      reportFrom: FEB,
      reportUntil: FEB + 5n * DAY,
      resolvesAt: FEB + 12n * DAY,
      lastResolvedBy: boundaryOf(a, 12) + 49n * DAY,
      fundedThrough: boundaryOf(a, 12),
      oracleMayReportUntil: 0n,
    });
    expect(summary.state.stage).to.equal(Stage.Running);
    expectOptions(summary, {
      provider: { leaveByNoticeEnd: FEB },
      client: { leaveByNoticeEnd: FEB, payout: 10n * FEE },
    });
  });

  it("counts only periods that are paid for whole as funded, tokens that wait included", async () => {
    const a = await createAgreement(await loadFixture(world));
    await activate(a, 2n * FEE);
    for (const [more, through] of [
      [0n, 2],
      [FEE - 1n, 2],
      [1n, 3],
    ] as const) {
      if (more > 0n) await deposit(a, more);
      expectFields(await summaryOf(a), { fundedThrough: boundaryOf(a, through) });
    }
  });

  it("is funded up to the current period when nothing is left for it", async () => {
    const a = await createAgreement(await loadFixture(world));
    await activate(a, FEE);
    await reportPeriod(a, 0);
    await at(boundaryOf(a, 1) + 8n * DAY);
    expectFields(await summaryOf(a), { fundedThrough: boundaryOf(a, 1) });
  });

  it("says which period runs, on both sides of a boundary, and when the notice would end", async () => {
    const a = await loadFixture(active);
    for (const [time, running, noticeEnd] of [
      [START - 1n, 0n, 1],
      [START, 0n, 2],
      [FEB - 1n, 0n, 2],
      [FEB, 1n, 3],
    ] as const) {
      await at(time);
      const summary = await summaryOf(a);
      expectFields(summary, { runningPeriod: running });
      expect(summary.client.leaveByNoticeEnd).to.equal(boundaryOf(a, noticeEnd));
    }
  });

  it("opens and closes the oracle's window, also over a report that may be corrected", async () => {
    const a = await loadFixture(active);
    const until = FEB + 5n * DAY;
    for (const [time, stage, may] of [
      [FEB - 1n, Stage.Running, 0n],
      [FEB, Stage.Awaiting, until],
      [until - 1n, Stage.Awaiting, until],
      [until, Stage.Reported, 0n],
    ] as const) {
      await at(time);
      const summary = await summaryOf(a);
      expect([summary.state.stage, summary.oracleMayReportUntil]).to.deep.equal([stage, may]);
    }
    const b = await loadFixture(active);
    await reportPeriod(b, 0, { bad: BAD[10] });
    const summary = await summaryOf(b);
    expectFields(summary, { oracleMayReportUntil: until, resolvesAt: FEB + 7n * DAY });
    expect([summary.state.stage, summary.state.revision, summary.state.credit, summary.state.reportedAt]).to.deep.equal(
      [Stage.Reported, 0n, usd(100), FEB],
    );
  });

  it("shows silence as revision 255 with its credit, disputable like a report", async () => {
    const a = await loadFixture(active);
    const silent = FEB + 5n * DAY;
    await at(silent);
    const summary = await summaryOf(a);
    expect([summary.state.revision, summary.state.credit, summary.state.reportedAt]).to.deep.equal([
      255n,
      usd(500),
      silent,
    ]);
    expectFields(summary, { resolvesAt: silent + 7n * DAY });
    expectOptions(summary, {
      provider: { disputeUntil: silent + 7n * DAY, leaveByNoticeEnd: boundaryOf(a, 3) },
      client: { disputeUntil: silent + 7n * DAY, leaveByNoticeEnd: boundaryOf(a, 3), payout: 9n * FEE },
    });
    await at(silent + 7n * DAY);
    expect((await summaryOf(a)).state.period).to.equal(1n);
  });

  it("lets only the other seat answer a claim, then nobody; then the arbiter rules", async () => {
    const a = await loadFixture(active);
    await reportPeriod(a, 0);
    const d = FEB + 2n * DAY;
    await disputePeriod(a, a.client, 0, { bad: BAD[25], time: d });
    let summary = await summaryOf(a);
    expect([summary.state.stage, summary.state.disputedAt]).to.deep.equal([Stage.Disputed, d]);
    expect([summary.provider.disputeUntil, summary.client.disputeUntil]).to.deep.equal([d + 7n * DAY, 0n]);
    expectFields(summary, { resolvesAt: d + 7n * DAY, oracleMayReportUntil: 0n, arbiterMayRuleUntil: 0n });
    await at(d + 7n * DAY);
    summary = await summaryOf(a);
    expectFields(summary, { arbiterMayRuleUntil: d + 37n * DAY, fundedThrough: boundaryOf(a, 12) });
    expect([summary.state.held, summary.state.openDisputes, summary.state.period]).to.deep.equal([usd(250), 1n, 1n]);
    expect([summary.provider.disputeUntil, summary.client.disputeUntil]).to.deep.equal([0n, 0n]);
    await a.escrow.connect(a.arbiter).rule(0, Ruling.Report);
    expectFields(await summaryOf(a), { arbiterMayRuleUntil: 0n });
  });

  it("names the earliest of two rulings", async () => {
    const a = await loadFixture(active);
    const first = FEB + DAY;
    await reportPeriod(a, 0);
    await disputePeriod(a, a.client, 0, { bad: BAD[25], time: first });
    await reportPeriod(a, 1);
    await disputePeriod(a, a.client, 1, { bad: BAD[25] });
    const second = (await a.escrow.disputeOf(1)).disputedAt;
    await at(first + 37n * DAY - 1n);
    expect((await summaryOf(a)).state.openDisputes).to.equal(second + 7n * DAY <= first + 37n * DAY - 1n ? 3n : 1n);
    expectFields(await summaryOf(a), { arbiterMayRuleUntil: first + 37n * DAY });
    await at(first + 37n * DAY);
    expectFields(await summaryOf(a), { arbiterMayRuleUntil: second + 37n * DAY });
  });

  it("after an end that is cut: no notice, the cut fee, and when all is surely resolved", async () => {
    const a = await loadFixture(active);
    const end = FEB + 10n * DAY;
    await agreeBoth(a, consentTo("End", { end }));
    await at(end);
    const summary = await summaryOf(a);
    const base = FEB + 19n * DAY;
    expectFields(summary, { runningPeriod: 2n, lastResolvedBy: base + 49n * DAY });
    expect([summary.state.periods, summary.client.leaveByNoticeEnd]).to.deep.equal([2n, 0n]);
    await timeTravelTo(FEB + 12n * DAY);
    expectFields(await summaryOf(a), {
      periodStart: FEB,
      periodEnd: end,
      periodFee: (FEE * 10n) / 28n,
      reportFrom: base,
      reportUntil: base + 5n * DAY,
    });
    expect((await summaryOf(a)).state.stage).to.equal(Stage.Running);
  });

  it("of an agreement that both end before it starts: it has no period, and nothing to wait for", async () => {
    const a = await loadFixture(active);
    await agreeBoth(a, consentTo("End", { end: START }));
    const { state, lastResolvedBy, fundedThrough, periodFee } = await summaryOf(a);
    expect([state.periods, lastResolvedBy, fundedThrough, periodFee]).to.deep.equal([0n, START, 0n, 0n]);
  });

  it("counts what arrived and pays arrears as the provider's to claim", async () => {
    const a = await loadFixture(async () => {
      const made = await createAgreement(await world());
      await activate(made, FEE);
      return made;
    });
    await reportPeriod(a, 0);
    await reportPeriod(a, 1);
    await timeTravelTo(boundaryOf(a, 2) + 12n * DAY);
    await deposit(a, FEE - 1n);
    const { provider, state } = await summaryOf(a);
    expect([state.earnings, state.owed, provider.payout]).to.deep.equal([FEE, FEE, 2n * FEE - 1n]);
    await expectMoves(a, () => a.escrow.connect(a.provider).claim(a.provider), {
      escrow: 1n - 2n * FEE,
      provider: 2n * FEE - 1n,
    });
  });

  it("of a closed agreement: only payouts", async () => {
    const a = await loadFixture(bonded);
    await timeTravelTo(boundaryOf(a, 12) + 12n * DAY);
    const summary = await summaryOf(a);
    expectFields(summary, { phase: Phase.Closed, runningPeriod: 12n, reportFrom: 0n, resolvesAt: 0n });
    expect([summary.state.period, summary.state.periods, summary.state.stage]).to.deep.equal([12n, 12n, Stage.None]);
    expectOptions(summary, { provider: { payout: 6n * FEE + usd(500) }, client: { payout: 6n * FEE } });
  });

  it("says who sits where after a handover", async () => {
    const a = await loadFixture(active);
    await a.escrow.connect(a.client).offerSeat(a.newcomer);
    await a.escrow.connect(a.newcomer).takeSeat(Seat.Client, 0n, boundaryOf(a, 12));
    const { state } = await summaryOf(a);
    expect([state.provider, state.client, state.oracle, state.arbiter]).to.deep.equal([
      a.provider.address,
      a.newcomer.address,
      a.oracle.address,
      a.arbiter.address,
    ]);
  });
});

describe("SLALens: what it refuses", () => {
  it("a period beyond the last one", async () => {
    const a = await loadFixture(active);
    await a.lens.periodOf(a.address, 11);
    await expectRefusal(a.lens.periodOf(a.address, 12), a.lens, "NoSuchPeriod", [12n, 12n]);
    await expectRefusal(a.lens.periodOf(a.address, 14), a.lens, "NoSuchPeriod", [14n, 12n]);
    const measurements = await counts(a, 11);
    await a.lens.creditOf(a.address, 11, measurements);
    await expectRefusal(a.lens.creditOf(a.address, 12, measurements), a.lens, "NoSuchPeriod", [12n, 12n]);
  });

  it("counts that a report could not have", async () => {
    const a = await loadFixture(draft);
    const [good] = await counts(a, 0);
    const length = 31n * DAY;
    const refuses = (changes: object, error: string, args: unknown[]) =>
      expectRefusal(a.lens.creditOf(a.address, 0, [{ ...good!, ...changes }]), a.lens, error, args);
    await refuses({ total: length - 1n }, "TotalDiffers", [0n, length - 1n, length]);
    await refuses({ total: length + 1n }, "TotalDiffers", [0n, length + 1n, length]);
    await refuses({ bad: length + 1n }, "BadAboveTotal", [0n, length + 1n, length]);
    await refuses({ excluded: 1n }, "ExcludedAboveCap", [0n, 1n, 0n]);
    await expectRefusal(a.lens.creditOf(a.address, 0, []), a.lens, "MeasurementCountDiffers", [0n, 1n]);
    await expectRefusal(a.lens.creditOf(a.address, 0, [good!, good!]), a.lens, "MeasurementCountDiffers", [2n, 1n]);
    expect(await a.lens.creditOf(a.address, 0, [{ ...good!, bad: length }])).to.equal(usd(500));
  });

  it("what is no agreement", async () => {
    const a = await loadFixture(draft);
    const inert = await a.implementation.getAddress();
    await expectRefusal(a.lens.summary(inert), a.escrow, "ImplementationIsInert");
    await expectRefusal(a.lens.termsOf(inert), a.escrow, "ImplementationIsInert");
  });
});
