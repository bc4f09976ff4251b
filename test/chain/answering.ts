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

/** The HTTP server's own refusal, of everything that is asked. */
export const BUSY = "busy";

/** Lets `work` ask a node that answers as told, over HTTP like any other; what it was asked is kept in `asked`. */
export async function answering<T>(
  answers: Answers | typeof BUSY,
  work: (provider: JsonRpcProvider, asked: readonly Asked[], url: string) => Promise<T>,
): Promise<T> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const question = JSON.parse(body) as Asked | Asked[];
      asked.push(...[question].flat());
      if (answers === BUSY) response.writeHead(503).end();
      else respond(response, answers, question);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { staticNetwork: Network.from(31_337), cacheTimeout: -1, pollingInterval: 10, batchStallTime: 0 };
  const provider = new JsonRpcProvider(url, 31_337, options);
  try {
    return await work(provider, asked, url);
  } finally {
    provider.destroy();
    server.closeAllConnections();
    server.close();
  }
}

function respond(response: ServerResponse, answers: Answers, question: Asked | Asked[]): void {
  try {
    const answered = Array.isArray(question) ? question.map((one) => answer(answers, one)) : answer(answers, question);
    response.end(JSON.stringify(answered));
  } catch (error) {
    if (!(error instanceof HangUp)) throw error;
    response.destroy();
  }
}

function answer(answers: Answers, { id, method, params }: Asked): unknown {
  const ask = answers[method];
  try {
    if (ask === undefined) throw new RpcError(-32_601, `nobody expects ${method}`);
    return { jsonrpc: "2.0", id, result: ask(...params) };
  } catch (error) {
    if (error instanceof HangUp) throw error;
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

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
