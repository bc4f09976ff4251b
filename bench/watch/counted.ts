/** Between the watcher and others: counts what it asks a node, and takes what it tells. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Counted {
  readonly url: string;
  /** Since it was last asked: questions by method, and in how many requests they came. */
  take(): { readonly requests: number; readonly questions: Readonly<Record<string, number>> };
  end(): void;
}

/** Hands everything on to the node at `url`. */
export async function counted(url: string): Promise<Counted> {
  let requests = 0;
  let questions: Record<string, number> = {};
  const { server, url: own } = await listening(async (body) => {
    const asked = [JSON.parse(body) as { method: string } | { method: string }[]].flat();
    requests += 1;
    for (const { method } of asked) questions[method] = (questions[method] ?? 0) + 1;
    const headers = { "content-type": "application/json" };
    return (await fetch(url, { method: "POST", body, headers })).text();
  });
  return {
    url: own,
    take: () => {
      const taken = { requests, questions };
      [requests, questions] = [0, {}];
      return taken;
    },
    end: () => server.close(),
  };
}

/** A webhook that takes everything. */
export async function receiver(): Promise<{ readonly url: string; letters: () => number; end: () => void }> {
  let letters = 0;
  const { server, url } = await listening(() => {
    letters += 1;
    return Promise.resolve("");
  });
  return { url, letters: () => letters, end: () => server.close() };
}

async function listening(answer: (body: string) => Promise<string>): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void textOf(request)
      .then(answer)
      .then(
        (text) => response.writeHead(200, { "content-type": "application/json" }).end(text),
        () => response.writeHead(502).end(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
