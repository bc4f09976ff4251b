import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { excerpt, HttpClient, type Connection } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { problemOf } from "../chain/rejection.ts";
import { OPENSSL, programAt, runProgram } from "../support/programs.ts";
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

  describe("what it sends and takes", () => {
    const client = (url: string, connection: Partial<Connection> = {}, services = quickServices()) =>
      new HttpClient({ url, ...connection }, services);

    it("goes below the address, whether that ends with a slash or not", async () => {
      const asked: unknown[] = [];
      const url = await server.serve((request, response) => {
        asked.push([request.method, request.url]);
        response.end("{}");
      });
      for (const prefix of ["", "/", "/a/b", "/a/b/"]) await client(`${url}${prefix}`).get("/x", { q: "a b&c" });
      const [below, deep] = [
        ["GET", "/x?q=a+b%26c"],
        ["GET", "/a/b/x?q=a+b%26c"],
      ];
      expect(asked).to.deep.equal([below, below, deep, deep]);
    });

    it("names its host with port and prefix", () => {
      expect(client("https://a.example:8443/p/").host).to.equal("a.example:8443/p");
      expect(client("http://a.example").host).to.equal("a.example");
    });

    it("says what asks and for what, and a tenant only when there is one", async () => {
      const heard: (readonly unknown[])[] = [];
      const url = await server.serve(({ headers }, response) => {
        const names = ["accept", "user-agent", "x-scope-orgid", "authorization"];
        heard.push(names.map((name) => headers[name]));
        response.end("{}");
      });
      await client(url).get("/", {});
      await client(url, { tenant: "north" }).get("/", {});
      expect(heard).to.deep.equal([
        ["application/json", "upheld", undefined, undefined],
        ["application/json", "upheld", "north", undefined],
      ]);
    });

    it("keeps its connection open between questions", async () => {
      const ports = new Set<number | undefined>();
      const url = await server.serve(({ socket }, response) => {
        ports.add(socket.remotePort);
        response.end("{}");
      });
      const one = client(url);
      for (let i = 0; i < 3; i++) await one.get("/", {});
      expect(ports.size).to.equal(1);
      await client(url).get("/", {});
      expect(ports.size).to.equal(2);
    });

    it("gives the bytes of an answer, in however many parts they come, and its JSON if it is that", async () => {
      const url = await server.serve((request, response) => {
        response.writeHead(request.url === "/page" ? 404 : 200);
        if (request.url === "/parts") for (const part of ['{"a":', '"ü"', "}"]) response.write(part);
        response.end(request.url === "/page" ? "<html>" : "");
      });
      const parts = await client(url).get("/parts", {});
      expect([parts.status, parts.body.toString(), parts.json]).to.deep.equal([200, '{"a":"ü"}', { a: "ü" }]);
      const page = await client(url).get("/page", {});
      expect([page.status, page.body.toString(), page.json]).to.deep.equal([404, "<html>", undefined]);
      expect((await client(url).get("/", {})).body.length).to.equal(0);
    });

    it("leaves an answer as it is when the next ones come, however large, and several at once", async () => {
      const url = await server.serve((request, response) => {
        const [size, letter = ""] = (request.url ?? "").split("/").slice(1);
        response.end(letter.repeat(Number(size)));
      });
      const one = client(url);
      const asked = [[3, "a"], [200_000, "b"], [5, "c"], [70_000, "d"], [1_500_000, "e"], [2, "f"]] as const; // prettier-ignore
      const ask = ([size, letter]: readonly [number, string]) => one.get(`/${size}/${letter}`, {});
      const [first, ...others] = [await ask(asked[0]), ...(await Promise.all(asked.slice(1).map(ask)))];
      const again = await one.read("/4/g", {}, ({ body }) => body.toString());
      expect([first, ...others].map(({ body }) => body.toString())).to.deep.equal(
        asked.map(([size, letter]) => letter.repeat(size)),
      );
      expect(again).to.equal("gggg");
    });

    it("hands on what its reader throws, without a second try", async () => {
      let asked = 0;
      const url = await server.serve((_request, response) => response.end(`${asked++}`));
      const bug = new RangeError("a defect");
      const told = await client(url)
        .read("/", {}, () => {
          throw bug;
        })
        .catch((error: unknown) => error);
      expect([told, asked]).to.deep.equal([bug, 1]);
    });

    it("tries again what breaks in the middle, and stops listening to who asked", async () => {
      let asked = 0;
      const url = await server.serve((_request, response) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("{}");
        setImmediate(() => response.destroy());
        asked++;
      });
      const { code, message, hint, retry } = await problemOf(client(url).get("/", {}));
      expect([code, retry, asked]).to.deep.equal(["monitor.unreachable", true, 4]);
      expect(message).to.match(/^no answer from 127\.0\.0\.1:\d+: ./);
      expect(hint).to.equal("check the address, and whether it runs and can be reached from here");
    });

    it("asks nothing for a caller who is gone already", async () => {
      let asked = 0;
      const url = await server.serve((_request, response) => response.end(`${asked++}`));
      const reason = new Error("bye");
      const error = await client(url)
        .get("/", {}, AbortSignal.abort(reason))
        .catch((told: unknown) => told);
      expect([error, asked]).to.deep.equal([reason, 0]);
    });

    it("hands on to the wait between two tries who asked", async () => {
      const url = await server.serve((_request, response) => response.writeHead(500).end());
      const { signal } = new AbortController();
      const waits: unknown[] = [];
      const services = {
        ...quickServices(),
        wait: (milliseconds: number, given?: AbortSignal) => {
          waits.push([milliseconds, given === signal]);
          return Promise.resolve();
        },
      };
      await problemOf(client(url, {}, services).get("/", {}, signal));
      expect(waits).to.deep.equal([500, 2_000, 5_000].map((pause) => [pause, true]));
    });

    for (const [what, status, headers, problem] of [
      ["a move without an address", 301, {}, ["redirect", "answers that it moved to somewhere else"]],
      ["the last of the moves", 399, { location: "/x" }, ["redirect", "answers that it moved to /x"]],
      ["too many questions", 429, {}, ["unreachable", "answers with status 429: busy"]],
      ["the first of its own troubles", 500, {}, ["unreachable", "answers with status 500: busy"]],
    ] as const) {
      it(`tells of ${what}`, async () => {
        const url = await server.serve((_request, response) => response.writeHead(status, headers).end("busy"));
        const told = await problemOf(client(url).get("/", {}));
        const [code, message] = problem;
        expect([told.code, told.message]).to.deep.equal([`monitor.${code}`, `${new URL(url).host} ${message}`]);
        expect([told.hint, told.retry]).to.deep.equal(
          code === "redirect" ? ["write that address into the configuration", undefined] : ["try again later", true],
        );
      });
    }

    for (const status of [200, 204, 299, 400, 404, 428, 499]) {
      it(`leaves status ${status} to who asked`, async () => {
        const url = await server.serve((_request, response) => response.writeHead(status).end());
        expect((await client(url).get("/", {})).status).to.equal(status);
      });
    }

    it("repeats of others' texts the beginning, on one line", () => {
      expect(excerpt(" a\n\n b\t")).to.equal("a b");
      expect(excerpt("x".repeat(120))).to.equal("x".repeat(120));
      expect(excerpt("x".repeat(121))).to.equal(`${"x".repeat(120)}…`);
    });
  });

  describe("addresses", () => {
    const refused = (url: string) => problemOf(Promise.resolve().then(() => new HttpClient({ url }, quickServices())));
    const WRITE = "write it as https://prometheus.example.org";
    for (const [url, message, hint] of [
      ["a b", '"a b" is no http or https address', WRITE],
      ["file:///x", '"file:///x" is no http or https address', WRITE],
      ["https://a.example/?x=1", 'the address "https://a.example/?x=1" has a query', "write host and path only"],
      ["https://a.example/#x", 'the address "https://a.example/#x" has a query', "write host and path only"],
      [
        "https://oracle@a.example:1",
        "the address of a.example:1 holds credentials",
        "name the file or environment variable they are in",
      ],
      [
        "https://:geheim@a.example",
        "the address of a.example holds credentials",
        "name the file or environment variable they are in",
      ],
    ] as const) {
      it(`refuses ${url}`, async () => {
        expect(await refused(url)).to.deep.equal({ code: "monitor.url", message, hint });
      });
    }
  });

  describe("certificates", function () {
    this.timeout(20_000);
    let folder = "";
    let https: Server | undefined;

    before(async function () {
      if (programAt(OPENSSL) === undefined) this.skip();
      folder = mkdtempSync(join(tmpdir(), "upheld-ca-"));
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
      const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
      const [key, cert] = [join(folder, "key.pem"), join(folder, "ca.pem")];
      runProgram(OPENSSL, "req", "-x509", ...curve, "-keyout", key, "-out", cert, "-days", "2", ...subject);
      https = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
        response.end('{"is":"safe"}'),
      ).listen(0);
      await once(https, "listening");
    });
    after(() => {
      https?.closeAllConnections();
      https?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const get = (host: string, ca?: string) => {
      const url = `https://${host}:${(https?.address() as AddressInfo).port}`;
      const connection = ca === undefined ? { url } : { url, ca: join(folder, ca) };
      return new HttpClient(connection, quickServices()).get("/", {});
    };

    it("are trusted by the authority that is named", async () => {
      expect((await get("localhost", "ca.pem")).json).to.deep.equal({ is: "safe" });
    });

    for (const [what, host, ca] of [
      ["nobody vouches for", "localhost", undefined],
      ["are of another name", "127.0.0.1", "ca.pem"],
    ] as const) {
      it(`that ${what} are refused, asked once`, async () => {
        const { code, message, hint, retry } = await problemOf(get(host, ca));
        expect([code, retry]).to.deep.equal(["monitor.certificate", undefined]);
        expect(message).to.match(new RegExp(`^the certificate of ${host}:\\d+ is not trusted: .`));
        expect(hint).to.equal(
          "name the file of its certificate authority as `ca`, and ask by the name in the certificate",
        );
      });
    }

    it("of an authority whose file is not there are told by it", async () => {
      const { code, message, hint, file } = await problemOf(get("localhost", "absent.pem"));
      expect([code, hint, file]).to.deep.equal([
        "monitor.secret",
        "check its name and its permissions",
        join(folder, "absent.pem"),
      ]);
      expect(message).to.match(/^cannot be read: ENOENT/);
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

    it("are told with what to do, and that the file is empty", async () => {
      const file = join(folder, "empty");
      writeFileSync(file, " \n");
      expect(await problemOf(readJune("http://127.0.0.1:1", {}, { auth: { bearer: { file } } }))).to.deep.equal({
        code: "monitor.secret",
        message: `the file ${file} holds no secret`,
        hint: "put the token or the password there, alone on one line",
      });
      for (const two of ["a\nb", "a\rb"]) {
        writeFileSync(file, two);
        const { message } = await problemOf(readJune("http://127.0.0.1:1", {}, { auth: { bearer: { file } } }));
        expect(message).to.equal(`the file ${file} holds more than one line`);
      }
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
