import { expect } from "chai";
import fc from "fast-check";
import { countInput, type IndicatorInput } from "../../src/evidence/build.ts";
import type { Policy, RecordRule } from "../../src/measure/policy.ts";
import type { Window } from "../../src/measure/types.ts";
import { announcedWindows, isFromRecord, withRecord } from "../../src/record/excluding.ts";
import { Mode, type Indicator } from "../../src/terms/types.ts";
import { uptime } from "../evidence/fixtures.ts";
import { problemOf } from "../support/problem.ts";
import { advised, announced, answered, disclosed, jan, JANUARY, journal, resolved, retracted } from "./journals.ts";

const DAY = 86_400;
const RULE: RecordRule = { planned: 5 * DAY, emergency: 7_200, declined: true };
const policyOf = (record?: RecordRule, changes: Partial<Policy> = {}): Policy => ({
  good: { atLeast: 1 },
  scale: 1,
  slot: 60,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "up",
  coverage: 0,
  ...(record === undefined ? {} : { record }),
  ...changes,
});
const CAPPED: Indicator = { ...uptime, excludedCap: 7_200n };

const span = (from: string, to: string, more: Partial<Window> = {}): Window => ({
  start: jan(from),
  end: jan(to),
  ...more,
});
const listed = (outages: Window[], exclusions: Window[] = [], indicator = CAPPED): IndicatorInput => ({
  grade: "outages",
  indicator,
  outages,
  exclusions,
});
const count = (input: IndicatorInput) => countInput(input, JANUARY).measurement;
const remarksOf = (input: IndicatorInput) =>
  input.grade === "totals" ? [] : (input.remarks ?? []).map(({ vantage, reason }) => `${vantage}: ${reason}`);

describe("maintenance of the record", () => {
  const at = (announcedAt: bigint, kind: "planned" | "emergency" = "planned") =>
    journal(announced(1, announcedAt, jan("10T00:00"), jan("10T01:00"), kind));
  const start = jan("10T00:00");
  const isTaken = (entries: ReturnType<typeof at>, rule = RULE) =>
    announcedWindows(entries, rule, JANUARY).length === 1;

  it("counts when it was announced as early as the policy says, to the second", () => {
    expect(isTaken(at(start - 432_000n))).to.equal(true);
    expect(isTaken(at(start - 431_999n))).to.equal(false);
    expect(isTaken(at(start - 7_200n, "emergency"))).to.equal(true);
    expect(isTaken(at(start - 7_199n, "emergency"))).to.equal(false);
    expect(isTaken(at(start, "emergency"), { emergency: 0 })).to.equal(true);
    expect(isTaken(at(start + 1n, "emergency"), { emergency: 0 })).to.equal(false);
  });

  it("counts only of the kind that the policy names", () => {
    expect(isTaken(at(0n), { emergency: 0 })).to.equal(false);
    expect(isTaken(at(0n, "emergency"), { planned: 0 })).to.equal(false);
    expect(isTaken(at(0n), { declined: true })).to.equal(false);
    expect([{ planned: 0 }, { emergency: 0 }, { declined: true } as const, undefined].map(isFromRecord)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it("does not count when it was taken back, or lies outside of the period", () => {
    const back = journal(announced(1, 0n, start, start + 1n), retracted(1, 5n));
    expect(isTaken(back)).to.equal(false);
    const touching = (from: bigint, to: bigint) => isTaken(journal(announced(1, 0n, from, to)));
    expect(touching(JANUARY.start - 5n, JANUARY.start)).to.equal(false);
    expect(touching(JANUARY.start - 5n, JANUARY.start + 1n)).to.equal(true);
    expect(touching(JANUARY.end - 1n, JANUARY.end + 5n)).to.equal(true);
    expect(touching(JANUARY.end, JANUARY.end + 5n)).to.equal(false);
  });

  it("is taken out, and each exclusion cites its entry", () => {
    const made = withRecord(listed([span("10T00:30", "10T02:00")]), policyOf(RULE), at(0n), JANUARY);
    expect(count(made)).to.deep.equal({ total: 2_678_400n, bad: 3_600n, excluded: 1_800n });
    expect(remarksOf(made)).to.deep.equal(["record: maintenance 1"]);
  });

  it("is taken out of samples likewise", () => {
    const series = [{ vantage: "oslo", times: [jan("10T00:30"), jan("10T02:00")].map(Number), values: [0, 1] }];
    const input: IndicatorInput = {
      grade: "samples",
      indicator: CAPPED,
      policy: policyOf(RULE, { slot: DAY }),
      series,
      maintenance: [],
    };
    const made = withRecord(input, input.policy, at(0n), JANUARY);
    expect(count(made)).to.deep.equal({ total: 2_678_400n, bad: 3_600n, excluded: 1_800n });
    expect(remarksOf(made)).to.deep.equal(["record: maintenance 1"]);
  });

  it("counts in the order of time as far as the cap reaches, and what it does not take is bad", () => {
    const entries = journal(
      announced(1, 0n, jan("10T00:00"), jan("10T01:30")),
      announced(2, 0n, jan("12T00:00"), jan("12T01:30")),
      announced(3, 0n, jan("14T00:00"), jan("14T01:30")),
    );
    const outages = ["10", "12", "14"].map((day) => span(`${day}T00:00`, `${day}T01:30`));
    const made = withRecord(listed(outages), policyOf(RULE), entries, JANUARY);
    expect(count(made)).to.deep.equal({ total: 2_678_400n, bad: 9_000n, excluded: 7_200n });
    expect(remarksOf(made)).to.deep.equal(["record: maintenance 1", "record: maintenance 2"]);
  });

  it("never excludes more than the cap, and never leaves something of it while there is something to exclude", () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_600_000 }), fc.integer({ min: 1, max: 9_000 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(spans, spans, fc.constantFrom(Mode.DowntimeOnly, Mode.Denominator), (downs, works, mode) => {
        const windows = (all: typeof downs) =>
          all.map(([from, length]) => ({
            start: JANUARY.start + BigInt(from),
            end: JANUARY.start + BigInt(from + length),
          }));
        const entries = journal(...windows(works).map(({ start: from, end }, i) => announced(i + 1, 0n, from, end)));
        const indicator = { ...CAPPED, mode };
        const free = { ...indicator, excludedCap: 10n ** 9n };
        const made = count(withRecord(listed(windows(downs), [], indicator), policyOf(RULE), entries, JANUARY));
        const all = count(withRecord(listed(windows(downs), [], free), policyOf(RULE), entries, JANUARY));
        expect(made.excluded).to.equal(all.excluded < 7_200n ? all.excluded : 7_200n);
      }),
    );
  });

  it("is the only maintenance there is, when the policy takes it from the record", () => {
    const other = span("20T00:00", "20T00:10");
    const problem = problemOf(() => withRecord(listed([], [other]), policyOf(RULE), [], JANUARY));
    expect(problem.code).to.equal("record.uncited");
    expect(problem.message).to.contain("2030-01-20T00:00:00Z");
    const aside = withRecord(listed([other], [other]), policyOf({ declined: true }), [], JANUARY);
    expect(count(aside).excluded).to.equal(600n);
  });

  it("leaves closed hours alone, which lists of outages carry as exclusions", () => {
    const hours = { zone: "UTC", open: [1, 2, 3, 4, 5].map((day) => ({ day, from: 0, to: 1_440 })), holidays: [] };
    const weekend = span("05T00:00", "06T00:00"); // a Saturday
    const free = { ...CAPPED, excludedCap: 10n ** 9n };
    const made = withRecord(listed([weekend], [weekend], free), policyOf(RULE, { hours }), [], JANUARY);
    expect(count(made).excluded).to.equal(86_400n);
    const more = span("05T00:00", "07T00:01", { line: 7 });
    const problem = problemOf(() => withRecord(listed([], [more], free), policyOf(RULE, { hours }), [], JANUARY));
    expect(problem).to.include({ code: "record.uncited", line: 7 });
  });

  it("changes nothing without a rule, and nothing of counts that are stated", () => {
    const input = listed([span("10T00:30", "10T02:00")]);
    for (const policy of [undefined, policyOf()]) expect(withRecord(input, policy, at(0n), JANUARY)).to.equal(input);
    const stated: IndicatorInput = {
      grade: "totals",
      indicator: CAPPED,
      measurement: { total: 1n, bad: 0n, excluded: 0n },
    };
    expect(withRecord(stated, policyOf(RULE), at(0n), JANUARY)).to.equal(stated);
  });
});

describe("an exclusion that cites advice", () => {
  const OUTAGE = span("15T10:00", "15T10:30");
  const declinedAt = (time: bigint) => journal(advised(1, 5n), answered(1, time, "declined"));
  const citing = (more: Partial<Window> = {}) => ({ ...OUTAGE, cites: "advice 1", ...more });
  const excluded = (
    entries: ReturnType<typeof journal>,
    claim: Window = citing(),
    outages = [OUTAGE],
    policy = policyOf(RULE),
  ) => withRecord(listed(outages, [claim]), policy, entries, JANUARY);
  const refusal = (...given: Parameters<typeof excluded>) => problemOf(() => excluded(...given));

  it("counts when the advice was declined before the outage began, to the second", () => {
    const made = excluded(declinedAt(OUTAGE.start - 1n));
    expect(count(made)).to.deep.equal({ total: 2_678_400n, bad: 0n, excluded: 1_800n });
    expect(remarksOf(made)).to.deep.equal(["record: advice 1"]);
    const late = refusal(declinedAt(OUTAGE.start));
    expect(late.code).to.equal("record.advice");
    expect(late.message).to.equal(
      "advice 1: what it would excuse began 2030-01-15T10:00:00Z; the client declined it 2030-01-15T10:00:00Z",
    );
  });

  it("does not count when only a later part of the outage is named", () => {
    const declined = declinedAt(jan("15T10:05"));
    expect(refusal(declined, citing({ start: jan("15T10:10") })).message).to.contain("began 2030-01-15T10:00:00Z");
  });

  it("does not count when the incident of the record began before the decline", () => {
    const entries = journal(
      advised(1, 5n),
      answered(1, jan("15T09:30"), "declined"),
      disclosed(2, jan("15T10:40"), jan("15T09:00")),
      resolved(2, jan("15T10:50"), jan("15T10:30")),
    );
    expect(refusal(entries).message).to.contain("began 2030-01-15T09:00:00Z");
    // one that was over before has nothing to do with it
    const earlier = journal(
      advised(1, 5n),
      answered(1, jan("15T09:30"), "declined"),
      disclosed(2, jan("15T09:10"), jan("15T09:00")),
      resolved(2, jan("15T09:50"), jan("15T10:00")),
    );
    expect(count(excluded(earlier)).excluded).to.equal(1_800n);
  });

  it("counts the beginning that the policy cuts off an outage", () => {
    const beyond = policyOf(RULE, { minimum: 600, counts: "beyond", slot: DAY });
    const series = [{ vantage: "oslo", times: [OUTAGE.start, OUTAGE.end].map(Number), values: [0, 1] }];
    const input = (entries: ReturnType<typeof journal>) => () =>
      withRecord(
        { grade: "samples", indicator: CAPPED, policy: beyond, series, maintenance: [citing()] },
        beyond,
        entries,
        JANUARY,
      );
    expect(problemOf(input(declinedAt(jan("15T10:05")))).message).to.contain("began 2030-01-15T10:00:00Z");
    expect(count(input(declinedAt(jan("15T09:59")))()).excluded).to.equal(1_200n);
  });

  it("does not count when the client had accepted by then, had put it off, or said nothing", () => {
    const accepted = journal(advised(1, 5n), answered(1, 6n, "declined"), answered(1, jan("15T09:00"), "accepted"));
    expect(refusal(accepted).message).to.contain("the client had accepted it by then");
    // accepted only afterwards: as it began, it was declined
    const after = journal(advised(1, 5n), answered(1, 6n, "declined"), answered(1, jan("15T10:10"), "accepted"));
    expect(count(excluded(after)).excluded).to.equal(1_800n);
    for (const entries of [journal(advised(1, 5n)), journal(advised(1, 5n), answered(1, 6n, "later"))]) {
      expect(refusal(entries).message).to.contain("the client has not declined it");
    }
  });

  it("does not count of advice that is not there, or of another entry", () => {
    expect(refusal([]).message).to.equal("advice 1: the record has no such advice");
    expect(refusal(journal(announced(1, 0n, 5n, 6n))).message).to.equal("advice 1: the record has no such advice");
  });

  it("does not count where nothing was down, and names its line", () => {
    const claim = { ...span("16T00:00", "16T01:00"), cites: "advice 1", line: 3 };
    const problem = refusal(declinedAt(6n), claim);
    expect(problem).to.include({ code: "record.advice", line: 3 });
    expect(problem.message).to.contain("nothing was down from 2030-01-16T00:00:00Z");
  });

  it("needs a policy that excludes for it", () => {
    for (const policy of [policyOf(), policyOf({ planned: 5 })]) {
      expect(refusal(declinedAt(6n), citing(), [OUTAGE], policy).code).to.equal("record.no-rule");
    }
  });

  it("is passed over where it lies outside of the period", () => {
    const around = (start: bigint, end: bigint) => excluded([], { start, end, cites: "advice 1" });
    for (const [start, end] of [
      [JANUARY.start - 60n, JANUARY.start],
      [JANUARY.end, JANUARY.end + 60n],
    ] as const) {
      expect(count(around(start, end)).excluded).to.equal(0n);
    }
    for (const [start, end] of [
      [JANUARY.start - 60n, JANUARY.start + 1n],
      [JANUARY.end - 1n, JANUARY.end + 60n],
    ] as const) {
      expect(problemOf(() => around(start, end)).message).to.equal("advice 1: the record has no such advice");
    }
  });

  it("touches an incident only while that ran", () => {
    const entries = (began: bigint, ended: bigint) =>
      journal(
        ...[advised(1, 5n), answered(1, jan("15T09:30"), "declined")],
        ...[disclosed(2, jan("15T10:40"), began), resolved(2, jan("15T10:50"), ended)],
      );
    // an incident of the hour after has nothing to do with it, however early it was announced
    expect(count(excluded(entries(OUTAGE.end, OUTAGE.end + 60n))).excluded).to.equal(1_800n);
    expect(refusal(entries(jan("15T09:00"), OUTAGE.start + 1n)).message).to.contain("began 2030-01-15T09:00:00Z");
  });

  it("says what to do, and on which line it stands", () => {
    const none = (more: Partial<Window>) => refusal(declinedAt(6n), citing(more), [OUTAGE], policyOf());
    const problem = {
      code: "record.no-rule",
      message:
        "the exclusion from 2030-01-15T10:00:00Z cites advice 1, but the agreement's policy excludes nothing for declined advice",
      hint: `a policy that does says "declined advice: is excluded"; leave the exclusion out`,
    };
    expect(none({})).to.deep.equal(problem);
    expect(none({ line: 4 })).to.deep.equal({ ...problem, line: 4 });
    expect(refusal([])).to.deep.equal({
      code: "record.advice",
      message: "advice 1: the record has no such advice",
      hint: "`upheld record list` shows what it has",
    });
    expect(refusal(declinedAt(6n), { ...span("16T00:00", "16T01:00"), cites: "advice 1" }).hint).to.equal(
      "correct the exclusion",
    );
    expect(refusal(declinedAt(OUTAGE.start)).hint).to.equal(
      "only advice that was declined before an incident began excuses it; leave the exclusion out",
    );
    const loose = problemOf(() => withRecord(listed([], [OUTAGE]), policyOf(RULE), [], JANUARY));
    expect(loose).to.deep.equal({
      code: "record.uncited",
      message:
        "the exclusion from 2030-01-15T10:00:00Z is in no entry of the record, from which the agreement's policy takes maintenance",
      hint: "announce maintenance with `upheld record maintenance`, in time; leave this exclusion out",
    });
  });

  it("takes what announced maintenance leaves of the cap", () => {
    const entries = journal(
      advised(1, 5n),
      answered(1, 6n, "declined"),
      announced(2, 0n, jan("20T00:00"), jan("20T01:50")),
    );
    const made = excluded(entries, citing(), [OUTAGE, span("20T00:00", "20T01:50")]);
    expect(count(made)).to.deep.equal({ total: 2_678_400n, bad: 1_200n, excluded: 7_200n });
  });

  it("is of one instance, when it says so", () => {
    const both: Indicator = { ...CAPPED, instances: 2n };
    const outages = [span("15T10:00", "15T10:30", { instance: 2 }), span("15T09:00", "15T10:10", { instance: 1 })];
    const input = listed(outages, [citing({ instance: 2 })], both);
    // instance 1 was down before the decline: that is another outage
    const made = withRecord(input, policyOf(RULE), declinedAt(jan("15T09:30")), JANUARY);
    expect(count(made).excluded).to.equal(1_800n);
    const all = listed(outages, [citing({ instance: 0 })], both);
    expect(problemOf(() => withRecord(all, policyOf(RULE), declinedAt(jan("15T09:30")), JANUARY)).code).to.equal(
      "record.advice",
    );
  });
});
