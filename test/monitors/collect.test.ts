import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { formatUtc } from "../../src/measure/time.ts";
import { collect } from "../../src/monitors/collect.ts";
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
      const { code, message } = await problemOf(run(other, JUNE + 2_000));
      expect(code).to.equal("kept.other-source");
      expect(message).to.contain("another source: a server that forgets; asked is to add another server");
    });

    it("a file, which forgets nothing", async () => {
      const monitor: SampleMonitor = { source: "a file", read: () => keptMonitor(folder).read({ start: 0n, end: 1n }) };
      const { code } = await problemOf(collect({ folder, monitor, since: 0n }, { now: () => JUNE }));
      expect(code).to.equal("collect.not-a-server");
    });

    it("a query that finds nothing", async () => {
      const { code, message } = await problemOf(run(forgetful({}), JUNE + 1_000, { since: BigInt(JUNE) }));
      expect(code).to.equal("monitor.no-series");
      expect(message).to.contain("2025-06-01T00:00:00Z to 2025-06-01T00:14:40Z");
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
      const { code, retry } = await problemOf(collect(blocked, { now: () => monitor.time }));
      expect([code, retry]).to.deep.equal(["kept.unusable", true]);
    });
  });
});
