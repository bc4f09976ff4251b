import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { objectiveShare, type Share } from "../../src/terms/credit.ts";
import { type Objective, PPB, Test, type Tier } from "../../src/terms/types.ts";
import { flat } from "./sample-terms.ts";

/** Published SLAs, written down case by case. They are not part of this repository. */
const DATA = new URL("../../../shared/data/", import.meta.url);

interface Table {
  provider: string;
  service: string;
  tiers: { below_ppm: number; credit_bps: number }[];
  cases: {
    name: string;
    downtime_seconds: number;
    period_seconds: number;
    excluded_seconds: number;
    credit_bps: number;
  }[];
}

interface Rule {
  id: string;
  cases: { name: string; expected_credit?: string | null; period_seconds?: number; downtime_seconds?: number }[];
}

/** The contents of `file`; without it the test says so and is skipped. */
function readOrSkip(file: string, test: Mocha.Context): unknown {
  const url = new URL(file, DATA);
  if (existsSync(url)) return JSON.parse(readFileSync(url, "utf8"));
  process.stdout.write(`      skipped: ../shared/data/${file} is not there\n`);
  return test.skip();
}

const PERCENT = PPB / 100n;
const MINUTE = 60n;
const below = (percent: number, credit: bigint): Tier =>
  flat(Test.Below, BigInt(percent * 1000) * (PERCENT / 1000n), credit * PERCENT);
const longer = (test: Test, minutes: bigint, credit: bigint): Tier => flat(test, minutes * MINUTE, credit * PERCENT);
const alone = (...tiers: Tier[]): Objective[] => [{ indicator: 0, tiers }];

/** The rules whose difficulty is the table, in the terms of this project. Credits are capped at a full fee. */
const RULES: Record<string, Objective[]> = {
  "inclusive-and-gap-quarterly": alone(flat(Test.AtMost, 999_000_000n, 10n * PERCENT), below(99, 25n)),
  "absolute-duration-ge": alone(
    longer(Test.AtLeast, 5n, 10n),
    longer(Test.AtLeast, 30n, 20n),
    longer(Test.AtLeast, 60n, 50n),
    longer(Test.AtLeast, 120n, 100n),
  ),
  "absolute-duration-gt": alone(
    longer(Test.MoreThan, 45n, 5n),
    longer(Test.MoreThan, 270n, 10n),
    longer(Test.MoreThan, 540n, 15n),
  ),
  "linear-part-thereof": alone({ ...longer(Test.MoreThan, 0n, 5n), per: 30n * MINUTE }),
  "linear-onset": [
    ...alone(longer(Test.MoreThan, 0n, 3n)),
    ...alone({ ...longer(Test.AtLeast, 60n, 3n), per: 60n * MINUTE }),
  ],
  "multiplier-50x-capped": alone({ ...longer(Test.MoreThan, 5n, 5000n), proportional: true }),
};

/** Objectives added up, capped at 100 %. */
function total(objectives: Objective[], seconds: bigint, bad: bigint): Share {
  const sum = objectives
    .map((objective) => objectiveShare(objective, { total: seconds, bad, excluded: 0n }))
    .reduce((a, b) => ({ num: a.num * b.den + b.num * a.den, den: a.den * b.den }));
  return sum.num > PPB * sum.den ? { num: PPB, den: 1n } : sum;
}

describe("published service levels", () => {
  it("58 tables, 2,731 cases come out exactly", function () {
    const tables = readOrSkip("sla-tables.json", this) as Table[];
    let cases = 0;
    for (const table of tables) {
      const tiers = table.tiers.map((tier) =>
        flat(Test.Below, BigInt(tier.below_ppm) * 1000n, BigInt(tier.credit_bps) * 100_000n),
      );
      for (const c of table.cases) {
        const measurement = {
          total: BigInt(c.period_seconds),
          bad: BigInt(c.downtime_seconds),
          excluded: BigInt(c.excluded_seconds),
        };
        const share = objectiveShare({ indicator: 0, tiers }, measurement);
        expect(share, `${table.provider} ${table.service}: ${c.name}`).to.deep.equal({
          num: BigInt(c.credit_bps) * 100_000n,
          den: 1n,
        });
        ++cases;
      }
    }
    expect([tables.length, cases]).to.deep.equal([58, 2731]);
  });

  for (const [id, objectives] of Object.entries(RULES)) {
    it(`the rule ${id} comes out exactly`, function () {
      const rules = readOrSkip("sla-rules.json", this) as Rule[];
      const rule = rules.find((candidate) => candidate.id === id);
      expect(rule, id).to.not.equal(undefined);
      let cases = 0;
      for (const c of rule!.cases) {
        // null: the published words say nothing about this case
        if (typeof c.expected_credit !== "string" || c.downtime_seconds === undefined) continue;
        const [num = "", den = ""] = c.expected_credit.split("/");
        const share = total(objectives, BigInt(c.period_seconds ?? 2_592_000), BigInt(c.downtime_seconds));
        expect(share.num * BigInt(den), `${id}: ${c.name}`).to.equal(BigInt(num) * PPB * share.den);
        ++cases;
      }
      expect(cases).to.be.greaterThan(4);
    });
  }
});
