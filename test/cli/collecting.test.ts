import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import {
  collectAll,
  outcomeData,
  outcomeText,
  taskFor,
  tasksOf,
  type Outcome,
  type Task,
} from "../../src/cli/collecting.ts";
import { UpheldError } from "../../src/errors.ts";
import type { Source } from "../../src/oracle/config.ts";
import { forgetful } from "../monitors/forgetful.ts";
import { quickServices } from "../monitors/services.ts";
import { problemIn } from "./answer.ts";

const JUNE = Date.UTC(2025, 5, 1) / 1000;
const SINCE = BigInt(JUNE);

describe("what is collected", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-collect-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  describe("of a config", () => {
    /** A config of agreements by the sources of their measures. */
    const write = (...agreements: Record<string, string>[]) => {
      const config = join(folder, "oracle.yaml");
      const lines = agreements.flatMap((measures, i) => [
        `  - agreement: a${i}.sla.yaml`,
        "    measures:",
        ...Object.entries(measures).map(([name, source]) => `      ${name}: ${source}`),
      ]);
      writeFileSync(config, ["evidence: e", "agreements:", ...lines, ""].join("\n"));
      return config;
    };
    const source = (query: string, kept?: string, more = "") =>
      `{ prometheus: { url: "http://x", query: ${query}${more} }${kept === undefined ? "" : `, "kept in": ${kept}`} }`;
    const tasks = (...agreements: Record<string, string>[]) => tasksOf(write(...agreements), quickServices(), SINCE);

    it("is every monitor with a folder, named by agreement and measure", () => {
      const found = tasks(
        { uptime: source("a", "kept/a"), mail: source("b", "kept/b", ", up: up") },
        { uptime: source("c"), tickets: "{ counts: t.csv }" },
      );
      expect(found.map(({ label, folder: into, since }) => [label, into, since])).to.deep.equal([
        [`${folder}/a0.sla.yaml: uptime`, join(folder, "kept/a"), SINCE],
        [`${folder}/a0.sla.yaml: mail`, join(folder, "kept/b"), SINCE],
      ]);
      expect(found.map(({ up }) => up === undefined)).to.deep.equal([true, false]);
    });

    it("begins when monitoring did, if that was later", () => {
      const since = (date: string) =>
        tasks({ uptime: source("a", "k", `, "monitored since": ${date}`) }).map((task) => task.since);
      expect(since("2025-06-02T00:00:00Z")).to.deep.equal([SINCE + 86_400n]);
      expect(since("2025-05-02T00:00:00Z")).to.deep.equal([SINCE]);
    });

    it("is the same monitor for several agreements once", () => {
      const same = { uptime: source("a", "k") };
      expect(tasks(same, same, { uptime: source("b", "l") }, same).map(({ label }) => label)).to.deep.equal([
        `${folder}/a0.sla.yaml: uptime`,
        `${folder}/a2.sla.yaml: uptime`,
      ]);
    });

    it("is refused where two monitors share a folder", () => {
      const problem = problemIn(() =>
        tasks({ uptime: source("a", "k"), mail: source("a", "k") }, { uptime: source("b", "k") }),
      );
      expect(problem).to.deep.equal({
        code: "collect.folder-twice",
        message: `${folder}/a0.sla.yaml: uptime and ${folder}/a1.sla.yaml: uptime are kept in one folder, ${join(folder, "k")}.`,
        hint: "Give each monitor a folder of its own.",
        file: join(folder, "oracle.yaml"),
      });
    });

    it("is refused where nothing has a folder", () => {
      expect(problemIn(() => tasks({ uptime: source("a"), tickets: "{ counts: t.csv }" }))).to.deep.equal({
        code: "collect.nothing",
        message: "The config keeps nothing: no source has the key `kept in`.",
        hint: "Write `kept in: FOLDER` beside prometheus; docs/monitors.md shows it.",
        file: join(folder, "oracle.yaml"),
      });
    });
  });

  describe("of a command line", () => {
    const task = (source: Source) =>
      taskFor({ source, path: (file) => join(folder, file) }, "kept", quickServices(), SINCE);

    it("is one monitor, into a folder from here", () => {
      const {
        label,
        folder: into,
        since,
        up,
      } = task({
        kind: "monitor",
        monitor: { prometheus: { url: "http://x", query: "a" } },
      });
      expect({ label, into, since, up }).to.deep.equal({
        label: "kept",
        into: resolve("kept"),
        since: SINCE,
        up: undefined,
      });
    });

    it("is neither a list of outages nor a page that tells of them", () => {
      expect(problemIn(() => task({ kind: "outages", outages: "o.csv" }))).to.deep.equal({
        code: "usage",
        message: "A file forgets nothing: there is nothing to collect.",
        hint: "Name a monitor: --prometheus http://…",
      });
      const page = { kind: "monitor", monitor: { statuspage: { url: "http://x" } } } as unknown as Source;
      expect(problemIn(() => task(page))).to.include({
        code: "usage",
        message: "The monitor for kept gives outages, not samples: there is nothing to collect.",
      });
    });
  });

  const taskOf = (label: string, monitor = forgetful({})): Task => ({
    label,
    folder: join(folder, label),
    monitor,
    since: SINCE,
  });

  describe("one after the other", () => {
    const samples = Array.from({ length: 60 }, (_, i) => [JUNE + 60 * i, 1] as const);
    const good = (label: string) => taskOf(label, Object.assign(forgetful({ a: samples }), { time: JUNE + 3_600 }));
    const services = { ...quickServices(), now: () => JUNE + 3_600 };

    it("holds nobody back who can be asked, and tells each when it is done", async () => {
      const broken = taskOf("b", Object.assign(forgetful({}), { time: JUNE + 3_600 }));
      const told: string[] = [];
      const outcomes = await collectAll(
        [broken, good("a")],
        services,
        new AbortController().signal,
        ({ task: { label } }) => told.push(label),
      );
      expect(told).to.deep.equal(["b", "a"]);
      expect(outcomes.map(({ done, problem }) => [done?.samples, problem === undefined])).to.deep.equal([
        [undefined, false],
        [58, true],
      ]);
    });

    it("ends when it is stopped, between two and within one", async () => {
      const stop = new AbortController();
      const told: string[] = [];
      const work = collectAll([good("a"), good("b")], services, stop.signal, ({ task: { label } }) => {
        told.push(label);
        stop.abort(new Error("stopped"));
      });
      expect(
        await work.then(
          () => undefined,
          (error: unknown) => (error as Error).message,
        ),
      ).to.equal("stopped");
      expect(told).to.deep.equal(["a"]);
      const within = new AbortController();
      const monitor = Object.assign(forgetful({}), { time: JUNE + 3_600 });
      const stopping = {
        ...monitor,
        server: {
          ...monitor.server!,
          clock: () => {
            within.abort(new Error("stopped within"));
            return Promise.reject(new Error("hung up"));
          },
        },
      };
      const cut = collectAll([{ ...taskOf("c"), monitor: stopping }], services, within.signal, () => undefined);
      expect(
        await cut.then(
          () => undefined,
          (error: unknown) => (error as Error).message,
        ),
      ).to.equal("stopped within");
    });

    it("throws a defect on", async () => {
      const monitor = {
        ...forgetful({}),
        server: { ...forgetful({}).server!, clock: () => Promise.reject(new TypeError("x")) },
      };
      const work = collectAll([{ ...taskOf("c"), monitor }], services, new AbortController().signal, () => undefined);
      expect(
        await work.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ).to.be.instanceOf(TypeError);
    });
  });

  describe("is told", () => {
    const done = (changes: object = {}): Outcome => ({
      task: taskOf("kept/harbor"),
      done: { start: SINCE, end: SINCE + 3_600n, samples: 2_880, places: ["a"], missed: undefined, ...changes },
    });
    const missed = { start: SINCE - 60n, end: SINCE, why: "the monitor keeps 15 days" };

    it("with how much of how many places, and up to when", () => {
      expect(outcomeText(done())).to.deep.equal([
        "kept/harbor: 2,880 samples of 1 place, 2025-06-01T00:00:00Z to 2025-06-01T01:00:00Z",
      ]);
      expect(outcomeText(done({ end: SINCE }))).to.deep.equal(["kept/harbor: nothing new"]);
      expect(outcomeText(done({ end: SINCE - 1n }))).to.deep.equal(["kept/harbor: nothing new"]);
    });

    it("with what is lost, and a long silence, to the second", () => {
      expect(outcomeText(done({ samples: 0, places: [], end: SINCE + 601n, missed }))).to.deep.equal([
        "kept/harbor: 0 samples of 0 places, 2025-06-01T00:00:00Z to 2025-06-01T00:10:01Z",
        "  the monitor has no sample of that time: it is a hole",
        "  lost 2025-05-31T23:59:00Z to 2025-06-01T00:00:00Z, the monitor keeps 15 days",
      ]);
      expect(outcomeText(done({ samples: 0, end: SINCE + 600n }))).to.have.length(1);
      expect(outcomeText(done({ samples: 1, end: SINCE + 601n }))).to.have.length(1);
    });

    it("with what went wrong, and what to do", () => {
      const problem = { code: "monitor.unreachable", message: "It does not answer." };
      const text = (more: object) => outcomeText({ task: taskOf("kept/harbor"), problem: { ...problem, ...more } });
      expect(text({})).to.deep.equal(["kept/harbor: It does not answer. [monitor.unreachable]"]);
      expect(text({ hint: "Try again.", file: "k" })).to.deep.equal([
        "kept/harbor: k: It does not answer. [monitor.unreachable]",
        "  Try again.",
      ]);
    });

    it("to machines", () => {
      const into = { source: "kept/harbor", folder: join(folder, "kept/harbor") };
      expect(outcomeData(done({ missed }))).to.deep.equal({
        ...into,
        ...{ start: "2025-06-01T00:00:00Z", end: "2025-06-01T01:00:00Z", samples: 2_880, places: ["a"], missed },
      });
      const { problem } = new UpheldError({ code: "x", message: "y" });
      expect(outcomeData({ task: taskOf("kept/harbor"), problem })).to.deep.equal({ ...into, problem });
    });
  });
});
