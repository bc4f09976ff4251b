import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import {
  claimOf,
  contested,
  contestedWith,
  D,
  R,
  report,
  ruled,
  settleAt,
  share,
  withStakes,
} from "../support/disputes.ts";
import { expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  activate,
  type Agreement,
  agreeBoth,
  approve,
  at,
  BONDED,
  boundaryOf,
  consentTo,
  createAgreement,
  deposit,
  ethers,
  Exit,
  FEE,
  loadFixture,
  now,
  PERCENT,
  Phase,
  Ruling,
  Seat,
  START,
  usd,
  world,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n;

describe("attack on a draft", () => {
  const bondedDraft = async () => withStakes(await createAgreement(await world(), BONDED));

  it("free look: who waits for the other's money has its own at stake, and may only leave while nobody is bound", async () => {
    const a = await loadFixture(bondedDraft);
    const hash = await a.escrow.termsHash();
    // No acceptance without the money.
    await expectRefusal(a.escrow.connect(a.client).accept(hash), a.escrow, "BalanceTooLow", [0, FEE]);
    await a.escrow.connect(a.provider).accept(hash);
    await expectState(a, { phase: Phase.Draft, bond: usd(500) });
    // The client looks and does not come: the provider has lost nothing.
    await a.escrow.connect(a.provider).claim(a.provider);
    await expectState(a, { phase: Phase.Draft, bond: 0n, providerAccepted: false });
    // Both stand: neither gets out for free, a second later or a second before the start.
    await a.escrow.connect(a.provider).accept(hash);
    await deposit(a, FEE);
    await a.escrow.connect(a.client).accept(hash);
    for (const time of [await now(), START - 1n]) {
      await at(time);
      const client = a.escrow.connect(a.client).withdraw(a.client, 1n);
      await expectRefusal(client, a.escrow, "AmountAboveFree", [1, 0]);
      await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.escrow, "NothingToPay");
    }
  });

  it("a stranger cannot accept for a seat, whatever it pays", async () => {
    const a = await loadFixture(bondedDraft);
    await deposit(a, 12n * FEE, a.stranger);
    await approve(a, a.stranger, usd(500));
    const call = a.escrow.connect(a.stranger).accept(await a.escrow.termsHash());
    await expectRefusal(call, a.escrow, "NotAParty", [a.stranger.address]);
  });

  it("a bond that arrives short does not activate", async () => {
    const token = "FeeOnTransferToken";
    const w = await loadFixture(world);
    const taxed = await ethers.deployContract(token, [PERCENT]);
    const a = await createAgreement(w, { ...BONDED, token: await taxed.getAddress() });
    await deposit(a, 12n * FEE);
    await acceptAsClient(a);
    await approve(a, a.provider, usd(500));
    const call = a.escrow.connect(a.provider).accept(await a.escrow.termsHash());
    await expectRefusal(call, a.escrow, "ArrivedAmountDiffers", [usd(495), usd(500)]);
    await expectState(a, { phase: Phase.Draft, bond: 0n, providerAccepted: false });
  });
});

describe("attack on a dispute", () => {
  const reported = async () => {
    const a = await contested();
    await report(a, 0, 10);
    return a;
  };

  it("feigned claim: the other seat still gets its whole say", async () => {
    const a = await loadFixture(reported);
    // The provider occupies the dispute in the last second, with a claim that concedes nothing.
    const d = FEBRUARY + D - 1n;
    await claimOf(a, a.provider, 0, 0, { time: d });
    await claimOf(a, a.client, 0, 50, { time: d + D - 1n });
    await settleAt(a, d + D);
    await ruled(a, 0, Ruling.Client);
    await expectState(a, { creditsGiven: share(50), earnings: share(50), balance: 12n * FEE - share(50) + usd(100) });
    await expectConserved(a);
  });

  it("report changed before a dispute: the claim names a revision and does not stand against another", async () => {
    const a = await loadFixture(reported);
    await report(a, 0, 0, { revision: 1n });
    await expectRefusal(claimOf(a, a.provider, 0, 0), a.escrow, "WrongRevision", [0, 1]);
  });

  it("report changed under a dispute: it is frozen", async () => {
    const a = await loadFixture(reported);
    await claimOf(a, a.client, 0, 50);
    for (const revision of [0n, 1n, 2n]) {
      await expectRefusal(report(a, 0, 50, { revision }), a.escrow, "ReportIsFrozen", [0]);
    }
    await settleAt(a, FEBRUARY + DAY + D);
    expect((await a.escrow.disputeOf(0)).reportCredit).to.equal(share(10));
    await expectRefusal(report(a, 0, 50, { revision: 1n }), a.escrow, "NotTheCurrentPeriod", [0, 1]);
  });

  it("replayed revision: an old report never comes back", async () => {
    const a = await loadFixture(reported);
    await report(a, 0, 0, { revision: 1n });
    await expectRefusal(report(a, 0, 10, { revision: 0n }), a.escrow, "WrongRevision", [0, 2]);
    await expectState(a, { credit: 0n, revision: 1n });
  });

  it("endless corrections: none after the window, so the period ends by base + R + D", async () => {
    const a = await loadFixture(reported);
    let revision = 1n;
    for (let time = FEBRUARY + 60n; time < FEBRUARY + R; time += DAY / 2n) {
      await report(a, 0, 10, { time, revision: revision++ });
    }
    await report(a, 0, 10, { time: FEBRUARY + R - 1n, revision: revision++ });
    await expectRefusal(report(a, 0, 10, { time: FEBRUARY + R, revision }), a.escrow, "ReportTooLate", [
      FEBRUARY + R,
      FEBRUARY + R,
    ]);
    await settleAt(a, FEBRUARY + R + D - 1n);
    await expectState(a, { period: 1n, earnings: share(90) });
  });

  it("a pledge that arrives short does not stand", async () => {
    const w = await loadFixture(world);
    const taxed = await ethers.deployContract("FeeOnTransferToken", [0n]);
    const a = await createAgreement(w, { token: await taxed.getAddress() });
    await activate(a);
    await withStakes(a);
    await report(a, 0, 10);
    await taxed.setFee(20n); // one unit of fifty million
    const call = claimOf(a, a.client, 0, 50);
    await expectRefusal(call, a.escrow, "ArrivedAmountDiffers", [usd(50) - 1n, usd(50)]);
  });
});

describe("attack by leaving", () => {
  const barely = () => contestedWith({}, FEE);

  it("plain transfer before a termination for non-payment: it counts", async () => {
    const a = await loadFixture(barely);
    await report(a, 0, 0);
    await at(boundaryOf(a, 1) + 11n * DAY);
    await deposit(a, FEE);
    const call = a.escrow.connect(a.provider).terminate(Exit.NonPayment);
    await expectRefusal(call, a.escrow, "FeesAreCovered", [FEE, FEE]);
  });

  it("termination exactly on a boundary: no period of no length, nobody pays for it", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await report(a, 1, 10);
    await settleAt(a, boundaryOf(a, 2) + D);
    await at(boundaryOf(a, 3));
    await a.escrow.connect(a.client).terminate(Exit.ChronicFailure);
    await expectState(a, { end: boundaryOf(a, 3), periods: 3n, committed: FEE });
    await report(a, 2, 0);
    await settleAt(a, boundaryOf(a, 3) + D);
    await expectState(a, { phase: Phase.Closed, earnings: usd(2_800), balance: 12n * FEE - usd(2_800) });
  });
});

describe("attack with an old key", () => {
  const rotate = (a: Agreement) => consentTo("Oracle", { account: a.newcomer.address });

  it("a consent used months later does nothing", async () => {
    const a = await loadFixture(contested);
    const expiry = (await now()) + 30n * DAY;
    await a.escrow.connect(a.provider).agree(rotate(a), expiry);
    await at(expiry);
    await a.escrow.connect(a.client).agree(rotate(a), expiry + DAY);
    await expectState(a, { oracle: a.oracle.address });
  });

  it("a consent cannot be given for longer", async () => {
    const a = await loadFixture(contested);
    await at(START);
    const call = a.escrow.connect(a.provider).agree(rotate(a), START + 30n * DAY + 1n);
    const range = [START + 30n * DAY + 1n, START + 1n, START + 30n * DAY];
    await expectRefusal(call, a.escrow, "ExpiryOutOfRange", range);
  });

  for (const seat of ["provider", "client"] as const) {
    it(`a consent used after the ${seat}'s seat changed hands does nothing`, async () => {
      const a = await loadFixture(contested);
      const consent = consentTo("Arbiter", { account: a.stranger.address });
      const expiry = (await now()) + DAY;
      await a.escrow.connect(a.provider).agree(consent, expiry);
      await a.escrow.connect(a[seat]).offerSeat(a.newcomer);
      await a.escrow
        .connect(a.newcomer)
        .takeSeat(seat === "client" ? Seat.Client : Seat.Provider, 0, boundaryOf(a, 12));
      const client = seat === "client" ? a.newcomer : a.client;
      await a.escrow.connect(client).agree(consent, expiry);
      await expectState(a, { arbiter: a.arbiter.address });
      expect(await a.escrow.consentOf(Seat.Provider, consent)).to.equal(0n);
    });
  }

  it("rotation onto a party's own address is refused", async () => {
    const a = await loadFixture(contested);
    for (const account of [a.provider.address, a.client.address, a.oracle.address]) {
      const call = agreeBoth(a, consentTo("Arbiter", { account }));
      await expectRefusal(call, a.escrow, "ArbiterIsNotNeutral", [account]);
    }
    const oracle = agreeBoth(a, consentTo("Oracle", { account: a.arbiter.address }));
    await expectRefusal(oracle, a.escrow, "ArbiterIsNotNeutral", [a.arbiter.address]);
  });

  it("neither can a seat end up with the arbiter, nor both seats with one", async () => {
    const a = await loadFixture(contested);
    for (const [taker, error] of [
      [a.arbiter, "ArbiterIsNotNeutral"],
      [a.client, "PartiesAreTheSame"],
    ] as const) {
      await a.escrow.connect(a.provider).offerSeat(taker);
      const call = a.escrow.connect(taker).takeSeat(Seat.Provider, 0, boundaryOf(a, 12));
      await expectRefusal(call, a.escrow, error, [taker.address]);
    }
  });
});
