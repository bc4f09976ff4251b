import { expect } from "chai";
import { HttpClient } from "../../src/monitors/http.ts";
import { clockOf, hasSamples, rawSeries, retentionOf } from "../../src/monitors/prometheus-api.ts";
import { problemOf } from "../chain/rejection.ts";
import { found, matrix, nothing, series, TestServer, type Reply } from "./server.ts";
import { quickServices } from "./services.ts";

const WINDOW = { start: 1_000n, end: 1_060n };
const NOT_PROMETHEUS =
  "the address ends before /api/v1; Mimir wants /prometheus, a VictoriaMetrics cluster /select/0/prometheus";

describe("the query API of Prometheus", () => {
  const server = new TestServer();
  afterEach(() => {
    server.stop();
  });

  /** A client of a server that gives this one answer to everything. */
  async function clientOf(reply: Reply): Promise<HttpClient> {
    const url = await server.play({ runtime: reply, count: reply, samples: reply });
    return new HttpClient({ url }, quickServices());
  }
  const data = (content: unknown): Reply => ({ body: { status: "success", data: content } });
  const asked = () => server.asked.map(({ url }) => [url.pathname, Object.fromEntries(url.searchParams)]);

  describe("retentionOf", () => {
    for (const [told, seconds] of [
      ["15d", 1_296_000n],
      ["1y2w3d4h5m6s", 31_536_000n + 1_209_600n + 259_200n + 14_400n + 300n + 6n],
      ["0s", 0n],
      ["30d or 512MiB", 2_592_000n],
      ["512MiB", undefined],
      ["15d0", undefined],
      ["x15d", undefined],
      ["15 d", undefined],
      ["15ms", undefined],
      ["", undefined],
    ] as const) {
      it(`of "${told}" is ${seconds} seconds`, async () => {
        expect(await retentionOf(await clientOf(data({ storageRetention: told })))).to.equal(seconds);
        expect(asked()).to.deep.equal([["/api/v1/status/runtimeinfo", {}]]);
      });
    }

    it("is not known of a server that does not say", async () => {
      expect(await retentionOf(await clientOf(data({})))).to.equal(undefined);
      expect(await retentionOf(await clientOf({ ...data({ storageRetention: "15d" }), status: 404 }))).to.equal(
        undefined,
      );
    });
  });

  describe("clockOf", () => {
    it("is a scalar, or the vector that VictoriaMetrics makes of one", async () => {
      expect(await clockOf(await clientOf(data({ resultType: "scalar", result: [7.5, "7.5"] })))).to.equal(7.5);
      const result = [{ metric: {}, value: [8.25, "8.25"] }];
      expect(await clockOf(await clientOf(data({ resultType: "vector", result })))).to.equal(8.25);
      expect(asked()).to.deep.equal([["/api/v1/query", { query: "time()", partial_response: "false" }]]);
    });

    it("is not in any other answer", async () => {
      const twice = [{ value: [1, "1"] }, { value: [2, "2"] }];
      for (const content of [
        { resultType: "scalar", result: ["7", "7"] },
        { resultType: "vector", result: [] },
        { resultType: "vector", result: twice },
        { resultType: "matrix", result: [7, "7"] },
      ]) {
        expect((await problemOf(clockOf(await clientOf(data(content))))).code).to.equal("monitor.not-prometheus");
      }
    });
  });

  it("hasSamples asks for the seconds up to the end, and counts what is found", async () => {
    expect(await hasSamples(await clientOf(found), "up", WINDOW)).to.equal(true);
    expect(await hasSamples(await clientOf(nothing), "up", WINDOW)).to.equal(false);
    const query = "count(last_over_time(up[60s]))";
    expect(asked()).to.deep.equal([["/api/v1/query", { query, time: "1060", partial_response: "false" }]]);
  });

  describe("rawSeries", () => {
    const TIMES = [999.999, 1_000, 1_030, 1_059.999, 1_060];
    const within = [
      [1_000, 1],
      [1_030, 1],
      [1_059.999, 1],
    ];
    const read = async (reply: Reply) =>
      (await rawSeries(await clientOf(reply), "up", WINDOW)).map(({ metric, samples }) => [metric, [...samples]]);

    it("asks for a second more, and keeps what is in the window, its start included", async () => {
      const one = series({ a: "b" }, ...TIMES.map((time): [number, string] => [time, "1"]));
      expect(await read(matrix(one, { metric: {}, values: [] }))).to.deep.equal([
        [{ a: "b" }, within],
        [{}, []],
      ]);
      expect(asked()).to.deep.equal([["/api/v1/query", { query: "up[61s]", time: "1060", partial_response: "false" }]]);
    });

    it("reads the same from an answer that is written with spaces", async () => {
      const one = series({ a: "b" }, ...TIMES.map((time): [number, string] => [time, "1"]));
      const spaced = { ...matrix(one), body: JSON.stringify(matrix(one).body, undefined, 1) };
      expect(await read(spaced)).to.deep.equal([[{ a: "b" }, within]]);
      const odd = [
        [1_000, "+Inf"],
        [1_001, "-Inf"],
        [1_002, "1e3"],
      ] as [number, string][];
      expect(await read({ body: JSON.stringify(matrix(series({}, ...odd)).body, undefined, 1) })).to.deep.equal([
        [
          {},
          [
            [1_000, Infinity],
            [1_001, -Infinity],
            [1_002, 1_000],
          ],
        ],
      ]);
    });

    it("takes a series without a list of samples as one without samples", async () => {
      expect(await read(matrix({ metric: { a: "b" } }))).to.deep.equal([[{ a: "b" }, []]]);
    });

    for (const [what, values] of [
      ["a pair of other things", [["1000", "1"]]],
      ["a number for its value", [[1_000, 1]]],
      ["no pair", [1_000]],
      [
        "one that is wrong among many",
        [
          [1_000, "1"],
          [1_001, 1],
          [1_002, "1"],
        ],
      ],
      ["the place of a list that there is not", 7],
    ] as const) {
      it(`refuses samples that are ${what}`, async () => {
        const { code, message, hint } = await problemOf(read(matrix({ metric: {}, values })));
        expect([code, hint]).to.deep.equal(["monitor.not-prometheus", NOT_PROMETHEUS]);
        expect(message).to.match(/ is not the query API of Prometheus: its samples are not \[time, text\]$/);
      });
    }
  });

  describe("an answer that is none", () => {
    const problem = async (reply: Reply) => {
      const told = await problemOf(hasSamples(await clientOf(reply), "up", WINDOW));
      return { ...told, message: told.message.replace(new URL(await urlOf()).host, "HOST") };
    };
    const urlOf = () => Promise.resolve(`http://${server.asked[0]?.headers["host"] as string}`);

    it("of the right kind with a wrong status is refused", async () => {
      expect(await problem({ ...found, status: 404 })).to.deep.equal({
        code: "monitor.not-prometheus",
        message: "what answers at HOST is not the query API of Prometheus: status 404",
        hint: NOT_PROMETHEUS,
      });
    });

    it("repeats what the server says", async () => {
      const body = { status: "error", error: `no\n ${"x".repeat(130)}` };
      expect(await problem({ status: 422, body })).to.deep.equal({
        code: "monitor.query",
        message: `HOST cannot answer count(last_over_time(up[60s])): no ${"x".repeat(117)}…`,
        hint: "try the query on the monitor's own page",
      });
    });

    it("of a part tells what is missing", async () => {
      const partial = (more: object) => problem({ body: { ...(found.body as object), ...more } });
      const told = (what: string) => ({
        code: "monitor.partial",
        message: `HOST answers with a part only: ${what}`,
        hint: "some of its stores do not answer: wait until they do",
        retry: true,
      });
      expect(await partial({ warnings: ["a is gone", "b too"] })).to.deep.equal(told("a is gone; b too"));
      expect(await partial({ isPartial: true })).to.deep.equal(told("isPartial"));
      expect(await partial({ isPartial: true, warnings: ["a"] })).to.deep.equal(told("a"));
      expect(
        await hasSamples(
          await clientOf({ body: { ...(found.body as object), isPartial: false, warnings: [] } }),
          "up",
          WINDOW,
        ),
      ).to.equal(true);
    });
  });
});
