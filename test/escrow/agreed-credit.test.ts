import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import {
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
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  type Agreement,
  agreeBoth,
  at,
  boundaryOf,
  consentTo,
  FEE,
  loadFixture,
  now,
  Ruling,
  SILENCE,
  Stage,
  usd,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n;
const FUNDED = 12n * FEE;

const creditOf = (credit: bigint, period = 0, revision = 0n) => consentTo("Credit", { period, revision, credit });
const agree = async (a: Agreement, seat: "provider" | "client", consent: ReturnType<typeof consentTo>) =>
  a.escrow.connect(a[seat]).agree(consent, (await now()) + DAY);

describe("agreed credit: before the split", () => {
  it("ends a reported period at once", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 50);
    await expectMoves(a, () => agreeBoth(a, creditOf(share(5))), {});
    await expectState(a, { period: 1n, earnings: share(95), creditsGiven: share(5), balance: FUNDED - share(95) });
    await settleAt(a, FEBRUARY + D);
    await expectState(a, { period: 1n, earnings: share(95) });
    await expectConserved(a);
  });

  it("ends a silent period at once", async () => {
    const a = await loadFixture(contested);
    await wait(FEBRUARY + R);
    await agreeBoth(a, creditOf(share(7), 0, SILENCE));
    await expectState(a, { period: 1n, earnings: share(93), creditsGiven: share(7) });
  });

  it("ends a dispute: all pledges come back", async () => {
    const a = await loadFixture(contested);
    await disputed(a, { report: 25, provider: 10, client: 50 });
    await expectMoves(a, () => agreeBoth(a, creditOf(share(30))), {});
    await expectState(a, {
      period: 1n,
      stage: Stage.Running,
      pledges: 0n,
      held: 0n,
      openDisputes: 0n,
      earnings: share(70) + usd(50),
      balance: FUNDED - share(70) + usd(50),
      creditsGiven: share(30),
    });
    const dispute = await a.escrow.disputeOf(0);
    expect([dispute.disputedAt, dispute.isOpen]).to.deep.equal([0n, false]);
    await expectConserved(a);
  });

  it("goes from nothing to the cap", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    const above = agree(a, "client", creditOf(share(50) + 1n));
    await expectRefusal(above, a.escrow, "CreditOutOfRange", [share(50) + 1n, 0, share(50)]);
    await agreeBoth(a, creditOf(share(50)));
    await report(a, 1, 10);
    await agreeBoth(a, creditOf(0n, 1));
    await expectState(a, { period: 2n, creditsGiven: share(50), earnings: share(150) });
  });

  it("needs something that stands", async () => {
    const a = await loadFixture(contested);
    for (const time of [FEBRUARY - 1n, FEBRUARY, FEBRUARY + R - 1n]) {
      for (const revision of [0n, SILENCE]) {
        await at(time);
        const call = a.escrow.connect(a.client).agree(creditOf(0n, 0, revision), time + DAY);
        await expectRefusal(call, a.escrow, "NothingReported", [0]);
      }
    }
  });

  it("names the revision that stands", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await report(a, 0, 25, { revision: 1n });
    for (const revision of [0n, 2n, SILENCE]) {
      await expectRefusal(agree(a, "client", creditOf(0n, 0, revision)), a.escrow, "WrongRevision", [revision, 1]);
    }
  });

  it("dies with the report it was given for", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await agree(a, "provider", creditOf(share(20)));
    await report(a, 0, 0, { revision: 1n });
    await expectRefusal(agree(a, "client", creditOf(share(20))), a.escrow, "WrongRevision", [0, 1]);
    await agree(a, "client", creditOf(share(20), 0, 1n));
    await expectState(a, { period: 0n, creditsGiven: 0n });
  });

  it("dies with the period", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await agree(a, "provider", creditOf(share(20)));
    await wait(FEBRUARY + D);
    await expectRefusal(agree(a, "client", creditOf(share(20))), a.escrow, "NotTheCurrentPeriod", [0, 1]);
    await expectState(a, { creditsGiven: share(10) });
  });

  it("is nothing in burn-in", async () => {
    const a = await loadFixture(burnIn);
    await report(a, 0, 50);
    await expectRefusal(agree(a, "client", creditOf(1n)), a.escrow, "CreditOutOfRange", [1, 0, 0]);
    await agreeBoth(a, creditOf(0n));
    await expectState(a, { period: 1n, earnings: FEE });
  });
});

const burnIn = () => contestedWith({ burnInPeriods: 1 });

describe("agreed credit: after the split", () => {
  for (const credit of [share(10), share(10) + 1n, share(50) - 1n, share(50)]) {
    it(`ends it with ${credit}; all pledges come back`, async () => {
      const a = await loadFixture(contested);
      await split(a, { report: 25, provider: 10, client: 50 });
      await expectMoves(a, () => agreeBoth(a, creditOf(credit)), {});
      await expectState(a, {
        openDisputes: 0n,
        held: 0n,
        pledges: 0n,
        creditsGiven: credit,
        earnings: FEE - credit + usd(50),
        balance: FUNDED - FEE + credit + usd(50),
      });
      await expectConserved(a);
    });
  }

  for (const credit of [0n, share(10) - 1n, share(50) + 1n]) {
    it(`is refused with ${credit}`, async () => {
      const a = await loadFixture(contested);
      await split(a, { report: 25, provider: 10, client: 50 });
      const call = agree(a, "client", creditOf(credit));
      await expectRefusal(call, a.escrow, "CreditOutOfRange", [credit, share(10), share(50)]);
    });
  }

  it("lies between the report and the only claim", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 25, provider: 10 });
    const above = agree(a, "provider", creditOf(share(25) + 1n));
    await expectRefusal(above, a.escrow, "CreditOutOfRange", [share(25) + 1n, share(10), share(25)]);
    await agreeBoth(a, creditOf(share(25)));
    await expectState(a, { creditsGiven: share(25), earnings: share(75) + usd(50) });
  });

  it("names the revision that was disputed", async () => {
    const a = await loadFixture(contested);
    await split(a, { provider: 10 });
    const call = agree(a, "client", creditOf(share(20)));
    await expectRefusal(call, a.escrow, "WrongRevision", [0, SILENCE]);
    await agreeBoth(a, creditOf(share(20), 0, SILENCE));
    await expectState(a, { creditsGiven: share(20), openDisputes: 0n });
  });

  it("takes the key given before the split", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await disputed(a, { report: 25, client: 50 });
    await wait(splitAt - 1n);
    await agree(a, "provider", creditOf(share(30)));
    await wait(splitAt);
    await agree(a, "client", creditOf(share(30)));
    await expectState(a, { creditsGiven: share(30), openDisputes: 0n });
  });

  it("comes too late after the ruling", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 25, client: 50 });
    await agree(a, "provider", creditOf(share(30)));
    await ruled(a, 0, Ruling.Report);
    await expectRefusal(agree(a, "client", creditOf(share(30))), a.escrow, "NotTheCurrentPeriod", [0, 1]);
  });

  it("takes what is left of the term cap, never less than was agreed at the split", async () => {
    const a = await loadFixture(scarce);
    await split(a, { report: 10, client: 50 });
    await report(a, 1, 25);
    await settleAt(a, boundaryOf(a, 2) + D);
    await agreeBoth(a, creditOf(share(50)));
    await expectState(a, { creditsGiven: share(40), held: 0n, earnings: share(85 + 75) });
    await expectConserved(a);
  });
});

const scarce = () => contestedWith({ termCreditCap: share(40), rulingWindow: 100n * DAY });

describe("agreed credit: one key", () => {
  it("moves nothing, however often it is given", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    for (const seat of ["client", "client", "provider"] as const) {
      const credit = seat === "client" ? share(40) : share(5);
      await agree(a, seat, creditOf(credit));
      await expectState(a, { period: 0n, stage: Stage.Reported, creditsGiven: 0n, earnings: 0n });
    }
  });

  it("names nothing but period, revision and credit", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    for (const more of [{ account: a.stranger.address }, { end: boundaryOf(a, 3) }]) {
      await expectRefusal(agree(a, "client", { ...creditOf(0n), ...more }), a.escrow, "MalformedConsent");
    }
  });
});

describe("agreed credit: events", () => {
  it("tell both keys, the pledges, and the period without a ruling", async () => {
    const a = await loadFixture(contested);
    await disputed(a, { report: 25, provider: 10, client: 50 });
    await agree(a, "provider", creditOf(share(30)));
    const sent = agree(a, "client", creditOf(share(30)));
    const events = await eventsOf(a, sent);
    const time = await now();
    expect(events[0]![0]).to.equal("ConsentGiven");
    expect(events.slice(1)).to.deep.equal([
      ["PledgeMoved", 0n, 1n, 1n, usd(50)],
      ["PledgeMoved", 0n, 2n, 2n, usd(50)],
      ["PeriodFinal", 0n, share(30), share(70), time],
    ]);
  });
});
