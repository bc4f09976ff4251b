import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { anvilPath, startAnvil } from "../chain/nodes.ts";
import { World } from "./world.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));

function start(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [SHIM, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close").then(() => ({ exitCode: child.exitCode, signal: child.signalCode, out, err }));
  return { child, ended };
}

describe("the executable as a process", function () {
  this.timeout(120_000);
  let world: World;
  let env: Record<string, string>;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    env = { UPHELD_RPC: world.node.url, UPHELD_ADDRESSES: world.folder };
    await world.ok("deploy", world.file);
    await world.ok("fund", world.file, "12,000");
    await world.ok("accept", world.file, "--as", "client");
    await world.ok("accept", world.file);
    await world.at("2030-02-01T00:00:00Z");
  });
  after(() => world.end());

  const report = () => [
    "report",
    world.file,
    "--counts",
    "2678400,4740,0",
    "--evidence",
    join(world.folder, "evidence"),
  ];
  const pending = () => world.provider.getTransactionCount(world.people.oracle, "pending");
  const automine = (on: boolean) => world.provider.send("evm_setAutomine", [on]);

  /** Starts the report on a chain that includes nothing, and stops it once the node has the transaction. */
  async function stopAfterSending(signal: "SIGKILL" | "SIGINT") {
    await automine(false);
    const before = await pending();
    const { child, ended } = start(report(), env);
    while ((await pending()) === before) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill(signal);
    return ended;
  }

  it("posts once though it is killed between sending and the receipt, twice", async () => {
    const killed = await stopAfterSending("SIGKILL");
    expect(killed.signal).to.equal("SIGKILL");
    const early = await start(report(), env).ended;
    expect(early.exitCode).to.equal(75);
    expect(early.err).to.contain("transaction.pending");
    await world.provider.send("anvil_mine", ["0x1"]);
    await automine(true);
    const late = await start(report(), env).ended;
    expect(late.exitCode, late.err).to.equal(0);
    expect(late.out).to.contain("reported already with exactly these counts");
    expect(await world.provider.getTransactionCount(world.people.oracle)).to.equal(1);
  });

  it("ends cleanly on Ctrl-C and says that what was sent stays sent", async () => {
    await automine(false);
    const before = await world.provider.getTransactionCount(world.people.client, "pending");
    const { child, ended } = start(["fund", world.file, "7", "--transfer"], env);
    while ((await world.provider.getTransactionCount(world.people.client, "pending")) === before) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill("SIGINT");
    const { exitCode, err } = await ended;
    await world.provider.send("anvil_mine", ["0x1"]);
    await automine(true);
    expect(exitCode).to.equal(130);
    expect(err).to.contain("What was sent stays sent").and.not.contain(" at ");
  });

  it("prints neither colors nor progress into a pipe, and one JSON object with --json", async () => {
    const { out, err } = await start(["status", world.file], env).ended;
    expect(out).not.to.contain("\u001b[");
    expect(err).to.equal("");
    const json = await start(["status", world.file, "--json"], env).ended;
    expect(JSON.parse(json.out)).to.include({ ok: true, phase: "active" });
  });
});

describe("deploying with Ignition", function () {
  this.timeout(300_000);

  it("puts factory and test dollar on a new local chain, and finds them when asked again", async function () {
    if (anvilPath() === undefined) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "upheld-deploy-"));
    const node = await startAnvil();
    const env = { UPHELD_RPC: node.url, UPHELD_FACTORY: "", UPHELD_ADDRESSES: folder };
    const first = await start(["deploy", "--test-token", "--json"], env).ended;
    const second = await start(["deploy", "--test-token", "--json"], env).ended;
    await node.stop();
    rmSync(folder, { recursive: true });
    expect(first.exitCode, first.out + first.err).to.equal(0);
    expect(JSON.parse(first.out))
      .to.have.property("factory")
      .that.matches(/^0x[0-9a-fA-F]{40}$/);
    expect(JSON.parse(second.out)).to.deep.equal(JSON.parse(first.out));
  });
});
