import { expect } from "chai";
import { remarksOn } from "../../src/oracle/remarks.ts";

const PERIOD = { start: 1_000n, end: 2_000n };
const SLOT = 60;
const every = (from: number, to: number, step = SLOT) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
const series = (times: number[], vantage = "oslo") => ({ vantage, times, values: times.map(() => 1) });
const up = (samples: [number, number][], vantage = "oslo") => ({
  vantage,
  times: samples.map(([time]) => time),
  values: samples.map(([, value]) => value),
});
const told = (vantage: string, start: bigint, end: bigint, reason: string) => ({ vantage, start, end, reason });

describe("remarks on holes", () => {
  it("say nothing of a vantage point without holes, its last sample speaking to the end", () => {
    expect(remarksOn([series(every(1_000, 2_000, 50))], [], PERIOD, SLOT)).to.deep.equal([]);
  });

  it("find holes before the first sample, between two, and after the last, to the second", () => {
    expect(remarksOn([series([1_001, 1_061, 1_122, ...every(1_182, 1_939, 60)])], [], PERIOD, SLOT)).to.deep.equal([
      told("oslo", 1_000n, 1_001n, "monitor down"),
      told("oslo", 1_121n, 1_122n, "monitor down"),
      told("oslo", 1_962n, 2_000n, "monitor down"),
    ]);
  });

  it("let a sample from before the period speak into it, and none from after it", () => {
    const times = [990, 1_050, ...every(1_110, 1_950), 1_950, 2_010];
    expect(remarksOn([series(times)], [], PERIOD, SLOT)).to.deep.equal([]);
  });

  it("tell exporter, metric and monitor apart, each vantage point by its own `up`", () => {
    const ups = [
      up([
        [1_000, 0],
        [1_060, 1],
      ]),
      up([[1_000, 0]], "rome"),
    ];
    const holed = every(1_180, 2_000);
    expect(remarksOn([series(holed), series(holed, "rome")], ups, PERIOD, SLOT)).to.deep.equal([
      told("oslo", 1_000n, 1_060n, "exporter down"),
      told("oslo", 1_060n, 1_120n, "exporter up, metric missing"),
      told("oslo", 1_120n, 1_180n, "monitor down"),
      told("rome", 1_000n, 1_060n, "exporter down"),
      told("rome", 1_060n, 1_180n, "monitor down"),
    ]);
  });

  it("go by every `up` when none has the vantage point's name", () => {
    const ups = [up([[1_000, 0]], "exporter-1:9115")];
    expect(remarksOn([series(every(1_060, 2_000))], ups, PERIOD, SLOT)).to.deep.equal([
      told("oslo", 1_000n, 1_060n, "exporter down"),
    ]);
  });

  it("are kept to the thousand longest holes", () => {
    const period = { start: 0n, end: 20_000n };
    const times = [...every(0, 12_000, 10), 12_000];
    const remarks = remarksOn([series(times)], [], period, 9);
    expect(remarks).to.have.length(1_000);
    expect(remarks.at(-1)).to.deep.equal(told("oslo", 12_009n, 20_000n, "monitor down"));
  });
});
