import { expect } from "chai";
import { assumePolicy } from "../../src/backtest/assumed.ts";
import { isNotHeld, isRefused } from "../../src/backtest/held.ts";
import { UpheldError } from "../../src/errors.ts";
import type { Period } from "../../src/measure/types.ts";
import type { SampleMonitor } from "../../src/monitors/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { forgetful } from "../monitors/forgetful.ts";

const DAY = 86_400;
const START = Date.UTC(2025, 0, 1) / 1000;
const days = (from: number, to: number): Period => ({
  start: BigInt(START + from * DAY),
  end: BigInt(START + to * DAY),
});
const every = (step: number, from = 57, to = 60) =>
  Array.from({ length: ((to - from) * DAY) / step }, (_, i) => [START + from * DAY + i * step, 1] as const);
const server = (places: Parameters<typeof forgetful>[0]) =>
  Object.assign(forgetful(places), { time: START + 100 * DAY });

describe("the policy assumed of a table without one", () => {
  const assume = (places: Parameters<typeof forgetful>[0], tellsPlaces = true) =>
    assumePolicy(server(places), [days(0, 31), days(31, 59)], tellsPlaces);

  it("takes a sample below one for bad, for one and a half times as long as they are apart", async () => {
    expect(await assume({ a: every(60) })).to.deep.equal({
      good: { atLeast: 1 },
      scale: 1,
      slot: 90,
      places: { bad: 1, of: 1 },
      minimum: 0,
      counts: "whole",
      unknown: "up",
      coverage: 0,
    });
  });

  it("goes by the slowest place, from a second to a day", async () => {
    const slot = async (...steps: number[]) =>
      (await assume(Object.fromEntries(steps.map((step, i) => [`p${i}`, every(step)])))).slot;
    expect(await slot(60, 300, 30)).to.equal(450);
    expect(await slot(35)).to.equal(53);
    const last = START + 58 * DAY;
    expect(
      (
        await assume({
          a: [
            [last, 1],
            [last + 0.25, 1],
          ],
        })
      ).slot,
    ).to.equal(1);
    expect((await assume({ a: every(43_200), b: every(86_399) })).slot).to.equal(64_800);
    expect(
      (
        await assume({
          a: [
            [START + 58 * DAY, 1],
            [START + 58 * DAY + 80_000, 1],
          ],
        })
      ).slot,
    ).to.equal(DAY);
  });

  it("takes a minute where no place has two samples", async () => {
    expect((await assume({})).slot).to.equal(90);
    expect((await assume({ a: [[START + 58 * DAY, 1]] })).places).to.deep.equal({ bad: 1, of: 1 });
  });

  it("lets most places decide", async () => {
    const places = async (count: number) =>
      (await assume(Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, every(3_600)])))).places;
    expect(await Promise.all([1, 2, 3, 4, 5].map(places))).to.deep.equal([
      { bad: 1, of: 1 },
      { bad: 2, of: 2 },
      { bad: 2, of: 3 },
      { bad: 3, of: 4 },
      { bad: 3, of: 5 },
    ]);
  });

  it("is refused where several series may be several services", async () => {
    const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, every(3_600)]));
    expect((await assume(named("a"), false)).places.of).to.equal(1);
    expect(await problemOf(assume(named("b", "a", "e", "d", "c"), false))).to.deep.equal({
      code: "backtest.places",
      message: "the query finds 5 series: a, b, c, d, e",
      hint: "narrow it to one service, --query 'probe_success{instance=\"…\"}', or say which label tells its places apart, --vantage-label",
    });
    expect((await problemOf(assume(named("b", "a", "e", "d", "c", "f"), false))).message).to.equal(
      "the query finds 6 series: a, b, c, d, e, …",
    );
  });

  describe("asks", () => {
    it("for the last day of the latest period, or all of a shorter one", async () => {
      const monitor = server({ a: every(60) });
      await assumePolicy(monitor, [days(0, 31), days(31, 59)], true);
      expect(monitor.asked).to.deep.equal([days(58, 59)]);
      const short = server({ a: every(60) });
      await assumePolicy(short, [days(0, 0.5)], true);
      expect(short.asked).to.deep.equal([days(0, 0.5)]);
    });

    it("for the period before where that has nothing, or is not held", async () => {
      const old = server({ a: every(300, 0, 31), b: every(60, 30, 31) });
      expect((await assumePolicy(old, [days(0, 31), days(31, 59)], true)).slot).to.equal(450);
      expect(old.asked).to.deep.equal([days(58, 59), days(30, 31)]);
      const gone: SampleMonitor = {
        ...old,
        read: (window, signal) => {
          if (window.start > BigInt(START + 31 * DAY)) throw new UpheldError({ code: "kept.too-early", message: "" });
          return old.read(window, signal);
        },
      };
      expect((await assumePolicy(gone, [days(0, 31), days(31, 59)], true)).slot).to.equal(450);
    });

    it("for all parts that a place's samples come in", async () => {
      const monitor: SampleMonitor = {
        source: "",
        async *read() {
          await Promise.resolve();
          yield { vantage: "a", samples: [[0, 1]] };
          yield { vantage: "a", samples: [[40, 1]] };
        },
      };
      expect((await assumePolicy(monitor, [days(0, 31)], true)).slot).to.equal(60);
    });

    it("no further where something else goes wrong", async () => {
      const broken = Object.assign(server({ a: every(60) }), {
        read: () => {
          throw new UpheldError({ code: "monitor.unreachable", message: "It does not answer." });
        },
      });
      expect((await problemOf(assumePolicy(broken, [days(0, 31)], true))).code).to.equal("monitor.unreachable");
    });
  });
});

describe("a source that", () => {
  const error = (code: string) => new UpheldError({ code, message: "" });

  it("does not have a period is told by its error, and so is a policy that refuses one", () => {
    const notHeld = ["monitor.too-old", "monitor.no-series", "monitor.too-early"];
    const kept = ["kept.too-old", "kept.too-early", "kept.part-missing", "counts.no-line"];
    for (const code of [...notHeld, ...kept]) {
      expect([isNotHeld(error(code)), isRefused(error(code))], code).to.deep.equal([true, false]);
    }
    for (const code of ["monitor.unreachable", "kept.none", "measure.coverage"]) {
      expect(isNotHeld(error(code)), code).to.equal(false);
    }
    expect(isRefused(error("measure.coverage"))).to.equal(true);
    expect(isRefused(error("measure.vantage"))).to.equal(false);
    const other = Object.assign(new Error("x"), { problem: { code: "measure.coverage" } });
    expect([isRefused(other), isNotHeld(Object.assign(other, { problem: { code: "kept.too-old" } }))]).to.deep.equal([
      false,
      false,
    ]);
  });
});
