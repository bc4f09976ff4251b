/**
 * Published rules whose difficulty is the measuring, from samples, outages or tickets to counts and on to the credit.
 * Those whose difficulty is the table are in sla-tables.test.ts and test/terms/published.test.ts.
 */
import { Readable } from "node:stream";
import { expect } from "chai";
import { countDays } from "../../src/measure/days.ts";
import { measureOutages } from "../../src/measure/outages.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { downtimeOf } from "../../src/measure/sampled.ts";
import { toSeries } from "../../src/measure/series.ts";
import { countTickets } from "../../src/measure/tickets.ts";
import { formatUtc, parseUtc } from "../../src/measure/time.ts";
import type { Period } from "../../src/measure/types.ts";
import { objectiveShare } from "../../src/terms/credit.ts";
import { type Measurement, Mode, type Objective, PPB, Test, type Tier } from "../../src/terms/types.ts";
import { policyWith, secondsIn } from "../measure/reference.ts";
import { flat } from "../terms/sample-terms.ts";
import { readOrSkip, RULES } from "./published.ts";

interface Case {
  readonly name: string;
  readonly expected_credit?: string | null;
  readonly outages?: readonly (readonly [from: number, to: number])[] | string;
  readonly outages_seconds?: readonly number[];
  readonly min_run_seconds?: number;
  readonly counted_seconds?: number;
  readonly availability?: string;
}

/** What is measured here, with the number of cases; what the published words leave open (null) is not among them. */
const MEASURED = {
  "per-day-thirtieths": 5,
  "days-of-fee": 6,
  "proportional-weighted": 3,
  "band-holes-2dp": 5,
  "band-holes-1dp": 7,
  "fixed-43200": 4,
  "min-run-whole-minutes": 5,
};

/** What is neither measured here nor a table of `RULES`. */
const ELSEWHERE = {
  "at-risk-pool": "weights of several metrics under one cap: a table of credits, whatever was measured",
  "chronic-2-of-3": "looks at several months: played on chain in sla-tables.test.ts",
};

const PERCENT = PPB / 100n;
const HOUR = 3_600;

/** Months of 28 to 31 days. */
const MONTHS = {
  28: ["2026-02", "2026-03"],
  29: ["2028-02", "2028-03"],
  30: ["2026-04", "2026-05"],
  31: ["2026-01", "2026-02"],
} as const;

function monthOf(days: number): Period {
  const [from, to] = MONTHS[days as keyof typeof MONTHS].map((month) => parseUtc(`${month}-01T00:00:00Z`));
  return { start: from!, end: to! };
}

/** What a probe sees of outages, told as seconds from the period's start: one sample an hour, and one at each change. */
function downtime(outages: readonly (readonly [number, number])[], period: Period, changes: Partial<Policy> = {}) {
  const policy = policyWith({ slot: HOUR, ...changes });
  const start = Number(period.start);
  const hours = Array.from({ length: (Number(period.end) - start) / HOUR }, (_, i) => i * HOUR);
  const isDown = (time: number) => outages.some(([from, to]) => time >= from && time < to);
  const samples = [...hours, ...outages.flat()].map((time) => [start + time, isDown(time) ? 0 : 1] as const);
  return downtimeOf([toSeries("probe", samples, policy)], period, policy, []);
}

const secondsOf = (outages: readonly (readonly [number, number])[], period: Period, changes: Partial<Policy> = {}) =>
  measureOutages(downtime(outages, period, changes), period, secondsIn(Mode.DowntimeOnly)).measurement;

/** The credit is exactly the fraction that the case names. */
function expectCredit(tiers: readonly Tier[], measurement: Measurement, { name, expected_credit }: Case): void {
  const objective: Objective = { indicator: 0, tiers };
  const share = objectiveShare(objective, measurement);
  const [num = "", den = ""] = expected_credit!.split("/");
  expect(share.num * BigInt(den), name).to.equal(BigInt(num) * PPB * share.den);
}

const below = (thousandths: bigint, percent: bigint) =>
  flat(Test.Below, (thousandths * PERCENT) / 1_000n, percent * PERCENT);
const atLeast = (bad: bigint, percent: bigint) => flat(Test.AtLeast, bad, percent * PERCENT);
/** So many times the bad share of the fee. */
const proportional = (times: bigint): Tier => ({ ...flat(Test.AtLeast, 1n, times * PPB), proportional: true });

describe("published rules of measuring", () => {
  const casesOf = (id: keyof typeof MEASURED, test: Mocha.Context): Case[] => {
    const rules = readOrSkip("sla-rules.json", test) as { id: string; cases: Case[] }[];
    const cases = rules.find((rule) => rule.id === id)!.cases.filter(({ expected_credit }) => expected_credit !== null);
    expect(cases.length).to.equal(MEASURED[id]);
    return cases;
  };

  it("every published rule is here, a table, or said to be elsewhere", function () {
    const rules = readOrSkip("sla-rules.json", this) as { id: string }[];
    const known = [...Object.keys(MEASURED), ...Object.keys(RULES), ...Object.keys(ELSEWHERE)];
    expect(known.sort()).to.deep.equal(rules.map(({ id }) => id).sort());
  });

  it("per-day-thirtieths: a day counts when an outage of more than a minute is in it", function () {
    const month = monthOf(30);
    for (const one of casesOf("per-day-thirtieths", this)) {
      // "1440 of 60s", none longer: apart by a second, since outages that touch are one
      const many = Array.from({ length: 1_440 }, (_, i) => [i * 61, i * 61 + 60] as const);
      const outages = typeof one.outages === "string" ? many : one.outages!;
      expectCredit([proportional(1n)], countDays(downtime(outages, month, { minimum: 61 }), month), one);
    }
  });

  it("min-run-whole-minutes: runs shorter than the minimum and parts of minutes are dropped", function () {
    for (const { name, outages_seconds, min_run_seconds, counted_seconds } of casesOf("min-run-whole-minutes", this)) {
      const outages = outages_seconds!.map((seconds, i) => [i * HOUR + 7, i * HOUR + 7 + seconds] as const);
      const policy = { minimum: min_run_seconds!, counts: "whole minutes" as const };
      expect(secondsOf(outages, monthOf(31), policy).bad, name).to.equal(BigInt(counted_seconds!));
    }
  });

  it("fixed-43200: availability against 43,200 minutes, whatever the month has", function () {
    for (const { name, availability } of casesOf("fixed-43200", this)) {
      const month = monthOf(Number(name.slice(0, 2)));
      const { bad, total } = secondsOf([[0, Number(month.end - month.start)]], month);
      expect(bad, name).to.equal(total);
      const [num = "", den = ""] = availability!.split("/");
      // 1 - bad / base = num / den, multiplied out. A table has no fixed base: it states the same in time, "more than 43 min 12 s".
      const base = 43_200n * 60n;
      expect((base - bad) * BigInt(den), name).to.equal(BigInt(num) * base);
      expect(objectiveShare({ indicator: 0, tiers: [flat(Test.MoreThan, base / 1_000n, PERCENT)] }, { total, bad, excluded: 0n })).to.deep.equal({ num: PERCENT, den: 1n }); // prettier-ignore
    }
  });

  it("proportional-weighted: the share of customers affected is a share of instances", function () {
    const [some, all, many] = casesOf("proportional-weighted", this) as [Case, Case, Case];
    const outage = (minutes: number, days: number, affected: number, instances: bigint) => {
      const period = monthOf(days);
      const windows = Array.from({ length: affected }, (_, i) => ({ ...span(period, minutes), instance: i + 1 }));
      const indicator = { ...secondsIn(Mode.DowntimeOnly), instances };
      return measureOutages({ outages: windows, exclusions: [] }, period, indicator).measurement;
    };
    const span = ({ start }: Period, minutes: number) => ({ start, end: start + BigInt(minutes) * 60n });
    expectCredit([proportional(1n)], outage(100, 30, 21, 1_000n), some); // 2.1 %
    expectCredit([proportional(1n)], outage(100, 30, 1, 1n), all);
    expectCredit([proportional(25n)], outage(60, 31, 1, 1n), many);
  });

  it("days-of-fee: so many days of a month, by the days it has", function () {
    for (const one of casesOf("days-of-fee", this)) {
      const [, credited = "", length = ""] = /^(\d+) days of a (\d+)-day month$/.exec(one.name)!;
      const month = monthOf(Number(length));
      // here that many days are bad; which uptime credits how many days is the rule's own table
      const outages = Array.from({ length: Number(credited) }, (_, day) => [day * 86_400, day * 86_400 + 1] as const);
      const counts = countDays(downtime(outages, month), month);
      expect(counts).to.deep.equal({ total: BigInt(length), bad: BigInt(credited), excluded: 0n });
      expectCredit([proportional(1n)], counts, one);
    }
  });

  /** A month of 30 days with so much uptime, to the second. */
  const withUptime = (percent: string) => {
    const month = monthOf(30);
    const down = Math.round((2_592_000 * (100_000 - Math.round(Number(percent) * 1_000))) / 100_000);
    const measurement = secondsOf([[0, down]], month);
    expect(measurement.bad).to.equal(BigInt(down));
    return measurement;
  };

  it("band-holes-2dp: bands of two decimals, stated where the rounding turns", function () {
    const tiers = [below(99_695n, 10n), below(96_895n, 20n), below(95_895n, 30n), below(93_895n, 40n)];
    for (const one of casesOf("band-holes-2dp", this)) expectCredit(tiers, withUptime(one.name), one);
  });

  it("band-holes-1dp: bands of one decimal, and missed tickets", async function () {
    const tiers = [below(99_850n, 5n), below(95_050n, 10n), below(90_000n, 15n)];
    const missed = [atLeast(1n, 5n), atLeast(3n, 10n), atLeast(5n, 15n)];
    for (const one of casesOf("band-holes-1dp", this)) {
      const tickets = /^(\d) missed tickets$/.exec(one.name)?.[1];
      if (tickets === undefined) expectCredit(tiers, withUptime(one.name), one);
      else expectCredit(missed, await withMissed(Number(tickets)), one);
    }
  });

  /** Ten tickets of a month, of which so many were answered a second late. */
  async function withMissed(late: number): Promise<Measurement> {
    const month = monthOf(30);
    const lines = Array.from({ length: 10 }, (_, i) => {
      const opened = month.start + BigInt(i * 86_400);
      return [i, "urgent", formatUtc(opened), formatUtc(opened + (i < late ? 901n : 900n))].join(",");
    });
    const columns = { id: "id", priority: "priority", opened: "opened", responded: "answered" };
    const input = Readable.from([["id,priority,opened,answered", ...lines].join("\n")]);
    const rule = { priorities: ["urgent"], clock: "response" as const, within: 900 };
    const { measurements } = await countTickets(input, "tickets.csv", columns, [rule], month);
    expect(measurements).to.deep.equal([{ total: 10n, bad: BigInt(late), excluded: 0n }]);
    return measurements[0]!;
  }
});
