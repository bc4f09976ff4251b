/** Tokens that are unusual, but move what they say: agreements work with them, and each party knows what it gets. */
import { expect } from "chai";
import { D, report, settleAt, share } from "../support/disputes.ts";
import { expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  approve,
  boundaryOf,
  createAgreement,
  deposit,
  ethers,
  FEE,
  loadFixture,
  PERCENT,
  Phase,
  Stage,
  usd,
  world,
} from "../support/fixture.ts";
import { live, shortTerms, takeAll, under } from "./life.ts";

const decimals = (n: number) => () => ethers.deployContract("MintableToken", [n]);

/** By name: the token, and a fee in its units. */
const TOKENS = {
  "6 decimals": [decimals(6), usd(1000)],
  "no return value": [() => ethers.deployContract("NoReturnToken"), usd(1000)],
  "0 decimals, the least fee there is": [decimals(0), 10_000n],
  "18 decimals": [decimals(18), 1000n * 10n ** 18n],
  "24 decimals": [decimals(24), 1000n * 10n ** 24n],
  "hooks of those who take part": [() => ethers.deployContract("HookToken"), usd(1000)],
  "balances of any size": [() => ethers.deployContract("HugeSupplyToken"), usd(1000)],
} as const;

describe("odd token: a whole life is exact", () => {
  for (const [name, [token, fee]] of Object.entries(TOKENS)) {
    it(name, async () => {
      const a = await loadFixture(async () => under(await token(), { fee }));
      await live(a);
      await takeAll(a);
      expect(await a.token.balanceOf(a.address)).to.equal(0n);
    });
  }

  it("money that sums could overflow with is refused when the agreement is created", async () => {
    const w = await loadFixture(world);
    const fee = 1000n * 10n ** 25n;
    const most = 2n ** 95n - 1n;
    const money = 6n * fee + fee / 2n;
    await expectRefusal(createAgreement(w, shortTerms(fee)), w.factory, "MoneyTooLarge", [money, most]);
  });
});

describe("odd token: a supply without end", () => {
  it("a supply beyond 2^96 poured in: M stops at 2^95, nothing reverts, the rest waits", async () => {
    const w = await loadFixture(world);
    const huge = await ethers.deployContract("HugeSupplyToken");
    const a = await createAgreement(w, { token: await huge.getAddress() });
    await activate(a);
    const pour = 2n ** 200n;
    await huge.mint(a.address, pour);
    await a.escrow.connect(a.stranger).sync();
    const limit = 2n ** 95n;
    await expectState(a, { balance: limit, unabsorbed: pour + 12n * FEE - limit });
    await report(a, 0, 10);
    await report(a, 1, 0);
    await expectState(a, { earnings: share(90), balance: limit - share(90) });
    const free = limit - 3n * FEE;
    await a.escrow.connect(a.client).withdraw(a.client, free);
    await expectState(a, { committed: 2n * FEE + FEE, earnings: share(90) });
    await a.escrow.connect(a.stranger).sync();
    await expectState(a, { balance: limit });
    await settleAt(a, boundaryOf(a, 14));
    await expectState(a, { phase: Phase.Closed });
    await a.escrow.connect(a.provider).claim(a.provider);
  });
});

describe("odd token: a fee on transfer", () => {
  /** 1 % of each transfer is burnt; neither bond nor pledge is asked for. */
  async function taxed() {
    const token = await ethers.deployContract("FeeOnTransferToken", [PERCENT]);
    const a = await createAgreement(await world(), {
      token: token.target as string,
      pledge: 0n,
      pledgeShare: 0n,
      chronic: [],
      periods: 3,
    });
    await activate(a);
    return { ...a, issuer: token };
  }

  it("what arrives counts, by transfer and by call", async () => {
    const a = await loadFixture(taxed);
    await expectState(a, { phase: Phase.Active, balance: usd(2_970) });
    await approve(a, a.client, usd(100));
    await a.escrow.connect(a.client).fund(usd(100));
    await expectState(a, { balance: usd(3_069) });
    await expectConserved(a);
  });

  it("who takes out bears the fee, and the other gets all of its own", async () => {
    const a = await loadFixture(taxed);
    await report(a, 0, 10);
    await settleAt(a, boundaryOf(a, 1) + D);
    const claim = () => a.escrow.connect(a.provider).claim(a.provider);
    await expectMoves(a, claim, { provider: usd(891), escrow: -share(90) });
    await expectConserved(a);
    const free = usd(2_970) - share(90) - 2n * FEE;
    const withdraw = () => a.escrow.connect(a.client).withdraw(a.client, free);
    await expectMoves(a, withdraw, { client: (free * 99n) / 100n, escrow: -free });
    await expectConserved(a);
  });

  it("a dispute without a pledge goes on", async () => {
    const a = await loadFixture(taxed);
    await report(a, 0, 10);
    await a.escrow
      .connect(a.client)
      .dispute(0, 0, [{ total: 2_678_400n, bad: 200_000n, excluded: 0n }], ethers.ZeroHash);
    await expectState(a, { stage: Stage.Disputed, pledges: 0n });
    expect((await a.escrow.disputeOf(0)).client.credit).to.equal(share(50));
  });

  it("a bond does not, so an agreement with one never begins", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("FeeOnTransferToken", [PERCENT]);
    const a = await createAgreement(w, { ...shortTerms(), token: token.target as string });
    await deposit(a, 4n * FEE);
    await a.escrow.connect(a.client).accept(ethers.keccak256(a.packed));
    await approve(a, a.provider, usd(500));
    const call = a.escrow.connect(a.provider).accept(ethers.keccak256(a.packed));
    await expectRefusal(call, a.escrow, "ArrivedAmountDiffers", [usd(495), usd(500)]);
    // The client is not held: it takes its money back.
    await a.escrow.connect(a.client).withdraw(a.client, (4n * FEE * 99n) / 100n);
    expect(await a.token.balanceOf(a.address)).to.equal(0n);
  });
});
