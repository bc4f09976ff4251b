import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { metricMaintenance } from "../../src/monitors/metric-maintenance.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { quickServices } from "./services.ts";

const MIDNIGHT = Date.parse("2025-10-02T00:00:00Z") / 1000;

describe("metricMaintenance of Uptime Kuma in a real Prometheus", function () {
  this.timeout(60_000);
  let prometheus: TestPrometheus | undefined;

  before(async function () {
    if (programAt(PROMETHEUS) === undefined) this.skip();
    const samples = (...values: number[]) => values.map((value, i) => [MIDNIGHT + 60 * (i - 2) + 0.5, value] as const);
    prometheus = await startPrometheus({
      series: [
        {
          metric: "monitor_status",
          labels: { instance: "a", monitor_name: "x" },
          samples: samples(1, 3, 3, 1, 2, 0, 3),
        },
        { metric: "monitor_status", labels: { instance: "b", monitor_name: "x" }, samples: samples(1, 1, 3, 3, 1) },
      ],
    });
  });

  after(() => prometheus?.stop());

  it("is where a sample has the number, over midnight and for the slot at most", async () => {
    const services = quickServices();
    const client = new HttpClient({ url: prometheus!.url }, services);
    const options = { query: 'monitor_status{monitor_name="x"}', value: 3, slot: 90 };
    const source = metricMaintenance(client, options, services);
    const [start, end] = [BigInt(MIDNIGHT - 120), BigInt(MIDNIGHT + 3_600)];
    expect(await source.read({ start, end })).to.deep.equal([
      { start: BigInt(MIDNIGHT - 60), end: BigInt(MIDNIGHT + 120) },
      { start: BigInt(MIDNIGHT + 240), end: BigInt(MIDNIGHT + 330) },
    ]);
    expect(source.source).to.match(/^where it is 3: Prometheus API at .*: monitor_status\{monitor_name="x"\}$/);
  });
});
