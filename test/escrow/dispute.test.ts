import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { Test } from "../../src/terms/types.ts";
import {
  claimOf,
  contested,
  contestedWith,
  type Credit,
  D,
  disputed,
  EVIDENCE,
  R,
  report,
  settleAt,
  share,
  wait,
} from "../support/disputes.ts";
import { eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  active,
  type Agreement,
  approve,
  at,
  boundaryOf,
  counts,
  createAgreement,
  deposit,
  draft,
  ethers,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  PERCENT,
  Stage,
  usd,
  world,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n; // the end of period 0

/** Period 0 is reported with a credit of 25 % at the opening of its window. */
async function reported(): Promise<Agreement> {
  const a = await contested();
  await report(a, 0, 25);
  return a;
}

describe("dispute: first claim", () => {
  for (const [name, time] of [
    ["as soon as the report stands", FEBRUARY],
    ["in the last second", FEBRUARY + D - 1n],
  ] as const) {
    it(`opens the dispute ${name}: pledge pulled, nothing else moves`, async () => {
      const a = await loadFixture(reported);
      await expectMoves(a, () => claimOf(a, a.client, 0, 50, { time }), { client: -usd(50), escrow: usd(50) });
      await expectState(a, {
        stage: Stage.Disputed,
        disputedAt: time,
        credit: share(25),
        period: 0n,
        pledges: usd(50),
        balance: 12n * FEE,
        earnings: 0n,
        held: 0n,
        openDisputes: 0n,
      });
      await expectConserved(a);
    });
  }

  it("is refused when the window has just closed: the period is final", async () => {
    const a = await loadFixture(reported);
    const late = claimOf(a, a.client, 0, 50, { time: FEBRUARY + D });
    await expectRefusal(late, a.escrow, "NotTheCurrentPeriod", [0, 1]);
    await wait(FEBRUARY + D);
    await expectState(a, { period: 1n, earnings: share(75) });
  });

  it("is refused while nothing is reported, until silence stands", async () => {
    const a = await loadFixture(contested);
    for (const time of [FEBRUARY - 1n, FEBRUARY, FEBRUARY + R - 1n]) {
      const early = claimOf(a, a.provider, 0, 10, { time, revision: 255n });
      await expectRefusal(early, a.escrow, "NothingReported", [0]);
    }
    await claimOf(a, a.provider, 0, 10, { time: FEBRUARY + R, revision: 255n });
    await expectState(a, { stage: Stage.Disputed, revision: 255n });
  });

  it("is refused when it names another revision", async () => {
    const a = await loadFixture(reported);
    await report(a, 0, 10, { revision: 1n });
    for (const revision of [0n, 2n, 255n]) {
      await expectRefusal(claimOf(a, a.client, 0, 50, { revision }), a.escrow, "WrongRevision", [revision, 1]);
    }
    await claimOf(a, a.client, 0, 50, { revision: 1n });
  });

  it("is refused for a resolved period and for one to come", async () => {
    const a = await loadFixture(reported);
    await expectRefusal(claimOf(a, a.client, 1, 50), a.escrow, "NotTheCurrentPeriod", [1, 0]);
    await report(a, 1, 0);
    await expectRefusal(claimOf(a, a.client, 0, 50), a.escrow, "NotTheCurrentPeriod", [0, 1]);
  });

  it("is refused when its counts are impossible", async () => {
    const a = await loadFixture(reported);
    const total = (await counts(a, 0))[0]!.total;
    const send = (measurements: { total: bigint; bad: bigint; excluded: bigint }[]) =>
      a.escrow.connect(a.client).dispute(0, 0, measurements, EVIDENCE);
    const impossible = { total, bad: total + 1n, excluded: 0n };
    await expectRefusal(send([]), a.escrow, "MeasurementCountDiffers", [0, 1]);
    await expectRefusal(send([impossible]), a.escrow, "BadAboveTotal", [0, total + 1n, total]);
    await expectRefusal(send([{ total: 9n, bad: 9n, excluded: 0n }]), a.escrow, "TotalDiffers", [0, 9, total]);
    const excluding = { total, bad: 0n, excluded: 1n };
    await expectRefusal(send([excluding]), a.escrow, "ExcludedAboveCap", [0, 1, 0]);
  });
});

describe("dispute: sides", () => {
  for (const [seat, claims] of [
    ["client", [0, 10, 25]],
    ["provider", [25, 50]],
  ] as const) {
    it(`the ${seat} cannot claim what is no better for it`, async () => {
      const a = await loadFixture(reported);
      for (const claim of claims) {
        const call = claimOf(a, a[seat], 0, claim);
        await expectRefusal(call, a.escrow, "ClaimNotBetter", [share(claim), share(25)]);
      }
    });
  }

  it("one unit is enough", async () => {
    const a = await loadFixture(perSecond);
    for (const [seat, bad, credit] of [
      ["client", 2n, 20n],
      ["provider", 2n, 20n],
    ] as const) {
      const call = a.escrow.connect(a[seat]).dispute(0, 0, await counts(a, 0, bad), EVIDENCE);
      await expectRefusal(call, a.escrow, "ClaimNotBetter", [credit, 20]);
    }
    await a.escrow.connect(a.client).dispute(0, 0, await counts(a, 0, 3n), EVIDENCE);
    await a.escrow.connect(a.provider).dispute(0, 0, await counts(a, 0, 1n), EVIDENCE);
  });

  it("nothing is better in burn-in", async () => {
    const a = await loadFixture(burnIn);
    await report(a, 0, 25);
    await expectState(a, { credit: 0n });
    await expectRefusal(claimOf(a, a.client, 0, 50), a.escrow, "ClaimNotBetter", [0, 0]);
    await expectRefusal(claimOf(a, a.provider, 0, 0), a.escrow, "ClaimNotBetter", [0, 0]);
  });
});

const burnIn = () => contestedWith({ burnInPeriods: 1 });

/** Each bad second credits 10 units; two were reported. */
async function perSecond(): Promise<Agreement> {
  const tier = { test: Test.MoreThan, proportional: false, threshold: 0n, credit: 10n, per: 1n };
  const a = await contestedWith({ objectives: [{ indicator: 0, tiers: [tier] }] });
  const measurements = await counts(a, 0, 2n);
  await at(FEBRUARY);
  await a.escrow.connect(a.oracle).report(0, 0, measurements, NO_EVIDENCE);
  return a;
}

describe("dispute: answer", () => {
  for (const [name, after] of [
    ["in the second of the first claim", 0n],
    ["in the last second", D - 1n],
  ] as const) {
    it(`stands ${name}, and d stays`, async () => {
      const a = await loadFixture(reported);
      const d = FEBRUARY + DAY;
      await claimOf(a, a.client, 0, 50, { time: d });
      await expectMoves(a, () => claimOf(a, a.provider, 0, 10, { time: d + after }), {
        provider: -usd(50),
        escrow: usd(50),
      });
      await expectState(a, { stage: Stage.Disputed, disputedAt: d, pledges: usd(100) });
      const dispute = await a.escrow.disputeOf(0);
      expect([...dispute.provider]).to.deep.equal([share(10), usd(50), 1n, d + after]);
      expect([...dispute.client]).to.deep.equal([share(50), usd(50), 1n, d]);
      expect([dispute.disputedAt, dispute.isOpen]).to.deep.equal([d, false]);
    });
  }

  it("is refused at d + D: the period is split", async () => {
    const a = await loadFixture(contested);
    const { splitAt } = await disputed(a, { report: 25, client: 50 });
    const late = claimOf(a, a.provider, 0, 10, { time: splitAt });
    await expectRefusal(late, a.escrow, "NotTheCurrentPeriod", [0, 1]);
  });

  it("stands after the report's own window is over", async () => {
    const a = await loadFixture(reported);
    const d = FEBRUARY + D - 1n;
    await claimOf(a, a.provider, 0, 0, { time: d });
    await claimOf(a, a.client, 0, 50, { time: d + D - 1n });
    await expectState(a, { stage: Stage.Disputed, pledges: usd(100), disputedAt: d });
  });

  it("each seat claims once", async () => {
    const a = await loadFixture(reported);
    await claimOf(a, a.provider, 0, 10);
    await expectRefusal(claimOf(a, a.provider, 0, 0), a.escrow, "AlreadyClaimed", [1, 0]);
    await claimOf(a, a.client, 0, 50);
    await expectRefusal(claimOf(a, a.client, 0, 50), a.escrow, "AlreadyClaimed", [2, 0]);
    await expectRefusal(claimOf(a, a.provider, 0, 0), a.escrow, "AlreadyClaimed", [1, 0]);
  });
});

describe("dispute: caller and phase", () => {
  it("is refused from anyone but a party", async () => {
    const a = await loadFixture(reported);
    for (const actor of [a.oracle, a.arbiter, a.stranger]) {
      await expectRefusal(claimOf(a, actor, 0, 50), a.escrow, "NotAParty", [actor.address]);
    }
  });

  it("is refused in a draft and after it lapsed", async () => {
    const a = await loadFixture(draft);
    await deposit(a, FEE);
    await acceptAsClient(a);
    await expectRefusal(claimOf(a, a.client, 0, 50), a.escrow, "NotActive");
    await wait(FEBRUARY);
    await expectRefusal(claimOf(a, a.client, 0, 50), a.escrow, "NotActive");
  });

  it("is refused once it is closed", async () => {
    const a = await loadFixture(contested);
    await settleAt(a, boundaryOf(a, 13));
    await expectRefusal(claimOf(a, a.client, 11, 50), a.escrow, "NotActive");
  });
});

// --------------------------------------------------------------------------------------------------------- pledge

const withPledge = (pledge: bigint) => () => contestedWith({ pledge });
const shareless = () => contestedWith({ pledge: 0n, pledgeShare: 0n });
/** A third, to see the rounding: of 400 dollars 133.333334 are pledged. */
const third = () => contestedWith({ pledgeShare: 333_333_334n });

describe("dispute: pledge", () => {
  // Of a difference of 400 dollars the share is 40.
  for (const [fixed, pledge] of [
    [usd(40) - 1n, usd(40)],
    [usd(40), usd(40)],
    [usd(40) + 1n, usd(40) + 1n],
  ] as const) {
    it(`is ${pledge} when the fixed amount is ${fixed}`, async () => {
      const a = await loadFixture(withPledge(fixed));
      await report(a, 0, 10);
      await expectMoves(a, () => claimOf(a, a.client, 0, 50), { client: -pledge, escrow: pledge });
      expect(await a.lens.pledgeOf(a.address, share(50), share(10))).to.equal(pledge);
    });
  }

  it("is rounded up", async () => {
    const a = await loadFixture(third);
    await report(a, 0, 50);
    const pledge = 133_333_334n;
    await expectMoves(a, () => claimOf(a, a.provider, 0, 10), { provider: -pledge, escrow: pledge });
  });

  it("is taken when it is a single unit", async () => {
    const a = await loadFixture(async () => contestedWith({ pledge: 1n, pledgeShare: 0n }));
    await report(a, 0, 10);
    await expectMoves(a, () => claimOf(a, a.client, 0, 50), { client: -1n, escrow: 1n });
  });

  it("is nothing when the terms ask for nothing", async () => {
    const a = await loadFixture(shareless);
    await report(a, 0, 10);
    await expectMoves(a, () => claimOf(a, a.client, 0, 50), {});
    await expectState(a, { stage: Stage.Disputed, pledges: 0n });
  });

  it("must be approved and there", async () => {
    const a = await loadFixture(active);
    await report(a, 0, 10);
    const spender = [a.address, 0, usd(50)] as const;
    await expectRefusal(claimOf(a, a.client, 0, 50), a.token, "ERC20InsufficientAllowance", spender);
    await a.token.connect(a.client).approve(a.address, usd(50));
    const owner = [a.client.address, 0, usd(50)] as const;
    await expectRefusal(claimOf(a, a.client, 0, 50), a.token, "ERC20InsufficientBalance", owner);
    await expectState(a, { stage: Stage.Reported, pledges: 0n });
  });

  it("must arrive in full", async () => {
    const w = await loadFixture(world);
    const token = await ethers.deployContract("FeeOnTransferToken", [0n]);
    const a = await createAgreement(w, { token: await token.getAddress() });
    await deposit(a, 12n * FEE);
    await acceptAsClient(a);
    await a.escrow.connect(a.provider).accept(await a.escrow.termsHash());
    await report(a, 0, 10);
    await approve(a, a.client, usd(50));
    await token.setFee(PERCENT);
    const call = claimOf(a, a.client, 0, 50);
    await expectRefusal(call, a.escrow, "ArrivedAmountDiffers", [usd(50) - usd(0.5), usd(50)]);
    await expectState(a, { stage: Stage.Reported, pledges: 0n });
  });
});

describe("dispute: event", () => {
  it("tells period, seat, credit, pledge, evidence and counts", async () => {
    const a = await loadFixture(reported);
    const measurements = await counts(a, 0, 200_000n);
    const claim = (seat: "client" | "provider", credit: Credit, bad: bigint) => [
      [
        "Disputed",
        0n,
        seat === "client" ? 2n : 1n,
        share(credit),
        usd(50),
        EVIDENCE,
        [[measurements[0]!.total, bad, 0n]],
      ],
    ];
    expect(await eventsOf(a, claimOf(a, a.client, 0, 50))).to.deep.equal(claim("client", 50, 200_000n));
    expect(await eventsOf(a, claimOf(a, a.provider, 0, 0))).to.deep.equal(claim("provider", 0, 0n));
  });
});
