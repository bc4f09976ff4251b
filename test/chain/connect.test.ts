import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { connect, unreachable, type Chain } from "../../src/chain/connect.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { problemOf } from "./rejection.ts";

/** Asks whoever answers `body` to anything. */
async function answered<T>(body: string, ask: (url: string, host: string) => Promise<T>): Promise<T> {
  const server = createServer((_, response) => response.end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return await ask(`http://${host}`, host);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const result = (value: unknown) => JSON.stringify({ jsonrpc: "2.0", id: 1, result: value });

describe("whoever answers at an RPC address", () => {
  for (const body of [
    "7",
    "null",
    '"0x1"',
    "[]",
    "{}",
    result(1),
    result("1"),
    result("x0x1"),
    result("0x1g"),
    result("0x"),
  ]) {
    it(`is no node by answering ${body}`, async () => {
      const { problem, host } = await answered(body, async (url, at) => ({
        problem: await problemOf(connect(url)),
        host: at,
      }));
      expect(problem).to.deep.equal({
        code: "chain.not-a-node",
        message: `${host} answers, but not like an Ethereum node.`,
        hint: "Check the RPC address, and its access key if it has one.",
      });
    });
  }

  it("is not there when the answer is no JSON", async () => {
    const { code } = await answered("<html>", (url) => problemOf(connect(url)));
    expect(code).to.equal("chain.unreachable");
  });

  const told = ({ provider, network, isLocal, rpc, host }: Chain) => {
    provider.destroy();
    return { network, isLocal, rpc, host, polling: provider.pollingInterval };
  };

  it("is a local chain by its id and its place", async () => {
    await answered(result("0x7A69"), async (url, host) => {
      const network = { name: "local", chainId: 31_337n, confirmations: 1 };
      expect(told(await connect(url))).to.deep.equal({ network, isLocal: true, rpc: url, host, polling: 100 });
    });
  });

  it("is the chain that is meant, or refused with both names", async () => {
    await answered(result("0xa"), async (url, host) => {
      const optimism = networkNamed("optimism");
      const chain = told(await connect(url, { expected: optimism }));
      expect(chain).to.deep.equal({ network: optimism, isLocal: false, rpc: url, host, polling: 4_000 });
      expect(await problemOf(connect(url, { expected: networkNamed("base") }))).to.deep.equal({
        code: "chain.wrong-id",
        message: `The node at ${host} is optimism (chain 10), not base (chain 8453).`,
        hint: "Give the RPC address of the right chain by --rpc or the environment, or the right --network.",
      });
    });
  });

  it("is asked for its chain as JSON-RPC says", async () => {
    const asked: { method: string | undefined; type: string | undefined; body: unknown }[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        asked.push({ method: request.method, type: request.headers["content-type"], body: JSON.parse(body) });
        response.end(result("0xa"));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const chain = await connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    chain.provider.destroy();
    server.closeAllConnections();
    server.close();
    const body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
    expect(asked).to.deep.equal([{ method: "POST", type: "application/json", body }]);
  });

  it("may be asked over https", async () => {
    expect((await problemOf(connect("https://127.0.0.1:1"))).code).to.equal("chain.unreachable");
  });

  for (const rpc of ["wss://secret", "file:///secret", "secret", ""]) {
    it(`cannot be asked at "${rpc}"`, async () => {
      expect(await problemOf(connect(rpc))).to.deep.equal({
        code: "chain.bad-address",
        message: "The RPC address is not an http(s) URL.",
        hint: "It looks like http://127.0.0.1:8545 or https://…",
      });
    });
  }

  it("is told to be started only where it would be a chain of one's own", () => {
    const START =
      "Start a chain to try things on by `npx hardhat node --hostname 127.0.0.1`, or say where your node is by --rpc or --network; then run it again.";
    const CHECK =
      "Nothing was sent that the chain does not know of. Check the address and the network, then run it again.";
    for (const [host, hint] of [
      ["localhost:8545", START],
      ["127.0.0.1:8545", START],
      ["[::1]:8545", START],
      ["my.localhost", CHECK],
      ["node.example", CHECK],
    ] as const) {
      const { problem, cause } = unreachable(host, "the cause");
      const message = `No answer from the node at ${host}.`;
      expect(problem).to.deep.equal({ code: "chain.unreachable", message, hint, retry: true });
      expect(cause).to.equal("the cause");
    }
  });
});
