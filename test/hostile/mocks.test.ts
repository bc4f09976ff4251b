import { expect } from "chai";
import { ethers, networkHelpers } from "../helpers/committee.ts";

/** The tokens the escrow is attacked with: each misbehaves as its name says, and only so. */
describe("Misbehaving tokens", () => {
  async function accounts() {
    const [holder, receiver, spender] = await ethers.getSigners();
    return { holder: holder!, receiver: receiver!, spender: spender! };
  }
  const MAX = 2n ** 256n - 1n;

  it("MintableToken has any number of decimals", async () => {
    for (const decimals of [0n, 24n]) {
      expect(await (await ethers.deployContract("MintableToken", [decimals])).decimals()).to.equal(decimals);
    }
  });

  it("NoReturnToken moves and returns nothing", async () => {
    const { holder, receiver, spender } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("NoReturnToken");
    await token.mint(holder.address, 10n);
    await token.transfer(receiver.address, 4n);
    await token.approve(spender.address, 6n);
    await token.connect(spender).transferFrom(holder.address, receiver.address, 6n);
    expect(await token.balanceOf(receiver.address)).to.equal(10n);
    const data = token.interface.encodeFunctionData("transfer", [holder.address, 1n]);
    expect(await receiver.call({ to: await token.getAddress(), data })).to.equal("0x");
  });

  it("FalseReturningToken moves nothing and says false once told to refuse", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("FalseReturningToken");
    await token.mint(holder.address, 10n);
    await token.transfer(receiver.address, 4n);
    await token.setRefusing(true);
    expect(await token.transfer.staticCall(receiver.address, 4n)).to.be.false;
    expect(await token.transferFrom.staticCall(holder.address, receiver.address, 4n)).to.be.false;
    await token.transfer(receiver.address, 4n);
    expect(await token.balanceOf(receiver.address)).to.equal(4n);
  });

  it("FeeOnTransferToken lets less arrive", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("FeeOnTransferToken", [10_000_000n]);
    await token.mint(holder.address, 1_000n);
    await token.transfer(receiver.address, 1_000n);
    expect(await token.balanceOf(receiver.address)).to.equal(990n);
  });

  it("DeflatingToken lets any balance shrink", async () => {
    const { holder } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("DeflatingToken");
    await token.mint(holder.address, 10n);
    await token.shrink(holder.address, 3n);
    expect(await token.balanceOf(holder.address)).to.equal(7n);
  });

  it("BlocklistToken refuses to move from and to a blocked account", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("BlocklistToken");
    await token.mint(holder.address, 10n);
    await token.setBlocked(receiver.address, true);
    await expect(token.transfer(receiver.address, 1n))
      .to.be.revertedWithCustomError(token, "Blocked")
      .withArgs(receiver.address);
    await expect(token.connect(receiver).transfer(holder.address, 0n)).to.be.revertedWithCustomError(token, "Blocked");
    await token.setBlocked(receiver.address, false);
    await token.transfer(receiver.address, 1n);
  });

  for (const [name, isBeforeMove, seen] of [
    ["before", true, 0n],
    ["after", false, 4n],
  ] as const) {
    it(`ReentrantToken calls once, ${name} the balances move, and keeps the answer`, async () => {
      const { holder, receiver } = await networkHelpers.loadFixture(accounts);
      const token = await ethers.deployContract("ReentrantToken");
      await token.mint(holder.address, 10n);
      const data = token.interface.encodeFunctionData("balanceOf", [receiver.address]);
      await token.arm(await token.getAddress(), data, isBeforeMove);
      await token.transfer(receiver.address, 4n);
      await token.transfer(receiver.address, 4n);
      expect(await token.hasCalled()).to.be.true;
      expect(await token.hasSucceeded()).to.be.true;
      expect(BigInt(await token.answer())).to.equal(seen);
    });
  }

  it("HugeSupplyToken fills any number of accounts to the brim", async () => {
    const { holder, receiver, spender } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("HugeSupplyToken");
    await token.mint(holder.address, MAX);
    await token.mint(receiver.address, MAX);
    await token.transfer(spender.address, MAX);
    await token.connect(receiver).approve(holder.address, MAX);
    await token.transferFrom(receiver.address, holder.address, MAX);
    expect(await token.balanceOf(holder.address)).to.equal(MAX);
    expect(await token.balanceOf(spender.address)).to.equal(MAX);
  });

  it("DoubleEntryToken moves the same balances through its second address", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("DoubleEntryToken");
    const second = await ethers.getContractAt("SecondEntry", await token.SECOND_ENTRY());
    await token.mint(holder.address, 10n);
    await second.transfer(receiver.address, 4n);
    expect(await token.balanceOf(holder.address)).to.equal(6n);
    expect(await second.balanceOf(receiver.address)).to.equal(4n);
    await expect(token.transferFor(holder.address, receiver.address, 1n))
      .to.be.revertedWithCustomError(token, "NotTheSecondEntry")
      .withArgs(holder.address);
  });

  it("SmartWallet does what it is told and passes a refusal on", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("BlocklistToken");
    const wallet = await ethers.deployContract("SmartWallet");
    await token.mint(await wallet.getAddress(), 10n);
    const data = token.interface.encodeFunctionData("transfer", [receiver.address, 4n]);
    await wallet.connect(holder).execute(await token.getAddress(), data);
    expect(await token.balanceOf(receiver.address)).to.equal(4n);
    await token.setBlocked(receiver.address, true);
    await expect(wallet.execute(await token.getAddress(), data))
      .to.be.revertedWithCustomError(token, "Blocked")
      .withArgs(receiver.address);
  });
});
