import { expect } from "chai";
import { periodOf } from "../../src/terms/calendar.ts";
import { checkMeasurement, checkMeasurements, excludedCapOf } from "../../src/terms/measurements.ts";
import { type Indicator, Mode, Unit } from "../../src/terms/types.ts";
import { sampleTerms } from "./sample-terms.ts";

const terms = sampleTerms();
const january = () => periodOf(terms, 0);
const SECONDS = 2_678_400n;
const uptime: Indicator = { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 3_600n };
const tickets: Indicator = { id: 2, unit: Unit.Tickets, mode: Mode.Count, instances: 1n, excludedCap: 5n };

const codes = (indicator: Indicator, total: bigint, bad: bigint, excluded: bigint, period = january()): string[] =>
  checkMeasurement(indicator, period, { total, bad, excluded }).map((problem) =>
    problem.code.replace("measurement.", ""),
  );

describe("measurements", () => {
  it("downtime only: the total is the period, bad and excluded fit into it", () => {
    expect(codes(uptime, SECONDS, 0n, 0n)).to.deep.equal([]);
    expect(codes(uptime, SECONDS, SECONDS - 3_600n, 3_600n)).to.deep.equal([]);
    expect(codes(uptime, SECONDS, SECONDS - 3_599n, 3_600n)).to.deep.equal(["more-than-total"]);
    expect(codes(uptime, SECONDS - 1n, 0n, 0n)).to.deep.equal(["total-differs"]);
    expect(codes(uptime, SECONDS + 1n, 0n, 0n)).to.deep.equal(["total-differs"]);
  });

  it("denominator: total and excluded are the period", () => {
    const indicator: Indicator = { ...uptime, mode: Mode.Denominator };
    expect(codes(indicator, SECONDS - 3_600n, SECONDS - 3_600n, 3_600n)).to.deep.equal([]);
    expect(codes(indicator, SECONDS, 0n, 3_600n)).to.deep.equal(["total-differs"]);
    expect(codes(indicator, SECONDS - 3_600n, 0n, 3_599n)).to.deep.equal(["total-differs"]);
  });

  it("count every instance", () => {
    expect(codes({ ...uptime, instances: 3n }, 3n * SECONDS, 0n, 0n)).to.deep.equal([]);
    expect(codes({ ...uptime, instances: 3n }, SECONDS, 0n, 0n)).to.deep.equal(["total-differs"]);
  });

  it("refuse more bad than there were", () => {
    expect(codes(tickets, 10n, 10n, 0n)).to.deep.equal([]);
    expect(codes(tickets, 10n, 11n, 0n)).to.deep.equal(["bad-above-total"]);
    expect(codes(tickets, 0n, 0n, 0n)).to.deep.equal([]);
  });

  it("refuse more excluded than agreed, scaled down in a cut period", () => {
    expect(codes(tickets, 10n, 0n, 6n)).to.deep.equal(["excluded-above-cap"]);
    const half = periodOf(terms, 1, january().end + 14n * 86_400n);
    expect(excludedCapOf(uptime, half)).to.equal(1_800n);
    expect(excludedCapOf(tickets, half)).to.equal(2n);
    expect(codes(tickets, 10n, 0n, 2n, half)).to.deep.equal([]);
    expect(codes(tickets, 10n, 0n, 3n, half)).to.deep.equal(["excluded-above-cap"]);
  });

  it("refuse what does not fit 64 bits", () => {
    expect(codes(tickets, 2n ** 64n - 1n, 0n, 0n)).to.deep.equal([]);
    expect(codes(tickets, 2n ** 64n, 0n, 0n)).to.deep.equal(["out-of-range"]);
  });

  it("are one per indicator", () => {
    const good = { total: SECONDS, bad: 0n, excluded: 0n };
    expect(checkMeasurements(terms, january(), [good])).to.deep.equal([]);
    expect(checkMeasurements(terms, january(), [good, good]).map((problem) => problem.message)).to.deep.equal([
      "2 measurements, the terms have 1 indicators",
    ]);
  });
});
