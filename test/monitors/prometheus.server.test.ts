import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Period } from "../../src/measure/types.ts";
import { HttpClient, type Connection } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { problemOf } from "../chain/rejection.ts";
import { freePort, OPENSSL, programAt, PROMETHEUS, runProgram } from "../support/programs.ts";
import { startPrometheus, type TestPrometheus } from "../support/prometheus.ts";
import { readAll } from "./kit.ts";
import { quickServices } from "./services.ts";

const at = (text: string) => Date.parse(text) / 1000;
const JUNE = { start: BigInt(at("2025-06-01T00:00:00Z")), end: BigInt(at("2025-07-01T00:00:00Z")) };
const hourly = (from: string, to: string) =>
  Array.from({ length: (at(to) - at(from)) / 3_600 }, (_, i) => [at(from) + 3_600 * i, 1] as const);

/** What a real server does about keys, certificates, retention and bad queries. */
describe("prometheusMonitor and a real Prometheus", function () {
  this.timeout(120_000);
  let folder = "";
  let prometheus: TestPrometheus | undefined;

  before(function () {
    if (programAt(PROMETHEUS) === undefined || programAt(OPENSSL) === undefined) this.skip();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-tls-"));
  });

  afterEach(async () => {
    await prometheus?.stop();
    prometheus = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  async function read(query: string, connection: Partial<Connection> = {}, window: Period = JUNE) {
    const services = quickServices({ PASSWORD: "test", WRONG: "tset" });
    const client = new HttpClient({ url: prometheus?.url ?? "", ...connection }, services);
    return readAll(prometheusMonitor(client, { query }, services), [window]);
  }

  it("lets in who has the password and trusts its certificate, nobody else", async () => {
    const file = (name: string) => join(folder, name);
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("key.pem")];
    runProgram(OPENSSL, "req", "-x509", ...key, "-out", file("ca.pem"), "-days", "2", ...subject);
    // bcrypt of "test"
    const hash = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay";
    const web = [
      "tls_server_config:",
      `  cert_file: ${file("ca.pem")}`,
      `  key_file: ${file("key.pem")}`,
      "basic_auth_users:",
      `  oracle: ${hash}`,
    ];
    writeFileSync(file("web.yml"), web.join("\n"));

    const services = quickServices({ PASSWORD: "test" });
    const auth = { user: "oracle", password: { environment: "PASSWORD" } };
    const ca = file("ca.pem");
    const isReady = async (port: number) => {
      const client = new HttpClient({ url: `https://localhost:${port}`, auth, ca }, services);
      return (await client.get("/-/ready", {})).status === 200;
    };
    const samples = hourly("2025-05-31T00:00:00Z", "2025-07-02T00:00:00Z");
    const series = [{ metric: "probe_success", labels: { instance: "eu" }, samples }];
    prometheus = await startPrometheus({ series, args: [`--web.config.file=${file("web.yml")}`], isReady });
    const url = prometheus.url.replace("http://127.0.0.1", "https://localhost");

    expect((await read("probe_success", { url, auth, ca }))["eu"]?.length).to.equal(30 * 24);

    const codeOf = async (connection: Partial<Connection>) => {
      const { code, message, retry } = await problemOf(read("probe_success", { url, ...connection }));
      expect(message).to.not.include("tset");
      return [code, retry];
    };
    const wrong = { user: "oracle", password: { environment: "WRONG" } };
    expect(await codeOf({ ca })).to.deep.equal(["monitor.refused", undefined]);
    expect(await codeOf({ ca, auth: wrong })).to.deep.equal(["monitor.refused", undefined]);
    expect(await codeOf({ auth })).to.deep.equal(["monitor.certificate", undefined]);
    const byNumber = url.replace("localhost", "127.0.0.1");
    expect(await codeOf({ url: byNumber, auth, ca })).to.deep.equal(["monitor.certificate", undefined]);
  });

  it("refuses a month that began before its samples do, and one that it no longer keeps", async () => {
    const samples = hourly("2025-06-10T05:00:00Z", "2025-07-02T00:00:00Z");
    const series = [{ metric: "probe_success", labels: { instance: "eu" }, samples }];
    prometheus = await startPrometheus({ series });
    const late = await problemOf(read("probe_success"));
    expect(late.code).to.equal("monitor.too-old");
    expect(late.message).to.match(
      / no longer has all since 2025-06-01T00:00:00Z: its first sample is of 2025-06-10T05:00:00Z$/,
    );
    await prometheus.stop();

    prometheus = await startPrometheus({ series, retention: "15d" });
    const gone = await problemOf(read("probe_success"));
    expect(gone.code).to.equal("monitor.too-old");
    expect(gone.message).to.match(/ no longer has all since 2025-06-01T00:00:00Z: it keeps nothing before 20/);
  });

  it("knows no such series, and repeats what is wrong with a query", async () => {
    prometheus = await startPrometheus({});
    expect((await problemOf(read('probe_success{job="blakbox"}'))).code).to.equal("monitor.no-series");
    const { code, message } = await problemOf(read('{job=~"("}'));
    expect(code).to.equal("monitor.query");
    expect(message).to.match(/ cannot answer count\(last_over_time\(\{job=~"\("\}\[608400s\]\)\): .*missing closing/);
  });

  it("that is no Prometheus is called so: its own address below /graph", async () => {
    prometheus = await startPrometheus({});
    const { code } = await problemOf(read("probe_success", { url: `${prometheus.url}/graph` }));
    expect(code).to.equal("monitor.not-prometheus");
  });

  it("that does not run is unreachable", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, retry } = await problemOf(read("probe_success", { url }));
    expect({ code, retry }).to.deep.equal({ code: "monitor.unreachable", retry: true });
  });
});
