import { HttpClient } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { PROMETHEUS, programAt } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { judge } from "./kit.ts";
import { recordings } from "./recordings.ts";
import { quickServices } from "./services.ts";

describe("prometheusMonitor, judged by the kit on a real Prometheus that lives in Vienna", function () {
  this.timeout(120_000);
  let prometheus: TestPrometheus | undefined;

  before(async function () {
    if (programAt(PROMETHEUS) === undefined) this.skip();
    const series = recordings.flatMap(({ places }, i) =>
      Object.entries(places).map(([place, samples]) => ({
        metric: "recorded",
        labels: { month: `${i}`, instance: place },
        samples,
      })),
    );
    prometheus = await startPrometheus({ series, env: { TZ: "Europe/Vienna" } });
  });

  after(() => prometheus?.stop());

  judge((recording) => {
    const services = quickServices();
    const client = new HttpClient({ url: prometheus?.url ?? "" }, services);
    const query = `recorded{month="${recordings.indexOf(recording)}"}`;
    return Promise.resolve(prometheusMonitor(client, { query }, services));
  });
});
