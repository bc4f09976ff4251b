import { expect } from "chai";
import { objectiveShare, type Share } from "../../src/terms/credit.ts";
import { type Objective, PPB } from "../../src/terms/types.ts";
import { objectivesOf, readOrSkip, type Rule, RULES, type Table } from "../data/published.ts";

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
      const [objective] = objectivesOf(table);
      for (const c of table.cases) {
        const measurement = {
          total: BigInt(c.period_seconds),
          bad: BigInt(c.downtime_seconds),
          excluded: BigInt(c.excluded_seconds),
        };
        const share = objectiveShare(objective!, measurement);
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
