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

  /** A token that asks `holder` and each accomplice for `receiver`'s balance of it. */
  async function reentrant(moment: number, foreseen: readonly string[]) {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("ReentrantToken");
    const wallet = await ethers.deployContract("SmartWallet");
    await token.mint(holder.address, 10n);
    const data = token.interface.encodeFunctionData("balanceOf", [receiver.address]);
    const callBack = { target: token.target, data, foreseen: [...foreseen] };
    await token.arm(moment, holder.address, 1_500_000, [wallet.target], [callBack]);
    return { token, holder, receiver };
  }
  const GAS = { gasLimit: 4_000_000 };
  const word = (n: bigint) => ethers.zeroPadValue(ethers.toBeHex(n, 1), 32);

  for (const [name, moment, seen] of [
    ["before", 1, 0n],
    ["after", 2, 4n],
  ] as const) {
    it(`ReentrantToken calls back ${name} the balances move, and keeps what was not foreseen`, async () => {
      const { token, holder, receiver } = await reentrant(moment, [ethers.concat(["0x01", word(seen)])]);
      await token.transfer(receiver.address, 0n, { gasLimit: 3_000_000 });
      expect(await token.times()).to.equal(0n);
      await token.transfer(receiver.address, 4n, GAS);
      const [types, coder] = [["uint256", "uint256", "bool", "bytes"], ethers.AbiCoder.defaultAbiCoder()];
      // The wallet wraps the same answer once more.
      const wrapped = coder.encode(["bytes"], [word(seen)]);
      expect([await token.times(), await token.surpriseCount()]).to.deep.equal([1n, 1n]);
      expect(coder.decode(types, await token.surprises(0)).toArray()).to.deep.equal([0n, 1n, true, wrapped]);
      await token.disarm();
      await token.transfer(receiver.address, 4n, GAS);
      expect(await token.times()).to.equal(1n);
      await token.arm(moment, receiver.address, 0, [], []);
      await token.connect(holder).transfer(receiver.address, 1n, GAS);
      expect(await token.times()).to.equal(1n);
    });
  }

  it("ReentrantToken calls back when asked for a balance, and says what was not foreseen by an error", async () => {
    const { token, holder, receiver } = await reentrant(3, []);
    await expect(token.connect(holder).balanceOf(receiver.address, GAS))
      .to.be.revertedWithCustomError(token, "Surprised")
      .withArgs(0, 0, word(0n));
    expect(await token.connect(receiver).balanceOf(receiver.address, GAS)).to.equal(0n);
  });

  it("ReentrantToken calls back when given a permit, which approves nothing", async () => {
    const { token, holder, receiver } = await reentrant(4, []);
    await token.permit(holder, receiver, 5n, 0, 0, ethers.ZeroHash, ethers.ZeroHash, GAS);
    expect([await token.times(), await token.allowance(holder, receiver)]).to.deep.equal([1n, 0n]);
  });

  it("SurchargeToken takes its share from the sender", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("SurchargeToken");
    await token.mint(holder.address, 1_010n);
    await token.setFee(10_000_000n);
    await token.transfer(receiver.address, 1_000n);
    expect([await token.balanceOf(holder), await token.balanceOf(receiver)]).to.deep.equal([0n, 1_000n]);
  });

  it("OverstatingToken says there is more than can be moved", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("OverstatingToken");
    await token.invent(holder.address, 5n);
    expect(await token.balanceOf(holder)).to.equal(5n);
    await expect(token.transfer(receiver, 1n)).to.be.revertedWithCustomError(token, "ERC20InsufficientBalance");
  });

  describe("bad manners", () => {
    const GAS = { gasLimit: 2_000_000 };
    const answerOf = async (target: { getAddress(): Promise<string> }, data: string) => {
      const [, caller] = await ethers.getSigners();
      try {
        return await caller!.call({ to: await target.getAddress(), data, ...GAS });
      } catch (error) {
        return (error as { data?: string }).data ?? "no data";
      }
    };
    const bomb = `0x${"00".repeat(500_000)}`;
    const expected = {
      Revert: "0x",
      BurnGas: "0x",
      ReturnBomb: bomb,
      RevertBomb: bomb,
      False: word(0n),
      Nothing: "0x",
    };

    for (const [manner, [name, answer]] of Object.entries(expected).entries()) {
      it(`BrokenToken and HostileParty: ${name}`, async () => {
        const token = await ethers.deployContract("BrokenToken");
        const data = token.interface.encodeFunctionData("balanceOf", [token.target]);
        await token.setManner(data.slice(0, 10), manner + 1);
        const party = await ethers.deployContract("HostileParty", [manner + 1]);
        for (const target of [token, party]) expect(await answerOf(target, data)).to.equal(answer);
        expect(await token.name()).to.equal("Mintable Token");
      });
    }

    it("well: as it should", async () => {
      const token = await ethers.deployContract("BrokenToken");
      expect(await token.balanceOf(token)).to.equal(0n);
      expect(await answerOf(await ethers.deployContract("HostileParty", [0]), "0x01020304")).to.equal("0x");
    });
  });

  it("HookToken tells who takes part, and whoever reverts stops it", async () => {
    const { holder, receiver } = await networkHelpers.loadFixture(accounts);
    const token = await ethers.deployContract("HookToken");
    const party = await ethers.deployContract("HostileParty", [1]);
    await token.mint(holder.address, 10n);
    await token.transfer(party, 4n);
    await token.setHooked(party, true);
    await expect(token.transfer(party, 1n)).to.be.revertedWithoutReason(ethers);
    const send = token.interface.encodeFunctionData("transfer", [receiver.address, 1n]);
    await expect(party.execute(token, send)).to.be.revertedWithoutReason(ethers);
    await token.setHooked(party, false);
    await party.execute(token, send);
    expect(await token.balanceOf(receiver)).to.equal(1n);
  });

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
