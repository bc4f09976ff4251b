import { expect } from "chai";
import fc from "fast-check";
import { Columns } from "../../src/measure/columns.ts";
import { joinSeries, toSeries } from "../../src/measure/series.ts";
import { problemOf } from "../support/problem.ts";
import { anyRaw } from "./any-samples.ts";
import { policyWith } from "./reference.ts";

const read = (samples: [number, number][], changes: Parameters<typeof policyWith>[0] = {}) => {
  const { times, values } = toSeries("vienna", samples, policyWith(changes));
  return Array.from(times, (time, i) => [time, values[i]]);
};

describe("toSeries", () => {
  it("sorts, and drops what is there twice", () => {
    expect(
      read([
        [120, 1],
        [60, 0],
        [120, 1],
      ]),
    ).to.deep.equal([
      [60, 0],
      [120, 1],
    ]);
  });

  it("floors a time's fraction", () => {
    expect(read([[60.999, 1]])).to.deep.equal([[60, 1]]);
  });

  it("keeps the worse of two values at one second, whichever comes first", () => {
    const worst = (a: number, b: number, good: { atLeast?: number; atMost?: number }) => {
      const [one] = read([[60, a], [60.5, b]], { good }); // prettier-ignore
      const [other] = read([[60.5, b], [60, a]], { good }); // prettier-ignore
      expect(one).to.deep.equal(other);
      return one![1];
    };
    expect(worst(1, 0, { atLeast: 1 })).to.equal(0);
    expect(worst(5, 9, { atLeast: 1 })).to.equal(5);
    expect(worst(5, 9, { atMost: 7 })).to.equal(9);
    expect(worst(1, 2, { atMost: 7 })).to.equal(2);
    expect(worst(1, 5, { atLeast: 3, atMost: 7 })).to.equal(1);
    expect(worst(1, 9, { atLeast: 3, atMost: 7 })).to.equal(9);
  });

  it("scales a value, then rounds it half up, below zero too", () => {
    const values = [0.0124, 0.0125, -0.0125, -0.0126].map((value) => read([[60, value]], { scale: 1_000 })[0]![1]);
    expect(values).to.deep.equal([12, 13, -12, -13]);
  });

  it("takes samples one at a time, without needing a list", () => {
    function* samples(): Generator<[number, number]> {
      yield [60, 1];
    }
    expect([...toSeries("a", samples(), policyWith()).times]).to.deep.equal([60]);
  });

  for (const [time, value] of [
    [60, NaN],
    [60, Infinity],
    [60, 2 ** 53],
    [NaN, 1],
    [-1, 1],
    [Infinity, 1],
  ] as const) {
    it(`refuses the value ${value} at ${time}`, () => {
      expect(problemOf(() => read([[time, value]]))).to.deep.equal({
        code: "measure.sample",
        message: `a sample of vienna cannot be counted: value ${value}, scaled by 1, at time ${time}`,
        hint: "times are seconds since 1970 and values are numbers up to 9,007,199,254,740,991 once scaled: check the query",
      });
    });
  }

  it("refuses a vantage point that is no word", () => {
    for (const name of ["", "two words", "a".repeat(61), "a\nb"]) {
      expect(problemOf(() => toSeries(name, [], policyWith())).code).to.equal("measure.vantage");
    }
    expect(toSeries(`a-Z_0.9:${"x".repeat(52)}`, [], policyWith()).times).to.have.length(0);
  });

  it("leaves times ascending and unique, whatever comes", () => {
    fc.assert(
      fc.property(anyRaw(60), (raw) => {
        const { times } = toSeries("a", raw, policyWith());
        const sorted = [...new Set(raw.map(([time]) => time))].toSorted((a, b) => a - b);
        expect([...times]).to.deep.equal(sorted);
      }),
    );
  });

  it("comes to the same however samples are cut into pieces, in columns or in pairs", () => {
    const cuts = fc.array(fc.nat(60), { maxLength: 5 });
    fc.assert(
      fc.property(anyRaw(60), cuts, fc.boolean(), (raw, places, inColumns) => {
        const bounds = [0, ...places.toSorted((a, b) => a - b), raw.length];
        const pieces = bounds.slice(1).map((end, i) => raw.slice(bounds[i], end));
        const parts = inColumns ? pieces.map((piece) => Columns.join([piece])) : pieces;
        expect(joinSeries("a", parts, policyWith())).to.deep.equal(toSeries("a", raw, policyWith()));
      }),
    );
  });
});
