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

/** Where several nodes were found, and what becomes of it. */
export type NodeEvent =
  | { readonly kind: "asked first"; readonly host: string; readonly before: string | undefined }
  /** It said something else than most, so it rests. */
  | { readonly kind: "outvoted"; readonly host: string; readonly method: string };

/** A block of which all nodes say the same. */
export interface AgreedBlock {
  readonly number: number;
  /** UTC seconds. */
  readonly timestamp: bigint;
}

/** One node, and what was last seen of it. */
interface Endpoint {
  readonly url: string;
  readonly host: string;
  /** Of the last comparison; undefined: no answer, or another chain. */
  height: number | undefined;
  /** Of the block at that height, UTC seconds. */
  headTime: number;
  /** Not asked first before this moment (ms), after it failed. */
  restsUntil: number;
}

/** A node further than this from the others is behind, or lies. */
const FAR = 3;
const REST_MS = 15_000;
/** A node far below the others whose newest block is older has stopped; one with a newer block has not. */
const STOPPED_SECONDS = 30;

/**
 * Several nodes of one chain as one. The first that is well is asked; one that stalls, fails, is of another chain or
 * has another height than most rests for a while and the next is asked. Signed transactions go to all of them.
 *
 * What is asked of a numbered block has one answer, so it is asked of all and compared: what most say is believed, and
 * without a majority there is no answer but `chain.nodes-disagree`. `agreedBlock` gives a block to ask of.
 */
export class FailoverProvider extends JsonRpcProvider {
  readonly #endpoints: Endpoint[];
  readonly #settings: FailoverOptions;
  #comparedAt = -Infinity;
  #comparing: Promise<void> | undefined;
  #first: Endpoint | undefined;
  /** Told of nodes that take over or are outvoted. */
  onNode: ((event: NodeEvent) => void) | undefined;

  constructor(urls: readonly string[], options: FailoverOptions) {
    super(urls[0], options.chainId, { ...options, staticNetwork: EthersNetwork.from(options.chainId) });
    this.#settings = options;
    this.#endpoints = urls.map((url) => ({
      url,
      host: new URL(url).host,
      height: undefined,
      headTime: 0,
      restsUntil: 0,
    }));
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    await this.#compare();
    const all = Array.isArray(payload) ? payload : [payload];
    const [raw, compared, rest] = (["send", "compare", "ask"] as const).map((way) =>
      all.filter((one) => wayOf(one) === way),
    ) as [JsonRpcPayload[], JsonRpcPayload[], JsonRpcPayload[]];
    const answers = await Promise.all([
      Promise.all(raw.map((one) => this.#toAll(one))),
      this.#compared(compared),
      this.#inTurn(rest),
    ]);
    // ethers sorts errors out by itself, though its type knows only results
    return answers.flat() as JsonRpcResult[];
  }

  /**
   * The newest block that every node has, or the one `depth` below it; throws `chain.nodes-disagree` when they tell it
   * differently.
   */
  async agreedBlock(depth = 0): Promise<AgreedBlock> {
    await this.#compareFresh();
    const heights = this.#witnesses().flatMap(({ height }) => height ?? []);
    const newest = heights.length === 0 ? await this.getBlockNumber() : Math.min(...heights);
    const block = await this.getBlock(Math.max(0, newest - depth));
    if (block === null) throw noneAnswered(this.#hosts(), undefined);
    return { number: block.number, timestamp: BigInt(block.timestamp) };
  }

  /** Asks all that can know, at once; each question has the answer that most of those who answered give. */
  async #compared(questions: JsonRpcPayload[]): Promise<Answer[]> {
    if (questions.length === 0) return [];
    const least = Math.max(...questions.map((one) => blockNumberOf(one) ?? 0));
    const witnesses = this.#witnesses().filter(({ height = 0 }) => height >= least);
    if (witnesses.length < 2) return this.#inTurn(questions);
    const heard = await Promise.all(
      witnesses.map(async (endpoint) => {
        try {
          return { endpoint, answers: await this.#ask(endpoint, questions) };
        } catch {
          endpoint.restsUntil = Date.now() + REST_MS;
          return { endpoint, answers: [] };
        }
      }),
    );
    const unanswered: JsonRpcPayload[] = [];
    const answered = questions.flatMap((question) => {
      const said = heard.flatMap(({ endpoint, answers }): Said[] => {
        const answer = answers.find(({ id }) => id === question.id);
        return answer === undefined || isTrouble(answer) || isNothing(answer) ? [] : [{ endpoint, answer }];
      });
      if (said.length > 0) return this.#believed(question, said);
      unanswered.push(question);
      return [];
    });
    return [...answered, ...(await this.#inTurn(unanswered))];
  }

  #believed(question: JsonRpcPayload, said: readonly Said[]): Answer {
    const { method } = question;
    // of all that is compared, only a count of transactions may be of no numbered block
    if (blockNumberOf(question) === undefined) return middleOf(said);
    const groups = [...Map.groupBy(said, ({ answer }) => factOf(method, answer)).values()];
    const [most] = groups.toSorted((a, b) => b.length - a.length) as [Said[]];
    if (most.length * 2 <= said.length) throw disagreed(question, groups);
    for (const { endpoint } of said.filter((one) => !most.includes(one))) {
      endpoint.restsUntil = Date.now() + REST_MS;
      this.onNode?.({ kind: "outvoted", host: endpoint.host, method });
    }
    return (most[0] as Said).answer;
  }

  /**
   * Those whose word is compared: not at rest, of this chain, and not left behind. A node that is far below another, but
   * has a new block, has not stopped: then it may be the other that invents, and it is heard.
   */
  #witnesses(): Endpoint[] {
    const known = this.#endpoints.filter(({ height, restsUntil }) => height !== undefined && restsUntil <= Date.now());
    const top = Math.max(...known.map(({ height = 0 }) => height));
    const now = Date.now() / 1000;
    return known.filter(({ height = 0, headTime }) => height >= top - FAR || now - headTime <= STOPPED_SECONDS);
  }

  #hosts = (): string[] => this.#endpoints.map(({ host }) => host);

  /** Asks one node after the other until all questions have an answer that is not the node's own trouble. */
  async #inTurn(questions: JsonRpcPayload[]): Promise<Answer[]> {
    const answered = new Map<number, Answer>();
    let open = questions;
    let trouble: unknown;
    const { well, others } = this.#inOrder();
    for (const endpoint of [...well, ...others]) {
      // What one has forgotten or refuses, another may know better; but nobody unwell is asked for that.
      const isAsked = ({ id, method }: JsonRpcPayload) =>
        isTrouble(answered.get(id)) || (well.includes(endpoint) && isDoubtful(method, answered.get(id)));
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
    if (missing !== undefined) throw noneAnswered(this.#hosts(), trouble);
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
    throw noneAnswered(this.#hosts(), answers[0]);
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
    const before = this.#first?.host;
    this.#first = endpoint;
    this.#settings.onChange?.(endpoint.host);
    this.onNode?.({ kind: "asked first", host: endpoint.host, before });
  }

  async #compare(): Promise<void> {
    if (Date.now() - this.#comparedAt < (this.#settings.compareMs ?? 5_000)) return;
    await this.#compareFresh();
  }

  async #compareFresh(): Promise<void> {
    this.#comparing ??= this.#compareNow().finally(() => (this.#comparing = undefined));
    await this.#comparing;
  }

  async #compareNow(): Promise<void> {
    const asked = { eth_chainId: [], eth_blockNumber: [], eth_getBlockByNumber: ["latest", false] };
    const questions = Object.entries(asked).map(([method, params], id): JsonRpcPayload => ({
      id,
      method,
      params,
      jsonrpc: "2.0",
    }));
    await Promise.all(
      this.#endpoints.map(async (endpoint) => {
        try {
          const answers = await this.#ask(endpoint, questions);
          const [chain, height] = [0, 1].map((id) => numberIn(answers.find((answer) => answer.id === id)));
          endpoint.height = chain === Number(this.#settings.chainId) ? height : undefined;
          endpoint.headTime = timeIn(answers.find(({ id }) => id === 2));
        } catch {
          endpoint.height = undefined;
        }
      }),
    );
    this.#comparedAt = Date.now();
  }
}

/** What one node answered. */
interface Said {
  readonly endpoint: Endpoint;
  readonly answer: Answer;
}

/** `provider`'s newest block, of several nodes one that all of them tell alike, or the one `depth` below it. */
export async function agreedBlock(provider: JsonRpcProvider, depth = 0): Promise<AgreedBlock> {
  if (provider instanceof FailoverProvider) return provider.agreedBlock(depth);
  const number = depth === 0 ? "latest" : Math.max(0, (await provider.getBlockNumber()) - depth);
  const block = await provider.getBlock(number);
  return { number: block?.number ?? 0, timestamp: BigInt(block?.timestamp ?? 0) };
}

/** The number of that block: for what needs no time. */
export async function agreedHeight(provider: JsonRpcProvider): Promise<number> {
  return provider instanceof FailoverProvider ? (await provider.agreedBlock()).number : provider.getBlockNumber();
}

/** How a question is asked: of all since all should know, of all to compare, or of one after the other. */
function wayOf(question: JsonRpcPayload): "send" | "compare" | "ask" {
  if (question.method === "eth_sendRawTransaction") return "send";
  const isComparable = question.method === "eth_getTransactionCount" || blockNumberOf(question) !== undefined;
  return isComparable ? "compare" : "ask";
}

/** The number of the block that a question is about; undefined: of the newest, or of none. */
function blockNumberOf({ method, params }: JsonRpcPayload): number | undefined {
  const given = params as readonly unknown[];
  const places: Readonly<Record<string, unknown>> = {
    eth_call: given[1],
    eth_getTransactionCount: given[1],
    eth_getBlockByNumber: given[0],
    eth_getLogs: (given[0] as { toBlock?: unknown } | undefined)?.toBlock,
  };
  return wholeNumber(places[method]);
}

/** What an answer says, without what nodes may leave out or write otherwise. */
function factOf(method: string, answer: Answer): string {
  const fact =
    "error" in answer ? { refused: (answer.error as { data?: unknown }).data } : essence(method, answer.result);
  return JSON.stringify(fact).toLowerCase();
}

function essence(method: string, result: unknown): unknown {
  const pick = (from: unknown, keys: readonly string[]) => {
    const values = from as Readonly<Record<string, unknown>>;
    return keys.map((key) => values[key]);
  };
  if (method === "eth_getBlockByNumber") return pick(result, ["number", "hash", "timestamp"]);
  if (method !== "eth_getLogs" || !Array.isArray(result)) return result;
  return result.map((log) => pick(log, ["address", "topics", "data", "blockNumber", "transactionHash", "logIndex"]));
}

/**
 * The middle count, which one of three cannot move; of an even number the lower. A false one that is too high would
 * leave a gap in the nonces; one that is too low is refused by the chain.
 */
function middleOf(said: readonly Said[]): Answer {
  const countOf = ({ answer }: Said) => numberIn(answer) ?? Infinity;
  const sorted = said.toSorted((a, b) => countOf(a) - countOf(b));
  return (sorted[Math.floor((sorted.length - 1) / 2)] as Said).answer;
}

/** Undefined where there is none; a node may also say null. */
const resultOf = (answer: Answer | undefined): unknown =>
  answer !== undefined && "result" in answer ? answer.result : undefined;

const isNothing = (answer: Answer | undefined): boolean => resultOf(answer) === null;

const timeIn = (answer: Answer | undefined): number =>
  Number((resultOf(answer) as { timestamp?: string } | null | undefined)?.timestamp ?? 0);

const numberIn = (answer: Answer | undefined): number | undefined => wholeNumber(resultOf(answer));

const wholeNumber = (value: unknown): number | undefined =>
  typeof value === "string" && /^0x[0-9a-f]{1,12}$/i.test(value) ? Number(value) : undefined;

/** An error that is the node's own: it limits, has forgotten, or fails. What a contract says comes with data. */
function isTrouble(answer: Answer | undefined): boolean {
  if (answer === undefined) return true;
  if (!("error" in answer)) return false;
  const error: { readonly code: number; readonly message?: string; readonly data?: unknown } = answer.error;
  const { code, message, data } = error;
  return code !== 3 && data === undefined && !/revert/i.test(message ?? "");
}

/**
 * A node that was restarted, or has pruned, knows nothing of a transaction that is in the chain. One that refuses to
 * estimate would keep it from being sent.
 */
function isDoubtful(method: string, answer: Answer | undefined): boolean {
  if (answer === undefined) return false;
  if (method === "eth_estimateGas") return "error" in answer;
  const isAboutOne = ["eth_getTransactionReceipt", "eth_getTransactionByHash"].includes(method);
  return isAboutOne && isNothing(answer);
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

function disagreed(question: JsonRpcPayload, groups: readonly (readonly Said[])[]): UpheldError {
  const sides = groups.map((group) => group.map(({ endpoint }) => endpoint.host).join(" and "));
  return new UpheldError({
    code: "chain.nodes-disagree",
    message: `The nodes do not say the same of block ${blockNumberOf(question) ?? 0} (${question.method}): ${sides.join(" against ")}.`,
    hint: "Nothing is decided on it and nothing is sent. A reorganisation passes by itself: run it again. If it stays, one of them is wrong: a third address outvotes it, or leave out the one you trust less.",
    retry: true,
  });
}
