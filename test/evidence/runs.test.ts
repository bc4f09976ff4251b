import { expect } from "chai";
import fc from "fast-check";
import { areRuns, eachSample, samplesIn, toRuns, type Run } from "../../src/evidence/runs.ts";

function samplesOf(runs: readonly Run[]): [number, number][] {
  const all: [number, number][] = [];
  eachSample(runs, (second, value) => all.push([second, value]));
  return all;
}

const runsOf = (...samples: [number, number][]) =>
  toRuns(
    samples.map(([time]) => time),
    samples.map(([, value]) => value),
  );

describe("runs", () => {
  for (const [what, samples, runs] of [
    ["nothing", [], []],
    ["one sample", [[13, 1]], [[13, 0, 1, 1]]],
    [
      "equal steps",
      [
        [13, 1],
        [43, 1],
        [73, 1],
      ],
      [[13, 30, 3, 1]],
    ],
    [
      "a hole",
      [
        [0, 1],
        [30, 1],
        [90, 1],
        [120, 1],
      ],
      [
        [0, 30, 2, 1],
        [90, 30, 2, 1],
      ],
    ],
    [
      "a value that changes",
      [
        [0, 1],
        [30, 0],
        [60, 0],
        [90, 1],
      ],
      [
        [0, 0, 1, 1],
        [30, 30, 2, 0],
        [90, 0, 1, 1],
      ],
    ],
    [
      "greedy: what could start a longer run ends a shorter one",
      [
        [0, 1],
        [10, 1],
        [40, 1],
        [70, 1],
      ],
      [
        [0, 10, 2, 1],
        [40, 30, 2, 1],
      ],
    ],
    [
      "from before midnight",
      [
        [-17, 1],
        [13, 1],
      ],
      [[-17, 30, 2, 1]],
    ],
  ] as const satisfies [string, [number, number][], Run[]][]) {
    it(`of ${what}`, () => {
      expect(runsOf(...(samples as [number, number][]))).to.deep.equal(runs);
      expect(areRuns(runs)).to.equal(runs.length > 0);
    });
  }

  it("say every sample again, in order", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -1, max: 1 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (all) => {
        let time = -5;
        const samples = all.map(([step, value]): [number, number] => [(time += step), value]);
        const runs = runsOf(...samples);
        expect(samplesOf(runs)).to.deep.equal(samples);
        expect(samplesIn(runs)).to.equal(samples.length);
        expect(areRuns(runs)).to.equal(samples.length > 0);
      }),
    );
  });

  for (const [what, value] of [
    ["no list", "0 30 2 1"],
    ["an empty list", []],
    ["a run of three numbers", [[0, 30, 2]]],
    ["a run of five numbers", [[0, 30, 2, 1, 1]]],
    ["a fraction", [[0, 30, 2, 0.5]]],
    ["-0, which is written as another number", [[0, 30, 2, -0]]],
    ["a number as text", [[0, 30, 2, "1"]]],
    ["a number too large to be exact", [[0, 0, 1, 2 ** 53]]],
    ["a count of 0", [[0, 0, 0, 1]]],
    ["a step of 0 for two", [[0, 0, 2, 1]]],
    ["a step for one", [[0, 30, 1, 1]]],
    ["a step back", [[60, -30, 2, 1]]],
    [
      "two samples at one second",
      [
        [0, 30, 2, 1],
        [30, 0, 1, 0],
      ],
    ],
    [
      "runs out of order",
      [
        [60, 0, 1, 1],
        [0, 0, 1, 1],
      ],
    ],
    ["a sample at the next midnight", [[0, 43_200, 3, 1]]],
  ] as const) {
    it(`are not ${what}`, () => {
      expect(areRuns(value)).to.equal(false);
    });
  }

  it("may end with the last second of the day", () => {
    expect(areRuns([[0, 86_399, 2, 1]])).to.equal(true);
  });
});
