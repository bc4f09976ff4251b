import { readFileSync } from "node:fs";
import { expect } from "chai";
import { proofOf, judgeInterval } from "../../src/doctor/interval.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { parseDuration, parseShare } from "../../src/terms/words.ts";
import { Test, Unit, type Terms, type Tier } from "../../src/terms/types.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const POLICY: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 86_400,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "up",
  coverage: 0,
};
const tier = (test: Test, threshold: bigint, more: Partial<Tier> = {}): Tier => ({
  test,
  threshold,
  credit: 100_000_000n,
  per: 0n,
  proportional: false,
  ...more,
});

/** A year from the first of January 2026, by one tier of seconds. */
function termsWith(...tiers: Tier[]): Terms {
  const start = BigInt(Date.UTC(2026, 0, 1) / 1000);
  const terms = sampleTerms();
  const indicator = { ...terms.indicators[0]!, unit: Unit.Seconds, instances: 1n };
  return {
    ...terms,
    start,
    anchor: start,
    periodMonths: 1,
    periods: 12,
    indicators: [indicator],
    objectives: [{ indicator: 0, tiers }],
  };
}
const below = (share: string) => termsWith(tier(Test.Below, parseShare(share)));
const levels = (terms: Terms, policy: Policy, interval: number) =>
  judgeInterval("uptime", terms, 0, policy, interval).map(({ level }) => level);

describe("what samples can prove", () => {
  it("is nothing of 99.99 % every five minutes: one failed sample alone breaks it", () => {
    const [finding] = judgeInterval("uptime", below("99.99%"), 0, POLICY, 300);
    expect(finding).to.include({
      level: "problem",
      check: "interval",
      hint: "probe at least every 24 s, a tenth of that",
    });
    expect(finding?.message).to.equal(
      "one failed sample alone, 5 min, gives a credit, and what is shorter was never seen: samples every 5 min cannot prove this promise, 4 min 1 s of 28 days may be down without a credit",
    );
  });

  it("is decided in the shortest month, to the second", () => {
    const allowed = (terms: Terms) => proofOf(terms, 0, POLICY, 1)?.allowed;
    // 28 days are 2,419,200 s
    expect(allowed(below("99.9%"))).to.equal(2_419n);
    expect(allowed(termsWith(tier(Test.AtMost, parseShare("99.9%"))))).to.equal(2_419n);
    expect(allowed(below("99%"))).to.equal(24_192n);
    expect(allowed(termsWith(tier(Test.AtMost, parseShare("99%"))))).to.equal(24_191n);
    expect(allowed(termsWith(tier(Test.MoreThan, 3_600n)))).to.equal(3_600n);
    expect(allowed(termsWith(tier(Test.AtLeast, 3_600n)))).to.equal(3_599n);
    expect(allowed(termsWith(tier(Test.Below, parseShare("99%")), tier(Test.Below, parseShare("99.9%"))))).to.equal(
      2_419n,
    );
    const proportional = tier(Test.Below, 1_000_000_000n, { proportional: true });
    expect(allowed(termsWith(proportional))).to.equal(0n);
  });

  it("says what the page says, for a month of 30 days", () => {
    const rows = readFileSync("docs/monitors.md", "utf8").matchAll(
      /^\| (99\S* %) \| (.+?) \|\s*(.*?)\s*\| (.+?) \|$/gm,
    );
    const table = [...rows].map(([, share = "", down = "", alone = "", least = ""]) => ({
      share,
      down,
      alone: alone.replaceAll("*", ""),
      least,
    }));
    expect(table).to.have.length(5);
    for (const { share, down, alone, least } of table) {
      const april = {
        ...below(share),
        start: BigInt(Date.UTC(2026, 3, 1) / 1000),
        anchor: BigInt(Date.UTC(2026, 3, 1) / 1000),
        periods: 1,
      };
      const proof = proofOf(april, 0, POLICY, Number(parseDuration(least)));
      // the page rounds to the second, the contract down
      expect(Number(proof?.allowed), share).to.be.closeTo(Number(parseDuration(down)), 1);
      // and to what is easily set up
      expect(parseDuration(least) * 10n <= parseDuration(down), share).to.equal(true);
      expect(levels(april, POLICY, Number(parseDuration(least))), share).to.deep.equal(["ok"]);
      if (alone === "") continue;
      expect(levels(april, POLICY, Number(parseDuration(alone))), share).to.deep.equal(["problem"]);
    }
  });

  it("is better the more failed samples it takes: −1, exactly, +1 around a tenth and the whole", () => {
    const terms = below("99.9%");
    expect(levels(terms, POLICY, 241)).to.deep.equal(["ok"]);
    expect(levels(terms, POLICY, 242)).to.deep.equal(["warning"]);
    expect(levels(terms, POLICY, 2_419)).to.deep.equal(["warning"]);
    expect(levels(terms, POLICY, 2_420)).to.deep.equal(["problem"]);
  });

  it("goes by how long a sample speaks where that is less, unless unknown time is down", () => {
    const terms = below("99.9%");
    const short = { ...POLICY, slot: 60 };
    expect(proofOf(terms, 0, short, 3_000)?.least).to.equal(60n);
    expect(proofOf(terms, 0, { ...short, unknown: "down" }, 3_000)?.least).to.equal(3_000n);
    const [unknown, ...others] = judgeInterval("uptime", terms, 0, short, 300);
    expect(unknown).to.include({ level: "problem" });
    expect(unknown?.message).to.equal("a sample comes every 5 min and speaks for 1 min: 80 % of the time is unknown");
    expect(others).to.deep.equal([]);
    expect(levels(terms, short, 60)).to.deep.equal(["ok"]);
  });

  it("counts what the policy counts of the shortest outage", () => {
    const least = (policy: Partial<Policy>, interval: number) => {
      const proof = proofOf(below("99.9%"), 0, { ...POLICY, ...policy }, interval);
      return [proof?.least, proof?.probes];
    };
    expect(least({ minimum: 300 }, 60)).to.deep.equal([300n, 5]);
    expect(least({ minimum: 300 }, 70)).to.deep.equal([350n, 5]);
    expect(least({ minimum: 300, counts: "beyond" }, 60)).to.deep.equal([60n, 6]);
    expect(least({ counts: "whole minutes" }, 25)).to.deep.equal([60n, 3]);
    expect(least({ counts: "whole minutes" }, 90)).to.deep.equal([60n, 1]);
  });

  it("is not asked of what is not counted in seconds, or not promised", () => {
    const terms = below("99.9%");
    const tickets = { ...terms, indicators: [{ ...terms.indicators[0]!, unit: Unit.Tickets }] };
    expect(proofOf(tickets, 0, POLICY, 300)).to.equal(undefined);
    expect(proofOf({ ...terms, objectives: [] }, 0, POLICY, 300)).to.equal(undefined);
  });
});
