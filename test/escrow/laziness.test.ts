/** DESIGN §1.3: when a call happens to arrive changes nothing. */
import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { badFor, type Credit, withStakes } from "../support/disputes.ts";
import { expectConserved } from "../support/expect.ts";
import {
  activate,
  type Agreement,
  at,
  below,
  boundaryOf,
  consentTo,
  counts,
  createAgreement,
  ethers,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  now,
  PERCENT,
  Phase,
  Stage,
  usd,
  world,
} from "../support/fixture.ts";
import { Dice, SEED } from "../support/random.ts";

const STORIES = 6;
const PERIODS = 8;

/** A credit of 120 % for the longest downtime, so that the bond takes part; a term cap that can be reached. */
async function twins(): Promise<readonly [Agreement, Agreement]> {
  const w = await world();
  const make = async (salt: string) => {
    const a = await createAgreement(w, {
      document: ethers.id(salt),
      periods: PERIODS,
      bond: usd(300),
      creditCap: 120n * PERCENT,
      termCreditCap: usd(2_500),
      rulingWindow: 45n * DAY,
      objectives: [
        {
          indicator: 0,
          tiers: [
            below(999_000_000n, 10n * PERCENT),
            below(990_000_000n, 25n * PERCENT),
            below(950_000_000n, 120n * PERCENT),
          ],
        },
      ],
    });
    await withStakes(a);
    await activate(a, 3n * FEE);
    return withStakes(a);
  };
  return [await make("lazy"), await make("poked")];
}

type State = Awaited<ReturnType<Agreement["escrow"]["state"]>>;

/** One act of the story: it must have the same outcome on both. */
type Act = (a: Agreement) => Promise<unknown>;

/** What acts there are. What is chosen depends on the lazy copy alone, and on chance. */
function chooseAct(dice: Dice, s: State, time: bigint): readonly [string, Act] {
  const period = Number(s.period);
  const credit = dice.pick<Credit>([0, 10, 25, 50]);
  const seat = dice.pick(["provider", "client"] as const);
  const exit = 1 + dice.below(4);
  const open = Array.from({ length: PERIODS }, (_, k) => k).filter((k) => (s.openDisputes >> BigInt(k)) & 1n);
  const measured = async (a: Agreement) => counts(a, period, badFor(credit));
  const amount = usd(1 + dice.below(1_500));
  const ruling = 1 + dice.below(4);
  const ruled = open.length > 0 ? dice.pick(open) : period;
  const agreed = usd(dice.below(300));
  const acts: Record<string, Act> = {
    report: async (a) => {
      const revision = s.stage === Stage.Reported ? s.revision + 1n : 0n;
      const measurements = await measured(a);
      await at(time);
      return a.escrow.connect(a.oracle).report(period, revision, measurements, NO_EVIDENCE);
    },
    dispute: async (a) => {
      const measurements = await measured(a);
      await at(time);
      return a.escrow.connect(a[seat]).dispute(period, s.revision, measurements, NO_EVIDENCE);
    },
    rule: (a) => a.escrow.connect(a.arbiter).rule(ruled, ruling),
    transfer: (a) => a.token.connect(a.client).transfer(a.address, amount),
    fund: (a) => a.escrow.connect(a.client).fund(amount),
    withdraw: (a) => a.escrow.connect(a.client).withdraw(a.client, amount),
    claim: (a) => a.escrow.connect(a.provider).claim(a.provider),
    postBond: (a) => a.escrow.connect(a.provider).postBond(),
    agree: async (a) => {
      const consent = consentTo("Credit", { period, revision: s.revision, credit: agreed });
      await a.escrow.connect(a.provider).agree(consent, time + DAY);
      await at(time);
      return a.escrow.connect(a.client).agree(consent, time + DAY);
    },
    terminate: (a) => a.escrow.connect(a[seat]).terminate(exit),
  };
  const likely = ["report", "report", "report", "dispute", "dispute", "dispute", "rule", "rule", "transfer", "fund"];
  const name = dice.pick([
    ...likely,
    "withdraw",
    "claim",
    "postBond",
    "agree",
    dice.chance(0.1) ? "terminate" : "rule",
  ]);
  return [name, acts[name]!];
}

/** What came of an act: nothing but its error's words differ between a failure and a success. */
async function outcomeOf(act: Act, a: Agreement): Promise<string> {
  try {
    await act(a);
    return "done";
  } catch (error) {
    const words = /custom error (.*)/.exec(String(error));
    if (words === null) throw error;
    return words[1]!;
  }
}

/** Nobody's act: settles, absorbs, or says again what was said. */
async function poke(dice: Dice, a: Agreement, reports: readonly Act[], time: bigint): Promise<void> {
  const stranger = a.escrow.connect(a.stranger);
  const pokes: Act[] = [() => stranger.settle(), () => stranger.sync(), () => a.factory.settle([a.address])];
  await at(time);
  await dice.pick(pokes)(a);
  if (reports.length > 0) {
    await at(time);
    const replayed = await outcomeOf(dice.pick(reports), a);
    expect(replayed).to.not.equal("done");
  }
}

/** All that an agreement says of itself, once everything is absorbed. */
async function ends(a: Agreement): Promise<unknown> {
  await a.escrow.connect(a.stranger).sync();
  const disputes = Array.from({ length: PERIODS }, async (_, k) => (await a.escrow.disputeOf(k)).toString());
  return [(await a.escrow.state()).toString(), await Promise.all(disputes), await a.escrow.chronicPeriods(0)];
}

interface Told {
  readonly lazy: unknown;
  readonly poked: unknown;
  readonly done: Record<string, number>;
}

async function tell(seed: number): Promise<Told> {
  const dice = new Dice(seed);
  const pokes = new Dice(seed + 1); // its own chance: the story does not depend on it
  const [lazy, poked] = await loadFixture(twins);
  const done: Record<string, number> = {};
  const reports: Act[] = [];
  let time = boundaryOf(lazy, 0);
  const end = boundaryOf(lazy, PERIODS) + 20n * DAY;
  while (time < end) {
    time += BigInt(1 + dice.below(5 * 86_400));
    for (let t = await now(); pokes.chance(0.5) && t < time;) {
      t += BigInt(1 + pokes.below(Number(time - t)));
      await poke(pokes, poked, reports, t);
    }
    await at(time);
    const s = await lazy.escrow.state();
    const [name, act] = chooseAct(dice, s, time);
    const seen: string[] = [];
    for (const a of [lazy, poked]) {
      await at(time);
      seen.push(await outcomeOf(act, a));
    }
    expect(seen[1], `${name} at ${time}`).to.equal(seen[0]);
    const [one, other] = [await lazy.escrow.state(), await poked.escrow.state()];
    expect(other.withdrawable, `after ${name} at ${time}`).to.equal(one.withdrawable);
    if (seen[0] === "done") done[name] = (done[name] ?? 0) + 1;
    if (name === "report" && seen[0] === "done") {
      const { period } = s;
      const revision = s.stage === Stage.Reported ? s.revision + 1n : 0n;
      reports.push(async (a) => {
        const measurements = await counts(a, Number(period));
        return a.escrow.connect(a.oracle).report(period, revision, measurements, NO_EVIDENCE);
      });
    }
  }
  await at(end + 100n * DAY);
  const told = { lazy: await ends(lazy), poked: await ends(poked), done };
  expect((await lazy.escrow.state()).phase).to.equal(Phase.Closed);
  for (const a of [lazy, poked]) await expectConserved(a);
  return told;
}

describe(`laziness (UPHELD_SEED=${SEED})`, () => {
  const all: Record<string, number> = {};

  for (let i = 0; i < STORIES; ++i) {
    it(`story ${i}: a poked copy ends as the lazy one`, async () => {
      const { lazy, poked, done } = await tell(SEED + 10 * i);
      expect(poked).to.deep.equal(lazy);
      for (const [name, times] of Object.entries(done)) all[name] = (all[name] ?? 0) + times;
    });
  }

  it("the stories hold every kind of act that moves money", () => {
    expect(all).to.include.keys("report", "dispute", "rule", "transfer", "fund", "claim");
  });
});
