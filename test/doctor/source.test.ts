import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { checkSource, type Examined } from "../../src/doctor/monitor.ts";
import { UpheldError } from "../../src/errors.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { formatUtc } from "../../src/measure/time.ts";
import type { TicketRule } from "../../src/measure/tickets.ts";
import type { Monitors, OpenedMonitor } from "../../src/monitors/open.ts";
import type { SampleMonitor } from "../../src/monitors/types.ts";
import type { MonitorSource } from "../../src/oracle/config.ts";
import { Unit } from "../../src/terms/types.ts";
import { forgetful, type Forgetful } from "../monitors/forgetful.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { told } from "./told.ts";

const DAY = 86_400;
const at = (text: string) => Date.parse(text) / 1000;
const NOW = at("2025-03-20T12:00:00Z");
const MARCH = { start: BigInt(at("2025-03-01T00:00:00Z")), end: BigInt(at("2025-04-01T00:00:00Z")) };
/** Longest period 31 days; report window 5 days, dispute window 7. */
const terms = sampleTerms({ objectives: [] });
const running = { ...MARCH, number: 2n, isDue: false };

const POLICY: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 90,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "up",
  coverage: 0,
};

/** A sample a minute, from `from` on. */
const everyMinute = (from = Number(MARCH.start) - 3_600, until = NOW + DAY, value = 1) =>
  Array.from({ length: Math.floor((until - from) / 60) }, (_, i) => [from + 60 * i, value] as const);

describe("doctor on a source", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-doctor-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  interface Around {
    readonly opened?: OpenedMonitor;
    readonly kept?: OpenedMonitor;
    readonly windows?: readonly { start: bigint; end: bigint }[];
    readonly now?: number;
  }

  async function look(examined: Partial<Examined> & Pick<Examined, "source">, around: Around = {}) {
    const { opened, kept, windows = [], now = NOW } = around;
    const asked: unknown[] = [];
    const monitors = {
      open: () => {
        if (opened === undefined) throw new UpheldError({ code: "monitor.query", message: "no such query" });
        return opened;
      },
      kept: (...given: unknown[]) => {
        asked.push(given);
        return kept;
      },
      openMaintenance: () => ({ source: "silences", read: () => Promise.resolve(windows) }),
    } as unknown as Monitors;
    const findings = await checkSource(
      { about: "uptime", terms, indicator: 0, policy: POLICY, period: running, ...examined },
      { monitors, now: () => now, days: 7 },
    );
    return { text: told(findings).map((line) => line.replaceAll(folder, "…")), asked };
  }
  const found = async (...args: Parameters<typeof look>) => (await look(...args)).text;

  describe("of counts", () => {
    const counts = (examined: Partial<Examined> = {}) =>
      found({ source: { kind: "counts", counts: join(folder, "counts.csv") }, ...examined });

    it("asks for no line before the period is over, but for the file", async () => {
      const missing = [
        "warning source uptime: …/counts.csv is not there, or cannot be read",
        "  it must have a line for the period once that is over",
      ];
      expect(await counts()).to.deep.equal(missing);
      expect(await counts({ period: undefined })).to.deep.equal(missing);
      write("counts.csv", "");
      expect(await counts()).to.deep.equal([
        "ok source uptime: …/counts.csv is asked for a line once the period is over",
      ]);
    });

    it("wants the line of a period that is due", async () => {
      const period = { ...running, isDue: true };
      write("counts.csv", "period,total,bad,excluded\n2025-02,7,3,0\n");
      expect((await counts({ period }))[0]).to.equal(
        "problem source uptime: …/counts.csv: there is no line for period 2 (2025-03)",
      );
      write("counts.csv", "period,total,bad,excluded\n2025-03,7,3,0\n");
      expect(await counts({ period })).to.deep.equal(["ok source uptime: …/counts.csv has period 2: 3 bad of 7"]);
    });
  });

  describe("of outages", () => {
    it("reads those of the period, or of the last days when none runs", async () => {
      const outages = write("o.csv", "start,end\n2025-03-02T00:00:00Z,2025-03-02T01:00:00Z\n");
      const source = { kind: "outages", outages } as const;
      expect(await found({ source })).to.deep.equal([
        "ok source uptime: …/o.csv can be read: 1 outage of the period so far",
      ]);
      expect(await found({ source, period: undefined })).to.deep.equal([
        "ok source uptime: …/o.csv can be read: 0 outages of the last 7 days",
      ]);
    });

    it("says what is wrong with the file", async () => {
      const [problem, hint] = await found({ source: { kind: "outages", outages: write("o.csv", "from,to\n") } });
      expect(problem).to.equal(
        'problem source uptime: …/o.csv: there is no column "start": the first line reads "from,to"',
      );
      expect(hint).to.contain('the first line is "start,end"');
    });
  });

  describe("of tickets", () => {
    const columns = { id: "id", priority: "priority", opened: "opened", resolved: "resolved" };
    const tickets = { ...terms, indicators: [{ ...terms.indicators[0]!, unit: Unit.Tickets }] };
    const ticketRule: TicketRule = { priorities: ["P1"], clock: "resolution", within: 3_600 };
    const export_ = () =>
      write(
        "t.csv",
        [
          "id,priority,opened,resolved",
          "1,P1,2025-03-03T00:00:00Z,2025-03-03T00:30:00Z",
          "2,P1,2025-03-04T00:00:00Z,2025-03-04T02:00:00Z",
          "3,P1,2025-03-05T00:00:00Z,2025-03-05T02:00:00Z\n",
        ].join("\n"),
      );

    it("counts the late ones of the period so far, by the file's rule", async () => {
      const source = { kind: "tickets", file: export_(), columns } as const;
      expect(await found({ source, terms: tickets, ticketRule })).to.deep.equal([
        "ok source uptime: …/t.csv can be read: 3 tickets of the period so far, 2 late",
      ]);
      expect(await found({ source, terms: tickets, ticketRule, period: undefined })).to.deep.equal([
        "ok source uptime: …/t.csv can be read: 0 tickets of the last 7 days, 0 late",
      ]);
    });

    it("only looks whether the export can be read where no rule is known", async () => {
      const source = { kind: "tickets", file: write("t.csv", "whatever"), columns } as const;
      expect(await found({ source, terms: tickets })).to.deep.equal(["ok source uptime: …/t.csv can be read"]);
      expect(await found({ source, terms: tickets, ticketRule, indicator: 1 })).to.deep.equal([
        "ok source uptime: …/t.csv can be read",
      ]);
    });

    it("says that the export is none", async () => {
      const source = { kind: "tickets", file: write("t.csv", "whatever"), columns } as const;
      expect((await found({ source, terms: tickets, ticketRule }))[0]).to.match(/^problem source uptime: …\/t.csv: /);
    });
  });

  const prometheus = { url: "http://x", query: "probe_success" };
  const source: MonitorSource = { kind: "monitor", monitor: { prometheus } };
  const outages = (count: number): OpenedMonitor => ({
    kind: "outages",
    monitor: {
      read: ({ start, end }) =>
        Promise.resolve({
          outages: Array.from({ length: count }, () => ({ start, end, instance: 0 })),
          exclusions: [],
          notes: [],
          source: `${formatUtc(start)} to ${formatUtc(end)}`,
        }),
    },
  });

  describe("of a monitor", () => {
    it("that cannot be opened", async () => {
      expect(await found({ source })).to.deep.equal(["problem source uptime: no such query", "  See the message."]);
    });

    it("that gives outages", async () => {
      expect(await found({ source }, { opened: outages(3) })).to.deep.equal([
        "ok source uptime: answers: 3 outages in the last 7 days",
      ]);
    });

    it("that gives samples, without a policy", async () => {
      expect(
        await found({ source, policy: undefined }, { opened: { kind: "samples", monitor: forgetful({}) } }),
      ).to.deep.equal([
        "problem source uptime: samples do not become counts without a policy, and the agreement's file has none",
        "  an agreement that was made without `policy` is reported from outages or counts; docs/agreement-file.md",
      ]);
    });

    it("that is a file", async () => {
      const file: SampleMonitor = { source: "samples of x.csv", read: () => forgetful({}).read(MARCH) };
      expect(await found({ source }, { opened: { kind: "samples", monitor: file } })).to.deep.equal([
        "ok source uptime: samples of x.csv: a file is judged when it is read",
      ]);
    });

    it("with maintenance that is announced elsewhere, or listed", async () => {
      const exclusions = write("x.csv", "start,end\n2025-03-18T00:00:00Z,2025-03-18T01:00:00Z\n");
      const windows = [{ start: MARCH.start, end: MARCH.end }];
      const announced = (given: Partial<MonitorSource>) =>
        found({ source: { ...source, ...given } }, { opened: outages(0), windows }).then((text) => text.slice(1));
      const maintenance = { alertmanager: { url: "http://y", labels: { job: "x" } } } as never;
      expect(await announced({})).to.deep.equal([]);
      expect(await announced({ maintenance })).to.deep.equal([
        "ok source uptime, maintenance: can be read: 1 window in the last 7 days",
      ]);
      expect(await announced({ exclusions, maintenance })).to.deep.equal([
        "ok source uptime, maintenance: can be read: 2 windows in the last 7 days",
      ]);
      const [problem] = await announced({ exclusions: write("x.csv", "from,to\n") });
      expect(problem).to.match(/^problem source uptime, maintenance: …\/x.csv: there is no column "start"/);
    });
  });

  describe("of a server of samples", () => {
    const server = (changes: Partial<Forgetful> = {}, places: Parameters<typeof forgetful>[0] = { a: everyMinute() }) =>
      Object.assign(forgetful(places, 100 * DAY), { time: NOW }, changes);
    const judged = (monitor: Forgetful, examined: Partial<Examined> = {}) =>
      found({ source, ...examined }, { opened: { kind: "samples", monitor } });

    it("has nothing to complain of where all is there", async () => {
      expect(await judged(server())).to.deep.equal([
        "ok source uptime: 1 place: a",
        "ok holes uptime: none in the last 7 days",
        "ok clock uptime: the monitor's clock and this computer's agree",
        "ok retention uptime: it keeps 100 days, 44 days are needed",
        "ok retention uptime: it has period 2 from its start, 2025-03-01T00:00:00Z, on",
      ]);
    });

    it("looks at the days before the slower of both clocks, less what is still on its way", async () => {
      const monitor = server({ time: NOW - 300 });
      await judged(monitor);
      expect(monitor.asked[0]).to.deep.equal({
        start: BigInt(NOW - 300 - 120 - 7 * DAY),
        end: BigInt(NOW - 300 - 120),
      });
      const ahead = server({ time: NOW + 300 });
      await judged(ahead);
      expect(ahead.asked[0]?.end).to.equal(BigInt(NOW - 120));
    });

    it("asks for the first day of the period, and what speaks into it", async () => {
      const monitor = server();
      await judged(monitor);
      expect(monitor.asked[1]).to.deep.equal({ start: MARCH.start - 90n, end: MARCH.start - 90n + 86_400n });
      const young = server();
      await judged(young, { period: { ...running, start: BigInt(NOW - 3_600) } });
      expect(young.asked[1]).to.deep.equal({ start: BigInt(NOW - 3_600 - 90), end: BigInt(NOW - 120) });
      for (const period of [undefined, { ...running, start: BigInt(NOW - 30) }]) {
        const none = server();
        await judged(none, { period });
        expect(none.asked).to.have.length(1);
      }
    });

    it("says that the period's first day is gone", async () => {
      const monitor = server();
      const read = monitor.read.bind(monitor);
      monitor.read = (window, signal) => {
        if (window.start === MARCH.start - 90n) {
          throw new UpheldError({ code: "monitor.too-old", message: "it keeps nothing before", hint: "keep more" });
        }
        return read(window, signal);
      };
      expect((await judged(monitor)).slice(-2)).to.deep.equal([
        "problem retention uptime: it keeps nothing before",
        "  keep more",
      ]);
    });

    it("says that its clock is another", async () => {
      expect((await judged(server({ time: NOW + 20 }))).slice(2, 4)).to.deep.equal([
        "warning clock uptime: the monitor's clock is 20 s ahead of this computer's",
        "  let both systems keep their time (timedatectl set-ntp true): when something was down goes by the monitor's",
      ]);
      expect((await judged(server({ time: NOW - 80 })))[2]).to.equal(
        "problem clock uptime: the monitor's clock is 1 min 20 s behind this computer's",
      );
    });

    it("is wanted to keep a period with its windows: −1, exactly, for the report and for a dispute", async () => {
      const KEEP =
        "  start it with --storage.tsdb.retention.time=100d, or let upheld collect keep the samples (kept in)";
      const keeps = async (seconds: number) =>
        (await judged(server({ keeps: seconds }), { period: undefined })).slice(3);
      // a period of 31 days, a slot of 90 seconds, 5 days to report, 7 to dispute
      const report = (31 + 5) * DAY + 90;
      expect(await keeps(report - 90)).to.deep.equal([
        "problem retention uptime: it keeps 36 days; a period, and the window for its report, take 37 days",
        KEEP,
      ]);
      expect((await keeps(report - 1))[0]).to.match(/^problem retention/);
      expect(await keeps(37 * DAY)).to.deep.equal([
        "warning retention uptime: it keeps 37 days: enough to report, but in a dispute, 44 days on, the first days are gone",
        KEEP,
      ]);
      expect((await keeps(report))[0]).to.match(/^warning retention/);
      expect((await keeps(report + 7 * DAY - 1))[0]).to.match(/^warning retention/);
      expect((await keeps(report + 7 * DAY))[0]).to.match(/^ok retention/);
    });

    it("may not say for how long it keeps samples", async () => {
      const monitor = server();
      const silent = { ...monitor, server: { ...monitor.server!, retention: () => Promise.resolve(undefined) } };
      expect((await judged(silent)).slice(3, 5)).to.deep.equal([
        "warning retention uptime: it does not say for how long it keeps samples; 44 days are needed",
        "  see that it deletes by time, not by size, and late enough",
      ]);
    });

    it("is asked why there are holes, by `up` as it is", async () => {
      const hole = [NOW - 2 * DAY, NOW - 2 * DAY + 7_200] as const;
      const outside = ([time]: readonly [number, number]) => time < hole[0] || time >= hole[1];
      const monitor = server({}, { a: everyMinute().filter(outside) });
      const up = server({}, { a: everyMinute().map(([time]) => [time, outside([time, 0]) ? 1 : 0] as const) });
      const text = await found(
        { source, policy: { ...POLICY, scale: 1_000, good: { atLeast: 1_000 } } },
        { opened: { kind: "samples", monitor, up } },
      );
      expect(text[1]).to.equal(
        "warning holes uptime: 1 h 59 min 30 s of the last 7 days are unknown, 1.185 %: 2025-03-18T12:00:30Z for 1 h 59 min 30 s (the exporter was down)",
      );
    });
  });

  describe("that upheld collect keeps", () => {
    const monitor = () => Object.assign(forgetful({ a: everyMinute() }, 100 * DAY), { time: NOW });
    const keptIn: MonitorSource = { ...source, keptIn: "" };
    const part = (name: string) => {
      mkdirSync(join(folder, name.split("/")[0] ?? ""), { recursive: true });
      write(name, name.startsWith("missed") ? "it had forgotten\n" : "time,value\n");
    };
    const kept = async (
      more: Around & { keeps?: number; source?: Partial<MonitorSource>; period?: undefined } = {},
    ) => {
      const live = Object.assign(monitor(), more.keeps === undefined ? {} : { keeps: more.keeps });
      const { text, asked } = await look(
        { source: { ...keptIn, keptIn: folder, ...more.source }, ...("period" in more ? { period: undefined } : {}) },
        { opened: { kind: "samples", monitor: live }, kept: { kind: "samples", monitor: monitor() }, ...more },
      );
      return { text: text.slice(3), asked };
    };

    it("must be collected", async () => {
      expect((await kept()).text).to.deep.equal([
        "problem retention …: nothing is kept there yet",
        "  run upheld collect, as a service or from cron",
      ]);
    });

    it("must have been collected within the last day, to the second", async () => {
      part("samples/2025-03-01T000000Z_2025-03-19T120000Z.csv");
      expect((await kept()).text).to.deep.equal([
        "ok retention …: kept up to 2025-03-19T12:00:00Z",
        "ok retention uptime: it has period 2 from its start, 2025-03-01T00:00:00Z, on",
      ]);
      expect((await kept({ now: NOW + 1 })).text).to.deep.equal([
        "problem retention …: nothing was collected since 2025-03-19T12:00:00Z",
        "  run upheld collect, as a service or from cron",
      ]);
    });

    it("lets the monitor itself keep two days at least, and does not ask for more", async () => {
      part("samples/2025-03-01T000000Z_2025-03-20T000000Z.csv");
      expect((await kept({ keeps: 2 * DAY })).text[0]).to.match(/^ok retention …/);
      expect((await kept({ keeps: 2 * DAY - 1 })).text.slice(0, 2)).to.deep.equal([
        "warning retention uptime: the monitor keeps 47 h 59 min 59 s: collect may not stand still that long",
        "  keep a few days at least",
      ]);
    });

    it("tells what was not collected in time, of the period and after it", async () => {
      part("samples/2025-02-01T000000Z_2025-03-20T000000Z.csv");
      part("missed/2025-02-10T000000Z_2025-03-01T000000Z.txt");
      expect((await kept()).text[1]).to.match(/^ok retention uptime/);
      part("missed/2025-02-11T000000Z_2025-03-01T000001Z.txt");
      part("missed/2025-03-05T000000Z_2025-03-06T000000Z.txt");
      expect((await kept()).text.slice(1, 3)).to.deep.equal([
        "warning retention …: not collected in time, so unknown: 2025-02-11T00:00:00Z to 2025-03-01T00:00:01Z, 2025-03-05T00:00:00Z to 2025-03-06T00:00:00Z",
        "  let collect run more often",
      ]);
      expect((await kept({ period: undefined })).text[1]).to.contain("2025-02-10T00:00:00Z to 2025-03-01T00:00:00Z");
    });

    it("is read since monitoring began", async () => {
      part("samples/2025-03-01T000000Z_2025-03-20T000000Z.csv");
      const since = { monitor: { prometheus: { ...prometheus, "monitored since": 5n } } };
      expect((await kept({ source: since })).asked).to.deep.equal([[folder, 5n]]);
      expect((await kept({ kept: outages(0) })).text).to.deep.equal([
        "ok retention …: kept up to 2025-03-20T00:00:00Z",
      ]);
    });
  });
});
