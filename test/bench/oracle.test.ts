import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { badSeconds, type Past } from "../../bench/oracle/past.ts";
import { PROMETHEUS, programAt, PROMTOOL } from "../support/programs.ts";

const bench = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
  spawnSync(process.execPath, ["--import", "tsx", "bench/oracle/main.ts", ...args], { encoding: "utf8", env });

describe("bench:oracle", function () {
  this.timeout(240_000);

  it("measures what was planted, and prints one object with the figures", function () {
    if (programAt(PROMETHEUS) === undefined || programAt(PROMTOOL) === undefined) this.skip();
    // nine agreements on four series: one with three outages, and policies that count them differently
    const size = ["--agreements", "9", "--series", "4", "--days", "1", "--every", "60", "--runs", "1", "--quick"];
    const { status, stdout, stderr } = bench(["--json", ...size]);
    expect(status, stderr).to.equal(0);
    const told = JSON.parse(stdout) as Record<string, number>;
    expect(told).to.include({ agreements: 9, series: 4, every: 60, days: 1, runs: 1 });
    // each series once: its retention, whether it is all there, the end of the day before, the day
    expect(told["requests"]).to.equal(4 * 4);
    expect(told["ratioToDownload"]).to.be.greaterThan(0);
    expect(told["rssMB"]).to.be.within(20, 300);
    expect(told["evidenceKB"]).to.be.within(0.3, 20);
    expect(stderr).to.contain("run 1 of 1");
  });

  it("knows what each policy makes of what it plants", () => {
    const past: Past = { series: 16, every: 30, start: 0, days: 31 };
    // 5, 15 and 60 minutes down, and ten minutes of nothing in every fifth
    const told = (series: number) => [0, 1, 2, 3, 4].map((kind) => badSeconds(series, past, kind));
    expect(told(3)).to.deep.equal([4_800, 4_800, 4_500, 4_800, 3_300]);
    expect(told(15)).to.deep.equal([5_400, 4_800, 4_500, 5_400, 3_300]);
    expect(told(4)).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it("says how to get Prometheus where there is none", () => {
    const { status, stdout, stderr } = bench(["--json"], { ...process.env, PATH: "" });
    expect([status, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.contain("apt-get install prometheus");
  });

  it("refuses sizes that make no sense, before anything starts", () => {
    for (const [option, value, why] of [
      ["--agreements", "0", "from 1 to 100000"],
      ["--every", "7", "no divisor of 300"],
      ["--days", "32", "from 1 to 31"],
      ["--series", "6", "from 1 to 5"],
    ] as const) {
      const { status, stderr } = bench(["--agreements", "5", option, value]);
      expect([status, stderr.split("\n")[0]]).to.satisfy(
        ([code, line]: [number, string]) => code === 2 && line.startsWith(option) && line.includes(why),
      );
    }
  });
});
