import { join } from "node:path";
import { expect } from "chai";
import { Factory } from "../../src/chain/factory.ts";
import { Monitors } from "../../src/monitors/open.ts";
import { readConfig } from "../../src/oracle/config.ts";
import type { DispatchOptions } from "../../src/oracle/dispatch.ts";
import { measureFromSources } from "../../src/oracle/measure.ts";
import { openPortfolio } from "../../src/oracle/portfolio.ts";
import { runRound } from "../../src/oracle/round.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { configText, reportsOf, signMany, walletOf, type Signed } from "./many.ts";

/** What a round found in the chain may be gone before it ends: a chain without mining of its own, told what to do. */
describe("a round over what a reorganisation takes back", function () {
  this.timeout(120_000);
  let world: World;
  let signed: Signed[];
  let told: { event: string; hash: string | undefined }[];
  let stop: AbortController;

  before(function () {
    if (anvilPath() === undefined) this.skip();
  });
  beforeEach(async () => {
    world = await World.begin();
    world.write("outages.csv", "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n");
    signed = await signMany(world, 2);
    await world.at("2030-02-01T00:00:00Z");
    told = [];
    stop = new AbortController();
  });
  afterEach(async () => {
    // a test that failed leaves nothing waiting
    stop.abort();
    await world.end();
  });

  /** A round over `agreements`; `dispatch` undefined: a dry run. */
  async function round(agreements: readonly Signed[], dispatch: Partial<DispatchOptions> | undefined) {
    const { provider } = world;
    const factory = await Factory.at(provider, world.factory);
    const config = readConfig(world.write("oracle.yaml", configText(agreements, { evidence: "evidence" })));
    const monitors = new Monitors({ environment: {}, now: () => 0, wait: () => Promise.resolve() }, (file) => file);
    const signer = walletOf(3).connect(provider);
    const sending: DispatchOptions = {
      provider,
      signer,
      from: signer.address,
      chainId: 31_337n,
      confirmations: 3,
      pollMs: 20,
      stuckMs: 300,
      onEvent: (event) => {
        tell(`transaction ${event.kind}`, event);
      },
      signal: stop.signal,
      ...dispatch,
    };
    const tell = (event: string, values: object = {}) => {
      told.push({ event, hash: "hash" in values ? String(values.hash) : undefined });
    };
    const outcomes = await runRound({
      factory,
      agreements: await openPortfolio(config, factory),
      measure: measureFromSources({
        chainId: 31_337n,
        tool: "a test",
        monitors,
        readRecord: () => Promise.reject(new Error("no agreement here needs it")),
      }),
      evidence: join(world.folder, "evidence"),
      atOnce: 1,
      dispatch: dispatch === undefined ? undefined : sending,
      committee: undefined,
      signal: stop.signal,
      tell,
    });
    return outcomes.map(({ kind, period, problem }) => ({ kind, period, code: problem?.code, retry: problem?.retry }));
  }

  const kinds = (outcomes: Awaited<ReturnType<typeof round>>) => outcomes.map(({ kind }) => kind);
  const events = () => told.map(({ event }) => event);
  const automine = (on: boolean) => world.provider.send("evm_setAutomine", [on]);
  const mine = (count = 1) => world.provider.send("anvil_mine", [`0x${count.toString(16)}`]);
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!stop.signal.aborted && !(await holds())) await pause(10);
  };
  const nonces = () =>
    Promise.all(
      (["latest", "pending"] as const).map((block) => world.provider.getTransactionCount(world.people.oracle, block)),
    );
  const reports = () =>
    reportsOf(
      world,
      signed.map(({ address }) => address),
    );
  const first = () => signed.slice(0, 1);
  const once = (agreements: readonly Signed[]) => agreements.map(({ address }) => `${address}/0/0`).sort();

  /** An earlier run's report, in the newest block; no block comes of itself any more. */
  async function reportedBefore() {
    expect(kinds(await round(first(), { confirmations: 1 }))).to.deep.equal(["reported"]);
    expect(await reports()).to.have.length(1);
    await automine(false);
    told = [];
  }

  /** Takes out the newest blocks, and what was in them for good, as a node does that forgets. */
  async function reorganise(depth: number) {
    const ours = told.map(({ hash }) => hash);
    await world.provider.send("anvil_reorg", [depth, []]);
    const pool = (await world.provider.send("txpool_content", [])) as Record<
      "pending" | "queued",
      Record<string, Record<string, { hash: string }>>
    >;
    const all = [pool.pending, pool.queued].flatMap((part) =>
      Object.values(part).flatMap((each) => Object.values(each).map(({ hash }) => hash)),
    );
    for (const hash of all) if (!ours.includes(hash)) await world.provider.send("anvil_dropTransaction", [hash]);
  }

  /** Mines until `running` is over. */
  async function minedThrough<T>(running: Promise<T>): Promise<T> {
    const over = running.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([over, pause(20).then(() => false)]))) await mine();
    return running;
  }

  it("ends at once when what is there has its confirmations", async () => {
    await reportedBefore();
    await mine(2);
    expect(kinds(await round(first(), {}))).to.deep.equal(["there"]);
    expect(await nonces()).to.deep.equal([1, 1]);
  });

  it("waits until what is there has its confirmations, and sends nothing", async () => {
    await reportedBefore();
    let isOver = false;
    const running = round(first(), {}).finally(() => (isOver = true));
    await until(() => events().includes("looked"));
    await mine();
    await pause(150);
    expect(isOver).to.equal(false);
    await mine();
    expect(kinds(await running)).to.deep.equal(["there"]);
    expect(await nonces()).to.deep.equal([1, 1]);
  });

  it("reports once more what was there and is gone", async () => {
    await reportedBefore();
    const running = round(first(), {});
    await until(() => events().includes("looked"));
    await reorganise(1);
    expect(await reports()).to.deep.equal([]);
    expect(kinds(await minedThrough(running))).to.deep.equal(["reported"]);
    expect(events()).to.include("undone");
    expect(await reports()).to.deep.equal(once(first()));
  });

  it("reports what was there, though its own reports stand behind the nonces that are gone", async () => {
    await reportedBefore();
    const running = round(signed, {});
    await until(async () => (await nonces())[1] === 2);
    await reorganise(1);
    expect((await nonces())[0]).to.equal(0);
    expect(kinds(await minedThrough(running))).to.deep.equal(["reported", "reported"]);
    expect(events()).to.include.members(["transaction filled", "undone"]);
    expect(await reports()).to.deep.equal(once(signed));
    expect(await nonces()).to.deep.equal([3, 3]);
  });

  it("does not call an agreement early whose making is gone", async () => {
    const [late] = (await signMany(world, 1, {
      from: 50,
      change: (text) => text.replace("2030-01-01", "2030-04-01"),
    })) as [Signed];
    await automine(false);
    const running = round([late], { confirmations: 8 });
    await until(() => events().includes("looked"));
    await reorganise(4);
    expect(await minedThrough(running)).to.deep.equal([
      { kind: "failed", period: undefined, code: "agreement.not-genuine", retry: undefined },
    ]);
  });

  it("says that the chain stands still, and that trying again may help", async () => {
    await reportedBefore();
    expect(await round(first(), { patienceMs: 100 })).to.deep.equal([
      { kind: "failed", period: 0n, code: "chain.unconfirmed", retry: true },
    ]);
    expect(events().filter((event) => event === "looked")).to.have.length(1);
  });

  it("waits for a chain that is younger than the confirmations asked for", async () => {
    await reportedBefore();
    const running = round(first(), { confirmations: 500 });
    await until(() => events().includes("looked"));
    await mine(600);
    expect(kinds(await running)).to.deep.equal(["there"]);
  });

  it("does not wait in a dry run", async () => {
    await reportedBefore();
    expect(kinds(await round(signed, undefined))).to.deep.equal(["there", "due"]);
  });

  it("stops when told to while it waits", async () => {
    await reportedBefore();
    const running = round(first(), {}).catch((error: unknown) => error);
    await until(() => events().includes("looked"));
    stop.abort();
    expect(await running).to.have.property("name", "AbortError");
  });
});
