import { expect } from "chai";
import fc from "fast-check";
import { buildEvidence, type Sampled } from "../../src/evidence/build.ts";
import { dayText, headerText, leavesOf } from "../../src/evidence/encoding.ts";
import { packEvidence } from "../../src/evidence/files.ts";
import { rootOf } from "../../src/evidence/merkle.ts";
import { parseEvidence, type Evidence } from "../../src/evidence/schema.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { UpheldError } from "../../src/errors.ts";
import type { Series } from "../../src/measure/series.ts";
import { changedFrom, type Draft, SALT, uptime, window } from "./fixtures.ts";
import { Mode, Unit } from "../../src/terms/types.ts";
import { at, octoberOf, policy, probed, seen, START } from "./sampled.ts";

const build = (changes?: Partial<Sampled>) => buildEvidence(octoberOf(changes), SALT);
const runsOn = ({ days }: Evidence, date: string, vantage: string) =>
  days.find((day) => day.date === date)?.samples.find((samples) => samples.vantage === vantage)?.runs;

describe("evidence of samples", function () {
  this.timeout(60_000);

  let evidence: Evidence;
  before(() => {
    ({ evidence } = build());
  });

  it("counts by the policy: two of three places, each sample until the next", () => {
    // from the second place that failed, oslo :04, porto :27, to the second that was well again
    expect(build().measurements).to.deep.equal([{ total: 2_678_400n, bad: 6_900n, excluded: 0n }]);
  });

  it("lists each place's samples by day in runs, places by name", () => {
    expect(evidence.days.map(({ samples }) => samples.map(({ vantage }) => vantage).join(" "))).to.deep.equal(
      Array.from({ length: 31 }, () => "oslo porto vienna"),
    );
    expect(runsOn(evidence, "2025-10-02", "vienna")).to.deep.equal([[13, 30, 2880, 1]]);
    expect(runsOn(evidence, "2025-10-09", "oslo")).to.deep.equal([
      [4, 30, 1770, 1],
      [53_104, 30, 230, 0],
      [60_004, 30, 880, 1],
    ]);
    expect(runsOn(evidence, "2025-10-15", "porto")).to.deep.equal([[21_627, 30, 2160, 1]]);
  });

  it("lists of the time before the period only the sample that still speaks", () => {
    expect(runsOn(evidence, "2025-10-01", "vienna")).to.deep.equal([[-17, 30, 2881, 1]]);
    const early = (time: number): Series[] => [{ vantage: "vienna", times: [START - 500, time], values: [1, 1] }];
    const first = (series: Series[]) =>
      runsOn(build({ series, policy: { ...policy, coverage: 0 } }).evidence, "2025-10-01", "vienna");
    expect(first(early(START - 59))).to.deep.equal([[-59, 0, 1, 1]]);
    expect(first(early(START - 60))).to.equal(undefined);
  });

  it("leaves out what comes at or after the end", () => {
    const last = at("31T23:59:59");
    const series = [{ vantage: "vienna", times: [last, last + 1], values: [1, 1] }];
    const lax = { ...policy, coverage: 0 };
    expect(runsOn(build({ series, policy: lax }).evidence, "2025-10-31", "vienna")).to.deep.equal([[86_399, 0, 1, 1]]);
  });

  it("is the same file for samples in any order, in any pieces, with duplicates", () => {
    const { root } = evidence;
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 89_000 }), { maxLength: 5 }), (seed, cuts) => {
        const pieces = seen.flatMap(({ vantage, times, values }) => {
          const bounds = [0, ...cuts.toSorted((a, b) => a - b), times.length];
          const parts = bounds.slice(1).map((to, i) => {
            // each piece begins a little before the last one ended
            const from = Math.max(0, (bounds[i] ?? 0) - 3);
            return { vantage, times: times.slice(from, to).toReversed(), values: values.slice(from, to).toReversed() };
          });
          return seed % 2 === 0 ? parts : parts.toReversed();
        });
        expect(build({ series: seed % 3 === 0 ? pieces : pieces.toReversed() }).evidence.root).to.equal(root);
      }),
      { numRuns: 6 },
    );
  });

  it("keeps of two values at one time the worse", () => {
    const [vienna, ...others] = seen as [Series, ...Series[]];
    const twice = { ...vienna, times: [...vienna.times, at("02T00:00:13")], values: [...vienna.values, 0] };
    expect(runsOn(build({ series: [twice, ...others] }).evidence, "2025-10-02", "vienna")).to.deep.equal([
      [13, 0, 1, 0],
      [43, 30, 2879, 1],
    ]);
  });

  it("lists announced maintenance as exclusions, and nothing that only follows from the policy", () => {
    const maintenance = [window("2025-10-09T14:00:00Z", "2025-10-09T15:45:00Z")];
    const hours = { zone: "Europe/Vienna", open: [{ day: 4, from: 540, to: 1020 }], holidays: ["2025-10-02"] };
    const { evidence: file, measurements } = build({ maintenance, policy: { ...policy, hours } });
    expect(file.days.filter(({ outages }) => outages.length > 0)).to.deep.equal([]);
    expect(file.days.flatMap(({ exclusions }) => exclusions)).to.deep.equal([
      { indicator: 1, instance: 0, start: "2025-10-09T14:00:00Z", end: "2025-10-09T15:45:00Z" },
    ]);
    // open on Thursdays until 15:00 UTC; the outage began at 14:45, in maintenance
    expect(measurements[0]?.bad).to.equal(0n);
    expect(verifyEvidence(file)).to.equal(undefined);
  });

  it("carries the instrument's reasons for holes, cut at midnight, each once, and counts nothing by them", () => {
    const remark = {
      ...window("2025-10-14T23:00:00Z", "2025-10-15T06:00:00Z"),
      vantage: "porto",
      reason: "exporter down",
    };
    const outside = { ...remark, ...window("2025-09-14T23:00:00Z", "2025-10-01T00:00:00Z") };
    const { evidence: file, measurements } = build({ remarks: [remark, outside, remark] });
    expect(file.days.flatMap(({ notes }) => notes)).to.deep.equal([
      {
        indicator: 1,
        vantage: "porto",
        start: "2025-10-14T23:00:00Z",
        end: "2025-10-15T00:00:00Z",
        reason: "exporter down",
      },
      {
        indicator: 1,
        vantage: "porto",
        start: "2025-10-15T00:00:00Z",
        end: "2025-10-15T06:00:00Z",
        reason: "exporter down",
      },
    ]);
    expect(measurements).to.deep.equal(build().measurements);
    expect(verifyEvidence(file)).to.equal(undefined);
  });

  it("counts days with an outage, where the agreement counts days", () => {
    const days = { ...uptime, unit: Unit.Days, mode: Mode.Count };
    const { evidence: file, measurements } = build({ indicator: days });
    expect(measurements).to.deep.equal([{ total: 31n, bad: 1n, excluded: 0n }]);
    expect(verifyEvidence(file)).to.equal(undefined);
  });

  it("refuses samples of several instances, which nobody could tell apart", () => {
    expect(() => build({ indicator: { ...uptime, instances: 3n } })).to.throw(
      UpheldError,
      "indicator 1 counts 3 instances, but samples are of one",
    );
  });

  it("has nothing to build from where too little is known", () => {
    expect(() => build({ series: [] })).to.throw(
      UpheldError,
      "2678400 of 2678400 s are unknown, the policy wants 90% known",
    );
  });

  it("swears the policy in the header", () => {
    const hours = { zone: "Europe/Vienna", open: [{ day: 1, from: 540, to: 1020 }], holidays: ["2025-12-25"] };
    const whole = {
      ...policy,
      good: { atLeast: 1, atMost: 2000 },
      scale: 0.5,
      hours,
      counts: "whole minutes" as const,
    };
    const lines = headerText(build({ policy: whole }).evidence)
      .split("\n")
      .slice(13);
    expect(lines).to.deep.equal([
      "indicator 1 seconds downtime-only 1 samples 2678400 0 6900",
      `policy 1 {"counts":"whole minutes","coverage":900000000,"good":{"atLeast":1,"atMost":2000},"hours":{"holidays":["2025-12-25"],"open":[{"day":1,"from":540,"to":1020}],"zone":"Europe/Vienna"},"minimum":0,"places":{"bad":2,"of":3},"scale":0.5,"slot":60,"unknown":"down"}`,
      "",
    ]);
  });

  it("swears a day's samples run by run", () => {
    const remark = {
      ...window("2025-10-09T01:00:00Z", "2025-10-09T02:00:00Z"),
      vantage: "porto",
      reason: "exporter down",
    };
    const maintenance = [window("2025-10-09T14:00:00Z", "2025-10-09T15:45:00Z")];
    const lines = dayText(build({ remarks: [remark], maintenance }).evidence, 8)
      .split("\n")
      .slice(9);
    expect(lines.slice(0, 4)).to.deep.equal([
      "samples 1 oslo 4 30 1770 1",
      "samples 1 oslo 53104 30 230 0",
      "samples 1 oslo 60004 30 880 1",
      "samples 1 porto 27 30 1770 1",
    ]);
    expect(lines.slice(9)).to.deep.equal([
      "exclusion 1 every 2025-10-09T14:00:00Z 2025-10-09T15:45:00Z",
      "note 1 porto 2025-10-09T01:00:00Z 2025-10-09T02:00:00Z exporter down",
      "",
    ]);
  });

  it("of an ordinary month at 30 s needs no 20 kB, from three places with an hour down, holes and a restart", () => {
    expect(packEvidence(evidence).length).to.be.below(20_000);
    const shifts = [...Array(62).keys()].map((i) => START + i * 43_200);
    // an exporter that is restarted twice a day starts its rounds at another second
    const restarted = probed("vienna", 13, () => 1);
    const times = Array.from(restarted.times, (time) => time + (shifts.findLastIndex((shift) => shift <= time) % 7));
    const series = [{ ...restarted, times }, ...seen.slice(1)];
    expect(packEvidence(build({ series }).evidence).length).to.be.below(20_000);
  });
});

describe("verifyEvidence of samples", function () {
  this.timeout(60_000);

  let evidence: Evidence;
  before(() => {
    ({ evidence } = build());
  });
  const resealed = (change: (draft: Draft) => void): Evidence =>
    changedFrom(evidence, (draft) => {
      change(draft);
      draft.leaves = leavesOf(draft);
      draft.root = rootOf(draft.leaves);
    });
  const flip = (value: number) => (draft: Draft) => {
    draft.days[8]!.samples[0]!.runs = [
      [4, 30, 1770, 1],
      [53_104, 30, 229, 0],
      [59_974, 0, 1, value],
      [60_004, 30, 880, 1],
    ];
  };
  const canonicalFlip = (draft: Draft) => {
    draft.days[8]!.samples[0]!.runs = [
      [4, 30, 1770, 1],
      [53_104, 30, 229, 0],
      [59_974, 30, 881, 1],
    ];
  };

  it("finds nothing in an untouched file, also after a trip through JSON", () => {
    expect(verifyEvidence(evidence)).to.equal(undefined);
    expect(verifyEvidence(parseEvidence(JSON.parse(JSON.stringify(evidence))))).to.equal(undefined);
  });

  it("names day and leaf of one flipped sample", () => {
    expect(verifyEvidence(changedFrom(evidence, flip(1)))).to.deep.equal({
      kind: "day",
      place: "day 2025-10-09, leaf 9",
      message: "what the file says of 2025-10-09 does not hash to leaf 9",
    });
  });

  it("counts again when the hashes were written anew", () => {
    const [vienna] = evidence.days[8]!.samples.slice(2);
    const all = resealed((draft) => {
      for (const samples of draft.days[8]!.samples) samples.runs = [[vienna!.runs[0]![0], 30, 2880, 1]];
    });
    expect(verifyEvidence(all)).to.deep.equal({
      kind: "counts",
      place: "indicator 1",
      message: "bad: the samples give 0, the file says 6900",
    });
  });

  it("wants the greedy runs", () => {
    expect(verifyEvidence(resealed(canonicalFlip))?.kind).to.equal(undefined);
    expect(verifyEvidence(resealed(flip(1)))).to.deep.equal({
      kind: "form",
      place: "day 2025-10-09, leaf 9",
      message: "2025-10-09 is not written in the canonical form, or lies outside the period",
    });
  });

  it("wants places in order, and no sample twice", () => {
    const form = (change: (draft: Draft) => void) => verifyEvidence(resealed(change))?.kind;
    expect(form((draft) => draft.days[8]!.samples.reverse())).to.equal("form");
    expect(form((draft) => draft.days[8]!.samples.push(draft.days[8]!.samples[2]!))).to.equal("form");
    expect(form((draft) => (draft.days[8]!.samples[0]!.indicator = 2))).to.equal("form");
  });

  it("says where the holes are when samples were taken out", () => {
    const emptied = resealed((draft) => {
      for (const day of draft.days.slice(0, 10)) day.samples = [];
    });
    expect(verifyEvidence(emptied)).to.deep.include({ kind: "form", place: "content" });
  });

  it("counts by the policy that was sworn", () => {
    const lax = resealed((draft) => (draft.indicators[0]!.policy = { ...policy, places: { bad: 3, of: 3 } }));
    expect(verifyEvidence(lax)?.message).to.match(/^bad: the samples give \d+, the file says 6900$/);
  });
});

describe("the agreed policy", function () {
  this.timeout(60_000);

  it("must be the one that the file counts by, where there is one", () => {
    const { evidence, measurements } = build();
    const { period, chainId, agreement } = octoberOf();
    const chain = { chainId, agreement, period, revision: 0, root: evidence.root, indicators: [uptime], measurements };
    const against = (policies?: readonly (typeof policy | undefined)[]) =>
      verifyEvidence(evidence, { ...chain, ...(policies === undefined ? {} : { policies }) });
    expect(against()).to.equal(undefined);
    expect(against([undefined])).to.equal(undefined);
    expect(against([{ ...policy }])).to.equal(undefined);
    const found = against([{ ...policy, slot: 61 }]);
    expect(found).to.deep.include({ kind: "policy", place: "indicator 1, policy" });
    expect(found?.message).to.match(
      /^policy: the file counts by \{.*"slot":60,.*\}, the agreement says \{.*"slot":61,.*\}$/,
    );
  });
});
