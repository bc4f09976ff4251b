import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState, othersThan } from "../support/expect.ts";
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
  reportPeriod,
  Ruling,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const withdraw = (a: Agreement, amount: bigint, to = a.client) => a.escrow.connect(a.client).withdraw(to, amount);

/** The client can take out `free` and not a unit more; `free - 1`, then the last unit, is paid. */
async function expectFree(a: Agreement, free: bigint): Promise<void> {
  await expectState(a, { withdrawable: free });
  await expectRefusal(withdraw(a, free + 1n), a.escrow, "AmountAboveFree", [free + 1n, free]);
  await expectMoves(a, () => withdraw(a, free - 1n), { client: free - 1n, escrow: 1n - free });
  await expectMoves(a, () => withdraw(a, 1n), { client: 1n, escrow: -1n });
  await expectState(a, { withdrawable: 0n });
  await expectConserved(a);
}

/** Active under changed terms, funded for the term. */
async function activeWith(changes: Parameters<typeof createAgreement>[1]): Promise<Agreement> {
  const a = await createAgreement(await loadFixture(world), changes);
  await activate(a);
  return a;
}

describe("SLAEscrow: withdraw", () => {
  it("refuses everybody but the client", async () => {
    const a = await loadFixture(active);
    for (const [, other] of othersThan(a, a.client)) {
      await expectRefusal(a.escrow.connect(other).withdraw(other, 1n), a.escrow, "NotTheSeat", [
        other.address,
        a.client.address,
      ]);
    }
  });

  it("pays anyone the client names, and tells it", async () => {
    const a = await loadFixture(active);
    expect(await eventsOf(a, withdraw(a, 5n, a.newcomer))).to.deep.equal([["Withdrawn", a.newcomer.address, 5n]]);
    expect(await a.token.balanceOf(a.newcomer)).to.equal(5n);
  });

  it("pays what is free, counting a transfer that waits, and not a unit more", async () => {
    const a = await loadFixture(active);
    await deposit(a, 3n);
    await expectFree(a, 10n * FEE + 3n);
  });

  it("refuses to pay nothing", async () => {
    const a = await loadFixture(active);
    await expectRefusal(withdraw(a, 0n), a.escrow, "NothingToPay");
  });

  describe("commitment", () => {
    it("holds period 0 and the notice from activation on", async () => {
      const a = await loadFixture(active);
      await expectState(a, { committed: 2n * FEE });
      await at(START);
      await expectState(a, { committed: 2n * FEE });
    });

    for (const [when, time, committed] of [
      ["a second before", -1n, 2n],
      ["at", 0n, 3n],
      ["a second after", 1n, 3n],
    ] as const) {
      it(`holds ${committed} fees ${when} the first boundary`, async () => {
        const a = await loadFixture(active);
        await at(boundaryOf(a, 1) + time);
        await expectState(a, { committed: committed * FEE });
        await expectFree(a, (12n - committed) * FEE);
      });
    }

    it("holds the fee of a period until it is final, to the second", async () => {
      const a = await loadFixture(active);
      const final = boundaryOf(a, 1) + 7n * DAY;
      await reportPeriod(a, 0);
      await at(final - 1n);
      await expectState(a, { committed: 3n * FEE, balance: 12n * FEE });
      await at(final);
      await expectState(a, { committed: 2n * FEE, balance: 11n * FEE });
      await expectFree(a, 9n * FEE);
    });

    it("holds only started periods when there is no notice", async () => {
      const a = await activeWith({ noticePeriods: 0 });
      await expectState(a, { committed: FEE });
      await at(boundaryOf(a, 1));
      await expectState(a, { committed: 2n * FEE });
    });

    it("holds no more than what is left of the term", async () => {
      const a = await activeWith({ noticePeriods: 12 });
      await expectState(a, { committed: 12n * FEE, withdrawable: 0n });
      await timeTravelTo(boundaryOf(a, 12));
      // December is over and November is final.
      await expectState(a, { period: 11n, committed: FEE });
    });

    it("holds the pro rata fee of a short first period", async () => {
      const a = await activeWith({ start: START + 10n * DAY });
      await expectState(a, { committed: (FEE * 21n) / 31n + FEE });
    });

    it("holds the difference under dispute until the ruling", async () => {
      const a = await loadFixture(active);
      await reportPeriod(a, 0);
      await disputePeriod(a, a.client, 0, { bad: BAD[25] });
      const d = (await a.escrow.disputeOf(0)).disputedAt;
      await at(d + 7n * DAY - 1n);
      await expectState(a, { held: 0n, balance: 12n * FEE, committed: 3n * FEE });
      await at(d + 7n * DAY);
      await expectState(a, { held: usd(250), balance: usd(11_250), committed: 2n * FEE + usd(250) });
      await expectFree(a, 9n * FEE);
      await a.escrow.connect(a.arbiter).rule(0, Ruling.Client);
      await expectState(a, { held: 0n, withdrawable: usd(250) + usd(50) });
    });

    it("frees the fees after an end that comes closer, at once", async () => {
      const a = await loadFixture(active);
      await at(START + 10n * DAY);
      await a.escrow.connect(a.provider).terminate(Exit.Notice);
      await expectState(a, { end: boundaryOf(a, 2), committed: 2n * FEE });
      await timeTravelTo(boundaryOf(a, 1));
      await expectState(a, { committed: 2n * FEE });
      await expectFree(a, 10n * FEE);
    });

    it("is nothing before activation and after the close", async () => {
      const a = await loadFixture(active);
      await timeTravelTo(boundaryOf(a, 12) + 12n * DAY);
      await expectState(a, { committed: 0n });
      await expectFree(a, 6n * FEE);
    });

    it("is not met by a balance that is short, and nothing is free then", async () => {
      const a = await createAgreement(await loadFixture(world));
      await activate(a, FEE);
      await expectState(a, { committed: 2n * FEE, balance: FEE, withdrawable: 0n });
      await expectRefusal(withdraw(a, 1n), a.escrow, "AmountAboveFree", [1n, 0n]);
    });
  });

  it("pays a credit in cash once it exceeds what is committed", async () => {
    const a = await createAgreement(await loadFixture(world), { noticePeriods: 0 });
    await activate(a, 2n * FEE);
    await reportPeriod(a, 0, { bad: BAD[50] });
    await expectState(a, { withdrawable: 0n });
    await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
    await expectFree(a, usd(500));
  });
});
