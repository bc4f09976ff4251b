import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { id, JsonRpcProvider, Network } from "ethers";

/** How whoever stands in for a node answers one method; what it throws becomes the answer's error. */
export type Answers = Readonly<Record<string, (...params: never[]) => unknown>>;

/** An error as a node writes it. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: string | undefined;

  constructor(code: number, message: string, data?: string) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: never[];
}

/** Thrown by an answer: the node hangs up instead. */
export class HangUp extends Error {}

/** Thrown by an answer: the node never answers. */
export class Stall extends Error {}

/** Thrown by an answer: the node leaves it out. */
export class LeftOut extends Error {}

/** What an HTTP server says to everything that is asked, without a look at it. */
export interface Page {
  readonly status: number;
  readonly body: string;
}

export const BUSY: Page = { status: 503, body: "" };

/** A node that answers as told, over HTTP like any other. */
export interface AnsweringNode {
  readonly url: string;
  readonly host: string;
  /** What it was asked, in order. */
  readonly asked: readonly Asked[];
  /** How it was asked: several questions may come in one request. */
  readonly requests: readonly { readonly type: string | undefined; readonly body: Asked | readonly Asked[] }[];
  readonly stop: () => void;
}

export async function startAnswering(answers: Answers | Page): Promise<AnsweringNode> {
  const asked: Asked[] = [];
  const requests: AnsweringNode["requests"][number][] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const question = JSON.parse(body) as Asked | Asked[];
      requests.push({ type: request.headers["content-type"], body: question });
      asked.push(...[question].flat());
      if (isPage(answers)) response.writeHead(answers.status).end(answers.body);
      else respond(response, answers, question);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://${host}`, host, asked, requests, stop };
}

/** Lets `work` ask a node that answers as told; what it was asked is kept in `asked`. */
export async function answering<T>(
  answers: Answers | Page,
  work: (provider: JsonRpcProvider, asked: readonly Asked[], url: string) => Promise<T>,
): Promise<T> {
  const { url, asked, stop } = await startAnswering(answers);
  const options = { staticNetwork: Network.from(31_337), cacheTimeout: -1, pollingInterval: 10, batchStallTime: 0 };
  const provider = new JsonRpcProvider(url, 31_337, options);
  try {
    return await work(provider, asked, url);
  } finally {
    provider.destroy();
    stop();
  }
}

const isPage = (answers: Answers | Page): answers is Page => typeof answers["status"] === "number";

function respond(response: ServerResponse, answers: Answers, question: Asked | Asked[]): void {
  try {
    const answered = Array.isArray(question)
      ? question.flatMap((one) => answer(answers, one) ?? [])
      : (answer(answers, question) ?? []);
    response.end(JSON.stringify(answered));
  } catch (error) {
    if (error instanceof HangUp) response.destroy();
    else if (!(error instanceof Stall)) throw error;
  }
}

function answer(answers: Answers, { id, method, params }: Asked): object | undefined {
  const ask = answers[method];
  try {
    if (ask === undefined) throw new RpcError(-32_601, `nobody expects ${method}`);
    return { jsonrpc: "2.0", id, result: ask(...params) };
  } catch (error) {
    if (error instanceof HangUp || error instanceof Stall) throw error;
    if (error instanceof LeftOut) return undefined;
    const { code, message, data } = error as RpcError;
    return { jsonrpc: "2.0", id, error: { code, message, data } };
  }
}

/** A block as a node writes it, of a chain without a base fee unless one is given. */
export function blockOf(number: number, timestamp = 0, baseFeePerGas?: string) {
  const hash = id(`block ${number}`);
  return {
    ...{ number: `0x${number.toString(16)}`, timestamp: `0x${timestamp.toString(16)}`, hash, parentHash: hash },
    ...{ nonce: "0x0000000000000000", difficulty: "0x0", gasLimit: "0x0", gasUsed: "0x0", extraData: "0x" },
    ...{ miner: `0x${"0".repeat(40)}`, transactions: [], ...(baseFeePerGas === undefined ? {} : { baseFeePerGas }) },
  };
}

/** What a node says of a transaction that is in a block; its hash is made up unless one is given. */
export function receiptOf(block: number, status: number, from: string, to: string, hash = `0x${"33".repeat(32)}`) {
  return {
    ...{ transactionHash: hash, from, to, blockHash: blockOf(block).hash, blockNumber: `0x${block.toString(16)}` },
    ...{ transactionIndex: "0x0", status: `0x${status}`, gasUsed: "0x15f90", cumulativeGasUsed: "0x15f90" },
    ...{ effectiveGasPrice: "0x1", logs: [], type: "0x0", logsBloom: `0x${"0".repeat(512)}`, contractAddress: null },
  };
}

/** What it says of one that it knows, and that is in no block yet. */
export function waitingOf(from: string, to: string, hash = `0x${"33".repeat(32)}`) {
  return {
    ...{ hash, from, to, nonce: "0x3", value: "0x5", gas: "0x1", input: "0x12", gasPrice: "0x1", type: "0x0" },
    ...{ chainId: "0x7a69", blockHash: null, blockNumber: null, transactionIndex: null },
    ...{ r: `0x${"1".repeat(64)}`, s: `0x${"1".repeat(64)}`, v: "0x1b" },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
