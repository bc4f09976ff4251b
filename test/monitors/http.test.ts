import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { problemOf } from "../chain/rejection.ts";
import { found, JUNE, matrix, readJune, series, START, TestServer } from "./server.ts";
import { quickServices } from "./services.ts";

describe("HttpClient, as prometheusMonitor uses it", () => {
  const server = new TestServer();
  afterEach(() => {
    server.stop();
  });

  describe("trouble", () => {
    it("that passes is waited for: 429 and 5xx are server.asked again", async () => {
      const left = [429, 503, 500];
      const services = quickServices();
      const samples = () => {
        const status = left.shift();
        return status === undefined ? matrix(series({}, [START, "1"])) : { status, body: "" };
      };
      const url = await server.play({ samples: (time) => (time === `${START + 86_400}` ? samples() : matrix()) });
      expect(await readJune(url, {}, {}, services)).to.deep.equal({ only: [[START, 1]] });
      expect(services.waited).to.deep.equal([500, 2_000, 5_000]);
    });

    it("that stays is unreachable, after four tries", async () => {
      const services = quickServices();
      let tries = 0;
      const url = await server.serve((_request, response) => {
        tries++;
        response.writeHead(503).end("no healthy\n upstream");
      });
      const { code, message, retry } = await problemOf(readJune(url, {}, {}, services));
      expect({ code, retry, tries }).to.deep.equal({ code: "monitor.unreachable", retry: true, tries: 4 });
      expect(message).to.match(/^127\.0\.0\.1:\d+ answers with status 503: no healthy upstream$/);
    });

    it("of a closed port is unreachable", async () => {
      const { code, message, retry } = await problemOf(readJune("http://127.0.0.1:1"));
      expect({ code, retry }).to.deep.equal({ code: "monitor.unreachable", retry: true });
      expect(message).to.equal("no answer from 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1");
    });

    for (const [what, begins] of [
      ["never answers", false],
      ["stops in the middle", true],
    ] as const) {
      it(`of a server that ${what} ends with the time limit`, async () => {
        const url = await server.serve((_request, response) => {
          if (begins) response.writeHead(200).write('{"status":');
        });
        const { code, message, retry } = await problemOf(readJune(url, {}, { timeout: 60 }));
        expect({ code, retry }).to.deep.equal({ code: "monitor.unreachable", retry: true });
        expect(message).to.match(/no whole answer within 60 ms$/);
      });
    }

    it("of a caller that goes away ends at once", async () => {
      const url = await server.serve(() => undefined);
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

    for (const [status, code, said, advice] of [
      [401, "monitor.refused", "refuses to answer: status 401: no way in", /^check user, password or token/],
      [403, "monitor.refused", "refuses to answer: status 403: no way in", /^check user, password or token/],
      [302, "monitor.redirect", "answers that it moved to https://elsewhere/", /^write that address into/],
    ] as const) {
      it(`status ${status} is ${code}, server.asked once`, async () => {
        const services = quickServices();
        const url = await server.serve((_request, response) =>
          response.writeHead(status, { location: "https://elsewhere/" }).end("no way in"),
        );
        const problem = await problemOf(readJune(url, {}, {}, services));
        expect(problem.message).to.equal(`${new URL(url).host} ${said}`);
        expect(problem.hint).to.match(advice);
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
        const { code, hint } = await problemOf(readJune(await server.play({ samples: reply })));
        expect(code).to.equal("monitor.not-prometheus");
        expect(hint).to.include("/select/0/prometheus");
      });
    }

    for (const status of [400, 422]) {
      it(`status ${status} repeats what the server says of the query`, async () => {
        const body = { status: "error", errorType: "execution", error: "too many samples" };
        const { code, message } = await problemOf(readJune(await server.play({ samples: { status, body } })));
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
        const { code, message, retry } = await problemOf(readJune(await server.play({ samples: reply })));
        expect({ code, retry }).to.deep.equal({ code: "monitor.partial", retry: true });
        expect(message).to.match(new RegExp(`answers with a part only: ${told}$`));
      });
    }

    it("of an answer without end is stopped at the limit", async () => {
      const url = await server.serve((_request, response) => {
        const part = Buffer.alloc(1_000_000, " ");
        const more = () =>
          response.write(part, (error) => {
            if (!error) more();
          });
        more();
      });
      const { code, retry } = await problemOf(readJune(url));
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
      const url = await server.play({});
      await readJune(url, {}, { auth: { bearer: { file } } });
      expect(server.asked.at(-1)?.headers["authorization"]).to.equal("Bearer s3cret");
      await readJune(
        url,
        {},
        { auth: { user: "oracle", password: { environment: "PW" } } },
        quickServices({ PW: "geheim:ü" }),
      );
      expect(server.asked.at(-1)?.headers["authorization"]).to.equal(
        `Basic ${Buffer.from("oracle:geheim:ü").toString("base64")}`,
      );
    });

    it("that are not there are told by where they should be", async () => {
      const auth = { bearer: { environment: "TOKEN" } };
      const { code, message } = await problemOf(readJune("http://127.0.0.1:1", {}, { auth }));
      expect([code, message]).to.deep.equal(["monitor.secret", "the environment variable TOKEN holds no secret"]);
      const file = join(folder, "absent");
      const missing = await problemOf(readJune("http://127.0.0.1:1", {}, { auth: { bearer: { file } } }));
      expect([missing.code, missing.file]).to.deep.equal(["monitor.secret", file]);
    });

    it("of two lines are refused, without repeating them", async () => {
      const services = quickServices({ TOKEN: "a\r\nx-injected: b" });
      const problem = await problemOf(
        readJune("http://127.0.0.1:1", {}, { auth: { bearer: { environment: "TOKEN" } } }, services),
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
