import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { UpheldError, type Problem } from "../errors.ts";
import type { KeepStatus } from "./keep.ts";
import { countKinds } from "./table.ts";

/** Where a daemon answers to its own monitoring: on this machine only. */
export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
/** A round that is so late means that the daemon hangs. */
const GRACE_MS = 900_000;

/** What a daemon says of itself. */
export interface Health {
  /** Why somebody should look; empty: all is well. */
  readonly reasons: () => readonly string[];
  readonly lastProblem: () => Problem | undefined;
  /** Prometheus' text format. */
  readonly metrics: () => string;
}

/** Answers `/healthz` (200, or 503 with the reasons) and `/metrics` (Prometheus text) for `keep`. Port 0: any. */
export async function serveStatus(
  status: KeepStatus,
  port: number,
  now: () => number = Date.now,
): Promise<StatusServer> {
  return serveHealth(
    {
      reasons: () => unwell(status, now()),
      lastProblem: () => status.lastProblem,
      metrics: () => metricsOf(status),
    },
    port,
  );
}

/** The same for any daemon. */
export async function serveHealth(health: Health, port: number): Promise<StatusServer> {
  const server = createServer((request, response) => {
    if (request.url === "/healthz") {
      const reasons = health.reasons();
      response.writeHead(reasons.length === 0 ? 200 : 503, { "content-type": "application/json" });
      response.end(`${JSON.stringify({ ok: reasons.length === 0, reasons, lastProblem: health.lastProblem() })}\n`);
    } else if (request.url === "/metrics") {
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
      response.end(health.metrics());
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(port, HOST);
  await once(server, "listening").catch((cause: unknown) => {
    throw notListening(port, cause as NodeJS.ErrnoException);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    port: taken,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function notListening(port: number, cause: NodeJS.ErrnoException): UpheldError {
  return new UpheldError(
    {
      code: "port.in-use",
      message: `Port ${port} cannot be used: ${cause.code ?? cause.message}.`,
      hint: "Another daemon may run already; if not, name another port in the config.",
    },
    { cause },
  );
}

/** Why somebody should look; empty: all is well. */
export function unwell(status: KeepStatus, now: number): string[] {
  const reasons: string[] = [];
  if (status.rounds > 0 && status.lastGoodRoundAt === 0) reasons.push("no round has succeeded yet");
  if (status.lastRoundAt > status.lastGoodRoundAt && status.lastGoodRoundAt > 0) reasons.push("the last round failed");
  if (status.nextRoundAt > 0 && now > status.nextRoundAt + GRACE_MS) reasons.push("the next round is late");
  if (status.pressing > 0) reasons.push(`${status.pressing} unreported periods are near their deadline`);
  return reasons;
}

/** Prometheus' text format. */
export function metricsOf(status: KeepStatus): string {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const kinds = countKinds(status.outcomes);
  const all = ["reported", "there", "early", "late", "over", "failed"] as const;
  return [
    metric("upheld_agreements", "gauge", "Agreements by what the last round came to.", [
      ...all.map((kind) => [`{outcome="${kind}"}`, kinds[kind] ?? 0] as const),
    ]),
    metric("upheld_reports_total", "counter", "Reports that this process saw included.", [["", status.reported]]),
    metric("upheld_settled_total", "counter", "Ended agreements that this process settled.", [["", status.settled]]),
    metric("upheld_rounds_total", "counter", "Rounds.", [["", status.rounds]]),
    metric("upheld_rounds_failed_total", "counter", "Rounds that could not be done.", [["", status.failedRounds]]),
    metric("upheld_last_good_round_timestamp_seconds", "gauge", "When a round last succeeded; 0: never.", [
      ["", seconds(status.lastGoodRoundAt)],
    ]),
    metric(
      "upheld_next_deadline_timestamp_seconds",
      "gauge",
      "Earliest close of an open, unreported period; 0: none.",
      [["", status.nextDeadline]],
    ),
    metric("upheld_pressing_periods", "gauge", "Unreported periods near their deadline.", [["", status.pressing]]),
    metric("upheld_account_balance_wei", "gauge", "What the paying account holds.", [["", status.balance]]),
  ].join("");
}

export type Sample = readonly [labels: string, value: number | bigint];

/** One metric in Prometheus' text format. */
export function metric(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}`);
  return `${[`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join("\n")}\n`;
}
