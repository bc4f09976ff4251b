import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HttpClient, type Connection } from "../../src/monitors/http.ts";
import { prometheusMonitor, type PrometheusQuery } from "../../src/monitors/prometheus.ts";
import { problemOf } from "../chain/rejection.ts";
import { readAll } from "./kit.ts";
import { quickServices } from "./services.ts";

const at = (text: string) => Date.parse(text) / 1000;
const JUNE = { start: BigInt(at("2025-06-01T00:00:00Z")), end: BigInt(at("2025-06-03T00:00:00Z")) };
const START = Number(JUNE.start);

type Reply = { readonly status?: number; readonly body: unknown; readonly headers?: Record<string, string> };

const matrix = (...result: unknown[]): Reply => ({
  body: { status: "success", data: { resultType: "matrix", result } },
});
const found: Reply = { body: { status: "success", data: { resultType: "vector", result: [{}] } } };
const nothing: Reply = { body: { status: "success", data: { resultType: "vector", result: [] } } };
const runtime = (storageRetention: string): Reply => ({ body: { status: "success", data: { storageRetention } } });
const series = (labels: Record<string, string>, ...values: [number, string][]) => ({ metric: labels, values });

/** A server that says what it is told: what servers do that a real one cannot be made to do at will. */
describe("prometheusMonitor and what answers it", () => {
  let server: Server | undefined;
  let asked: { url: URL; headers: Record<string, unknown> }[] = [];

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
    asked = [];
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Answers by what is asked: `runtime`, `count`, or samples. */
  const playing = (replies: { runtime?: Reply; count?: Reply; samples?: Reply | ((time: string) => Reply) }) =>
    serve((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      asked.push({ url, headers: request.headers });
      const query = url.searchParams.get("query") ?? "";
      const { samples = matrix() } = replies;
      const reply = url.pathname.endsWith("/status/runtimeinfo")
        ? (replies.runtime ?? { status: 404, body: "404 page not found" })
        : query.startsWith("count(")
          ? (replies.count ?? found)
          : typeof samples === "function"
            ? samples(url.searchParams.get("time") ?? "")
            : samples;
      response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
      response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
    });

  async function read(
    url: string,
    options: Partial<PrometheusQuery> = {},
    connection: Partial<Connection> = {},
    services = quickServices(),
  ) {
    const client = new HttpClient({ url, ...connection }, services);
    return readAll(prometheusMonitor(client, { query: "probe_success", ...options }, services), [JUNE]);
  }

  describe("asks", () => {
    it("for a second more than each day, and without parts of an answer", async () => {
      const url = await playing({});
      await read(`${url}/prometheus/`, { query: ' probe_success{job="a b"} ' }, { tenant: "northwind" });
      const samples = asked.filter(({ url }) => url.searchParams.get("query")?.startsWith("probe") === true);
      expect(samples.map(({ url }) => Object.fromEntries(url.searchParams))).to.deep.equal([
        { query: 'probe_success{job="a b"}[86401s]', time: `${START + 86_400}`, partial_response: "false" },
        { query: 'probe_success{job="a b"}[86401s]', time: `${START + 172_800}`, partial_response: "false" },
      ]);
      expect(samples[0]?.url.pathname).to.equal("/prometheus/api/v1/query");
      expect(samples[0]?.headers["x-scope-orgid"]).to.equal("northwind");
    });

    for (const query of [
      "sum(probe_success)",
      "probe_success[5m]",
      "a + b",
      "probe_success offset 1d",
      "",
      "{a='}",
      "x{}}",
    ]) {
      it(`nothing for "${query}", which has no raw samples`, () => {
        const client = new HttpClient({ url: "http://127.0.0.1:1" }, quickServices());
        expect(() => prometheusMonitor(client, { query }, quickServices())).to.throw(
          `"${query}" is not a plain selector`,
        );
      });
    }

    for (const query of ["probe_success", "{job='a'}", 'a:b{x=~"}.*\\"",y=\'}\'}', "x{a=`}`}"]) {
      it(`the selector ${query}`, () => {
        const client = new HttpClient({ url: "http://127.0.0.1:1" }, quickServices());
        expect(prometheusMonitor(client, { query }, quickServices()).source).to.include(query);
      });
    }
  });

  it("has a source of at most 200 characters, as the evidence takes it", () => {
    const sourceOf = (length: number) => {
      const client = new HttpClient({ url: "http://127.0.0.1:1" }, quickServices());
      return prometheusMonitor(client, { query: "x".repeat(length) }, quickServices()).source;
    };
    const begin = "Prometheus API at 127.0.0.1:1: ";
    expect(sourceOf(200 - begin.length)).to.equal(begin + "x".repeat(200 - begin.length));
    expect(sourceOf(201 - begin.length)).to.equal(`${begin}${"x".repeat(199 - begin.length)}…`);
  });

  describe("places", () => {
    it("are the instance label, in one word; series without it are one place", async () => {
      const one = series({ instance: "https://example.org/health?x=1" }, [START, "1"]);
      const url = await playing({ samples: matrix(one, series({}, [START, "0"])) });
      const places = await read(url);
      expect(places).to.have.keys("example.org-health-x-1", "only");
    });

    it("have names of at most 60 characters", async () => {
      const url = await playing({ samples: matrix(series({ instance: "x".repeat(61) }, [START, "1"])) });
      expect(await read(url)).to.have.keys("x".repeat(60));
    });

    it("are the label that the configuration names", async () => {
      const url = await playing({ samples: matrix(series({ instance: "x", region: "eu" }, [START, "1"])) });
      expect(await read(url, { label: "region" })).to.have.keys("eu");
    });

    it("must all have that label", async () => {
      const url = await playing({ samples: matrix(series({ instance: "x" }, [START, "1"])) });
      const { code, message } = await problemOf(read(url, { label: "region" }));
      expect(code).to.equal("monitor.query");
      expect(message).to.equal('the series {instance="x"} says nothing in its label region');
    });

    it("need not, when they have nothing in the window", async () => {
      const [before, after] = [series({}, [START - 0.5, "1"]), series({}, [START + 86_400, "1"])];
      const url = await playing({
        samples: (time) => (time === `${START + 86_400}` ? matrix(before, after) : matrix()),
      });
      expect(await read(url, { label: "region" })).to.deep.equal({});
    });

    it("have one voice: two series at one time are refused", async () => {
      const [a, b] = [
        series({ instance: "x", job: "a" }, [START, "1"], [START + 60, "1"]),
        series({ instance: "x", job: "b" }, [START + 60, "0"]),
      ];
      const { code, message } = await problemOf(read(await playing({ samples: matrix(a, b) })));
      expect(code).to.equal("monitor.query");
      expect(message).to.equal(
        'two series speak for the vantage point x: {instance="x",job="a"} and {instance="x",job="b"}',
      );
    });

    it("may change their other labels, one series after the other", async () => {
      const [a, b] = [
        series({ instance: "x", v: "1" }, [START, "1"]),
        series({ instance: "x", v: "2" }, [START + 60, "0"]),
      ];
      const url = await playing({ samples: (time) => (time === `${START + 86_400}` ? matrix(b, a) : matrix()) });
      expect(await read(url)).to.deep.equal({
        x: [
          [START, 1],
          [START + 60, 0],
        ],
      });
    });
  });

  describe("values", () => {
    const values = (...texts: string[]) =>
      matrix(series({}, ...texts.map((text, i): [number, string] => [START + i, text])));
    const firstDay = (reply: Reply) => (time: string) => (time === `${START + 86_400}` ? reply : matrix());

    it("stay as they are; what is no number says nothing", async () => {
      const url = await playing({ samples: firstDay(values("0.25", "NaN", "1e3", "+Inf", "-Inf", "-1")) });
      expect(await read(url)).to.deep.equal({
        only: [
          [START, 0.25],
          [START + 2, 1_000],
          [START + 5, -1],
        ],
      });
    });

    it("of Uptime Kuma: pending is down, maintenance says nothing", async () => {
      const url = await playing({ samples: firstDay(values("1", "0", "2", "3", "1")) });
      const places = await read(url, { query: "monitor_status", preset: "uptime-kuma" });
      expect(places).to.deep.equal({
        only: [
          [START, 1],
          [START + 1, 0],
          [START + 2, 0],
          [START + 4, 1],
        ],
      });
    });

    it("of a preset are its own: others are refused", async () => {
      const url = await playing({ samples: firstDay(values("0", "1", "2")) });
      const { code, message } = await problemOf(
        read(url, { query: "gatus_results_endpoint_success", preset: "gatus" }),
      );
      expect(code).to.equal("monitor.value");
      expect(message).to.equal("gatus_results_endpoint_success has the value 2, which gatus does not use");
    });

    it("of a preset are of its metric: another is refused", async () => {
      const { code, message } = await problemOf(read("http://127.0.0.1:1", { query: "up", preset: "blackbox" }));
      expect(code).to.equal("monitor.query");
      expect(message).to.equal('"up" is not about probe_success, which the preset blackbox reads');
    });
  });

  describe("a window that is not all there", () => {
    const NOW = START + 15 * 86_400;
    const then = () => ({ ...quickServices(), now: () => NOW });

    it("is taken when what is kept begins on its start, and refused a second later", async () => {
      const url = await playing({ runtime: runtime("2w1d") });
      expect(await read(url, {}, {}, then())).to.deep.equal({});
      const later = { ...then(), now: () => NOW + 1 };
      const { code, message, hint, retry } = await problemOf(read(url, {}, {}, later));
      expect(code).to.equal("monitor.too-old");
      expect(message).to.match(
        / no longer has all since 2025-06-01T00:00:00Z: it keeps nothing before 2025-06-01T00:00:01Z$/,
      );
      expect(hint).to.include("--storage.tsdb.retention.time");
      expect(retry).to.equal(undefined);
    });

    it("is refused by time also when size counts too; by size alone the samples decide", async () => {
      const late = { ...then(), now: () => NOW + 1 };
      expect((await problemOf(read(await playing({ runtime: runtime("15d or 1GiB") }), {}, {}, late))).code).to.equal(
        "monitor.too-old",
      );
      server?.close();
      expect(await read(await playing({ runtime: runtime("1GiB") }), {}, {}, late)).to.deep.equal({});
    });

    it("is refused when nothing came before it and its first sample is late", async () => {
      const url = await playing({ count: nothing, samples: matrix(series({}, [START + 90_000.5, "1"])) });
      const { code, message } = await problemOf(read(url));
      expect(code).to.equal("monitor.too-old");
      expect(message).to.match(
        / no longer has all since 2025-06-01T00:00:00Z: its first sample is of 2025-06-02T01:00:00Z$/,
      );
      const count = asked.find(({ url }) => url.searchParams.get("query")?.startsWith("count") === true)?.url
        .searchParams;
      expect(count?.get("query")).to.equal("count(last_over_time(probe_success[608400s]))");
      expect(count?.get("time")).to.equal(`${START + 3_600}`);
    });

    it("is taken when the configuration says that monitoring began later", async () => {
      const url = await playing({ runtime: runtime("15d") });
      const late = { ...then(), now: () => NOW + 86_400 };
      expect(await read(url, { since: JUNE.start + 86_400n }, {}, late)).to.deep.equal({});
    });

    it("has nothing, and is no error, when monitoring began on its end", async () => {
      const url = await playing({ count: nothing });
      expect(await read(url, { since: JUNE.end })).to.deep.equal({});
      expect((await problemOf(read(url, { since: JUNE.end - 1n }))).code).to.equal("monitor.no-series");
    });

    it("has no such series when no sample is in it at all", async () => {
      const { code, message } = await problemOf(read(await playing({ count: nothing })));
      expect(code).to.equal("monitor.no-series");
      expect(message).to.match(/ has no sample of probe_success from 2025-06-01T00:00:00Z to 2025-06-03T00:00:00Z$/);
    });

    it("is too early while its last samples may be on their way", async () => {
      const url = await playing({});
      const soon = { ...quickServices(), now: () => Number(JUNE.end) + 119 };
      const { code, retry } = await problemOf(read(url, {}, {}, soon));
      expect({ code, retry }).to.deep.equal({ code: "monitor.too-early", retry: true });
      expect(await read(url, {}, {}, { ...soon, now: () => Number(JUNE.end) + 120 })).to.deep.equal({});
    });
  });

  describe("trouble", () => {
    it("that passes is waited for: 429 and 5xx are asked again", async () => {
      const left = [429, 503, 500];
      const services = quickServices();
      const samples = () => {
        const status = left.shift();
        return status === undefined ? matrix(series({}, [START, "1"])) : { status, body: "" };
      };
      const url = await playing({ samples: (time) => (time === `${START + 86_400}` ? samples() : matrix()) });
      expect(await read(url, {}, {}, services)).to.deep.equal({ only: [[START, 1]] });
      expect(services.waited).to.deep.equal([500, 2_000, 5_000]);
    });

    it("that stays is unreachable, after four tries", async () => {
      const services = quickServices();
      let tries = 0;
      const url = await serve((_request, response) => {
        tries++;
        response.writeHead(503).end("no healthy\n upstream");
      });
      const { code, message, retry } = await problemOf(read(url, {}, {}, services));
      expect({ code, retry, tries }).to.deep.equal({ code: "monitor.unreachable", retry: true, tries: 4 });
      expect(message).to.match(/^127\.0\.0\.1:\d+ answers with status 503: no healthy upstream$/);
    });

    it("of a closed port is unreachable", async () => {
      const { code, message, retry } = await problemOf(read("http://127.0.0.1:1"));
      expect({ code, retry }).to.deep.equal({ code: "monitor.unreachable", retry: true });
      expect(message).to.equal("no answer from 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1");
    });

    for (const [what, begins] of [
      ["never answers", false],
      ["stops in the middle", true],
    ] as const) {
      it(`of a server that ${what} ends with the time limit`, async () => {
        const url = await serve((_request, response) => {
          if (begins) response.writeHead(200).write('{"status":');
        });
        const { code, message, retry } = await problemOf(read(url, {}, { timeout: 60 }));
        expect({ code, retry }).to.deep.equal({ code: "monitor.unreachable", retry: true });
        expect(message).to.match(/no whole answer within 60 ms$/);
      });
    }

    it("of a caller that goes away ends at once", async () => {
      const url = await serve(() => undefined);
      const [stop, services] = [new AbortController(), quickServices()];
      const monitor = prometheusMonitor(new HttpClient({ url }, services), { query: "up" }, services);
      const reading = monitor.read(JUNE, stop.signal)[Symbol.asyncIterator]().next();
      setTimeout(() => {
        stop.abort(new Error("bye"));
      }, 30);
      const error: unknown = await Promise.resolve(reading).catch((reason: unknown) => reason);
      expect(error).to.be.an("error").with.property("message", "bye");
      expect(services.waited).to.deep.equal([]);
    });

    for (const [status, code] of [
      [401, "monitor.refused"],
      [403, "monitor.refused"],
      [302, "monitor.redirect"],
    ] as const) {
      it(`status ${status} is ${code}, asked once`, async () => {
        const services = quickServices();
        const url = await serve((_request, response) =>
          response.writeHead(status, { location: "https://elsewhere/" }).end(),
        );
        const problem = await problemOf(read(url, {}, {}, services));
        expect([problem.code, problem.retry, services.waited]).to.deep.equal([code, undefined, []]);
      });
    }

    for (const [what, reply] of [
      ["a page", { body: "<html>Grafana</html>" }],
      ["nothing there", { status: 404, body: "404 page not found" }],
      ["other JSON", { body: { hello: "world" } }],
      ["a vector", found],
      ["samples that are none", matrix({ metric: {}, values: [[START, 1]] })],
    ] as const) {
      it(`${what} is not Prometheus`, async () => {
        const { code, hint } = await problemOf(read(await playing({ samples: reply })));
        expect(code).to.equal("monitor.not-prometheus");
        expect(hint).to.include("/select/0/prometheus");
      });
    }

    for (const status of [400, 422]) {
      it(`status ${status} repeats what the server says of the query`, async () => {
        const body = { status: "error", errorType: "execution", error: "too many samples" };
        const { code, message } = await problemOf(read(await playing({ samples: { status, body } })));
        expect(code).to.equal("monitor.query");
        expect(message).to.match(/ cannot answer probe_success\[86401s\]: too many samples$/);
      });
    }

    for (const [what, more, told] of [
      ["warnings of Thanos", { warnings: ["store 10.0.0.7 is gone"] }, "store 10.0.0.7 is gone"],
      ["a part of VictoriaMetrics", { isPartial: true }, "isPartial"],
    ] as const) {
      it(`${what} are no whole answer`, async () => {
        const reply = { body: { ...(matrix().body as object), ...more } };
        const { code, message, retry } = await problemOf(read(await playing({ samples: reply })));
        expect({ code, retry }).to.deep.equal({ code: "monitor.partial", retry: true });
        expect(message).to.match(new RegExp(`answers with a part only: ${told}$`));
      });
    }

    it("of an answer without end is stopped at the limit", async () => {
      const url = await serve((_request, response) => {
        const part = Buffer.alloc(1_000_000, " ");
        const more = () =>
          response.write(part, (error) => {
            if (!error) more();
          });
        more();
      });
      const { code, retry } = await problemOf(read(url));
      expect({ code, retry }).to.deep.equal({ code: "monitor.too-large", retry: undefined });
    });
  });

  describe("credentials", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "upheld-secret-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("come from a file or the environment", async () => {
      const file = join(folder, "token");
      writeFileSync(file, "s3cret\n");
      const url = await playing({});
      await read(url, {}, { auth: { bearer: { file } } });
      expect(asked.at(-1)?.headers["authorization"]).to.equal("Bearer s3cret");
      await read(
        url,
        {},
        { auth: { user: "oracle", password: { environment: "PW" } } },
        quickServices({ PW: "geheim:ü" }),
      );
      expect(asked.at(-1)?.headers["authorization"]).to.equal(
        `Basic ${Buffer.from("oracle:geheim:ü").toString("base64")}`,
      );
    });

    it("that are not there are told by where they should be", async () => {
      const auth = { bearer: { environment: "TOKEN" } };
      const { code, message } = await problemOf(read("http://127.0.0.1:1", {}, { auth }));
      expect([code, message]).to.deep.equal(["monitor.secret", "the environment variable TOKEN holds no secret"]);
      const file = join(folder, "absent");
      const missing = await problemOf(read("http://127.0.0.1:1", {}, { auth: { bearer: { file } } }));
      expect([missing.code, missing.file]).to.deep.equal(["monitor.secret", file]);
    });

    it("of two lines are refused, without repeating them", async () => {
      const services = quickServices({ TOKEN: "a\r\nx-injected: b" });
      const problem = await problemOf(
        read("http://127.0.0.1:1", {}, { auth: { bearer: { environment: "TOKEN" } } }, services),
      );
      expect(problem.message).to.equal("the environment variable TOKEN holds more than one line");
    });

    it("in the address are refused, without repeating them", () => {
      const open = () => new HttpClient({ url: "https://oracle:geheim@example.org" }, quickServices());
      expect(open).to.throw("the address of example.org holds credentials");
      expect(open).to.not.throw("geheim");
    });

    for (const url of ["prometheus:9090", "ftp://example.org", "", "https://example.org/?x=1"]) {
      it(`"${url}" is no address`, () => {
        expect(() => new HttpClient({ url }, quickServices())).to.throw(/is no http or https address|has a query/);
      });
    }
  });
});
