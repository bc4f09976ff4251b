import { expect } from "chai";
import { Wallet, type JsonRpcProvider, type TransactionRequest } from "ethers";
import { connect } from "../../src/chain/connect.ts";
import {
  letEarlierIn,
  sendErrands,
  type Errand,
  type OutboxEvent,
  type OutboxOptions,
} from "../../src/chain/outbox.ts";
import { anvilPath, startAnvil, type TestNode } from "./nodes.ts";
import { problemOf } from "./rejection.ts";

const GAS = 21_000n;
const receiver = (i: number) => `0x${(0xaa00 + i).toString(16).padStart(40, "0")}`;
const errand = (i: number): Errand => ({
  transaction: { to: receiver(i), data: "0x", value: 1n, description: `give ${i}` },
  gas: GAS,
});
const errands = (count: number) => Array.from({ length: count }, (_, i) => errand(i));

describe("an outbox", function () {
  this.timeout(60_000);
  let node: TestNode;
  let provider: JsonRpcProvider;
  let signer: Wallet;
  let events: OutboxEvent[];
  let stop: AbortController;

  before(function () {
    if (anvilPath() === undefined) this.skip();
  });
  beforeEach(async () => {
    node = await startAnvil();
    ({ provider } = await connect(node.url));
    signer = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send("anvil_setBalance", [signer.address, "0x8ac7230489e80000"]);
    events = [];
    stop = new AbortController();
  });
  afterEach(async () => {
    // a test that failed leaves nothing waiting
    stop.abort();
    provider.destroy();
    await node.stop();
  });

  const options = (more: Partial<OutboxOptions> = {}): OutboxOptions => ({
    provider,
    signer,
    confirmations: 1,
    chainId: 31_337n,
    pollMs: 20,
    onEvent: (event) => events.push(event),
    signal: stop.signal,
    ...more,
  });
  const automine = (on: boolean) => provider.send("evm_setAutomine", [on]);
  const mine = (count = 1) => provider.send("anvil_mine", [`0x${count.toString(16)}`]);
  const nonces = async () => [
    await provider.getTransactionCount(signer.address, "latest"),
    await provider.getTransactionCount(signer.address, "pending"),
  ];
  /** Each of `count` receivers got exactly one. */
  const given = async (count: number) => {
    for (let i = 0; i < count; ++i) expect(await provider.getBalance(receiver(i)), receiver(i)).to.equal(1n);
  };
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!stop.signal.aborted && !(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const kinds = () => events.map(({ kind }) => kind);

  it("sends in order, several at once, each nonce once", async () => {
    const fates = await sendErrands(errands(20), options());
    expect(fates.map(({ kind }) => kind)).to.deep.equal(Array<string>(20).fill("included"));
    await given(20);
    expect(await nonces()).to.deep.equal([20, 20]);
  });

  it("waits for confirmations", async () => {
    let isOver = false;
    const sending = sendErrands(errands(2), options({ confirmations: 3 })).then(() => (isOver = true));
    await until(async () => (await provider.getTransactionCount(signer.address)) === 2);
    await mine();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isOver).to.equal(false);
    await mine(2);
    await sending;
  });

  it("sends again, to the byte, what a reorganisation took out", async () => {
    const sending = sendErrands(errands(3), options({ confirmations: 4 }));
    await until(async () => (await provider.getTransactionCount(signer.address)) === 3);
    const before = await provider.getBlockNumber();
    await provider.send("anvil_reorg", [3, []]);
    expect(await provider.getBlockNumber()).to.equal(before);
    await until(() => kinds().filter((kind) => kind === "sent again").length === 3);
    await until(async () => (await provider.getTransactionCount(signer.address)) === 3);
    await mine(4);
    const fates = await sending;
    expect(fates.map(({ kind }) => kind)).to.deep.equal(["included", "included", "included"]);
    await given(3);
    expect(await nonces()).to.deep.equal([3, 3]);
    const hashes = events.flatMap((event) => ("hash" in event ? event.hash : []));
    expect(new Set(hashes).size).to.equal(3);
  });

  describe("behind what an earlier run sent, and a reorganisation took out", () => {
    const EARLIER = [0, 1, 2];

    /** Two errands behind three transactions that the node then forgets. */
    async function behind(more: Partial<OutboxOptions>) {
      // a reorganisation does not reach back to the first block
      await mine(5);
      const earlier: string[] = [];
      for (const nonce of EARLIER) {
        const sent = await signer.sendTransaction({ to: receiver(40 + nonce), value: 1n, nonce, gasLimit: GAS });
        await sent.wait();
        earlier.push(sent.hash);
      }
      await automine(false);
      const sending = sendErrands(errands(2), options({ stuckMs: 300, ...more }));
      await until(async () => (await nonces())[1] === 5);
      await provider.send("anvil_reorg", [3, []]);
      for (const hash of earlier) await provider.send("anvil_dropTransaction", [hash]);
      expect((await nonces())[0]).to.equal(0);
      return { sending };
    }

    it("uses up their nonces, which the node forgot", async () => {
      const { sending } = await behind({ mayFill: true });
      await until(async () => {
        // the pool is behind the chain until the next block
        await mine();
        return (await nonces())[0] === 5;
      });
      expect((await sending).map(({ kind }) => kind)).to.deep.equal(["included", "included"]);
      const filled = events.flatMap((event) => (event.kind === "filled" ? [event.nonce] : []));
      expect(filled).to.deep.equal(EARLIER);
      await given(2);
      expect(await nonces()).to.deep.equal([5, 5]);
    });

    it("leaves them to whoever comes next, unless told that it may use them up", async () => {
      const { sending } = await behind({ patienceMs: 1_000 });
      await mine();
      expect((await sending).map(({ kind }) => kind)).to.deep.equal(["unclear", "unclear"]);
      expect(kinds()).not.to.include("filled");
    });
  });

  it("sends again what the node dropped", async () => {
    await automine(false);
    const sending = sendErrands(errands(2), options());
    await until(async () => (await nonces())[1] === 2);
    for (const event of [...events]) if ("hash" in event) await provider.send("anvil_dropTransaction", [event.hash]);
    await until(() => kinds().filter((kind) => kind === "sent again").length === 2);
    await mine();
    expect((await sending).map(({ kind }) => kind)).to.deep.equal(["included", "included"]);
    await given(2);
    expect(await nonces()).to.deep.equal([2, 2]);
  });

  it("offers more at the same nonce when gas became dearer than what was offered", async () => {
    await automine(false);
    const sending = sendErrands(errands(2), options({ stuckMs: 300 }));
    await until(async () => (await nonces())[1] === 2);
    // Ten times what was offered: both are out of reach.
    await provider.send("anvil_setNextBlockBaseFeePerGas", ["0x4a817c800"]);
    await mine();
    expect((await nonces())[0]).to.equal(0);
    await until(async () => {
      await provider.send("anvil_setNextBlockBaseFeePerGas", ["0x4a817c800"]);
      await mine();
      return (await nonces())[0] === 2;
    });
    expect((await sending).map(({ kind }) => kind)).to.deep.equal(["included", "included"]);
    expect(kinds()).to.include("raised");
    await given(2);
    expect(await nonces()).to.deep.equal([2, 2]);
  });

  it("does not go above the highest price, and says that gas is too dear", async () => {
    const highest = 1n;
    const [fate, second] = await sendErrands(errands(2), options({ highestGasPrice: highest }));
    expect(fate).to.deep.include({ kind: "unsent" });
    expect(fate?.kind === "unsent" && fate.problem.code).to.equal("gas.too-dear");
    expect(second?.kind).to.equal("unsent");
    expect(await nonces()).to.deep.equal([0, 0]);
  });

  it("says that another transaction of the key took a nonce, and uses no later one wrongly", async () => {
    await automine(false);
    const sending = sendErrands(errands(2), options());
    await until(async () => (await nonces())[1] === 2);
    const dear: TransactionRequest = { to: receiver(50), value: 5n, nonce: 0, gasLimit: GAS };
    await signer.sendTransaction({ ...dear, maxFeePerGas: 100n ** 6n, maxPriorityFeePerGas: 10n ** 11n });
    await mine();
    const fates = await sending;
    await automine(true);
    expect(fates.map(({ kind }) => kind)).to.deep.equal(["unclear", "included"]);
    expect(fates[0]?.kind === "unclear" && fates[0].problem.code).to.equal("transaction.replaced");
    expect(await nonces()).to.deep.equal([2, 2]);
  });

  it("waits for what an earlier run left, then goes on behind it", async () => {
    await automine(false);
    await signer.sendTransaction({ to: receiver(40), value: 1n, nonce: 0, gasLimit: GAS });
    const waiting = letEarlierIn(signer.address, options());
    await until(() => kinds().includes("waiting for earlier"));
    await mine();
    expect(await waiting).to.equal(0);
    await automine(true);
    expect((await sendErrands(errands(1), options()))[0]?.kind).to.equal("included");
    expect(await nonces()).to.deep.equal([2, 2]);
  });

  it("takes the place of what an earlier run left stuck, at its nonces", async () => {
    await automine(false);
    const cheap = { maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
    for (const nonce of [0, 1]) {
      await signer.sendTransaction({ to: receiver(40 + nonce), value: 1n, nonce, gasLimit: GAS, ...cheap });
    }
    const replaceBelow = await letEarlierIn(signer.address, options({ stuckMs: 100 }));
    expect(replaceBelow).to.equal(2);
    const sending = sendErrands(errands(3), options({ replaceBelow }));
    await until(async () => (await nonces())[1] === 3);
    await mine();
    expect((await sending).map(({ kind }) => kind)).to.deep.equal(["included", "included", "included"]);
    await given(3);
    expect(await provider.getBalance(receiver(40))).to.equal(0n);
    expect(await nonces()).to.deep.equal([3, 3]);
  });

  it("leaves no gap when one cannot be paid for", async () => {
    await provider.send("anvil_setBalance", [signer.address, "0x5af3107a4000"]);
    const dear: Errand = { ...errand(1), transaction: { ...errand(1).transaction, value: 10n ** 18n } };
    const fates = await sendErrands([errand(0), dear, errand(2)], options());
    expect(fates.map(({ kind }) => kind)).to.deep.equal(["included", "unsent", "unsent"]);
    expect(fates[1]?.kind === "unsent" && fates[1].problem.code).to.equal("gas.too-little");
    expect(await nonces()).to.deep.equal([1, 1]);
  });

  it("says that it still waits when nothing gets in, and what was sent stays sent", async () => {
    await automine(false);
    const [fate] = await sendErrands(errands(1), options({ patienceMs: 200 }));
    expect(fate?.kind === "unclear" && fate.problem.code).to.equal("transaction.waiting");
    expect(await nonces()).to.deep.equal([0, 1]);
  });

  it("stops when told to", async () => {
    await automine(false);
    const sending = sendErrands(errands(1), options()).catch((error: unknown) => error);
    await until(() => events.length > 0);
    stop.abort();
    expect(await sending).to.have.property("name", "AbortError");
  });

  it("gives up waiting for a node that never answers", async () => {
    await node.stop();
    const { code, retry } = await problemOf(letEarlierIn(signer.address, options({ patienceMs: 100 })));
    expect({ code, retry }).to.deep.equal({ code: "chain.unreachable", retry: true });
  });
});
