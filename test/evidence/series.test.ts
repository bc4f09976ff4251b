import { expect } from "chai";
import { canonicalSeries, samplesOfDay, seriesIn } from "../../src/evidence/samples.ts";
import { isVantage, type EvidenceDay } from "../../src/evidence/schema.ts";
import type { Series } from "../../src/measure/series.ts";
import { problemOf } from "../support/problem.ts";
import { policy } from "./sampled.ts";

const DAY = 86_400;
const START = Date.UTC(2025, 9, 1) / 1000;
const PERIOD = { start: BigInt(START), end: BigInt(START + 2 * DAY) };
const one = (times: number[], values: number[] = times.map(() => 1), vantage = "a"): Series => ({
  vantage,
  times: times.map((time) => START + time),
  values,
});

describe("series in the one form that evidence has", () => {
  /** Of each place its times from the period's start, and its values. */
  const form = (...series: Series[]) =>
    canonicalSeries(series, PERIOD, { ...policy, slot: 60 }).map(({ vantage, times, values }) => [
      vantage,
      [...times].map((time) => time - START),
      [...values],
    ]);

  it("are in order, each time once, the worse of two values", () => {
    expect(form(one([30, 10, 20], [1, 0, 1]))).to.deep.equal([["a", [10, 20, 30], [0, 1, 1]]]);
    expect(form(one([10, 10, 20], [1, 0, 1]))).to.deep.equal([["a", [10, 20], [0, 1]]]);
    expect(form(one([10, 20, 20], [1, 1, 0]))).to.deep.equal([["a", [10, 20], [1, 0]]]);
    expect(form(one([0.5, 10], [1, 1]))).to.deep.equal([["a", [0, 10], [1, 1]]]);
    expect(form(one([0, 10], [0.4, 1]))).to.deep.equal([["a", [0, 10], [0, 1]]]);
  });

  it("are joined by place, places by name", () => {
    const parts = [one([20], [1], "b"), one([10], [1], "a"), one([10], [0], "b")];
    expect(form(...parts)).to.deep.equal([
      ["a", [10], [1]],
      ["b", [10, 20], [0, 1]],
    ]);
  });

  it("are of the period, with the last sample before it while that still speaks", () => {
    expect(form(one([-80, -59, 0, 2 * DAY - 1, 2 * DAY]))).to.deep.equal([["a", [-59, 0, 2 * DAY - 1], [1, 1, 1]]]);
    expect(form(one([-60, 10]))).to.deep.equal([["a", [10], [1]]]);
    expect(form(one([-60]), one([2 * DAY], [1], "b"))).to.deep.equal([]);
  });

  it("that are clean already are taken as they are", () => {
    const given = one([10, 20]);
    const columns: Series = {
      ...given,
      times: Float64Array.from(given.times),
      values: Float64Array.from(given.values),
    };
    const [taken] = canonicalSeries([columns], PERIOD, policy);
    expect((taken?.times as Float64Array).buffer).to.equal((columns.times as Float64Array).buffer);
  });

  it("are refused where no time or no place can be made of them", () => {
    expect(problemOf(() => form(one([-START - 1]))).code).to.equal("measure.sample");
    expect(problemOf(() => form(one([10], [1], "a b"))).code).to.equal("measure.vantage");
  });
});

describe("the samples that a day lists", () => {
  const day = (number: number) => ({
    start: BigInt(START + number * DAY),
    end: BigInt(START + (number + 1) * DAY),
    date: new Date((START + number * DAY) * 1000).toISOString().slice(0, 10),
  });
  const series = [one([-30, 0, DAY - 1, DAY, DAY + 30], [1, 0, 1, 0, 1]), one([10], [1], "b")];
  const listed = (number: number, isFirst: boolean) =>
    samplesOfDay(series, day(number), isFirst).map(({ vantage, runs }) => [vantage, runs]);

  it("are its own, and in the first day what is before it", () => {
    expect(listed(0, true)).to.deep.equal([
      [
        "a",
        [
          [-30, 0, 1, 1],
          [0, 0, 1, 0],
          [DAY - 1, 0, 1, 1],
        ],
      ],
      ["b", [[10, 0, 1, 1]]],
    ]);
    expect(listed(0, false)[0]).to.deep.equal([
      "a",
      [
        [0, 0, 1, 0],
        [DAY - 1, 0, 1, 1],
      ],
    ]);
    expect(listed(1, false)).to.deep.equal([
      [
        "a",
        [
          [0, 0, 1, 0],
          [30, 0, 1, 1],
        ],
      ],
    ]);
  });

  it("give the series back, those of the indicator alone", () => {
    const days = [0, 1].map((number) => ({
      date: day(number).date,
      samples: [
        ...samplesOfDay(series, day(number), number === 0).map((one) => ({ indicator: 7, ...one })),
        { indicator: 8, vantage: "a", runs: [[5, 0, 1, 1]] },
      ],
    })) as unknown as EvidenceDay[];
    expect(seriesIn(days, 7)).to.deep.equal(series);
    expect(seriesIn(days, 8).map(({ times }) => times)).to.deep.equal([[START + 5, START + DAY + 5]]);
    expect(seriesIn(days, 9)).to.deep.equal([]);
  });
});

describe("the name of a place", () => {
  it("is one word of at most sixty letters, digits and . _ : -", () => {
    for (const name of ["a", "A9._:-", "x".repeat(60)]) expect(isVantage(name), name).to.equal(true);
    for (const name of ["", "x".repeat(61), " a", "a ", "a\n", "ü", "a/b", "(a", "a)"]) {
      expect(isVantage(name), name).to.equal(false);
    }
  });
});
