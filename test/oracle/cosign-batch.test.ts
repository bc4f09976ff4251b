import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { entriesForDelivery, gasForDelivery } from "../../src/committee/gas.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { committeeOf, configText, keystoreOf, reportsOf, signMany, walletOf, type Signed } from "./many.ts";

const OUTAGES = "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n";
/** 60 seconds longer. */
const MINE = "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:57:00Z\n";
const COUNT = 12;

describe("a committee's batch over many agreements", function () {
  this.timeout(180_000);
  let world: World;
  let committee: string;
  let signed: Signed[];
  let plain: Signed[];
  const batch = () => join(world.folder, "january.batch.json");
  const evidence = () => join(world.folder, "evidence");
  const read = (file = batch()) =>
    JSON.parse(readFileSync(file, "utf8")) as { reports: { agreement: string }[]; signatures: { signer: string }[] };
  const addresses = () => signed.map(({ address }) => address);

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    // Ten entries a delivery: what is left over needs another one.
    world = await World.begin("local", "--gas-limit", "9000000");
    const members = [6, 7, 8].map((i) => walletOf(i).address);
    committee = await committeeOf(world, members, 2);
    signed = await signMany(world, COUNT, { oracle: committee });
    plain = await signMany(world, 1, { from: 100 });
    for (const i of [2, 6, 7]) await keystoreOf(world, `member-${i}`, walletOf(i));
    world.write("outages.csv", OUTAGES);
    world.write("mine.csv", MINE);
    await world.at("2030-02-01T00:00:00Z");
  });
  after(() => world.end());

  /** The config of whoever proposes: it needs no key for that. */
  const proposer = (settings: Record<string, string> = { committee }) =>
    world.write("proposer.yaml", configText([...signed, ...plain], { evidence: "evidence", ...settings }));
  const proposing = (...rest: string[]) => ["report", "--all", "--config", proposer(), "--propose", batch(), ...rest];

  /** A member's, with a monitor and a key of its own. */
  function member(
    i: number,
    settings: Record<string, string> = {},
    source: (i: number) => string = () => "outages: mine.csv",
    served = signed,
  ) {
    const keys = { keystore: `keys/member-${i}.json`, "password file": `member-${i}.pw`, evidence: "evidence" };
    return world.write(
      `member-${i}.yaml`,
      configText(served, { ...keys, ...settings }, (_, at) => source(at)),
    );
  }
  const cosign = (config: string, ...rest: string[]) => ["cosign", batch(), "--config", config, ...rest];
  const reasons = (json: Record<string, unknown>) =>
    (json["objections"] as { report: string; reason: string }[]).map(({ report, reason }) => `${report}: ${reason}`);

  it("is for a committee that the config names", async () => {
    const config = proposer({});
    expect(await world.refusal("report", "--all", "--config", config, "--propose", batch())).to.include({
      code: "usage",
      message: "--propose is for a committee, and the config names none.",
      hint: `Add "committee: 0x…" to ${config}.`,
    });
  });

  it("shows in a dry run what it would hold, and writes nothing", async () => {
    const { json } = await world.ok(...proposing("--dry-run"));
    expect(json["counts"]).to.deep.equal({ due: COUNT });
    expect([existsSync(batch()), existsSync(evidence())]).to.deep.equal([false, false]);
  });

  it("holds all that is due from the committee, its evidence beside it, and nothing is sent", async () => {
    const { json } = await world.ok(...proposing());
    expect(json["counts"]).to.deep.equal({ proposed: COUNT });
    expect(json).to.include({ file: batch(), inFile: COUNT, others: 1 });
    expect(read().reports.map(({ agreement }) => agreement)).to.have.members(addresses());
    expect(await reportsOf(world, addresses())).to.deep.equal([]);
    for (const { file } of json["reports"] as { file?: string }[]) {
      if (file !== undefined) expect(existsSync(file)).to.equal(true);
    }
  });

  it("is refused entry by entry, each with its reason, and then nothing is signed", async () => {
    world.write("broken.csv", "start,end\nyesterday,today\n");
    const sources = ["outages: outages.csv", "outages: mine.csv", "outages: broken.csv"];
    const config = member(6, {}, (i) => sources[i] ?? sources[0]!, signed.slice(0, COUNT - 1));
    const { exitCode, json } = await world.run([...cosign(config), "--json"]);
    expect([exitCode, json["signed"]]).to.deep.equal([1, false]);
    const [, second, third] = addresses();
    const last = addresses().at(-1)!;
    expect(reasons(json)).to.deep.equal([
      `period 0, revision 0 of ${second}: bad: it says 4740, I measured 4800; the difference is 60, no difference is allowed`,
      `period 0, revision 0 of ${third}: I cannot measure it: ${join(world.folder, "broken.csv")}:2: "yesterday" is not a time`,
      `period 0, revision 0 of ${last}: I cannot measure it: it is not among the agreements of ${config}`,
    ]);
    expect(read().signatures).to.deep.equal([]);
  });

  it("is signed within the tolerance of the member's config, and not a second below it", async () => {
    const { exitCode } = await world.run([...cosign(member(6, { tolerance: "59 seconds" })), "--json"]);
    expect(exitCode).to.equal(1);
    const { json } = await world.ok(...cosign(member(6, { tolerance: "1 minute" })));
    expect(json).to.deep.include({ signed: true, signers: [walletOf(6).address], signatures: 1, needed: 1 });
  });

  it("proposed again is the same file: who signed need not sign again", async () => {
    await world.ok(...proposing());
    expect(read().signatures).to.have.length(1);
  });

  it("does without what a member refuses, which waits in a file of its own", async () => {
    const refused = join(world.folder, "refused.batch.json");
    const config = member(7, { tolerance: "1 minute" }, (i) => `outages: ${i === 3 ? "empty.csv" : "mine.csv"}`);
    world.write("empty.csv", "start,end\n");
    const dry = await world.ok(...cosign(config, "--split", refused, "--dry-run"));
    expect(dry.json["objections"]).to.have.length(1);
    expect(existsSync(refused)).to.equal(false);
    const { exitCode, json } = await world.run([...cosign(config, "--split", refused), "--json"]);
    // Somebody has to look at it.
    expect(exitCode).to.equal(1);
    expect(json).to.deep.include({ signed: true, split: refused, signers: [walletOf(7).address], signatures: 1 });
    expect(read(refused).reports.map(({ agreement }) => agreement)).to.deep.equal([addresses()[3]]);
    expect(read(refused).signatures).to.deep.equal([]);
    expect(read().reports).to.have.length(COUNT - 1);
    // The list is another one now: the first member signs again.
    const again = await world.ok(...cosign(member(6, { tolerance: "1 minute" })));
    expect(again.json).to.include({ signatures: 2, needed: 0 });
  });

  it("is delivered in parts that leave each entry its gas, each once", async () => {
    const { json } = await world.ok("deliver", batch(), "--from", world.people.stranger);
    expect(json["transactions"]).to.have.length(2);
    const sent = json["transactions"] as { hash: string }[];
    for (const { hash } of sent) {
      const { gasLimit } = (await world.provider.getTransaction(hash))!;
      expect(gasLimit > 5_000_000n && gasLimit <= 6_750_000n, String(gasLimit)).to.equal(true);
    }
    const expected = addresses().filter((_, i) => i !== 3);
    expect(await reportsOf(world, addresses())).to.deep.equal(expected.map((each) => `${each}/0/0`).sort());
    expect((await world.ok("deliver", batch(), "--from", world.people.stranger)).json["transactions"]).to.deep.equal(
      [],
    );
  });

  it("verifies, agreement by agreement", async () => {
    const { json } = await world.ok("verify", signed[0]!.file, "--evidence", evidence());
    expect(json).to.deep.include({ agrees: true, files: 1 });
  });

  it("takes a key of the config's, and says so when none of them is a member's", async () => {
    const refused = join(world.folder, "refused.batch.json");
    const config = member(2, { tolerance: "1 minute" });
    const { code, message } = await world.refusal("cosign", refused, "--config", config);
    expect([code, message]).to.deep.equal([
      "signer.wrong",
      `No key of ${config} is a member's of the committee ${committee}.`,
    ]);
  });

  it("says what goes with --config and what does not", async () => {
    const config = member(6);
    expect((await world.refusal(...cosign(config, "--counts", "1,0,0"))).message).to.contain("are the config's");
    expect((await world.refusal("cosign", batch(), "--split", "x.json")).message).to.equal("--split needs --config.");
    const several = await world.refusal("cosign", batch(), "--from", walletOf(6).address, "--counts", "1,0,0");
    expect(several.hint).to.contain("--config");
  });

  it("keeps evidence where --evidence says, with --all as well", async () => {
    const { keystore, password } = await keystoreOf(world, "oracle");
    const config = world.write(
      "plain.yaml",
      configText(plain, { keystore, "password file": password, evidence: "evidence" }),
    );
    const elsewhere = join(world.folder, "elsewhere");
    const { json } = await world.ok("report", "--all", "--config", config, "--evidence", elsewhere);
    expect((json["reports"] as { file: string }[])[0]?.file).to.match(new RegExp(`^${elsewhere}/31337/`));
  });
});

describe("the gas of a delivery", () => {
  const FLOOR = 5_081_365n;

  it("has room for the signed list when only a part is delivered", () => {
    expect(entriesForDelivery(FLOOR, 30_000_000n)).to.equal(77);
    expect(entriesForDelivery(FLOOR, 30_000_000n, 77)).to.equal(77);
    expect(entriesForDelivery(FLOOR, 30_000_000n, 1_000)).to.equal(67);
    expect(gasForDelivery(FLOOR, 67, 1_000) <= 16_777_216n).to.equal(true);
    expect(gasForDelivery(FLOOR, 68, 1_000) <= 16_777_216n).to.equal(false);
  });

  it("does not count the list when all of it is delivered, which needs no leaves", () => {
    expect(gasForDelivery(FLOOR, 10, 10)).to.equal(FLOOR + 100_000n + 1_500_000n);
    expect(gasForDelivery(FLOOR, 10, 11)).to.equal(FLOOR + 100_000n + 1_500_000n + 16_500n);
  });

  it("is at least one entry, in however small a block", () => {
    expect(entriesForDelivery(FLOOR, 1_000_000n, 5_000)).to.equal(1);
  });
});
