import { expect } from "chai";
import { buildEvidence, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { parseEvidence } from "../../src/evidence/schema.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Window } from "../../src/measure/types.ts";
import { recordDifference, type RecordRules } from "../../src/record/check.ts";
import { measuredWithRecord } from "../../src/record/measuring.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";
import { october, SALT, tickets, uptime } from "../evidence/fixtures.ts";
import { advised, announced, answered, disclosed, filed, jan, JANUARY, journal } from "./journals.ts";

const UPTIME: Indicator = { ...uptime, excludedCap: 7_200n };
const POLICY: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 86_400,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "up",
  coverage: 0,
  record: { planned: 432_000, declined: true },
};
const RULES: RecordRules = { policies: [POLICY, undefined], disclosures: [undefined, { of: 1, within: 1_800 }] };
const INDICATORS = [UPTIME, tickets];

const ENTRIES = journal(
  announced(1, jan("01T00:00"), jan("10T22:00"), jan("11T00:30")),
  advised(2, jan("01T00:00")),
  answered(2, jan("02T00:00"), "declined"),
  disclosed(3, jan("20T10:10"), jan("20T10:00")),
);
const OUTAGES = [
  ["10T23:30", "11T00:10"], // announced, over midnight
  ["15T10:00", "15T10:15"], // cites advice
  ["20T10:00", "20T10:30"], // told of
  ["25T00:00", "25T00:05"], // nobody was told
] as const;
const span = (from: string, to: string, more: Partial<Window> = {}): Window => ({
  start: jan(from),
  end: jan(to),
  ...more,
});
const windows = OUTAGES.map(([from, to]) => span(from, to));
const CITING = span("15T10:00", "15T10:15", { cites: "advice 2" });

const listed: IndicatorInput = { grade: "outages", indicator: UPTIME, outages: windows, exclusions: [CITING] };
const sampled: IndicatorInput = {
  grade: "samples",
  indicator: UPTIME,
  policy: POLICY,
  series: [
    {
      vantage: "oslo",
      times: [Number(JANUARY.start), ...windows.flatMap(({ start, end }) => [Number(start), Number(end)])],
      values: [1, ...windows.flatMap(() => [0, 1])],
    },
  ],
  maintenance: [CITING],
  remarks: [{ vantage: "oslo", start: jan("03T00:00"), end: jan("03T01:00"), reason: "exporter down" }],
};
const told: IndicatorInput = { grade: "totals", indicator: tickets, measurement: { total: 0n, bad: 0n, excluded: 0n } };

const made = (first: IndicatorInput, entries = ENTRIES) =>
  measuredWithRecord([first, told], RULES, JANUARY, () =>
    Promise.resolve({ journal: entries, until: JANUARY.end + 1n }),
  );
const written = (indicators: readonly IndicatorInput[], changes: Partial<EvidenceInput> = {}) => {
  const { evidence } = buildEvidence(october({ period: { index: 0, ...JANUARY }, indicators, ...changes }), SALT);
  return parseEvidence(JSON.parse(JSON.stringify(evidence)));
};
const differenceIn = (
  evidence: ReturnType<typeof written>,
  entries = ENTRIES,
  rules = RULES,
  indicators = INDICATORS,
) => {
  // whoever forges a file makes its hashes and counts sound
  expect(verifyEvidence(evidence)).to.equal(undefined);
  return recordDifference(evidence, indicators, rules, entries);
};

for (const [grade, input] of [
  ["outages", listed],
  ["samples", sampled],
] as const) {
  describe(`evidence of ${grade}, held against the record`, () => {
    it("agrees when it was made from it, and counts as it should", async () => {
      const inputs = await made(input);
      const evidence = written(inputs);
      const { total, bad, excluded } = evidence.indicators[0]!;
      expect([total, bad, excluded]).to.deep.equal(["2678400", "2100", "3300"]);
      expect([evidence.indicators[1]!.total, evidence.indicators[1]!.bad]).to.deep.equal(["2", "1"]);
      expect(evidence.days.flatMap(({ notes }) => notes).filter(({ vantage }) => vantage === "record")).to.have.length(
        3,
      );
      expect(differenceIn(evidence)).to.equal(undefined);
    });

    it("still agrees when more was written into the record afterwards", async () => {
      const later = journal(
        announced(1, jan("01T00:00"), jan("10T22:00"), jan("11T00:30")),
        advised(2, jan("01T00:00")),
        answered(2, jan("02T00:00"), "declined"),
        disclosed(3, jan("20T10:10"), jan("20T10:00")),
        answered(2, JANUARY.end + 5n, "accepted"),
        disclosed(4, JANUARY.end + 9n, jan("25T00:00")),
      );
      expect(differenceIn(written(await made(input)), later)).to.equal(undefined);
    });

    const forgeries: [what: string, entries: ReturnType<typeof journal>, place: string, message: string][] = [
      [
        "maintenance that was never announced",
        journal(
          filed(1, jan("01T00:00")),
          advised(2, jan("01T00:00")),
          answered(2, jan("02T00:00"), "declined"),
          disclosed(3, jan("20T10:10"), jan("20T10:00")),
        ),
        "indicator 1, day 2030-01-10",
        "the record gives no such",
      ],
      [
        "maintenance that was announced too late",
        journal(
          announced(1, jan("07T00:00"), jan("10T22:00"), jan("11T00:30")),
          advised(2, jan("01T00:00")),
          answered(2, jan("02T00:00"), "declined"),
          disclosed(3, jan("20T10:10"), jan("20T10:00")),
        ),
        "indicator 1, day 2030-01-10",
        "the record gives no such",
      ],
      [
        "maintenance of other hours",
        journal(
          announced(1, jan("01T00:00"), jan("10T22:00"), jan("10T23:40")),
          advised(2, jan("01T00:00")),
          answered(2, jan("02T00:00"), "declined"),
          disclosed(3, jan("20T10:10"), jan("20T10:00")),
        ),
        "indicator 1, day 2030-01-10",
        "the record gives no such",
      ],
      [
        "less maintenance than was announced",
        journal(
          announced(1, jan("01T00:00"), jan("10T22:00"), jan("11T00:30")),
          advised(2, jan("01T00:00")),
          answered(2, jan("02T00:00"), "declined"),
          disclosed(3, jan("20T10:10"), jan("20T10:00")),
          announced(4, jan("01T00:00"), jan("25T00:00"), jan("25T01:00")),
        ),
        "indicator 1, day 2030-01-25",
        "the file has no such",
      ],
      [
        "advice that was declined in the outage's first second",
        journal(
          announced(1, jan("01T00:00"), jan("10T22:00"), jan("11T00:30")),
          advised(2, jan("01T00:00")),
          answered(2, jan("15T10:00"), "declined"),
          disclosed(3, jan("20T10:10"), jan("20T10:00")),
        ),
        "indicator 1",
        "the client declined it 2030-01-15T10:00:00Z",
      ],
      [
        "an outage as told that was told too late",
        journal(
          announced(1, jan("01T00:00"), jan("10T22:00"), jan("11T00:30")),
          advised(2, jan("01T00:00")),
          answered(2, jan("02T00:00"), "declined"),
          disclosed(3, jan("20T10:31"), jan("20T10:00")),
        ),
        "indicator 9",
        "the record gives 2 of 2 outages not disclosed in time, the file says 1 of 2",
      ],
    ];
    for (const [what, entries, place, message] of forgeries) {
      it(`differs that claims ${what}`, async () => {
        const found = differenceIn(written(await made(input)), entries);
        expect(found?.place).to.equal(place);
        expect(found?.message).to.contain(message);
      });
    }

    it("differs that excludes without an entry", async () => {
      const [first] = await made(input);
      const loose = span("25T00:00", "25T00:05");
      const forged: IndicatorInput =
        first!.grade === "samples"
          ? { ...first!, maintenance: [...first!.maintenance, loose] }
          : { ...(first as typeof listed), exclusions: [...(first as typeof listed).exclusions, loose] };
      const found = differenceIn(written([forged, told]));
      expect(found?.message).to.contain("the exclusion from 2030-01-25T00:00:00Z is in no entry of the record");
    });

    it("differs that cites an entry for time that it does not have", async () => {
      const [first] = await made(input);
      const loose = span("25T00:00", "25T00:05");
      const remark = { vantage: "record", start: loose.start, end: loose.end, reason: "maintenance 1" };
      const forged = { ...(first as typeof listed), remarks: [...(first as typeof listed).remarks!, remark] };
      const more: IndicatorInput =
        input.grade === "samples"
          ? { ...(forged as unknown as typeof sampled), maintenance: [...(first as typeof sampled).maintenance, loose] }
          : { ...forged, exclusions: [...forged.exclusions, loose] };
      const found = differenceIn(written([more, told]));
      expect(found?.place).to.equal("indicator 1, day 2030-01-25");
      // a citation of nothing at all is refused too
      const odd = { ...more, remarks: [{ ...remark, reason: "goodwill" }] } as IndicatorInput;
      expect(differenceIn(written([odd, told]))).to.not.equal(undefined);
    });

    it("differs when the policy takes nothing from the record", async () => {
      const plain: Policy = { ...POLICY };
      delete (plain as { record?: unknown }).record;
      const rules = { ...RULES, policies: [plain, undefined] };
      expect(differenceIn(written(await made(input)), ENTRIES, rules)?.message).to.contain("cites advice 2, but");
    });

    it("is held to the cap of the terms", async () => {
      const small = [{ ...UPTIME, excludedCap: 1_800n }, tickets];
      expect(differenceIn(written(await made(input)), ENTRIES, RULES, small)).to.not.equal(undefined);
      const within = await made({ ...input, indicator: small[0]! });
      expect(differenceIn(written(within), ENTRIES, RULES, small)).to.equal(undefined);
    });
  });
}

describe("what a measure needs of the record", () => {
  const never = () => Promise.reject(new Error("the record was read"));
  const none: RecordRules = { policies: [], disclosures: [] };

  it("is nothing when the file says nothing of it: then it is not read", async () => {
    const plain: IndicatorInput = { grade: "outages", indicator: uptime, outages: windows, exclusions: [] };
    expect(await measuredWithRecord([plain, told], none, JANUARY, never)).to.deep.equal([plain, told]);
  });

  it("is times: counts alone cannot say which outages were told of", async () => {
    const stated: IndicatorInput = {
      grade: "totals",
      indicator: uptime,
      measurement: { total: 1n, bad: 0n, excluded: 0n },
    };
    const read = () => Promise.resolve({ journal: ENTRIES, until: JANUARY.end });
    const error = await measuredWithRecord([stated, told], RULES, JANUARY, read).catch((thrown: unknown) => thrown);
    expect(error).to.have.nested.property("problem.code", "record.no-times");
  });

  it("is of several instances, where maintenance concerns all", async () => {
    const pair: Indicator = { id: 1, unit: Unit.Seconds, mode: Mode.Denominator, instances: 2n, excludedCap: 36_000n };
    const outages = [span("10T23:30", "11T00:10", { instance: 2 })];
    const input: IndicatorInput = { grade: "outages", indicator: pair, outages, exclusions: [] };
    const inputs = await made(input);
    const evidence = written(inputs);
    expect(evidence.indicators[0]!.excluded).to.equal(String(2 * 9_000));
    expect(differenceIn(evidence, ENTRIES, RULES, [pair, tickets])).to.equal(undefined);
    const loose = span("25T00:00", "25T00:05", { instance: 2 });
    const free: RecordRules = { policies: [], disclosures: RULES.disclosures };
    const cited = { vantage: "record", start: loose.start, end: loose.end, reason: "maintenance 1" };
    const forged = written([{ ...input, exclusions: [loose], remarks: [cited] }, told]);
    expect(differenceIn(forged, ENTRIES, free, [pair, tickets])).to.deep.equal({
      place: "indicator 1, day 2030-01-25",
      message:
        "the file has an exclusion from 2030-01-25T00:00:00Z to 2030-01-25T00:05:00Z of instance 2, the record gives no such",
    });
  });
});
