import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { urlToHttpOptions } from "node:url";
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

/** Room for an answer of this size is kept for the next; a day of samples every 5 s takes 400 kB. */
const COMMON = 1_000_000;

/** Waits before the second and each later try, in milliseconds. */
const PAUSES: readonly number[] = [500, 2_000, 5_000];

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|ERR_SSL/;

/** Asks one server, with second tries where they can help. Keeps connections open between questions. */
export class HttpClient {
  /** Host, port and prefix, for messages and evidence. */
  readonly host: string;
  readonly #base: RequestOptions;
  readonly #connection: Connection;
  readonly #services: Services;
  readonly #prefix: string;
  /** Where bodies were read, to read the next: a month has thousands. */
  readonly #rooms: Room[] = [];
  #agent: HttpAgent | undefined;

  constructor(connection: Connection, services: Services) {
    this.#connection = connection;
    this.#services = services;
    const base = baseOf(connection.url);
    this.#base = urlToHttpOptions(base);
    this.#prefix = base.pathname.replace(/\/$/, "");
    this.host = `${base.host}${this.#prefix}`;
  }

  /** Throws `monitor.unreachable`, `.refused`, `.certificate`, `.redirect`, `.too-large` and `.secret`. */
  get(path: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer> {
    return this.read(path, parameters, ({ status, body }) => answerOf(status, Buffer.from(body)), signal);
  }

  /** The same, and what `use` makes of the answer at once: the next one is written where its body was. */
  async read<T>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    use: (answer: Answer) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const query = new URLSearchParams(parameters).toString();
    const asked = `${this.#prefix}${path}${query === "" ? "" : `?${query}`}`;
    for (let tried = 0; ; tried++) {
      try {
        return await this.#once(asked, use, signal);
      } catch (error) {
        const pause = PAUSES[tried];
        const mayHelp = error instanceof UpheldError && error.problem.retry === true;
        if (pause === undefined || !mayHelp) throw error;
        await this.#services.wait(pause, signal);
      }
    }
  }

  async #once<T>(path: string, use: (answer: Answer) => T, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const { timeout: limit = TIMEOUT } = this.#connection;
    const room = this.#rooms.pop() ?? new Room();
    let answer: Answer;
    try {
      const headers = await this.#headers();
      const agent = (this.#agent ??= await this.#newAgent());
      const options = { ...this.#base, path, headers, agent };
      const response = await exchange(options, room, this.host, limit, signal);
      answer = this.#judge(response, room.taken);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UpheldError) throw error;
      throw this.#unreachable(error);
    }
    const used = use(answer);
    if (answer.body.length <= COMMON) this.#rooms.push(room.cleared());
    return used;
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
    return answerOf(status, body);
  }

  #unreachable(cause: unknown): UpheldError {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reason = cause instanceof Error && cause.message !== "" ? cause.message : code;
    if (UNTRUSTED.test(code)) {
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

/** Bytes that come in parts. */
class Room {
  #bytes = Buffer.alloc(65_536);
  #size = 0;

  get taken(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  /** How many there are now. */
  add(part: Buffer): number {
    const size = this.#size + part.length;
    if (size > this.#bytes.length) this.#bytes = Buffer.concat([this.taken], 2 * size);
    part.copy(this.#bytes, this.#size);
    this.#size = size;
    return size;
  }

  cleared(): this {
    this.#size = 0;
    return this;
  }
}

/** Asks, and reads the answer's body to its end, `limit` milliseconds at most. */
function exchange(options: RequestOptions, room: Room, host: string, limit: number, signal?: AbortSignal) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    const send = options.protocol === "http:" ? httpRequest : httpsRequest;
    const request = send(options, (response) => {
      response.on("data", (part: Buffer) => {
        if (room.add(part) <= MAX_ANSWER) return;
        reject(tooLarge(host));
        request.destroy();
      });
      response.once("end", () => {
        resolve(response);
      });
      response.once("error", reject);
    });
    // not a signal for each request: thousands of them keep the collector busy
    const timer = setTimeout(() => {
      request.destroy(new Error(`no whole answer within ${limit} ms`));
    }, limit);
    const abort = () => {
      request.destroy(new Error("given up"));
    };
    signal?.addEventListener("abort", abort);
    request.once("error", reject);
    request.once("close", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      // a connection that breaks in the middle: after an end or an error this says nothing new
      reject(new Error("the connection was closed in the middle of the answer"));
    });
    request.end();
  });
}

const tooLarge = (host: string) =>
  new UpheldError({
    code: "monitor.too-large",
    message: `the answer of ${host} is larger than ${MAX_ANSWER} bytes`,
    hint: "narrow the query: it should name one service, seen from a few places",
  });

const answerOf = (status: number, body: Buffer): Answer => ({
  status,
  body,
  get json() {
    return parsed(body.toString());
  },
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
