import { HttpClient } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { PROMETHEUS, programAt, VICTORIA_METRICS } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus, type TestSeries } from "../support/prometheus.ts";
import { startVictoriaMetrics } from "../support/victoria-metrics.ts";
import { judge } from "./kit.ts";
import { recordings } from "./recordings.ts";
import { quickServices } from "./services.ts";

const SERIES: readonly TestSeries[] = recordings.flatMap(({ places }, i) =>
  Object.entries(places).map(([place, samples]) => ({
    metric: "recorded",
    labels: { month: `${i}`, instance: place },
    samples,
  })),
);

const SERVERS = [
  {
    name: "Prometheus that lives in Vienna",
    program: PROMETHEUS,
    start: () => startPrometheus({ series: SERIES, env: { TZ: "Europe/Vienna" } }),
  },
  { name: "VictoriaMetrics", program: VICTORIA_METRICS, start: () => startVictoriaMetrics(SERIES) },
];

for (const { name, program, start } of SERVERS) {
  describe(`prometheusMonitor, judged by the kit on a real ${name}`, function () {
    this.timeout(120_000);
    let server: TestPrometheus | undefined;

    before(async function () {
      if (programAt(program) === undefined) this.skip();
      server = await start();
    });

    after(() => server?.stop());

    judge((recording) => {
      const services = quickServices();
      const client = new HttpClient({ url: server?.url ?? "" }, services);
      const query = `recorded{month="${recordings.indexOf(recording)}"}`;
      return Promise.resolve(prometheusMonitor(client, { query }, services));
    });
  });
}
