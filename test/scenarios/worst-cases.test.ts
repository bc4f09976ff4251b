/** One story for each row of DESIGN §9: the worst that one role can do alone, and what stops it. */
import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import type { BlocklistToken } from "../../typechain-types/index.ts";
import {
  claimOf,
  contested,
  contestedWith,
  D,
  R,
  report,
  ruled,
  settleAt,
  share,
  split,
  withStakes,
} from "../support/disputes.ts";
import { balancesOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  type Agreement,
  agreeBoth,
  at,
  below,
  BONDED,
  boundaryOf,
  consentTo,
  counts,
  createAgreement,
  ethers,
  Exit,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  now,
  PERCENT,
  Phase,
  Ruling,
  Seat,
  type Signer,
  START,
  usd,
  world,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n;
const FUNDED = 12n * FEE;

/** Every call that `actor` could try for money or power, in a running agreement, and how it is refused. */
async function expectNothingFor(a: Agreement, actor: Signer, differing: Record<string, string> = {}): Promise<void> {
  const escrow = a.escrow.connect(actor);
  const expiry = (await now()) + DAY;
  const [measurements, hash] = [await counts(a, 0), await a.escrow.termsHash()];
  const consent = consentTo("Oracle", { account: actor.address });
  const tries: Record<string, readonly [refusal: string, () => Promise<unknown>]> = {
    accept: ["NotDraft", () => escrow.accept(hash)],
    report: ["NotTheOracle", () => escrow.report(0, 0, measurements, NO_EVIDENCE)],
    dispute: ["NotAParty", () => escrow.dispute(0, 0, measurements, NO_EVIDENCE)],
    rule: ["NotTheArbiter", () => escrow.rule(0, Ruling.Client)],
    agree: ["NotAParty", () => escrow.agree(consent, expiry)],
    revoke: ["NotAParty", () => escrow.revoke(consent)],
    claim: ["NotTheSeat", () => escrow.claim(actor)],
    withdraw: ["NotTheSeat", () => escrow.withdraw(actor, 1n)],
    notice: ["NotAParty", () => escrow.terminate(Exit.Notice)],
    nonPayment: ["NotAParty", () => escrow.terminate(Exit.NonPayment)],
    chronic: ["NotAParty", () => escrow.terminate(Exit.ChronicFailure)],
    bondShort: ["NotAParty", () => escrow.terminate(Exit.BondShort)],
    offerSeat: ["NotAParty", () => escrow.offerSeat(actor)],
    takeProvider: ["SeatNotOffered", () => escrow.takeSeat(Seat.Provider, 0n, boundaryOf(a, 12))],
    takeClient: ["SeatNotOffered", () => escrow.takeSeat(Seat.Client, 0n, boundaryOf(a, 12))],
    sweep: ["OwnToken", () => escrow.sweep(a.token)],
  };
  const attempt = async () => {
    for (const [name, [refusal, act]] of Object.entries(tries)) {
      await expect(act(), name).to.be.revertedWithCustomError(a.escrow, differing[name] ?? refusal);
    }
  };
  await expectMoves(a, attempt, {});
}

describe("worst case: oracle", () => {
  it("reports false counts: the injured seat disputes and gets all it is due", async () => {
    const a = await loadFixture(contested);
    await split(a, { report: 0, client: 50 }); // it was down for days, and "nothing was bad"
    await ruled(a, 0, Ruling.Client);
    await split(a, { period: 1, report: 50, provider: 0 }); // nothing was bad, and "it was down for days"
    await ruled(a, 1, Ruling.Provider);
    await expectState(a, { creditsGiven: share(50), earnings: share(50) + FEE + usd(50), owed: 0n, pledges: 0n });
    await expectConserved(a);
  });

  it("reports false counts and nobody looks: the cap of the period is the most", async () => {
    const a = await loadFixture(contested);
    const measurements = await counts(a, 0);
    await at(FEBRUARY);
    const worst = measurements.map(({ total }) => ({ total, bad: total, excluded: 0n }));
    await a.escrow.connect(a.oracle).report(0, 0, worst, NO_EVIDENCE);
    await settleAt(a, FEBRUARY + D);
    await expectState(a, { creditsGiven: share(50), earnings: share(50) });
  });

  it("stays silent: the agreed credit, until both replace it", async () => {
    const a = await loadFixture(contested);
    await settleAt(a, FEBRUARY + R + D);
    await expectState(a, { creditsGiven: share(50), earnings: share(50) });
    await agreeBoth(a, consentTo("Oracle", { account: a.newcomer.address }));
    const measurements = await counts(a, 1);
    await at(boundaryOf(a, 2));
    const old = a.escrow.connect(a.oracle).report(1, 0, measurements, NO_EVIDENCE);
    await expectRefusal(old, a.escrow, "NotTheOracle", [a.oracle.address, a.newcomer.address]);
    await a.escrow.connect(a.newcomer).report(1, 0, measurements, NO_EVIDENCE);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectState(a, { creditsGiven: share(50), earnings: share(150) });
  });

  it("its key takes no money and no power: all but `report` is refused", async () => {
    const a = await loadFixture(contested);
    await settleAt(a, START + DAY);
    await expectNothingFor(a, a.oracle, { report: "ReportTooEarly" });
  });
});

/** A cap of 150 %, a bond that pays it twice, and a report of 10 %. */
const ABOVE = {
  ...BONDED,
  bond: usd(1_000),
  silenceCredit: 0n,
  chronic: [],
  objectives: [{ indicator: 0, tiers: [below(999_000_000n, 10n * PERCENT), below(950_000_000n, 150n * PERCENT)] }],
};
const above = () => contestedWith(ABOVE);

describe("worst case: arbiter", () => {
  it("picks the wrong offer: one of those stated, never an amount", async () => {
    for (const [ruling, credit] of [
      [Ruling.Report, 25],
      [Ruling.Provider, 10],
      [Ruling.Client, 50],
      [Ruling.Declined, 25],
    ] as const) {
      const a = await loadFixture(contested);
      await split(a, { report: 25, provider: 10, client: 50 });
      await expectMoves(a, () => ruled(a, 0, ruling), {});
      await expectState(a, { creditsGiven: share(credit), held: 0n });
    }
  });

  it("stays silent: the report stands, pledges come back", async () => {
    const a = await loadFixture(contested);
    const { ruledBy } = await split(a, { report: 25, provider: 10, client: 50 });
    await report(a, 1, 0);
    await settleAt(a, ruledBy);
    const paid = share(75) + FEE;
    await expectState(a, { creditsGiven: share(25), earnings: paid + usd(50), balance: FUNDED - paid + usd(50) });
  });

  it("with the client's help: the cap of each disputed period, bond included, and no more", async () => {
    const a = await loadFixture(above);
    await split(a, { report: 0, client: 50 });
    await ruled(a, 0, Ruling.Client);
    await expectState(a, { creditsGiven: usd(1_500), earnings: 0n, bond: usd(500) });
    // A period that nobody disputes is out of its reach.
    await report(a, 1, 0);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectRefusal(ruled(a, 1, Ruling.Client), a.escrow, "NoOpenDispute", [1]);
    await expectState(a, { earnings: FEE, bond: usd(500) });
  });

  it("its key takes no money and no power: all but `rule` is refused", async () => {
    const a = await loadFixture(contested);
    await settleAt(a, START + DAY);
    await expectNothingFor(a, a.arbiter, { rule: "NoOpenDispute" });
  });
});

describe("worst case: provider", () => {
  it("serves badly: credits, and the client leaves at once", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 50);
    await report(a, 1, 50);
    const time = boundaryOf(a, 2) + D;
    await at(time);
    await a.escrow.connect(a.client).terminate(Exit.ChronicFailure);
    const march = (FEE * 7n) / 31n;
    const free = FUNDED - FEE - march;
    await expectState(a, { end: time, earnings: FEE, creditsGiven: FEE, committed: march, withdrawable: free });
  });

  it("does not bond: the client leaves after the grace, not a second earlier", async () => {
    const a = await loadFixture(above);
    await report(a, 0, 50);
    const since = FEBRUARY + D;
    const grace = 10n * DAY;
    await settleAt(a, since);
    const leave = () => a.escrow.connect(a.client).terminate(Exit.BondShort);
    await at(since + grace - 1n);
    await expectRefusal(leave(), a.escrow, "BondNotShortLongEnough", [since, grace]);
    await at(since + grace);
    await leave();
    await expectState(a, { end: since + grace });
  });

  it("hides: what is credited is the client's without a word of the provider's", async () => {
    const a = await loadFixture(above);
    await report(a, 0, 50);
    await a.escrow.connect(a.client).terminate(Exit.Notice);
    await at(boundaryOf(a, 3) + R + D);
    // January credited 150 %; February and March were silent, without credit.
    const all = FUNDED + usd(500) - 2n * FEE;
    const act = () => a.escrow.connect(a.client).withdraw(a.client, all);
    await expectMoves(a, act, { client: all, escrow: -all });
    await expectState(a, { phase: Phase.Closed, balance: 0n, earnings: 2n * FEE + usd(500) });
  });
});

const barely = () => contestedWith({ bond: usd(100) }, FEE);

describe("worst case: client", () => {
  it("does not fund: the provider leaves, and is owed no more than the days it served", async () => {
    const a = await loadFixture(barely);
    await report(a, 0, 0);
    const leave = () => a.escrow.connect(a.provider).terminate(Exit.NonPayment);
    await at(FEBRUARY + 10n * DAY - 1n);
    await expectRefusal(leave(), a.escrow, "GraceNotOver", [FEBRUARY + 10n * DAY - 1n, FEBRUARY + 10n * DAY]);
    await at(FEBRUARY + 10n * DAY);
    await leave();
    const { base } = await a.lens.periodOf(a.address, 1);
    const measurements = await counts(a, 1);
    await at(base);
    await a.escrow.connect(a.oracle).report(1, 0, measurements, NO_EVIDENCE);
    await settleAt(a, base + D);
    const lost = (FEE * 10n) / 28n;
    await expectState(a, { phase: Phase.Closed, earnings: FEE + usd(100), owed: lost, balance: 0n });
  });

  it("disputes against a silent arbiter: a delay of D + W, nothing else", async () => {
    const a = await loadFixture(brief);
    const { ruledBy } = await split(a, { report: 0, client: 50 });
    await expectState(a, { earnings: share(50), held: share(50) });
    await settleAt(a, ruledBy);
    expect(ruledBy).to.equal(FEBRUARY + D + 20n * DAY);
    await expectState(a, { earnings: FEE, creditsGiven: 0n, balance: FUNDED - FEE + usd(50), pledges: 0n });
  });

  it("disputes in vain: it loses its pledge, each time", async () => {
    const a = await loadFixture(contested);
    for (const period of [0, 1, 2]) {
      await split(a, { period, report: 0, client: 50 });
      await ruled(a, period, Ruling.Report);
    }
    await expectState(a, { earnings: 3n * FEE + usd(150), creditsGiven: 0n });
    await expectConserved(a);
  });
});

const brief = () => contestedWith({ rulingWindow: 20n * DAY });

describe("worst case: anyone else", () => {
  for (const [phase, time, refused] of [
    ["before the start", START - DAY, {}],
    ["in a running period", START + DAY, {}],
    ["when a report is due", FEBRUARY, {}],
    ["in silence", FEBRUARY + R, {}],
    [
      "once it is closed",
      BigInt(Date.UTC(2026, 1, 1) / 1000),
      {
        ...Object.fromEntries(
          ["dispute", "agree", "notice", "nonPayment", "chronic", "bondShort"].map((name) => [name, "NotActive"]),
        ),
      },
    ],
  ] as const) {
    it(`every call for money or power is refused, ${phase}`, async () => {
      const a = await loadFixture(contested);
      await settleAt(a, time);
      await expectNothingFor(a, a.stranger, refused);
    });
  }

  it("what is open to it gives money or settles what is due", async () => {
    const a = await loadFixture(above);
    await report(a, 0, 50);
    await settleAt(a, FEBRUARY + D);
    await a.token.mint(a.stranger.address, usd(1_000));
    await a.token.connect(a.stranger).approve(a.address, usd(1_000));
    const stranger = a.escrow.connect(a.stranger);
    const before = await a.escrow.state();
    await expectMoves(a, () => stranger.fund(usd(100)), { stranger: -usd(100), escrow: usd(100) });
    await expectMoves(a, () => stranger.postBond(), { stranger: -usd(500), escrow: usd(500) });
    await stranger.sync();
    await a.factory.connect(a.stranger).settle([a.address]);
    await expectState(a, {
      balance: before.balance + usd(100),
      bond: before.bond + usd(500),
      earnings: before.earnings,
      owed: 0n,
    });
  });
});

interface Blocked extends Agreement {
  readonly issuer: BlocklistToken;
}

async function blockable(): Promise<Blocked> {
  const w = await world();
  const issuer = await ethers.deployContract("BlocklistToken");
  const a = await createAgreement(w, { token: await issuer.getAddress(), periods: 2, chronic: [] });
  await activate(a);
  return { ...(await withStakes(a)), issuer };
}

describe("worst case: token issuer", () => {
  for (const blocked of ["provider", "client"] as const) {
    it(`blocks the ${blocked}: another receiver is named, and the other seat is not touched`, async () => {
      const a = await loadFixture(blockable);
      await report(a, 0, 10);
      await report(a, 1, 10);
      await a.issuer.setBlocked(a[blocked].address, true);
      await settleAt(a, boundaryOf(a, 2) + D);
      const claim = (to: "provider" | "newcomer") => a.escrow.connect(a.provider).claim(a[to]);
      const withdraw = (to: "client" | "newcomer") => a.escrow.connect(a.client).withdraw(a[to], usd(200));
      await expect(blocked === "provider" ? claim("provider") : withdraw("client")).to.revert(ethers);
      await (blocked === "provider" ? claim("newcomer") : claim("provider"));
      await (blocked === "client" ? withdraw("newcomer") : withdraw("client"));
      const balances = await balancesOf(a);
      expect([balances.escrow, balances.newcomer]).to.deep.equal([0n, blocked === "provider" ? usd(1_800) : usd(200)]);
    });
  }

  it("blocks the agreement: settling goes on, and nothing is lost when it is freed", async () => {
    const a = await loadFixture(blockable);
    await a.issuer.setBlocked(a.address, true);
    await report(a, 0, 10);
    await report(a, 1, 10);
    await settleAt(a, boundaryOf(a, 2) + D);
    await expectState(a, { phase: Phase.Closed, earnings: usd(1_800), balance: usd(200) });
    await expect(a.escrow.connect(a.provider).claim(a.provider)).to.revert(ethers);
    await expect(claimOf(a, a.client, 1, 50)).to.revert(ethers);
    await a.issuer.setBlocked(a.address, false);
    await a.escrow.connect(a.provider).claim(a.provider);
    await a.escrow.connect(a.client).withdraw(a.client, usd(200));
    expect((await balancesOf(a)).escrow).to.equal(0n);
  });
});
