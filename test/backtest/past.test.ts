import { expect } from "chai";
import type { Covered, PastMoney, PastPeriod } from "../../src/backtest/types.ts";
import { cover, measureFor, pastCsv, pastData, pastText, placeOf, sumsOf } from "../../src/cli/backtesting.ts";
import type { Monitors } from "../../src/monitors/open.ts";
import type { Source } from "../../src/oracle/config.ts";
import { periodOf } from "../../src/terms/calendar.ts";
import { parseAgreement, type AgreementFile } from "../../src/terms/file.ts";
import { problemOf } from "../chain/rejection.ts";
import { problemIn } from "../cli/answer.ts";
import { forgetful } from "../monitors/forgetful.ts";
import { TABLE } from "./table.ts";

const JANUARY = BigInt(Date.UTC(2025, 0, 1) / 1000);
const fileOf = (text: string, starts = JANUARY) =>
  parseAgreement(text, { draft: true, overrides: { starts, anchor: starts } });
const ADDED = TABLE.replace("measures:\n", "credits: add up\nmeasures:\n");
const WITH_TICKETS = ADDED.replace(
  "objectives:\n",
  "  urgent tickets:\n    unit: tickets\nobjectives:\n  - measure: urgent tickets\n    at least 1 ticket: 5%\n",
);
const [website, both] = [fileOf(TABLE), fileOf(WITH_TICKETS)];

const covered = (file: AgreementFile, ...names: string[]): Covered[] =>
  names.map((name) => ({
    indicator: file.measures.findIndex((measure) => measure.name === name),
    name,
    source: { kind: "counts", counts: "c.csv" },
    opened: undefined,
    assumed: undefined,
  }));
const USDC = 1_000_000n;
const money = (credit: bigint, fromBond = 0n): PastMoney => ({
  fee: 1_000n * USDC,
  credit: credit * USDC,
  earned: (1_000n - credit + fromBond) * USDC,
  fromBond: fromBond * USDC,
});

/** Of a period in which each measure, in their order, had so much bad, and nothing was known of so much. */
function measured(
  k: number,
  bad: readonly [bad: bigint, unknown?: bigint][],
  paid: PastMoney,
  ifDown?: PastMoney,
  file = website,
): PastPeriod {
  const period = periodOf(file.terms, k);
  const counted = bad.map(([amount, unknown = 0n], indicator) => ({
    indicator,
    measurement: { total: indicator === 0 ? period.end - period.start : 40n, bad: amount, excluded: BigInt(indicator) },
    unknown,
  }));
  return { period, kind: "measured", counted, money: paid, ifDown };
}
const notHeld = (k: number, hint?: string): PastPeriod => ({
  period: periodOf(website.terms, k),
  kind: "not held",
  problem: { code: "monitor.too-old", message: "it keeps nothing", ...(hint === undefined ? {} : { hint }) },
});
const refused = (k: number, hint: string): PastPeriod => ({
  period: periodOf(website.terms, k),
  kind: "no report",
  problem: { code: "measure.coverage", message: "too little is known", hint },
  silence: money(500n),
});
const text = (past: readonly PastPeriod[], file = website, ...names: string[]) =>
  pastText(past, covered(file, ...(names.length === 0 ? ["uptime"] : names)), file);

describe("the past under a table, for people", () => {
  it("is a line for each month, in columns, and the sum", () => {
    const past = [measured(0, [[4_740n]], money(100n)), measured(1, [[0n]], money(0n))];
    expect(text(past)).to.deep.equal([
      "period   down        uptime    credit      paid",
      "2025-01  1 h 19 min  99.823 %  100.00    900.00",
      "2025-02  –           100 %          –  1,000.00",
      "",
      "2 periods: 100.00 of 2,000.00 USDC back to the client, 5 %; 1,900.00 paid.",
    ]);
  });

  it("has a column of unknown time where there is any, and says what it could be worth", () => {
    const past = [measured(0, [[0n, 7_200n]], money(0n), money(100n)), measured(1, [[0n]], money(0n))];
    expect(text(past)).to.deep.equal([
      "period   down  uptime  unknown  credit      paid",
      "2025-01  –     100 %   2 h           –  1,000.00",
      "2025-02  –     100 %   –             –  1,000.00",
      "",
      "2 periods: 0.00 of 2,000.00 USDC back to the client, 0 %; 2,000.00 paid.",
      "Had all unknown time been down: 100.00 back.",
    ]);
    // nothing to say where it would have cost nothing
    expect(text([measured(0, [[0n, 60n]], money(0n), money(0n))]).at(-1)).to.match(/^1 period: /);
  });

  it("names measures where there are several, and adds up what is unknown of them", () => {
    const past = [
      measured(
        0,
        [
          [3_600n, 60n],
          [2n, 5n],
        ],
        money(150n),
        undefined,
        both,
      ),
    ];
    expect(text(past, both, "uptime", "urgent tickets").slice(0, 2)).to.deep.equal([
      "period   uptime: down  uptime    urgent tickets  unknown    credit    paid",
      "2025-01  1 h           99.865 %  2 of 40         1 min 5 s  150.00  850.00",
    ]);
    expect(text(past, both, "urgent tickets").slice(0, 2)).to.deep.equal([
      "period   urgent tickets  unknown    credit    paid",
      "2025-01  2 of 40         1 min 5 s  150.00  850.00",
    ]);
  });

  it("says why a period is not in it, and gives each hint once", () => {
    const past = [notHeld(0, "keep more"), notHeld(1, "keep more"), refused(2, "probe more"), notHeld(3)];
    expect(text([...past, measured(4, [[0n]], money(0n))])).to.deep.equal([
      "period   down  uptime  credit      paid",
      "2025-01  not held: it keeps nothing",
      "2025-02  not held: it keeps nothing",
      "2025-03  no report: too little is known; silence gives 500.00",
      "2025-04  not held: it keeps nothing",
      "2025-05  –     100 %        –  1,000.00",
      "",
      "1 period: 0.00 of 1,000.00 USDC back to the client, 0 %; 1,000.00 paid.",
      "Not in it: 3 periods that the monitor does not have. Nothing is made up for them.",
      "Not in it: 1 period that could not have been reported.",
      "  keep more",
      "  probe more",
    ]);
    expect(text(past).slice(-3)).to.deep.equal(["Nothing could be measured.", "  keep more", "  probe more"]);
  });

  it("says what came from the bond", () => {
    expect(text([measured(0, [[99n]], money(1_200n, 200n))]).at(-1)).to.equal(
      "1 period: 1,200.00 of 1,000.00 USDC back to the client, 120 %; 0.00 paid; 200.00 of the credits from the bond.",
    );
  });

  it("names a period that begins within a month by its day", () => {
    const later = fileOf(TABLE, BigInt(Date.UTC(2025, 0, 15) / 1000));
    const past = [measured(0, [[0n]], money(0n), undefined, later)];
    expect(text(past, later)[1]).to.equal("15 Jan 2025  –     100 %        –  1,000.00");
  });
});

describe("the sums of the past", () => {
  it("are of what was measured, with unknown time down where somewhere some was assumed up", () => {
    const all = [
      measured(0, [[0n]], money(100n), money(250n)),
      measured(1, [[0n]], money(1_200n, 200n)),
      notHeld(2),
      refused(3, ""),
      refused(4, ""),
    ];
    expect(sumsOf(all)).to.deep.equal({
      measured: 2,
      notHeld: 1,
      refused: 2,
      sum: { fee: 2_000n * USDC, credit: 1_300n * USDC, earned: 900n * USDC, fromBond: 200n * USDC },
      ifDown: { fee: 2_000n * USDC, credit: 1_450n * USDC, earned: 750n * USDC, fromBond: 200n * USDC },
    });
    expect(sumsOf(all.slice(1)).ifDown).to.equal(undefined);
    expect(sumsOf([]).sum).to.deep.equal({ fee: 0n, credit: 0n, earned: 0n, fromBond: 0n });
  });
});

describe("the past under a table, for machines", () => {
  const past = [
    measured(
      0,
      [
        [3_600n, 60n],
        [2n, 5n],
      ],
      money(150n),
      money(250n),
      both,
    ),
    measured(1, [[0n], [0n]], money(0n), undefined, both),
    notHeld(2),
    refused(3, "probe more"),
  ];
  const which = covered(both, "uptime", "urgent tickets");
  const at = (month: string, next: string) => ({
    start: `2025-${month}-01T00:00:00Z`,
    end: `2025-${next}-01T00:00:00Z`,
  });

  it("has money in whole tokens, and counts in units", () => {
    expect(pastData(past, which, both)).to.deep.equal({
      periods: [
        {
          ...at("01", "02"),
          outcome: "measured",
          measures: [
            { measure: "uptime", total: 2_678_400n, bad: 3_600n, excluded: 0n, unknown: 60n },
            { measure: "urgent tickets", total: 40n, bad: 2n, excluded: 1n, unknown: 5n },
          ],
          ...{ fee: "1000.00", credit: "150.00", earned: "850.00", fromBond: "0.00" },
          ifUnknownIsDown: { fee: "1000.00", credit: "250.00", earned: "750.00", fromBond: "0.00" },
        },
        {
          ...at("02", "03"),
          outcome: "measured",
          measures: [
            { measure: "uptime", total: 2_419_200n, bad: 0n, excluded: 0n, unknown: 0n },
            { measure: "urgent tickets", total: 40n, bad: 0n, excluded: 1n, unknown: 0n },
          ],
          ...{ fee: "1000.00", credit: "0.00", earned: "1000.00", fromBond: "0.00" },
        },
        { ...at("03", "04"), outcome: "not held", problem: { code: "monitor.too-old", message: "it keeps nothing" } },
        {
          ...at("04", "05"),
          outcome: "no report",
          problem: { code: "measure.coverage", message: "too little is known", hint: "probe more" },
          silence: { fee: "1000.00", credit: "500.00", earned: "500.00", fromBond: "0.00" },
        },
      ],
      together: {
        ...{ measured: 2, notHeld: 1, refused: 1 },
        ...{ fee: "2000.00", credit: "150.00", earned: "1850.00", fromBond: "0.00" },
        ifUnknownIsDown: { fee: "2000.00", credit: "250.00", earned: "1750.00", fromBond: "0.00" },
      },
    });
    expect(pastData(past.slice(1), which, both).together).to.not.have.property("ifUnknownIsDown");
  });

  it("is CSV: empty cells where nothing was measured, quotes where a name needs them", () => {
    expect(pastCsv(past, which, both)).to.deep.equal([
      "start,end,outcome,uptime total,uptime bad,uptime excluded,uptime unknown,urgent tickets total,urgent tickets bad,urgent tickets excluded,urgent tickets unknown,fee,credit,paid",
      "2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,measured,2678400,3600,0,60,40,2,1,5,1000.00,150.00,850.00",
      "2025-02-01T00:00:00Z,2025-03-01T00:00:00Z,measured,2419200,0,0,0,40,0,1,0,1000.00,0.00,1000.00",
      "2025-03-01T00:00:00Z,2025-04-01T00:00:00Z,not held,,,,,,,,,,,",
      "2025-04-01T00:00:00Z,2025-05-01T00:00:00Z,no report,,,,,,,,,,,",
    ]);
    const [one] = covered(website, "uptime");
    const head = (name: string) => pastCsv([], [{ ...one!, name }], website)[0]?.split(" total")[0];
    expect(head('a "b"')).to.equal('start,end,outcome,"a ""b""');
    expect(head("a,b")).to.equal('start,end,outcome,"a,b');
    expect(head("a\nb")).to.equal('start,end,outcome,"a\nb');
    // a measure that a period says nothing of
    expect(pastCsv([measured(0, [], money(0n))], which.slice(0, 1), both)[1]).to.equal(
      "2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,measured,,,,,1000.00,0.00,1000.00",
    );
  });
});

describe("the measure that a source is for", () => {
  const two = fileOf(
    ADDED.replace(
      "objectives:\n",
      "  mail:\n    unit: seconds\n    excluded: none\nobjectives:\n  - measure: mail\n    below 99%: 5%\n",
    ),
  );

  it("is the one that is named, by its name or its number from 1", () => {
    expect(["urgent tickets", "1", "2"].map((name) => placeOf(name, both.measures))).to.deep.equal([1, 0, 1]);
    for (const name of ["0", "3", "speed"]) {
      expect(problemIn(() => measureFor(name, both, new Set()))).to.deep.equal({
        code: "usage",
        message: `There is no measure "${name}".`,
        hint: "There are uptime, urgent tickets.",
      });
    }
  });

  it("is else the only one that is counted in time and has none yet", () => {
    expect(measureFor(undefined, both, new Set())).to.equal(0);
    expect(measureFor(undefined, two, new Set([0]))).to.equal(1);
    expect(problemIn(() => measureFor(undefined, two, new Set()))).to.deep.equal({
      code: "usage",
      message: "It is not clear which measure the monitor is for.",
      hint: "Say --measure NAME: uptime, mail.",
    });
    expect(problemIn(() => measureFor(undefined, both, new Set([0])))).to.deep.equal({
      code: "usage",
      message: "The table has no measure of seconds or days that a monitor could tell.",
      hint: "Give counts: --counts measure=FILE.csv.",
    });
  });
});

describe("what is read of the past", () => {
  const START = Number(JANUARY);
  const everyHour = Array.from({ length: 31 * 24 }, (_, i) => [START + 3_600 * i, 1] as const);
  const periods = [{ file: website, period: periodOf(website.terms, 0) }];
  const prometheus = { url: "http://x", query: "a" };

  const look = (sources: [number, Source][], file = website, isFile = false, places = ["a", "b"]) => {
    const monitor = Object.assign(forgetful(Object.fromEntries(places.map((place) => [place, everyHour]))), {
      time: START + 1e7,
    });
    const open = () => ({ kind: "samples", monitor, ...(isFile ? { isFile } : {}) });
    const work = cover(new Map(sources), file, periods, { open } as unknown as Monitors, new AbortController().signal);
    return { monitor, work };
  };
  const of = (monitor: object): Source => ({ kind: "monitor", monitor });

  it("is every measure that has a source, in their order, by its name or its number", async () => {
    const counts: Source = { kind: "counts", counts: "c.csv" };
    const { work } = look(
      [
        [2, counts],
        [1, counts],
        [0, { kind: "outages", outages: "o.csv" }],
      ],
      both,
    );
    const none = { opened: undefined, assumed: undefined };
    expect(await work).to.deep.equal([
      { indicator: 0, name: "uptime", source: { kind: "outages", outages: "o.csv" }, ...none },
      { indicator: 1, name: "urgent tickets", source: counts, ...none },
      { indicator: 2, name: "measure 3", source: counts, ...none },
    ]);
  });

  it("has a policy assumed only where the file has none", async () => {
    const [one] = await look([[0, of({ samples: "s.csv" })]]).work;
    expect(one?.assumed).to.include({ slot: 5_400, unknown: "up" });
    const policy = "    policy: { bad when: fails, a sample speaks for: 60 seconds, unknown: counts as up }\n";
    const file = fileOf(TABLE.replace("    excluded: none\n", `    excluded: none\n${policy}`));
    const { work, monitor } = look([[0, of({ samples: "s.csv" })]], file);
    expect((await work)[0]?.assumed).to.equal(undefined);
    expect(monitor.asked).to.deep.equal([]);
  });

  it("takes several series of a server for places only where somebody said what tells them apart", async () => {
    const places = async (monitor: object) => (await look([[0, of(monitor)]]).work)[0]?.assumed?.places.of;
    expect(await places({ samples: "s.csv" })).to.equal(2);
    expect(await places({ prometheus: { ...prometheus, "vantage label": "region" } })).to.equal(2);
    const { code } = await problemOf(places({ prometheus }));
    expect(code).to.equal("backtest.places");
  });

  it("reads a file once, a server for every month anew", async () => {
    for (const isFile of [true, false]) {
      const { work, monitor } = look([[0, of({ samples: "s.csv" })]], website, isFile);
      const [one] = await work;
      expect(one?.opened?.kind === "samples" && one.opened.monitor === monitor).to.equal(!isFile);
    }
  });
});
