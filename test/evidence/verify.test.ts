import { expect } from "chai";
import { id } from "ethers";
import { buildEvidence } from "../../src/evidence/build.ts";
import { leavesOf } from "../../src/evidence/encoding.ts";
import { rootOf } from "../../src/evidence/merkle.ts";
import { parseEvidence, type Evidence } from "../../src/evidence/schema.ts";
import { verifyEvidence, type OnChain } from "../../src/evidence/verify.ts";
import { changedFrom, type Draft, october, octoberOutages, SALT, tickets, uptime } from "./fixtures.ts";

/** What was counted in October. */
const UPTIME = { total: 2_678_400n, bad: 31_980n, excluded: 0n };
const TICKETS = { total: 120n, bad: 3n, excluded: 0n };

let evidence: Evidence;
let onChain: OnChain;
function fresh(): void {
  evidence = buildEvidence(october(), SALT).evidence;
  onChain = {
    chainId: 31_337n,
    agreement: october().agreement,
    period: october().period,
    revision: 0,
    root: evidence.root,
    indicators: [uptime, tickets],
    measurements: [UPTIME, TICKETS],
  };
}

const changed = (change: (draft: Draft) => void): Evidence => changedFrom(evidence, change);

/** Someone who changes a file and writes its hashes anew, so that it hangs together. */
const resealed = (change: (draft: Draft) => void): Evidence =>
  changed((draft) => {
    change(draft);
    draft.leaves = leavesOf(draft);
    draft.root = rootOf(draft.leaves);
  });

describe("verifyEvidence", () => {
  beforeEach(fresh);

  it("finds nothing in an untouched file, alone and against the chain", () => {
    expect(verifyEvidence(evidence)).to.equal(undefined);
    expect(verifyEvidence(evidence, onChain)).to.equal(undefined);
  });

  it("finds nothing after a trip through JSON", () => {
    expect(verifyEvidence(parseEvidence(JSON.parse(JSON.stringify(evidence))), onChain)).to.equal(undefined);
  });

  describe("when the file alone was changed, names", () => {
    const says = (place: string): [kind: string, message: string] => {
      const [, date, leaf] = /^day (.*), leaf (.*)$/.exec(place) ?? [];
      if (date !== undefined) return ["day", `what the file says of ${date} does not hash to leaf ${leaf}`];
      if (place === "root")
        return ["root", `the leaves give the root ${evidence.root}, the file says ${id("another")}`];
      return ["header", "the bounds, counts or names in the file do not hash to leaf 0"];
    };
    for (const [what, place, change] of [
      [
        "one second of 9 October",
        "day 2025-10-09, leaf 9",
        (draft) => (draft.days[8]!.outages[0]!.end = "2025-10-09T16:39:59Z"),
      ],
      ["an outage taken out", "day 2025-10-29, leaf 29", (draft) => draft.days[28]!.outages.pop()],
      [
        "an outage put in",
        "day 2025-10-31, leaf 31",
        (draft) =>
          draft.days[30]!.outages.push({
            indicator: 1,
            instance: 0,
            start: "2025-10-31T00:00:00Z",
            end: "2025-10-31T00:00:01Z",
          }),
      ],
      [
        "an outage turned into an exclusion",
        "day 2025-10-09, leaf 9",
        (draft) => draft.days[8]!.exclusions.push(draft.days[8]!.outages.pop()!),
      ],
      ["a leaf of the list", "day 2025-10-20, leaf 20", (draft) => (draft.leaves[20] = id("another"))],
      [
        "two days, the first of them",
        "day 2025-10-02, leaf 2",
        (draft) => (draft.leaves[3] = draft.leaves[2] = id("another")),
      ],
      ["days in another order", "day 2025-10-29, leaf 1", (draft) => draft.days.unshift(draft.days.splice(28, 1)[0]!)],
      ["a count", "header, leaf 0", (draft) => (draft.indicators[0]!.bad = "31979")],
      ["the grade", "header, leaf 0", (draft) => (draft.indicators[1]!.grade = "outages")],
      ["the source", "header, leaf 0", (draft) => (draft.source = "something better")],
      ["the salt", "day 2025-10-01, leaf 1", (draft) => (draft.salt = id("another"))],
      ["the author", "day 2025-10-01, leaf 1", (draft) => (draft.author = "client")],
      ["the root", "root", (draft) => (draft.root = id("another"))],
    ] as const satisfies [string, string, (draft: Draft) => unknown][]) {
      it(what, () => {
        const [kind, message] = says(place);
        expect(verifyEvidence(changed(change), onChain)).to.deep.equal({ kind, place, message });
      });
    }
  });

  describe("when the hashes were written anew, names", () => {
    for (const [what, kind, place, message, change] of [
      [
        "counts that the outages do not give",
        "counts",
        "indicator 1",
        "bad: the outages give 31980, the file says 1",
        (draft) => (draft.indicators[0]!.bad = "1"),
      ],
      [
        "excluded seconds that nothing lists",
        "counts",
        "indicator 1",
        "excluded: the outages give 0, the file says 7",
        (draft) => (draft.indicators[0]!.excluded = "7"),
      ],
      [
        "another total than the period has",
        "counts",
        "indicator 1",
        "total: the outages give 2678400, the file says 1",
        (draft) => (draft.indicators[0]!.total = "1"),
      ],
      [
        "outages that the counts leave out",
        "counts",
        "indicator 1",
        "bad: the outages give 25080, the file says 31980",
        (draft) => draft.days[8]!.outages.pop(),
      ],
      [
        "an outage said twice",
        "form",
        "day 2025-10-09, leaf 9",
        "2025-10-09 is not written in the canonical form, or lies outside the period",
        (draft) => draft.days[8]!.outages.push(draft.days[8]!.outages[0]!),
      ],
      [
        "an outage under another day",
        "form",
        "day 2025-10-08, leaf 8",
        "2025-10-08 is not written in the canonical form, or lies outside the period",
        (draft) => draft.days[7]!.outages.push(draft.days[8]!.outages.pop()!),
      ],
      [
        "a reversed outage",
        "form",
        "content",
        "the outage ends at 2025-10-09T00:00:00Z, before its start 2025-10-09T14:45:00Z",
        (draft) => (draft.days[8]!.outages[0]!.end = "2025-10-09T00:00:00Z"),
      ],
      [
        "an outage of an indicator that is not there",
        "form",
        "day 2025-10-09, leaf 9",
        "2025-10-09 is not written in the canonical form, or lies outside the period",
        (draft) => (draft.days[8]!.outages[0]!.indicator = 2),
      ],
      [
        "a missing day",
        "form",
        "day 2025-10-31, leaf 31",
        "2025-10-31 is not written in the canonical form, or lies outside the period",
        (draft) => draft.days.pop(),
      ],
      [
        "a day too many",
        "form",
        "days",
        "the period has 31 days, the file lists 32",
        (draft) => draft.days.push({ date: "2025-11-01", samples: [], outages: [], exclusions: [], notes: [] }),
      ],
    ] as const satisfies [string, string, string, string, (draft: Draft) => unknown][]) {
      it(what, () => {
        expect(verifyEvidence(resealed(change))).to.deep.equal({ kind, place, message });
      });
    }

    it("the root, when all is in order but not what the chain holds", () => {
      const forged = resealed((draft) => (draft.source = "something better"));
      expect(verifyEvidence(forged)).to.equal(undefined);
      expect(verifyEvidence(forged, onChain)).to.deep.equal({
        kind: "chain",
        place: "root",
        message: `root: the file says ${forged.root}, the chain says ${evidence.root}`,
      });
    });
  });

  describe("against another chain or report, names", () => {
    const { period } = october();
    for (const [place, change] of [
      ["chain id", { chainId: 1n }],
      ["agreement", { agreement: "0x00000000000000000000000000000000000000bb" }],
      ["period", { period: { ...period, index: 8 } }],
      ["revision", { revision: 1 }],
      ["start", { period: { ...period, start: period.start + 1n } }],
      ["end", { period: { ...period, end: period.end - 1n } }],
      ["root", { root: id("another") }],
      ["number of indicators", { indicators: [uptime] }],
      ["indicator at 0, id", { indicators: [{ ...uptime, id: 3 }, tickets] }],
      ["indicator 1, mode", { indicators: [{ ...uptime, mode: 3 }, tickets] }],
      ["indicator 1, unit", { indicators: [{ ...uptime, unit: 2 }, tickets] }],
      ["indicator 1, instances", { indicators: [{ ...uptime, instances: 2n }, tickets] }],
      ["indicator 1, bad", { measurements: [{ total: 2_678_400n, bad: 31_979n, excluded: 0n }, TICKETS] }],
      ["indicator 9, total", { measurements: [UPTIME, { total: 121n, bad: 3n, excluded: 0n }] }],
      ["indicator 9, excluded", { measurements: [UPTIME, { total: 120n, bad: 3n, excluded: 1n }] }],
    ] as const satisfies [string, Partial<OnChain>][]) {
      it(place, () => {
        const difference = verifyEvidence(evidence, { ...onChain, ...change });
        expect([difference?.kind, difference?.place]).to.deep.equal(["chain", place]);
      });
    }
  });

  it("recounts each indicator from its own outages", () => {
    const other = { ...uptime, id: 2 };
    const input = october({
      indicators: [
        { grade: "outages", indicator: uptime, outages: octoberOutages.slice(0, 1), exclusions: [] },
        { grade: "outages", indicator: other, outages: octoberOutages.slice(1), exclusions: octoberOutages },
      ],
    });
    expect(verifyEvidence(buildEvidence(input, SALT).evidence)).to.equal(undefined);
  });

  it("does not take a defect for a difference", () => {
    const broken = resealed((draft) => {
      draft.end = draft.start;
      draft.days = draft.days.slice(0, 1);
    });
    expect(() => verifyEvidence(broken)).to.throw(RangeError, "not after its start");
  });

  it("recounts exclusions and instances too", () => {
    const several = { ...uptime, mode: 3 as const, instances: 3n };
    const outages = octoberOutages.map((outage) => ({ ...outage, instance: 2 }));
    const exclusions = octoberOutages.map(({ start, end }) => ({
      start: start + 60n,
      end: end + 90_000n,
      instance: 0,
    }));
    const input = october({ indicators: [{ grade: "outages", indicator: several, outages, exclusions }] });
    expect(verifyEvidence(buildEvidence(input, SALT).evidence)).to.equal(undefined);
  });
});
