/**
 * Published service levels, computed on chain by the library that the agreement uses. A run checks a sample, another one
 * each time; `npm run test:tables` checks all.
 */
import { expect } from "chai";
import fc from "fast-check";
import { encodeTerms } from "../../src/terms/codec.ts";
import { Combination, type Objective, PPB } from "../../src/terms/types.ts";
import type { CreditTableHarness } from "../../typechain-types/index.ts";
import { D, report, settleAt } from "../support/disputes.ts";
import { balancesOf, expectConserved, expectState } from "../support/expect.ts";
import {
  active,
  activate,
  type Agreement,
  at,
  boundaryOf,
  createAgreement,
  ethers,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  Phase,
  timeTravelTo,
  world,
} from "../support/fixture.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { objectivesOf, readOrSkip, type Rule, RULES, type Table } from "./published.ts";

const ALL = process.env["UPHELD_ALL_TABLES"] === "1";
const SEED = Number(process.env["UPHELD_SEED"] ?? Date.now() % 1_000_000);

/** All of `list`, or some of them by the seed. */
function sample<T>(list: readonly T[], size: number): readonly T[] {
  if (ALL) return list;
  const some = fc.shuffledSubarray([...list], { minLength: size, maxLength: size });
  return fc.sample(some, { seed: SEED, numRuns: 1 })[0]!;
}

const harness = (): Promise<CreditTableHarness> => ethers.deployContract("CreditTableHarness");

/** On a fee of a billion units a credit is its share in ppb, to the unit. */
const packed = (objectives: readonly Objective[]): string =>
  encodeTerms(sampleTerms({ objectives, creditCap: PPB, combination: Combination.Sum, chronic: [] }));

describe(`published service levels on chain (${ALL ? "all" : `a sample, UPHELD_SEED=${SEED}`})`, () => {
  it("tables come out exactly", async function () {
    const tables = readOrSkip("sla-tables.json", this) as Table[];
    const contract = await loadFixture(harness);
    let cases = 0;
    for (const table of sample(tables, 8)) {
      const counts = table.cases.map((c) => [
        { total: BigInt(c.period_seconds), bad: BigInt(c.downtime_seconds), excluded: BigInt(c.excluded_seconds) },
      ]);
      const credits = await contract.credits(packed(objectivesOf(table)), counts, PPB);
      const expected = table.cases.map((c) => [c.name, BigInt(c.credit_bps) * 100_000n]);
      const actual = table.cases.map((c, i) => [c.name, credits[i]]);
      expect(actual, `${table.provider} ${table.service}`).to.deep.equal(expected);
      cases += table.cases.length;
    }
    if (ALL) expect([tables.length, cases]).to.deep.equal([58, 2731]);
    else expect(cases).to.be.greaterThan(100);
  });

  for (const [id, objectives] of Object.entries(RULES)) {
    it(`the rule ${id} comes out exactly`, async function () {
      const rules = readOrSkip("sla-rules.json", this) as Rule[];
      const contract = await loadFixture(harness);
      const { cases } = rules.find((rule) => rule.id === id)!;
      // null: the published words say nothing about this case
      const known = cases.filter((c) => typeof c.expected_credit === "string" && c.downtime_seconds !== undefined);
      const counts = known.map((c) => [
        { total: BigInt(c.period_seconds ?? 2_592_000), bad: BigInt(c.downtime_seconds!), excluded: 0n },
      ]);
      const expected = known.map((c) => {
        const [num = "", den = ""] = c.expected_credit!.split("/");
        return [c.name, (PPB * BigInt(num) + BigInt(den) - 1n) / BigInt(den)]; // rounded up, to the client
      });
      const credits = await contract.credits(packed(objectives), counts, PPB);
      expect(known.map((c, i) => [c.name, credits[i]])).to.deep.equal(expected);
      expect(known.length).to.be.greaterThan(4);
    });
  }
});

describe("published chronic rule on chain", () => {
  it("chronic-2-of-3: the right arises after the month that the rule names, and in no other", async function () {
    const rules = readOrSkip("sla-rules.json", this) as Rule[];
    const cases = rules.find(({ id }) => id === "chronic-2-of-3")!.cases as unknown as readonly {
      name: string;
      missed: readonly number[];
      may_terminate_after_month: number | null;
    }[];
    expect(cases.length).to.equal(4);
    for (const { name, missed, may_terminate_after_month } of cases) {
      const a = await loadFixture(active);
      let first: number | null = null;
      for (const [period, isMissed] of missed.entries()) {
        await report(a, period, isMissed === 1 ? 10 : 0);
        await settleAt(a, boundaryOf(a, period + 1) + D);
        if (first === null && (await a.escrow.state()).leaveUntil !== 0n) first = period + 1;
      }
      expect(first, name).to.equal(may_terminate_after_month);
    }
  });
});

// -------------------------------------------------------------------------------------------- 52 months of a service

/** April 2026: the record begins in April 2022, and four years later every month has the same length. */
const APRIL = 1_775_001_600n;

async function fiftyTwoMonths(): Promise<Agreement> {
  const w = await world();
  await timeTravelTo(APRIL - 86_400n);
  const a = await createAgreement(w, { anchor: APRIL, start: APRIL, periods: 52, termCreditCap: 52n * FEE });
  await activate(a);
  return a;
}

/** The default table, by whole seconds: below 99.9, 99 and 95 % of the month. */
function creditFor(length: bigint, bad: bigint): bigint {
  const good = (length - bad) * 1000n;
  if (good < 950n * length) return (FEE * 50n) / 100n;
  if (good < 990n * length) return (FEE * 25n) / 100n;
  return good < 999n * length ? (FEE * 10n) / 100n : 0n;
}

type Months = Record<string, readonly (readonly [month: string, seconds: number, downtime: number])[]>;

/** Reports and settles every month; returns what was credited. */
async function settleAll(a: Agreement, months: Months[string]): Promise<bigint> {
  let credited = 0n;
  for (const [period, [, seconds, downtime]] of months.entries()) {
    const [total, bad] = [BigInt(seconds), BigInt(downtime)];
    expect(boundaryOf(a, period + 1) - boundaryOf(a, period)).to.equal(total);
    await at(boundaryOf(a, period + 1));
    await a.escrow.connect(a.oracle).report(period, 0, [{ total, bad, excluded: 0n }], NO_EVIDENCE);
    await expectState(a, { credit: creditFor(total, bad), creditsGiven: credited });
    credited += creditFor(total, bad);
  }
  await settleAt(a, boundaryOf(a, months.length) + D);
  return credited;
}

describe("52 months of real downtime", () => {
  it("settle through a real agreement: each month its credit, and nothing left at the end", async function () {
    this.timeout(300_000);
    const series = readOrSkip("github-monthly.json", this) as Months;
    for (const name of ALL ? Object.keys(series) : ["github/Actions/major+critical"]) {
      const a = await loadFixture(fiftyTwoMonths);
      expect(series[name]!.length).to.equal(52);
      const credited = await settleAll(a, series[name]!);
      expect(credited, name).to.be.greaterThan(0n);
      const shares = { earnings: 52n * FEE - credited, balance: credited, creditsGiven: credited };
      await expectState(a, { phase: Phase.Closed, ...shares });
      await expectConserved(a);
      await a.escrow.connect(a.provider).claim(a.provider);
      await a.escrow.connect(a.client).withdraw(a.client, credited);
      expect((await balancesOf(a)).escrow).to.equal(0n);
    }
  });
});
