import { expect } from "chai";
import type { Period } from "../../src/measure/types.ts";
import { HttpClient } from "../../src/monitors/http.ts";
import { explainHoles } from "../../src/monitors/holes.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { hold } from "./hold.ts";
import { readAll } from "./kit.ts";
import { quickServices } from "./services.ts";

const at = (text: string) => Date.parse(text) / 1000;
const span = (from: string, to: string) => ({ start: BigInt(at(from)), end: BigInt(at(to)) });
const OCTOBER = span("2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z");
const SLOT = 60;

/** Every minute on the minute; a hole therefore begins and ends on one. */
const TARGET_DOWN = span("2025-10-03T10:00:00Z", "2025-10-03T11:30:00Z");
const EXPORTER_DOWN = span("2025-10-10T02:00:00Z", "2025-10-10T02:07:00Z");
const METRIC_GONE = span("2025-10-12T23:58:00Z", "2025-10-13T00:03:00Z");
const PROMETHEUS_DOWN = span("2025-10-20T00:00:00Z", "2025-10-21T06:00:00Z");
/** The exporter first, then with it Prometheus. */
const BOTH_DOWN = [
  span("2025-10-28T08:00:00Z", "2025-10-28T08:10:00Z"),
  span("2025-10-28T08:10:00Z", "2025-10-28T08:15:00Z"),
] as const;

const within = (time: number, ...spans: readonly Period[]) =>
  spans.some(({ start, end }) => Number(start) <= time && time < Number(end));

describe("a month with holes of each kind, on a real Prometheus", function () {
  this.timeout(120_000);
  let prometheus: TestPrometheus | undefined;

  before(async function () {
    if (programAt(PROMETHEUS) === undefined) this.skip();
    const minutes = Array.from({ length: 31 * 1_440 }, (_, i) => Number(OCTOBER.start) + 60 * i);
    const asked = minutes.filter((time) => !within(time, PROMETHEUS_DOWN, BOTH_DOWN[1]));
    const isUp = (time: number) => !within(time, EXPORTER_DOWN, BOTH_DOWN[0]);
    const labels = { job: "blackbox", instance: "https://example.org" };
    prometheus = await startPrometheus({
      series: [
        { metric: "up", labels, samples: asked.map((time) => [time, isUp(time) ? 1 : 0]) },
        {
          metric: "probe_success",
          labels,
          samples: asked
            .filter((time) => isUp(time) && !within(time, METRIC_GONE))
            .map((time) => [time, within(time, TARGET_DOWN) ? 0 : 1]),
        },
      ],
    });
  });

  after(() => prometheus?.stop());

  async function read(query: string) {
    const services = quickServices();
    const monitor = prometheusMonitor(new HttpClient({ url: prometheus!.url }, services), { query }, services);
    return readAll(monitor, [OCTOBER]);
  }

  it("a target that was down is bad to the second, a hole of any kind is unknown", async () => {
    const places = await read('probe_success{job="blackbox"}');
    expect(Object.keys(places)).to.deep.equal(["example.org"]);
    expect(hold(places["example.org"]!, OCTOBER, SLOT)).to.deep.equal({
      bad: 5_400,
      unknown: 420 + 300 + 108_000 + 600 + 300,
    });
  });

  it("`up` tells the kinds apart, to the second", async () => {
    const up = (await read('up{job="blackbox"}'))["example.org"]!;
    const series = { times: up.map(([time]) => time), values: up.map(([, value]) => value) };
    const both = { start: BOTH_DOWN[0].start, end: BOTH_DOWN[1].end };
    const holes = [EXPORTER_DOWN, METRIC_GONE, PROMETHEUS_DOWN, both];
    const why = (period: Period, reason: string) => ({ from: period.start, to: period.end, why: reason });
    expect(explainHoles(holes, [series], SLOT)).to.deep.equal([
      why(EXPORTER_DOWN, "exporter"),
      why(METRIC_GONE, "metric"),
      why(PROMETHEUS_DOWN, "prometheus"),
      why(BOTH_DOWN[0], "exporter"),
      why(BOTH_DOWN[1], "prometheus"),
    ]);
  });
});
