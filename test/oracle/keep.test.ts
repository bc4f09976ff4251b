import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import { anvilPath } from "../chain/nodes.ts";
import { startProxy } from "../chain/proxy.ts";
import { World } from "../cli/world.ts";
import { configText, keystoreOf, reportsOf, signMany, type Signed } from "./many.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

interface Line extends Record<string, unknown> {
  readonly event: string;
  readonly level: string;
}

/** A daemon in this process, its log as it is written. */
class Daemon {
  readonly lines: Line[] = [];
  readonly port: number;
  readonly #stop = new AbortController();
  readonly #ended: Promise<{ exitCode: number }>;

  constructor(world: World, config: string, port: number, env: Record<string, string> = {}) {
    this.port = port;
    this.#ended = world.run(["keep", "--config", config], {
      env,
      signal: this.#stop.signal,
      onOut: (text) => {
        for (const line of text.split("\n")) if (line !== "") this.lines.push(JSON.parse(line) as Line);
      },
    });
  }

  events = () => this.lines.map(({ event }) => event);

  async until(event: string): Promise<Line> {
    for (;;) {
      const found = this.lines.find((line) => line.event === event);
      if (found !== undefined) return found;
      const isOver = await Promise.race([this.#ended.then(() => true), pause(20).then(() => false)]);
      if (isOver) throw new Error(`it ended: ${JSON.stringify(this.lines)}`);
    }
  }

  async ask(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  async stop(): Promise<number> {
    this.#stop.abort();
    return (await this.#ended).exitCode;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("upheld keep", function () {
  this.timeout(120_000);
  let world: World;
  let signed: Signed[];
  let keys: { keystore: string; password: string };
  const daemons: Daemon[] = [];

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    keys = await keystoreOf(world, "oracle");
    signed = await signMany(world, 6);
    world.write("outages.csv", "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n");
    await world.at("2030-02-01T00:00:00Z");
  });
  afterEach(async () => {
    await Promise.all(daemons.splice(0).map((daemon) => daemon.stop()));
  });
  after(() => world.end());

  async function daemon(
    name: string,
    served: readonly Signed[],
    more: Record<string, string> = {},
    source?: () => string,
  ) {
    const port = await freePort();
    const settings = { keystore: keys.keystore, "password file": keys.password, evidence: name, port: String(port) };
    const config = world.write(`${name}.yaml`, configText(served, { ...settings, ...more }, source));
    const made = new Daemon(world, config, port);
    daemons.push(made);
    return made;
  }

  it("says at once that it cannot measure, and warns as the deadline comes near", async () => {
    await world.at("2030-02-05T12:00:00Z");
    const late = await daemon("near", signed.slice(0, 1), {}, () => "outages: nothing.csv");
    expect(await late.until("not measured")).to.include({ level: "warn", code: "file.unreadable", period: "0" });
    const warning = await late.until("deadline near");
    expect(warning).to.include({ level: "warn", agreement: "CI hosting 0", closes: "1896566400" });
    expect(Number(warning["secondsLeft"])).to.be.within(43_100, 43_200);
    await late.until("round");
    const health = await late.ask("/healthz");
    expect(health.status).to.equal(503);
    expect(JSON.parse(health.text)).to.deep.include({
      ok: false,
      reasons: ["1 unreported periods are near their deadline"],
    });
    const { text } = await late.ask("/metrics");
    expect(text).to.contain('upheld_agreements{outcome="failed"} 1\n');
    expect(text).to.contain("upheld_next_deadline_timestamp_seconds 1896566400\n");
    expect(await late.stop()).to.equal(0);
  });

  it("is joined by a second one by mistake: each report is made once, and no nonce is left behind", async () => {
    await world.provider.send("evm_setIntervalMining", [1]);
    const pair = [await daemon("one", signed), await daemon("two", signed)];
    await Promise.all(pair.map((each) => each.until("round")));
    await world.provider.send("evm_setIntervalMining", [0]);
    await world.provider.send("evm_setAutomine", [true]);
    const rounds = await Promise.all(pair.map((each) => each.until("round")));
    for (const round of rounds) expect(round).not.to.have.property("failed");
    const reported = pair.flatMap((each) => each.lines.filter(({ event }) => event === "reported"));
    expect(reported.length, "what one made, the other finds there").to.be.within(1, 6);
    const addresses = signed.map(({ address }) => address);
    expect(await reportsOf(world, addresses)).to.deep.equal(addresses.map((each) => `${each}/0/0`).sort());
    const { oracle } = world.people;
    expect(await world.provider.getTransactionCount(oracle, "pending")).to.equal(
      await world.provider.getTransactionCount(oracle, "latest"),
    );
    const pool = (await world.provider.send("txpool_status", [])) as { pending: string; queued: string };
    expect([Number(pool.pending), Number(pool.queued)]).to.deep.equal([0, 0]);
  });

  it("is well when all is reported, and tells its figures on this machine only", async () => {
    const calm = await daemon("one", signed);
    const started = await calm.until("started");
    expect(started).to.include({ network: "local", from: world.people.oracle, agreements: 6, port: calm.port });
    await calm.until("round");
    expect(await calm.ask("/healthz")).to.deep.equal({ status: 200, text: '{"ok":true,"reasons":[]}\n' });
    const { text } = await calm.ask("/metrics");
    expect(text).to.contain('upheld_agreements{outcome="there"} 6\n').and.contain("upheld_rounds_total 1\n");
    expect(text).to.match(/^upheld_account_balance_wei [1-9]\d+$/m);
    expect((await calm.ask("/")).status).to.equal(404);
    expect(await calm.stop()).to.equal(0);
    expect(calm.events().at(-1)).to.equal("stopped");
  });

  it("says when another node takes over", async () => {
    let isSilent = false;
    const tired = await startProxy(world.node.url, { fault: () => (isSilent ? "drop" : "pass") });
    const ready = await startProxy(world.node.url, {
      fault: ([call]) => {
        // the job has begun with the other one
        isSilent ||= call?.method === "eth_getBlockByNumber";
        return "pass";
      },
    });
    const [first, second] = [tired, ready].map(({ url }) => new URL(url).host);
    const port = await freePort();
    const settings = { keystore: keys.keystore, "password file": keys.password, evidence: "one", port: String(port) };
    const config = world.write("nodes.yaml", configText(signed, settings));
    const calm = new Daemon(world, config, port, { UPHELD_RPC: `${tired.url},${ready.url}` });
    daemons.push(calm);
    expect(await calm.until("node takes over")).to.include({ level: "warn", node: second, before: first });
    await calm.until("round");
    expect(await calm.stop()).to.equal(0);
    await Promise.all([tired, ready].map((each) => each.stop()));
  });

  it("refuses a port that is taken, by another daemon perhaps", async () => {
    const first = await daemon("one", signed);
    await first.until("started");
    const config = world.write(
      "same.yaml",
      configText(signed, {
        keystore: keys.keystore,
        "password file": keys.password,
        evidence: "one",
        port: String(first.port),
      }),
    );
    expect(await world.refusal("keep", "--config", config)).to.include({ code: "port.in-use", exitCode: 1 });
  });

  it("settles ended agreements while gas is cheap, and only once", async () => {
    const short = (text: string) => text.replace("periods: 12", "periods: 3");
    const ending = await signMany(world, 2, {
      from: 50,
      change: (text) => short(text).replace("starts: 2030-01-01", "starts: 2030-03-01"),
    });
    await world.at("2030-09-01T00:00:00Z");
    const closed = async () =>
      (
        await world.provider.getLogs({
          address: ending.map(({ address }) => address),
          topics: [ISLAEscrow__factory.createInterface().getEvent("Closed").topicHash],
          fromBlock: 0,
        })
      ).length;
    const dear = await daemon("dear", ending, { "settle below": "0.000000001 gwei" });
    await dear.until("round");
    await dear.stop();
    expect(await closed()).to.equal(0);
    const cheap = await daemon("cheap", ending, { "settle below": "1000 gwei" });
    expect((await cheap.until("settled"))["agreements"]).to.deep.equal(ending.map(({ address }) => address));
    await cheap.until("round");
    await cheap.stop();
    expect(await closed()).to.equal(2);
    const again = await daemon("again", ending, { "settle below": "1000 gwei" });
    await again.until("round");
    expect(again.events()).not.to.include("settled");
  });

  it("stops at SIGTERM, as a service manager sends it, and that is no failure", async () => {
    const port = await freePort();
    const settings = { keystore: keys.keystore, "password file": keys.password, evidence: "one", port: String(port) };
    const config = world.write("term.yaml", configText(signed, settings));
    const env = { ...process.env, UPHELD_RPC: world.node.url, UPHELD_FACTORY: world.factory };
    const child = spawn(process.execPath, [SHIM, "keep", "--config", config], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    while (!out.includes('"event":"round"')) await pause(50);
    child.kill("SIGTERM");
    await once(child, "close");
    expect(child.exitCode).to.equal(0);
    expect(out.trimEnd().split("\n").at(-1)).to.contain('"event":"stopped"');
  });
});
