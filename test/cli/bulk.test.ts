import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { hexlify, randomBytes } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import { anvilPath } from "../chain/nodes.ts";
import { FEE, signMany } from "../oracle/many.ts";
import { agreementText } from "./agreement.ts";
import { World } from "./world.ts";

const SHIM = fileURLToPath(new URL("../../bin/upheld.mjs", import.meta.url));
const FACTORY = ISLAFactory__factory.createInterface();
const CREATED = FACTORY.getEvent("AgreementCreated").topicHash;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits until `holds`, and no longer than half a minute. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3_000; ++tries) {
    if (await holds()) return;
    await pause(10);
  }
  throw new Error("it never came to that");
}
const someone = () => hexlify(randomBytes(20)).toLowerCase();

/** The agreement's file with client, service and salt left to the rows. */
const templateOf = (text: string) =>
  text
    .replace(/service: .*\n/, "")
    .replace(/client:\n {2}name: .*\n {2}address: .*\n/, "")
    .replace(/salt: .*\n/, "");

describe("many agreements at once", function () {
  this.timeout(90_000);
  let world: World;
  let template: string;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    template = world.write(
      "all.sla.yaml",
      `${templateOf(agreementText(world.people, await world.token.getAddress()))}service: Managed hosting\n`,
    );
  });
  after(() => world.end());

  const listOf = (name: string, rows: readonly string[], head = "client name,client,fee") =>
    world.write(name, `${[head, ...rows].join("\n")}\n`);
  const into = (name: string) => join(world.folder, name);
  const create = (list: string, folder: string, ...more: string[]) => [
    ...["create", "--from", list, "--template", template, "--into", into(folder)],
    ...more,
  ];
  /** Client of each agreement that the chain tells of, made since block `from`. */
  const clientsSince = async (from: number) => {
    const logs = await world.provider.getLogs({ address: world.factory, topics: [CREATED], fromBlock: from });
    return logs.map((log) => String(FACTORY.parseLog(log)?.args["client"]).toLowerCase());
  };

  describe("upheld create --from", () => {
    it("names every mistake with its line before anything is written or sent", async () => {
      const good = someone();
      const list = listOf("wrong.csv", [
        `Acme,${good},"1,000 USDC"`,
        `Birch,0x12,"1,000 USDC"`,
        `Cedar,,"1,000 USDC"`,
        `Dogwood,${someone()},a lot`,
      ]);
      const block = await world.provider.getBlockNumber();
      const run = await world.run(create(list, "wrong", "--json"));
      expect(run.exitCode).to.equal(1);
      const errors = run.json["errors"] as { line: number; file: string; message: string }[];
      expect([...new Set(errors.map(({ line }) => line))]).to.deep.equal([3, 4, 5]);
      expect(errors.every(({ file }) => file === list)).to.equal(true);
      expect(errors.map(({ message }) => message).join()).to.contain('"0x12" is not an address');
      expect(existsSync(into("wrong"))).to.equal(false);
      expect(await world.provider.getBlockNumber()).to.equal(block);
    });

    it("refuses unknown columns, rows of the same name, and a list without rows", async () => {
      const odd = listOf("odd.csv", ["1,2"], "client,colour");
      const twice = listOf("twice.csv", [`Acme,${someone()},"9,000 USDC"`, `Acme,${someone()},"9,000 USDC"`]);
      const none = listOf("none.csv", []);
      const refusals = await Promise.all([odd, twice, none].map((list) => world.refusal(...create(list, "x"))));
      expect(refusals.map(({ code }) => code)).to.deep.equal(["rows.header", "rows.twice", "rows.empty"]);
      expect(refusals[0]?.message).to.contain("colour");
    });

    it("refuses an agreement that would have begun before it was created", async () => {
      const list = listOf("late.csv", [`Acme,${someone()},"1,000 USDC",2029-11-30`], "client name,client,fee,starts");
      expect(await world.refusal(...create(list, "late"))).to.include({ code: "rows.started", exitCode: 1 });
    });

    it("says the total cost first, and a dry run leaves nothing behind", async () => {
      const list = listOf("dry.csv", [`Acme,${someone()},"1,000 USDC"`, `Birch,${someone()},"2,000 USDC"`]);
      const { json, out } = await world.run(create(list, "dry", "--dry-run", "--json"));
      expect(json, out).to.deep.include({ dryRun: true, rows: 2, create: 2, exist: 0 });
      expect(BigInt(json["wei"] as string) > 0n).to.equal(true);
      expect(existsSync(into("dry"))).to.equal(false);
    });

    it("asks on a live chain, with the number and the cost, and sends nothing on a no", async () => {
      const live = await World.begin("base-sepolia", "--chain-id", "84532");
      try {
        const text = templateOf(agreementText(live.people, await live.token.getAddress(), "base-sepolia"));
        const form = live.write("all.sla.yaml", `${text}service: Managed hosting\n`);
        const list = live.write("l.csv", `client name,client,fee\nAcme,${someone()},"1,000 USDC"\n`);
        const folder = join(live.folder, "live");
        const args = ["create", "--from", list, "--template", form, "--into", folder, "--network", "base-sepolia"];
        const key = await keyFor(live);
        const env = { UPHELD_RPC_BASE_SEPOLIA: live.node.url, UPHELD_PASSWORD_FILE: key.password };
        const no = await live.run([...args, "--keystore", key.keystore], { answers: ["n"], env });
        expect(no.err).to.match(/create 1 agreement of 1 row, for at most 0\.\d+ of the chain's own coin in all/);
        expect(no.err).to.contain("Nothing was sent.");
        expect(existsSync(folder)).to.equal(false);
        const yes = await live.run([...args, "--keystore", key.keystore, "--yes", "--confirmations", "1"], { env });
        expect(yes.out, yes.err).to.contain("1 created, 0 there before, 0 failed.");
      } finally {
        await live.end();
      }
    });

    it("creates one agreement a row, whose file checks, and finds all of them there when run again", async () => {
      const clients = Array.from({ length: 5 }, someone);
      const list = listOf(
        "five.csv",
        clients.map((client, i) => `Client ${i},${client},"1,${i}00 USDC"`),
      );
      const block = (await world.provider.getBlockNumber()) + 1;
      const { json } = await world.ok(...create(list, "five"));
      const made = json["agreements"] as { file: string; agreement: string; outcome: string; line: number }[];
      expect(made.map(({ outcome }) => outcome)).to.deep.equal(Array(5).fill("created"));
      expect((await clientsSince(block)).toSorted()).to.deep.equal(clients.toSorted());
      for (const { file, agreement } of made) {
        const checked = await world.run(["check", agreement, file, "--json"]);
        expect(checked.json["agreement"], checked.out).to.equal(agreement);
      }
      const texts = made.map(({ file }) => readFileSync(file, "utf8"));
      expect(new Set(texts.map((text) => /salt: (.*)/.exec(text)?.[1])).size, "each its own salt").to.equal(5);
      const again = await world.ok(...create(list, "five"));
      expect(again.json["agreements"]).to.deep.equal(
        made.map(({ line, file, agreement }) => ({ line, file, agreement, outcome: "there" })),
      );
      expect(await clientsSince(block)).to.have.length(5);
    });

    it("stops at a row that was changed after its file was written", async () => {
      const client = someone();
      const before = listOf("changed.csv", [`Acme,${client},"1,000 USDC"`]);
      await world.ok(...create(before, "changed"));
      const list = listOf("changed.csv", [`Acme,${client},"1,001 USDC"`]);
      expect(await world.refusal(...create(list, "changed"))).to.include({ code: "rows.differs", exitCode: 1 });
    });

    it("makes no second agreement of a row when it is killed in the middle", async () => {
      const clients = Array.from({ length: 24 }, someone);
      const list = listOf(
        "killed.csv",
        clients.map((client, i) => `Killed ${i},${client},"1,000 USDC"`),
      );
      const block = (await world.provider.getBlockNumber()) + 1;
      await world.provider.send("evm_setAutomine", [false]);
      const env = { ...process.env, UPHELD_RPC: world.node.url, UPHELD_FACTORY: world.factory };
      const child = spawn(process.execPath, [SHIM, ...create(list, "killed", "--yes")], { env, stdio: "ignore" });
      const waiting = async () =>
        Number(((await world.provider.send("txpool_status", [])) as { pending: string }).pending);
      await until(async () => (await waiting()) >= 7);
      child.kill("SIGKILL");
      await once(child, "close");
      await world.provider.send("anvil_mine", ["0x1"]);
      await world.provider.send("evm_setAutomine", [true]);
      const atKill = (await clientsSince(block)).length;
      expect(atKill).to.be.within(7, 23);
      const { json } = await world.ok(...create(list, "killed"));
      const outcomes = (json["agreements"] as { outcome: string }[]).map(({ outcome }) => outcome);
      expect(outcomes.filter((each) => each === "created")).to.have.length(24 - atKill);
      expect((await clientsSince(block)).toSorted()).to.deep.equal(clients.toSorted());
      expect(readdirSync(into("killed")).filter((name) => name.endsWith(".sla.yaml"))).to.have.length(24);
    });

    it("prints what another signer would send, with the files that it needs", async () => {
      const list = listOf("safe.csv", [`Safe,${someone()},"1,000 USDC"`]);
      const { json } = await world.ok(...create(list, "safe", "--calldata"));
      expect(json["transactions"]).to.have.length(1);
      expect(readdirSync(into("safe"))).to.deep.equal(["safe.sla.yaml"]);
    });
  });

  describe("upheld claim --all", () => {
    let agreements: string[];
    before(async () => {
      const signed = await signMany(world, 4, { from: 200 });
      agreements = signed.map(({ address }) => address);
      writeFileSync(join(world.folder, "outages.csv"), "start,end\n");
      // No reports: each month's silence credit is half the fee.
      await world.at("2030-02-20T00:00:00Z");
    });

    it("needs one agreement or --all, and in a dry run whose they are", async () => {
      expect(await world.refusal("claim")).to.include({ code: "usage", exitCode: 2 });
      expect(await world.refusal("claim", "--all", "--dry-run")).to.include({ code: "usage", exitCode: 2 });
    });

    it("says the total first, of those that have something to claim; drafts are left alone", async () => {
      const { json } = await world.ok("claim", "--all", "--dry-run", "--provider", world.people.provider);
      const claims = json["claims"] as { agreement: string; amount: string }[];
      expect(claims.map(({ agreement }) => agreement).toSorted()).to.deep.equal(agreements.toSorted());
      expect(claims.map(({ amount }) => amount)).to.deep.equal(Array(4).fill("500.00"));
      expect(json["total"]).to.deep.equal({ [await world.token.getAddress()]: "2000.00" });
      const none = await world.ok("claim", "--all", "--dry-run", "--provider", world.people.stranger);
      expect(none.json["claims"]).to.deep.equal([]);
    });

    it("leaves out what is less than --least", async () => {
      const args = ["claim", "--all", "--dry-run", "--provider", world.people.provider, "--least"];
      expect((await world.ok(...args, "500.01")).json["claims"]).to.deep.equal([]);
      expect((await world.ok(...args, "500")).json["claims"]).to.have.length(4);
    });

    it("pays everything out once, though it is killed in the middle", async () => {
      const before = await world.balance("provider");
      await world.provider.send("evm_setAutomine", [false]);
      const env = { ...process.env, UPHELD_RPC: world.node.url, UPHELD_FACTORY: world.factory };
      const args = ["claim", "--all", "--from", world.people.provider, "--yes"];
      const child = spawn(process.execPath, [SHIM, ...args], { env, stdio: "ignore" });
      const pending = () => world.provider.getTransactionCount(world.people.provider, "pending");
      const nonce = await world.provider.getTransactionCount(world.people.provider, "latest");
      await until(async () => (await pending()) >= nonce + 2);
      child.kill("SIGKILL");
      await once(child, "close");
      await world.provider.send("anvil_mine", ["0x1"]);
      await world.provider.send("evm_setAutomine", [true]);
      const half = (await world.balance("provider")) - before;
      expect(half > 0n).to.equal(true);
      await world.ok("claim", "--all", "--from", world.people.provider);
      expect((await world.balance("provider")) - before).to.equal((4n * FEE) / 2n);
      const claimed = ISLAEscrow__factory.createInterface().getEvent("Claimed").topicHash;
      const logs = await world.provider.getLogs({ address: agreements, topics: [claimed], fromBlock: 0 });
      expect(logs).to.have.length(4);
      const done = await world.ok("claim", "--all", "--from", world.people.provider);
      expect(done.json["done"]).to.equal(true);
    });

    it("follows a seat to whoever took it", async () => {
      const [one] = await signMany(world, 1, {
        from: 300,
        change: (text) => text.replace("starts: 2030-01-01", "starts: 2030-03-01"),
      });
      const { stranger, provider } = world.people;
      await world.ok("seat", "offer", one!.file, stranger, "--as", "provider");
      await world.ok("seat", "take", one!.file, "provider", "--from", stranger);
      await world.at("2030-04-20T00:00:00Z");
      const of = async (who: string) =>
        (await world.ok("claim", "--all", "--dry-run", "--provider", who)).json["claims"] as { agreement: string }[];
      expect((await of(stranger)).map(({ agreement }) => agreement)).to.deep.equal([one!.address]);
      expect((await of(provider)).map(({ agreement }) => agreement)).not.to.include(one!.address);
    });
  });
});

/** The provider's key as a keystore. */
async function keyFor(world: World) {
  const { keystoreOf, walletOf } = await import("../oracle/many.ts");
  return keystoreOf(world, "provider", walletOf(1));
}
