import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  active,
  type Agreement,
  agreeBoth,
  at,
  BAD,
  boundaryOf,
  consentTo,
  createAgreement,
  disputePeriod,
  FEE,
  loadFixture,
  now,
  reportPeriod,
  type Signer,
  SILENCE,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const credit = (period: number, amount: bigint, revision: bigint | number = 0) =>
  consentTo("Credit", { period, revision, credit: amount });
const agree = async (a: Agreement, who: Signer, consent: ReturnType<typeof credit>) =>
  a.escrow.connect(who).agree(consent, (await now()) + DAY);

/** January is reported with 10 %. */
async function reported(): Promise<Agreement> {
  const a = await active();
  await reportPeriod(a, 0, { bad: BAD[10] });
  return a;
}

/** The client claims 25 %, the provider nothing; each has a pledge in it. */
async function disputed(): Promise<Agreement> {
  const a = await reported();
  await disputePeriod(a, a.client, 0, { bad: BAD[25] });
  await disputePeriod(a, a.provider, 0);
  return a;
}

async function split(): Promise<Agreement> {
  const a = await disputed();
  await timeTravelTo((await a.escrow.disputeOf(0)).disputedAt + 7n * DAY);
  return a;
}

describe("SLAEscrow: a credit by two keys", () => {
  it("needs a report: not in a running period, not while it is awaited", async () => {
    const a = await loadFixture(active);
    await expectRefusal(agree(a, a.client, credit(0, 1n)), a.escrow, "NothingReported", [0n]);
    await at(boundaryOf(a, 1) + 5n * DAY - 1n);
    await expectRefusal(agree(a, a.client, credit(0, 1n)), a.escrow, "NothingReported", [0n]);
  });

  it("makes the period final at once with that credit", async () => {
    const a = await loadFixture(reported);
    await agree(a, a.client, credit(0, usd(123)));
    const time = (await now()) + 5n;
    await at(time);
    const events = await eventsOf(a, a.escrow.connect(a.provider).agree(credit(0, usd(123)), time + DAY));
    expect(events.slice(1)).to.deep.equal([["PeriodFinal", 0n, usd(123), usd(877), time]]);
    await expectState(a, { period: 1n, earnings: usd(877), balance: usd(11_123), creditsGiven: usd(123) });
    expect(await a.escrow.chronicPeriods(0)).to.equal(1n);
    await expectConserved(a);
  });

  it("may be anything from nothing to the cap, not a unit more", async () => {
    for (const amount of [0n, FEE / 2n]) {
      const a = await loadFixture(reported);
      await agreeBoth(a, credit(0, amount));
      await expectState(a, { period: 1n, creditsGiven: amount, earnings: FEE - amount });
      expect(await a.escrow.chronicPeriods(0)).to.equal(amount === 0n ? 0n : 1n);
    }
    const a = await loadFixture(reported);
    await expectRefusal(agree(a, a.client, credit(0, FEE / 2n + 1n)), a.escrow, "CreditOutOfRange", [
      FEE / 2n + 1n,
      0n,
      FEE / 2n,
    ]);
  });

  for (const [share, bit] of [
    [usd(100) - 1n, 0n],
    [usd(100), 1n],
    [usd(100) + 1n, 1n],
  ] as const) {
    it(`of ${share} units ${bit === 1n ? "counts" : "does not count"} as a bad period`, async () => {
      const a = await loadFixture(reported);
      await agreeBoth(a, credit(0, share));
      expect(await a.escrow.chronicPeriods(0)).to.equal(bit);
    });
  }

  it("names the revision that stands: another one, then or meanwhile, is refused", async () => {
    const a = await loadFixture(reported);
    await expectRefusal(agree(a, a.client, credit(0, 1n, 1)), a.escrow, "WrongRevision", [1n, 0n]);
    await expectRefusal(agree(a, a.client, credit(0, 1n, SILENCE)), a.escrow, "WrongRevision", [SILENCE, 0n]);
    await agree(a, a.client, credit(0, usd(300)));
    await reportPeriod(a, 0, { revision: 1n });
    await expectRefusal(agree(a, a.provider, credit(0, usd(300))), a.escrow, "WrongRevision", [0n, 1n]);
    await agreeBoth(a, credit(0, 1n, 1));
    await expectState(a, { period: 1n, creditsGiven: 1n });
  });

  it("names silence as revision 255", async () => {
    const a = await loadFixture(active);
    await timeTravelTo(boundaryOf(a, 1) + 5n * DAY);
    await expectRefusal(agree(a, a.client, credit(0, 1n)), a.escrow, "WrongRevision", [0n, SILENCE]);
    await agreeBoth(a, credit(0, usd(200), SILENCE));
    await expectState(a, { period: 1n, creditsGiven: usd(200) });
    expect(await a.escrow.chronicPeriods(0)).to.equal(1n);
  });

  it("is nothing in the burn-in", async () => {
    const a = await createAgreement(await loadFixture(world), { burnInPeriods: 1 });
    await activate(a);
    await reportPeriod(a, 0, { bad: BAD[50] });
    await expectRefusal(agree(a, a.client, credit(0, 1n)), a.escrow, "CreditOutOfRange", [1n, 0n, 0n]);
    await agreeBoth(a, credit(0, 0n));
    await expectState(a, { period: 1n, earnings: FEE });
  });

  it("is capped by what is left of the term's credits", async () => {
    const a = await createAgreement(await loadFixture(world), { termCreditCap: usd(150) });
    await activate(a);
    await reportPeriod(a, 0, { bad: BAD[10] });
    await agreeBoth(a, credit(0, usd(400)));
    await expectState(a, { creditsGiven: usd(150), earnings: usd(850) });
  });

  it("refuses a later period, and one that is final", async () => {
    const a = await loadFixture(reported);
    await expectRefusal(agree(a, a.client, credit(1, 1n)), a.escrow, "NotTheCurrentPeriod", [1n, 0n]);
    await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
    await expectRefusal(agree(a, a.client, credit(0, 1n)), a.escrow, "NotTheCurrentPeriod", [0n, 1n]);
  });

  it("refuses when the second key comes after the period became final: the credit is not given twice", async () => {
    const a = await loadFixture(reported);
    await at(boundaryOf(a, 1) + 7n * DAY - 1n);
    await agree(a, a.client, credit(0, usd(500)));
    await at(boundaryOf(a, 1) + 7n * DAY);
    await expectRefusal(agree(a, a.provider, credit(0, usd(500))), a.escrow, "NotTheCurrentPeriod", [0n, 1n]);
    await expectState(a, { creditsGiven: usd(100) });
  });

  it("settles a dispute before its split, and returns all pledges", async () => {
    const a = await loadFixture(disputed);
    const { earnings, balance } = await a.escrow.state();
    expect([earnings, balance]).to.deep.equal([0n, 12n * FEE]);
    await expectState(a, { pledges: usd(100) });
    await agree(a, a.client, credit(0, usd(400)));
    const time = await now();
    const sent = a.escrow.connect(a.provider).agree(credit(0, usd(400)), time + DAY);
    expect((await eventsOf(a, sent)).slice(1, 3)).to.deep.equal([
      ["PledgeMoved", 0n, 1n, 1n, usd(50)],
      ["PledgeMoved", 0n, 2n, 2n, usd(50)],
    ]);
    await expectState(a, {
      period: 1n,
      pledges: 0n,
      openDisputes: 0n,
      earnings: usd(650),
      balance: usd(11_450),
    });
    const { isOpen, disputedAt } = await a.escrow.disputeOf(0);
    expect([isOpen, disputedAt]).to.deep.equal([false, 0n]);
    await expectConserved(a);
  });

  for (const amount of [0n, usd(100), usd(250)]) {
    it(`resolves an open dispute with ${amount} units, between the offers, and returns all pledges`, async () => {
      const a = await loadFixture(split);
      await expectState(a, { held: usd(250), earnings: usd(750), openDisputes: 1n });
      await agreeBoth(a, credit(0, amount));
      await expectState(a, {
        held: 0n,
        pledges: 0n,
        openDisputes: 0n,
        period: 1n,
        earnings: FEE - amount + usd(50),
        balance: 11n * FEE + amount + usd(50),
        creditsGiven: amount,
      });
      await expectConserved(a);
    });
  }

  it("refuses an open dispute's credit outside of the offers, and another revision", async () => {
    const a = await loadFixture(split);
    await expectRefusal(agree(a, a.client, credit(0, usd(250) + 1n)), a.escrow, "CreditOutOfRange", [
      usd(250) + 1n,
      0n,
      usd(250),
    ]);
    await expectRefusal(agree(a, a.client, credit(0, 1n, 1)), a.escrow, "WrongRevision", [1n, 0n]);
    const b = await loadFixture(reported);
    await disputePeriod(b, b.client, 0, { bad: BAD[25] });
    await timeTravelTo((await b.escrow.disputeOf(0)).disputedAt + 7n * DAY);
    await expectRefusal(agree(b, b.client, credit(0, usd(100) - 1n)), b.escrow, "CreditOutOfRange", [
      usd(100) - 1n,
      usd(100),
      usd(250),
    ]);
    await agreeBoth(b, credit(0, usd(100)));
    await expectState(b, { creditsGiven: usd(100), openDisputes: 0n });
  });

  it("is refused once the arbiter's time is over", async () => {
    const a = await loadFixture(split);
    const d = (await a.escrow.disputeOf(0)).disputedAt;
    await at(d + 37n * DAY - 1n);
    await agree(a, a.client, credit(0, usd(200)));
    await at(d + 37n * DAY);
    await expectRefusal(agree(a, a.provider, credit(0, usd(200))), a.escrow, "NotTheCurrentPeriod", [0n, 1n]);
  });
});
