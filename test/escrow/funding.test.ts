import { expect } from "chai";
import { balancesOf, eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  acceptAsProvider,
  activate,
  active,
  approve,
  at,
  boundaryOf,
  createAgreement,
  deposit,
  draft,
  ethers,
  FEE,
  loadFixture,
  Phase,
  reportPeriod,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";
import { DAY } from "../../src/terms/bounds.ts";

/** Active with the first two fees only. */
async function thinlyFunded() {
  const a = await createAgreement(await world());
  await activate(a, 2n * FEE);
  return a;
}

/** Two periods paid, the third earned and owed. */
async function inArrears() {
  const a = await thinlyFunded();
  for (const k of [0, 1, 2]) await reportPeriod(a, k);
  await timeTravelTo(boundaryOf(a, 3) + 7n * DAY);
  return a;
}

/** Closed: all periods silent, nothing claimed yet. */
const CLOSE = (a: Awaited<ReturnType<typeof active>>) => boundaryOf(a, 12) + 12n * DAY;

describe("SLAEscrow: funding", () => {
  describe("plain transfer", () => {
    for (const [state, fixture] of Object.entries({ draft, active })) {
      it(`counts it once when anyone syncs, ${state}`, async () => {
        const a = await loadFixture(fixture);
        const { balance } = await a.escrow.state();
        await deposit(a, 7n, a.stranger);
        await expectState(a, { balance, unabsorbed: 7n });
        expect(await eventsOf(a, a.escrow.connect(a.stranger).sync())).to.deep.equal([["Funded", 7n]]);
        expect(await eventsOf(a, a.escrow.connect(a.stranger).sync())).to.deep.equal([]);
        await expectState(a, { balance: balance + 7n, unabsorbed: 0n });
      });
    }

    it("pays arrears first, whoever sent it", async () => {
      const a = await loadFixture(inArrears);
      await expectState(a, { period: 3n, balance: 0n, earnings: 2n * FEE, owed: FEE });
      await deposit(a, FEE - 1n, a.stranger);
      await a.escrow.sync();
      await expectState(a, { balance: 0n, earnings: 3n * FEE - 1n, owed: 1n });
      await deposit(a, 1n, a.stranger);
      await a.escrow.sync();
      await expectState(a, { balance: 0n, earnings: 3n * FEE, owed: 0n });
      await deposit(a, 1n, a.stranger);
      await a.escrow.sync();
      await expectState(a, { balance: 1n, earnings: 3n * FEE, owed: 0n });
      await expectConserved(a);
    });
  });

  describe("fund", () => {
    for (const [state, fixture] of Object.entries({ draft, active })) {
      it(`takes exactly the amount from anyone who approved it, ${state}`, async () => {
        const a = await loadFixture(fixture);
        const { balance } = await a.escrow.state();
        await approve(a, a.stranger, usd(10));
        await expectMoves(a, () => a.escrow.connect(a.stranger).fund(usd(4)), { stranger: -usd(4), escrow: usd(4) });
        await expectState(a, { balance: balance + usd(4) });
        expect(await eventsOf(a, a.escrow.connect(a.stranger).fund(usd(6)))).to.deep.equal([["Funded", usd(6)]]);
        await expectConserved(a);
      });
    }

    it("pays arrears first", async () => {
      const a = await loadFixture(inArrears);
      await approve(a, a.client, FEE + 5n);
      await a.escrow.connect(a.client).fund(FEE + 5n);
      await expectState(a, { balance: 5n, earnings: 3n * FEE, owed: 0n });
    });

    it("absorbs what was sent before as well", async () => {
      const a = await loadFixture(active);
      await deposit(a, 3n);
      await approve(a, a.client, 4n);
      expect(await eventsOf(a, a.escrow.connect(a.client).fund(4n))).to.deep.equal([["Funded", 7n]]);
    });

    it("reverts as the token does when approval or tokens are short", async () => {
      const a = await loadFixture(active);
      await approve(a, a.client, 4n);
      await expectRefusal(a.escrow.connect(a.client).fund(5n), a.token, "ERC20InsufficientAllowance", [
        a.address,
        4n,
        5n,
      ]);
      await a.token.connect(a.client).approve(a.address, 5n);
      await expectRefusal(a.escrow.connect(a.client).fund(5n), a.token, "ERC20InsufficientBalance", [
        a.client.address,
        4n,
        5n,
      ]);
    });

    it("refuses a token that answers false, in and out", async () => {
      const w = await loadFixture(world);
      const token = await ethers.deployContract("FalseReturningToken");
      const a = await createAgreement(w, { token: token.target as string });
      await approve(a, a.client, 2n * FEE);
      await a.escrow.connect(a.client).fund(FEE);
      await token.setRefusing(true);
      const refused = ["SafeERC20FailedOperation", [token.target]] as const;
      await expectRefusal(a.escrow.connect(a.client).fund(FEE), a.escrow, ...refused);
      await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 1n), a.escrow, ...refused);
      await expectState(a, { balance: FEE });
    });

    it("works with a token that answers nothing", async () => {
      const w = await loadFixture(world);
      const token = await ethers.deployContract("NoReturnToken");
      const a = await createAgreement(w, { token: token.target as string });
      await token.mint(a.client.address, FEE);
      await token.connect(a.client).approve(a.address, FEE);
      await a.escrow.connect(a.client).fund(FEE);
      await acceptAsClient(a);
      await acceptAsProvider(a);
      await reportPeriod(a, 0);
      await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
      await a.escrow.connect(a.provider).claim(a.provider);
      expect(await token.balanceOf(a.provider)).to.equal(FEE);
    });

    it("counts what arrived when the token takes a fee", async () => {
      const w = await loadFixture(world);
      const token = await ethers.deployContract("FeeOnTransferToken", [10_000_000n]);
      const a = await createAgreement(w, { token: token.target as string });
      await approve(a, a.client, usd(100));
      expect(await eventsOf(a, a.escrow.connect(a.client).fund(usd(100)))).to.deep.equal([["Funded", usd(99)]]);
      await expectState(a, { balance: usd(99) });
    });

    for (const synced of [false, true]) {
      it(`is refused when what waits pays all that is owed, ${synced ? "synced" : "not yet synced"}`, async () => {
        const a = await createAgreement(await loadFixture(world));
        await activate(a, FEE);
        await timeTravelTo(CLOSE(a));
        await expectState(a, { phase: Phase.Closed, owed: FEE * 5n });
        await deposit(a, FEE * 5n);
        if (synced) await a.escrow.connect(a.stranger).sync();
        await approve(a, a.client, FEE);
        await expectRefusal(a.escrow.connect(a.client).fund(1n), a.escrow, "AgreementOver");
      });
    }

    it("takes what is owed after the agreement closed, then nothing more", async () => {
      const a = await createAgreement(await loadFixture(world));
      await activate(a, FEE);
      await at(CLOSE(a));
      await expectState(a, { phase: Phase.Closed, balance: 0n, owed: FEE * 5n });
      await approve(a, a.client, FEE * 6n);
      await a.escrow.connect(a.client).fund(FEE * 5n);
      await expectState(a, { balance: 0n, owed: 0n, earnings: FEE * 6n });
      await expectRefusal(a.escrow.connect(a.client).fund(FEE), a.escrow, "AgreementOver");
    });

    it("takes money until the agreement closes, not a second longer", async () => {
      const a = await loadFixture(active);
      await approve(a, a.client, 2n);
      const before = await balancesOf(a);
      await at(CLOSE(a) - 1n);
      await a.escrow.connect(a.client).fund(1n);
      await at(CLOSE(a));
      await expectState(a, { phase: Phase.Closed });
      await expectRefusal(a.escrow.connect(a.client).fund(1n), a.escrow, "AgreementOver");
      expect(await balancesOf(a)).to.deep.equal({ ...before, client: 1n, escrow: before.escrow + 1n });
    });

    it("leaves a transfer after the close to the client", async () => {
      const a = await loadFixture(active);
      await timeTravelTo(CLOSE(a) + DAY);
      await deposit(a, 9n, a.stranger);
      const { withdrawable } = await a.escrow.state();
      expect(withdrawable).to.equal(6n * FEE + 9n);
      await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, withdrawable), {
        client: withdrawable,
        escrow: -withdrawable,
      });
      await expectConserved(a);
    });
  });
});
