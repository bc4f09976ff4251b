import { expect } from "chai";
import fc from "fast-check";
import { withinCap } from "../../src/measure/cap.ts";
import { measureOutages } from "../../src/measure/outages.ts";
import { downtimeOf } from "../../src/measure/sampled.ts";
import { toSeries } from "../../src/measure/series.ts";
import type { Window } from "../../src/measure/types.ts";
import { checkMeasurement } from "../../src/terms/measurements.ts";
import { type Indicator, Mode } from "../../src/terms/types.ts";
import { anyStory } from "./any-samples.ts";
import { secondsIn } from "./reference.ts";

const PERIOD = { start: 1_000n, end: 2_000n };
const span = (start: number, end: number, instance?: number): Window => ({
  start: BigInt(start),
  end: BigInt(end),
  ...(instance === undefined ? {} : { instance }),
});

/** The maintenance that is left, and the counts with it. */
function capped(maintenance: Window[], cap: bigint, outages: Window[] = [], changes: Partial<Indicator> = {}) {
  const indicator = { ...secondsIn(Mode.Denominator), ...changes };
  const measure = (exclusions: readonly Window[]) =>
    measureOutages({ outages, exclusions }, PERIOD, indicator).measurement;
  const windows = withinCap(maintenance, PERIOD, cap, (some) => measure(some).excluded);
  return { windows, ...measure(windows) };
}

describe("withinCap", () => {
  it("leaves what fits as it is", () => {
    const maintenance = [span(900, 1_100), span(1_500, 1_600)];
    expect(capped(maintenance, 200n).windows).to.equal(maintenance);
  });

  it("keeps the first of it, to the second, in whatever order it is listed", () => {
    const { windows, total, bad, excluded } = capped([span(1_500, 1_600), span(1_100, 1_200)], 150n, [
      span(1_540, 1_560),
    ]);
    expect(windows).to.deep.equal([span(1_500, 1_550), span(1_100, 1_200)]);
    expect({ total, bad, excluded }).to.deep.equal({ total: 850n, bad: 10n, excluded: 150n });
  });

  it("keeps nothing when nothing may be excluded", () => {
    expect(capped([span(1_000, 1_100)], 0n).windows).to.deep.equal([]);
  });

  it("uses up the cap only by downtime where only that is excluded", () => {
    const found = capped([span(1_000, 1_900)], 30n, [span(1_100, 1_120), span(1_500, 1_550)], {
      mode: Mode.DowntimeOnly,
    });
    expect(found.windows).to.deep.equal([span(1_000, 1_510)]);
    expect({ bad: found.bad, excluded: found.excluded }).to.deep.equal({ bad: 40n, excluded: 30n });
  });

  it("counts each instance, and stops before the second that no longer fits", () => {
    const all = span(1_000, 1_100, 0);
    const one = span(1_050, 1_100, 2);
    const { windows, excluded } = capped([all, one], 200n, [], { instances: 3n });
    expect(windows).to.deep.equal([span(1_000, 1_066, 0), span(1_050, 1_066, 2)]);
    expect(excluded).to.equal(198n);
  });

  it("makes any samples a report that the contract takes, or leaves it what the policy excludes without it", () => {
    const cases = fc.tuple(
      anyStory,
      fc.integer({ min: 0, max: 300 }),
      fc.constantFrom(Mode.DowntimeOnly, Mode.Denominator),
    );
    fc.assert(
      fc.property(cases, ([{ places, period, policy, maintenance }, cap, mode]) => {
        const indicator = { ...secondsIn(mode), excludedCap: BigInt(cap) };
        const series = places.map((raw, i) => toSeries(`place-${i}`, raw, policy));
        const measure = (some: readonly Window[]) =>
          measureOutages(downtimeOf(series, period, policy, some), period, indicator).measurement;
        const found = measure(withinCap(maintenance, period, BigInt(cap), (some) => measure(some).excluded));
        const whole = { index: 0, ...period, fullLength: period.end - period.start, fee: 0n, base: 0n };
        const isAbove = measure([]).excluded > BigInt(cap);
        expect(checkMeasurement(indicator, whole, found).map(({ code }) => code)).to.deep.equal(
          isAbove ? ["measurement.excluded-above-cap"] : [],
        );
        expect(found.bad >= measure(maintenance).bad).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });
});
