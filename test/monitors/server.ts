import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpClient, type Connection } from "../../src/monitors/http.ts";
import { prometheusMonitor, type PrometheusQuery } from "../../src/monitors/prometheus.ts";
import { readAll } from "./kit.ts";
import { quickServices } from "./services.ts";

const at = (text: string) => Date.parse(text) / 1000;
export const JUNE = { start: BigInt(at("2025-06-01T00:00:00Z")), end: BigInt(at("2025-06-03T00:00:00Z")) };
export const START = Number(JUNE.start);

export interface Reply {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

export const matrix = (...result: unknown[]): Reply => ({
  body: { status: "success", data: { resultType: "matrix", result } },
});
export const found: Reply = { body: { status: "success", data: { resultType: "vector", result: [{}] } } };
export const nothing: Reply = { body: { status: "success", data: { resultType: "vector", result: [] } } };
export const runtime = (storageRetention: string): Reply => ({
  body: { status: "success", data: { storageRetention } },
});
export const series = (labels: Record<string, string>, ...values: [number, string][]) => ({ metric: labels, values });

interface Replies {
  readonly runtime?: Reply;
  readonly count?: Reply;
  readonly samples?: Reply | ((time: string) => Reply);
}

/** A server that says what it is told: what servers do that a real Prometheus cannot be made to do at will. */
export class TestServer {
  asked: { url: URL; headers: Record<string, unknown> }[] = [];
  #server: Server | undefined;

  /** Starts it, anew if it runs; gives its address. */
  async serve(listener: RequestListener): Promise<string> {
    this.stop();
    const server = createServer(listener).listen(0, "127.0.0.1");
    this.#server = server;
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Answers by what is asked: `runtime`, `count`, or samples. */
  play(replies: Replies): Promise<string> {
    return this.serve((request, response) => {
      const url = new URL(request.url ?? "", "http://x");
      this.asked.push({ url, headers: request.headers });
      const { status = 200, body, headers } = replyTo(url, replies);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
    this.#server = undefined;
    this.asked = [];
  }
}

function replyTo({ pathname, searchParams }: URL, { runtime, count = found, samples = matrix() }: Replies): Reply {
  if (pathname.endsWith("/status/runtimeinfo")) return runtime ?? { status: 404, body: "404 page not found" };
  if (searchParams.get("query")?.startsWith("count(") === true) return count;
  return typeof samples === "function" ? samples(searchParams.get("time") ?? "") : samples;
}

/** What a monitor at `url` reads of two days in June. */
export async function readJune(
  url: string,
  options: Partial<PrometheusQuery> = {},
  connection: Partial<Connection> = {},
  services = quickServices(),
) {
  const client = new HttpClient({ url, ...connection }, services);
  return readAll(prometheusMonitor(client, { query: "probe_success", ...options }, services), [JUNE]);
}
