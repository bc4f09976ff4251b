import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet } from "ethers";
import { anvilPath, MNEMONIC } from "../chain/nodes.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { create } from "./contracts.ts";
import { World } from "./world.ts";

const ACCOUNTS = ["deployer", "provider", "client", "oracle", "arbiter", "stranger"];

/** A chain that is not local, so that every care for real money is taken; the keys are in keystores. */
describe("on a live chain, the executable", () => {
  let world: World;
  let env: Record<string, string>;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin("base-sepolia", "--chain-id", "84532");
    env = { UPHELD_PASSWORD_FILE: world.write("password", "secret") };
    for (const [i, name] of ACCOUNTS.entries()) {
      const wallet = HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${i}`);
      await writeKeystore(join(world.folder, `${name}.json`), wallet, "secret", { scryptN: 1024 });
    }
  });
  after(() => world.end());

  const key = (name: string) => ["--keystore", join(world.folder, `${name}.json`), "--confirmations", "1"];
  const sent = () => world.provider.getTransactionCount(world.people.client);

  it("sends nothing without --yes when nobody is at the terminal", async () => {
    const refusal = await world.refusalIn({ env }, "deploy", world.file, ...key("stranger"));
    expect(refusal).to.include({ code: "usage.needs-yes", exitCode: 2 });
  });

  it("asks at a terminal, shows what and what it costs, and sends nothing on no", async () => {
    const run = await world.run(["deploy", world.file, ...key("stranger")], { env, answers: ["n"] });
    expect(run.exitCode).to.equal(1);
    expect(run.err).to.match(
      /On base-sepolia, as 0x.*\n {2}create the agreement .* for gas\)\nSign and send\? \[y\/N\]/,
    );
    expect(run.err).to.contain("Nothing was sent.");
  });

  it("sends on yes, and with --yes does not ask", async () => {
    const run = await world.run(["deploy", world.file, ...key("stranger")], { env, answers: ["y"] });
    expect(run.exitCode, run.err).to.equal(0);
    const args = ["fund", world.file, "12,000", "--yes", "--json", ...key("client")];
    expect((await world.run(args, { env })).exitCode).to.equal(0);
    expect(await world.balance("client")).to.equal(88_000_000_000n);
  });

  it("never takes a node's own account", async () => {
    expect(await world.refusal("accept", world.file, "--as", "client", "--yes")).to.include({ code: "signer.none" });
  });

  it("refuses a key of somebody else before asking for its password", async () => {
    const refusal = await world.refusalIn({}, "accept", world.file, "--as", "client", "--yes", ...key("oracle"));
    expect(refusal.code).to.equal("signer.wrong");
    expect(refusal.message).to.contain(`This job is for the client, ${world.people.client}`);
  });

  it("asks for the password at a terminal, and says when it is wrong", async () => {
    const run = await world.run(["accept", world.file, "--as", "client", ...key("client")], { answers: ["wrong"] });
    expect(run.err).to.contain("Password of").and.contain("keystore.wrong-password");
  });

  it("prints how to pay when no key is named", async () => {
    const { json, out } = await world.ok("fund", world.file, "500");
    expect(json["instructions"]).to.deep.include({
      network: "base-sepolia",
      chainId: "84532",
      token: await world.token.getAddress(),
      amount: "500.00",
      units: "500000000",
    });
    expect(out).to.match(/ethereum:0x\w{40}@84532\/transfer\?address=0x\w{40}&uint256=500000000/);
    expect((await world.run(["fund", world.file, "500"])).out).to.contain("█");
  });

  it("prints calldata for another signer and sends nothing", async () => {
    const before = await sent();
    const { json } = await world.ok("withdraw", world.file, "5", "--calldata");
    const [call] = json["transactions"] as { to: string; data: string; value: string; description: string }[];
    expect(json).to.deep.include({ chainId: "84532", signer: [world.people.client] });
    expect(call?.data.slice(0, 10)).to.equal("0xf3fef3a3");
    expect(call?.value).to.equal("0");
    expect(await sent()).to.equal(before);
  });

  it("says how little gas money there is", async () => {
    await world.provider.send("anvil_setBalance", [world.people.client, "0x1"]);
    const refusal = await world.refusalIn({ env }, "accept", world.file, "--as", "client", "--yes", ...key("client"));
    await world.provider.send("anvil_setBalance", [world.people.client, "0x8ac7230489e80000"]);
    expect(refusal.code).to.equal("gas.too-little");
    expect(refusal.message).to.contain("0.000000000000000001");
  });

  it("refuses a contract that the factory did not make, and an address with none", async () => {
    const token = await world.token.getAddress();
    expect(await world.refusal("status", token)).to.include({ code: "agreement.not-genuine", exitCode: 1 });
    expect(await world.refusal("status", world.people.client)).to.include({ code: "agreement.nothing-there" });
    expect(await world.refusal("status", token, "--factory", token)).to.include({ code: "factory.not-one" });
    expect((await world.run(["check", token, world.file])).exitCode).to.equal(1);
  });

  it("refuses a token that does not say its decimals", async () => {
    const text = await import("node:fs").then(({ readFileSync }) => readFileSync(world.file, "utf8"));
    const lens = await create({ abi: [], bytecode: "0x6001600c60003960016000f300" }, await world.provider.getSigner(0));
    const file = world.write("odd.sla.yaml", text.replace(await world.token.getAddress(), lens));
    await world.run(["deploy", file, "--yes", ...key("stranger")], { env });
    expect(await world.refusal("status", file)).to.include({ code: "token.no-decimals", exitCode: 1 });
  });

  it("names both chains when the node is of another one than the file", async () => {
    const refusal = await world.refusal("status", world.file, "--network", "sepolia");
    expect(refusal).to.include({ code: "chain.wrong-id", exitCode: 1 });
    const local = await world.refusal("status", world.people.client, "--network", "local");
    expect(local.code).to.equal("chain.wrong-id");
  });

  it("says that the node does not answer, and to try again", async () => {
    const refusal = await world.refusal("status", world.file, "--rpc", "http://127.0.0.1:9");
    expect(refusal).to.include({ code: "chain.unreachable", exitCode: 75 });
    expect(refusal.hint).to.contain("npx hardhat node --hostname 127.0.0.1");
  });

  it("needs an RPC address for a live chain, and says how to give it", async () => {
    const refusal = await world.refusalIn({ env: { UPHELD_RPC: "" } }, "status", world.file);
    expect(refusal).to.include({ code: "usage.no-rpc", exitCode: 2 });
    expect(refusal.hint).to.contain("UPHELD_RPC_BASE_SEPOLIA");
  });

  it("takes a flag before the environment", async () => {
    const around = { env: { UPHELD_RPC_BASE_SEPOLIA: "http://127.0.0.1:9" } };
    expect((await world.refusalIn(around, "status", world.file)).code).to.equal("chain.unreachable");
    expect((await world.run(["status", world.file, "--rpc", world.node.url], around)).exitCode).to.equal(0);
  });

  it("sends nothing while the key's earlier transaction is open, as when it was killed after sending", async () => {
    await world.provider.send("evm_setAutomine", [false]);
    const args = ["accept", world.file, "--as", "client", "--yes", ...key("client")];
    const stop = new AbortController();
    const first = world.run(args, { env, signal: stop.signal });
    while ((await world.provider.getTransactionCount(world.people.client, "pending")) === (await sent())) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    stop.abort();
    expect((await first).exitCode).to.equal(130);
    expect((await first).err).to.contain("What was sent stays sent");
    expect(await world.refusalIn({ env }, ...args)).to.include({ code: "transaction.pending", exitCode: 75 });
    await world.provider.send("anvil_mine", ["0x1"]);
    await world.provider.send("evm_setAutomine", [true]);
    expect((await world.run([...args, "--json"], { env })).json).to.include({ ok: true, done: true });
  });
});

describe("a command line that is wrong", () => {
  let world: World;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
  });
  after(() => world.end());

  const wrong: [args: string[], says: string][] = [
    [["fund"], "missing required argument"],
    [["fud", "x"], "unknown command"],
    [["status", "0x12"], "cannot be read"],
    [["status", "none.sla.yaml"], "cannot be read"],
    [["rule", "X", "1", "maybe"], "Ruling"],
    [["claim", "FILE", "--to", "x"], '--to "x": not an address'],
    [["withdraw", "FILE", "1.0000001"], "finer"],
    [["withdraw", "FILE", "-1"], "not an amount"],
    [["report", "FILE"], "Nothing is given for uptime (1)"],
    [["report", "FILE", "--outages", "none.csv"], "none.csv"],
    [["report", "FILE", "--counts", "9=1,2,3"], 'the measure "9", which the agreement does not have'],
    [["report", "FILE", "--counts", "uptme=1,2,3"], 'measure "uptme"'],
    [["report", "FILE", "--period", "2031-01", "--counts", "1,1,1"], "2031-01"],
    [["agree", "FILE", "oracle", "0x12"], "not an address"],
    [["agree", "FILE", "end", "2030-02-30"], "no such day"],
    [["seat", "offer", "FILE"], "who may take the seat"],
    [["status", "FILE", "--network", "mars"], "mars"],
  ];
  for (const [args, says] of wrong) {
    it(`\`upheld ${args.join(" ")}\` exits 2 and says what is wrong`, async () => {
      await world.run(["deploy", world.file]);
      const { exitCode, err } = await world.run(args.map((arg) => (arg === "FILE" ? world.file : arg)));
      expect(err).to.contain(says);
      expect(exitCode).to.equal(2);
    });
  }

  it("every job has an example in its help", async () => {
    const { jobs } = await import("../../scripts/jobs.ts");
    for (const { name } of jobs) {
      const { out, exitCode } = await world.run([...name.split(" "), "--help"]);
      expect(exitCode, name).to.equal(0);
      expect(out, name).to.contain("Example:").and.contain(`$ upheld ${name}`);
      expect(out, name).to.contain("--json");
    }
  });
});
