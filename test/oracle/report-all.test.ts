import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { SigningKey, Wallet } from "ethers";
import { startKms } from "../chain/kms-server.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { committeeOf, configText, keystoreOf, reportsOf, signMany, walletOf, type Signed } from "./many.ts";

const OUTAGES = "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n";

describe("upheld report --all", function () {
  this.timeout(120_000);
  let world: World;
  let signed: Signed[];
  let config: string;
  const evidence = () => join(world.folder, "evidence");

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    world.write("outages.csv", OUTAGES);
    const { keystore, password } = await keystoreOf(world, "oracle");
    signed = await signMany(world, 6);
    config = world.write(
      "oracle.yaml",
      configText(signed, { network: "local", keystore, "password file": password, evidence: "evidence" }),
    );
  });
  after(() => world.end());

  const all = (...rest: string[]) => ["report", "--all", "--config", config, ...rest];
  const counts = (json: Record<string, unknown>) => json["counts"];

  it("finds nothing due before the first month is over, and that is no failure", async () => {
    const { json } = await world.ok(...all());
    expect(counts(json)).to.deep.equal({ early: 6 });
    await world.at("2030-01-15T00:00:00Z");
    const { out } = await world.run(all());
    expect(out).to.contain("too early").and.contain("opens 1 Feb 2030").and.contain("6 too early.");
  });

  it("shows in a dry run what it would report, writes nothing and needs no key", async () => {
    await world.at("2030-02-01T00:00:00Z");
    const { json } = await world.ok(...all("--dry-run"));
    expect(counts(json)).to.deep.equal({ due: 6 });
    expect((json["reports"] as Record<string, unknown>[])[0]).to.deep.include({
      agreement: signed[0]?.address,
      service: "CI hosting 0",
      period: "0",
      outcome: "due",
      measurements: [{ total: "2678400", bad: "4740", excluded: "0" }],
    });
    expect(existsSync(evidence())).to.equal(false);
    expect(
      await reportsOf(
        world,
        signed.map(({ address }) => address),
      ),
    ).to.deep.equal([]);
  });

  it("keeps a source that fails from holding back the others, and says where it is wrong", async () => {
    world.write("broken.csv", "start,end\n2030-01-09T01:56:00Z,2030-01-09T00:37:00Z\n");
    const text = configText(signed.slice(0, 2), { evidence: "evidence" }, (_, i) =>
      i === 0 ? "outages: broken.csv" : "outages: outages.csv",
    );
    const { exitCode, json } = await world.run([
      "report",
      "--all",
      "--json",
      "--config",
      world.write("broken.yaml", text),
    ]);
    expect(exitCode).to.equal(1);
    expect(counts(json)).to.deep.equal({ failed: 1, reported: 1 });
    const [broken] = json["reports"] as { problem: Record<string, unknown> }[];
    expect(broken?.problem).to.deep.include({
      code: "measure.reversed",
      file: join(world.folder, "broken.csv"),
      line: 2,
    });
  });

  it("reports each agreement once, in order of nonces, and leaves none open", async () => {
    const { json } = await world.ok(...all());
    expect(counts(json)).to.deep.equal({ reported: 5, there: 1 });
    const expected = signed.map(({ address }) => `${address}/0/0`).sort();
    expect(
      await reportsOf(
        world,
        signed.map(({ address }) => address),
      ),
    ).to.deep.equal(expected);
    const { oracle } = world.people;
    expect(await world.provider.getTransactionCount(oracle, "latest")).to.equal(6);
    expect(await world.provider.getTransactionCount(oracle, "pending")).to.equal(6);
  });

  it("run again finds all of them there and sends nothing", async () => {
    const { json, exitCode } = await world.run([...all(), "--json"]);
    expect(exitCode).to.equal(0);
    expect(counts(json)).to.deep.equal({ there: 6 });
    expect(await world.provider.getTransactionCount(world.people.oracle)).to.equal(6);
  });

  it("keeps evidence that verifies", async () => {
    for (const { file } of signed) {
      const { json } = await world.ok("verify", file, "--evidence", evidence());
      expect(json).to.deep.include({ agrees: true, files: 1 });
    }
  });

  it("takes a month by name: there, too late, too early", async () => {
    await world.at("2030-02-20T00:00:00Z");
    expect(counts((await world.ok(...all("--period", "2030-01"))).json)).to.deep.equal({ there: 6 });
    expect(counts((await world.ok(...all("--period", "2030-03"))).json)).to.deep.equal({ early: 6 });
    await world.at("2030-03-20T00:00:00Z");
    const late = await world.run([...all("--period", "2030-02"), "--json"]);
    expect(counts(late.json)).to.deep.equal({ late: 6 });
    expect(late.exitCode).to.equal(1);
    expect(counts((await world.ok(...all("--period", "2031-03"))).json)).to.deep.equal({ over: 6 });
  });

  it("reports, through a committee of one, many agreements in one transaction", async () => {
    const { keystore, password } = await keystoreOf(world, "member", walletOf(6));
    const member = walletOf(6).address;
    const committee = await committeeOf(world, [member], 1);
    const start = (text: string) => text.replace("starts: 2030-01-01", "starts: 2030-04-01");
    const batch = await signMany(world, 5, { oracle: committee, from: 100, change: start });
    const file = world.write(
      "committee.yaml",
      configText(batch, { keystore, "password file": password, evidence: "evidence", committee }),
    );
    world.write("outages.csv", "start,end\n2030-04-09T00:37:00Z,2030-04-09T01:56:00Z\n");
    await world.at("2030-05-01T00:00:00Z");
    const { json } = await world.ok("report", "--all", "--config", file);
    expect(counts(json)).to.deep.equal({ reported: 5 });
    expect(await world.provider.getTransactionCount(member)).to.equal(1);
    expect(
      await reportsOf(
        world,
        batch.map(({ address }) => address),
      ),
    ).to.have.length(5);
    expect(counts((await world.ok("report", "--all", "--config", file)).json)).to.deep.equal({ there: 5 });
  });

  it("signs with a key in AWS KMS, which the config names", async () => {
    const key = Wallet.createRandom();
    const kms = await startKms(new SigningKey(key.privateKey));
    const before = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    await world.provider.send("anvil_setBalance", [key.address, "0x8ac7230489e80000"]);
    const start = (text: string) => text.replace("starts: 2030-01-01", "starts: 2030-06-01");
    const managed = await signMany(world, 2, { oracle: key.address, from: 200, change: start });
    const { key: name, region, endpoint } = kms.options;
    const settings = { kms: `{ key: ${name}, region: ${region}, endpoint: "${endpoint}" }`, evidence: "evidence" };
    world.write("outages.csv", "start,end\n2030-06-09T00:37:00Z,2030-06-09T01:56:00Z\n");
    await world.at("2030-07-01T00:00:00Z");
    const { json } = await world.ok(
      "report",
      "--all",
      "--config",
      world.write("kms.yaml", configText(managed, settings)),
    );
    kms.stop();
    process.env = before;
    expect(counts(json)).to.deep.equal({ reported: 2 });
    expect(await world.provider.getTransactionCount(key.address)).to.equal(2);
  });

  it("refuses what belongs to another oracle, and what is no agreement", async () => {
    const { keystore, password } = await keystoreOf(world, "other", walletOf(7));
    const text = configText(signed.slice(0, 1), { keystore, "password file": password, evidence: "evidence" });
    await world.at("2030-07-02T00:00:00Z");
    world.write("outages.csv", "start,end\n");
    const { json, exitCode } = await world.run(["report", "--all", "--json", "--config", world.write("o.yaml", text)]);
    expect(exitCode).to.equal(1);
    expect((json["reports"] as { problem: { code: string } }[])[0]?.problem.code).to.equal("oracle.another");
    const draft = { address: "", file: world.write("d.sla.yaml", readFileSync(world.file, "utf8")) };
    const nowhere = world.write("n.yaml", configText([draft], { keystore, "password file": password, evidence: "e" }));
    const { json: second } = await world.run(["report", "--all", "--json", "--config", nowhere]);
    expect((second["reports"] as { problem: { code: string } }[])[0]?.problem.code).to.equal("agreement.not-genuine");
  });

  it("says what its flags are for", async () => {
    expect((await world.refusal("report", "--all", signed[0]?.file ?? "")).code).to.equal("usage");
    expect((await world.refusal("report")).message).to.equal("Name an agreement, or --all for those of a config.");
    expect((await world.refusal(...all("--period", "1"))).hint).to.equal("Write --period 2026-10.");
    expect((await world.refusal(...all("--revise"))).message).to.contain("the sources are the config's");
    expect(await world.refusal("report", "--all", "--config", "none.yaml")).to.include({
      exitCode: 2,
      code: "usage.config",
    });
  });

  it("never leaves half an evidence file", () => {
    const files = readdirSync(evidence(), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.includes(".tmp"),
    );
    expect(files).to.deep.equal([]);
  });
});
