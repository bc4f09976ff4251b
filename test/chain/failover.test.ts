import { expect } from "chai";
import { Wallet } from "ethers";
import { connect } from "../../src/chain/connect.ts";
import { FailoverProvider } from "../../src/chain/failover.ts";
import { anvilPath, startAnvil, type TestNode } from "./nodes.ts";
import { startProxy, type Fault, type Proxy, type ProxyOptions } from "./proxy.ts";
import { problemOf } from "./rejection.ts";

const CHAIN = 31_337n;

describe("several RPC addresses", function () {
  this.timeout(30_000);
  let node: TestNode;
  const proxies: Proxy[] = [];
  const providers: { destroy(): void }[] = [];

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    node = await startAnvil();
  });
  afterEach(async () => {
    for (const provider of providers.splice(0)) provider.destroy();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  after(() => node.stop());

  async function proxy(fault: Fault | ProxyOptions["fault"], change?: ProxyOptions["change"]): Promise<Proxy> {
    const decide = typeof fault === "function" ? fault : () => fault;
    const made = await startProxy(node.url, { fault: decide, ...(change === undefined ? {} : { change }) });
    proxies.push(made);
    return made;
  }

  function over(all: readonly Proxy[], compareMs = 60_000): { provider: FailoverProvider; first: string[] } {
    const first: string[] = [];
    const provider = new FailoverProvider(
      all.map(({ url }) => url),
      { chainId: CHAIN, timeoutMs: 3_000, compareMs, cacheTimeout: -1, onChange: (host) => first.push(host) },
    );
    providers.push(provider);
    return { provider, first };
  }

  const hostOf = ({ url }: Proxy) => new URL(url).host;

  for (const fault of ["stall", "drop", "error", "busy", "rubbish"] as const) {
    it(`asks the next one when the first does this: ${fault}`, async () => {
      let isFailing = false;
      const [bad, good] = [await proxy(() => (isFailing ? fault : "pass")), await proxy("pass")];
      const { provider, first } = over([bad, good]);
      expect(await provider.getBlockNumber()).to.equal(0);
      isFailing = true;
      expect(await provider.getBlockNumber()).to.equal(0);
      expect(first).to.deep.equal([hostOf(bad), hostOf(good)]);
      const asked = bad.asked();
      expect(await provider.getBlockNumber()).to.equal(0);
      expect(bad.asked(), "one that failed rests").to.equal(asked);
    });
  }

  const height = (change: (height: number) => number): ProxyOptions["change"] => {
    return ({ method }, result) =>
      method === "eth_blockNumber" ? `0x${change(Number(result)).toString(16)}` : undefined;
  };

  it("passes over one that is behind the others", async () => {
    const { provider } = over([await proxy("pass")]);
    await provider.send("anvil_mine", ["0xa"]);
    const all = [
      await proxy(
        "pass",
        height((real) => real - 4),
      ),
      await proxy("pass"),
    ];
    const two = over(all);
    expect(await two.provider.getBlockNumber()).to.equal(10);
    expect(two.first).to.deep.equal([hostOf(all[1]!)]);
  });

  it("keeps to the first when it is three blocks behind, as blocks take a while to arrive", async () => {
    const all = [
      await proxy(
        "pass",
        height((real) => real - 3),
      ),
      await proxy("pass"),
    ];
    const { provider, first } = over(all);
    await provider.getBlockNumber();
    expect(first).to.deep.equal([hostOf(all[0]!)]);
  });

  it("passes over one that says the head is far ahead, when two say otherwise", async () => {
    const all = [
      await proxy(
        "pass",
        height((real) => real + 1_000),
      ),
      await proxy("pass"),
      await proxy("pass"),
    ];
    const { provider, first } = over(all);
    expect(await provider.getBlockNumber()).to.equal(10);
    expect(first).to.deep.equal([hostOf(all[1]!)]);
  });

  it("never asks one that turns out to be of another chain", async () => {
    const other = await proxy("pass", ({ method }) => (method === "eth_chainId" ? "0x1" : undefined));
    const good = await proxy("pass");
    const { provider, first } = over([other, good]);
    await provider.getBlockNumber();
    expect(first).to.deep.equal([hostOf(good)]);
    expect(other.asked(), "compared, and not asked").to.equal(1);
  });

  it("finds with another what one has forgotten", async () => {
    const forgets = await proxy("pass", ({ method }) => (method === "eth_getTransactionReceipt" ? null : undefined));
    const { provider } = over([forgets, await proxy("pass")]);
    const sender = await provider.getSigner(0);
    const hash = await sender.sendUncheckedTransaction({ to: sender.address, value: 1n });
    expect((await provider.getTransactionReceipt(hash))?.status).to.equal(1);
  });

  it("sends a signed transaction to all, so that one that loses it does no harm", async () => {
    const silent = await proxy(([call]) => (call?.method === "eth_sendRawTransaction" ? "drop" : "pass"));
    const { provider } = over([silent, await proxy("pass")]);
    const wallet = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send("anvil_setBalance", [wallet.address, "0x8ac7230489e80000"]);
    const { hash } = await wallet.sendTransaction({ to: wallet.address, value: 1n });
    expect((await provider.getTransactionReceipt(hash))?.status).to.equal(1);
  });

  it("takes what a contract says for an answer, and does not ask the others", async () => {
    const all = [await proxy("pass"), await proxy("pass")];
    const { provider } = over(all);
    await provider.getBlockNumber();
    const asked = all[1]!.asked();
    await provider.send("anvil_setCode", ["0x00000000000000000000000000000000000000cc", "0x5f5ffd"]);
    const refusal: unknown = await provider
      .call({ to: "0x00000000000000000000000000000000000000cc" })
      .catch((error: unknown) => error);
    expect(refusal).to.have.property("code", "CALL_EXCEPTION");
    expect(all[1]!.asked()).to.equal(asked);
  });

  it("says that none answers", async () => {
    const all = [await proxy("drop"), await proxy("error")];
    const { provider } = over(all);
    expect(await problemOf(provider.getBlockNumber())).to.include({
      code: "chain.unreachable",
      message: `None of the nodes answers: ${all.map(hostOf).join(", ")}.`,
      retry: true,
    });
  });

  describe("connecting to them", () => {
    it("does without those that are silent", async () => {
      const all = [await proxy("drop"), await proxy("pass")];
      const { provider, host, network, isLocal } = await connect(all.map(({ url }) => url).join(", "));
      providers.push(provider);
      expect({ host, id: network.chainId, isLocal }).to.deep.equal({
        host: all.map(hostOf).join(", "),
        id: CHAIN,
        isLocal: true,
      });
      expect(await provider.getBlockNumber()).to.be.greaterThan(0);
    });

    it("refuses addresses of different chains", async () => {
      const other = await proxy("pass", ({ method }) => (method === "eth_chainId" ? "0x1" : undefined));
      const good = await proxy("pass");
      expect(await problemOf(connect(`${good.url},${other.url}`))).to.deep.equal({
        code: "chain.nodes-differ",
        message: `The node at ${hostOf(good)} is of chain 31337, the one at ${hostOf(other)} of chain 1.`,
        hint: "Several RPC addresses must be of the same chain.",
      });
    });

    it("says that nobody answers when none does", async () => {
      const { code } = await problemOf(connect("http://127.0.0.1:1,http://127.0.0.1:2"));
      expect(code).to.equal("chain.unreachable");
    });
  });
});
