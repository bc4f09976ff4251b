import { expect } from "chai";
import { Combination, type Indicator, Mode, type Objective, Test, type Tier, Unit } from "../../src/terms/types.ts";
import { contestedWith, report, settleAt, share } from "../support/disputes.ts";
import { expectState } from "../support/expect.ts";
import {
  type Agreement,
  at,
  below,
  boundaryOf,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  PERCENT,
  START,
  usd,
} from "../support/fixture.ts";

/** Tickets: any total, so that shares come out even. */
const tickets = (id: number): Indicator => ({
  id,
  unit: Unit.Tickets,
  mode: Mode.Count,
  instances: 1n,
  excludedCap: 0n,
});
const one = (...tiers: Tier[]): Objective[] => [{ indicator: 0, tiers }];
const tier = (test: Test, threshold: bigint, credit: bigint, more: Partial<Tier> = {}): Tier => ({
  ...below(threshold, credit),
  test,
  ...more,
});

/** The credit, in units, of `bad` out of 100,000 tickets per indicator. */
async function creditOf(a: Agreement, ...bads: bigint[]): Promise<bigint> {
  const measurements = bads.map((bad) => ({ total: 100_000n, bad, excluded: 0n }));
  return a.lens.creditOf(a.address, 0, measurements);
}

/** What is reported is what the lens says. */
async function expectCredits(
  a: Agreement,
  cases: readonly (readonly [bads: bigint[], credit: bigint])[],
): Promise<void> {
  const base = boundaryOf(a, 1);
  for (const [i, [bads, credit]] of cases.entries()) {
    expect(await creditOf(a, ...bads), `${bads.join(", ")} bad`).to.equal(credit);
    const measurements = bads.map((bad) => ({ total: 100_000n, bad, excluded: 0n }));
    await at(base + BigInt(i));
    await a.escrow.connect(a.oracle).report(0, i, measurements, NO_EVIDENCE);
    await expectState(a, { credit, revision: BigInt(i) });
  }
}

const threeTiers = () => contestedWith({ indicators: [tickets(1)] });

const inverted = () =>
  contestedWith({
    indicators: [tickets(1)],
    objectives: one(below(999_000_000n, 30n * PERCENT), below(990_000_000n, 10n * PERCENT)),
  });

const pair = (combination: Combination) => () =>
  contestedWith({
    combination,
    indicators: [tickets(1), tickets(2)],
    objectives: [
      { indicator: 0, tiers: [below(999_000_000n, 10n * PERCENT)] },
      { indicator: 1, tiers: [below(990_000_000n, 25n * PERCENT)] },
      { indicator: 1, tiers: [below(900_000_000n, 40n * PERCENT)] },
    ],
  });
const sum = pair(Combination.Sum);
const greatest = pair(Combination.Greatest);

describe("credit: tiers", () => {
  it("the greatest that triggers, at −1, exact, +1 of each threshold", async () => {
    const a = await loadFixture(threeTiers);
    await expectCredits(a, [
      [[0n], 0n],
      [[99n], 0n],
      [[100n], 0n],
      [[101n], share(10)],
      [[999n], share(10)],
      [[1_000n], share(10)],
      [[1_001n], share(25)],
      [[4_999n], share(25)],
      [[5_000n], share(25)],
      [[5_001n], share(50)],
      [[100_000n], share(50)],
    ]);
  });

  it("more bad never lowers it, even where a lower tier credits more", async () => {
    await expectCredits(await loadFixture(inverted), [
      [[101n], share(30)],
      [[1_001n], share(30)],
    ]);
  });
});

describe("credit: several objectives", () => {
  const cases = [
    [101n, 0n],
    [0n, 1_001n],
    [101n, 1_001n],
    [0n, 10_001n],
    [101n, 10_001n],
  ];

  it("sum adds them, to the cap at most", async () => {
    const credits = [10, 25, 35, 50, 50].map(share);
    await expectCredits(
      await loadFixture(sum),
      cases.map((bads, i) => [bads, credits[i]!]),
    );
  });

  it("greatest takes one", async () => {
    const credits = [10, 25, 25, 40, 40].map(share);
    await expectCredits(
      await loadFixture(greatest),
      cases.map((bads, i) => [bads, credits[i]!]),
    );
  });
});

/** A fee that no share divides evenly. */
const ODD = 10_001n;
const oddCap = () =>
  contestedWith({ fee: ODD, pledge: 1n, indicators: [tickets(1)], creditCap: 333_333_333n, silenceCredit: 0n });
const oddSum = () =>
  contestedWith({
    fee: ODD,
    pledge: 1n,
    indicators: [tickets(1), tickets(2)],
    objectives: [
      { indicator: 0, tiers: [below(999_000_000n, 1n)] },
      { indicator: 1, tiers: [below(999_000_000n, 1n), below(990_000_000n, 100_000n)] },
    ],
  });

describe("credit: rounding", () => {
  it("the cap is rounded up", async () => {
    // 33.3333333 % of 10,001 is 3,333.67
    await expectCredits(await loadFixture(oddCap), [[[5_001n], 3_334n]]);
  });

  it("up once per objective", async () => {
    // A billionth of 10,001 is a fraction of a unit, 0.01 % of it 1.0001.
    await expectCredits(await loadFixture(oddSum), [
      [[101n, 0n], 1n],
      [[101n, 101n], 2n],
      [[101n, 1_001n], 3n],
    ]);
  });
});

const proportional = () =>
  contestedWith({
    indicators: [tickets(1)],
    objectives: one(tier(Test.MoreThan, 5n, 2_000n * PERCENT, { proportional: true })),
  });
const onCounts =
  (test: Test, per = 0n) =>
  () =>
    contestedWith({ indicators: [tickets(1)], objectives: one(tier(test, 60n, 5n * PERCENT, { per })) });
const onRatio =
  (test: Test, per = 0n) =>
  () =>
    contestedWith({ indicators: [tickets(1)], objectives: one(tier(test, 999_000_000n, 5n * PERCENT, { per })) });
const [moreThan, atLeast] = [onCounts(Test.MoreThan), onCounts(Test.AtLeast)];
const [moreThanSteps, atLeastSteps] = [onCounts(Test.MoreThan, 30n), onCounts(Test.AtLeast, 30n)];
const [atMost, belowSteps, atMostSteps] = [
  onRatio(Test.AtMost),
  onRatio(Test.Below, 1_000_000n),
  onRatio(Test.AtMost, 1_000_000n),
];

const CREDITS: readonly (readonly [string, () => Promise<Agreement>, readonly (readonly [bigint, number])[]])[] = [
  [
    "proportional: 20 times the bad share",
    proportional,
    [
      [5n, 0],
      [6n, 0.12],
      [1_000n, 20],
      [2_499n, 49.98],
      [2_501n, 50],
    ],
  ],
  [
    "more than 60",
    moreThan,
    [
      [59n, 0],
      [60n, 0],
      [61n, 5],
    ],
  ],
  [
    "at least 60",
    atLeast,
    [
      [59n, 0],
      [60n, 5],
      [61n, 5],
    ],
  ],
  [
    "each started 30 past 60",
    moreThanSteps,
    [
      [60n, 0],
      [61n, 5],
      [89n, 5],
      [90n, 5],
      [91n, 10],
      [120n, 10],
      [121n, 15],
    ],
  ],
  [
    "at 60 and each full 30 after",
    atLeastSteps,
    [
      [59n, 0],
      [60n, 5],
      [89n, 5],
      [90n, 10],
      [91n, 10],
      [119n, 10],
      [120n, 15],
    ],
  ],
  [
    "99.9 % or less",
    atMost,
    [
      [99n, 0],
      [100n, 5],
      [101n, 5],
    ],
  ],
  [
    "each started tenth of a percent below 99.9 %",
    belowSteps,
    [
      [100n, 0],
      [101n, 5],
      [200n, 5],
      [201n, 10],
      [1_100n, 50],
    ],
  ],
  [
    "at 99.9 % and each full tenth after",
    atMostSteps,
    [
      [99n, 0],
      [100n, 5],
      [199n, 5],
      [200n, 10],
      [201n, 10],
    ],
  ],
];

describe("credit: kinds of tiers", () => {
  for (const [name, fixture, cases] of CREDITS) {
    it(name, async () => {
      const a = await loadFixture(fixture);
      await expectCredits(
        a,
        cases.map(([bad, percent]) => [[bad], usd(10 * percent)]),
      );
    });
  }
});

const burnIn = () => contestedWith({ burnInPeriods: 2 });
/** January's last ten days. */
const short = () => contestedWith({ start: START + 21n * 86_400n });

describe("credit: burn-in and short periods", () => {
  it("burn-in credits nothing; the period after it does", async () => {
    const a = await loadFixture(burnIn);
    for (const period of [0, 1, 2]) {
      await report(a, period, 25);
      await expectState(a, { credit: period === 2 ? share(25) : 0n });
    }
    await settleAt(a, boundaryOf(a, 4));
    await expectState(a, { creditsGiven: share(25), earnings: share(275) });
  });

  it("a first period of ten days of 31 is credited on its own fee", async () => {
    const a = await loadFixture(short);
    const fee = (FEE * 10n) / 31n;
    const measurements = [{ total: 864_000n, bad: 864_000n, excluded: 0n }];
    const half = (fee + 1n) / 2n;
    expect(await a.lens.creditOf(a.address, 0, measurements)).to.equal(half);
    await at(boundaryOf(a, 1));
    await a.escrow.connect(a.oracle).report(0, 0, measurements, NO_EVIDENCE);
    await settleAt(a, boundaryOf(a, 2));
    await expectState(a, { creditsGiven: half, earnings: fee - half, period: 1n });
  });
});
