import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { countInput } from "../../src/evidence/build.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Period } from "../../src/measure/types.ts";
import { keptMonitor } from "../../src/monitors/kept.ts";
import { Monitors } from "../../src/monitors/open.ts";
import type { MonitorSource } from "../../src/oracle/config.ts";
import { readMonitor } from "../../src/oracle/monitored.ts";
import { Mode, Unit } from "../../src/terms/types.ts";
import { alone } from "../cli/alone.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { readAll } from "./kit.ts";
import { quickServices } from "./services.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));
const DAY = 86_400;
/** A UTC midnight some weeks ago: the server's own clock is the real one. */
const START = (Math.floor(Date.now() / 1000 / DAY) - 34) * DAY;
const MONTH: Period = { start: BigInt(START), end: BigInt(START + 30 * DAY) };

const within = (time: number, from: number, to: number) => START + from <= time && time < START + to;
const isDown = (time: number) => within(time, 3 * DAY + 5_000, 3 * DAY + 9_740);
const isHole = (time: number) => within(time, 20 * DAY, 21.25 * DAY) || within(time, 12 * DAY + 60, 12 * DAY + 480);

const POLICY: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 90,
  places: { bad: 1, of: 1 },
  minimum: 60,
  counts: "whole",
  unknown: "excluded",
  coverage: 0,
};
const INDICATOR = { id: 1, unit: Unit.Seconds, mode: Mode.Denominator, instances: 1n, excludedCap: 10n ** 9n };

describe("collect and a real Prometheus", function () {
  this.timeout(180_000);
  let prometheus: TestPrometheus | undefined;
  let folder = "";

  before(async function () {
    if (programAt(PROMETHEUS) === undefined) this.skip();
    const labels = { instance: "https://example.org" };
    const times = Array.from({ length: 34 * 1_440 }, (_, i) => START - 600 + 17.25 + 60 * i);
    const samples = times.filter((time) => !isHole(time)).map((time) => [time, isDown(time) ? 0 : 1] as const);
    const asked = times.filter((time) => !within(time, 20 * DAY, 21.25 * DAY));
    const up = asked.map((time) => [time, isHole(time) ? 0 : 1] as const);
    prometheus = await startPrometheus({
      series: [
        { metric: "probe_success", labels, samples },
        { metric: "up", labels, samples: up },
      ],
    });
  });
  after(() => prometheus?.stop());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-kept-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const since = () => new Date(START * 1000).toISOString().slice(0, 10);
  const into = () => join(folder, "kept");
  const command = () => [
    ...["collect", "--prometheus", prometheus?.url ?? "", "--into", into()],
    ...["--since", since(), "--once"],
  ];

  async function counted(source: Partial<MonitorSource>) {
    const services = quickServices();
    const monitors = new Monitors(services, (file) => resolve(folder, file));
    const monitor = { prometheus: { url: prometheus?.url ?? "", query: "probe_success", preset: "blackbox" as const } };
    const measured = { indicator: INDICATOR, policy: POLICY, label: "uptime" };
    const { input } = await readMonitor(monitors, { kind: "monitor", monitor, ...source }, measured, MONTH);
    const { measurement, downtime, unknown } = countInput(input, MONTH);
    return { measurement, downtime, unknown };
  }

  it("counts from what it kept as from the server, to the second", async () => {
    const run = await alone(command());
    expect([run.exitCode, run.err]).to.deep.equal([0, ""]);
    expect(run.out).to.match(/: [\d,]+ samples of 1 place, .* to /);
    const direct = await counted({});
    expect(direct.measurement.bad).to.equal(4_740n);
    expect(direct.unknown.map(({ start, end }) => end - start).reduce((a, b) => a + b)).to.be.greaterThan(108_000n);
    expect(await counted({ keptIn: into() })).to.deep.equal(direct);
    expect(await counted({ monitor: { samples: "kept" } })).to.deep.equal(direct);
  });

  it("killed again and again while it writes, keeps every sample once", async () => {
    const monitor = new Monitors(quickServices(), (file) => file).open({
      prometheus: { url: prometheus?.url ?? "", query: "probe_success" },
    });
    if (monitor.kind !== "samples") throw new Error("Prometheus gives samples");
    const killed: number[] = [];
    for (const files of [1, 4, 9, 10, 18, 25]) killed.push(await killAt(files));
    expect(killed.filter((signal) => signal === 9)).to.have.length.greaterThan(3);
    expect((await alone(command())).exitCode).to.equal(0);

    const all = { start: BigInt(START - 600), end: MONTH.end };
    expect(await readAll(keptMonitor(into()), [all])).to.deep.equal(await readAll(monitor.monitor, [all]));
    const lines = readdirSync(join(into(), "samples")).filter((name) => name.endsWith(".csv"));
    expect(new Set(lines.map((name) => name.slice(0, 17))).size).to.equal(lines.length);
  });

  /** Kills a run as soon as so many files are there; answers 9, or 0 when it was done before. */
  async function killAt(files: number): Promise<number> {
    const child = spawn(process.execPath, [SHIM, ...command()], { stdio: "ignore" });
    const ended = once(child, "close");
    const samples = join(into(), "samples");
    while (child.exitCode === null) {
      if (existsSync(samples) && readdirSync(samples).filter((name) => name.endsWith(".csv")).length >= files) break;
      await new Promise((resume) => setTimeout(resume, 1));
    }
    child.kill("SIGKILL");
    await ended;
    return child.signalCode === "SIGKILL" ? 9 : 0;
  }

  it("collects what a config keeps, with what tells why there are holes, and goes on until it is stopped", async () => {
    const config = join(folder, "oracle.yaml");
    const text = `evidence: evidence
agreements:
  - agreement: harbor.sla.yaml
    measures:
      uptime:
        prometheus:
          url: ${prometheus?.url ?? ""}
          query: probe_success
          up: up
        kept in: kept
`;
    writeFileSync(config, text);
    const stop = new AbortController();
    let looks = 0;
    const run = await alone(["collect", "--config", config, "--since", since(), "--every", "10 s"], {
      signal: stop.signal,
      onOut: (line) => {
        if (line.includes('"collected"') && ++looks === 1)
          setTimeout(() => {
            stop.abort();
          }, 50);
      },
    });
    expect(run.exitCode).to.equal(0);
    const events = run.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).to.deep.equal(["started", "collected", "stopped"]);
    expect(events[1]).to.deep.include({ places: ["example.org"], folder: into() });
    const kept = new Monitors(quickServices(), (file) => file).kept(into());
    expect(kept).to.include.keys("up");
    expect(readdirSync(join(into(), "up"))).to.deep.equal(readdirSync(join(into(), "samples")));
  });

  it("says of a server that is not there that trying again may help", async () => {
    const down = command().map((word) => (word === prometheus?.url ? "http://127.0.0.1:1" : word));
    const { exitCode, json } = await alone([...down, "--json"], {});
    expect(exitCode).to.equal(75);
    const [first] = json["collected"] as { problem: { code: string } }[];
    expect(first?.problem.code).to.equal("monitor.unreachable");
  });
});

describe("upheld collect refuses", () => {
  const refusal = async (...args: string[]) => {
    const { exitCode, json } = await alone(["collect", ...args, "--json"]);
    const { code, message } = json["error"] as { code: string; message: string };
    return [exitCode, code, message];
  };

  it("a monitor without a folder, and a folder without a monitor", async () => {
    const said = "A monitor that is named here needs a folder, and the other way round.";
    expect(await refusal("--prometheus", "http://x")).to.deep.equal([2, "usage", said]);
    expect(await refusal("--into", "kept")).to.deep.equal([2, "usage", said]);
  });

  it("an address that is none, a query without an address, an interval that is none", async () => {
    expect((await refusal("--prometheus", "x", "--into", "k"))[2]).to.equal(
      "--prometheus: not an http(s) address such as http://127.0.0.1:9090.",
    );
    expect((await refusal("--query", "up"))[2]).to.equal("--query and --vantage-label go with --prometheus.");
    expect((await refusal("--every", "5 s"))[2]).to.contain("--every");
  });

  it("a config that keeps nothing, and two monitors in one folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "upheld-kept-"));
    const config = join(folder, "oracle.yaml");
    const source = (url: string, kept: string) => `{ prometheus: { url: "${url}", query: up }${kept} }`;
    const text = (a: string, b: string) =>
      `evidence: e\nagreements:\n  - agreement: a.sla.yaml\n    measures: { uptime: ${a}, other: ${b} }\n`;
    writeFileSync(config, text(source("http://a", ""), source("http://b", "")));
    expect((await refusal("--config", config)).slice(0, 2)).to.deep.equal([1, "collect.nothing"]);
    const kept = ', "kept in": k';
    writeFileSync(config, text(source("http://a", kept), source("http://b", kept)));
    expect((await refusal("--config", config)).slice(0, 2)).to.deep.equal([1, "collect.folder-twice"]);
    rmSync(folder, { recursive: true });
  });
});
