import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import type { Terms } from "../../src/terms/types.ts";
import {
  baseOf,
  claimOf,
  contestedWith,
  D,
  EVIDENCE,
  R,
  report,
  ruled,
  settleAt,
  share,
  split,
} from "../support/disputes.ts";
import { eventsOf, expectConserved, expectMoves, expectState } from "../support/expect.ts";
import {
  type Agreement,
  at,
  below,
  boundaryOf,
  counts,
  FEE,
  loadFixture,
  PERCENT,
  Ruling,
  usd,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n;
const FUNDED = 12n * FEE;

/** Credits of 10, 120 and 150 % by the downtime; the bond pays what is above the fee. */
const ABOVE: Partial<Terms> = {
  creditCap: 150n * PERCENT,
  objectives: [
    {
      indicator: 0,
      tiers: [
        below(999_000_000n, 10n * PERCENT),
        below(990_000_000n, 120n * PERCENT),
        below(950_000_000n, 150n * PERCENT),
      ],
    },
  ],
  chronic: [],
  silenceCredit: 0n,
};
/** The report helper's names for these tiers. */
const [TEN, ONE_TWENTY, ONE_FIFTY] = [10, 25, 50] as const;

const rich = () => contestedWith({ ...ABOVE, bond: usd(800) });
const patient = () => contestedWith({ ...ABOVE, bond: usd(800), rulingWindow: 300n * DAY });
const narrow = () => contestedWith({ ...ABOVE, bond: usd(500), rulingWindow: 300n * DAY });
const arrears = () => contestedWith({ ...ABOVE, bond: usd(500) }, FEE);

describe("bond: credits above the fee", () => {
  it("earn nothing, and the bond pays the rest into M", async () => {
    const a = await loadFixture(rich);
    await report(a, 0, ONE_FIFTY);
    await expectMoves(
      a,
      async () => {
        const events = await eventsOf(a, settleAt(a, FEBRUARY + D));
        expect(events).to.deep.equal([
          ["BondDrawn", 0n, usd(500)],
          ["PeriodFinal", 0n, usd(1_500), 0n, FEBRUARY + D],
        ]);
      },
      {},
    );
    await expectState(a, {
      balance: FUNDED + usd(500),
      earnings: 0n,
      bond: usd(300),
      creditsGiven: usd(1_500),
      bondShortSince: FEBRUARY + D,
    });
    await expectConserved(a);
  });

  it("take what the bond has; what it lacks is not owed and leaves the term cap alone", async () => {
    const a = await loadFixture(rich);
    await report(a, 0, ONE_FIFTY);
    await report(a, 1, ONE_FIFTY);
    const due = boundaryOf(a, 2) + D;
    const events = await eventsOf(a, settleAt(a, due));
    expect(events).to.deep.equal([
      ["BondDrawn", 1n, usd(300)],
      ["PeriodFinal", 1n, usd(1_300), 0n, due],
    ]);
    await expectState(a, {
      balance: FUNDED + usd(800),
      bond: 0n,
      owed: 0n,
      creditsGiven: usd(2_800),
      bondShortSince: FEBRUARY + D,
    });
    await report(a, 2, ONE_TWENTY);
    await settleAt(a, boundaryOf(a, 3) + D);
    await expectState(a, { bond: 0n, creditsGiven: usd(3_800), bondShortSince: FEBRUARY + D });
    await expectConserved(a);
  });

  it("settle arrears first", async () => {
    const a = await loadFixture(arrears);
    await report(a, 0, TEN);
    await report(a, 1, 0);
    await report(a, 2, ONE_FIFTY);
    await expectState(a, { balance: 0n, earnings: usd(1_000), owed: usd(900) });
    await settleAt(a, boundaryOf(a, 3) + D);
    await expectState(a, { balance: 0n, earnings: usd(1_500), owed: usd(400), bond: 0n });
    await expectConserved(a);
  });
});

describe("bond: split and ruling", () => {
  it("the lowest offer's part moves at the split, the rest when the ruling comes", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: ONE_TWENTY, client: ONE_FIFTY });
    await expectState(a, {
      earnings: 0n,
      held: 0n,
      bond: usd(600),
      balance: FUNDED + usd(200),
      creditsGiven: usd(1_200),
    });
    const events = await eventsOf(a, ruled(a, 0, Ruling.Client));
    expect(events.slice(-3).map((event) => event.slice(0, 4))).to.deep.equal([
      ["Ruled", 0n, 3n],
      ["BondDrawn", 0n, usd(500)],
      ["PeriodFinal", 0n, usd(1_500), 0n],
    ]);
    await expectState(a, { bond: usd(300), balance: FUNDED + usd(550), creditsGiven: usd(1_500), pledges: 0n });
    await expectConserved(a);
  });

  it("an offer on each side of the fee holds the fee's part only", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: TEN, client: ONE_FIFTY });
    await expectState(a, { earnings: 0n, held: usd(900), bond: usd(800), creditsGiven: usd(100) });
    await ruled(a, 0, Ruling.Client);
    await expectState(a, { held: 0n, earnings: 0n, bond: usd(300), creditsGiven: usd(1_500), owed: 0n });
    await expectConserved(a);
  });

  it("a ruling takes the bond that is left when it comes", async () => {
    const a = await loadFixture(patient);
    await split(a, { report: TEN, client: ONE_FIFTY });
    await report(a, 1, ONE_FIFTY);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectState(a, { bond: usd(300), creditsGiven: usd(1_600) });
    const events = await eventsOf(a, ruled(a, 0, Ruling.Client));
    expect(events.slice(-3).map((event) => event.slice(0, 4))).to.deep.equal([
      ["Ruled", 0n, 3n],
      ["BondDrawn", 0n, usd(300)],
      ["PeriodFinal", 0n, usd(1_300), 0n],
    ]);
    await expectState(a, { bond: 0n, held: 0n, creditsGiven: usd(2_800), earnings: 0n });
    await expectConserved(a);
  });

  it("what the bond lacked at the split stays lost, whatever was posted since", async () => {
    const a = await loadFixture(narrow);
    await report(a, 0, ONE_FIFTY); // takes the whole bond
    await settleAt(a, FEBRUARY + D);
    await split(a, { period: 1, report: ONE_TWENTY, client: ONE_FIFTY });
    await expectState(a, { bond: 0n, creditsGiven: usd(1_500 + 1_000) });
    await a.escrow.connect(a.provider).postBond();
    await ruled(a, 1, Ruling.Client);
    // 300 of the difference; the 200 of the split are not made up for
    await expectState(a, { bond: usd(200), creditsGiven: usd(2_500 + 300) });
    await expectConserved(a);
  });
});

// ------------------------------------------------------------------------------------------------------- term cap

const cappedAt = (termCreditCap: bigint, changes: Partial<Terms> = {}) => contestedWith({ termCreditCap, ...changes });
const unitBelow = () => cappedAt(share(25) - 1n);
const exact = () => cappedAt(share(25));
const unitAbove = () => cappedAt(share(25) + 1n);
const none = () => cappedAt(0n);
const eighty = () => cappedAt(share(80), { rulingWindow: 300n * DAY });

describe("term cap", () => {
  for (const [name, fixture, given] of [
    ["a unit less than the credit", unitBelow, share(25) - 1n],
    ["the credit", exact, share(25)],
    ["a unit more than the credit", unitAbove, share(25)],
    ["nothing", none, 0n],
  ] as const) {
    it(`with ${name} left gives ${given}`, async () => {
      const a = await loadFixture(fixture);
      await report(a, 0, 25);
      await settleAt(a, FEBRUARY + D);
      await expectState(a, { creditsGiven: given, earnings: FEE - given, balance: FUNDED - FEE + given });
    });
  }

  it("used up gives nothing more, and silence neither", async () => {
    const a = await loadFixture(exact);
    await report(a, 0, 25);
    await report(a, 1, 50);
    await settleAt(a, boundaryOf(a, 3) + R + D);
    await expectState(a, { period: 3n, creditsGiven: share(25), earnings: 3n * FEE - share(25) });
  });

  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    it(`rulings in the order ${order.join(", ")} never give more in all, and each at least what was agreed`, async () => {
      const a: Agreement = await loadFixture(eighty);
      // 10 % are agreed for each, 30 in all; three claims of 50 % compete for the other 50.
      for (const period of [0, 1, 2]) await split(a, { period, report: 10, client: 50 });
      await expectState(a, { creditsGiven: share(30), held: 3n * share(40) });
      const credits = [];
      for (const period of order) {
        const events = await eventsOf(a, ruled(a, period, Ruling.Client));
        credits.push(events.at(-1)![2]);
      }
      expect(credits).to.deep.equal([share(50), share(20), share(10)]);
      await expectState(a, { creditsGiven: share(80), held: 0n, owed: 0n });
      await expectConserved(a);
    });
  }

  it("what is used between split and ruling is not there for the ruling", async () => {
    const a = await loadFixture(eighty);
    await split(a, { report: 10, client: 50 });
    await report(a, 1, 50);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectState(a, { creditsGiven: share(60) });
    await ruled(a, 0, Ruling.Client);
    await expectState(a, { creditsGiven: share(80), earnings: share(50 + 70), held: 0n });
    await expectConserved(a);
  });
});

describe("bond: short", () => {
  it("counts from the due time of the draw, however late it is settled, and ends when it is whole", async () => {
    const a = await loadFixture(rich);
    await report(a, 0, ONE_TWENTY);
    await settleAt(a, FEBRUARY + D + 3n * DAY);
    await expectState(a, { bond: usd(600), bondShortSince: FEBRUARY + D });
    await a.escrow.connect(a.provider).postBond();
    await expectState(a, { bond: usd(800), bondShortSince: 0n });
    await report(a, 1, ONE_TWENTY);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectState(a, { bond: usd(600), bondShortSince: boundaryOf(a, 2) + D });
  });

  it("counts from the split that drew", async () => {
    const a = await loadFixture(patient);
    const measurements = await counts(a, 0, 200_000n);
    await report(a, 0, ONE_TWENTY);
    await at(FEBRUARY + DAY);
    await a.escrow.connect(a.client).dispute(0, 0, measurements, EVIDENCE);
    await settleAt(a, FEBRUARY + 10n * DAY);
    await expectState(a, { bondShortSince: FEBRUARY + DAY + D });
    expect(await baseOf(a, 0)).to.equal(FEBRUARY);
    await expect(claimOf(a, a.provider, 0, 0)).to.be.revertedWithCustomError(a.escrow, "NotTheCurrentPeriod");
  });
});
