import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState, othersThan } from "../support/expect.ts";
import {
  activate,
  active,
  type Agreement,
  at,
  BAD,
  bonded,
  boundaryOf,
  createAgreement,
  deposit,
  ethers,
  FEE,
  loadFixture,
  Phase,
  reportPeriod,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const claim = (a: Agreement, to = a.provider) => a.escrow.connect(a.provider).claim(to);

/** January is reported without fault and not final yet. */
async function january(): Promise<Agreement> {
  const a = await active();
  await reportPeriod(a, 0);
  return a;
}

describe("SLAEscrow: claim", () => {
  it("refuses everybody but the provider", async () => {
    const a = await loadFixture(january);
    await timeTravelTo(boundaryOf(a, 2));
    for (const [, other] of othersThan(a, a.provider)) {
      await expectRefusal(a.escrow.connect(other).claim(other), a.escrow, "NotTheSeat", [
        other.address,
        a.provider.address,
      ]);
    }
  });

  it("refuses everybody but the provider between a month's report and its end too", async () => {
    const a = await loadFixture(january);
    await reportPeriod(a, 1);
    for (const [, other] of othersThan(a, a.provider)) {
      await expectRefusal(a.escrow.connect(other).claim(other), a.escrow, "NotTheSeat", [
        other.address,
        a.provider.address,
      ]);
    }
    await expectMoves(a, async () => claim(a), { provider: FEE, escrow: -FEE });
  });

  it("settles what is due first: nothing a second before, all at the due time", async () => {
    const a = await loadFixture(january);
    const due = boundaryOf(a, 1) + 7n * DAY;
    await at(due - 1n);
    await expectRefusal(claim(a), a.escrow, "NothingToPay");
    await at(due);
    await expectMoves(a, () => claim(a), { provider: FEE, escrow: -FEE });
    await expectState(a, { earnings: 0n, balance: 11n * FEE });
    await expectRefusal(claim(a), a.escrow, "NothingToPay");
  });

  it("pays anyone the provider names, and tells it after what it settled", async () => {
    const a = await loadFixture(january);
    const due = boundaryOf(a, 1) + 7n * DAY;
    await timeTravelTo(due + DAY);
    expect(await eventsOf(a, claim(a, a.newcomer))).to.deep.equal([
      ["PeriodFinal", 0n, 0n, FEE, due],
      ["Claimed", a.newcomer.address, FEE],
    ]);
    expect(await a.token.balanceOf(a.newcomer)).to.equal(FEE);
  });

  it("absorbs a transfer that waits when something is owed, and pays both", async () => {
    const a = await createAgreement(await loadFixture(world));
    await activate(a, FEE);
    for (const k of [0, 1]) await reportPeriod(a, k);
    await timeTravelTo(boundaryOf(a, 2) + 7n * DAY);
    await expectState(a, { earnings: FEE, owed: FEE });
    await deposit(a, FEE + 4n);
    await expectMoves(a, () => claim(a), { provider: 2n * FEE, escrow: -2n * FEE });
    await expectState(a, { earnings: 0n, owed: 0n, balance: 4n });
    await expectConserved(a);
  });

  it("leaves a transfer that waits alone when nothing is owed", async () => {
    const a = await loadFixture(january);
    await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
    await deposit(a, 4n);
    await claim(a);
    await expectState(a, { unabsorbed: 4n, balance: 11n * FEE });
  });

  it("pays the bond after the close, and both payouts leave the balance at zero", async () => {
    const a = await loadFixture(bonded);
    await reportPeriod(a, 0, { bad: BAD[10] });
    const close = boundaryOf(a, 12) + 12n * DAY;
    await at(close - 1n);
    await expectState(a, { phase: Phase.Active, bond: usd(500) });
    await at(close);
    // January credits 10 %; eleven months of silence credit half.
    const earned = usd(900) + 11n * usd(500);
    await expectState(a, { phase: Phase.Closed, bond: 0n, earnings: earned + usd(500) });
    await expectMoves(a, () => claim(a), { provider: earned + usd(500), escrow: -(earned + usd(500)) });
    await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, 12n * FEE - earned), {
      client: 12n * FEE - earned,
      escrow: -(12n * FEE - earned),
    });
    expect(await a.token.balanceOf(a.address)).to.equal(0n);
  });

  it("is refused by the token for a blocked receiver only: another one is paid", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("BlocklistToken");
    const a = await createAgreement(w, { token: token.target as string });
    await activate(a);
    await token.setBlocked(a.provider.address, true);
    await token.setBlocked(a.client.address, true);
    await reportPeriod(a, 0);
    await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
    await expectRefusal(claim(a), token, "Blocked", [a.provider.address]);
    await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 1n), token, "Blocked", [a.client.address]);
    await expectMoves(a, () => claim(a, a.newcomer), { newcomer: FEE, escrow: -FEE });
    await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.stranger, FEE), { stranger: FEE, escrow: -FEE });
  });
});
