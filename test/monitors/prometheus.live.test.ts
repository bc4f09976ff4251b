import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { explainHoles } from "../../src/monitors/holes.ts";
import { HttpClient } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { answers, BLACKBOX, freePort, programAt, PROMETHEUS, startProgram, type Running } from "../support/programs.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { hold } from "./hold.ts";
import { readAll } from "./kit.ts";
import { quickServices } from "./services.ts";

const now = () => Date.now() / 1000;
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1_000));

/** A real Prometheus asks a real blackbox_exporter about a real server, each second. */
describe("a web server that is stopped and started, as Prometheus saw it", function () {
  this.timeout(90_000);
  let folder = "";
  const running: { stop(): Promise<void> }[] = [];

  before(function () {
    if (programAt(PROMETHEUS) === undefined || programAt(BLACKBOX) === undefined) this.skip();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-live-"));
  });

  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("down while it was stopped, unknown while blackbox_exporter was, to the second", async () => {
    const [sitePort, blackboxPort] = [await freePort(), await freePort()];
    const modules = join(folder, "blackbox.yml");
    writeFileSync(modules, "modules:\n  http_2xx:\n    prober: http\n    timeout: 1s\n");
    const startBlackbox = async (): Promise<Running> => {
      const args = [`--config.file=${modules}`, `--web.listen-address=127.0.0.1:${blackboxPort}`];
      const exporter = await startProgram(BLACKBOX, args, () => answers(`http://127.0.0.1:${blackboxPort}/-/healthy`));
      running.push(exporter);
      return exporter;
    };

    let site = await listen(sitePort);
    running.push({ stop: () => close(site) });
    const exporter = await startBlackbox();
    const prometheus = await startPrometheus({ config: scraping(sitePort, blackboxPort) });
    running.push(prometheus);

    // it begins to ask some five seconds after its start
    while (!(await hasAsked(prometheus.url))) await seconds(0.1);
    const start = Math.ceil(now());
    await seconds(start - now() + 1.3);
    const stopped = [now(), await close(site).then(now)] as const;
    await seconds(3);
    const started = [now(), await listen(sitePort).then((again) => ((site = again), now()))] as const;
    await seconds(2);
    await sampledAfter(prometheus.url, started[1]);
    const killed = [now(), await exporter.stop().then(now)] as const;
    await seconds(3);
    const back = [now(), await startBlackbox().then(now)] as const;
    await sampledAfter(prometheus.url, back[1]);
    await seconds(1);
    const end = Math.floor(now());
    await seconds(0.5);

    const services = quickServices();
    const client = new HttpClient({ url: prometheus.url }, services);
    const window = { start: BigInt(start), end: BigInt(end) };
    const read = async (query: string) => {
      const monitor = prometheusMonitor(client, { query, settle: 0 }, services);
      return (await readAll(monitor, [window]))[`127.0.0.1:${sitePort}`] ?? [];
    };
    const [probes, up] = [await read('probe_success{job="blackbox"}'), await read('up{job="blackbox"}')];
    const told = JSON.stringify({ stopped, started, killed, back, probes, up });

    // Each second was asked about; a sample's time is when its scrape began, and a scrape may straddle a switch.
    expect(up.length, told).to.be.within(end - start - 2, end - start + 1);
    const surely = (from: readonly [number, number], to: readonly [number, number]) => (time: number) =>
      from[1] <= time && time < to[0] - 0.5;
    const wasDown = surely(stopped, started);
    const wasGone = surely(killed, back);
    const switches = [stopped, started, killed, back];
    const isPlain = (time: number) => !switches.some(([from, to]) => from - 1 < time && time < to + 1);
    for (const [time, value] of probes.filter(([time]) => isPlain(time)))
      expect(value, `${time} of ${told}`).to.equal(wasDown(time) ? 0 : 1);
    for (const [time, value] of up.filter(([time]) => isPlain(time)))
      expect(value, `${time} of ${told}`).to.equal(wasGone(time) ? 0 : 1);

    // Counted to the second from the samples: from the first bad one to the first good one after it.
    const firstBad = probes.find(([, value]) => value === 0)?.[0] ?? NaN;
    const firstGood = probes.find(([time, value]) => time > firstBad && value === 1)?.[0] ?? NaN;
    const slot = 2;
    const counted = hold(probes, window, slot);
    expect(counted.bad, told).to.equal(Math.floor(firstGood) - Math.floor(firstBad));
    expect(Math.abs(counted.bad - (started[0] - stopped[0])), told).to.be.lessThan(1.5);

    // The hole is the exporter's: `up` says 0 in it.
    const lastBefore = probes.filter(([time]) => time < killed[0]).at(-1)?.[0] ?? NaN;
    const firstAfter = probes.find(([time]) => time > killed[1])?.[0] ?? NaN;
    const hole = { start: BigInt(Math.floor(lastBefore) + slot), end: BigInt(Math.floor(firstAfter)) };
    expect(Number(hole.end - hole.start), told).to.be.within(1, 5);
    const series = { times: up.map(([time]) => time), values: up.map(([, value]) => value) };
    expect(explainHoles([hole], [series], slot), told).to.deep.equal([
      { from: hole.start, to: hole.end, why: "exporter" },
    ]);
  });
});

async function listen(port: number): Promise<Server> {
  const server = createServer((_request, response) => response.end("well")).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function hasAsked(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/query?query=up`);
  return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length > 0;
}

/** A busy machine is asked late: wait until a probe of after `time` is there. */
async function sampledAfter(url: string, time: number): Promise<void> {
  const query = encodeURIComponent('timestamp(probe_success{job="blackbox"})');
  for (;;) {
    const answer = await fetch(`${url}/api/v1/query?query=${query}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    if (data.result.some(({ value }) => Number(value[1]) > time)) return;
    await seconds(0.1);
  }
}

const scraping = (site: number, blackbox: number) => `
scrape_configs:
  - job_name: blackbox
    scrape_interval: 1s
    scrape_timeout: 1s
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ["http://127.0.0.1:${site}"] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "127.0.0.1:${blackbox}" }
`;
