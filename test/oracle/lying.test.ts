import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { ISLAFactory__factory } from "../../typechain-types/index.ts";
import { numberOf, STAGES } from "../../src/chain/enums.ts";
import { anvilPath } from "../chain/nodes.ts";
import { startProxy, type Proxy, type ProxyOptions } from "../chain/proxy.ts";
import { World, type Surroundings } from "../cli/world.ts";
import { configText, keystoreOf, reportsOf, signMany, type Signed } from "./many.ts";

type Change = NonNullable<ProxyOptions["change"]>;
type Lie = Omit<ProxyOptions, "fault">;

const FACTORY = ISLAFactory__factory.createInterface();
const SUMMARIES = FACTORY.getFunction("summaries").selector;

/** What the contract answers to `summaries`, with `lie` told of each agreement. */
const inSummaries =
  (lie: (summary: Record<string, unknown>) => Record<string, unknown>): Change =>
  ({ method, params }, result) => {
    const { data = "" } = (params as { data?: string }[])[0] ?? {};
    if (method !== "eth_call" || !data.startsWith(SUMMARIES)) return undefined;
    const [told] = FACTORY.decodeFunctionResult("summaries", result as string);
    const lies = [...(told as Iterable<{ toObject(deep: boolean): Record<string, unknown> }>)].map((summary) =>
      lie(summary.toObject(true)),
    );
    return FACTORY.encodeFunctionResult("summaries", [lies] as never);
  };

const isReported = inSummaries((summary) => ({
  ...summary,
  state: { ...(summary["state"] as object), stage: numberOf(STAGES, "reported"), revision: 0n },
}));
const isLater = inSummaries((summary) => ({
  ...summary,
  periodStart: (summary["periodStart"] as bigint) + 86_400n,
}));
const isOpen = inSummaries((summary) => ({ ...summary, reportUntil: (summary["reportUntil"] as bigint) * 2n }));

const hex = (number: number) => `0x${number.toString(16)}`;
const headAhead: Change = ({ method, params }, result) => {
  if (method === "eth_blockNumber") return hex(Number(result) + 1_000);
  const isHead = method === "eth_getBlockByNumber" && (params as unknown[])[0] === "latest";
  const head = result as { number: string };
  return isHead ? { ...head, number: hex(Number(head.number) + 1_000) } : undefined;
};
const noncesAhead: Change = ({ method }, result) =>
  method === "eth_getTransactionCount" ? hex(Number(result) + 7) : undefined;

/** A receipt of whatever was sent, long ago and well, for what no block holds. */
const inventsReceipts: Change = ({ method, params }, result) =>
  method !== "eth_getTransactionReceipt" || result !== null
    ? undefined
    : {
        transactionHash: (params as string[])[0],
        transactionIndex: "0x0",
        blockHash: ZeroHash,
        blockNumber: "0x1",
        from: ZeroAddress,
        to: ZeroAddress,
        contractAddress: null,
        cumulativeGasUsed: "0x5208",
        gasUsed: "0x5208",
        effectiveGasPrice: "0x1",
        logs: [],
        logsBloom: `0x${"00".repeat(256)}`,
        status: "0x1",
        type: "0x2",
      };
const callsItReverted: Change = ({ method }, result) =>
  method === "eth_getTransactionReceipt" && result !== null ? { ...(result as object), status: "0x0" } : undefined;
const refusesAll: Lie["refuse"] = ({ method }) =>
  method === "eth_estimateGas" ? { code: 3, message: "execution reverted", data: "0x" } : undefined;
const hasNoReceipts: Change = ({ method }) => (method === "eth_getTransactionReceipt" ? null : undefined);

/** One of several nodes lies about what decides a report: no report comes of it, and none is lost by it. */
describe("a node that lies to the oracle's job", function () {
  this.timeout(120_000);
  let world: World;
  let signed: Signed[];
  let config: string;
  let last: string;
  const proxies: Proxy[] = [];

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    world.write("outages.csv", "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n");
    const { keystore, password } = await keystoreOf(world, "oracle");
    signed = await signMany(world, 2);
    const settings = { network: "local", keystore, "password file": password, evidence: "evidence" };
    config = world.write("oracle.yaml", configText(signed, settings));
    await world.at("2030-02-01T00:00:00Z");
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
    await world.provider.send("evm_mine", []);
  });
  after(() => world.end());

  /** The job, behind these nodes in this order: an honest one for each `undefined`. */
  async function behind(...lies: (Change | Lie | undefined)[]): Promise<Surroundings> {
    for (const lie of lies) {
      const told = typeof lie === "function" ? { change: lie } : lie;
      proxies.push(await startProxy(world.node.url, { fault: () => "pass", ...told }));
    }
    const rpc = proxies.map(({ url }) => url).join(",");
    return { env: { UPHELD_RPC: rpc } };
  }
  const job = () => ["report", "--all", "--config", config, "--yes"];
  const run = async (...lies: (Change | Lie | undefined)[]) => world.run([...job(), "--json"], await behind(...lies));
  const reports = () =>
    reportsOf(
      world,
      signed.map(({ address }) => address),
    );
  const nonces = () =>
    Promise.all(
      (["latest", "pending"] as const).map((block) => world.provider.getTransactionCount(world.people.oracle, block)),
    );

  for (const [what, lie] of Object.entries({
    "is reported already": isReported,
    "begins a day later": isLater,
    "is open for longer": isOpen,
  })) {
    for (const place of [0, 1]) {
      it(`sends nothing when one of two says that the period ${what}, asked ${place === 0 ? "first" : "second"}`, async () => {
        const changes: (Change | undefined)[] = [undefined, undefined];
        changes[place] = lie;
        const { exitCode, json } = await run(...changes);
        const [first, second] = proxies.map(({ url }) => new URL(url).host);
        const { code, message } = json["error"] as { code: string; message: string };
        expect([exitCode, code]).to.deep.equal([75, "chain.nodes-disagree"]);
        expect(message).to.contain("(eth_call)").and.contain(`${first} against ${second}`);
        expect(await reports()).to.deep.equal([]);
        expect(await nonces()).to.deep.equal([0, 0]);
      });
    }
  }

  it("believes two of three, reports once, and says which one it does not believe", async () => {
    await world.at("2030-02-01T01:00:00Z");
    const around = await behind(isReported, undefined, undefined);
    const { exitCode, out, err } = await world.run(job(), { ...around, answers: [] });
    expect(exitCode).to.equal(0);
    expect(out).to.contain("2 reported.");
    expect(err).to.contain(`node outvoted: ${new URL((proxies[0] as Proxy).url).host}`);
    expect(await reports()).to.have.length(2);
  });

  it("is not kept from what is due by a head that one of two invents, nor sends it anything twice", async () => {
    await world.at("2030-03-01T00:00:00Z");
    const march = await run(headAhead, undefined);
    expect([march.exitCode, march.json["counts"]]).to.deep.equal([0, { reported: 2 }]);
    expect(await reports()).to.have.length(4);
  });

  it("takes no nonce that one of two invents: none is left out, none waits", async () => {
    const more = await signMany(world, 1, { from: 50, change: (text) => text.replace("2030-01-01", "2030-04-01") });
    last = more[0]?.address ?? "";
    config = world.write("more.yaml", configText(more, settingsOf(config)));
    await world.at("2030-05-01T00:00:00Z");
    const { exitCode, json } = await run(noncesAhead, undefined);
    expect([exitCode, json["counts"]]).to.deep.equal([0, { reported: 1 }]);
    expect(await nonces()).to.deep.equal([5, 5]);
  });

  it("does not believe a receipt that one of two invents, and reports what is not in the chain", async () => {
    await world.at("2030-06-01T00:00:00Z");
    await world.provider.send("evm_setAutomine", [false]);
    const running = run(inventsReceipts, undefined);
    while ((await nonces())[1] === 5) await new Promise((resolve) => setTimeout(resolve, 10));
    await world.provider.send("anvil_dropAllTransactions", []);
    await world.provider.send("evm_setAutomine", [true]);
    const { exitCode, json } = await running;
    expect([exitCode, json["counts"]]).to.deep.equal([0, { reported: 1 }]);
    expect(await reportsOf(world, [last])).to.deep.equal([`${last}/0/0`, `${last}/1/0`]);
    expect(await nonces()).to.deep.equal([6, 6]);
  });

  it("finds a report there whose transaction one of two calls reverted, and sends it once", async () => {
    await world.at("2030-07-01T00:00:00Z");
    const { exitCode, json } = await run(callsItReverted, undefined);
    expect([exitCode, json["counts"]]).to.deep.equal([0, { there: 1 }]);
    expect(await reportsOf(world, [last])).to.have.length(3);
    expect(await nonces()).to.deep.equal([7, 7]);
  });

  it("asks another when one of two has no receipts, and sends it once", async () => {
    await world.at("2030-08-01T00:00:00Z");
    const { exitCode, json } = await run(hasNoReceipts, undefined);
    expect([exitCode, json["counts"]]).to.deep.equal([0, { reported: 1 }]);
    expect(await reportsOf(world, [last])).to.have.length(4);
    expect(await nonces()).to.deep.equal([8, 8]);
  });

  it("sends what one of two says would be refused", async () => {
    await world.at("2030-09-01T00:00:00Z");
    const { exitCode, json } = await run({ refuse: refusesAll }, undefined);
    expect([exitCode, json["counts"]]).to.deep.equal([0, { reported: 1 }]);
    expect(await reportsOf(world, [last])).to.have.length(5);
    expect(await nonces()).to.deep.equal([9, 9]);
  });
});

/** The keys before the agreements. */
function settingsOf(file: string): Record<string, string> {
  const head = readFileSync(file, "utf8").split("agreements:")[0] ?? "";
  return Object.fromEntries(
    head
      .trim()
      .split("\n")
      .map((line) => line.split(": ") as [string, string]),
  );
}
