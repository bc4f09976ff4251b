import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a proxy does with one request; `pass` forwards it and answers as the node does. */
export type Fault =
  "pass" | "stall" | "drop" | "lose the answer" | "error" | "busy" | "rubbish" | { readonly delayMs: number };

export interface Call {
  readonly method: string;
  readonly params: unknown;
}

export interface ProxyOptions {
  /** Decides by what is asked. */
  readonly fault: (calls: readonly Call[]) => Fault;
  /** Changes an answer's result; undefined leaves it. */
  readonly change?: (call: Call, result: unknown) => unknown;
  /** An error in place of an answer; undefined leaves it. */
  readonly refuse?: (call: Call) => object | undefined;
}

/** An RPC address that fails as told, before a node that does not. */
export interface Proxy {
  readonly url: string;
  /** How many requests came. */
  readonly asked: () => number;
  stop(): Promise<void>;
}

interface Message extends Call {
  readonly id: number;
  readonly result?: unknown;
}

export async function startProxy(
  node: string,
  { fault, change = () => undefined, refuse = () => undefined }: ProxyOptions,
): Promise<Proxy> {
  let asked = 0;
  const server = createServer((request, response) => {
    ++asked;
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const asks = JSON.parse(body) as Message | Message[];
    const what = fault([asks].flat());
    if (what === "stall") return;
    if (what === "drop") return void response.destroy();
    if (what === "error") return void response.writeHead(500).end("sorry");
    if (what === "busy") return void response.writeHead(503).end("busy");
    if (what === "rubbish") return void response.end("<html>");
    if (typeof what === "object") await new Promise((resolve) => setTimeout(resolve, what.delayMs));
    const answered = await fetch(node, { method: "POST", headers: { "content-type": "application/json" }, body });
    const text = await answered.text();
    if (what === "lose the answer") return void response.destroy();
    response.setHeader("content-type", "application/json");
    response.end(changed(asks, text, { change, refuse }));
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function changed(
  asks: Message | Message[],
  text: string,
  { change, refuse }: Required<Pick<ProxyOptions, "change" | "refuse">>,
): string {
  const calls = new Map([asks].flat().map((call) => [call.id, call]));
  const one = (answer: Message): object => {
    const call = calls.get(answer.id);
    if (call === undefined) return answer;
    const error = refuse(call);
    if (error !== undefined) return { jsonrpc: "2.0", id: answer.id, error };
    const result = "result" in answer ? change(call, answer.result) : undefined;
    return result === undefined ? answer : { ...answer, result };
  };
  const answers = JSON.parse(text) as Message | Message[];
  return JSON.stringify(Array.isArray(answers) ? answers.map(one) : one(answers));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
