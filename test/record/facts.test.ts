import { expect } from "chai";
import type { IndicatorInput } from "../../src/evidence/build.ts";
import { withRecord } from "../../src/record/excluding.ts";
import type { RecordEntry } from "../../src/record/journal.ts";
import { periodFacts, recordFacts } from "../../src/record/facts.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { lengthOf } from "../../src/measure/windows.ts";
import { Mode, type Indicator } from "../../src/terms/types.ts";
import { tickets, uptime } from "../evidence/fixtures.ts";
import {
  advised,
  announced,
  answered,
  disclosed,
  jan,
  JANUARY,
  journal,
  resolved,
  retracted,
  updated,
} from "./journals.ts";

const span = (from: string, to: string, more = {}) => ({ start: jan(from), end: jan(to), ...more });
const PERIOD = { index: 0, ...JANUARY };
const UPTIME: Indicator = { ...uptime, excludedCap: 7_200n };
const listed = (outages: object[], exclusions: object[] = [], indicator = UPTIME) =>
  ({ grade: "outages", indicator, outages, exclusions }) as IndicatorInput;
const factsOf = (input: IndicatorInput, entries: ReturnType<typeof journal>) =>
  periodFacts({ indicators: [input], period: PERIOD }, [input.indicator], entries);

describe("facts of the record", () => {
  it("are what is ahead, open, declined and accepted", () => {
    const entries = journal(
      announced(1, 1n, jan("20T00:00"), jan("20T01:00")),
      announced(2, 2n, jan("12T00:00"), jan("12T01:00"), "emergency"),
      announced(3, 3n, jan("14T00:00"), jan("14T01:00")),
      retracted(3, 4n),
      announced(4, 5n, jan("09T00:00"), jan("10T00:00")),
      disclosed(5, 6n, 6n),
      disclosed(6, 7n, 7n),
      resolved(6, 8n, 8n),
      ...[7, 8, 9, 10].map((number) => advised(number, 9n)),
      answered(8, 10n, "later"),
      answered(9, 10n, "declined"),
      answered(10, 10n, "declined"),
      answered(10, 11n, "accepted"),
    );
    const facts = recordFacts(entries, jan("10T00:00"));
    const numbers = Object.fromEntries(
      Object.entries(facts).map(([what, all]) => [what, (all as RecordEntry[]).map(({ number }) => number)]),
    );
    expect(numbers).to.deep.equal({
      maintenanceAhead: [2, 1],
      incidentsOpen: [5],
      adviceOpen: [7, 8],
      adviceDeclined: [9],
      adviceAccepted: [10],
    });
    const same = ["12T00:00", "11T00:00", "12T00:00"].map((start, i) =>
      announced(i + 1, BigInt(9 - i), jan(start), jan("12T01:00")),
    );
    expect(recordFacts(journal(...same), 0n).maintenanceAhead.map(({ number }) => number)).to.deep.equal([2, 1, 3]);
    expect(recordFacts(entries, jan("10T00:00") - 1n).maintenanceAhead.map(({ number }) => number)).to.deep.equal([
      4, 2, 1,
    ]);
  });
});

describe("facts of a period", () => {
  it("say how long after the first bad second the client was told, or that it was not", () => {
    const outages = [
      span("05T10:00", "05T11:00"), // told 20 min later
      span("06T10:00", "06T11:00"), // known before
      span("07T10:00", "07T11:00"), // told after its end
      span("08T10:00", "08T11:00"), // nobody told
    ];
    const entries = journal(
      disclosed(1, jan("05T10:20"), jan("05T10:00")),
      resolved(1, jan("05T12:00"), jan("05T11:00")),
      disclosed(2, jan("06T09:50"), jan("06T10:00") - 600n),
      updated(2, jan("06T10:00")),
      resolved(2, jan("06T12:00"), jan("06T11:00")),
      disclosed(3, jan("07T12:00"), jan("07T10:30")),
      resolved(3, jan("07T12:00"), jan("07T11:00")),
    );
    const { outages: facts } = factsOf(listed(outages), entries);
    expect(
      facts.map(({ indicator, incident, toldAt, toldAfter }) => [indicator, incident, toldAt, toldAfter]),
    ).to.deep.equal([
      [1, 1, jan("05T10:20"), 1_200n],
      [1, 2, jan("06T10:00"), 0n],
      [1, 3, jan("07T12:00"), 7_200n],
      [1, undefined, undefined, undefined],
    ]);
  });

  it("take the first word of several incidents, and of an old one only what was said since", () => {
    const outage = [span("05T10:00", "05T11:00")];
    const both = journal(
      disclosed(1, jan("05T10:40"), jan("05T10:00")),
      disclosed(2, jan("05T10:10"), jan("05T10:00")),
    );
    expect(factsOf(listed(outage), both).outages[0]).to.deep.include({ incident: 2, toldAfter: 600n });
    const old = journal(disclosed(1, jan("02T00:00"), jan("02T00:00")), updated(1, jan("05T10:30")));
    expect(factsOf(listed(outage), old).outages[0]).to.deep.include({ incident: 1, toldAfter: 1_800n });
  });

  it("say when the client knew before: with the last word of an older incident, or as the period began", () => {
    const outage = [span("05T10:00", "05T11:00")];
    const old = journal(disclosed(1, jan("02T00:00"), jan("02T00:00")), updated(1, jan("03T00:00")));
    expect(factsOf(listed(outage), old).outages[0]).to.deep.include({ toldAt: jan("03T00:00"), toldAfter: 0n });
    const runsOn = [{ start: JANUARY.start, end: jan("01T02:00") }];
    const before = journal(disclosed(1, JANUARY.start - 600n, JANUARY.start - 900n), updated(1, jan("01T01:00")));
    const told = { toldAt: JANUARY.start - 600n, toldAfter: 0n };
    expect(factsOf(listed(runsOn), before).outages[0]).to.deep.include(told);
  });

  it("give every excluded second once, with its reason, and what is left of the cap", () => {
    const policy: Policy = {
      ...{ good: { atLeast: 1 }, scale: 1, slot: 60, places: { bad: 1, of: 1 }, minimum: 0 },
      ...{ counts: "whole" as const, unknown: "up" as const, coverage: 0 },
      record: { planned: 86_400, declined: true },
    };
    const entries = journal(
      announced(1, jan("02T00:00"), jan("05T10:00"), jan("05T11:00")),
      advised(2, jan("01T00:00")),
      answered(2, jan("03T00:00"), "declined"),
    );
    const outages = [span("05T10:30", "05T11:30")];
    const claim = span("05T10:30", "05T11:30", { cites: "advice 2" });
    const made = withRecord(listed(outages, [claim]), policy, entries, PERIOD);
    const { exclusions, caps, outages: bad } = factsOf(made, entries);
    expect(exclusions).to.deep.equal([
      {
        ...{ indicator: 1, instance: 0, start: jan("05T10:00"), end: jan("05T11:00"), seconds: 3_600n },
        reason: { what: "maintenance", entry: 1, kind: "planned", announcedAt: jan("02T00:00"), ahead: 295_200n },
      },
      {
        ...{ indicator: 1, instance: 0, start: jan("05T11:00"), end: jan("05T11:30"), seconds: 1_800n },
        reason: { what: "advice", entry: 2, declinedAt: jan("03T00:00") },
      },
    ]);
    expect(caps).to.deep.equal([{ indicator: 1, cap: 7_200n, used: 3_600n, left: 3_600n }]);
    expect(bad).to.deep.equal([]);
  });

  it("say of what cites no maintenance and no advice that it was listed, and of advice when it was declined", () => {
    const entries = journal(disclosed(1, 5n, 5n), advised(2, 6n), answered(2, 7n, "accepted"));
    const cite = (from: string, to: string, reason: string) => ({ vantage: "record", ...span(from, to), reason });
    const input = {
      ...listed([], [span("05T10:00", "05T13:00")]),
      remarks: [
        cite("05T10:00", "05T11:00", "maintenance 1"),
        cite("05T11:00", "05T12:00", "advice 2"),
        cite("05T12:00", "05T12:30", "advice 9"),
      ],
    } as IndicatorInput;
    expect(
      factsOf(input, entries).exclusions.map(({ start, seconds, reason }) => [start, seconds, reason]),
    ).to.deep.equal([
      [jan("05T10:00"), 3_600n, { what: "listed" }],
      [jan("05T11:00"), 3_600n, { what: "advice", entry: 2, declinedAt: undefined }],
      [jan("05T12:00"), 1_800n, { what: "listed" }],
      [jan("05T12:30"), 1_800n, { what: "listed" }],
    ]);
  });

  it("say what was listed with no entry, and name the instance", () => {
    const pair: Indicator = { ...UPTIME, mode: Mode.Denominator, instances: 2n, excludedCap: 600n };
    const input = listed([], [span("05T10:00", "05T10:20", { instance: 2 })], pair);
    const { exclusions, caps } = factsOf(input, []);
    expect(exclusions).to.deep.equal([
      {
        ...{ indicator: 1, instance: 2, start: jan("05T10:00"), end: jan("05T10:20"), seconds: 1_200n },
        reason: { what: "listed" },
      },
    ]);
    expect(caps).to.deep.equal([{ indicator: 1, cap: 600n, used: 1_200n, left: 0n }]);
  });

  it("say what the policy leaves out of samples: closed hours, and what they do not tell", () => {
    const policy: Policy = {
      ...{ good: { atLeast: 1 }, scale: 1, slot: 60, places: { bad: 1, of: 1 }, minimum: 0 },
      ...{ counts: "whole" as const, unknown: "excluded" as const, coverage: 0 },
      hours: { zone: "UTC", open: [{ day: 1, from: 600, to: 660 }], holidays: [] },
    };
    const input: IndicatorInput = {
      ...{ grade: "samples", indicator: UPTIME, policy, maintenance: [span("07T10:10", "07T10:20")] },
      series: [{ vantage: "vienna", times: [], values: [] }],
    };
    const { exclusions } = factsOf(input, []);
    // Mondays 10:00 to 11:00 count: 7 January is the first of four.
    const monday = exclusions.filter(({ start, end }) => start < jan("07T12:00") && end > jan("07T10:00"));
    expect(monday.map(({ start, end, reason }) => [start, end, reason.what])).to.deep.equal([
      [jan("07T10:00"), jan("07T10:10"), "unknown"],
      [jan("07T10:10"), jan("07T10:20"), "listed"],
      [jan("07T10:20"), jan("07T11:00"), "unknown"],
      [jan("07T11:00"), jan("14T10:00"), "closed"],
    ]);
    expect(lengthOf(exclusions)).to.equal(JANUARY.end - JANUARY.start);
  });

  it("are none of counts that are stated", () => {
    const input: IndicatorInput = {
      grade: "totals",
      indicator: tickets,
      measurement: { total: 5n, bad: 1n, excluded: 2n },
    };
    expect(factsOf(input, [])).to.deep.equal({
      outages: [],
      exclusions: [],
      caps: [{ indicator: 9, cap: 0n, used: 2n, left: 0n }],
    });
  });
});
