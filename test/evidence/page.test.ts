import { expect } from "chai";
import fc from "fast-check";
import { buildEvidence, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { packEvidence } from "../../src/evidence/files.ts";
import { UpheldError } from "../../src/errors.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Series } from "../../src/measure/series.ts";
import type { Window } from "../../src/measure/types.ts";
import { Mode, Unit } from "../../src/terms/types.ts";
import { october, SALT, tickets, uptime, window } from "./fixtures.ts";
import { readByThePage } from "./from-the-page.ts";
import { octoberOf } from "./sampled.ts";

/** Two days and a half around the end of summer time in Vienna. */
const PERIOD = { index: 9, ...window("2025-10-25T12:00:00Z", "2025-10-28T00:00:00Z") };
const START = Number(PERIOD.start);
const LENGTH = Number(PERIOD.end) - START;

const windows: fc.Arbitrary<Window[]> = fc.array(
  fc
    .tuple(fc.integer({ min: -3600, max: LENGTH }), fc.integer({ min: 1, max: 20_000 }))
    .map(([from, length]) => ({ start: BigInt(START + from), end: BigInt(START + from + length) })),
  { maxLength: 3 },
);

const policies: fc.Arbitrary<Policy> = fc
  .record({
    good: fc.constantFrom({ atLeast: 1 }, { atMost: 2 }, { atLeast: 1, atMost: 2 }),
    scale: fc.constantFrom(1, 1000, 0.001),
    slot: fc.integer({ min: 1, max: 4000 }),
    places: fc.constantFrom({ bad: 1, of: 1 }, { bad: 1, of: 2 }, { bad: 2, of: 2 }, { bad: 2, of: 3 }),
    minimum: fc.constantFrom(0, 1, 60, 600),
    counts: fc.constantFrom("whole", "beyond", "whole minutes"),
    unknown: fc.constantFrom("down", "up", "excluded"),
    coverage: fc.constant(0),
    hours: fc.option(
      fc.record({
        zone: fc.constantFrom("Europe/Vienna", "Australia/Lord_Howe", "UTC"),
        open: fc.array(
          fc.record({
            day: fc.integer({ min: 1, max: 7 }),
            from: fc.integer({ min: 0, max: 1400 }),
            length: fc.integer({ min: 1, max: 1440 }),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        holidays: fc.constantFrom([], ["2025-10-26"]),
      }),
      { nil: undefined },
    ),
  })
  .map(({ hours, ...rest }) => {
    if (hours === undefined) return rest;
    const open = hours.open.map(({ day, from, length }) => ({ day, from, to: from + length }));
    return { ...rest, hours: { ...hours, open } };
  });

const steps = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 3 })),
  { maxLength: 30 },
);

/** `count` samples of a value, `step` seconds apart, again and again. */
function seriesOf(vantage: string, all: readonly (readonly [step: number, count: number, value: number])[]): Series {
  const [times, values]: [number[], number[]] = [[], []];
  let time = START - 5000;
  for (const [step, count, value] of all) {
    for (let i = 0; i < count; i++) {
      times.push((time += step));
      values.push(value);
    }
  }
  return { vantage, times, values };
}

function heldToThePage(input: EvidenceInput): void {
  const { evidence, measurements } = buildEvidence(input, SALT);
  const reading = readByThePage(packEvidence(evidence));
  expect(reading.counts).to.deep.equal(
    measurements.map(({ total, bad, excluded }) => [Number(total), Number(bad), Number(excluded)]),
  );
  expect(reading.leaves).to.deep.equal(evidence.leaves);
  expect(reading.root).to.equal(evidence.root);
}

describe("a reader written from docs/evidence.md", function () {
  this.timeout(120_000);

  it("finds the same leaves, root and counts in a month of outages and totals", () => {
    heldToThePage(october());
    const several = { ...uptime, mode: Mode.Denominator, instances: 3n };
    const outages = [{ ...window("2025-10-09T14:45:00Z", "2025-10-10T16:40:00Z"), instance: 2 }];
    const exclusions = [{ ...window("2025-10-09T15:00:00Z", "2025-10-11T02:00:00Z"), instance: 0 }];
    heldToThePage(october({ indicators: [{ grade: "outages", indicator: several, outages, exclusions }] }));
  });

  it("and in a month whose days with an outage are counted", () => {
    const indicator = { ...uptime, unit: Unit.Days, mode: Mode.Count };
    const outages = [
      window("2025-10-09T14:45:00Z", "2025-10-11T00:00:00Z"),
      window("2025-10-20T23:59:59Z", "2025-10-21T00:00:01Z"),
    ];
    const exclusions = [window("2025-10-10T00:00:00Z", "2025-10-11T00:00:00Z")];
    const input = october({ indicators: [{ grade: "outages", indicator, outages, exclusions }] });
    heldToThePage(input);
    expect(buildEvidence(input, SALT).measurements).to.deep.equal([{ total: 31n, bad: 3n, excluded: 0n }]);
    const several = { ...indicator, instances: 2n };
    expect(() =>
      buildEvidence(october({ indicators: [{ grade: "outages", indicator: several, outages, exclusions }] }), SALT),
    ).to.throw(UpheldError, "counts 2 instances, but days are of one");
  });

  it("and in a month of samples", () => {
    heldToThePage(octoberOf());
  });

  it("and in any samples under any policy", () => {
    const modes = fc.constantFrom(Mode.DowntimeOnly, Mode.Denominator, Mode.Count);
    fc.assert(
      fc.property(policies, fc.array(steps, { maxLength: 3 }), windows, modes, (policy, places, maintenance, mode) => {
        const series = places.slice(0, policy.places.of).map((all, i) => seriesOf(`place-${i}`, all));
        const remarks = maintenance.map((hole) => ({ ...hole, vantage: "place-0", reason: "exporter down" }));
        const indicator = mode === Mode.Count ? { ...uptime, unit: Unit.Days, mode } : { ...uptime, mode };
        const sampled: IndicatorInput = { grade: "samples", indicator, policy, series, maintenance, remarks };
        const counted: IndicatorInput = {
          grade: "totals",
          indicator: tickets,
          measurement: { total: 5n, bad: 1n, excluded: 0n },
        };
        heldToThePage(october({ period: PERIOD, indicators: [sampled, counted] }));
      }),
      { numRuns: 12 },
    );
  });

  it("refuses what the policy refuses, to the second", () => {
    // 2,700 of 216,000 s unknown: 98.75 % known
    const times = [START + 2700, START + 2700 + 80_000, START + 2700 + 160_000];
    const series = [{ vantage: "vienna", times, values: [1, 1, 1] }];
    const build = (coverage: number) => {
      const policy: Policy = { ...octoberPolicy, unknown: "refuse", coverage };
      const indicators: IndicatorInput[] = [{ grade: "samples", indicator: uptime, policy, series, maintenance: [] }];
      return buildEvidence(october({ period: PERIOD, indicators }), SALT).evidence;
    };
    expect(() => build(987_500_001)).to.throw(UpheldError, "2700 of 216000 s are unknown");
    const exact = build(987_500_000);
    expect(readByThePage(packEvidence(exact)).counts).to.deep.equal([[216_000, 0, 0]]);
    exact.indicators[0]!.policy = { ...octoberPolicy, unknown: "refuse", coverage: 987_500_001 };
    expect(() => readByThePage(packEvidence(exact))).to.throw("too little is known");
  });
});

const octoberPolicy: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 86_400,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "down",
  coverage: 0,
};
