import {
  FetchRequest,
  JsonRpcProvider,
  Network as EthersNetwork,
  type JsonRpcApiProviderOptions,
  type JsonRpcError,
  type JsonRpcPayload,
  type JsonRpcResult,
} from "ethers";
import { UpheldError } from "../errors.ts";

type Answer = JsonRpcResult | JsonRpcError;

export interface FailoverOptions extends JsonRpcApiProviderOptions {
  readonly chainId: bigint;
  /** How long one node may take. */
  readonly timeoutMs: number;
  /** How often the nodes are compared. */
  readonly compareMs?: number;
  /** Told when another node is asked first than before. */
  readonly onChange?: (host: string) => void;
}

/** One node, and what was last seen of it. */
interface Endpoint {
  readonly url: string;
  readonly host: string;
  /** Of the last comparison; undefined: no answer, or another chain. */
  height: number | undefined;
  /** Not asked first before this moment (ms), after it failed. */
  restsUntil: number;
}

/** A node further than this from the others is behind, or lies. */
const FAR = 3;
const REST_MS = 15_000;

/**
 * Several nodes of one chain as one. The first that is well is asked; one that stalls, fails, is of another chain or
 * has another height than most rests for a while and the next is asked. Signed transactions go to all of them. With
 * three nodes a false height is outvoted; of two the higher is believed.
 */
export class FailoverProvider extends JsonRpcProvider {
  readonly #endpoints: Endpoint[];
  readonly #settings: FailoverOptions;
  #compared = -Infinity;
  #comparing: Promise<void> | undefined;
  #first: Endpoint | undefined;

  constructor(urls: readonly string[], options: FailoverOptions) {
    super(urls[0], options.chainId, { ...options, staticNetwork: EthersNetwork.from(options.chainId) });
    this.#settings = options;
    this.#endpoints = urls.map((url) => ({ url, host: new URL(url).host, height: undefined, restsUntil: 0 }));
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    await this.#compare();
    const all = Array.isArray(payload) ? payload : [payload];
    const raw = all.filter(({ method }) => method === "eth_sendRawTransaction");
    const rest = all.filter(({ method }) => method !== "eth_sendRawTransaction");
    const [sent, answered] = await Promise.all([Promise.all(raw.map((one) => this.#toAll(one))), this.#inTurn(rest)]);
    // ethers sorts errors out by itself, though its type knows only results
    return [...sent, ...answered] as JsonRpcResult[];
  }

  /** Asks one node after the other until all questions have an answer that is not the node's own trouble. */
  async #inTurn(questions: JsonRpcPayload[]): Promise<Answer[]> {
    const answered = new Map<number, Answer>();
    let open = questions;
    let trouble: unknown;
    const { well, others } = this.#inOrder();
    for (const endpoint of [...well, ...others]) {
      // What one has forgotten, another may know; but nobody unwell is asked for that.
      const isAsked = ({ id, method }: JsonRpcPayload) =>
        isTrouble(answered.get(id)) || (well.includes(endpoint) && isForgotten(method, answered.get(id)));
      open = questions.filter(isAsked);
      if (open.length === 0) break;
      try {
        for (const answer of await this.#ask(endpoint, open)) {
          if (!isTrouble(answer) || !answered.has(answer.id)) answered.set(answer.id, answer);
        }
        open = open.filter(({ id }) => isTrouble(answered.get(id)));
        this.#tellFirst(endpoint, open.length);
      } catch (error) {
        trouble ??= error;
        endpoint.restsUntil = Date.now() + REST_MS;
      }
    }
    const missing = questions.find(({ id }) => !answered.has(id));
    if (missing !== undefined)
      throw noneAnswered(
        this.#endpoints.map(({ host }) => host),
        trouble,
      );
    return questions.flatMap(({ id }) => answered.get(id) ?? []);
  }

  /** A transaction reaches the chain if any node passes it on; the first that takes it answers. */
  async #toAll(question: JsonRpcPayload): Promise<Answer> {
    const answers = await Promise.all(
      this.#endpoints.map((endpoint) => this.#ask(endpoint, [question]).catch((error: unknown) => error)),
    );
    const said = answers.flatMap((answer) => (Array.isArray(answer) ? (answer as Answer[]) : []));
    const best = said.find((answer) => "result" in answer) ?? said[0];
    if (best !== undefined) return best;
    throw noneAnswered(
      this.#endpoints.map(({ host }) => host),
      answers[0],
    );
  }

  async #ask(endpoint: Endpoint, questions: readonly JsonRpcPayload[]): Promise<Answer[]> {
    const request = new FetchRequest(endpoint.url);
    request.timeout = this.#settings.timeoutMs;
    request.setThrottleParams({ maxAttempts: 1 });
    request.setHeader("content-type", "application/json");
    request.body = JSON.stringify(questions.length === 1 ? questions[0] : questions);
    const response = await request.send();
    response.assertOk();
    const body: unknown = response.bodyJson;
    const answers = (Array.isArray(body) ? body : [body]) as (Answer | null)[];
    const ids = new Set(answers.map((answer) => answer?.id));
    if (questions.some(({ id }) => !ids.has(id))) throw new Error(`${endpoint.host} left questions unanswered`);
    return answers as Answer[];
  }

  /** Those that are well first; the others only when there is nobody else. */
  #inOrder(): { readonly well: Endpoint[]; readonly others: Endpoint[] } {
    const heights = this.#endpoints.flatMap(({ height }) => height ?? []).toSorted((a, b) => a - b);
    const middle = heights[Math.floor(heights.length / 2)];
    const isWell = ({ height, restsUntil }: Endpoint) =>
      restsUntil <= Date.now() && height !== undefined && middle !== undefined && Math.abs(height - middle) <= FAR;
    // One of another chain, or that never answered, is not asked as long as any other is well.
    return {
      well: this.#endpoints.filter(isWell),
      others: this.#endpoints.filter((each) => !isWell(each) && each.height !== undefined),
    };
  }

  #tellFirst(endpoint: Endpoint, left: number): void {
    if (left > 0 || endpoint === this.#first) return;
    this.#first = endpoint;
    this.#settings.onChange?.(endpoint.host);
  }

  async #compare(): Promise<void> {
    if (Date.now() - this.#compared < (this.#settings.compareMs ?? 5_000)) return;
    this.#comparing ??= this.#compareNow().finally(() => (this.#comparing = undefined));
    await this.#comparing;
  }

  async #compareNow(): Promise<void> {
    const questions = ["eth_chainId", "eth_blockNumber"].map((method, id): JsonRpcPayload => ({
      id,
      method,
      params: [],
      jsonrpc: "2.0",
    }));
    await Promise.all(
      this.#endpoints.map(async (endpoint) => {
        try {
          const answers = await this.#ask(endpoint, questions);
          const [chain, height] = [0, 1].map((id) => numberIn(answers.find((answer) => answer.id === id)));
          endpoint.height = chain === Number(this.#settings.chainId) ? height : undefined;
        } catch {
          endpoint.height = undefined;
        }
      }),
    );
    this.#compared = Date.now();
  }
}

function numberIn(answer: Answer | undefined): number | undefined {
  if (answer === undefined || !("result" in answer) || typeof answer.result !== "string") return undefined;
  return /^0x[0-9a-f]{1,12}$/i.test(answer.result) ? Number(answer.result) : undefined;
}

/** An error that is the node's own: it limits, has forgotten, or fails. What a contract says comes with data. */
function isTrouble(answer: Answer | undefined): boolean {
  if (answer === undefined) return true;
  if (!("error" in answer)) return false;
  const error: { readonly code: number; readonly message?: string; readonly data?: unknown } = answer.error;
  const { code, message, data } = error;
  return code !== 3 && data === undefined && !/revert/i.test(message ?? "");
}

/** A node that was restarted, or has pruned, knows nothing of a transaction that is in the chain. */
function isForgotten(method: string, answer: Answer | undefined): boolean {
  const isAboutOne = ["eth_getTransactionReceipt", "eth_getTransactionByHash"].includes(method);
  return isAboutOne && answer !== undefined && "result" in answer && answer.result === null;
}

function noneAnswered(hosts: readonly string[], cause: unknown): UpheldError {
  return new UpheldError(
    {
      code: "chain.unreachable",
      message: `None of the nodes answers: ${hosts.join(", ")}.`,
      hint: "Nothing was sent that the chain does not know of. Run it again: the job does only what is left.",
      retry: true,
    },
    { cause },
  );
}
