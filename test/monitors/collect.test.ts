import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { formatUtc } from "../../src/measure/time.ts";
import { collect, retentionOf } from "../../src/monitors/collect.ts";
import { keptMonitor, missedIn } from "../../src/monitors/kept.ts";
import type { SampleMonitor } from "../../src/monitors/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { forgetful, type Forgetful } from "./forgetful.ts";
import { judge, readAll } from "./kit.ts";

const at = (text: string) => Date.parse(text) / 1000;
const big = (text: string) => BigInt(at(text));
const DAY = 86_400;
const JUNE = at("2025-06-01T00:00:00Z");

/** A sample each half minute, from `from` on. */
const every30 = (from: number, days: number) =>
  Array.from({ length: days * 2_880 }, (_, i) => [from + 30 * i, i % 97 === 0 ? 0 : 1] as const);

describe("collect", function () {
  this.timeout(60_000);
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-kept-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const files = (which: string) => readdirSync(join(folder, which)).sort();
  const run = (monitor: Forgetful, time: number, more: { up?: SampleMonitor; since?: bigint } = {}) => {
    monitor.time = time;
    return collect({ folder, monitor, since: BigInt(JUNE), ...more }, { now: () => monitor.time });
  };
  const keptOf = (start: number, end: number) =>
    readAll(keptMonitor(folder), [{ start: BigInt(start), end: BigInt(end) }]);

  describe("what it kept, judged by the kit", () => {
    const kept: string[] = [];
    after(() => {
      for (const each of kept) rmSync(each, { recursive: true, force: true });
    });

    judge(async ({ period, places }) => {
      const own = mkdtempSync(join(tmpdir(), "upheld-kept-"));
      kept.push(own);
      const monitor = forgetful(places, 8 * DAY);
      // at odd times of day, some days twice, once not for six days
      for (const days of [0.4, 1.1, 1.3, 2, 7.9, 12.5, 12.5001, 19, 25.3, 31, 33]) {
        monitor.time = Number(period.start) + days * DAY;
        await collect({ folder: own, monitor, since: period.start - 600n }, { now: () => monitor.time });
      }
      return keptMonitor(own);
    });
  });

  it("gives the same samples whenever and however often it ran, each once", async () => {
    const samples = every30(JUNE + 3, 3);
    const times = fc.array(fc.integer({ min: 200, max: 3 * DAY }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(times, async (given) => {
        rmSync(folder, { recursive: true, force: true });
        const monitor = forgetful({ "eu-1": samples, "eu-2": samples });
        for (const time of [...given.sort((a, b) => a - b), 3 * DAY + 200]) await run(monitor, JUNE + time);
        const read = await keptOf(JUNE, JUNE + 3 * DAY);
        expect(read["eu-1"]).to.deep.equal(samples);
        expect(read["eu-2"]).to.deep.equal(samples);
      }),
      { numRuns: 6, seed: 7 },
    );
  });

  it("asks only for what it has not, and leaves what may still be on its way", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 2) });
    await run(monitor, JUNE + 1_000);
    expect(await run(monitor, JUNE + 1_600)).to.deep.include({ start: BigInt(JUNE + 880), end: BigInt(JUNE + 1_480) });
    expect(monitor.asked.at(-1)).to.deep.equal({ start: BigInt(JUNE + 880), end: BigInt(JUNE + 1_480) });
    const asked = monitor.asked.length;
    expect(await run(monitor, JUNE + 1_600)).to.deep.include({ samples: 0, start: BigInt(JUNE + 1_480) });
    expect(monitor.asked).to.have.length(asked);
  });

  it("says what it did: the time, the samples of all places, and these by name", async () => {
    const samples = every30(JUNE, 2);
    const monitor = forgetful({ "us-1": samples, "eu-1": samples });
    expect(await run(monitor, JUNE + DAY + 1_020)).to.deep.equal({
      start: BigInt(JUNE),
      end: BigInt(JUNE + DAY + 900),
      samples: 2 * 2_910,
      places: ["eu-1", "us-1"],
      missed: undefined,
    });
    expect(await run(monitor, JUNE + DAY + 1_080.9)).to.deep.equal({
      start: BigInt(JUNE + DAY + 900),
      end: BigInt(JUNE + DAY + 960),
      samples: 4,
      places: ["eu-1", "us-1"],
      missed: undefined,
    });
    expect(await run(monitor, JUNE + DAY)).to.deep.include({
      start: BigInt(JUNE + DAY + 960),
      end: BigInt(JUNE + DAY + 960),
      samples: 0,
      places: [],
    });
  });

  it("writes each sample once, by time and then place, however the monitor gives them", async () => {
    const times = [50, 10, 30, 10].map((after) => [JUNE + after, after === 10 ? 0.5 : 1] as const);
    const monitor = forgetful({
      us: times,
      eu: [
        [JUNE + 30, 1],
        [JUNE + 10, 7],
        [JUNE + 10, -2.5e-7],
      ],
      ap: [],
    });
    expect(await run(monitor, JUNE + 220)).to.deep.include({ samples: 6, places: ["eu", "us"] });
    const [name = ""] = files("samples");
    expect(readFileSync(join(folder, "samples", name), "utf8")).to.equal(
      ["time,value,place", "10,-2.5e-7,eu", "10,7,eu", "10,0.5,us", "30,1,eu", "30,1,us", "50,1,us", ""]
        .map((line) => line.replace(/^\d+(?=,)/, (after) => `${JUNE + Number(after)}`))
        .join("\n"),
    );
  });

  it("counts no place of which a server gives an empty list", async () => {
    const quiet = forgetful({ eu: every30(JUNE, 1) });
    const given = quiet.server!;
    const rest: typeof given.rest = async function* (window, signal) {
      yield { vantage: "us", samples: [] };
      yield* given.rest(window, signal);
    };
    quiet.time = JUNE + 1_000;
    const monitor = { ...quiet, server: { ...given, rest } };
    const { places } = await collect({ folder, monitor, since: BigInt(JUNE) }, { now: () => quiet.time });
    expect(places).to.deep.equal(["eu"]);
  });

  it("keeps a time without samples too: that there were none is known", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 1).filter(([time]) => time < JUNE + 600) });
    await run(monitor, JUNE + 1_000);
    expect(await run(monitor, JUNE + 2_000)).to.deep.include({ samples: 0, end: BigInt(JUNE + 1_880) });
    expect((await keptOf(JUNE, JUNE + 1_880))["eu"]).to.have.length(20);
  });

  it("fills an empty folder from where it is told, or from where the monitor still has all", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 3) }, DAY);
    monitor.time = JUNE + 2 * DAY;
    const since = (start: number) => run(monitor, JUNE + 2 * DAY, { since: BigInt(start) });
    expect(await since(JUNE)).to.deep.include({ start: BigInt(JUNE + DAY), missed: undefined });
    rmSync(folder, { recursive: true });
    expect(await since(JUNE + 1.5 * DAY)).to.deep.include({ start: BigInt(JUNE + 1.5 * DAY) });
    expect(monitor.asked.map(({ start }) => Number(start) - JUNE)).to.deep.equal([DAY, 1.5 * DAY]);
  });

  it("fills it from where it is told, when the monitor does not say what it keeps", async () => {
    const silent = forgetful({ eu: every30(JUNE, 1) });
    const monitor = { ...silent, server: { ...silent.server!, retention: () => Promise.resolve(undefined) } };
    silent.time = JUNE + 1_000;
    await collect({ folder, monitor, since: BigInt(JUNE) }, { now: () => silent.time });
    silent.time = JUNE + 2_000;
    const { start, missed } = await collect({ folder, monitor, since: 0n }, { now: () => silent.time });
    expect([start, missed]).to.deep.equal([BigInt(JUNE + 880), undefined]);
    expect(await retentionOf(monitor)).to.equal(undefined);
    expect(await retentionOf(silent)).to.equal(1_000_000_000n);
  });

  it("goes by the slower clock: what the server has not seen yet is not past", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 1) });
    monitor.time = JUNE + 1_000;
    const { end } = await collect({ folder, monitor, since: BigInt(JUNE) }, { now: () => JUNE + 5_000 });
    expect(end).to.equal(BigInt(JUNE + 880));
  });

  it("puts a day that is over into one file that anything can read", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 2) });
    for (const hours of [5, 11, 23, 26]) await run(monitor, JUNE + hours * 3_600);
    expect(files("samples")).to.deep.equal([
      "2025-06-01T000000Z_2025-06-02T000000Z.csv",
      "2025-06-02T000000Z_2025-06-02T015800Z.csv",
    ]);
    const text = readFileSync(join(folder, "samples", "2025-06-01T000000Z_2025-06-02T000000Z.csv"), "utf8");
    expect(text.split("\n").slice(0, 3)).to.deep.equal(["time,value,place", `${JUNE},0,eu`, `${JUNE + 30},1,eu`]);
    expect(text.split("\n")).to.have.length(2_880 + 2);
  });

  it("begins with the first sample: of what was before nothing is known", async () => {
    const monitor = forgetful({ eu: every30(JUNE + 5 * 3_600, 2) });
    await run(monitor, JUNE + DAY, { since: BigInt(JUNE - 40 * DAY) });
    expect(files("samples")).to.deep.equal(["2025-06-01T050000Z_2025-06-01T235800Z.csv"]);
    const { code, message } = await problemOf(keptOf(JUNE, JUNE + 7 * 3_600));
    expect(code).to.equal("kept.too-old");
    expect(message).to.contain("kept from 2025-06-01T05:00:00Z on, asked is for 2025-06-01T00:00:00Z");
    const since = keptMonitor(folder, BigInt(JUNE + 5 * 3_600));
    expect((await readAll(since, [{ start: BigInt(JUNE), end: BigInt(JUNE + 6 * 3_600) }]))["eu"]).to.have.length(120);
  });

  it("keeps a hole a hole, and what tells why", async () => {
    const samples = every30(JUNE, 1).filter(([time]) => time < JUNE + 3_600 || time >= JUNE + 7_200);
    const up = every30(JUNE, 1).map(([time]) => [time, time < JUNE + 3_600 || time >= JUNE + 7_200 ? 1 : 0] as const);
    const [monitor, other] = [forgetful({ eu: samples }), forgetful({ eu: up })];
    for (const time of [5_000, 6_000, 9_000, DAY + 500]) {
      other.time = JUNE + time;
      await run(monitor, JUNE + time, { up: other });
    }
    expect((await keptOf(JUNE, JUNE + DAY))["eu"]).to.deep.equal(samples);
    const why = await readAll(keptMonitor(folder, 0n, "up"), [{ start: BigInt(JUNE), end: BigInt(JUNE + DAY) }]);
    expect(why["eu"]).to.deep.equal(up);
    expect(files("samples")).to.deep.equal(files("up"));
  });

  it("says what the monitor had forgotten before it was collected, and keeps what is left", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 6) }, DAY);
    await run(monitor, JUNE + 3_600);
    const { missed } = await run(monitor, JUNE + 3 * DAY);
    const lost = { start: BigInt(JUNE + 3_480), end: BigInt(JUNE + 2 * DAY) };
    expect(missed).to.deep.include(lost);
    const [told, ...others] = await missedIn(folder);
    expect(others).to.deep.equal([]);
    expect(told).to.deep.include(lost);
    expect(told?.why).to.contain("not collected in time").and.to.contain(formatUtc(lost.end));
    const read = (await keptOf(JUNE, JUNE + 2 * DAY + 7_200))["eu"] ?? [];
    expect(read.map(([time]) => time).filter((time) => time >= lost.start && time < lost.end)).to.deep.equal([]);
    expect(read).to.have.length(116 + 240);
    expect((await run(monitor, JUNE + 3.5 * DAY)).missed).to.equal(undefined);
  });

  it("misses nothing when the oldest that the monitor has is the next that is due", async () => {
    const [exact, late] = [0, 30].map((missing) => {
      const monitor = forgetful({
        eu: every30(JUNE, 3).filter(([at]) => at < JUNE + 880 || at >= JUNE + 880 + missing),
      });
      return monitor;
    }) as [Forgetful, Forgetful];
    await run(exact, JUNE + 1_000);
    exact.keeps = DAY;
    expect((await run(exact, JUNE + 880 + DAY)).missed).to.equal(undefined);
    rmSync(folder, { recursive: true });
    await run(late, JUNE + 1_000);
    late.keeps = DAY;
    const { missed } = await run(late, JUNE + 1_000 + DAY);
    expect(missed).to.deep.include({ start: BigInt(JUNE + 880), end: BigInt(JUNE + 1_000) });
  });

  it("misses nothing when the monitor has more than it says", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 3) });
    await run(monitor, JUNE + 990);
    const generous = { ...monitor, server: { ...monitor.server!, retention: () => Promise.resolve(BigInt(DAY)) } };
    monitor.time = JUNE + 2 * DAY;
    const { missed } = await collect({ folder, monitor: generous, since: 0n }, { now: () => monitor.time });
    expect(missed).to.equal(undefined);
    expect(await missedIn(folder)).to.deep.equal([]);
  });

  it("leaves the pieces of a day of which a file is gone", async () => {
    const monitor = forgetful({ eu: every30(JUNE, 2) });
    for (const hours of [5, 11, 17]) await run(monitor, JUNE + hours * 3_600);
    const [, second = ""] = files("samples");
    rmSync(join(folder, "samples", second));
    await run(monitor, JUNE + DAY + 500);
    expect(files("samples")).to.have.length(4);
  });

  describe("killed anywhere", () => {
    const samples = every30(JUNE, 3);

    it("after why there are holes was kept, before the samples were", async () => {
      const [monitor, up] = [forgetful({ eu: samples }), forgetful({ eu: samples })];
      up.time = JUNE + 5_000;
      monitor.breaksAfter = 1;
      await run(monitor, JUNE + 1_000, { up });
      writeFileSync(
        join(folder, "up", "2025-06-01T001440Z_2025-06-01T003000Z.csv"),
        "time,value,place\n1748737230,1,eu\n",
      );
      monitor.breaksAfter = Infinity;
      await run(monitor, JUNE + 5_000, { up });
      const read = await readAll(keptMonitor(folder, 0n, "up"), [{ start: BigInt(JUNE), end: BigInt(JUNE + 4_800) }]);
      expect(new Set(read["eu"]?.map(([time]) => time)).size).to.equal(read["eu"]?.length);
      expect((await keptOf(JUNE, JUNE + 4_800))["eu"]).to.deep.equal(samples.slice(0, 160));
    });

    it("while it wrote a file: what is half written has no name", async () => {
      const monitor = forgetful({ eu: samples });
      await run(monitor, JUNE + 1_000);
      writeFileSync(join(folder, "samples", ".1234.tmp"), "time,value,pl");
      await run(monitor, JUNE + 4_000);
      expect((await keptOf(JUNE, JUNE + 3_880))["eu"]).to.deep.equal(samples.slice(0, 130));
    });

    it("while it put a day together: nothing is doubled or lost", async () => {
      const monitor = forgetful({ eu: samples });
      await run(monitor, JUNE + 9_000);
      await run(monitor, JUNE + 50_000);
      const pieces = files("samples");
      const aside = mkdtempSync(join(tmpdir(), "upheld-pieces-"));
      for (const name of pieces) copyFileSync(join(folder, "samples", name), join(aside, name));
      await run(monitor, JUNE + DAY + 500);
      // the whole is there, the first piece is gone, the others are not
      for (const name of pieces.slice(1)) copyFileSync(join(aside, name), join(folder, "samples", name));
      rmSync(aside, { recursive: true });
      expect((await keptOf(JUNE, JUNE + DAY))["eu"]).to.deep.equal(samples.slice(0, 2_880));
      await run(monitor, JUNE + DAY + 900);
      expect((await keptOf(JUNE, JUNE + DAY + 600))["eu"]).to.deep.equal(samples.slice(0, 2_900));
      expect(files("samples")).to.have.length(3);
    });

    it("at any question: the days before are kept, the next run has the rest", async () => {
      for (let after = 0; after < 4; after++) {
        const monitor = forgetful({ eu: samples });
        monitor.breaksAfter = after;
        await run(monitor, JUNE + 3 * DAY + 200).catch(() => undefined);
        expect(existsSync(join(folder, "samples")) ? files("samples").length : 0).to.equal(
          Math.min(after, 4) === 4 ? 4 : after,
        );
        monitor.breaksAfter = Infinity;
        await run(monitor, JUNE + 3 * DAY + 200, { since: BigInt(JUNE) });
        expect((await keptOf(JUNE, JUNE + 3 * DAY))["eu"]).to.deep.equal(samples);
        rmSync(folder, { recursive: true });
      }
    });
  });

  it("may run several times at once", async () => {
    const samples = every30(JUNE, 2);
    const monitor = forgetful({ eu: samples });
    monitor.time = JUNE + 2 * DAY + 200;
    const ran = [0, 5_000, 60_000, 90_000].map((behind) =>
      collect({ folder, monitor, since: BigInt(JUNE) }, { now: () => monitor.time - behind }),
    );
    await Promise.all(ran);
    await run(monitor, monitor.time);
    expect((await keptOf(JUNE, JUNE + 2 * DAY))["eu"]).to.deep.equal(samples);
  });

  describe("refuses", () => {
    it("another source for the same folder", async () => {
      await run(forgetful({ eu: every30(JUNE, 1) }), JUNE + 1_000);
      const other = { ...forgetful({ eu: every30(JUNE, 1) }), source: "another server" };
      const { code, message, hint, file } = await problemOf(run(other, JUNE + 2_000));
      expect(code).to.equal("kept.other-source");
      expect(message).to.contain("another source: a server that forgets; asked is to add another server");
      expect(message).to.match(/^the folder keeps samples of /);
      expect([hint, file]).to.deep.equal([
        "name another folder; if it is the same service, write the new source into that file",
        join(folder, "source.txt"),
      ]);
    });

    it("a file, which forgets nothing", async () => {
      const monitor: SampleMonitor = { source: "a file", read: () => keptMonitor(folder).read({ start: 0n, end: 1n }) };
      expect(await problemOf(collect({ folder, monitor, since: 0n }, { now: () => JUNE }))).to.deep.equal({
        code: "collect.not-a-server",
        message: "there is nothing to collect from a file",
        hint: "a file forgets nothing: name it as the source itself",
      });
    });

    it("a query that finds nothing", async () => {
      expect(await problemOf(run(forgetful({}), JUNE + 1_000, { since: BigInt(JUNE) }))).to.deep.equal({
        code: "monitor.no-series",
        message: "there is no sample from 2025-06-01T00:00:00Z to 2025-06-01T00:14:40Z: a server that forgets",
        hint: "try the query on the monitor's own page: a label may be written otherwise",
      });
      expect(existsSync(join(folder, "samples"))).to.equal(false);
    });

    it("to read what was not collected yet, as something to try again", async () => {
      await run(forgetful({ eu: every30(JUNE, 1) }), JUNE + 1_000);
      const { code, retry, message } = await problemOf(keptOf(JUNE, JUNE + 881));
      expect([code, retry]).to.deep.equal(["kept.too-early", true]);
      expect(message).to.equal("samples are kept up to 2025-06-01T00:14:40Z, asked is for 2025-06-01T00:14:41Z");
      expect((await keptOf(JUNE, JUNE + 880))["eu"]).to.have.length(30);
    });

    it("to read over a file that is gone", async () => {
      const monitor = forgetful({ eu: every30(JUNE, 4) });
      await run(monitor, JUNE + 3 * DAY + 500);
      rmSync(join(folder, "samples", files("samples")[1] ?? ""));
      const { code, message } = await problemOf(keptOf(JUNE, JUNE + 3 * DAY));
      expect(code).to.equal("kept.part-missing");
      expect(message).to.contain("2025-06-02T00:00:00Z to 2025-06-03T00:00:00Z");
      expect((await keptOf(JUNE, JUNE + DAY))["eu"]).to.have.length(2_880);
      expect((await keptOf(JUNE + 2 * DAY, JUNE + 3 * DAY))["eu"]).to.have.length(2_880);
    });

    it("a folder in which nothing was kept", () => {
      expect(() => keptMonitor(folder)).to.throw("nothing is kept there yet");
    });

    it("to fill a folder that cannot be written", async () => {
      writeFileSync(join(folder, "blocked"), "");
      const monitor = forgetful({ eu: every30(JUNE, 1) });
      monitor.time = JUNE + 1_000;
      const blocked = { folder: join(folder, "blocked", "kept"), monitor, since: big("2025-05-01T00:00:00Z") };
      const { code, message, hint, retry } = await problemOf(collect(blocked, { now: () => monitor.time }));
      expect([code, retry]).to.deep.equal(["kept.unusable", true]);
      expect(message).to.match(/^cannot be written: E[A-Z]+: /);
      expect(hint).to.equal(
        "check the folder, its permissions and the space left; it must be on a file system with hard links",
      );
    });
  });
});
