import { expect } from "chai";
import { Wallet, type JsonRpcProvider } from "ethers";
import { connect } from "../../src/chain/connect.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { send, type PreparedTransaction } from "../../src/chain/transaction.ts";
import { anvilPath, startAnvil, type TestNode } from "./nodes.ts";
import { problemOf } from "./rejection.ts";

const RECEIVER = "0x00000000000000000000000000000000000000aa";
const gift = (value: bigint): PreparedTransaction => ({ to: RECEIVER, data: "0x", value, description: "give" });

describe("sending a transaction", () => {
  let node: TestNode;
  let provider: JsonRpcProvider;

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    node = await startAnvil();
    ({ provider } = await connect(node.url));
  });
  after(() => node.stop());

  const mine = (count = 1) => provider.send("anvil_mine", [`0x${count.toString(16)}`]);
  const automine = (on: boolean) => provider.send("evm_setAutomine", [on]);
  const options = async () => ({ provider, signer: await provider.getSigner(0), confirmations: 1, pollMs: 10 });

  it("answers with the block that includes it", async () => {
    const sent = await send(gift(5n), await options());
    expect(sent.block).to.equal(await provider.getBlockNumber());
    expect(await provider.getBalance(RECEIVER)).to.equal(5n);
  });

  it("waits for the confirmations asked for", async () => {
    let ended = false;
    const sending = send(gift(1n), { ...(await options()), confirmations: 3 }).then(() => (ended = true));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(ended).to.equal(false);
    await mine(2);
    await sending;
    expect(ended).to.equal(true);
  });

  describe("given the key's earlier transaction is not included yet, as when the job was killed after sending", () => {
    beforeEach(() => automine(false));
    afterEach(async () => {
      await mine();
      await automine(true);
    });

    it("sends nothing and says to try again", async () => {
      const signer = await provider.getSigner(0);
      await signer.sendTransaction({ to: RECEIVER, value: 1n, gasLimit: 21_000n });
      const { code, retry } = await problemOf(send(gift(1n), await options()));
      expect({ code, retry }).to.deep.equal({ code: "transaction.pending", retry: true });
    });
  });

  it("says that the network dropped it", async () => {
    await automine(false);
    const sending = problemOf(
      send(gift(1n), {
        ...(await options()),
        onSent: (hash) => {
          void provider.send("anvil_dropTransaction", [hash]);
        },
      }),
    );
    const { code, retry } = await sending;
    await automine(true);
    expect({ code, retry }).to.deep.equal({ code: "transaction.dropped", retry: true });
  });

  it("says that it still waits when the time is up", async () => {
    await automine(false);
    const { code, retry } = await problemOf(send(gift(1n), { ...(await options()), timeoutMs: 50 }));
    await mine();
    await automine(true);
    expect({ code, retry }).to.deep.equal({ code: "transaction.waiting", retry: true });
  });

  it("says that it reverted when the chain moved meanwhile", async () => {
    await automine(false);
    const contract = "0x00000000000000000000000000000000000000bb";
    const work = problemOf(
      send(
        { ...gift(0n), to: contract },
        {
          ...(await options()),
          onSent: () => {
            void provider.send("anvil_setCode", [contract, "0x5f5ffd"]).then(() => mine());
          },
        },
      ),
    );
    const { code } = await work;
    await automine(true);
    expect(code).to.equal("transaction.reverted");
  });

  it("names what is there and what is needed when gas money is short", async () => {
    const poor = Wallet.createRandom(provider);
    const { code, message } = await problemOf(send(gift(0n), { ...(await options()), signer: poor }));
    expect(code).to.equal("gas.too-little");
    expect(message).to.contain(poor.address).and.contain("0.0");
  });

  it("stops waiting on Ctrl-C without taking anything back", async () => {
    await automine(false);
    const stop = new AbortController();
    const work = send(gift(1n), {
      ...(await options()),
      signal: stop.signal,
      onSent: () => {
        stop.abort();
      },
    });
    const reason: unknown = await work.catch((error: unknown) => error);
    expect(reason).to.have.property("name", "AbortError");
    expect(
      await provider.getTransactionCount(await (await options()).signer.getAddress(), "pending"),
    ).to.be.greaterThan(0);
    await mine();
    await automine(true);
  });
});

describe("connecting", () => {
  it("says that nobody answers", async () => {
    const { code, retry } = await problemOf(connect("http://127.0.0.1:1"));
    expect({ code, retry }).to.deep.equal({ code: "chain.unreachable", retry: true });
  });

  it("refuses an address that is no URL, without showing it", async () => {
    const { code, message } = await problemOf(connect("wss://secret"));
    expect(code).to.equal("chain.bad-address");
    expect(message).not.to.contain("secret");
  });

  it("refuses another chain than the one meant, and names both", async function () {
    if (anvilPath() === undefined) this.skip();
    const node = await startAnvil("--chain-id", "1");
    const { code, message } = await problemOf(connect(node.url, { expected: networkNamed("sepolia") }));
    const { isLocal } = await connect(node.url);
    await node.stop();
    expect(code).to.equal("chain.wrong-id");
    expect(message).to.contain("ethereum (chain 1)").and.contain("sepolia (chain 11155111)");
    expect(isLocal, "a node on this machine may still be of a live chain").to.equal(false);
  });
});
