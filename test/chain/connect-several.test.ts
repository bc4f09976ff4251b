import { expect } from "chai";
import { connect, onNode, type Chain, type ConnectOptions } from "../../src/chain/connect.ts";
import { FailoverProvider, type NodeEvent } from "../../src/chain/failover.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { blockOf, BUSY, Stall, startAnswering, type AnsweringNode, type Answers, type Page } from "./answering.ts";
import { problemOf } from "./rejection.ts";

const stall = (): never => {
  throw new Stall();
};

describe("connecting to nodes that answer as told", function () {
  this.timeout(20_000);
  const nodes: AnsweringNode[] = [];
  const chains: Chain[] = [];
  afterEach(() => {
    for (const { provider } of chains.splice(0)) provider.destroy();
    for (const { stop } of nodes.splice(0)) stop();
  });

  const of = (chainId: string, answers: Answers = {}): Answers => ({
    eth_chainId: () => chainId,
    eth_blockNumber: () => "0x64",
    eth_getBlockByNumber: () => blockOf(100, Math.floor(Date.now() / 1000)),
    ...answers,
  });
  const LOCAL = "0x7a69";
  async function started(...all: (Answers | Page)[]) {
    const own: AnsweringNode[] = [];
    for (const answers of all) own.push(await startAnswering(answers));
    nodes.push(...own);
    return own;
  }
  const open = async (rpc: string, options?: ConnectOptions) => {
    const chain = await connect(rpc, options);
    chains.push(chain);
    return chain;
  };
  const both = (own: readonly AnsweringNode[]) => own.map(({ url }) => url).join(" , ");
  const hosts = (own: readonly AnsweringNode[]) => own.map(({ host }) => host).join(", ");

  it("makes one of several, and tells of them", async () => {
    const own = await started(of(LOCAL), of(LOCAL));
    const chain = await open(both(own));
    const { provider, network, host, rpc, isLocal } = chain;
    expect(provider).to.be.instanceOf(FailoverProvider);
    expect({ network, host, rpc, isLocal }).to.deep.equal({
      network: { name: "local", chainId: 31_337n, confirmations: 1 },
      ...{ host: hosts(own), rpc: both(own), isLocal: true },
    });
    expect(provider.pollingInterval).to.equal(100);
    const events: NodeEvent[] = [];
    onNode(chain, (event) => events.push(event));
    expect(await provider.getBlockNumber()).to.equal(100);
    expect(events).to.deep.equal([{ kind: "asked first", host: own[0]?.host, before: undefined }]);
  });

  it("leaves one as it is, and tells nothing of it", async () => {
    const [node] = await started(of(LOCAL));
    const chain = await open(node!.url);
    expect(chain.provider).not.to.be.instanceOf(FailoverProvider);
    onNode(chain, () => expect.fail("told"));
    expect(chain.provider).not.to.have.property("onNode");
    expect(await chain.provider.getBlockNumber()).to.equal(100);
  });

  it("is local only where all are", async () => {
    const [node] = await started(of(LOCAL));
    const elsewhere = "http://0.0.0.0:9"; // nobody is there
    for (const rpc of [`${node!.url},${elsewhere}`, `${elsewhere},${node!.url}`]) {
      const { isLocal, provider } = await open(rpc);
      expect({ isLocal, polling: provider.pollingInterval }).to.deep.equal({ isLocal: false, polling: 4_000 });
    }
  });

  it("does without those that are silent, or no node", async () => {
    for (const silent of [BUSY, of(LOCAL, { eth_chainId: stall }), { status: 200, body: "[]" }]) {
      const own = await started(silent, of("0xa"));
      expect((await open(both(own), { timeoutMs: 1_500 })).network).to.deep.equal(networkNamed("optimism"));
    }
  });

  it("says what the first one does when none is well", async () => {
    const own = await started({ status: 200, body: "[]" }, BUSY);
    expect(await problemOf(connect(both(own)))).to.include({
      code: "chain.not-a-node",
      message: `${own[0]?.host ?? ""} answers, but not like an Ethereum node.`,
    });
  });

  it("refuses those of different chains", async () => {
    const own = await started(BUSY, of(LOCAL), of(LOCAL), of("0x1"));
    expect(await problemOf(connect(both(own)))).to.deep.equal({
      code: "chain.nodes-differ",
      message: `The node at ${own[1]?.host ?? ""} is of chain 31337, the one at ${own[3]?.host ?? ""} of chain 1.`,
      hint: "Several RPC addresses must be of the same chain.",
    });
  });

  it("refuses all of another chain than is meant", async () => {
    const own = await started(of("0xa"), of("0xa"));
    const { code, message } = await problemOf(connect(both(own), { expected: networkNamed("base") }));
    expect(code).to.equal("chain.wrong-id");
    expect(message).to.equal(`The node at ${hosts(own)} is optimism (chain 10), not base (chain 8453).`);
  });

  for (const count of [1, 2]) {
    it(`asks ${count === 1 ? "one" : "several"} afresh each time, and ten questions at most in one request`, async () => {
      const own = await started(...Array<Answers>(count).fill(of(LOCAL, { eth_gasPrice: () => "0x1" })));
      const { provider } = await open(both(own));
      await Promise.all([provider.getBlockNumber(), provider.getBlockNumber()]);
      await Promise.all(Array.from({ length: 11 }, () => provider.send("eth_gasPrice", [])));
      const asked = (own[0]?.requests ?? []).map(({ body }) => [body].flat().map(({ method }) => method));
      expect(asked.filter((methods) => methods.includes("eth_gasPrice")).map(({ length }) => length)).to.deep.equal([
        10, 1,
      ]);
      expect(asked).to.deep.include(["eth_blockNumber", "eth_blockNumber"]);
    });
  }

  it("waits for one alone three times as long as for its chain, and no longer", async () => {
    const [node] = await started(of(LOCAL, { eth_blockNumber: stall }));
    const { provider } = await open(node!.url, { timeoutMs: 500 });
    const began = performance.now();
    const error: unknown = await provider.getBlockNumber().catch((thrown: unknown) => thrown);
    expect(error).to.have.property("code", "TIMEOUT");
    expect(performance.now() - began).to.be.greaterThan(1_490);
  });

  it("waits for one of several as long as for its chain", async () => {
    const own = await started(of(LOCAL, { eth_blockNumber: stall }), of(LOCAL));
    const { provider } = await open(both(own), { timeoutMs: 1_500 });
    expect(await provider.getBlockNumber()).to.equal(100);
  });
});
