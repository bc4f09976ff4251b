import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { UpheldError, type Problem } from "../errors.ts";
import { authorization, readText, type Auth } from "./secret.ts";
import type { Services } from "./types.ts";

/** How to reach a monitor. */
export interface Connection {
  /** `https://host/prefix`, without credentials. */
  readonly url: string;
  readonly auth?: Auth;
  /** PEM file of the certificate authority to trust, instead of the system's. */
  readonly ca?: string;
  /** Sent as `X-Scope-OrgID`: Mimir and Thanos tell tenants apart by it. */
  readonly tenant?: string;
  /** Longest wait for one whole answer, in milliseconds. */
  readonly timeout?: number;
}

/** A status below 500 other than 401 and 403. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** The body, parsed anew each time it is asked for; undefined when it is no JSON. */
  readonly json: unknown;
}

export const TIMEOUT = 30_000;

/** Largest answer that is read: more than a million samples. */
export const MAX_ANSWER = 32_000_000;

/** Waits before the second and each later try, in milliseconds. */
const PAUSES: readonly number[] = [500, 2_000, 5_000];

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|ERR_SSL/;

/** Asks one server, with second tries where they can help. Keeps connections open between questions. */
export class HttpClient {
  /** Host, port and prefix, for messages and evidence. */
  readonly host: string;
  readonly #base: URL;
  readonly #connection: Connection;
  readonly #services: Services;
  #agent: HttpAgent | undefined;

  constructor(connection: Connection, services: Services) {
    this.#connection = connection;
    this.#services = services;
    this.#base = baseOf(connection.url);
    this.host = `${this.#base.host}${this.#base.pathname}`.replace(/\/$/, "");
  }

  /** Throws `monitor.unreachable`, `.refused`, `.certificate`, `.redirect`, `.too-large` and `.secret`. */
  async get(path: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer> {
    const url = new URL(`${this.#base.href.replace(/\/$/, "")}${path}`);
    url.search = new URLSearchParams(parameters).toString();
    for (let tried = 0; ; tried++) {
      try {
        return await this.#once(url, signal);
      } catch (error) {
        const pause = PAUSES[tried];
        const mayHelp = error instanceof UpheldError && error.problem.retry === true;
        if (pause === undefined || !mayHelp) throw error;
        await this.#services.wait(pause, signal);
      }
    }
  }

  async #once(url: URL, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const limit = this.#connection.timeout ?? TIMEOUT;
    // a timer and one controller: signals of signals, made thousands of times, keep the collector busy
    const stop = new AbortController();
    const abort = () => {
      stop.abort();
    };
    const late = { is: false };
    const timer = setTimeout(() => {
      late.is = true;
      abort();
    }, limit);
    signal?.addEventListener("abort", abort);
    try {
      const headers = await this.#headers();
      const agent = (this.#agent ??= await this.#newAgent());
      const response = await open(url, agent, headers, stop.signal);
      return this.#judge(response, await bodyOf(response, this.host));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UpheldError) throw error;
      throw this.#unreachable(error, late.is ? `no whole answer within ${limit} ms` : undefined);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  async #headers(): Promise<Record<string, string>> {
    const { auth, tenant } = this.#connection;
    return {
      accept: "application/json",
      // GitHub refuses who does not say what asks
      "user-agent": "upheld",
      ...(auth === undefined ? {} : { authorization: await authorization(auth, this.#services) }),
      ...(tenant === undefined ? {} : { "x-scope-orgid": tenant }),
    };
  }

  async #newAgent(): Promise<HttpAgent> {
    const { ca } = this.#connection;
    if (this.#base.protocol === "http:") return new HttpAgent({ keepAlive: true });
    return new HttpsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca: await readText(ca) }) });
  }

  #judge({ statusCode: status = 0, headers }: IncomingMessage, body: Buffer): Answer {
    if (status === 401 || status === 403) {
      const hint = "check user, password or token, and what they may read";
      throw this.#error("refused", `${this.host} refuses to answer: status ${status}: ${excerpt(body.toString())}`, {
        hint,
      });
    }
    if (status >= 300 && status < 400) {
      // credentials go where the configuration says, nowhere else
      const message = `${this.host} answers that it moved to ${headers.location ?? "somewhere else"}`;
      throw this.#error("redirect", message, { hint: "write that address into the configuration" });
    }
    if (status === 429 || status >= 500) {
      const message = `${this.host} answers with status ${status}: ${excerpt(body.toString())}`;
      throw this.#error("unreachable", message, { hint: "try again later", retry: true });
    }
    return {
      status,
      body,
      get json() {
        return parsed(body.toString());
      },
    };
  }

  #unreachable(cause: unknown, why?: string): UpheldError {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reason = why ?? (cause instanceof Error && cause.message !== "" ? cause.message : code);
    if (why === undefined && UNTRUSTED.test(code)) {
      const hint = "name the file of its certificate authority as `ca`, and ask by the name in the certificate";
      return this.#error("certificate", `the certificate of ${this.host} is not trusted: ${reason}`, { hint }, cause);
    }
    const hint = "check the address, and whether it runs and can be reached from here";
    return this.#error("unreachable", `no answer from ${this.host}: ${reason}`, { hint, retry: true }, cause);
  }

  #error(code: string, message: string, more: Pick<Problem, "hint" | "retry">, cause?: unknown): UpheldError {
    return new UpheldError({ code: `monitor.${code}`, message, ...more }, { cause });
  }
}

function baseOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw badUrl(`"${excerpt(text)}" is no http or https address`, "write it as https://prometheus.example.org");
  }
  if (url.username !== "" || url.password !== "") {
    // the text is not repeated: it holds a secret
    throw badUrl(`the address of ${url.host} holds credentials`, "name the file or environment variable they are in");
  }
  if (url.search !== "" || url.hash !== "") {
    throw badUrl(`the address "${excerpt(text)}" has a query`, "write host and path only");
  }
  return url;
}

const badUrl = (message: string, hint: string) => new UpheldError({ code: "monitor.url", message, hint });

function open(url: URL, agent: HttpAgent, headers: Record<string, string>, signal: AbortSignal) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === "http:" ? httpRequest : httpsRequest;
    request(url, { agent, headers, signal }, resolve).once("error", reject).end();
  });
}

function bodyOf(response: IncomingMessage, host: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    response.on("data", (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size <= MAX_ANSWER) return;
      reject(tooLarge(host));
      response.destroy();
    });
    response.once("end", () => {
      resolve(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size));
    });
    response.once("error", reject);
    // a connection that breaks in the middle: after an end or an error this says nothing new
    response.once("close", () => {
      reject(new Error("the connection was closed in the middle of the answer"));
    });
  });
}

const tooLarge = (host: string) =>
  new UpheldError({
    code: "monitor.too-large",
    message: `the answer of ${host} is larger than ${MAX_ANSWER} bytes`,
    hint: "narrow the query: it should name one service, seen from a few places",
  });

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The beginning of a text that others wrote, on one line. */
export function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
