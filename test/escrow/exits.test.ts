import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  active,
  type Agreement,
  at,
  BAD,
  boundaryOf,
  createAgreement,
  deposit,
  disputePeriod,
  Exit,
  FEE,
  loadFixture,
  Phase,
  reportPeriod,
  type Signer,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const terminate = (a: Agreement, who: Signer, exit: number) => a.escrow.connect(who).terminate(exit);
const MAX = 2n ** 256n - 1n;

/** Two bad months; the second is final on 8 March, so the right lasts to the end of April. */
async function chronic(): Promise<Agreement> {
  const a = await active();
  await reportPeriod(a, 0, { bad: BAD[10] });
  await reportPeriod(a, 1, { bad: BAD[10] });
  await timeTravelTo(boundaryOf(a, 2) + 7n * DAY);
  return a;
}

/** The first fee and one unit less than the second. */
async function oneUnitShort(): Promise<Agreement> {
  const a = await createAgreement(await world());
  await activate(a, 2n * FEE - 1n);
  await reportPeriod(a, 0);
  return a;
}

describe("SLAEscrow: leaving at once", () => {
  it("is refused to everybody before the start", async () => {
    const a = await loadFixture(active);
    await at(START - 1n);
    for (const exit of [Exit.ChronicFailure, Exit.BondShort, Exit.NonPayment]) {
      for (const party of [a.provider, a.client]) {
        await expectRefusal(terminate(a, party, exit), a.escrow, "NotStarted", [START - 1n, START]);
      }
    }
  });

  describe("chronic failure", () => {
    const leave = (a: Agreement) => terminate(a, a.client, Exit.ChronicFailure);

    it("ends now, tells it, and frees what is not committed any more", async () => {
      const a = await loadFixture(chronic);
      const now = boundaryOf(a, 2) + 8n * DAY;
      await a.escrow.settle();
      await at(now);
      expect(await eventsOf(a, leave(a))).to.deep.equal([["Terminated", 2n, 2n, now]]);
      const fee = (FEE * 8n) / 31n;
      await expectState(a, { end: now, periods: 3n, committed: fee });
    });

    for (const [when, late] of [
      ["a second before it ends", -1n],
      ["when it ends", 0n],
      ["a second later", 1n],
    ] as const) {
      it(`${late < 0n ? "is open" : "is refused"} ${when}`, async () => {
        const a = await loadFixture(chronic);
        await reportPeriod(a, 2);
        const until = boundaryOf(a, 4);
        await at(until + late);
        await expectState(a, { leaveUntil: until });
        const { leaveAtOnceUntil } = (await a.lens.summary(a.address)).client;
        expect(leaveAtOnceUntil).to.equal(late < 0n ? until : 0n);
        if (late < 0n) {
          await leave(a);
          await expectState(a, { end: until - 1n, periods: 4n });
        } else await expectRefusal(leave(a), a.escrow, "NoChronicRight", [until + late, until]);
      });
    }

    it("needs the right, from the second of the start on", async () => {
      const a = await loadFixture(active);
      await at(START);
      await expectRefusal(leave(a), a.escrow, "NoChronicRight", [START, 0n]);
      await timeTravelTo(START + DAY);
      await at(START + DAY);
      await expectRefusal(leave(a), a.escrow, "NoChronicRight", [START + DAY, 0n]);
    });

    it("is the client's alone", async () => {
      const a = await loadFixture(chronic);
      await expectRefusal(terminate(a, a.provider, Exit.ChronicFailure), a.escrow, "NotTheSeat", [
        a.provider.address,
        a.client.address,
      ]);
    });

    it("makes a cut period pro rata, rounded down, reported when the period before is surely resolved", async () => {
      const a = await loadFixture(chronic);
      const end = boundaryOf(a, 2) + 8n * DAY + 1n;
      await at(end);
      await leave(a);
      const fee = (FEE * (8n * DAY + 1n)) / (31n * DAY);
      const base = boundaryOf(a, 2) + 19n * DAY;
      expect(await a.lens.periodOf(a.address, 2)).to.deep.equal([boundaryOf(a, 2), end, fee, base]);
      const early = reportPeriod(a, 2, { time: base - 1n });
      await expectRefusal(early, a.escrow, "ReportTooEarly", [base - 1n, base]);
      await reportPeriod(a, 2, { time: base });
      await timeTravelTo(base + 7n * DAY);
      await expectState(a, { phase: Phase.Closed, earnings: usd(1800) + fee });
      await expectConserved(a);
    });

    for (const [when, days, late] of [
      ["a second before s + R + 2D", 19n, -1n],
      ["at s + R + 2D", 19n, 0n],
      ["a second after it", 19n, 1n],
    ] as const) {
      it(`opens the window of a period cut ${when} at the later of both`, async () => {
        const a = await loadFixture(chronic);
        const clear = boundaryOf(a, 2) + days * DAY;
        await at(clear + late);
        await leave(a);
        const [, end, , base] = await a.lens.periodOf(a.address, 2);
        expect([end, base]).to.deep.equal([clear + late, late > 0n ? clear + late : clear]);
      });
    }

    it("on a boundary ends the periods there, and leaves no empty one", async () => {
      const a = await loadFixture(chronic);
      await at(boundaryOf(a, 3));
      await leave(a);
      await expectState(a, { end: boundaryOf(a, 3), periods: 3n });
      expect(await a.lens.periodOf(a.address, 2)).to.deep.equal([
        boundaryOf(a, 2),
        boundaryOf(a, 3),
        FEE,
        boundaryOf(a, 3),
      ]);
      await reportPeriod(a, 2);
      await timeTravelTo(boundaryOf(a, 3) + 7n * DAY);
      await expectState(a, { phase: Phase.Closed, earnings: usd(1800) + FEE, withdrawable: usd(9200) });
    });

    it("can bring an end that notice has set still closer", async () => {
      const a = await loadFixture(chronic);
      await terminate(a, a.client, Exit.Notice);
      await expectState(a, { end: boundaryOf(a, 4) });
      const now = boundaryOf(a, 2) + 9n * DAY;
      await at(now);
      await leave(a);
      await expectState(a, { end: now });
      await expectRefusal(leave(a), a.escrow, "AgreementOver");
      await expectRefusal(terminate(a, a.provider, Exit.Notice), a.escrow, "AgreementOver");
    });
  });

  describe("non-payment", () => {
    const leave = (a: Agreement) => terminate(a, a.provider, Exit.NonPayment);

    for (const [when, late, may] of [
      ["a second before the grace is over", -1n, false],
      ["when the grace is over", 0n, true],
      ["a second later", 1n, true],
    ] as const) {
      it(`${may ? "is open" : "is refused"} ${when}, one unit short`, async () => {
        const a = await loadFixture(oneUnitShort);
        const grace = boundaryOf(a, 1) + 10n * DAY;
        await at(grace + late);
        const { leaveAtOnceUntil } = (await a.lens.summary(a.address)).provider;
        expect(leaveAtOnceUntil).to.equal(may ? MAX : 0n);
        if (may) {
          expect((await eventsOf(a, leave(a))).at(-1)).to.deep.equal(["Terminated", 1n, 4n, grace + late]);
          await expectState(a, { end: grace + late, periods: 2n });
        } else await expectRefusal(leave(a), a.escrow, "GraceNotOver", [grace - 1n, grace]);
      });
    }

    it("is refused when the fees are covered to the unit", async () => {
      const a = await loadFixture(oneUnitShort);
      await deposit(a, 1n);
      await timeTravelTo(boundaryOf(a, 1) + 10n * DAY);
      await expectRefusal(leave(a), a.escrow, "FeesAreCovered", [FEE, FEE]);
    });

    it("counts a plain transfer that came the second before", async () => {
      const a = await loadFixture(oneUnitShort);
      await at(boundaryOf(a, 1) + 10n * DAY);
      await deposit(a, 5n, a.stranger);
      await expectState(a, { unabsorbed: 5n });
      await expectRefusal(leave(a), a.escrow, "FeesAreCovered", [FEE + 4n, FEE]);
    });

    it("is open while something is owed, until the transfer covers that and the running fee", async () => {
      const a = await createAgreement(await loadFixture(world));
      await activate(a, FEE);
      for (const k of [0, 1]) await reportPeriod(a, k);
      await timeTravelTo(boundaryOf(a, 2) + 10n * DAY);
      await expectState(a, { owed: FEE });
      await deposit(a, 2n * FEE - 1n);
      expect((await a.lens.summary(a.address)).provider.leaveAtOnceUntil).to.equal(MAX);
      await deposit(a, 1n);
      expect((await a.lens.summary(a.address)).provider.leaveAtOnceUntil).to.equal(0n);
      await expectRefusal(leave(a), a.escrow, "FeesAreCovered", [FEE, FEE]);
    });

    it("needs what is held as well as the fees, to the unit", async () => {
      const a = await loadFixture(oneUnitShort);
      await disputePeriod(a, a.client, 0, { bad: BAD[25] });
      // 750 are earned: what is left must hold 250 under dispute and February's fee.
      await at(boundaryOf(a, 1) + 10n * DAY);
      await expectState(a, { held: usd(250), balance: FEE + usd(250) - 1n });
      await deposit(a, 1n);
      await expectRefusal(leave(a), a.escrow, "FeesAreCovered", [FEE + usd(250), FEE + usd(250)]);
      const b = await loadFixture(oneUnitShort);
      await disputePeriod(b, b.client, 0, { bad: BAD[25] });
      await at(boundaryOf(b, 1) + 10n * DAY);
      await leave(b);
      await expectState(b, { periods: 2n, end: boundaryOf(b, 1) + 10n * DAY });
    });

    it("counts the grace of the first period from the start, not from its month", async () => {
      const a = await createAgreement(await loadFixture(world), { start: START + 10n * DAY, noticePeriods: 0 });
      await activate(a, FEE);
      // Fully funded for period 0: let the client take the rest, then nothing is missing.
      const fee = (FEE * 21n) / 31n;
      await a.escrow.connect(a.client).withdraw(a.client, FEE - fee);
      await at(START + 20n * DAY - 1n);
      await expectRefusal(leave(a), a.escrow, "GraceNotOver", [START + 20n * DAY - 1n, START + 20n * DAY]);
      await at(START + 20n * DAY);
      await expectRefusal(leave(a), a.escrow, "FeesAreCovered", [fee, fee]);
    });

    it("is the provider's alone", async () => {
      const a = await loadFixture(oneUnitShort);
      await timeTravelTo(boundaryOf(a, 1) + 10n * DAY);
      await expectRefusal(terminate(a, a.client, Exit.NonPayment), a.escrow, "NotTheSeat", [
        a.client.address,
        a.provider.address,
      ]);
    });

    it("costs the client no more than the days it had", async () => {
      const a = await loadFixture(oneUnitShort);
      const end = boundaryOf(a, 1) + 14n * DAY;
      await at(end);
      await leave(a);
      const fee = FEE / 2n;
      await expectState(a, { committed: fee, withdrawable: FEE - 1n - fee });
    });
  });
});
