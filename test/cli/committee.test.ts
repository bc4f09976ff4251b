import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { ERC1271Wallet__factory } from "../../typechain-types/index.ts";
import { anvilPath } from "../chain/nodes.ts";
import { agreementText } from "./agreement.ts";
import { create } from "./contracts.ts";
import { World } from "./world.ts";

const ZERO = `0x${"00".repeat(20)}`;

/** A committee of three, two of whom must sign: two keys and a contract wallet, from its making to its rotation. */
describe("a committee by the executable", () => {
  let world: World;
  let file: string;
  let [one, two, three, safe, committee] = ["", "", "", "", ""];
  /** The key behind the contract wallet. */
  const owner = Wallet.createRandom();

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    [one, two, three] = (await Promise.all([6, 7, 8].map((i) => world.provider.getSigner(i)))).map(
      ({ address }) => address,
    ) as [string, string, string];
    safe = await create(ERC1271Wallet__factory, await world.provider.getSigner(0), owner.address);
  });
  after(() => world.end());

  const batch = () => join(world.folder, "january.batch.json");
  const evidence = () => ["--evidence", join(world.folder, "evidence")];
  const counts = (bad: number) => ["--counts", `uptime=2678400,${bad},0`];
  const cosign = (...args: string[]) => ["cosign", batch(), file, ...args, ...evidence()];
  const read = () => JSON.parse(readFileSync(batch(), "utf8")) as { signatures: { signer: string }[] };

  it("is made, and refuses a quorum that is no majority", async () => {
    const members = [one, two, safe].flatMap((member) => ["--member", member]);
    const few = await world.refusal("committee", "new", ...members, "--threshold", "1");
    expect(few).to.include({ code: "usage.members", message: "1 of 3 members cannot be the quorum" });
    const twice = await world.refusal("committee", "new", "--member", one, "--member", one, "--threshold", "2");
    expect(twice.message).to.equal(`${one} is named twice`);
    const { json } = await world.ok("committee", "new", ...members, "--threshold", "2");
    committee = json["committee"] as string;
    const shown = await world.ok("committee", "show", committee);
    expect(shown.json).to.deep.include({ threshold: 2, nonce: "0" });
    expect(shown.json["members"]).to.have.members([one, two, safe]);
    expect(await world.refusal("committee", "show", one)).to.include({ code: "committee.none" });
  });

  it("is an agreement's oracle: a report is proposed, not sent", async () => {
    file = world.write(
      "team.sla.yaml",
      agreementText({ ...world.people, oracle: committee }, await world.token.getAddress()),
    );
    await world.ok("deploy", file);
    await world.ok("fund", file, "12,000", "--transfer");
    await world.ok("accept", file, "--as", "client");
    await world.ok("accept", file);
    await world.at("2030-02-01T00:00:00Z");
    const { json } = await world.ok("report", file, ...counts(4740), ...evidence(), "--propose", batch());
    expect(json).to.include({ file: batch(), reports: 1 });
    expect((await world.ok("status", file)).json).to.include({ stage: "awaiting" });
    // Proposing again is the same file, and nothing is signed.
    await world.ok("report", file, ...counts(4740), ...evidence(), "--propose", batch());
    expect(read().signatures).to.deep.equal([]);
  });

  it("a member whose monitor disagrees does not sign, and says by how much", async () => {
    const { exitCode, json } = await world.run([
      ...cosign(...counts(4400), "--from", one),
      "--tolerance",
      "339",
      "--json",
    ]);
    expect(exitCode).to.equal(1);
    expect((json["objections"] as { reason: string }[])[0]?.reason).to.equal(
      "bad: it says 4740, I measured 4400; the difference is 340, 339 are allowed",
    );
    expect(read().signatures).to.deep.equal([]);
  });

  it("nor does one without the evidence, or with a changed one", async () => {
    const elsewhere = await world.run([
      "cosign",
      batch(),
      file,
      ...counts(4740),
      "--evidence",
      join(world.folder, "nothing"),
      "--from",
      one,
      "--json",
    ]);
    expect((elsewhere.json["objections"] as { reason: string }[])[0]?.reason).to.contain("its evidence is not at hand");
    const text = readFileSync(batch(), "utf8");
    writeFileSync(batch(), text.replace('"4740"', '"4741"'));
    const { json } = await world.run([...cosign(...counts(4741), "--from", one), "--json"]);
    expect((json["objections"] as { reason: string }[])[0]?.reason).to.contain("its evidence does not fit");
    writeFileSync(batch(), text);
  });

  it("one within the tolerance signs; a stranger cannot; one signature is not enough", async () => {
    const { json } = await world.ok(...cosign(...counts(4400), "--from", one, "--tolerance", "340"));
    expect(json).to.include({ signed: true, signer: one, signatures: 1, needed: 1 });
    expect(await world.refusal(...cosign(...counts(4740), "--from", three))).to.include({ code: "signer.wrong" });
    const early = await world.refusal("deliver", batch());
    expect(early).to.include({ code: "committee.too-few", exitCode: 75 });
    expect(early.message).to.equal("1 of 3 members signed, 2 must.");
  });

  it("a contract wallet signs elsewhere: what --dry-run prints, and nothing else", async () => {
    const shown = await world.ok(...cosign(...counts(4740), "--dry-run"));
    const digest = shown.json["digest"] as string;
    const signature = owner.signingKey.sign(digest).serialized;
    const wrong = owner.signingKey.sign(`0x${"11".repeat(32)}`).serialized;
    expect(await world.refusal(...cosign("--signer", safe, "--signature", wrong))).to.include({
      code: "committee.signature",
    });
    expect(await world.refusal(...cosign("--signer", three, "--signature", signature))).to.include({
      message: `The signature is not taken: ${three} is no member.`,
    });
    const { json } = await world.ok(...cosign("--signer", safe, "--signature", signature));
    expect(json).to.include({ signed: true, signer: safe, signatures: 2, needed: 0 });
  });

  it("anyone delivers it, once: a second run finds it done", async () => {
    const { json } = await world.ok("deliver", batch(), "--from", world.people.stranger);
    expect(json["transactions"]).to.have.length(1);
    expect(json["reports"]).to.have.length(1);
    expect((await world.ok("status", file)).json).to.include({ stage: "reported" });
    const again = await world.ok("deliver", batch(), "--from", world.people.stranger);
    expect(again.json["transactions"]).to.deep.equal([]);
    const { out } = await world.run(["verify", file, ...evidence()]);
    expect(out).to.contain("All agrees");
  });

  it("a report that its agreement does not take fails alone, with its reason", async () => {
    await world.at("2030-03-01T00:00:00Z");
    const late = join(world.folder, "february.batch.json");
    await world.ok("report", file, "--counts", "uptime=2419200,0,0", ...evidence(), "--propose", late);
    for (const member of [one, two]) {
      await world.ok("cosign", late, file, "--counts", "uptime=2419200,0,0", ...evidence(), "--from", member);
    }
    await world.at("2030-03-06T00:00:00Z");
    const { exitCode, json } = await world.run(["deliver", late, "--from", world.people.stranger, "--json"]);
    expect(exitCode).to.equal(1);
    expect(json["transactions"]).to.deep.equal([]);
    expect((json["reports"] as { reason: string }[])[0]?.reason).to.contain("window");
  });

  it("replaces its members by its own quorum, and a signed list works once", async () => {
    const list = join(world.folder, "members.json");
    const members = [two, three, safe].flatMap((member) => ["--member", member]);
    await world.ok("committee", "propose", committee, ...members, "--threshold", "2", "--out", list);
    expect(
      await world.refusal("committee", "propose", committee, ...members, "--threshold", "2", "--out", list),
    ).to.include({
      code: "file.exists",
    });
    await world.ok("committee", "sign", list, "--from", one);
    expect(await world.refusal("committee", "replace", list)).to.include({ code: "committee.too-few" });
    const shown = await world.ok("committee", "sign", list, "--dry-run");
    const signature = owner.signingKey.sign(shown.json["digest"] as string).serialized;
    await world.ok("committee", "sign", list, "--signer", safe, "--signature", signature);
    await world.ok("committee", "replace", list, "--from", world.people.stranger);
    const { json } = await world.ok("committee", "show", committee);
    expect(json).to.include({ nonce: "1" });
    expect(json["members"]).to.have.members([two, three, safe]);
    const used = await world.refusal("committee", "replace", list);
    expect(used.message).to.contain("The file is for replacement 0, and the committee is at 1");
  });

  it("a broken file is refused with the place", async () => {
    const text = JSON.stringify({ ...(read() as object), committee: ZERO.slice(2) });
    const broken = world.write("broken.json", text);
    const { code, message } = await world.refusal("deliver", broken);
    expect([code, message]).to.deep.equal([
      "batch.malformed",
      "not a batch of schema upheld.batch/1: committee: must be an address",
    ]);
  });
});
