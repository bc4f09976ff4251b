import { createServer } from "node:http";
import { once } from "node:events";
import { expect } from "chai";
import { metric, metricsOf, serveHealth, serveStatus, unwell } from "../../src/oracle/health.ts";
import { newStatus, type KeepStatus } from "../../src/oracle/keep.ts";
import type { Outcome } from "../../src/oracle/round.ts";
import { problemOf } from "../chain/rejection.ts";

const status = (changes: Partial<KeepStatus> = {}): KeepStatus => ({ ...newStatus(), ...changes });
const outcomes = (...kinds: Outcome["kind"][]) => kinds.map((kind) => ({ kind }) as Outcome);

describe("a daemon's health", () => {
  const QUARTER = 900_000;
  const good = { rounds: 2, lastRoundAt: 5_000, lastGoodRoundAt: 5_000 };
  const CASES: readonly [what: string, changes: Partial<KeepStatus>, now: number, ...reasons: string[]][] = [
    ["before the first round", {}, 1e12],
    ["after a good one", good, 1e12],
    ["when none has succeeded", { rounds: 1, lastRoundAt: 5_000 }, 5_000, "no round has succeeded yet"],
    ["when the last one failed", { ...good, lastRoundAt: 5_001 }, 5_001, "the last round failed"],
    ["until the next is a quarter of an hour late", { ...good, nextRoundAt: 10_000 }, 10_000 + QUARTER],
    ["when it is later than that", { ...good, nextRoundAt: 10_000 }, 10_001 + QUARTER, "the next round is late"],
    ["when one is near its deadline", { ...good, pressing: 1 }, 0, "1 unreported periods are near their deadline"],
    [
      "when all is wrong",
      { rounds: 3, lastRoundAt: 9_000, lastGoodRoundAt: 8_000, nextRoundAt: 1, pressing: 2 },
      1e12,
      ...["the last round failed", "the next round is late", "2 unreported periods are near their deadline"],
    ],
  ];
  for (const [what, changes, now, ...reasons] of CASES) {
    it(`is ${reasons.length === 0 ? "well" : "not well"} ${what}`, () => {
      expect(unwell(status(changes), now)).to.deep.equal(reasons);
    });
  }

  it("is told in figures, as Prometheus reads them", () => {
    const told = status({
      ...{ rounds: 7, failedRounds: 2, reported: 12, settled: 3, lastGoodRoundAt: 1_999, pressing: 1 },
      ...{ balance: 10n ** 20n, nextDeadline: 1_896_566_400n, lastRoundAt: 9, nextRoundAt: 10 },
      outcomes: outcomes("reported", "there", "there", "early", "late", "over", "failed", "failed", "failed"),
    });
    expect(metricsOf(told)).to.equal(`# HELP upheld_agreements Agreements by what the last round came to.
# TYPE upheld_agreements gauge
upheld_agreements{outcome="reported"} 1
upheld_agreements{outcome="there"} 2
upheld_agreements{outcome="early"} 1
upheld_agreements{outcome="late"} 1
upheld_agreements{outcome="over"} 1
upheld_agreements{outcome="failed"} 3
# HELP upheld_reports_total Reports that this process saw included.
# TYPE upheld_reports_total counter
upheld_reports_total 12
# HELP upheld_settled_total Ended agreements that this process settled.
# TYPE upheld_settled_total counter
upheld_settled_total 3
# HELP upheld_rounds_total Rounds.
# TYPE upheld_rounds_total counter
upheld_rounds_total 7
# HELP upheld_rounds_failed_total Rounds that could not be done.
# TYPE upheld_rounds_failed_total counter
upheld_rounds_failed_total 2
# HELP upheld_last_good_round_timestamp_seconds When a round last succeeded; 0: never.
# TYPE upheld_last_good_round_timestamp_seconds gauge
upheld_last_good_round_timestamp_seconds 1
# HELP upheld_next_deadline_timestamp_seconds Earliest close of an open, unreported period; 0: none.
# TYPE upheld_next_deadline_timestamp_seconds gauge
upheld_next_deadline_timestamp_seconds 1896566400
# HELP upheld_pressing_periods Unreported periods near their deadline.
# TYPE upheld_pressing_periods gauge
upheld_pressing_periods 1
# HELP upheld_account_balance_wei What the paying account holds.
# TYPE upheld_account_balance_wei gauge
upheld_account_balance_wei 100000000000000000000
`);
  });

  it("tells nought of what there is none", () => {
    const text = metricsOf(status());
    expect(text.match(/^upheld_\S+ (\d+)$/gm)).to.have.length(14);
    expect(text.match(/^upheld_\S+ 0$/gm)).to.have.length(14);
  });

  it("has metrics with labels, without, or without any value", () => {
    expect(
      metric("m", "gauge", "Help.", [
        ['{a="b"}', 1],
        ["", 2n],
      ]),
    ).to.equal('# HELP m Help.\n# TYPE m gauge\nm{a="b"} 1\nm 2\n');
    expect(metric("m", "gauge", "Help.", [])).to.equal("# HELP m Help.\n# TYPE m gauge\n");
  });
});

describe("a daemon's own monitoring", () => {
  const ask = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
    const { status: code, headers } = response;
    return { code, type: headers.get("content-type"), text: await response.text() };
  };

  it("answers 200 while all is well, else 503 with the reasons and the last problem", async () => {
    const told = status({ rounds: 1, lastRoundAt: 1, lastGoodRoundAt: 1 });
    const server = await serveStatus(told, 0, () => 2);
    const type = "application/json";
    try {
      expect(await ask(server.port, "/healthz")).to.deep.equal({ code: 200, type, text: '{"ok":true,"reasons":[]}\n' });
      Object.assign(told, { lastRoundAt: 2, lastProblem: { code: "a.code", message: "It failed." } });
      expect(await ask(server.port, "/healthz")).to.deep.equal({
        ...{ code: 503, type },
        text: '{"ok":false,"reasons":["the last round failed"],"lastProblem":{"code":"a.code","message":"It failed."}}\n',
      });
      expect(await ask(server.port, "/metrics")).to.deep.equal({
        ...{ code: 200, type: "text/plain; version=0.0.4", text: metricsOf(told) },
      });
      expect(await ask(server.port, "/other")).to.deep.equal({ code: 404, type: null, text: "" });
    } finally {
      await server.close();
    }
  });

  it("goes by this computer's clock", async () => {
    const server = await serveStatus(status({ nextRoundAt: Date.now() - 900_001 }), 0);
    const { text } = await ask(server.port, "/healthz");
    await server.close();
    expect(text).to.contain("the next round is late");
  });

  it("answers nobody once it is closed, and closing does not wait for who is still connected", async () => {
    const health = { reasons: () => [], lastProblem: () => undefined, metrics: () => "" };
    const server = await serveHealth(health, 0);
    const { port } = server;
    await fetch(`http://127.0.0.1:${port}/metrics`); // kept alive
    await server.close();
    const again = await fetch(`http://127.0.0.1:${port}/metrics`).catch((error: unknown) => error);
    expect(again).to.be.instanceOf(Error);
  });

  it("is on this machine alone, and says which port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    expect(await problemOf(serveStatus(status(), port))).to.deep.equal({
      code: "port.in-use",
      message: `Port ${port} cannot be used: EADDRINUSE.`,
      hint: "Another daemon may run already; if not, name another port in the config.",
    });
    other.close();
  });
});
