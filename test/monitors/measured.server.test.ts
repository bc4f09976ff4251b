import { expect } from "chai";
import { measureOutages } from "../../src/measure/outages.ts";
import type { Policy } from "../../src/measure/policy.ts";
import { downtimeOf } from "../../src/measure/sampled.ts";
import { toSeries } from "../../src/measure/series.ts";
import type { Period } from "../../src/measure/types.ts";
import { explainHoles } from "../../src/monitors/holes.ts";
import { HttpClient } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { Mode, Unit } from "../../src/terms/types.ts";
import { problemOf } from "../chain/rejection.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus, type TestSeries } from "../support/prometheus.ts";
import { readAll } from "./kit.ts";
import { recordings } from "./recordings.ts";
import { quickServices } from "./services.ts";

const span = (from: string, to: string): Period => ({
  start: BigInt(Date.parse(from) / 1000),
  end: BigInt(Date.parse(to) / 1000),
});
const DECEMBER = span("2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z");
const TARGET_DOWN = span("2025-12-03T10:00:00Z", "2025-12-03T11:30:00Z");
const EXPORTER_DOWN = span("2025-12-10T02:00:00Z", "2025-12-10T02:07:00Z");
const METRIC_GONE = span("2025-12-12T23:58:00Z", "2025-12-13T00:03:00Z");
const PROMETHEUS_DOWN = span("2025-12-20T00:00:00Z", "2025-12-21T06:00:00Z");
const UNKNOWN = 420n + 300n + 108_000n;

const POLICY: Policy = {
  good: { atLeast: 1 },
  scale: 1,
  slot: 60,
  places: { bad: 1, of: 1 },
  minimum: 0,
  counts: "whole",
  unknown: "excluded",
  coverage: 0,
};
const INDICATOR = { id: 1, unit: Unit.Seconds, mode: Mode.Denominator, instances: 1n };

describe("from a real Prometheus to a report's counts", function () {
  this.timeout(120_000);
  let prometheus: TestPrometheus | undefined;

  before(async function () {
    if (programAt(PROMETHEUS) === undefined) this.skip();
    const recorded = recordings.flatMap(({ places }, i) =>
      Object.entries(places).map(([instance, samples]) => ({
        metric: "recorded",
        labels: { month: `${i}`, instance },
        samples,
      })),
    );
    prometheus = await startPrometheus({ series: [...december(), ...recorded] });
  });

  after(() => prometheus?.stop());

  async function read(query: string, period: Period, policy: Policy) {
    const services = quickServices();
    const monitor = prometheusMonitor(new HttpClient({ url: prometheus!.url }, services), { query }, services);
    // the sample before speaks into the period
    const places = await readAll(monitor, [{ start: period.start - BigInt(policy.slot), end: period.end }]);
    return Object.entries(places).map(([place, samples]) => toSeries(place, samples, policy));
  }

  it("counts outages and holes to the second, and says of each hole why", async () => {
    const [probes, up] = [await read("probe_success", DECEMBER, POLICY), await read("up", DECEMBER, POLICY)];
    const downtime = downtimeOf(probes, DECEMBER, POLICY, []);
    expect(downtime.outages).to.deep.equal([TARGET_DOWN]);
    expect(downtime.unknown).to.deep.equal([EXPORTER_DOWN, METRIC_GONE, PROMETHEUS_DOWN]);
    expect(explainHoles(downtime.unknown, up, POLICY.slot).map(({ why }) => why)).to.deep.equal([
      "exporter",
      "metric",
      "prometheus",
    ]);
    expect(measureOutages(downtime, DECEMBER, INDICATOR).measurement).to.deep.equal({
      total: 2_678_400n - UNKNOWN,
      bad: 5_400n,
      excluded: UNKNOWN,
    });
    const asDown = downtimeOf(probes, DECEMBER, { ...POLICY, unknown: "down" }, []);
    expect(measureOutages(asDown, DECEMBER, INDICATOR).measurement).to.deep.equal({
      total: 2_678_400n,
      bad: 5_400n + UNKNOWN,
      excluded: 0n,
    });
  });

  it("refuses a month of which too little is known", async () => {
    // 2,569,680 of 2,678,400 seconds are known: 95.94 %
    const probes = await read("probe_success", DECEMBER, POLICY);
    const refuse = (coverage: number) => ({ ...POLICY, unknown: "refuse" as const, coverage });
    expect(downtimeOf(probes, DECEMBER, refuse(959_408_602), []).unknown.length).to.equal(3);
    const refused = Promise.resolve().then(() => downtimeOf(probes, DECEMBER, refuse(959_408_603), []));
    expect((await problemOf(refused)).code).to.equal("measure.coverage");
  });

  for (const [i, { name, period, slot, known }] of recordings.entries()) {
    it(`counts ${name}, each place by itself`, async () => {
      const policy = { ...POLICY, slot };
      const series = await read(`recorded{month="${i}"}`, { ...period, start: period.start + BigInt(slot) }, policy);
      const counted = series.map((one) => {
        const { outages, unknown } = downtimeOf([one], period, policy, []);
        const { bad } = measureOutages({ outages, exclusions: [] }, period, INDICATOR).measurement;
        return [
          one.vantage,
          { bad: Number(bad), unknown: Number(unknown.reduce((all, hole) => all + hole.end - hole.start, 0n)) },
        ];
      });
      expect(Object.fromEntries(counted)).to.deep.equal(known);
    });
  }
});

/** Every minute on the minute, from an hour before the month to an hour after. */
function december(): TestSeries[] {
  const within = (time: number, { start, end }: Period) => Number(start) <= time && time < Number(end);
  const minutes = Array.from({ length: 31 * 1_440 + 120 }, (_, i) => Number(DECEMBER.start) + 60 * (i - 60));
  const asked = minutes.filter((time) => !within(time, PROMETHEUS_DOWN));
  const seen = asked.filter((time) => !within(time, EXPORTER_DOWN) && !within(time, METRIC_GONE));
  const labels = { job: "blackbox", instance: "https://example.org" };
  return [
    { metric: "up", labels, samples: asked.map((time) => [time, within(time, EXPORTER_DOWN) ? 0 : 1]) },
    { metric: "probe_success", labels, samples: seen.map((time) => [time, within(time, TARGET_DOWN) ? 0 : 1]) },
  ];
}
