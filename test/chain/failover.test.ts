import { expect } from "chai";
import { Wallet } from "ethers";
import { connect } from "../../src/chain/connect.ts";
import { FailoverProvider } from "../../src/chain/failover.ts";
import { anvilPath, startAnvil, type TestNode } from "./nodes.ts";
import { startProxy, type Call, type Fault, type Proxy, type ProxyOptions } from "./proxy.ts";
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

  async function proxy(
    fault: Fault | ProxyOptions["fault"],
    change?: ProxyOptions["change"],
    refuse?: ProxyOptions["refuse"],
  ): Promise<Proxy> {
    const decide = typeof fault === "function" ? fault : () => fault;
    const lies = { ...(change === undefined ? {} : { change }), ...(refuse === undefined ? {} : { refuse }) };
    const made = await startProxy(node.url, { fault: decide, ...lies });
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

  it("asks another what one refuses to estimate, and refuses what all do", async () => {
    const refusing = ({ method }: Call) =>
      method === "eth_estimateGas" ? { code: 3, message: "execution reverted", data: "0x" } : undefined;
    const liar = () => proxy("pass", undefined, refusing);
    const { provider } = over([await liar(), await proxy("pass")]);
    const { address } = await provider.getSigner(0);
    expect(await provider.estimateGas({ from: address, to: address })).to.be.at.least(21_000n);
    const { provider: none } = over([await liar(), await liar()]);
    const refusal: unknown = await none.estimateGas({ from: address, to: address }).catch((error: unknown) => error);
    expect(refusal).to.have.property("code", "CALL_EXCEPTION");
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

  describe("comparing what they say of a block", () => {
    const LOG_MAKER = "0x00000000000000000000000000000000000000dd";
    const hex = (number: number) => `0x${number.toString(16)}`;
    type Change = NonNullable<ProxyOptions["change"]>;
    const logless: Change = ({ method }) => (method === "eth_getLogs" ? [] : undefined);

    async function among(...changes: (Change | undefined)[]) {
      const all: Proxy[] = [];
      for (const change of changes) all.push(await proxy("pass", change));
      const { provider } = over(all);
      const events: unknown[] = [];
      provider.onNode = (event) => events.push(event);
      return { provider, hosts: all.map(hostOf), events, all };
    }
    const isHead = ({ params }: { params: unknown }) => (params as unknown[])[0] === "latest";

    before(async () => {
      const { provider } = over([await proxy("pass")]);
      await provider.send("anvil_setCode", [LOG_MAKER, "0x60015f5fa1"]); // one log with one topic
      const sender = await provider.getSigner(0);
      await sender.sendUncheckedTransaction({ to: LOG_MAKER, gasLimit: 100_000n });
    });

    it("answers what both say, whatever a node adds to it", async () => {
      const { provider } = await among(undefined, ({ method }, result) =>
        method === "eth_getLogs" ? (result as object[]).map((log) => ({ blockTimestamp: "0x1", ...log })) : undefined,
      );
      const { number } = await provider.agreedBlock();
      expect(await provider.getLogs({ address: LOG_MAKER, fromBlock: 0, toBlock: number })).to.have.length(1);
    });

    it("answers nothing when one of two leaves logs out", async () => {
      const { provider, hosts } = await among(undefined, logless);
      const { number } = await provider.agreedBlock();
      const problem = await problemOf(provider.getLogs({ address: LOG_MAKER, fromBlock: 0, toBlock: number }));
      expect(problem).to.include({
        code: "chain.nodes-disagree",
        message: `The nodes do not say the same of block ${number} (eth_getLogs): ${hosts.join(" against ")}.`,
        retry: true,
      });
    });

    it("answers what two of three say, and does not ask the third for a while", async () => {
      const { provider, hosts, events, all } = await among(logless, undefined, undefined);
      const { number } = await provider.agreedBlock();
      const ask = () => provider.getLogs({ address: LOG_MAKER, fromBlock: 0, toBlock: number });
      expect(await ask()).to.have.length(1);
      expect(events).to.deep.include({ kind: "outvoted", host: hosts[0], method: "eth_getLogs" });
      const asked = all[0]!.asked();
      expect(await ask()).to.have.length(1);
      expect(all[0]!.asked()).to.equal(asked);
    });

    it("compares refusals too, and what both refuse is refused", async () => {
      const { provider } = await among(undefined, undefined);
      await provider.send("anvil_setCode", ["0x00000000000000000000000000000000000000ce", "0x5f5ffd"]);
      const { number } = await provider.agreedBlock();
      const refusal: unknown = await provider
        .call({ to: "0x00000000000000000000000000000000000000ce", blockTag: number })
        .catch((error: unknown) => error);
      expect(refusal).to.have.property("code", "CALL_EXCEPTION");
    });

    it("takes the lower of two heads, when the lower one is new", async () => {
      const real = await (await among(undefined)).provider.getBlockNumber();
      const two = await among(undefined, ({ method }, result) =>
        method === "eth_blockNumber" ? hex(Number(result) + 1_000) : undefined,
      );
      expect((await two.provider.agreedBlock()).number).to.equal(real);
    });

    it("takes a block below the lower head, never below the first", async () => {
      const { provider } = await among(undefined, undefined);
      await provider.send("anvil_mine", ["0x4"]);
      const { number } = await provider.agreedBlock();
      const below = await provider.getBlock(number - 3);
      expect(await provider.agreedBlock(3)).to.deep.equal({
        number: number - 3,
        timestamp: BigInt(below?.timestamp ?? 0),
      });
      expect((await provider.agreedBlock(number + 1)).number).to.equal(0);
    });

    it("passes over one that stopped: far below, and its newest block is old", async () => {
      const old = hex(Math.floor(Date.now() / 1000) - 31);
      const { provider } = await among(({ method, params }, result) => {
        if (method === "eth_blockNumber") return hex(Number(result) - 5);
        if (method !== "eth_getBlockByNumber" || !isHead({ params })) return undefined;
        return { ...(result as object), timestamp: old };
      }, undefined);
      const honest = await among(undefined);
      await honest.provider.send("anvil_mine", ["0x6"]);
      const { number } = await honest.provider.agreedBlock();
      expect((await provider.agreedBlock()).number).to.equal(number);
    });

    it("believes none of two that give one block another time", async () => {
      const { provider } = await among(undefined, ({ method, params }, result) => {
        if (method !== "eth_getBlockByNumber" || isHead({ params })) return undefined;
        return { ...(result as object), timestamp: "0x1" };
      });
      expect(await problemOf(provider.agreedBlock())).to.include({ code: "chain.nodes-disagree" });
    });

    it("takes the lower of two counts of transactions", async () => {
      const { provider } = await among(
        ({ method }, result) => (method === "eth_getTransactionCount" ? hex(Number(result) + 7) : undefined),
        undefined,
      );
      const sender = await provider.getSigner(0);
      const alone = await among(undefined);
      expect(await provider.getTransactionCount(sender.address)).to.equal(
        await alone.provider.getTransactionCount(sender.address),
      );
    });

    it("takes the middle one of three counts of transactions", async () => {
      const none = ({ method }: Call) => (method === "eth_getTransactionCount" ? "0x0" : undefined);
      const { provider } = await among(none, undefined, undefined);
      const sender = await provider.getSigner(0);
      expect(await provider.getTransactionCount(sender.address)).to.be.above(0);
    });

    it("answers by one alone when the other is silent", async () => {
      const silent = await proxy(([call]) => (call?.method === "eth_getLogs" ? "drop" : "pass"));
      const { provider } = over([silent, await proxy("pass")]);
      const { number } = await provider.agreedBlock();
      expect(await provider.getLogs({ address: LOG_MAKER, fromBlock: 0, toBlock: number })).to.have.length(1);
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
