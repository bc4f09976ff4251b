import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { prometheusMonitor } from "../../src/monitors/prometheus.ts";
import { problemOf } from "../chain/rejection.ts";
import { JUNE, matrix, nothing, readJune, runtime, series, START, TestServer, type Reply } from "./server.ts";
import { quickServices } from "./services.ts";

describe("prometheusMonitor and what answers it", () => {
  const server = new TestServer();
  afterEach(() => {
    server.stop();
  });

  describe("asks", () => {
    it("for a second more than each day, and without parts of an answer", async () => {
      const url = await server.play({});
      await readJune(`${url}/prometheus/`, { query: ' probe_success{job="a b"} ' }, { tenant: "northwind" });
      const samples = server.asked.filter(({ url }) => url.searchParams.get("query")?.startsWith("probe") === true);
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
      const url = await server.play({ samples: matrix(one, series({}, [START, "0"])) });
      const places = await readJune(url);
      expect(places).to.have.keys("example.org-health-x-1", "only");
    });

    it("have names of at most 60 characters", async () => {
      const url = await server.play({ samples: matrix(series({ instance: "x".repeat(61) }, [START, "1"])) });
      expect(await readJune(url)).to.have.keys("x".repeat(60));
    });

    it("are the label that the configuration names", async () => {
      const url = await server.play({ samples: matrix(series({ instance: "x", region: "eu" }, [START, "1"])) });
      expect(await readJune(url, { label: "region" })).to.have.keys("eu");
    });

    it("need a word in it", async () => {
      const url = await server.play({ samples: matrix(series({ instance: "??" }, [START, "1"])) });
      const { message, hint } = await problemOf(readJune(url));
      expect(message).to.equal('the series {instance="??"} says nothing in its label instance');
      expect(hint).to.equal("name a label that all series of the query have, or narrow the query");
    });

    it("must all have that label", async () => {
      const url = await server.play({ samples: matrix(series({ instance: "x" }, [START, "1"])) });
      const { code, message } = await problemOf(readJune(url, { label: "region" }));
      expect(code).to.equal("monitor.query");
      expect(message).to.equal('the series {instance="x"} says nothing in its label region');
    });

    it("need not, when they have nothing in the window", async () => {
      const [before, after] = [series({}, [START - 0.5, "1"]), series({}, [START + 86_400, "1"])];
      const url = await server.play({
        samples: (time) => (time === `${START + 86_400}` ? matrix(before, after) : matrix()),
      });
      expect(await readJune(url, { label: "region" })).to.deep.equal({});
    });

    it("have one voice: two series at one time are refused", async () => {
      const [a, b] = [
        series({ instance: "x", job: "a" }, [START, "1"], [START + 60, "1"]),
        series({ instance: "x", job: "b" }, [START + 60, "0"]),
      ];
      const { code, message } = await problemOf(readJune(await server.play({ samples: matrix(a, b) })));
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
      const url = await server.play({ samples: (time) => (time === `${START + 86_400}` ? matrix(b, a) : matrix()) });
      expect(await readJune(url)).to.deep.equal({
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
      const url = await server.play({ samples: firstDay(values("0.25", "NaN", "1e3", "+Inf", "-Inf", "-1")) });
      expect(await readJune(url)).to.deep.equal({
        only: [
          [START, 0.25],
          [START + 2, 1_000],
          [START + 5, -1],
        ],
      });
    });

    it("of Uptime Kuma: pending is down, maintenance says nothing", async () => {
      const url = await server.play({ samples: firstDay(values("1", "0", "2", "3", "1")) });
      const places = await readJune(url, { query: "monitor_status", preset: "uptime-kuma" });
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
      const url = await server.play({ samples: firstDay(values("0", "1", "2")) });
      const { code, message } = await problemOf(
        readJune(url, { query: "gatus_results_endpoint_success", preset: "gatus" }),
      );
      expect(code).to.equal("monitor.value");
      expect(message).to.equal("gatus_results_endpoint_success has the value 2, which gatus does not use");
    });

    it("of a preset are of its metric: another is refused", async () => {
      const { code, message } = await problemOf(readJune("http://127.0.0.1:1", { query: "up", preset: "blackbox" }));
      expect(code).to.equal("monitor.query");
      expect(message).to.equal('"up" is not about probe_success, which the preset blackbox reads');
    });
  });

  describe("a window that is not all there", () => {
    const NOW = START + 15 * 86_400;
    const then = () => ({ ...quickServices(), now: () => NOW });

    it("is taken when what is kept begins on its start, and refused a second later", async () => {
      const url = await server.play({ runtime: runtime("2w1d") });
      expect(await readJune(url, {}, {}, then())).to.deep.equal({});
      const later = { ...then(), now: () => NOW + 1 };
      const { code, message, hint, retry } = await problemOf(readJune(url, {}, {}, later));
      expect(code).to.equal("monitor.too-old");
      expect(message).to.match(
        / no longer has all since 2025-06-01T00:00:00Z: it keeps nothing before 2025-06-01T00:00:01Z$/,
      );
      expect(hint).to.equal(
        "keep samples longer (--storage.tsdb.retention.time=100d) or collect them; " +
          "if monitoring only began then, say since when",
      );
      expect(retry).to.equal(undefined);
    });

    it("is refused by time also when size counts too; by size alone the samples decide", async () => {
      const late = { ...then(), now: () => NOW + 1 };
      expect(
        (await problemOf(readJune(await server.play({ runtime: runtime("15d or 1GiB") }), {}, {}, late))).code,
      ).to.equal("monitor.too-old");
      expect(await readJune(await server.play({ runtime: runtime("1GiB") }), {}, {}, late)).to.deep.equal({});
    });

    it("is refused when nothing came before it and its first sample is late", async () => {
      const url = await server.play({ count: nothing, samples: matrix(series({}, [START + 90_000.5, "1"])) });
      const { code, message } = await problemOf(readJune(url));
      expect(code).to.equal("monitor.too-old");
      expect(message).to.match(
        / no longer has all since 2025-06-01T00:00:00Z: its first sample is of 2025-06-02T01:00:00Z$/,
      );
      const count = server.asked.find(({ url }) => url.searchParams.get("query")?.startsWith("count") === true)?.url
        .searchParams;
      expect(count?.get("query")).to.equal("count(last_over_time(probe_success[608400s]))");
      expect(count?.get("time")).to.equal(`${START + 3_600}`);
    });

    it("is taken when the configuration says that monitoring began later", async () => {
      const url = await server.play({ runtime: runtime("15d") });
      const late = { ...then(), now: () => NOW + 86_400 };
      expect(await readJune(url, { since: JUNE.start + 86_400n }, {}, late)).to.deep.equal({});
    });

    it("has nothing, and is no error, when monitoring began on its end", async () => {
      const url = await server.play({ count: nothing });
      expect(await readJune(url, { since: JUNE.end })).to.deep.equal({});
      expect((await problemOf(readJune(url, { since: JUNE.end - 1n }))).code).to.equal("monitor.no-series");
    });

    it("has no such series when no sample is in it at all", async () => {
      const { code, message, hint } = await problemOf(readJune(await server.play({ count: nothing })));
      expect(code).to.equal("monitor.no-series");
      expect(hint).to.equal("try the query on the monitor's own page: a label may be written otherwise");
      expect(message).to.match(/ has no sample of probe_success from 2025-06-01T00:00:00Z to 2025-06-03T00:00:00Z$/);
    });

    it("is too early while its last samples may be on their way", async () => {
      const url = await server.play({});
      const soon = { ...quickServices(), now: () => Number(JUNE.end) + 119 };
      expect(await problemOf(readJune(url, {}, {}, soon))).to.deep.equal({
        code: "monitor.too-early",
        message: "the window ends at 2025-06-03T00:00:00Z; its last samples may be on their way for 120 seconds more",
        hint: "try again later",
        retry: true,
      });
      expect(await readJune(url, {}, {}, { ...soon, now: () => Number(JUNE.end) + 120 })).to.deep.equal({});
    });
  });
});
