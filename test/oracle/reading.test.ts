import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { countInput, type Sampled } from "../../src/evidence/build.ts";
import { Columns } from "../../src/measure/columns.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Period, Window } from "../../src/measure/types.ts";
import { Monitors, type OpenedMonitor } from "../../src/monitors/open.ts";
import type { RawChunk, SampleMonitor } from "../../src/monitors/types.ts";
import type { MonitorSource } from "../../src/oracle/config.ts";
import { Readings } from "../../src/oracle/groups.ts";
import { maintenanceOf, openSource, readMonitor, readOpened, type Monitored } from "../../src/oracle/monitored.ts";
import { Mode, Unit, type Indicator } from "../../src/terms/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { policyWith } from "../measure/reference.ts";
import { quickServices } from "../monitors/services.ts";

/** Two days, in which a sample speaks for ten minutes. */
const DAY = 86_400;
const START = 1_767_312_000;
const PERIOD: Period = { start: BigInt(START), end: BigInt(START + 2 * DAY) };
const SLOT = 600;
const span = (from: number, to: number): Window => ({ start: BigInt(START + from), end: BigInt(START + to) });
/** The same as the file of exclusions says it. */
const utc = (seconds: number) => new Date((START + seconds) * 1_000).toISOString().replace(".000", "");

const indicator = (more: Partial<Indicator> = {}): Indicator => ({
  ...{ id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 100_000n },
  ...more,
});
const measured = (policy: Partial<Policy> | undefined = {}, more: Partial<Indicator> = {}): Monitored => ({
  ...{ indicator: indicator(more), label: "uptime of Harbor" },
  policy: policyWith({ slot: SLOT, ...policy }),
});

/** Every ten minutes from `from`, good but for the spans of `bad`, and without those of `gone`. */
function samples(from: number, bad: readonly Window[] = [], gone: readonly Window[] = []) {
  const within = (spans: readonly Window[], time: number) =>
    spans.some(({ start, end }) => BigInt(time) >= start && BigInt(time) < end);
  const found: [number, number][] = [];
  for (let time = START + from; time < START + 2 * DAY; time += SLOT) {
    if (!within(gone, time)) found.push([time, within(bad, time) ? 0 : 1]);
  }
  return found;
}

interface Asked {
  readonly window: Period;
  readonly signal: AbortSignal | undefined;
}

/** A monitor that gives these chunks, and what it was asked. */
function monitorOf(chunks: readonly RawChunk[], source = "probes") {
  const asked: Asked[] = [];
  const monitor: SampleMonitor = {
    source,
    async *read(window, signal) {
      asked.push({ window, signal });
      await Promise.resolve();
      yield* chunks;
    },
  };
  return { monitor, asked };
}

describe("a monitor that an oracle reads", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-reading-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const monitors = () => new Monitors(quickServices(), (name) => join(folder, name));
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const SOURCE: MonitorSource = { kind: "monitor", monitor: { samples: "s.csv" } };
  const listed = (...spans: [number, number][]): MonitorSource => ({
    ...SOURCE,
    exclusions: write("x.csv", `start,end\n${spans.map((span) => span.map(utc).join()).join("\n")}\n`),
  });
  const read = async (
    opened: OpenedMonitor,
    { source = SOURCE, what = measured() }: { source?: MonitorSource; what?: Monitored } = {},
    readings?: Readings,
    signal?: AbortSignal,
  ) => readOpened(opened, monitors(), source, what, PERIOD, signal, readings);
  const sampled = ({ input }: Awaited<ReturnType<typeof read>>) => input as Sampled;
  const counts = (reading: Awaited<ReturnType<typeof read>>) => countInput(reading.input, PERIOD).measurement;

  it("gives samples by place, back to what speaks into the period, for the policy to judge", async () => {
    const { monitor, asked } = monitorOf([
      { vantage: "oslo", samples: samples(0).slice(0, 100) },
      { vantage: "rome", samples: Columns.join([samples(0)]) },
      { vantage: "oslo", samples: samples(0).slice(100) },
    ]);
    const { signal } = new AbortController();
    const what = measured({ places: { bad: 1, of: 2 } });
    const reading = await read({ kind: "samples", monitor }, { what }, undefined, signal);
    expect(asked).to.deep.equal([{ window: { start: PERIOD.start - 600n, end: PERIOD.end }, signal }]);
    const { series, seen, ...rest } = sampled(reading);
    expect(seen?.verdicts.bad, "judged already, for whoever else reads it").to.deep.equal([]);
    expect(rest).to.deep.equal({
      ...{ grade: "samples", indicator: indicator(), policy: what.policy, maintenance: [], remarks: [] },
    });
    expect(series.map(({ vantage, times }) => [vantage, times.length])).to.deep.equal([
      ["oslo", 288],
      ["rome", 288],
    ]);
    expect(reading.source).to.equal("probes");
  });

  it("cannot be counted without a policy", async () => {
    const { monitor, asked } = monitorOf([]);
    const what = { indicator: indicator(), policy: undefined, label: "uptime of Harbor" };
    expect(await problemOf(read({ kind: "samples", monitor }, { what }))).to.deep.equal({
      code: "config.no-policy",
      message:
        "uptime of Harbor: samples do not become counts by themselves, and the agreement's file has no policy for it.",
      hint: "An agreement that was made without `policy` is reported from outages or counts; docs/agreement-file.md.",
    });
    expect(asked).to.deep.equal([]);
  });

  it("is asked once for all that need the same, and judged once for each way of judging", async () => {
    const { monitor, asked } = monitorOf([{ vantage: "oslo", samples: samples(0) }]);
    const opened: OpenedMonitor = { kind: "samples", monitor };
    const readings = new Readings();
    const series = async (policy: Partial<Policy>, source = SOURCE) =>
      sampled(await read(opened, { what: measured(policy), source }, readings)).series;
    const first = await series({});
    expect(await series({ unknown: "up" })).to.equal(first);
    for (const other of [{ scale: 1_000 }, { good: { atLeast: 2 } }]) {
      const judged = await series(other);
      expect(judged).not.to.equal(first);
    }
    expect((await series({ scale: 1_000 }))[0]?.values[0]).to.equal(1_000);
    expect(asked).to.have.length(1);

    const fresh = new Readings();
    await read(opened, {}, fresh);
    await read(opened, { what: measured({ slot: 300 }) }, fresh);
    await read(opened, { source: { ...SOURCE, keptIn: "/kept" } }, fresh);
    await read(opened, { source: { ...SOURCE, monitor: { samples: "other.csv" } } }, fresh);
    expect(asked.slice(1), "another window, another folder, another monitor").to.have.length(4);
    await read(opened);
    await read(opened);
    expect(asked, "each for itself").to.have.length(7);
  });

  describe("whose exporter says why it knows nothing", () => {
    const HOLE = span(1_200, 3_600);
    const holed = (gone: readonly Window[] = [HOLE]) => monitorOf([{ vantage: "oslo", samples: samples(0, [], gone) }]);
    /** It answered for the hole's first ten minutes, then not; the later sample comes first. */
    const up = () =>
      monitorOf([
        {
          vantage: "oslo",
          samples: [
            [START + 1_800, 0],
            [START + 1_200, 1],
          ],
        },
      ]);

    it("is believed about each hole", async () => {
      const { signal } = new AbortController();
      const { monitor: exporter, asked } = up();
      const opened: OpenedMonitor = { kind: "samples", monitor: holed().monitor, up: exporter };
      const { remarks } = sampled(await read(opened, {}, undefined, signal));
      const told = (from: number, to: number, reason: string) => {
        const { start, end } = span(from, to);
        return { vantage: "oslo", start, end, reason };
      };
      expect(remarks).to.deep.equal([
        told(1_200, 1_800, "exporter up, metric missing"),
        told(1_800, 2_400, "exporter down"),
        told(2_400, 3_600, "monitor down"),
      ]);
      expect(asked).to.deep.equal([{ window: { start: PERIOD.start - 600n, end: PERIOD.end }, signal }]);
    });

    it("is asked once for all, and only where there are holes", async () => {
      const { monitor: exporter, asked } = up();
      const opened: OpenedMonitor = { kind: "samples", monitor: holed().monitor, up: exporter };
      const readings = new Readings();
      await read(opened, {}, readings);
      await read(opened, {}, readings);
      expect(asked).to.have.length(1);
      const whole: OpenedMonitor = { kind: "samples", monitor: holed([]).monitor, up: exporter };
      expect(sampled(await read(whole)).remarks).to.deep.equal([]);
      expect(asked).to.have.length(1);
      const alone: OpenedMonitor = { kind: "samples", monitor: holed().monitor };
      expect(sampled(await read(alone)).remarks, "nobody to ask").to.deep.equal([]);
    });
  });

  describe("with announced maintenance", () => {
    const down = () =>
      ({
        kind: "samples",
        monitor: monitorOf([{ vantage: "oslo", samples: samples(0, [span(0, 2 * DAY)]) }]).monitor,
      }) as const;

    it("lists it with its source", async () => {
      const reading = await read(down(), { source: listed([3_600, 7_200]) });
      expect(reading.source).to.equal("probes; exclusions as listed");
      expect(sampled(reading).maintenance).to.deep.equal([{ ...span(3_600, 7_200), line: 2 }]);
      expect(counts(reading)).to.deep.equal({ total: BigInt(2 * DAY), bad: BigInt(2 * DAY - 3_600), excluded: 3_600n });
    });

    it("excludes as much as the cap allows, in the order of time", async () => {
      const source = listed([3_600, 7_200], [10_000, 20_000]);
      const excluded = async (more: Partial<Indicator>) =>
        counts(await read(down(), { source, what: measured({}, more) })).excluded;
      expect(await excluded({ excludedCap: 13_600n })).to.equal(13_600n);
      expect(await excluded({ excludedCap: 13_599n })).to.equal(13_599n);
      expect(await excluded({ excludedCap: 3_600n })).to.equal(3_600n);
      expect(await excluded({ excludedCap: 0n })).to.equal(0n);
    });

    it("is not cut where days are counted: of those nothing is excluded, they are not bad", async () => {
      const what = measured({}, { unit: Unit.Days, mode: Mode.Count, excludedCap: 0n });
      const bad = async (source: MonitorSource) => counts(await read(down(), { source, what })).bad;
      expect([await bad(SOURCE), await bad(listed([0, DAY])), await bad(listed([0, 2 * DAY]))]).to.deep.equal([
        2n,
        1n,
        0n,
      ]);
    });

    it("is read of a file, of another monitor, of both or of neither", async () => {
      const { signal } = new AbortController();
      const asked: unknown[] = [];
      const config = { alertmanager: { url: "http://a", labels: {} } } as never;
      const announced = {
        openMaintenance: (given: unknown) => {
          asked.push(given);
          return {
            source: "silences",
            read: (...of: unknown[]) => {
              asked.push(of);
              return Promise.resolve([span(0, 60)]);
            },
          };
        },
      } as unknown as Monitors;
      const found = (source: MonitorSource) => maintenanceOf(announced, source, PERIOD, signal);
      expect(await found(SOURCE)).to.deep.equal({ windows: [], sources: [] });
      expect(asked).to.deep.equal([]);
      expect(await found({ ...SOURCE, maintenance: config })).to.deep.equal({
        ...{ windows: [span(0, 60)], sources: ["silences"] },
      });
      expect(asked).to.deep.equal([config, [PERIOD, signal]]);
      expect(await found({ ...listed([60, 120]), maintenance: config })).to.deep.equal({
        windows: [{ ...span(60, 120), line: 2 }, span(0, 60)],
        sources: ["exclusions as listed", "silences"],
      });
      const wrong = { ...SOURCE, exclusions: write("w.csv", "start,end\nx,y\n") };
      expect(await problemOf(found(wrong))).to.include({ file: wrong.exclusions, line: 2 });
    });
  });

  describe("of outages, as a status page has them", () => {
    const page = (): OpenedMonitor => ({
      kind: "outages",
      monitor: {
        read: (period) =>
          Promise.resolve({
            ...{ outages: [{ ...period, end: period.start + 60n }], exclusions: [span(600, 660)], notes: [] },
            source: "status page",
          }),
      },
    });

    it("needs no policy, and takes its maintenance with what is announced besides", async () => {
      const what = { indicator: indicator(), policy: undefined, label: "" };
      expect(await read(page(), { source: listed([60, 120]), what })).to.deep.equal({
        input: {
          ...{ grade: "outages", indicator: indicator(), outages: [span(0, 60)] },
          exclusions: [span(600, 660), { ...span(60, 120), line: 2 }],
        },
        source: "status page; exclusions as listed",
      });
    });

    it("does not take the page's word for maintenance that the agreement takes from its record", async () => {
      const exclusions = async (record: Policy["record"]) => {
        const { input } = await read(page(), { what: measured(record === undefined ? {} : { record }) });
        return input.grade === "outages" ? input.exclusions : undefined;
      };
      expect(await exclusions(undefined)).to.deep.equal([span(600, 660)]);
      expect(await exclusions({ declined: true })).to.deep.equal([span(600, 660)]);
      expect(await exclusions({ planned: 0 })).to.deep.equal([]);
    });
  });

  it("is opened itself, or where its samples are kept since monitoring began", () => {
    write("s.csv", "time,value\n");
    const opened = openSource(monitors(), SOURCE);
    expect(opened.kind === "samples" && opened.isFile).to.equal(true);
    const kept: unknown[] = [];
    const asked = {
      kept: (...given: unknown[]) => {
        kept.push(given);
        return opened;
      },
    } as unknown as Monitors;
    const prometheus = { url: "http://p", query: "up", "monitored since": 5n } as never;
    expect(openSource(asked, { kind: "monitor", monitor: { prometheus }, keptIn: "/kept" })).to.equal(opened);
    openSource(asked, { ...SOURCE, keptIn: "/other" });
    expect(kept).to.deep.equal([
      ["/kept", 5n],
      ["/other", undefined],
    ]);
  });

  it("is opened and read in one go", async () => {
    write(
      "s.csv",
      `time,value\n${samples(0)
        .map((each) => each.join())
        .join("\n")}\n`,
    );
    const { input } = await readMonitor(monitors(), SOURCE, measured(), PERIOD);
    expect(countInput(input, PERIOD).measurement).to.deep.equal({ total: BigInt(2 * DAY), bad: 0n, excluded: 0n });
  });
});
