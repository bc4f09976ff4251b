/** Tokens that refuse: payouts and pledges wait, all else goes on, and nothing is lost in the books meanwhile. */
import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import type { BlocklistToken } from "../../typechain-types/index.ts";
import { claimOf, D, R, report, ruled, settleAt, split } from "../support/disputes.ts";
import { expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  type Agreement,
  agreeBoth,
  approve,
  at,
  boundaryOf,
  consentTo,
  deposit,
  ethers,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  now,
  PERCENT,
  Phase,
  Ruling,
  Seat,
  usd,
} from "../support/fixture.ts";
import { expectBroken, firstMonth, GAS, live, Manner, sharesOf, stateOf, takeAll, under } from "./life.ts";

/** Every call that asks nothing of the token, in the second month; a ruling apart. Views may fail meanwhile. */
async function doTheRest(a: Agreement): Promise<void> {
  await at(boundaryOf(a, 2));
  const february = { total: 2_419_200n, bad: 0n, excluded: 0n };
  await a.escrow.connect(a.oracle).report(1, 0, [february], NO_EVIDENCE);
  const consent = consentTo("Oracle", { account: a.newcomer.address });
  await a.escrow.connect(a.client).agree(consent, (await now()) + DAY);
  await a.escrow.connect(a.client).revoke(consent);
  await agreeBoth(a, consentTo("Credit", { period: 1, credit: usd(100) }));
  await a.escrow.connect(a.client).offerSeat(a.newcomer);
  await a.escrow.connect(a.stranger).settle();
}
/** After it. */
const REST = { period: 2n, creditsGiven: usd(200), earnings: 2n * usd(900) };

describe("failing token: it says false", () => {
  const refusing = async () => {
    const a = await under(await ethers.deployContract("FalseReturningToken"));
    await firstMonth(a);
    await report(a, 1, 0);
    await a.issuer.setRefusing(true);
    return a;
  };

  it("each call that moves money is refused and changes nothing", async () => {
    const a = await loadFixture(refusing);
    const calls = {
      claim: () => a.escrow.connect(a.provider).claim(a.provider),
      withdraw: () => a.escrow.connect(a.client).withdraw(a.client, usd(10)),
      fund: () => a.escrow.connect(a.client).fund(usd(10)),
      dispute: () => claimOf(a, a.client, 1, 50),
    };
    for (const [name, act] of Object.entries(calls)) {
      const before = await stateOf(a.escrow);
      await expect(act(), name)
        .to.be.revertedWithCustomError(a.escrow, "SafeERC20FailedOperation")
        .withArgs(a.issuer.target);
      expect(await stateOf(a.escrow), name).to.deep.equal(before);
    }
  });

  it("nothing is lost: both get all of theirs once it moves again", async () => {
    const a = await loadFixture(refusing);
    await settleAt(a, boundaryOf(a, 3) + R + D);
    await expectState(a, { phase: Phase.Closed });
    await a.issuer.setRefusing(false);
    await takeAll(a);
  });
});

// ------------------------------------------------------------------------------------------------------ blocklists

describe("failing token: it blocks an account", () => {
  type Blocked = Agreement & { readonly issuer: BlocklistToken };
  const blockable = async (): Promise<Blocked> => under(await ethers.deployContract("BlocklistToken"));

  for (const role of ["oracle", "arbiter", "stranger"] as const) {
    it(`the ${role}'s: nothing changes for anybody`, async () => {
      const a = await loadFixture(blockable);
      await a.issuer.setBlocked(a[role].address, true);
      await live(a);
      await takeAll(a);
    });
  }

  for (const [seat, other] of [
    ["provider", "client"],
    ["client", "provider"],
  ] as const) {
    it(`the ${seat}'s: all is settled as ever, it names another receiver, and the ${other} gets its own`, async () => {
      const a = await loadFixture(blockable);
      await report(a, 0, 10);
      await split(a, { period: 1, report: 0, client: 50 });
      await a.issuer.setBlocked(a[seat].address, true);
      await ruled(a, 1, Ruling.Client);
      await settleAt(a, boundaryOf(a, 4));
      await expectState(a, { phase: Phase.Closed, ...sharesOf(a) });
      const toItself =
        seat === "provider"
          ? a.escrow.connect(a.provider).claim(a.provider)
          : a.escrow.connect(a.client).withdraw(a.client, 1n);
      await expectRefusal(toItself, a.issuer, "Blocked", [a[seat].address]);
      await takeAll(a, { [seat]: a.newcomer });
    });

    it(`the ${seat}'s: it cannot stake, but who takes over its seat can`, async () => {
      const a = await loadFixture(blockable);
      await report(a, 0, seat === "provider" ? 50 : 10);
      await a.issuer.setBlocked(a[seat].address, true);
      const better = seat === "provider" ? 10 : 50;
      await expectRefusal(claimOf(a, a[seat], 0, better), a.issuer, "Blocked", [a[seat].address]);
      await approve(a, a.newcomer, usd(100));
      await a.escrow.connect(a[seat]).offerSeat(a.newcomer);
      await a.escrow
        .connect(a.newcomer)
        .takeSeat(seat === "provider" ? Seat.Provider : Seat.Client, 0, boundaryOf(a, 3));
      await claimOf(a, a.newcomer, 0, better);
      expect((await a.escrow.disputeOf(0))[seat].pledge).to.equal(usd(50));
    });
  }

  it("the provider's: another may post its bond", async () => {
    const changes = { creditCap: 150n * PERCENT, silenceCredit: 150n * PERCENT };
    const a = await loadFixture(async () => under(await ethers.deployContract("BlocklistToken"), changes));
    const { issuer } = a;
    await settleAt(a, boundaryOf(a, 1) + R + D);
    await expectState(a, { bond: 0n });
    await issuer.setBlocked(a.provider.address, true);
    await expectRefusal(a.escrow.connect(a.provider).postBond(), issuer, "Blocked", [a.provider.address]);
    await approve(a, a.stranger, usd(500));
    const post = () => a.escrow.connect(a.stranger).postBond();
    await expectMoves(a, post, { stranger: -usd(500), escrow: usd(500) });
  });

  it("the client's: another may fund", async () => {
    const a = await loadFixture(blockable);
    await a.issuer.setBlocked(a.client.address, true);
    await expectRefusal(a.escrow.connect(a.client).fund(1n), a.issuer, "Blocked", [a.client.address]);
    await deposit(a, usd(7), a.stranger);
    await a.escrow.connect(a.stranger).sync();
    await expectState(a, { balance: 3n * FEE + usd(7) });
  });

  it("the agreement's: no money moves, everything else goes on, and nothing is lost when it is freed", async () => {
    const a = await loadFixture(blockable);
    await firstMonth(a);
    await a.issuer.setBlocked(a.address, true);
    const refused = [
      () => a.escrow.connect(a.provider).claim(a.newcomer),
      () => a.escrow.connect(a.client).withdraw(a.newcomer, 1n),
      () => a.escrow.connect(a.client).fund(1n),
    ];
    for (const call of refused) await expectRefusal(call(), a.issuer, "Blocked", [a.address]);
    await doTheRest(a);
    await expectState(a, REST);
    await settleAt(a, boundaryOf(a, 5));
    await expectState(a, { phase: Phase.Closed });
    await a.issuer.setBlocked(a.address, false);
    await expectConserved(a);
    await takeAll(a);
  });
});

// ------------------------------------------------------------------------------------------------ broken functions

const MONEY = ["transfer", "transferFrom", "balanceOf"] as const;
const FAILURES = Object.entries(Manner).filter(([name]) => !["Well", "Nothing"].includes(name));

describe("failing token: a function of it breaks", () => {
  async function second() {
    const a = await under(await ethers.deployContract("BrokenToken"));
    await firstMonth(a);
    return a;
  }
  const selector = (
    name: "transfer" | "transferFrom" | "balanceOf" | "permit",
    a: Awaited<ReturnType<typeof second>>,
  ) => a.issuer.interface.getFunction(name).selector;

  for (const [name, manner] of Object.entries(Manner)) {
    it(`all of it (${name}): reports, rulings, consents, seats and settling go on`, async () => {
      const a = await loadFixture(second);
      for (const each of MONEY) await a.issuer.setManner(selector(each, a), manner);
      await doTheRest(a);
      for (const each of MONEY) await a.issuer.setManner(selector(each, a), Manner.Well);
      await expectState(a, REST);
      await expectConserved(a);
    });
  }

  it("an open dispute is ruled without it", async () => {
    const a = await loadFixture(async () => under(await ethers.deployContract("BrokenToken")));
    await split(a, { report: 10, client: 50 });
    for (const each of MONEY) await a.issuer.setManner(selector(each, a), Manner.Revert);
    await ruled(a, 0, Ruling.Client);
    await a.issuer.setManner(selector("balanceOf", a), Manner.Well);
    await expectState(a, { creditsGiven: usd(500), held: 0n, pledges: 0n });
  });

  for (const [name, manner] of FAILURES) {
    it(`transfer (${name}): a payout is refused and changes nothing`, async () => {
      const a = await loadFixture(second);
      await a.issuer.setManner(selector("transfer", a), manner);
      const before = await stateOf(a.escrow);
      const mild = [a.escrow, "SafeERC20FailedOperation", a.issuer.target] as const;
      await expectBroken(a.escrow.connect(a.provider).claim(a.provider, GAS), name, mild);
      await expectBroken(a.escrow.connect(a.client).withdraw(a.client, usd(1), GAS), name, mild);
      expect(await stateOf(a.escrow)).to.deep.equal(before);
      await a.issuer.setManner(selector("transfer", a), Manner.Well);
      await settleAt(a, boundaryOf(a, 4));
      await takeAll(a);
    });

    it(`permit (${name}): the allowance decides`, async () => {
      const a = await loadFixture(second);
      await a.issuer.setManner(selector("permit", a), manner);
      const fund = () => a.escrow.connect(a.client).fundWithPermit(usd(3), 0, 0, NO_EVIDENCE, NO_EVIDENCE, GAS);
      await expectMoves(a, fund, { client: -usd(3), escrow: usd(3) });
    });
  }

  for (const [name, manner] of Object.entries(Manner).filter(([each]) =>
    ["Revert", "BurnGas", "Nothing"].includes(each),
  )) {
    it(`balanceOf (${name}): the provider claims all the same, the client waits for it`, async () => {
      const a = await loadFixture(second);
      await a.issuer.setManner(selector("balanceOf", a), manner);
      await expect(a.escrow.connect(a.client).withdraw(a.client, usd(1), GAS)).to.be.revertedWithoutReason(ethers);
      await a.escrow.connect(a.provider).claim(a.provider);
      await a.issuer.setManner(selector("balanceOf", a), Manner.Well);
      await expectState(a, { earnings: 0n });
      await a.escrow.connect(a.client).withdraw(a.client, usd(100));
      await expectConserved(a);
    });
  }
});
