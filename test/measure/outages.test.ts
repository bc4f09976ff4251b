import { expect } from "chai";
import fc from "fast-check";
import { UpheldError } from "../../src/errors.ts";
import { measureOutages } from "../../src/measure/outages.ts";
import { EVERY, type Period, type Window } from "../../src/measure/types.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";

const PERIOD: Period = { start: 1_000n, end: 1_100n };

const indicator = (changes: Partial<Indicator> = {}): Indicator => ({
  id: 7,
  unit: Unit.Seconds,
  mode: Mode.DowntimeOnly,
  instances: 1n,
  excludedCap: 0n,
  ...changes,
});

const window = (start: number, end: number, instance?: number): Window =>
  instance === undefined
    ? { start: BigInt(start), end: BigInt(end) }
    : { start: BigInt(start), end: BigInt(end), instance };

const measure = (outages: Window[], exclusions: Window[] = [], counted = indicator()) =>
  measureOutages({ outages, exclusions }, PERIOD, counted);

const problemOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("measureOutages", () => {
  describe("given one instance", () => {
    it("counts nothing bad, and says so, when nothing is listed", () => {
      const { measurement, notes } = measure([]);
      expect(measurement).to.deep.equal({ total: 100n, bad: 0n, excluded: 0n });
      expect(notes.map(({ code }) => code)).to.deep.equal(["none"]);
    });

    it("counts the start and not the end of an outage", () => {
      expect(measure([window(1_010, 1_011)]).measurement.bad).to.equal(1n);
    });

    it("counts a second that two outages share once, and says they merged", () => {
      const { measurement, notes } = measure([window(1_010, 1_020), window(1_019, 1_030)]);
      expect(measurement.bad).to.equal(20n);
      expect(notes).to.deep.equal([
        { code: "merged", count: 1, message: "1 outage overlapped another and merged with it" },
      ]);
    });

    it("joins outages that touch without a word", () => {
      const { canonical, notes } = measure([window(1_020, 1_030), window(1_010, 1_020)]);
      expect(canonical.outages).to.deep.equal([{ start: 1_010n, end: 1_030n, instance: EVERY }]);
      expect(notes).to.deep.equal([]);
    });

    for (const [what, start, end, bad, note] of [
      ["ends as the period starts", 990, 1_000, 0n, "outside"],
      ["ends one second into the period", 990, 1_001, 1n, "clipped"],
      ["fills the period exactly", 1_000, 1_100, 100n, undefined],
      ["starts in the last second and runs on", 1_099, 1_200, 1n, "clipped"],
      ["starts as the period ends", 1_100, 1_200, 0n, "outside"],
      ["covers the period and more", 900, 1_200, 100n, "clipped"],
    ] as const) {
      it(`counts ${bad} s of an outage that ${what}`, () => {
        const { measurement, notes } = measure([window(start, end)]);
        expect(measurement.bad).to.equal(bad);
        expect(notes.map(({ code }) => code)).to.deep.equal(note === undefined ? [] : [note]);
      });
    }

    it("refuses an outage without length", () => {
      const problem = problemOf(() => measure([window(1_010, 1_010)]));
      expect(problem.code).to.equal("measure.empty-window");
      expect(problem.message).to.equal("the outage at 1970-01-01T00:16:50Z has no length: its end is its start");
    });

    it("refuses a reversed outage, even outside the period", () => {
      const problem = problemOf(() => measure([{ ...window(20, 10), line: 4 }]));
      expect(problem.code).to.equal("measure.reversed");
      expect(problem.line).to.equal(4);
      expect(problem.message).to.equal(
        "the outage ends at 1970-01-01T00:00:10Z, before its start 1970-01-01T00:00:20Z",
      );
    });
  });

  describe("given exclusions", () => {
    it("excludes only time that was down, when only downtime is excluded", () => {
      const { measurement } = measure([window(1_010, 1_030)], [window(1_020, 1_060)]);
      expect(measurement).to.deep.equal({ total: 100n, bad: 10n, excluded: 10n });
    });

    it("takes all excluded time out of the total, when the denominator shrinks", () => {
      const { measurement } = measure(
        [window(1_010, 1_030)],
        [window(1_020, 1_060)],
        indicator({ mode: Mode.Denominator }),
      );
      expect(measurement).to.deep.equal({ total: 60n, bad: 10n, excluded: 40n });
    });
  });

  describe("given several instances", () => {
    const three = indicator({ instances: 3n });

    it("counts each instance by itself, and an outage of all three times", () => {
      const { measurement } = measure([window(1_000, 1_010, EVERY), window(1_005, 1_020, 2)], [], three);
      expect(measurement).to.deep.equal({ total: 300n, bad: 40n, excluded: 0n });
    });

    it("lists them by time, and by number where they start together", () => {
      const { canonical } = measure(
        [window(1_020, 1_030, 1), window(1_010, 1_012, 3), window(1_020, 1_025, 2)],
        [],
        three,
      );
      expect(canonical.outages.map(({ start, instance }) => `${start} ${instance}`)).to.deep.equal([
        "1010 3",
        "1020 1",
        "1020 2",
      ]);
    });

    it("does not say again of one instance what is said of every", () => {
      const { canonical } = measure([window(1_000, 1_010, EVERY), window(1_005, 1_020, 2)], [], three);
      expect(canonical.outages).to.deep.equal([window(1_000, 1_010, EVERY), window(1_010, 1_020, 2)]);
    });

    it("refuses an outage that does not say which instance it hit", () => {
      expect(problemOf(() => measure([{ ...window(1_000, 1_010), line: 3 }], [], three))).to.deep.equal({
        code: "measure.which-instance",
        message: "indicator 7 counts 3 instances, but the outage does not say which of them it hit",
        hint: 'add a column "instance" with a number from 1 to 3, or "all"',
        line: 3,
      });
      const excluded = problemOf(() => measure([], [window(1_000, 1_010)], three));
      expect(excluded).to.not.have.property("line");
      expect(excluded.message).to.contain("but the exclusion does not say");
    });

    it("takes the last instance and refuses the one after it", () => {
      expect(measure([window(1_000, 1_010, 3)], [], three).measurement.bad).to.equal(10n);
      const problem = problemOf(() => measure([window(1_000, 1_010, 4)], [], three));
      expect(problem).to.deep.equal({
        code: "measure.no-such-instance",
        message: "the outage names instance 4, but indicator 7 has 3",
        hint: "instances are numbered from 1 to 3",
      });
    });

    it("stays quick with four billion of them", () => {
      const most = indicator({ instances: 2n ** 32n - 1n });
      expect(measure([window(1_000, 1_010, EVERY)], [], most).measurement.bad).to.equal(10n * (2n ** 32n - 1n));
    });
  });

  it("refuses an indicator that does not count seconds", () => {
    const probes = indicator({ unit: Unit.Probes, mode: Mode.Count });
    const problem = {
      code: "measure.not-seconds",
      message: "indicator 7 does not count seconds, so outages say nothing about it",
      hint: "report it as explicit counts: total,bad,excluded",
    };
    expect(problemOf(() => measure([], [], probes))).to.deep.equal(problem);
    expect(problemOf(() => measure([], [], indicator({ mode: Mode.Count })))).to.deep.equal(problem);
    expect(problemOf(() => measure([], [], indicator({ unit: Unit.Days })))).to.deep.equal(problem);
  });

  it("refuses a period that has no second, as a defect", () => {
    const run = (end: bigint) => () =>
      measureOutages({ outages: [], exclusions: [] }, { start: 1_000n, end }, indicator());
    expect(run(1_000n)).to.throw(RangeError, "period ends at 1000, not after its start 1000");
    expect(run(1_001n)()).to.deep.include({ measurement: { total: 1n, bad: 0n, excluded: 0n } });
  });

  it("takes the one instance there is for every one", () => {
    expect(measure([window(1_010, 1_020, 1)]).canonical.outages).to.deep.equal([window(1_010, 1_020, EVERY)]);
  });

  it("remarks on exclusions too, but not on there being none", () => {
    expect(measure([window(1_010, 1_020)], []).notes).to.deep.equal([]);
    const { notes } = measure([window(1_010, 1_020)], [window(1_000, 1_200), window(1_200, 1_300)]);
    expect(notes.map(({ message }) => message)).to.deep.equal([
      "1 exclusion cut to the period 1970-01-01T00:16:40Z to 1970-01-01T00:18:20Z",
      "1 exclusion of 2 outside 1970-01-01T00:16:40Z to 1970-01-01T00:18:20Z",
    ]);
  });

  describe("for any windows", () => {
    const windows = fc.array(
      fc
        .tuple(fc.integer({ min: 980, max: 1_119 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 3 }))
        .map(([start, length, instance]) => window(start, start + length, instance)),
      { maxLength: 12 },
    );
    const mode = fc.constantFrom(Mode.DowntimeOnly, Mode.Denominator);

    it("agrees with counting second by second", () => {
      fc.assert(
        fc.property(windows, windows, mode, (outages, exclusions, mode) => {
          const counted = indicator({ mode, instances: 3n });
          expect(measure(outages, exclusions, counted).measurement).to.deep.equal(
            slowly(outages, exclusions, 3, mode === Mode.Denominator),
          );
        }),
        { numRuns: 300 },
      );
    });

    it("gives the same, in the same canonical form, in any order, split anywhere, said twice", () => {
      const shuffled = windows.chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray([...all, ...all.flatMap(halves)], { minLength: 0 }).map((some) => [...some, ...all]),
          fc.shuffledSubarray(all.flatMap(halves), { minLength: all.flatMap(halves).length }),
        ),
      );
      const counted = indicator({ instances: 3n });
      fc.assert(
        fc.property(shuffled, windows, ([all, more, split], exclusions) => {
          const once = measure(all, exclusions, counted);
          for (const other of [measure(more, exclusions, counted), measure(split, exclusions, counted)]) {
            expect(other.measurement).to.deep.equal(once.measurement);
            expect(other.canonical).to.deep.equal(once.canonical);
          }
        }),
        { numRuns: 300 },
      );
    });

    it("never has fewer bad seconds with one outage more", () => {
      fc.assert(
        fc.property(windows, windows, mode, fc.nat(), (outages, exclusions, mode, at) => {
          const counted = indicator({ mode, instances: 3n });
          const less = outages.toSpliced(at % Math.max(outages.length, 1), 1);
          const more = measure(outages, exclusions, counted).measurement;
          expect(more.bad >= measure(less, exclusions, counted).measurement.bad).to.equal(true);
        }),
      );
    });
  });
});

const halves = (whole: Window): Window[] => {
  const middle = (whole.start + whole.end) / 2n;
  return middle === whole.start
    ? [whole]
    : [
        { ...whole, end: middle },
        { ...whole, start: middle },
      ];
};

/** The definition, one second and one instance at a time. */
function slowly(outages: Window[], exclusions: Window[], instances: number, denominator: boolean) {
  let [total, bad, excluded] = [0n, 0n, 0n];
  for (let instance = 1; instance <= instances; instance++) {
    for (let second = PERIOD.start; second < PERIOD.end; second++) {
      const hits = (one: Window) =>
        (one.instance === EVERY || one.instance === instance) && one.start <= second && second < one.end;
      const [down, out] = [outages.some(hits), exclusions.some(hits)];
      if (!denominator || !out) total++;
      if (down && !out) bad++;
      if (out && (denominator || down)) excluded++;
    }
  }
  return { total, bad, excluded };
}
