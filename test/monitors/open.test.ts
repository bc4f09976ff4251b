import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { maintenanceConfig, monitorConfig } from "../../src/monitors/config.ts";
import { Monitors, type OpenedMonitor } from "../../src/monitors/open.ts";
import { problemOf } from "../chain/rejection.ts";
import { answering } from "./answers.ts";
import { readAll } from "./kit.ts";
import { JUNE, matrix, nothing, series, START, TestServer } from "./server.ts";
import { quickServices } from "./services.ts";

const DAY = 86_400;
const EVER = { start: 0n, end: 10_000_000_000n };

describe("Monitors", () => {
  const server = new TestServer();
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-open-"));
  });
  afterEach(() => {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const monitors = () => new Monitors(quickServices(), (file) => join(folder, file));
  const open = (config: unknown) => monitors().open(monitorConfig.parse(config));
  function samplesOf(opened: OpenedMonitor) {
    if (opened.kind !== "samples") throw new Error("these are outages");
    return opened;
  }

  it("reads a file by what the configuration says of it, and calls it one", async () => {
    const text = ["up", "down"].map((job) => `monitor_status{job="${job}",place="${job}-town"} 2 5\n`).join("");
    writeFileSync(join(folder, "a.om"), `${text}# EOF\n`);
    const openmetrics = { file: "a.om", metric: "monitor_status" };
    const all = samplesOf(open({ openmetrics }));
    expect(all.isFile).to.equal(true);
    expect(await readAll(all.monitor, [EVER])).to.deep.equal({
      only: [
        [5, 2],
        [5, 2],
      ],
    });
    const more = { labels: { job: "up" }, "vantage label": "place", preset: "uptime-kuma" };
    const some = samplesOf(open({ openmetrics: { ...openmetrics, ...more } }));
    expect(await readAll(some.monitor, [EVER])).to.deep.equal({ "up-town": [[5, 0]] });

    writeFileSync(join(folder, "a.csv"), "time,value\n5,1\n");
    const csv = samplesOf(open({ samples: "a.csv" }));
    expect([csv.isFile, csv.up]).to.deep.equal([true, undefined]);
    expect(await readAll(csv.monitor, [EVER])).to.deep.equal({ only: [[5, 1]] });
    expect(samplesOf(open({ samples: "absent.csv" })).isFile).to.equal(true);
  });

  it("reads a folder that was collected into, and what tells of its holes if that was kept", async () => {
    const kept = join(folder, "kept");
    mkdirSync(join(kept, "samples"), { recursive: true });
    expect((await problemOf(Promise.resolve().then(() => open({ samples: "kept" })))).code).to.equal("kept.none");
    writeFileSync(join(kept, "source.txt"), "a server\n");
    const file = "2025-06-01T020000Z_2025-06-01T030000Z.csv";
    writeFileSync(join(kept, "samples", file), `time,value\n${START + 7_200},1\n`);
    const plain = samplesOf(open({ samples: "kept" }));
    expect(plain).to.have.keys("kind", "monitor");
    expect(plain.monitor.source).to.equal("a server, kept by upheld collect");

    mkdirSync(join(kept, "up"));
    writeFileSync(join(kept, "up", file), `time,value\n${START + 7_200},0\n`);
    const window = { start: BigInt(START), end: BigInt(START + 3 * 3_600) };
    const late = samplesOf(monitors().kept(kept, BigInt(START + 3_600)));
    expect(await readAll(late.monitor, [window])).to.deep.equal({ only: [[START + 7_200, 1]] });
    expect(await readAll(late.up!, [window])).to.deep.equal({ only: [[START + 7_200, 0]] });
    for (const monitor of [samplesOf(open({ samples: "kept" })).monitor, samplesOf(monitors().kept(kept, 5n)).up!])
      expect((await problemOf(readAll(monitor, [window]))).code).to.equal("kept.too-old");
  });

  it("asks Prometheus for both metrics by the same label and beginning, and only the first by the preset", async () => {
    const url = await server.play({
      count: nothing,
      samples: (time) => matrix(...(time === `${START + DAY}` ? [series({ place: "oslo" }, [START + 5, "3"])] : [])),
    });
    const config = { url, query: "monitor_status", preset: "uptime-kuma", "vantage label": "place", up: "up" };
    const { monitor, up } = samplesOf(open({ prometheus: { ...config, "monitored since": "2025-06-03T00:00:00Z" } }));
    expect(await readAll(monitor, [JUNE])).to.deep.equal({});
    expect(await readAll(up!, [JUNE])).to.deep.equal({ oslo: [[START + 5, 3]] });
    const { up: since, monitor: other } = samplesOf(open({ prometheus: config }));
    expect((await problemOf(readAll(since!, [JUNE]))).code).to.equal("monitor.too-old");
    expect((await problemOf(readAll(other, [JUNE]))).code).to.equal("monitor.no-series");
    expect(samplesOf(open({ prometheus: { url, query: "x" } }))).to.have.keys("kind", "monitor");
  });

  it("shares connections between monitors of one server and one key to it", async () => {
    const ports: (number | undefined)[] = [];
    const url = await server.serve(({ socket }, response) => {
      ports.push(socket.remotePort);
      response.end('{"status":"success","data":{"resultType":"vector","result":[{}]}}');
    });
    const shared = monitors();
    for (const more of [{ query: "a" }, { query: "b" }, { query: "a", tenant: "north" }]) {
      const { monitor } = samplesOf(shared.open(monitorConfig.parse({ prometheus: { url, ...more } })));
      await monitor.server?.retention();
    }
    const [a, b, other] = ports;
    expect([a === b, b === other]).to.deep.equal([true, false]);
  });

  describe("of outages", () => {
    const OCTOBER = { start: 1_759_276_800n, end: 1_761_955_200n };
    const hour = { created_at: "2025-10-09T14:00:00Z", closed_at: "2025-10-09T15:00:00Z" };
    const window = { start: 1_760_018_400n, end: 1_760_022_000n };
    const read = async (config: unknown) => {
      const opened = open(config);
      if (opened.kind !== "outages") throw new Error("these are samples");
      return opened.monitor.read(OCTOBER);
    };

    it("asks Upptime for the site of the repository, and counts degraded performance when told to", async () => {
      const path = (labels: string) =>
        `/repos/acme/status/issues?labels=${labels}&state=all&since=2025-10-01T00:00:00Z&per_page=100&page=1`;
      const github = await answering({
        [path("status,web")]: [{ title: "Web has degraded performance", ...hour }],
        [path("maintenance")]: [],
      });
      const upptime = { url: github.url, repository: "acme/status", site: "web" };
      try {
        expect((await read({ upptime })).outages).to.deep.equal([]);
        expect((await read({ upptime: { ...upptime, degraded: "no" } })).outages).to.deep.equal([]);
        expect((await read({ upptime: { ...upptime, degraded: "yes" } })).outages).to.deep.equal([window]);
      } finally {
        await github.stop();
      }
    });
  });

  it("asks Alertmanager by the labels, Uptime Kuma for its 3 by the slot", async () => {
    const maintenance = (config: unknown) => monitors().openMaintenance(maintenanceConfig.parse(config));
    expect(maintenance({ alertmanager: { url: "https://a", labels: { service: "web" } } }).source).to.equal(
      'Alertmanager at a: silences of {service="web"}',
    );
    const url = await server.play({
      samples: (time) =>
        matrix(...(time === `${START + DAY}` ? [series({}, [START + 5, "3"], [START + 500, "2"])] : [])),
    });
    const kuma = maintenance({ "uptime-kuma": { url, query: "monitor_status", "a sample speaks for": "90 s" } });
    expect(await kuma.read(JUNE)).to.deep.equal([{ start: BigInt(START + 5), end: BigInt(START + 95) }]);
  });

  it("makes nothing of a configuration that names nothing", () => {
    expect(() => monitors().open({})).to.throw(RangeError, "the configuration names no monitor");
    expect(() => monitors().openMaintenance({})).to.throw(
      RangeError,
      "the configuration names no source of maintenance",
    );
  });
});
