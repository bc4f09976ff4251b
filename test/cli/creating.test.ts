import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { anvilPath } from "../chain/nodes.ts";
import { keystoreOf, walletOf } from "../oracle/many.ts";
import { clientsSince, listIn, someone, templateIn } from "./rows.ts";
import { World } from "./world.ts";

describe("upheld create --from", function () {
  this.timeout(90_000);
  let world: World;
  let template: string;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    template = await templateIn(world);
  });
  after(() => world.end());

  const listOf = (name: string, rows: readonly string[], head?: string) => listIn(world, name, rows, head);
  const into = (name: string) => join(world.folder, name);
  const create = (list: string, folder: string, ...more: string[]) => [
    ...["create", "--from", list, "--template", template, "--into", into(folder)],
    ...more,
  ];

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

  it("refuses a template that cannot be read", async () => {
    const list = listOf("ok.csv", [`Acme,${someone()},"1,000 USDC"`]);
    const args = ["create", "--from", list, "--template", join(world.folder, "no.sla.yaml"), "--into", into("x")];
    expect((await world.refusal(...args)).hint).to.equal("Name a *.sla.yaml that all rows share.");
  });

  it("refuses an agreement that would have begun before it was created, at that second too", async () => {
    const { timestamp } = (await world.provider.getBlock("latest"))!;
    const at = (seconds: number) => new Date((timestamp + seconds) * 1000).toISOString().slice(0, 19) + "Z";
    const late = (starts: string) =>
      create(
        listOf(
          "late.csv",
          [`Ash,${someone()},"1,000 USDC",2030-01-01`, `Acme,${someone()},"1,000 USDC",${starts}`],
          "client name,client,fee,starts",
        ),
        "late",
        "--json",
      );
    for (const starts of ["2029-11-30", at(0)]) {
      const { json, exitCode } = await world.run(late(starts));
      const [error] = (json["errors"] ?? [json["error"]]) as object[];
      expect([exitCode, error]).to.deep.equal([
        1,
        {
          ...{ code: "rows.started", message: "its start is past", hint: "Set a later one." },
          ...{ file: join(world.folder, "late.csv"), line: 3 },
        },
      ]);
    }
  });

  it("refuses rows of two networks, at the first that is another", async () => {
    const row = (name: string, network: string) => `${name},${someone()},"1,000 USDC",${network}`;
    const refused = async (...rows: string[]) => {
      const list = listOf("networks.csv", rows, "client name,client,fee,network");
      const { json } = await world.run(create(list, "x", "--json"));
      return json["error"] as object;
    };
    expect(await refused(row("Acme", "local"), row("Birch", "base"))).to.deep.equal({
      ...{
        code: "rows.networks",
        message: "it is on base, the first row on local",
        hint: "make one list for each network",
      },
      ...{ file: join(world.folder, "networks.csv"), line: 3 },
    });
    // an empty cell is the template's
    expect(await refused(row("Acme", "base"), row("Birch", ""))).to.include({
      message: "it is on local, the first row on base",
    });
  });

  it("says the total cost first, and a dry run leaves nothing behind", async () => {
    const list = listOf("dry.csv", [`Acme,${someone()},"1,000 USDC"`, `Birch,${someone()},"2,000 USDC"`]);
    const { json, out } = await world.run(create(list, "dry", "--dry-run", "--json"));
    expect(json, out).to.deep.include({ dryRun: true, network: "local", rows: 2, create: 2, exist: 0 });
    expect(BigInt(json["wei"] as string) > 0n).to.equal(true);
    const text = (await world.run(create(list, "dry", "--dry-run"))).out.split("\n");
    expect(text.slice(0, 2)).to.deep.equal(
      ["acme", "birch"].map((name, i) => `  line ${i + 2}  ${join(into("dry"), `${name}.sla.yaml`)}  would be created`),
    );
    expect(text[2]).to.match(
      /^Nothing was written or sent\. 2 agreements would be created on local, for at most 0\.\d+ \S.* in all\.$/,
    );
    expect(existsSync(into("dry"))).to.equal(false);
  });

  it("asks on a live chain, with the number and the cost, and sends nothing on a no", async () => {
    const live = await World.begin("base-sepolia", "--chain-id", "84532");
    try {
      const form = await templateIn(live, "base-sepolia");
      const list = listIn(live, "l.csv", [`Acme,${someone()},"1,000 USDC"`]);
      const folder = join(live.folder, "live");
      const args = ["create", "--from", list, "--template", form, "--into", folder];
      const key = await keystoreOf(live, "provider", walletOf(1));
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
    expect(json).to.include({ network: "local", from: world.people.provider });
    expect(BigInt(json["highestCost"] as string) > 0n).to.equal(true);
    expect((await clientsSince(world, block)).toSorted()).to.deep.equal(clients.toSorted());
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
    expect(await clientsSince(world, block)).to.have.length(5);
    // and creates only those that were added since
    const longer = listOf("five.csv", [
      ...clients.map((client, i) => `Client ${i},${client},"1,${i}00 USDC"`),
      `Client 5,${someone()},"1,000 USDC"`,
    ]);
    const dry = await world.run(create(longer, "five", "--dry-run"));
    expect(dry.out.split("\n")[0]).to.equal(`  line 2  ${made[0]?.file ?? ""}  exists: ${made[0]?.agreement ?? ""}`);
    expect((await world.ok(...create(longer, "five", "--dry-run"))).json).to.deep.include({
      rows: 6,
      create: 1,
      exist: 5,
    });
    const { out } = await world.run(create(longer, "five"));
    const lines = out.split("\n");
    expect(lines[0]).to.equal(`  ${made[0]?.file ?? ""}  ${made[0]?.agreement ?? ""}  exists already`);
    expect(lines[5]).to.match(/client-5\.sla\.yaml {2}0x\w{40} {2}created$/);
    expect(lines.slice(6)).to.deep.equal([
      "1 created, 5 there before, 0 failed.",
      "Give each client its file; both seats accept before the start.",
      "",
    ]);
    const last = await world.run(create(longer, "five"));
    expect(last.out.split("\n").slice(6)).to.deep.equal(["0 created, 6 there before, 0 failed.", ""]);
    expect(last.exitCode).to.equal(0);
  });

  it("stops at a row that was changed after its file was written", async () => {
    const client = someone();
    const before = listOf("changed.csv", [`Acme,${client},"1,000 USDC"`]);
    await world.ok(...create(before, "changed"));
    const list = listOf("changed.csv", [`Acme,${client},"1,001 USDC"`]);
    const { json } = await world.run(create(list, "changed", "--json"));
    const [error] = (json["errors"] ?? [json["error"]]) as object[];
    expect(error).to.deep.equal({
      code: "rows.differs",
      message: `${join(into("changed"), "acme.sla.yaml")} is there and says something else than this row with the template`,
      hint: "If its agreement was created, take the row out or back to what it was; if not, move the file away.",
      ...{ file: list, line: 2 },
    });
  });

  it("prints what another signer would send, with the files that it needs", async () => {
    const list = listOf("safe.csv", [`Safe,${someone()},"1,000 USDC"`]);
    const { json } = await world.ok(...create(list, "safe", "--calldata"));
    expect(json["transactions"]).to.have.length(1);
    expect(json["signer"]).to.deep.equal([]);
    expect(readdirSync(into("safe"))).to.deep.equal(["safe.sla.yaml"]);
    // with the file that is there, so with the same salt
    const again = await world.run(create(list, "safe", "--calldata", "--json"));
    expect(again.json).to.deep.equal(json);
    expect((await world.run(create(list, "safe", "--calldata"))).out).to.match(/^To be signed by anyone on local, in/);
  });
});
