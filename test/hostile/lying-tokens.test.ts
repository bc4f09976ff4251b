/**
 * Tokens that break the one thing safety rests on: that they move, and have, what they say. What happens then is not
 * promised to be fair; it is written down here so that it is known. Settling goes on, and who is harmed is who is last.
 */
import { D, settleAt, share } from "../support/disputes.ts";
import { expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import { DAY } from "../../src/terms/bounds.ts";
import { at, boundaryOf, deposit, ethers, Exit, FEE, loadFixture, PERCENT, Phase, usd } from "../support/fixture.ts";
import { firstMonth, GAS, Manner, takeAll, under } from "./life.ts";

describe("lying token: balances shrink by themselves", () => {
  /** January is final, and 300 are missing. */
  const seized = async () => {
    const a = await under(await ethers.deployContract("DeflatingToken"));
    await firstMonth(a);
    await a.issuer.shrink(a.address, usd(300));
    return a;
  };

  for (const [first, last] of [
    ["provider", "client"],
    ["client", "provider"],
  ] as const) {
    it(`the ${first} gets out in full, the ${last} is short of what is missing`, async () => {
      const a = await loadFixture(seized);
      await settleAt(a, boundaryOf(a, 5));
      const { earnings, balance } = await a.escrow.state();
      await expectState(a, { phase: Phase.Closed, unabsorbed: 0n });
      const out = {
        provider: () => a.escrow.connect(a.provider).claim(a.provider),
        client: () => a.escrow.connect(a.client).withdraw(a.client, balance),
      };
      const [paid, rest] = first === "provider" ? [earnings, balance] : [balance, earnings];
      await expectMoves(a, out[first], { [first]: paid, escrow: -paid });
      const short = [a.address, rest - usd(300), rest];
      await expectRefusal(out[last](), a.issuer, "ERC20InsufficientBalance", short);
      // What somebody brings fills the hole, and is nobody's before.
      await deposit(a, usd(300), a.stranger);
      await a.escrow.connect(a.stranger).sync();
      await expectMoves(a, out[last], { [last]: rest, escrow: -rest });
      await expectState(a, { balance: 0n, earnings: 0n });
    });
  }

  it("the client takes what there is, in part", async () => {
    const a = await loadFixture(seized);
    await settleAt(a, boundaryOf(a, 5));
    await a.escrow.connect(a.provider).claim(a.provider);
    const left = await a.token.balanceOf(a.address);
    const out = () => a.escrow.connect(a.client).withdraw(a.client, left);
    await expectMoves(a, out, { client: left, escrow: -left });
  });

  it("all of it is gone: in the books fees are still covered, so the provider may not leave at once for it", async () => {
    const a = await loadFixture(seized);
    await a.issuer.shrink(a.address, await a.token.balanceOf(a.address));
    await at(boundaryOf(a, 1) + 11n * DAY);
    const { balance } = await a.escrow.state();
    const leave = a.escrow.connect(a.provider).terminate(Exit.NonPayment);
    await expectRefusal(leave, a.escrow, "FeesAreCovered", [balance, FEE]);
  });

  it("they grow by themselves: what is more is the client's", async () => {
    const a = await loadFixture(seized);
    await a.issuer.mint(a.address, usd(305));
    await a.escrow.connect(a.stranger).sync();
    await expectState(a, { balance: 3n * FEE - FEE + share(10) + usd(5), earnings: share(90) });
  });
});

describe("lying token: the sender pays on top", () => {
  it("who leaves first is paid at the cost of who leaves last", async () => {
    const a = await loadFixture(async () => under(await ethers.deployContract("SurchargeToken")));
    await settleAt(a, boundaryOf(a, 5));
    const { earnings, balance } = await a.escrow.state();
    await a.issuer.setFee(PERCENT);
    const claim = () => a.escrow.connect(a.provider).claim(a.provider);
    await expectMoves(a, claim, { provider: earnings, escrow: (-earnings * 101n) / 100n });
    const left = balance - earnings / 100n;
    const all = a.escrow.connect(a.client).withdraw(a.client, balance);
    await expectRefusal(all, a.issuer, "ERC20InsufficientBalance", [a.address, left, balance]);
    const most = (left * 100n) / 101n;
    await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, most), {
      client: most,
      escrow: -most - most / 100n,
    });
    await a.issuer.setFee(0n);
    await deposit(a, balance, a.stranger);
    await a.escrow.connect(a.client).withdraw(a.client, balance - most);
    await expectState(a, { earnings: 0n });
    await expectConserved(a);
  });
});

describe("lying token: it says there is more than there is", () => {
  it("the client can take what the provider earned; that is why the token has to be one both trust", async () => {
    const a = await loadFixture(async () => {
      const made = await under(await ethers.deployContract("OverstatingToken"));
      await firstMonth(made);
      return made;
    });
    const all = await a.token.balanceOf(a.address);
    await a.issuer.invent(a.address, share(90));
    await settleAt(a, boundaryOf(a, 5));
    const { balance, earnings } = await a.escrow.state();
    await a.escrow.connect(a.client).withdraw(a.client, balance + share(90));
    const [has, short] = [all - balance - share(90), earnings];
    await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.issuer, "ERC20InsufficientBalance", [
      a.address,
      has,
      short,
    ]);
  });
});

describe("lying token: it says it paid and did not", () => {
  it("what was claimed is the client's then", async () => {
    const a = await loadFixture(async () => under(await ethers.deployContract("BrokenToken")));
    await firstMonth(a);
    const transfer = a.issuer.interface.getFunction("transfer").selector;
    await a.issuer.setManner(transfer, Manner.Nothing);
    await expectMoves(a, () => a.escrow.connect(a.provider).claim(a.provider, GAS), {});
    await expectState(a, { earnings: 0n, unabsorbed: share(90) });
    await a.issuer.setManner(transfer, Manner.Well);
    await settleAt(a, boundaryOf(a, 1) + D + 1n);
    await a.escrow.connect(a.client).withdraw(a.client, share(90));
    await settleAt(a, boundaryOf(a, 5));
    await takeAll(a);
  });
});
