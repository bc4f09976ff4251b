import { expect } from "chai";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { alone } from "./alone.ts";

const today = new Date();
/** The first second of the month so many months before this one. */
const month = (before: number) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - before, 1) / 1000;
const named = (before: number) => new Date(month(before) * 1000).toISOString().slice(0, 7);

const OUTAGE = [month(1) + 8 * 86_400 + 37, month(1) + 8 * 86_400 + 37 + 79 * 60] as const;
const HOLE = [month(1) + 20 * 86_400, month(1) + 20 * 86_400 + 600] as const;
const within = (time: number, [from, to]: readonly [number, number]) => time >= from && time < to;

describe("upheld backtest and a real Prometheus", function () {
  this.timeout(120_000);
  let prometheus: TestPrometheus | undefined;

  before(async function () {
    if (programAt(PROMETHEUS) === undefined) this.skip();
    const times = Array.from({ length: (month(0) - month(2)) / 60 + 10 }, (_, i) => month(2) + 60 * i);
    const samples = times
      .filter((time) => !within(time, HOLE))
      .map((time) => [time, within(time, OUTAGE) ? 0 : 1] as const);
    const kept = Math.ceil((Date.now() / 1000 - month(1)) / 86_400) + 2;
    const series = ["a", "b"].map((name) => ({
      metric: "probe_success",
      labels: { instance: `https://${name}.example` },
      samples,
    }));
    prometheus = await startPrometheus({ series, retention: `${kept}d` });
  });
  after(() => prometheus?.stop());

  const run = (...args: string[]) => alone(["backtest", "--prometheus", prometheus?.url ?? "", ...args]);
  const QUERY = 'probe_success{instance="https://a.example"}';

  it("counts the months that it holds, and says of the others since when it has them", async () => {
    const { out, exitCode } = await run("--query", QUERY, "--from", named(3), "--to", named(1));
    expect(exitCode).to.equal(0);
    const lines = out.split("\n");
    expect(lines[1]).to.contain(QUERY).and.to.contain("read as blackbox");
    for (const before of [3, 2]) {
      expect(lines.find((line) => line.startsWith(named(before)))).to.match(
        /not held: .* it keeps nothing before \d{4}-/,
      );
    }
    // the hole, less the half minute longer than a minute that the sample before it speaks
    expect(lines.find((line) => line.startsWith(named(1)))).to.match(
      /1 h 19 min +99\.8\d* % +9 min 30 s +100\.00 +900\.00$/,
    );
    expect(out).to.contain("1 period: 100.00 of 1,000.00 USDC back to the client, 10 %; 900.00 paid.");
    expect(out).to.contain("Not in it: 2 periods that the monitor does not have.");
  });

  it("refuses to take two services for two places", async () => {
    const { err, exitCode } = await run("--from", named(1), "--to", named(1));
    expect(exitCode).to.equal(1);
    expect(err).to.contain("the query finds 2 series: a.example, b.example").and.to.contain("--vantage-label");
    const labelled = await run("--vantage-label", "instance", "--from", named(1), "--to", named(1));
    expect(labelled.exitCode).to.equal(0);
    expect(labelled.out).to.contain("below 1 in 2 of 2 places");
  });

  it("ends with 1 when the query finds nothing in any month", async () => {
    const { out, exitCode } = await run("--query", "nosuch", "--from", named(1), "--to", named(1));
    expect([exitCode, out.includes("Nothing could be measured.")]).to.deep.equal([1, true]);
    expect(out).to.contain("has no sample of nosuch").and.to.contain("a label may be written otherwise");
  });
});
