/** The page on gas and its charts say what is recorded; the gate holds the record to the contracts. */
import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { FunctionFragment } from "ethers";
import { ServiceRecord__factory } from "../../typechain-types/index.ts";
import { GOALS, LABELS } from "../../bench/compare.ts";
import { chartsOf, PAGE, pageOf, RECORD_PAGE } from "../../bench/page.ts";
import { changes, recorded, type Snapshot } from "../../bench/snapshot.ts";

const HINT = "`npm run bench:update` writes it anew";

describe("bench", () => {
  let all: Snapshot;
  before(() => {
    const snapshot = recorded();
    if (snapshot === undefined) throw new Error("nothing is recorded");
    all = snapshot;
  });

  it("has the recorded figures on its page, and the record's on the record's", () => {
    for (const path of [PAGE, RECORD_PAGE]) {
      const text = readFileSync(path, "utf8");
      expect(pageOf(text, all, path) === text, `${path} says something else: ${HINT}`).to.be.true;
    }
  });

  it("has every call that writes into the record", () => {
    const calls = ServiceRecord__factory.createInterface()
      .fragments.filter((one) => one instanceof FunctionFragment)
      .filter(({ constant }) => !constant)
      .map(({ name }) => name);
    expect(Object.keys(all.record)).to.have.members([...calls, "announce, as the agreement's first entry"]);
  });

  it("has the recorded figures in its charts", () => {
    for (const [path, chart] of Object.entries(chartsOf(all))) {
      expect(existsSync(path) && readFileSync(path, "utf8") === chart, `${path}: ${HINT}`).to.be.true;
    }
  });

  it("compares the operations that others are compared by", () => {
    const keys =
      "create acceptAndFund acceptAndFundBond monthInBatchOf100 monthAlone breachReported breachFinalised dispute answer rule claim year";
    for (const named of [all.ours, GOALS, LABELS]) expect(Object.keys(named).join(" ")).to.equal(keys);
  });

  it("explains every unit of a month", () => {
    const parts = Object.values(all.month.gas).reduce((sum, gas) => sum + gas, 0);
    // Hundredths of a unit, which floating point adds almost exactly.
    expect(Math.ceil(Math.round(parts * 100) / 100)).to.equal(all.ours.monthInBatchOf100);
  });

  describe("page", () => {
    it("is refused when it has no place for a table", () => {
      const text = readFileSync(PAGE, "utf8").replace("<!-- bench years -->", "");
      expect(() => pageOf(text, all)).to.throw("no place for years");
    });

    it("is refused when it asks for an unknown table", () => {
      expect(() => pageOf("<!-- bench horses -->\n<!-- end -->", all)).to.throw("horses");
    });
  });

  describe("changes", () => {
    const before = { ours: { claim: 2, rule: 5, gone: 1 }, peers: { flow: { year: 1 } } };

    it("are what differs, what is new and what is gone, in the parts that were measured", () => {
      expect(changes(before, { ours: { claim: 3, rule: 5, year: 9 } })).to.deep.equal([
        { name: "ours.claim", from: 2, to: 3 },
        { name: "ours.year", from: undefined, to: 9 },
        { name: "ours.gone", from: 1, to: undefined },
      ]);
    });

    it("are none between equals", () => {
      expect(changes(before, before)).to.deep.equal([]);
    });
  });
});
