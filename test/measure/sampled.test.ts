import { expect } from "chai";
import fc from "fast-check";
import { measureOutages } from "../../src/measure/outages.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { downtimeOf } from "../../src/measure/sampled.ts";
import { toSeries } from "../../src/measure/series.ts";
import type { Period, Window } from "../../src/measure/types.ts";
import { checkMeasurement } from "../../src/terms/measurements.ts";
import { Mode } from "../../src/terms/types.ts";
import { problemOf } from "../support/problem.ts";
import { anyRaw, anyStory } from "./any-samples.ts";
import { countSlowly, policyWith, type Raw, secondsIn, type Story, wordOf } from "./reference.ts";

const PERIOD: Period = { start: 6_000n, end: 9_600n };

const span = (start: number, end: number): Window => ({ start: BigInt(start), end: BigInt(end) });

const seriesOf = (places: readonly Raw[], policy: Policy) =>
  places.map((raw, i) => toSeries(`place-${i + 1}`, raw, policy));

/** What `downtimeOf` makes of samples of one vantage point that is asked once a minute. */
const downtime = (raw: Raw, changes: Partial<Policy> = {}, maintenance: Window[] = []) => {
  const policy = policyWith(changes);
  return downtimeOf(seriesOf([raw], policy), PERIOD, policy, maintenance);
};

/** Once a minute through the period: good but for the minutes given. */
const minutes = (...bad: number[]): Raw =>
  Array.from({ length: 60 }, (_, i) => [6_000 + i * 60, bad.includes(i) ? 0 : 1] as const);

/** Good for the whole hour but for `[from, to)`, told at the second. */
const outage = (...spans: [from: number, to: number][]): Raw => {
  const isBad = (time: number) => spans.some(([from, to]) => time >= from && time < to);
  return Array.from({ length: 3_600 }, (_, i) => [6_000 + i, isBad(6_000 + i) ? 0 : 1] as const);
};

const measure = (story: Story, mode: Mode) => {
  const { places, period, policy, maintenance } = story;
  const found = downtimeOf(seriesOf(places, policy), period, policy, maintenance);
  return measureOutages(found, period, secondsIn(mode)).measurement;
};

describe("downtimeOf", () => {
  describe("given one vantage point", () => {
    it("finds nothing down when every sample is good", () => {
      expect(downtime(minutes())).to.deep.equal({ outages: [], exclusions: [], unknown: [] });
    });

    it("lets a bad sample speak until the next one", () => {
      expect(downtime(minutes(1, 2)).outages).to.deep.equal([span(6_060, 6_180)]);
    });

    it("lets a sample speak for its slot and no second longer", () => {
      const { unknown } = downtime([...minutes().slice(0, 3), ...minutes().slice(4)], { slot: 61 });
      expect(unknown).to.deep.equal([span(6_181, 6_240)]);
    });

    it("lets a sample from before the period speak into it", () => {
      const late: Raw = [[5_970, 0], ...minutes().slice(1)];
      expect(downtime(late).outages).to.deep.equal([span(6_000, 6_060)]);
      expect(downtime(late).unknown).to.deep.equal([span(6_030, 6_060)]);
      expect(downtime([[5_940, 0], ...minutes().slice(1)]).unknown).to.deep.equal([span(6_000, 6_060)]);
    });

    it("cuts the last sample at the end of the period, and ignores those after it", () => {
      const { outages } = downtime([...minutes().slice(0, 59), [9_599, 0], [9_600, 0]], { slot: 120 });
      expect(outages).to.deep.equal([span(9_599, 9_600)]);
    });

    it("knows nothing when there is no sample", () => {
      expect(downtime([]).unknown).to.deep.equal([PERIOD]);
    });

    it("refuses times out of order, which a reader must have cleaned", () => {
      const policy = policyWith();
      const series = [{ vantage: "a", times: [6_060, 6_060], values: [1, 1] }];
      expect(() => downtimeOf(series, PERIOD, policy, [])).to.throw(RangeError, "samples are not in order");
    });
  });

  describe("given bounds", () => {
    const valued = (value: number): Raw => minutes().map(([time]) => [time, value]);
    const isDown = (value: number, changes: Partial<Policy>) => downtime(valued(value), changes).outages.length === 1;

    it("takes a value at a bound for good, and one past it for bad", () => {
      expect([1_999, 2_000, 2_001].map((v) => isDown(v, { good: { atMost: 2_000 } }))).to.deep.equal([
        false,
        false,
        true,
      ]);
      expect([79, 80, 81].map((v) => isDown(v, { good: { atLeast: 80 } }))).to.deep.equal([true, false, false]);
      const both = { good: { atLeast: 10, atMost: 20 } };
      expect([9, 10, 20, 21].map((v) => isDown(v, both))).to.deep.equal([true, false, false, true]);
    });

    it("rounds half up after scaling, once", () => {
      const slow = { good: { atMost: 2_000 }, scale: 1_000 };
      expect([2.0004, 2.0005].map((v) => isDown(v, slow))).to.deep.equal([false, true]);
    });
  });

  describe("given several vantage points", () => {
    const places = (words: string, policy: Partial<Policy>) => {
      const full = policyWith({ unknown: "up", ...policy });
      const raw = words
        .split("")
        .map((word): Raw => (word === "?" ? [] : minutes().map(([t]) => [t, Number(word === "+")])));
      const { outages, unknown } = downtimeOf(seriesOf(raw, full), PERIOD, full, []);
      return outages.length === 1 ? "bad" : unknown.length === 1 ? "unknown" : "good";
    };

    for (const [bad, words, verdict] of [
      [2, "--+", "bad"],
      [2, "-++", "good"],
      [2, "-+?", "unknown"],
      [2, "++?", "good"],
      [2, "--?", "bad"],
      [2, "+??", "unknown"],
      [1, "-??", "bad"],
      [1, "++?", "unknown"],
      [1, "+++", "good"],
      [3, "--?", "unknown"],
      [3, "+??", "good"],
      [3, "--", "unknown"],
    ] as const) {
      it(`${bad} of 3, seen ${words}: ${verdict}`, () => {
        expect(places(words, { places: { bad, of: 3 } })).to.equal(verdict);
      });
    }

    it("says bad only while the bad seconds of two overlap", () => {
      const policy = policyWith({ places: { bad: 2, of: 2 } });
      const found = downtimeOf(seriesOf([outage([7_000, 7_100]), outage([7_050, 7_200])], policy), PERIOD, policy, []);
      expect(found.outages).to.deep.equal([span(7_050, 7_100)]);
    });

    it("sees one outage where one place takes over from another in the same second", () => {
      const policy = policyWith({ places: { bad: 1, of: 2 }, unknown: "up" });
      const found = downtimeOf(seriesOf([minutes(1, 3), minutes(2)], policy), PERIOD, policy, []);
      expect(found.outages).to.deep.equal([span(6_060, 6_240)]);
    });

    it("refuses more than the policy has, and one that is there twice", () => {
      const policy = policyWith();
      const [one] = seriesOf([minutes()], policy);
      const other = toSeries("other", [], policy);
      expect(problemOf(() => downtimeOf([one!, other], PERIOD, policy, []))).to.deep.include({
        code: "measure.places",
        message: "the policy has 1 vantage points, but place-1, other are 2",
      });
      expect(problemOf(() => downtimeOf([one!, one!], PERIOD, policy, [])).message).to.equal(
        "the policy has 1 vantage points, but place-1 is there twice",
      );
    });
  });

  describe("given a minimum outage", () => {
    const seconds = (raw: Raw, changes: Partial<Policy>, maintenance: Window[] = []) => {
      const found = downtime(raw, { slot: 1, ...changes }, maintenance);
      return measureOutages(found, PERIOD, secondsIn(Mode.DowntimeOnly)).measurement.bad;
    };

    for (const [length, whole, beyond, whole_minutes] of [
      [299, 0, 0, 0],
      [300, 300, 0, 300],
      [301, 301, 1, 300],
      [359, 359, 59, 300],
      [360, 360, 60, 360],
    ] as const) {
      it(`of 300 s counts one of ${length} s as ${whole} whole, ${beyond} beyond, ${whole_minutes} in whole minutes`, () => {
        const raw = outage([7_000, 7_000 + length]);
        expect(seconds(raw, { minimum: 300 })).to.equal(BigInt(whole));
        expect(seconds(raw, { minimum: 300, counts: "beyond" })).to.equal(BigInt(beyond));
        expect(seconds(raw, { minimum: 300, counts: "whole minutes" })).to.equal(BigInt(whole_minutes));
      });
    }

    it("looks at each outage alone, not at their sum", () => {
      expect(seconds(outage([7_000, 7_059], [7_060, 7_119]), { minimum: 60 })).to.equal(0n);
    });

    it("takes the outage's whole length, though maintenance or night excludes most of it", () => {
      expect(seconds(outage([7_000, 7_100]), { minimum: 60 }, [span(7_000, 7_090)])).to.equal(10n);
    });

    it("drops the part of a minute that would have counted, not one that is excluded", () => {
      const changes = { counts: "whole minutes" as const };
      expect(seconds(outage([7_000, 7_100]), changes, [span(7_030, 7_040)])).to.equal(60n);
      expect(seconds(outage([7_000, 7_100]), changes, [span(7_000, 7_040)])).to.equal(60n);
      expect(seconds(outage([7_000, 7_100]), changes, [span(7_059, 7_100)])).to.equal(0n);
      const { outages } = downtime(outage([7_000, 7_100]), { slot: 1, ...changes }, [span(7_080, 7_090)]);
      expect(outages).to.deep.equal([span(7_000, 7_060), span(7_080, 7_090)]);
    });

    it("cuts an outage at the period: each side stands for itself", () => {
      const early: Raw = [[5_950, 0], ...outage([6_000, 6_050])];
      expect(seconds(early, { minimum: 60 })).to.equal(0n);
    });
  });

  describe("given unknown time", () => {
    const holed = (from: number, to: number): Raw => outage([8_000, 8_010]).filter(([t]) => t < from || t >= to);
    const counts = (unknown: Policy["unknown"], mode: Mode) => {
      const found = downtime(holed(7_000, 7_100), { slot: 1, unknown });
      return measureOutages(found, PERIOD, secondsIn(mode)).measurement;
    };

    it("counts it as down, as up, or takes it out", () => {
      expect(counts("down", Mode.Denominator)).to.deep.equal({ total: 3_600n, bad: 110n, excluded: 0n });
      expect(counts("up", Mode.Denominator)).to.deep.equal({ total: 3_600n, bad: 10n, excluded: 0n });
      expect(counts("excluded", Mode.Denominator)).to.deep.equal({ total: 3_500n, bad: 10n, excluded: 100n });
      expect(counts("refuse", Mode.Denominator)).to.deep.equal({ total: 3_500n, bad: 10n, excluded: 100n });
      expect(counts("excluded", Mode.DowntimeOnly)).to.deep.equal({ total: 3_600n, bad: 10n, excluded: 0n });
    });

    it("joins it with the bad time beside it when it counts as down", () => {
      const raw = outage([7_000, 7_040]).filter(([t]) => t < 7_040 || t >= 7_060);
      expect(downtime(raw, { slot: 1, minimum: 60 }).outages).to.deep.equal([span(7_000, 7_060)]);
      expect(downtime(raw, { slot: 1, minimum: 60, unknown: "up" }).outages).to.deep.equal([]);
    });

    it("refuses below the coverage, not at it, and names the holes", () => {
      const policy = { slot: 1, unknown: "refuse" as const, coverage: 990_000_000 };
      expect(downtime(holed(7_000, 7_036), policy).unknown).to.deep.equal([span(7_000, 7_036)]);
      expect(problemOf(() => downtime(holed(7_000, 7_037), policy))).to.deep.equal({
        code: "measure.coverage",
        message:
          "37 of 3600 s are unknown, the policy wants 99% known: 1970-01-01T01:56:40Z to 1970-01-01T01:57:17Z (37 s)",
        hint: "read the samples again when the monitor has them, or report explicit counts that both parties can check",
      });
    });

    it("refuses whatever unknown time counts as", () => {
      const run = () => downtime(holed(7_000, 7_037), { slot: 1, unknown: "down", coverage: 990_000_000 });
      expect(problemOf(run).code).to.equal("measure.coverage");
    });

    it("names five holes and how many more there are", () => {
      const raw = outage().filter(([t]) => t % 100 !== 0);
      const { message } = problemOf(() => downtime(raw, { slot: 1, coverage: 1_000_000_000 }));
      expect(message.split(", ").slice(2)).to.deep.equal([
        "1970-01-01T01:41:40Z to 1970-01-01T01:41:41Z (1 s)",
        "1970-01-01T01:43:20Z to 1970-01-01T01:43:21Z (1 s)",
        "1970-01-01T01:45:00Z to 1970-01-01T01:45:01Z (1 s)",
        "1970-01-01T01:46:40Z to 1970-01-01T01:46:41Z (1 s)",
        "31 more",
      ]);
    });

    it("looks only at time that counts: a hole in announced maintenance harms nobody", () => {
      const policy = { slot: 1, coverage: 1_000_000_000 };
      const found = downtime(holed(7_000, 7_100), policy, [span(6_990, 7_100)]);
      expect(found.unknown).to.deep.equal([span(7_000, 7_100)]);
      expect(problemOf(() => downtime(holed(7_000, 7_100), policy, [span(6_990, 7_099)])).message).to.match(
        /^1 of 3491 s are unknown/,
      );
    });
  });

  describe("given hours", () => {
    // 1 January 1970 was a Thursday; the period is 01:40 to 02:40
    const hours = { zone: "UTC", open: [{ day: 4, from: 120, to: 150 }], holidays: [] };

    it("excludes what lies outside them", () => {
      const found = downtime(minutes(0, 25), { hours });
      expect(found.exclusions).to.deep.equal([span(6_000, 7_200), span(9_000, 9_600)]);
      const { measurement } = measureOutages(found, PERIOD, secondsIn(Mode.Denominator));
      expect(measurement).to.deep.equal({ total: 1_800n, bad: 60n, excluded: 1_800n });
    });

    it("wants samples only inside them", () => {
      const raw = minutes().filter(([t]) => t >= 7_200 && t < 9_000);
      expect(downtime(raw, { hours, coverage: 1_000_000_000 }).outages).to.deep.equal([
        span(6_000, 7_200),
        span(9_000, 9_600),
      ]);
    });
  });
});

describe("downtimeOf, on random stories", function () {
  this.timeout(30_000);
  const MODES = [Mode.DowntimeOnly, Mode.Denominator] as const;

  it("counts what a second-by-second count counts", () => {
    fc.assert(
      fc.property(anyStory, fc.constantFrom(...MODES), (story, mode) => {
        expect(measure(story, mode)).to.deep.equal(countSlowly(story, mode));
      }),
      { numRuns: 500 },
    );
  });

  it("finds unknown what a second-by-second look finds unknown, and refuses just below that coverage", () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const policy: { -readonly [K in keyof Policy]: Policy[K] } = { ...story.policy };
        delete policy.hours;
        const words = wordOf(story);
        const [known, all] = [words.filter((word) => word !== "unknown").length, words.length];
        const places = seriesOf(story.places, policy);
        const run = (coverage: number) => downtimeOf(places, story.period, { ...policy, coverage }, []);
        const share = Math.floor((known * 1e9) / all);
        const { unknown } = run(share);
        const isUnknown = words.map((word) => word === "unknown");
        for (const { start, end } of unknown) {
          isUnknown.fill(false, Number(start - story.period.start), Number(end - story.period.start));
        }
        expect(unknown.reduce((sum, { start, end }) => sum + Number(end - start), 0)).to.equal(all - known);
        expect(isUnknown).to.not.include(true);
        if (known < all) expect(problemOf(() => run(share + 1)).code).to.equal("measure.coverage");
      }),
    );
  });

  it("gives the same whatever the split, the order and the duplicates of the samples", () => {
    const shuffled = anyStory.chain((story) =>
      fc.record({
        story: fc.constant(story),
        places: fc.tuple(
          ...story.places.map((raw) =>
            fc.tuple(fc.subarray([...raw]), fc.subarray([...raw])).chain(([again, third]) =>
              fc.shuffledSubarray([...raw, ...again, ...third], {
                minLength: raw.length + again.length + third.length,
              }),
            ),
          ),
        ),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ story, places }) => {
        const run = (raw: readonly Raw[]) =>
          downtimeOf(seriesOf(raw, story.policy), story.period, story.policy, story.maintenance);
        expect(run(places)).to.deep.equal(run(story.places));
      }),
    );
  });

  it("never counts less when there are more bad samples", () => {
    const cases = fc.tuple(anyStory, fc.nat({ max: 2 }), anyRaw(10), fc.constantFrom(...MODES));
    fc.assert(
      fc.property(cases, ([story, place, raw, mode]) => {
        const { good } = story.policy;
        const worst = good.atLeast === undefined ? 4 : 0;
        const bad = raw.map(([time]) => [time, worst] as const);
        const places = story.places.map((own, i) => (i === place ? [...own, ...bad] : own));
        expect(measure({ ...story, places }, mode).bad >= measure(story, mode).bad).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it("never counts less when a good sample turns bad", () => {
    fc.assert(
      fc.property(anyStory, fc.nat(), fc.constantFrom(...MODES), (story, pick, mode) => {
        const worst = story.policy.good.atLeast === undefined ? 4 : 0;
        const places = story.places.map((raw) =>
          raw.map(([time, value], i) => [time, raw.length > 0 && i === pick % raw.length ? worst : value] as const),
        );
        expect(measure({ ...story, places }, mode).bad >= measure(story, mode).bad).to.equal(true);
      }),
    );
  });

  it("always adds up for the contract", () => {
    fc.assert(
      fc.property(anyStory, fc.constantFrom(...MODES), (story, mode) => {
        const { start, end } = story.period;
        const period = { index: 0, start, end, fullLength: end - start, fee: 0n, base: 0n };
        expect(checkMeasurement(secondsIn(mode), period, measure(story, mode))).to.deep.equal([]);
      }),
    );
  });

  it("counts a day of 5 s samples from three places as a second-by-second count does", () => {
    const start = 1_767_225_600;
    const period = { start: BigInt(start), end: BigInt(start + 86_400) };
    const hours = { zone: "UTC", open: [{ day: 4, from: 480, to: 1_200 }], holidays: [] };
    const policy = policyWith({ slot: 8, places: { bad: 2, of: 3 }, minimum: 10, counts: "whole minutes", hours });
    // one sample in four fails and one in fifty is missing, each place in a rhythm of its own
    const places = [7, 11, 13].map((step, place) =>
      Array.from({ length: 17_280 }, (_, i): [number, number] => [
        start + i * 5 + place,
        Math.floor((i * step) / 970) % 4 === 0 ? 0 : 1,
      ]).filter((_, i) => (i * step) % 50 !== 0),
    );
    const story = {
      places,
      period,
      policy,
      maintenance: [{ start: period.start + 30_000n, end: period.start + 33_333n }],
    };
    const measurement = measure(story, Mode.Denominator);
    expect(measurement).to.deep.equal(countSlowly(story, Mode.Denominator));
    expect(measurement.bad > 1_000n).to.equal(true);
  });
});
