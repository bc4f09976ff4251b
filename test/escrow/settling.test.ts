import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import { DAY } from "../../src/terms/bounds.ts";
import {
  contested,
  contestedWith,
  D,
  disputed,
  R,
  report,
  ruled,
  settleAt,
  share,
  split,
  W,
  wait,
} from "../support/disputes.ts";
import { balancesOf, eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  type Agreement,
  approve,
  at,
  BONDED,
  boundaryOf,
  consentTo,
  deposit,
  Exit,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  NOBODY,
  now,
  Phase,
  Ruling,
  Seat,
  Stage,
  usd,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n;

describe("settling: order", () => {
  it("one late call tells each event with its own due time, the earliest first", async () => {
    const a = await loadFixture(contested);
    const { splitAt, ruledBy } = await disputed(a, { report: 25, client: 50 });
    const silent = (k: number) => boundaryOf(a, k + 1) + R + D;
    const events = await eventsOf(a, settleAt(a, silent(2)));
    expect(events).to.deep.equal([
      ["Split", 0n, share(25), share(50), share(25), 0n, splitAt],
      ["PledgeMoved", 0n, 2n, 2n, usd(50)],
      ["Ruled", 0n, 4n],
      ["PeriodFinal", 0n, share(25), share(75), ruledBy],
      ["PeriodFinal", 1n, share(50), share(50), silent(1)],
      ["PeriodFinal", 2n, share(50), share(50), silent(2)],
    ]);
    expect(ruledBy < silent(1)).to.equal(true);
  });

  it("a period that is final before a ruling lapses comes first, though it is the later one", async () => {
    const a = await loadFixture(contested);
    const { ruledBy } = await disputed(a, { report: 25, client: 50 });
    await report(a, 1, 10);
    const due = boundaryOf(a, 2) + D;
    expect(due < ruledBy).to.equal(true);
    const events = await eventsOf(a, settleAt(a, ruledBy));
    expect(events.filter(([name]) => name === "PeriodFinal")).to.deep.equal([
      ["PeriodFinal", 1n, share(10), share(90), due],
      ["PeriodFinal", 0n, share(25), share(75), ruledBy],
    ]);
  });

  it("in the same second the lower period comes first", async () => {
    const a = await loadFixture(coinciding);
    const { ruledBy } = await disputed(a, { report: 25, client: 50 });
    await report(a, 1, 10);
    expect(ruledBy).to.equal(boundaryOf(a, 2) + D);
    const events = await eventsOf(a, settleAt(a, ruledBy));
    expect(events.filter(([name]) => name === "PeriodFinal")).to.deep.equal([
      ["PeriodFinal", 0n, share(25), share(75), ruledBy],
      ["PeriodFinal", 1n, share(5), share(95), ruledBy],
    ]);
  });

  it("views answer the same before anyone settles", async () => {
    const a = await loadFixture(contested);
    const { ruledBy } = await disputed(a, { report: 25, provider: 10, client: 50 });
    for (const time of [FEBRUARY + D, ruledBy, boundaryOf(a, 5), boundaryOf(a, 13)]) {
      await wait(time);
      const views = async () => [
        (await a.escrow.state()).toString(),
        (await a.escrow.disputeOf(0)).toString(),
        await a.escrow.chronicPeriods(0),
        (await a.lens.summary(a.address)).toString(),
      ];
      const before = await views();
      await settleAt(a, time);
      expect(await views()).to.deep.equal(before);
    }
  });
});

/** W ends where a report of February at its opening becomes final; 30 % are left of the term cap. */
const coinciding = () => contestedWith({ rulingWindow: 28n * DAY, termCreditCap: share(30) });

const unfunded = () => contestedWith({}, FEE);

/** January is paid, February is owed: 1,000 dollars. */
async function owing(): Promise<Agreement> {
  const a = await unfunded();
  await report(a, 0, 0);
  await report(a, 1, 0);
  await settleAt(a, boundaryOf(a, 2) + D);
  return a;
}

/** What anybody may call in an agreement that runs, with how it begins: `due` is when January becomes final. */
const CALLS: Readonly<Record<string, (a: Agreement) => Promise<ContractTransactionResponse>>> = {
  sync: (a) => a.escrow.connect(a.stranger).sync(),
  fund: (a) => a.escrow.connect(a.client).fund(1n),
  withdraw: (a) => a.escrow.connect(a.client).withdraw(a.client, 1n),
  claim: (a) => a.escrow.connect(a.provider).claim(a.provider),
  terminate: (a) => a.escrow.connect(a.client).terminate(Exit.Notice),
  offerSeat: (a) => a.escrow.connect(a.client).offerSeat(a.newcomer),
  takeSeat: (a) => a.escrow.connect(a.newcomer).takeSeat(Seat.Provider, 0n, 2n ** 200n),
  agree: (a) => a.escrow.connect(a.client).agree(SOON, boundaryOf(a, 1) + 20n * DAY),
  revoke: (a) => a.escrow.connect(a.provider).revoke(SOON),
};
const SOON = consentTo("End", { end: FEBRUARY + 100n * DAY });

/** January is reported; an offer and a key stand. */
async function reported(): Promise<Agreement> {
  const a = await contestedWith({ silenceCredit: 0n }, 13n * FEE);
  await a.escrow.connect(a.provider).offerSeat(a.newcomer);
  await report(a, 0, 10);
  await a.escrow.connect(a.provider).agree(SOON, FEBRUARY + 20n * DAY);
  return a;
}

describe("settling: once", () => {
  for (const [name, call] of Object.entries(CALLS)) {
    it(`${name} tells what it settled, and nobody tells it again`, async () => {
      const a = await loadFixture(reported);
      await at(FEBRUARY + D);
      const events = await eventsOf(a, call(a));
      expect(events[0]!.slice(0, 2)).to.deep.equal(["PeriodFinal", 0n]);
      expect(await eventsOf(a, a.escrow.connect(a.stranger).settle())).to.deep.equal([]);
    });
  }
});

describe("settling: waterfall", () => {
  it("a fee that M does not cover is owed", async () => {
    const a = await loadFixture(owing);
    await expectState(a, { balance: 0n, earnings: FEE, owed: FEE });
    await expectConserved(a);
  });

  for (const [name, extra] of [
    ["a unit less", -1n],
    ["exactly", 0n],
    ["a unit more", 1n],
  ] as const) {
    const after = (paid: bigint) => ({
      owed: paid < FEE ? FEE - paid : 0n,
      balance: paid > FEE ? paid - FEE : 0n,
      earnings: FEE + (paid > FEE ? FEE : paid),
    });

    it(`a plain transfer of ${name} than is owed pays arrears first`, async () => {
      const a = await loadFixture(owing);
      await deposit(a, FEE + extra);
      await expectState(a, { owed: FEE, unabsorbed: FEE + extra, withdrawable: 0n });
      await a.escrow.connect(a.stranger).sync();
      await expectState(a, { ...after(FEE + extra), unabsorbed: 0n });
    });

    it(`funding by ${name} than is owed pays arrears first`, async () => {
      const a = await loadFixture(owing);
      await approve(a, a.stranger, FEE + extra);
      await a.escrow.connect(a.stranger).fund(FEE + extra);
      await expectState(a, after(FEE + extra));
    });
  }

  it("the provider's claim absorbs when something is owed", async () => {
    const a = await loadFixture(owing);
    await deposit(a, usd(300));
    const act = () => a.escrow.connect(a.provider).claim(a.provider);
    await expectMoves(a, act, { escrow: -usd(1_300), provider: usd(1_300) });
    await expectState(a, { owed: usd(700), balance: 0n, earnings: 0n });
  });

  it("a credit lowers what is owed", async () => {
    const a = await loadFixture(owing);
    await report(a, 2, 50);
    await settleAt(a, boundaryOf(a, 3) + D);
    await expectState(a, { owed: FEE + share(50), balance: 0n });
  });
});

const bonded = () => contestedWith({ ...BONDED, periods: 2, chronic: [], silenceCredit: 0n });

/** Two months are over, the second one reported late and disputed. */
async function lastDisputed(): Promise<Agreement> {
  const a = await bonded();
  await report(a, 0, 10);
  await split(a, { period: 1, report: 0, client: 10 });
  return a;
}

describe("settling: closed", () => {
  it("not while a period is unresolved, not while a dispute is open", async () => {
    const a = await loadFixture(bonded);
    await report(a, 0, 10);
    const { splitAt, ruledBy } = await disputed(a, { period: 1, report: 0, client: 10 });
    for (const time of [splitAt - 1n, splitAt, ruledBy - 1n]) {
      await wait(time);
      await expectState(a, { phase: Phase.Active, bond: usd(500), earnings: time < splitAt ? usd(900) : usd(1_800) });
    }
    await wait(ruledBy);
    await expectState(a, { phase: Phase.Closed, stage: Stage.None, bond: 0n, earnings: usd(2_400), committed: 0n });
  });

  it("when the last period is final the bond is the provider's, and nothing is left", async () => {
    const a = await loadFixture(bonded);
    await report(a, 0, 10);
    await report(a, 1, 0);
    const due = boundaryOf(a, 2) + D;
    const events = await eventsOf(a, settleAt(a, due + DAY));
    expect(events).to.deep.equal([
      ["PeriodFinal", 1n, 0n, FEE, due],
      ["Closed", usd(500), due],
    ]);
    await expectState(a, { phase: Phase.Closed, earnings: usd(2_400), balance: usd(100), bond: 0n });
    const claims = () => a.escrow.connect(a.provider).claim(a.provider);
    await expectMoves(a, claims, { provider: usd(2_400), escrow: -usd(2_400) });
    const withdraws = () => a.escrow.connect(a.client).withdraw(a.newcomer, usd(100));
    await expectMoves(a, withdraws, { newcomer: usd(100), escrow: -usd(100) });
    expect((await balancesOf(a)).escrow).to.equal(0n);
  });

  it("when the last ruling comes", async () => {
    const a = await loadFixture(lastDisputed);
    const time = (await now()) + DAY;
    const events = await eventsOf(a, ruled(a, 1, Ruling.Client, time));
    expect(events.at(-1)).to.deep.equal(["Closed", usd(500), time]);
    await expectState(a, { phase: Phase.Closed, earnings: usd(900 + 900 + 500), balance: usd(200 + 50) });
    await a.escrow.connect(a.provider).claim(a.provider);
    await a.escrow.connect(a.client).withdraw(a.client, usd(250));
    expect((await balancesOf(a)).escrow).to.equal(0n);
  });

  it("when the last ruling lapses", async () => {
    const a = await loadFixture(lastDisputed);
    const lapse = boundaryOf(a, 2) + D + W;
    const events = await eventsOf(a, settleAt(a, lapse + 100n * DAY));
    expect(events.at(-1)).to.deep.equal(["Closed", usd(500), lapse]);
  });

  it("when two rulings lapse in one late call, each in its time", async () => {
    const a = await loadFixture(bonded);
    const first = await split(a, { report: 0, client: 10 });
    const last = await split(a, { period: 1, report: 0, client: 10 });
    expect(first.ruledBy < last.ruledBy).to.equal(true);
    const events = await eventsOf(a, settleAt(a, last.ruledBy + 100n * DAY));
    const resolved = events.filter(([name]) => name === "PeriodFinal" || name === "Closed");
    expect(resolved.map((event) => [event[0], event.at(-1)])).to.deep.equal([
      ["PeriodFinal", first.ruledBy],
      ["PeriodFinal", last.ruledBy],
      ["Closed", last.ruledBy],
    ]);
    await expectState(a, { phase: Phase.Closed, openDisputes: 0n, pledges: 0n, held: 0n });
  });

  it("every mutator that needs an agreement in force is refused; what is left pays out", async () => {
    const a = await loadFixture(bonded);
    await settleAt(a, boundaryOf(a, 3));
    const client = a.escrow.connect(a.client);
    const hash = await a.escrow.termsHash();
    await expectRefusal(client.accept(hash), a.escrow, "NotDraft");
    await expectRefusal(client.fund(1n), a.escrow, "AgreementOver");
    await expectRefusal(client.dispute(1, 0, [], NO_EVIDENCE), a.escrow, "NotActive");
    await expectRefusal(a.escrow.connect(a.oracle).report(1, 0, [], NO_EVIDENCE), a.escrow, "NotActive");
    await expectRefusal(ruled(a, 1, Ruling.Report), a.escrow, "NoOpenDispute", [1]);
    await expectRefusal(a.escrow.connect(a.provider).postBond(), a.escrow, "NotActive");
    await expectRefusal(client.terminate(Exit.Notice), a.escrow, "NotActive");
    const consent = consentTo("Oracle", { account: a.newcomer.address });
    await expectRefusal(client.agree(consent, (await now()) + DAY), a.escrow, "NotActive");
    await expectRefusal(client.withdraw(a.client, 1n), a.escrow, "AmountAboveFree", [1, 0]);
    await a.escrow.connect(a.provider).claim(a.provider);
    await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.escrow, "NothingToPay");
    await deposit(a, usd(7));
    await client.withdraw(a.client, usd(7));
    expect((await balancesOf(a)).escrow).to.equal(0n);
    await client.offerSeat(NOBODY);
    await at(boundaryOf(a, 4));
    await a.escrow.connect(a.stranger).settle();
  });
});
