import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { Test } from "../../src/terms/types.ts";
import {
  contested,
  contestedWith,
  type Credit,
  D,
  R,
  report,
  ruled,
  settleAt,
  share,
  split,
  wait,
} from "../support/disputes.ts";
import { eventsOf, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  type Agreement,
  agreeBoth,
  at,
  below,
  boundaryOf,
  consentTo,
  counts,
  createAgreement,
  Exit,
  loadFixture,
  NO_EVIDENCE,
  PERCENT,
  Ruling,
  SILENCE,
  START,
  world,
} from "../support/fixture.ts";

/** One report a period, in order; then the last one is final. */
async function months(a: Agreement, credits: readonly Credit[]): Promise<bigint> {
  for (const [period, credit] of credits.entries()) await report(a, period, credit);
  const due = boundaryOf(a, credits.length) + D;
  await settleAt(a, due);
  return due;
}

const bitsOf = (a: Agreement, rule = 0) => a.escrow.chronicPeriods(rule);

describe("chronic: when the right arises", () => {
  it("by no rule after the last, though what follows it reads like one", async () => {
    // 256 bytes of tiers: as a rule their head would count every credit, and ask for none
    const stepped = Array.from({ length: 11 }, (_, i) => ({
      ...below(900_000_000n - BigInt(i), PERCENT),
      per: 10n * PERCENT,
    }));
    const objectives = [{ indicator: 0, tiers: [below(999_000_000n, 10n * PERCENT), ...stepped] }];
    const chronic = [{ count: 2, window: 3, leastShare: 20n * PERCENT }];
    const a = await loadFixture(async () => contestedWith({ objectives, chronic }));
    await report(a, 0, 10);
    const events = await eventsOf(a, settleAt(a, boundaryOf(a, 1) + D));
    expect(events.map(([name]) => name)).to.deep.equal(["PeriodFinal"]);
    await expectState(a, { creditsGiven: share(10), leaveUntil: 0n });
  });

  it("with the second bad period of three, until the end of the period after the running one", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await report(a, 1, 25);
    const due = boundaryOf(a, 2) + D;
    await wait(due - 1n);
    await expectState(a, { leaveUntil: 0n });
    const events = await eventsOf(a, settleAt(a, due));
    expect(events.map(([name]) => name)).to.deep.equal(["PeriodFinal", "ChronicFailure"]);
    // March runs: until the end of April.
    expect(events[1]).to.deep.equal(["ChronicFailure", 0n, 1n, boundaryOf(a, 4)]);
    await expectState(a, { leaveUntil: boundaryOf(a, 4) });
    expect(await bitsOf(a)).to.equal(0b11n);
  });

  for (const [credits, until] of [
    [[10, 0, 10], 5],
    [[10, 0, 0, 10], 0],
    [[10, 0, 0, 10, 10], 7],
    [[0, 0, 0], 0],
    [[50], 0],
  ] as const) {
    it(`${credits.join(", ")} %: ${until === 0 ? "no right" : `until boundary ${until}`}`, async () => {
      const a = await loadFixture(contested);
      await months(a, credits);
      await expectState(a, { leaveUntil: until === 0 ? 0n : boundaryOf(a, until) });
    });
  }

  it("ends with the term at the latest", async () => {
    const a = await loadFixture(threeMonths);
    await report(a, 0, 0);
    await report(a, 1, 10);
    await report(a, 2, 10);
    const events = await eventsOf(a, settleAt(a, boundaryOf(a, 3) + D));
    expect(events.find(([name]) => name === "ChronicFailure")).to.deep.equal([
      "ChronicFailure",
      0n,
      2n,
      boundaryOf(a, 3),
    ]);
  });
});

const threeMonths = () => contestedWith({ periods: 3 });

/** Each bad second credits a millionth of the fee: 100,000 of them are 10 %, the least share. */
const fine = () =>
  contestedWith({
    objectives: [
      { indicator: 0, tiers: [{ test: Test.MoreThan, proportional: false, threshold: 0n, credit: 1_000n, per: 1n }] },
    ],
  });

describe("chronic: what counts", () => {
  for (const [bad, isBad] of [
    [99_999n, false],
    [100_000n, true],
    [100_001n, true],
  ] as const) {
    it(`a credit of ${bad} millionths of the fee: ${isBad}`, async () => {
      const a = await loadFixture(fine);
      const measurements = await counts(a, 0, bad);
      await at(boundaryOf(a, 1));
      await a.escrow.connect(a.oracle).report(0, 0, measurements, NO_EVIDENCE);
      await expectState(a, { credit: bad * 1_000n });
      await settleAt(a, boundaryOf(a, 1) + D);
      expect(await bitsOf(a)).to.equal(isBad ? 1n : 0n);
    });
  }

  it("at the split the lowest offer", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 10, client: 50 });
    expect(await bitsOf(a)).to.equal(1n);
  });

  it("at the split not what the provider denies", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 10, provider: 0, client: 50 });
    expect(await bitsOf(a)).to.equal(0n);
  });

  for (const [name, ruling, bits] of [
    ["the report", Ruling.Report, 1n],
    ["the client's claim", Ruling.Client, 1n],
    ["the provider's claim", Ruling.Provider, 0n],
    ["nothing", Ruling.Declined, 1n],
  ] as const) {
    it(`at the ruling what was picked: ${name}`, async () => {
      const a = await loadFixture(contested);
      await split(a, { report: 10, provider: 0, client: 50 });
      await ruled(a, 0, ruling);
      expect(await bitsOf(a)).to.equal(bits);
    });
  }

  it("not a claim that was not picked", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 0, client: 50 });
    await ruled(a, 0, Ruling.Report);
    expect(await bitsOf(a)).to.equal(0n);
  });

  it("a share of a full fee in a short first period", async () => {
    const a = await loadFixture(short);
    await report(a, 0, 10);
    await settleAt(a, boundaryOf(a, 1) + D);
    expect(await bitsOf(a)).to.equal(1n);
  });

  it("credits before the term cap", async () => {
    const a = await loadFixture(capless);
    await months(a, [10, 10]);
    await expectState(a, { creditsGiven: 0n, leaveUntil: boundaryOf(a, 4) });
  });

  it("never burn-in", async () => {
    const a = await loadFixture(burnIn);
    await months(a, [50, 50, 50]);
    expect(await bitsOf(a)).to.equal(0b100n);
    await expectState(a, { leaveUntil: 0n });
  });
});

const short = () => contestedWith({ start: START + 30n * DAY });
const capless = () => contestedWith({ termCreditCap: 0n });
const burnIn = () => contestedWith({ burnInPeriods: 2 });

describe("chronic: silence", () => {
  it("never counts", async () => {
    const a = await loadFixture(contested);
    await settleAt(a, boundaryOf(a, 4) + R + D);
    await expectState(a, { period: 4n, creditsGiven: 4n * share(50), leaveUntil: 0n });
    expect(await bitsOf(a)).to.equal(0n);
  });

  it("does not count when it is disputed and stands", async () => {
    const a = await loadFixture(contested);
    await split(a, { provider: 10 });
    expect(await bitsOf(a)).to.equal(0n);
    await ruled(a, 0, Ruling.Report);
    expect(await bitsOf(a)).to.equal(0n);
  });

  for (const [claim, bits] of [
    [10, 1n],
    [0, 0n],
  ] as const) {
    it(`counts as the picked claim of ${claim} % does`, async () => {
      const a = await loadFixture(contested);
      await split(a, { provider: claim });
      await ruled(a, 0, Ruling.Provider);
      expect(await bitsOf(a)).to.equal(bits);
    });
  }

  for (const [credit, bits] of [
    [share(10) - 1n, 0n],
    [share(10), 1n],
    [share(10) + 1n, 1n],
  ] as const) {
    it(`counts when a credit of ${credit} was agreed: ${bits}`, async () => {
      const a = await loadFixture(contested);
      await wait(boundaryOf(a, 1) + R);
      await agreeBoth(a, consentTo("Credit", { period: 0, revision: SILENCE, credit }));
      await expectState(a, { period: 1n, creditsGiven: credit });
      expect(await bitsOf(a)).to.equal(bits);
    });
  }
});

const patient = () => contestedWith({ rulingWindow: 200n * DAY });

describe("chronic: late rulings", () => {
  it("count from the ruling and reach back for their window", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: 0, client: 50 });
    await report(a, 1, 10);
    await report(a, 2, 0);
    await report(a, 3, 0);
    const time = boundaryOf(a, 5) + DAY; // June runs
    await expectState(a, { leaveUntil: 0n });
    const events = await eventsOf(a, ruled(a, 0, Ruling.Client, time));
    expect(events.at(-1)).to.deep.equal(["ChronicFailure", 0n, 0n, boundaryOf(a, 7)]);
    await expectState(a, { leaveUntil: boundaryOf(a, 7) });
  });

  it("extend nothing when the bit was there", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: 10, client: 50 });
    await report(a, 1, 10);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectState(a, { leaveUntil: boundaryOf(a, 4) });
    const events = await eventsOf(a, ruled(a, 0, Ruling.Client, boundaryOf(a, 3) + D));
    expect(events.map(([name]) => name)).to.not.include("ChronicFailure");
    await expectState(a, { leaveUntil: boundaryOf(a, 4) });
  });

  it("a period without a new bit extends nothing", async () => {
    const a = await loadFixture(contested);
    await months(a, [10, 10, 0]);
    await expectState(a, { leaveUntil: boundaryOf(a, 4) });
  });
});

const several = () =>
  contestedWith({
    chronic: [
      { count: 1, window: 1, leastShare: 50n * PERCENT },
      { count: 2, window: 12, leastShare: 25n * PERCENT },
      { count: 3, window: 3, leastShare: 1n },
    ],
  });

describe("chronic: several rules", () => {
  it("each counts by its own share and window", async () => {
    const a = await loadFixture(several);
    await months(a, [25, 10, 10]);
    expect([await bitsOf(a, 0), await bitsOf(a, 1), await bitsOf(a, 2)]).to.deep.equal([0n, 0b1n, 0b111n]);
    await expectState(a, { leaveUntil: boundaryOf(a, 5) });
    await report(a, 3, 50);
    const events = await eventsOf(a, settleAt(a, boundaryOf(a, 4) + D));
    expect(events.slice(1)).to.deep.equal([0n, 1n, 2n].map((rule) => ["ChronicFailure", rule, 3n, boundaryOf(a, 6)]));
  });
});

const asManyAsMayBe = () =>
  contestedWith({ chronic: [12, 11, 10, 9].map((window) => ({ count: 1, window, leastShare: 1n })) });

describe("chronic: four rules", () => {
  it("the last counts like the first", async () => {
    const a = await loadFixture(asManyAsMayBe);
    expect(await Promise.all([0, 1, 2, 3].map((rule) => bitsOf(a, rule)))).to.deep.equal([0n, 0n, 0n, 0n]);
    await report(a, 0, 10);
    const events = await eventsOf(a, settleAt(a, boundaryOf(a, 1) + D));
    expect(events.slice(1)).to.deep.equal(
      [0n, 1n, 2n, 3n].map((rule) => ["ChronicFailure", rule, 0n, boundaryOf(a, 3)]),
    );
    expect(await Promise.all([0, 1, 2, 3].map((rule) => bitsOf(a, rule)))).to.deep.equal([1n, 1n, 1n, 1n]);
  });
});

describe("chronic: leaving", () => {
  it("ends now until the last second of the right", async () => {
    const a = await loadFixture(contested);
    await months(a, [10, 10]);
    const last = boundaryOf(a, 4) - 1n;
    await at(last);
    expect(await eventsOf(a, a.escrow.connect(a.client).terminate(Exit.ChronicFailure))).to.deep.include([
      "Terminated",
      2n,
      2n,
      last,
    ]);
    await expectState(a, { end: last, periods: 4n });
  });

  it("is refused when the right has just ended", async () => {
    const a = await loadFixture(contested);
    await months(a, [10, 10]);
    const until = boundaryOf(a, 4);
    await at(until);
    const late = a.escrow.connect(a.client).terminate(Exit.ChronicFailure);
    await expectRefusal(late, a.escrow, "NoChronicRight", [until, until]);
  });

  it("is refused without a right", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 50);
    await at(boundaryOf(a, 1));
    const call = a.escrow.connect(a.client).terminate(Exit.ChronicFailure);
    await expectRefusal(call, a.escrow, "NoChronicRight", [boundaryOf(a, 1), 0]);
  });

  it("is the client's alone", async () => {
    const a = await loadFixture(contested);
    await months(a, [10, 10]);
    const provider = a.escrow.connect(a.provider).terminate(Exit.ChronicFailure);
    await expectRefusal(provider, a.escrow, "NotTheSeat", [a.provider.address, a.client.address]);
    for (const actor of [a.oracle, a.arbiter, a.stranger]) {
      const call = a.escrow.connect(actor).terminate(Exit.ChronicFailure);
      await expectRefusal(call, a.escrow, "NotAParty", [actor.address]);
    }
  });

  it("counts a short period whose fee rounds to nothing, by what a full fee would be credited", async () => {
    // 100 s of January: 10,000 units a month make a fee of 0.
    const start = START + 31n * DAY - 100n;
    const a = await createAgreement(await loadFixture(world), { fee: 10_000n, pledge: 0n, start });
    await activate(a);
    const { start: from, end, fee } = await a.lens.periodOf(a.address, 0);
    expect(fee).to.equal(0n);
    await at(end);
    const allDown = [{ total: end - from, bad: end - from, excluded: 0n }];
    await a.escrow.connect(a.oracle).report(0, 0, allDown, NO_EVIDENCE);
    await settleAt(a, end + D);
    expect(await a.escrow.chronicPeriods(0)).to.equal(1n);
  });
});
