/** The path for ordinary months does what the general path does: two escrows, one of them without it, side by side. */
import { expect } from "chai";
import type { Log, TransactionReceipt } from "ethers";
import { DAY } from "../../src/terms/bounds.ts";
import type { Terms } from "../../src/terms/types.ts";
import { badFor, type Credit, withStakes } from "../support/disputes.ts";
import {
  activate,
  type Agreement,
  at,
  boundaryOf,
  counts,
  createAgreement,
  ethers,
  FEE,
  loadFixture,
  networkHelpers,
  PERCENT,
  Stage,
  START,
  type World,
  world,
} from "../support/fixture.ts";
import { Dice, SEED } from "../support/random.ts";

const STORIES = 8;
const PERIODS = 14;

/** The same world but for the escrow that the factory copies. */
async function generalWorld(w: World): Promise<World> {
  const backOffice = await ethers.deployContract("SLABackOffice");
  const implementation = await ethers.deployContract("GeneralEscrow", [backOffice]);
  const factory = await ethers.deployContract("SLAFactory", [implementation, w.lens]);
  return { ...w, factory };
}

async function twins(changes: Partial<Terms>, fees: number): Promise<readonly [Agreement, Agreement]> {
  const w = await world();
  const pair: Agreement[] = [];
  for (const each of [w, await generalWorld(w)]) {
    const a = await createAgreement(each, { periods: PERIODS, ...changes });
    await withStakes(a);
    await activate(a, FEE * BigInt(fees));
    pair.push(await withStakes(a));
  }
  const [one, other] = pair;
  return [one!, other!];
}

/** Terms that take the paths apart: short first period, burn-in, a cap soon used up, days that months lack. */
function anyTerms(dice: Dice): Partial<Terms> {
  return {
    termCreditCap: FEE * BigInt(1 + dice.below(4)),
    burnInPeriods: dice.below(3),
    anchor: START,
    start: dice.chance(0.5) ? START : START + BigInt(dice.below(20)) * DAY,
    chronic: dice.chance(0.5) ? [] : [{ count: 2, window: 3, leastShare: BigInt(1 + dice.below(30)) * PERCENT }],
  };
}

type Act = (a: Agreement) => Promise<{ wait: () => Promise<TransactionReceipt | null> }>;

/** What happened: the logs but for the address, or the error. */
async function seen(a: Agreement, act: Act): Promise<unknown> {
  try {
    const receipt = await (await act(a)).wait();
    const own = receipt?.logs.filter(({ address }) => address === a.address) ?? [];
    return own.map(({ topics, data }) => ({ topics, data }));
  } catch (error) {
    const words = /custom error (.*)/.exec(String(error));
    if (words === null) throw error;
    return words[1];
  }
}

/** Mostly reports, at once or late, right or wrong, good or bad; now and then something that is not ordinary. */
function chooseAct(dice: Dice, period: number): Act {
  const credit = dice.pick<Credit>([0, 0, 0, 0, 10, 25]);
  const revision = dice.pick([0, 0, 0, 0, 0, 0, 1]);
  const wrong = dice.chance(0.1) ? 1n : 0n;
  const who = dice.chance(0.05) ? "stranger" : "oracle";
  const k = dice.chance(0.08) ? period + 1 : period;
  const report: Act = async (a) => {
    const measured = (await counts(a, k, badFor(credit))).map((m) => ({ ...m, total: m.total + wrong }));
    const to = a.escrow.connect(a[who]);
    return to.report(k, revision, measured, ethers.id("evidence"));
  };
  const dispute: Act = async (a) =>
    a.escrow.connect(a.client).dispute(period, 0, await counts(a, period, badFor(50)), ethers.id("evidence"));
  const leave: Act = dice.chance(0.3) ? (a) => a.escrow.connect(a.client).terminate(1) : (a) => a.escrow.settle();
  const others: readonly Act[] = [
    dispute,
    (a) => a.escrow.connect(a.arbiter).rule(Math.max(0, period - 1), 3),
    (a) => a.token.connect(a.client).transfer(a.address, FEE),
    (a) => a.escrow.connect(a.client).fund(FEE),
    leave,
    (a) => a.escrow.connect(a.newcomer).takeSeat(1, 0n, 2n ** 40n),
    (a) => a.escrow.connect(a.provider).offerSeat(a.newcomer),
  ];
  return dice.chance(0.75) ? report : dice.pick(others);
}

/** Mostly by who may. */
function chooseClaim(dice: Dice): Act {
  const by = dice.pick(["provider", "provider", "provider", "newcomer", "client"] as const);
  return (a) => a.escrow.connect(a[by]).claim(a[by]);
}

/** Mostly the first second in which the next period can be reported; otherwise a second, days or a month later. */
function nextTime(dice: Dice, time: bigint, boundary: bigint): bigint {
  const aimed = boundary - BigInt(dice.pick([0, 0, 0, 0, 1]));
  if (dice.chance(0.7) && aimed > time) return aimed;
  return time + BigInt(dice.pick([0, 1, 86_400, 3 * 86_400, 9 * 86_400, 28 * 86_400]));
}

/** Around the dispute window of a report at `time`. */
const untilFinal = (dice: Dice, time: bigint): bigint =>
  time + BigInt(dice.pick([0, 86_400, 7 * 86_400 - 1, 7 * 86_400]));

interface Told {
  /** Reports that also made the period before final. */
  readonly months: number;
  /** Claims between a report and its end. */
  readonly claims: number;
}

async function tell(seed: number): Promise<Told> {
  const dice = new Dice(seed);
  const [quick, general] = await twins(anyTerms(dice), dice.pick([3, PERIODS]));
  let time = boundaryOf(quick, 1);
  let months = 0;
  let claims = 0;
  let isClaimNext = false;
  for (let i = 0; i < 4 * PERIODS; ++i) {
    const { period, stage } = await general.escrow.state();
    const act = isClaimNext ? chooseClaim(dice) : chooseAct(dice, Number(period));
    const results: unknown[] = [];
    for (const a of [quick, general]) {
      await at(time);
      results.push(await seen(a, act));
    }
    expect(results[0], `step ${i} at ${time}`).to.deep.equal(results[1]);
    const words = async (a: Agreement) =>
      Promise.all([0, 1, 2, 3, 4, 5].map((slot) => networkHelpers.getStorageAt(a.address, slot)));
    expect(await words(quick), `records after step ${i} at ${time}`).to.deep.equal(await words(general));
    expect((await quick.escrow.state()).toString()).to.equal((await general.escrow.state()).toString());
    const logs = Array.isArray(results[0]) ? (results[0] as readonly Log[]) : [];
    const said = logs.map(({ topics, data }) => quick.escrow.interface.parseLog({ topics, data })?.name);
    if (said.join() === "PeriodFinal,Reported") months += 1;
    if (said.join() === "Claimed" && stage === Stage.Reported) claims += 1;
    isClaimNext = dice.chance(said.includes("Reported") ? 0.7 : 0.1);
    time = isClaimNext ? untilFinal(dice, time) : nextTime(dice, time, boundaryOf(quick, Number(period) + 2));
  }
  return { months, claims };
}

describe(`ordinary month (UPHELD_SEED=${SEED})`, () => {
  let months = 0;
  let claims = 0;

  for (let i = 0; i < STORIES; ++i) {
    it(`story ${i}: logs, errors, records and state are those of the general path`, async () => {
      await loadFixture(world);
      const told = await tell(SEED + i);
      months += told.months;
      claims += told.claims;
    });
  }

  it("the stories hold enough ordinary months and claims", () => {
    expect(months).to.be.greaterThan(STORIES);
    expect(claims).to.be.greaterThan(0);
  });
});
