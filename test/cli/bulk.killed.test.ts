import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import { anvilPath } from "../chain/nodes.ts";
import { FEE, signMany } from "../oracle/many.ts";
import { clientsSince, listIn, someone, templateIn } from "./rows.ts";
import { World } from "./world.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits until `holds`, and no longer than half a minute. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3_000; ++tries) {
    if (await holds()) return;
    await pause(10);
  }
  throw new Error("it never came to that");
}

describe("many transactions, killed in the middle", function () {
  this.timeout(90_000);
  let world: World;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
  });
  after(() => world.end());

  /** Starts the executable while no block is made, kills it once `isHalfway`, then makes blocks again. */
  async function kill(args: readonly string[], isHalfway: () => Promise<boolean>): Promise<void> {
    await world.provider.send("evm_setAutomine", [false]);
    const env = { ...process.env, UPHELD_RPC: world.node.url, UPHELD_FACTORY: world.factory };
    const child = spawn(process.execPath, [SHIM, ...args, "--yes"], { env, stdio: "ignore" });
    const closed = once(child, "close");
    try {
      await until(isHalfway);
    } finally {
      // one that waits for blocks would keep the tests from ending
      child.kill("SIGKILL");
      await closed;
    }
    await world.provider.send("anvil_mine", ["0x1"]);
    await world.provider.send("evm_setAutomine", [true]);
  }

  it("make no second agreement of a row", async () => {
    const clients = Array.from({ length: 24 }, someone);
    const list = listIn(
      world,
      "killed.csv",
      clients.map((client, i) => `Killed ${i},${client},"1,000 USDC"`),
    );
    const into = join(world.folder, "killed");
    const create = ["create", "--from", list, "--template", await templateIn(world), "--into", into];
    const block = (await world.provider.getBlockNumber()) + 1;
    await kill(create, async () => {
      const { pending } = (await world.provider.send("txpool_status", [])) as { pending: string };
      return Number(pending) >= 7;
    });
    const atKill = (await clientsSince(world, block)).length;
    expect(atKill).to.be.within(7, 23);
    const { json } = await world.ok(...create);
    const outcomes = (json["agreements"] as { outcome: string }[]).map(({ outcome }) => outcome);
    expect(outcomes.filter((each) => each === "created")).to.have.length(24 - atKill);
    expect((await clientsSince(world, block)).toSorted()).to.deep.equal(clients.toSorted());
    expect(readdirSync(into).filter((name) => name.endsWith(".sla.yaml"))).to.have.length(24);
  });

  it("pay everything out once", async () => {
    const agreements = (await signMany(world, 4)).map(({ address }) => address);
    // No reports: each month's silence credit is half the fee.
    await world.at("2030-02-20T00:00:00Z");
    const before = await world.balance("provider");
    const { provider } = world.people;
    const nonce = await world.provider.getTransactionCount(provider, "latest");
    const claim = ["claim", "--all", "--from", provider];
    await kill(claim, async () => (await world.provider.getTransactionCount(provider, "pending")) >= nonce + 2);
    const half = (await world.balance("provider")) - before;
    expect(half > 0n).to.equal(true);
    await world.ok(...claim);
    expect((await world.balance("provider")) - before).to.equal((4n * FEE) / 2n);
    const claimed = ISLAEscrow__factory.createInterface().getEvent("Claimed").topicHash;
    const logs = await world.provider.getLogs({ address: agreements, topics: [claimed], fromBlock: 0 });
    expect(logs).to.have.length(4);
    const done = await world.ok(...claim);
    expect(done.json["done"]).to.equal(true);
  });
});
