import { expect } from "chai";
import { eventsOf, expectRefusal, expectState } from "../support/expect.ts";
import { active, createAgreement, deposit, ethers, FEE, loadFixture, Seat, usd, world } from "../support/fixture.ts";

describe("SLAEscrow: sweep", () => {
  it("sends all of a foreign token to the client's seat, whoever calls, and tells it", async () => {
    const a = await loadFixture(active);
    const foreign = await ethers.deployContract("MintableToken", [18]);
    await foreign.mint(a.address, 123n);
    expect(await eventsOf(a, a.escrow.connect(a.stranger).sweep(foreign))).to.deep.equal([
      ["Swept", foreign.target, a.client.address, 123n],
    ]);
    expect(await foreign.balanceOf(a.client)).to.equal(123n);
    await expectState(a, { balance: 12n * FEE });
  });

  it("sends it to who holds the seat now", async () => {
    const a = await loadFixture(active);
    const foreign = await ethers.deployContract("NoReturnToken");
    await foreign.mint(a.address, 5n);
    await a.escrow.connect(a.client).offerSeat(a.newcomer);
    await a.escrow.connect(a.newcomer).takeSeat(Seat.Client, 0n, 2n ** 200n);
    await a.escrow.connect(a.stranger).sweep(foreign);
    expect(await foreign.balanceOf(a.newcomer)).to.equal(5n);
  });

  it("refuses when there is nothing", async () => {
    const a = await loadFixture(active);
    const foreign = await ethers.deployContract("MintableToken", [18]);
    await expectRefusal(a.escrow.connect(a.stranger).sweep(foreign), a.escrow, "NothingToPay");
  });

  it("refuses the agreement's own token, waiting tokens too", async () => {
    const a = await loadFixture(active);
    await deposit(a, 7n);
    await expectRefusal(a.escrow.connect(a.client).sweep(a.token), a.escrow, "OwnToken", [a.token.target]);
  });

  it("refuses a second address of its own token", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("DoubleEntryToken");
    const a = await createAgreement(w, { token: token.target as string });
    await deposit(a, usd(10));
    const second = await token.SECOND_ENTRY();
    await expectRefusal(a.escrow.connect(a.stranger).sweep(second), a.escrow, "OwnToken", [second]);
    expect(await token.balanceOf(a.address)).to.equal(usd(10));
    expect(await token.balanceOf(a.client)).to.equal(0n);
  });

  it("reverts on an account without code", async () => {
    const a = await loadFixture(active);
    await expect(a.escrow.connect(a.stranger).sweep(a.stranger)).to.be.revertedWithoutReason(ethers);
  });
});
