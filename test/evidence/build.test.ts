import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { id, keccak256, solidityPackedKeccak256, toUtf8Bytes } from "ethers";
import fc from "fast-check";
import { buildEvidence, newSalt } from "../../src/evidence/build.ts";
import { dayText, headerText } from "../../src/evidence/encoding.ts";
import { foldProof, proofOf, rootOf } from "../../src/evidence/merkle.ts";
import { checkLeafProof, type LeafProof, proveDay, proveHeader } from "../../src/evidence/proof.ts";
import { UpheldError } from "../../src/errors.ts";
import type { Window } from "../../src/measure/types.ts";
import { october, octoberOutages, SALT, tickets, uptime, window } from "./fixtures.ts";

let { evidence, measurements, notes } = {} as ReturnType<typeof buildEvidence>;
function fresh(): void {
  ({ evidence, measurements, notes } = buildEvidence(october(), SALT));
}

const problemOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("buildEvidence", () => {
  beforeEach(fresh);

  it("counts what to report", () => {
    expect(measurements).to.deep.equal([
      { total: 2_678_400n, bad: 31_980n, excluded: 0n },
      { total: 120n, bad: 3n, excluded: 0n },
    ]);
  });

  it("lists every day of the period, with the outages of each", () => {
    expect(evidence.days.length).to.equal(31);
    expect(evidence.days.filter(({ outages }) => outages.length > 0)).to.deep.equal([
      {
        date: "2025-10-09",
        samples: [],
        outages: [{ indicator: 1, instance: 0, start: "2025-10-09T14:45:00Z", end: "2025-10-09T16:40:00Z" }],
        exclusions: [],
        notes: [],
      },
      {
        date: "2025-10-29",
        samples: [],
        outages: [{ indicator: 1, instance: 0, start: "2025-10-29T16:17:00Z", end: "2025-10-29T23:15:00Z" }],
        exclusions: [],
        notes: [],
      },
    ]);
  });

  it("says of each indicator whether its counts are backed", () => {
    expect(evidence.indicators.map(({ id, grade, bad }) => [id, grade, bad])).to.deep.equal([
      [1, "outages", "31980"],
      [9, "totals", "3"],
    ]);
  });

  it("cuts an outage at midnight, and the first and last day at the period", () => {
    const period = { index: 0, ...window("2025-10-01T12:00:00Z", "2025-10-03T12:00:00Z") };
    const whole = window("2025-10-01T00:00:00Z", "2025-10-04T00:00:00Z");
    const cut = october({
      period,
      indicators: [{ grade: "outages", indicator: uptime, outages: [whole], exclusions: [] }],
    });
    expect(
      buildEvidence(cut, SALT).evidence.days.flatMap(({ outages }) => outages.map(({ start, end }) => [start, end])),
    ).to.deep.equal([
      ["2025-10-01T12:00:00Z", "2025-10-02T00:00:00Z"],
      ["2025-10-02T00:00:00Z", "2025-10-03T00:00:00Z"],
      ["2025-10-03T00:00:00Z", "2025-10-03T12:00:00Z"],
    ]);
  });

  it("lists an outage under the days that it touches, not under one that it ends at", () => {
    const midnights = window("2025-10-10T00:00:00Z", "2025-10-12T00:00:00Z");
    const indicators = [{ grade: "outages", indicator: uptime, outages: [midnights], exclusions: [] }] as const;
    const { days } = buildEvidence(october({ indicators }), SALT).evidence;
    const listed = days.flatMap(({ outages }) => outages.map(({ start, end }) => [start, end]));
    expect(listed).to.deep.equal([
      ["2025-10-10T00:00:00Z", "2025-10-11T00:00:00Z"],
      ["2025-10-11T00:00:00Z", "2025-10-12T00:00:00Z"],
    ]);
  });

  it("lists what starts in one second by instance, also where midnight makes it one second", () => {
    const several = { ...uptime, instances: 3n };
    const outages = [
      { ...window("2025-10-09T22:00:00Z", "2025-10-10T01:00:00Z"), instance: 3 },
      { ...window("2025-10-09T23:00:00Z", "2025-10-10T02:00:00Z"), instance: 1 },
      { ...window("2025-10-10T00:30:00Z", "2025-10-10T02:00:00Z"), instance: 2 },
    ];
    const indicators = [{ grade: "outages", indicator: several, outages, exclusions: [] }] as const;
    const { days } = buildEvidence(october({ indicators }), SALT).evidence;
    expect(days[8]!.outages.map(({ instance }) => instance)).to.deep.equal([3, 1]);
    expect(days[9]!.outages.map(({ instance }) => instance)).to.deep.equal([1, 3, 2]);
  });

  it("passes on what there is to remark on", () => {
    expect(notes).to.deep.equal([]);
    const indicators = [{ grade: "outages", indicator: uptime, outages: [], exclusions: [] }] as const;
    expect(buildEvidence(october({ indicators }), SALT).notes.map(({ code }) => code)).to.deep.equal(["none"]);
  });

  it("refuses a unit or a mode that the file has no word for", () => {
    const build = (changes: object) => () =>
      buildEvidence(
        october({
          indicators: [
            {
              grade: "totals",
              indicator: { ...tickets, ...changes },
              measurement: { total: 1n, bad: 0n, excluded: 0n },
            },
          ],
        }),
        SALT,
      );
    expect(problemOf(build({ unit: 6 }))).to.deep.equal({
      code: "evidence.unknown-word",
      message: "unit 6 has no name in the evidence file",
    });
    expect(problemOf(build({ mode: 0 })).message).to.equal("mode 0 has no name in the evidence file");
  });

  it("has a day for each day of a leap year that starts inside a day", () => {
    const period = { index: 0, ...window("2027-06-01T12:00:00Z", "2028-06-01T12:00:00Z") };
    const indicators = [
      { grade: "totals", indicator: tickets, measurement: { total: 0n, bad: 0n, excluded: 0n } },
    ] as const;
    expect(buildEvidence(october({ period, indicators }), SALT).evidence.days.length).to.equal(367);
  });

  it("refuses a source of several lines, which could forge a line of the header", () => {
    const problem = problemOf(() => buildEvidence(october({ source: "a.csv\nindicator 1" }), SALT));
    expect(problem.code).to.equal("evidence.malformed");
    expect(problem.message).to.include("source: must be one line of text");
  });

  it("gives the same root for outages in any order, split or said twice", () => {
    const day = 86_400;
    const outages = fc.array(
      fc
        .tuple(fc.integer({ min: -day, max: 31 * day }), fc.integer({ min: 1, max: 2 * day }))
        .map(([at, length]): Window => {
          const start = october().period.start + BigInt(at);
          return { start, end: start + BigInt(length) };
        }),
      { minLength: 1, maxLength: 6 },
    );
    const rootOfAll = (all: readonly Window[]) => {
      const indicators = [{ grade: "outages", indicator: uptime, outages: all, exclusions: [] }] as const;
      return buildEvidence(october({ indicators }), SALT).evidence.root;
    };
    const split = ({ start, end }: Window): Window[] =>
      end - start < 2n
        ? [{ start, end }]
        : [
            { start: start + 1n, end },
            { start, end: start + 1n },
          ];
    fc.assert(
      fc.property(outages, (all) => {
        const root = rootOfAll(all);
        expect(rootOfAll(all.toReversed())).to.equal(root);
        expect(rootOfAll(all.flatMap(split))).to.equal(root);
        expect(rootOfAll([...all, ...all])).to.equal(root);
      }),
      { numRuns: 25 },
    );
  });

  it("gives another root for another salt, so that nobody can guess a month from its root", () => {
    const other = buildEvidence(
      october(),
      newSalt((length) => new Uint8Array(length).fill(7)),
    ).evidence;
    expect(other.salt).to.equal(`0x${"07".repeat(32)}`);
    expect(other.leaves.filter((leaf) => evidence.leaves.includes(leaf))).to.deep.equal([]);
  });
});

describe("the canonical bytes", () => {
  beforeEach(fresh);

  const saltOf = (leaf: number) => solidityPackedKeccak256(["bytes32", "uint32"], [SALT, leaf]);

  it("of the header are the lines that docs/evidence.md describes", () => {
    expect(headerText(evidence)).to.equal(
      `upheld evidence header 2
salt ${saltOf(0)}
chain 31337
agreement 0x00000000000000000000000000000000000000aa
period 9
revision 0
author oracle
leaf 0
start 2025-10-01T00:00:00Z
end 2025-11-01T00:00:00Z
tool upheld 0.1.0
source outages listed in outages.csv
days 31
indicator 1 seconds downtime-only 1 outages 2678400 31980 0
indicator 9 tickets count 1 totals 120 3 0
`,
    );
  });

  it("of a day are the lines that docs/evidence.md describes", () => {
    expect(dayText(evidence, 8)).to.equal(
      `upheld evidence day 2
salt ${saltOf(9)}
chain 31337
agreement 0x00000000000000000000000000000000000000aa
period 9
revision 0
author oracle
leaf 9
day 2025-10-09
outage 1 every 2025-10-09T14:45:00Z 2025-10-09T16:40:00Z
`,
    );
  });

  it("of a day name the instance, and what is excluded", () => {
    const several = { ...uptime, mode: 3 as const, instances: 3n };
    const indicators = [
      {
        grade: "outages",
        indicator: several,
        outages: [{ ...window("2025-10-09T14:45:00Z", "2025-10-09T16:40:00Z"), instance: 2 }],
        exclusions: [{ ...window("2025-10-09T01:00:00Z", "2025-10-09T02:00:00Z"), instance: 0 }],
      },
    ] as const;
    const lines = dayText(buildEvidence(october({ indicators }), SALT).evidence, 8).split("\n");
    expect(lines.slice(9)).to.deep.equal([
      "outage 1 2 2025-10-09T14:45:00Z 2025-10-09T16:40:00Z",
      "exclusion 1 every 2025-10-09T01:00:00Z 2025-10-09T02:00:00Z",
      "",
    ]);
  });

  it("give the leaves by hashing twice, as another keccak does it", () => {
    const expected = [headerText(evidence), ...evidence.days.map((_, index) => dayText(evidence, index))];
    expect(evidence.leaves).to.deep.equal(expected.map((text) => keccak256(keccak256(toUtf8Bytes(text)))));
  });

  it("have not changed since files were first written", () => {
    expect(evidence.root).to.equal("0xb5e2048eb4e1987f729827e4de7e5cc32ccf3c63aa5baeca7eb0828ad6acb6c1");
  });
});

describe("the Merkle tree", () => {
  const leaves = (count: number) => Array.from({ length: count }, (_, at) => id(`leaf ${at}`));

  for (const count of [1, 2, 3, 4, 5, 29, 30, 31, 32, 33, 367]) {
    it(`of ${count} leaves is OpenZeppelin's, proofs too`, () => {
      const all = leaves(count);
      const theirs = SimpleMerkleTree.of(all, { sortLeaves: false });
      expect(rootOf(all)).to.equal(theirs.root);
      for (const at of new Set([0, 1, count >> 1, count - 1].filter((at) => at < count))) {
        const proof = proofOf(all, at);
        expect(proof).to.deep.equal(theirs.getProof(at));
        expect(SimpleMerkleTree.verify(theirs.root, all[at]!, proof)).to.equal(true);
        expect(foldProof(all[at]!, proof)).to.equal(theirs.root);
      }
    });
  }
});

describe("a Merkle tree of nothing", () => {
  it("is refused", () => {
    expect(() => rootOf([])).to.throw(RangeError, "a Merkle tree needs a leaf");
  });
});

describe("proveDay", () => {
  beforeEach(fresh);

  let proof: LeafProof;
  beforeEach(() => {
    proof = proveDay(evidence, "2025-10-09");
  });

  it("shows that day, and neither another day nor the file's salt", () => {
    expect(proof).to.deep.include({ schema: "upheld.leaf-proof/1", leaf: 9, root: evidence.root });
    expect(checkLeafProof(proof, evidence.root)).to.equal(true);
    const shown = JSON.stringify(proof);
    expect(shown).to.include("2025-10-09T14:45:00Z");
    expect(shown).not.to.include("2025-10-29");
    expect(shown).not.to.include(SALT.slice(2));
    expect(SimpleMerkleTree.verify(evidence.root, evidence.leaves[9]!, [...proof.proof])).to.equal(true);
  });

  it("is refused with one second changed, or under another root", () => {
    const text = proof.text.replace("16:40:00Z", "16:39:59Z");
    expect(checkLeafProof({ ...proof, text }, evidence.root)).to.equal(false);
    expect(checkLeafProof(proof, id("another"))).to.equal(false);
  });

  it("says which days there are when asked for another", () => {
    const problem = problemOf(() => proveDay(evidence, "2025-11-01"));
    expect(problem).to.deep.equal({
      code: "evidence.no-such-day",
      message: "2025-11-01 is not a day of this period",
      hint: "its days are 2025-10-01 to 2025-10-31",
    });
  });

  it("shows the first day and the last", () => {
    expect(proveDay(evidence, "2025-10-01").leaf).to.equal(1);
    expect(proveDay(evidence, "2025-10-31").leaf).to.equal(31);
  });

  it("has a twin for the header", () => {
    const header = proveHeader(evidence);
    expect(checkLeafProof(header, evidence.root)).to.equal(true);
    expect(header.text).not.to.include("outage ");
  });
});

describe("a quiet month", () => {
  it("has as many leaves as one with outages, all different, so that a leaf tells nothing", () => {
    const indicators = [
      { grade: "outages", indicator: uptime, outages: octoberOutages.slice(0, 0), exclusions: [] },
    ] as const;
    const quiet = buildEvidence(october({ indicators }), SALT).evidence;
    expect(new Set(quiet.leaves).size).to.equal(32);
  });
});
