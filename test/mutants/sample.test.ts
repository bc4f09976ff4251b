import { expect } from "chai";
import { draw, NOT_DRAWN, strykerPlugins, type Drawable } from "../../scripts/mutants/sample.ts";
import { intervalOf, scoreOf, weighted, type Counts } from "../../scripts/mutants/score.ts";

const mutant = (id: number): Drawable => ({
  ...{ id: String(id), fileName: "src/a.ts", mutatorName: "StringLiteral", replacement: '""' },
  location: { start: { line: id, column: 1 }, end: { line: id, column: 9 } },
});
const MANY = Array.from({ length: 1_000 }, (_, i) => mutant(i));

describe("a sample of mutants", () => {
  it("has as many as asked for, or all there are", () => {
    expect(draw(MANY, { size: 50, seed: 1 }).size).to.equal(50);
    expect(draw(MANY.slice(0, 20), { size: 50, seed: 1 }).size).to.equal(20);
  });

  it("is the same for the same seed, in whatever order and under whatever ids they come", () => {
    const renamed = MANY.toReversed().map((one) => ({ ...one, id: `x${one.id}` }));
    const first = [...draw(MANY, { size: 50, seed: 7 })].map((id) => `x${id}`);
    expect([...draw(renamed, { size: 50, seed: 7 })]).to.have.members(first);
    expect([...draw(MANY, { size: 50, seed: 8 })].map((id) => `x${id}`)).not.to.have.members(first);
  });

  it("is part of a larger one of the same seed", () => {
    const larger = draw(MANY, { size: 60, seed: 7 });
    expect([...draw(MANY, { size: 50, seed: 7 })].every((id) => larger.has(id))).to.equal(true);
  });

  it("takes each as often as any other", () => {
    const times = new Map<string, number>();
    for (let seed = 1; seed <= 100; ++seed) {
      for (const id of draw(MANY.slice(0, 100), { size: 25, seed })) times.set(id, (times.get(id) ?? 0) + 1);
    }
    // 25 times each is expected, with a deviation of 4.3
    expect(Math.min(...times.values())).to.be.greaterThan(8);
    expect(Math.max(...times.values())).to.be.lessThan(42);
  });

  it("holds back the others when Stryker asks", async () => {
    const [plugin] = strykerPlugins;
    const checker = new plugin!.injectableClass({ sample: { size: 1, seed: 7 } });
    const two = MANY.slice(0, 2);
    expect(await checker.group(two)).to.deep.equal([["0", "1"]]);
    const results = Object.values(await checker.check(two));
    expect(results)
      .to.deep.include({ status: "passed" })
      .and.deep.include({ status: "compileError", reason: NOT_DRAWN });
  });
});

describe("the score", () => {
  const counts = (all: number, killed: number, survived: number, late = 0, missed = 0): Counts => ({
    ...{ all, killed, late, survived, missed },
  });
  const rounded = (share: number) => Math.round(share * 1_000) / 1_000;

  it("is the share noticed of those tried", () => {
    expect(scoreOf(counts(1_000, 27, 12, 2, 9))).to.equal(0.58);
  });

  it("of a sample is within Wilson's interval", () => {
    const { low, high } = intervalOf(counts(1_000, 27, 12, 2, 9));
    expect([rounded(low), rounded(high)]).to.deep.equal([0.442, 0.706]);
    const all = intervalOf(counts(1_000, 50, 0));
    expect([rounded(all.low), rounded(all.high)]).to.deep.equal([0.929, 1]);
  });

  it("of all parts counts each by its mutants, and is sure of what was tried whole", () => {
    const whole = counts(300, 270, 30);
    const sample = counts(100, 10, 10);
    expect(weighted([whole])).to.deep.equal({ score: 0.9, interval: { low: 0.9, high: 0.9 } });
    const { score, interval } = weighted([whole, sample]);
    expect(rounded(score)).to.equal(0.8);
    // half of 20 drawn from 100: sqrt(0.25 / 19 * 0.8) = 0.1026, a quarter of all, times 1.96
    expect([rounded(interval.low), rounded(interval.high)]).to.deep.equal([0.75, 0.85]);
  });
});
