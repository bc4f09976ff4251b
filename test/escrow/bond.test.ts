import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  active,
  type Agreement,
  approve,
  at,
  BONDED,
  bonded,
  boundaryOf,
  createAgreement,
  deposit,
  ethers,
  Exit,
  FEE,
  loadFixture,
  reportPeriod,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

/** More than half of any month: the bonded terms credit 150 %. */
const OUTAGE = 1_500_000n;

/** A bond of 700 dollars of which 500 were drawn for January. */
async function drawn(): Promise<Agreement> {
  const a = await createAgreement(await world(), { ...BONDED, bond: usd(700), chronic: [] });
  await activate(a);
  await reportPeriod(a, 0, { bad: OUTAGE });
  await timeTravelTo(DUE(a));
  return a;
}

const DUE = (a: Agreement) => boundaryOf(a, 1) + 7n * DAY;

describe("SLAEscrow: bond", () => {
  describe("draw", () => {
    it("pays the part of a credit above the fee to the client, since the due time, however late it is settled", async () => {
      const a = await loadFixture(drawn);
      await timeTravelTo(DUE(a) + 3n * DAY);
      expect(await eventsOf(a, a.escrow.settle())).to.deep.equal([
        ["BondDrawn", 0n, usd(500)],
        ["PeriodFinal", 0n, usd(1500), 0n, DUE(a)],
      ]);
      await expectState(a, {
        balance: usd(12_500),
        earnings: 0n,
        bond: usd(200),
        bondShortSince: DUE(a),
        creditsGiven: usd(1500),
      });
      await expectConserved(a);
    });

    it("goes as far as the bond does; what it lacks is not owed and uses up no cap", async () => {
      const a = await loadFixture(drawn);
      await reportPeriod(a, 1, { bad: OUTAGE });
      const due = boundaryOf(a, 2) + 7n * DAY;
      await timeTravelTo(due);
      expect((await eventsOf(a, a.escrow.settle())).slice(-2)).to.deep.equal([
        ["BondDrawn", 1n, usd(200)],
        ["PeriodFinal", 1n, usd(1200), 0n, due],
      ]);
      await expectState(a, {
        bond: 0n,
        owed: 0n,
        balance: usd(12_700),
        creditsGiven: usd(2700),
        bondShortSince: DUE(a),
      });
      // A third month finds nothing.
      await reportPeriod(a, 2, { bad: OUTAGE });
      await timeTravelTo(boundaryOf(a, 3) + 7n * DAY);
      await expectState(a, { bond: 0n, balance: usd(12_700), creditsGiven: usd(3700) });
      await expectConserved(a);
    });

    it("stays whole when a credit is exactly the fee", async () => {
      const a = await createAgreement(await loadFixture(world), { ...BONDED, creditCap: 1_000_000_000n });
      await activate(a);
      await reportPeriod(a, 0, { bad: OUTAGE });
      await timeTravelTo(DUE(a));
      await expectState(a, { bond: usd(500), bondShortSince: 0n, earnings: 0n, creditsGiven: FEE });
    });

    it("pays arrears from the bond too, before the client gets anything", async () => {
      const a = await createAgreement(await loadFixture(world), BONDED);
      await activate(a, FEE);
      await reportPeriod(a, 0);
      await reportPeriod(a, 1);
      await timeTravelTo(boundaryOf(a, 2) + 7n * DAY);
      await expectState(a, { earnings: FEE, owed: FEE, balance: 0n });
      await reportPeriod(a, 2, { bad: OUTAGE });
      await timeTravelTo(boundaryOf(a, 3) + 7n * DAY);
      await expectState(a, { earnings: FEE + usd(500), owed: usd(500), balance: 0n, bond: 0n });
      await expectConserved(a);
    });
  });

  describe("postBond", () => {
    it("pulls exactly what is missing from anyone, and makes the bond whole", async () => {
      const a = await loadFixture(drawn);
      await approve(a, a.stranger, usd(800));
      await expectMoves(a, () => a.escrow.connect(a.stranger).postBond(), {
        stranger: -usd(500),
        escrow: usd(500),
      });
      await expectState(a, { bond: usd(700), bondShortSince: 0n, balance: usd(12_500) });
      await expectRefusal(a.escrow.connect(a.stranger).postBond(), a.escrow, "BondIsWhole");
      await expectConserved(a);
    });

    it("tells who posted how much, after settling", async () => {
      const a = await loadFixture(drawn);
      await approve(a, a.provider, usd(500));
      expect(await eventsOf(a, a.escrow.connect(a.provider).postBond())).to.deep.equal([
        ["BondDrawn", 0n, usd(500)],
        ["PeriodFinal", 0n, usd(1500), 0n, DUE(a)],
        ["BondPosted", a.provider.address, usd(500)],
      ]);
    });

    it("absorbs a transfer that waits: a bond sent that way is the client's", async () => {
      const a = await loadFixture(drawn);
      await deposit(a, usd(500), a.provider);
      await approve(a, a.provider, usd(500));
      await a.escrow.connect(a.provider).postBond();
      await expectState(a, { bond: usd(700), balance: usd(13_000), unabsorbed: 0n });
    });

    it("reverts as the token does when approval is one unit short, and changes nothing", async () => {
      const a = await loadFixture(drawn);
      await approve(a, a.provider, usd(500) - 1n);
      await expectRefusal(a.escrow.connect(a.provider).postBond(), a.token, "ERC20InsufficientAllowance", [
        a.address,
        usd(500) - 1n,
        usd(500),
      ]);
      await expectState(a, { bond: usd(200), bondShortSince: DUE(a) });
    });

    it("refuses when less arrives", async () => {
      const w = await loadFixture(world);
      const token = await ethers.deployContract("FeeOnTransferToken", [0n]);
      const a = await createAgreement(w, { ...BONDED, token: token.target as string });
      await activate(a);
      await reportPeriod(a, 0, { bad: OUTAGE });
      await timeTravelTo(DUE(a));
      await token.setFee(2_000_000n);
      await approve(a, a.provider, usd(500));
      await expectRefusal(a.escrow.connect(a.provider).postBond(), a.escrow, "ArrivedAmountDiffers", [
        usd(499),
        usd(500),
      ]);
    });

    it("counts a draw anew after the bond was whole", async () => {
      const a = await loadFixture(drawn);
      await approve(a, a.provider, usd(500));
      await a.escrow.connect(a.provider).postBond();
      await reportPeriod(a, 1, { bad: OUTAGE });
      const due = boundaryOf(a, 2) + 7n * DAY;
      await timeTravelTo(due + DAY);
      await expectState(a, { bond: usd(200), bondShortSince: due });
    });

    it("refuses a whole bond, no bond, a draft and a closed agreement", async () => {
      const whole = await loadFixture(bonded);
      await expectRefusal(whole.escrow.connect(whole.provider).postBond(), whole.escrow, "BondIsWhole");
      await timeTravelTo(boundaryOf(whole, 12) + 12n * DAY);
      await expectRefusal(whole.escrow.connect(whole.provider).postBond(), whole.escrow, "NotActive");
      const none = await loadFixture(active);
      await expectRefusal(none.escrow.connect(none.provider).postBond(), none.escrow, "BondIsWhole");
      const draft = await createAgreement(await loadFixture(world), BONDED);
      await expectRefusal(draft.escrow.connect(draft.provider).postBond(), draft.escrow, "NotActive");
    });
  });

  describe("the client's right to leave while it is short", () => {
    const leave = (a: Agreement) => a.escrow.connect(a.client).terminate(Exit.BondShort);

    for (const [when, late, may] of [
      ["a second before the grace is over", -1n, false],
      ["when the grace is over", 0n, true],
      ["a second later", 1n, true],
    ] as const) {
      it(`${may ? "stands" : "does not stand"} ${when}`, async () => {
        const a = await loadFixture(drawn);
        await at(DUE(a) + 10n * DAY + late);
        const { leaveAtOnceUntil } = (await a.lens.summary(a.address)).client;
        expect(leaveAtOnceUntil).to.equal(may ? 2n ** 256n - 1n : 0n);
        if (may) {
          await leave(a);
          await expectState(a, { end: DUE(a) + 10n * DAY + late });
        } else await expectRefusal(leave(a), a.escrow, "BondNotShortLongEnough", [DUE(a), 10n * DAY]);
      });
    }

    it("is gone when the bond is whole, and when it always was", async () => {
      const a = await loadFixture(drawn);
      await approve(a, a.provider, usd(500));
      await at(DUE(a) + 20n * DAY);
      await a.escrow.connect(a.provider).postBond();
      await expectRefusal(leave(a), a.escrow, "BondNotShortLongEnough", [0n, 10n * DAY]);
    });

    it("is the client's alone", async () => {
      const a = await loadFixture(drawn);
      await at(DUE(a) + 10n * DAY);
      await expectRefusal(a.escrow.connect(a.provider).terminate(Exit.BondShort), a.escrow, "NotTheSeat", [
        a.provider.address,
        a.client.address,
      ]);
    });
  });
});
