import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { pack, unpack } from "../../src/evidence/pack.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "./world.ts";

const DOWN_79_MINUTES =
  "start,end\n2030-01-09T01:26:00Z,2030-01-09T01:56:00Z\n2030-01-13T23:35:00Z,2030-01-14T00:24:00Z\n";

describe("an agreement's life by the executable", () => {
  let world: World;
  let outages: string;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    outages = world.write("outages.csv", DOWN_79_MINUTES);
  });
  after(() => world.end());

  const evidence = () => join(world.folder, "evidence");
  const report = (...more: string[]) => ["report", world.file, "--evidence", evidence(), ...more];

  it("creates the agreement, and finds it when asked again", async () => {
    const first = await world.run(["deploy", world.file, "--yes"]);
    const second = await world.ok("deploy", world.file);
    const agreement = /^Agreement (?<at>0x\w{40})$/m.exec(first.out)?.groups?.["at"];
    expect(second.json).to.include({ agreement, done: true });
    expect(first.out).to.contain(`ending in\n  #/agreement/${String(agreement)}?factory=${world.factory}\n`);
  });

  it("does not accept for the client before the first fee is there", async () => {
    const { code, exitCode, message } = await world.refusal("accept", world.file, "--as", "client");
    expect({ code, exitCode }).to.deep.equal({ code: "contract.BalanceTooLow", exitCode: 1 });
    expect(message).to.equal("The client's balance is 0.00 USDC; 1,000.00 USDC is needed.");
  });

  it("takes the first fee when no amount is named, and approves exactly that", async () => {
    const { json } = await world.ok("fund", world.file);
    const [approve, fund] = json["transactions"] as { description: string }[];
    expect(approve?.description).to.equal("let the agreement take exactly 1,000.00 USDC");
    expect(fund?.description).to.equal("fund the agreement with 1,000.00 USDC");
    expect(await world.balance("client")).to.equal(99_000_000_000n);
    expect((await world.ok("fund", world.file)).json).to.include({ done: true });
  });

  it("refuses the same amount twice within an hour, as when it was killed before the receipt", async () => {
    await world.ok("fund", world.file, "11,000", "--transfer");
    const { code, exitCode, hint } = await world.refusal("fund", world.file, "11,000", "--transfer");
    expect({ code, exitCode }).to.deep.equal({ code: "repeat.same-amount", exitCode: 1 });
    expect(hint).to.contain("--again");
    expect(await world.balance("client")).to.equal(88_000_000_000n);
  });

  it("asks which seat is meant, then accepts for both, once", async () => {
    expect(await world.refusal("accept", world.file)).to.include({ code: "usage.which-signer", exitCode: 2 });
    await world.ok("accept", world.file, "--as", "client");
    await world.ok("accept", world.file); // the only seat left
    expect((await world.ok("accept", world.file)).json).to.include({ done: true });
  });

  it("says when the first report's window opens, and to try again then", async () => {
    await world.at("2030-01-20T00:00:00Z");
    const { code, exitCode, message } = await world.refusal(...report("--outages", outages));
    expect({ code, exitCode }).to.deep.equal({ code: "report.too-early", exitCode: 75 });
    expect(message).to.contain("1 Feb 2030");
  });

  it("previews what the month would pay, to the cent", async () => {
    const { json } = await world.ok("preview", world.file, "--outages", outages);
    expect(json).to.deep.include({ fee: "1000.00", credit: "100.00", earned: "900.00" });
    expect(json["measurements"]).to.deep.equal([{ total: "2678400", bad: "4740", excluded: "0" }]);
  });

  it("shows a dry run without writing or sending", async () => {
    await world.at("2030-02-01T00:00:00Z");
    const { json } = await world.ok(...report("--outages", outages, "--dry-run"));
    expect(json).to.include({ dryRun: true, from: world.people.oracle });
    expect(existsSync(evidence())).to.equal(false);
  });

  it("refuses the wrong signer and names the right one", async () => {
    const { code, message } = await world.refusal(...report("--outages", outages, "--from", world.people.client));
    expect(code).to.equal("signer.wrong");
    expect(message).to.contain(world.people.oracle).and.contain(world.people.client);
  });

  it("posts the report once; run again it finds it there", async () => {
    const first = await world.ok(...report("--outages", outages));
    const second = await world.ok(...report("--outages", outages));
    expect(first.json["transactions"]).to.have.length(1);
    expect(second.json).to.deep.include({ done: true, transactions: [], evidence: first.json["evidence"] });
  });

  it("explains what to do when other counts than the reported ones are measured", async () => {
    const counts = ["--counts", "2678400,0,0"];
    const { code, exitCode, hint } = await world.refusal(...report(...counts));
    expect({ code, exitCode }).to.deep.equal({ code: "report.differs", exitCode: 1 });
    expect(hint).to.contain("--revise").and.contain("6 Feb 2030");
    const revised = await world.ok(...report(...counts, "--revise"));
    expect(revised.json["revision"]).to.equal("1");
    const back = await world.ok(...report("--outages", outages, "--revise"));
    expect(back.json["revision"]).to.equal("2");
  });

  it("says too late when the window is over, and what the parties can still do", async () => {
    await world.at("2030-02-06T00:00:00Z");
    const { code, hint, exitCode } = await world.refusal(...report("--counts", "2678400,0,0", "--revise"));
    expect({ code, exitCode }).to.deep.equal({ code: "report.too-late", exitCode: 1 });
    expect(hint).to.contain("upheld dispute").and.contain("upheld agree");
  });

  it("pays the provider and credits the client by itself", async () => {
    await world.at("2030-02-15T00:00:00Z");
    await world.ok("claim", world.file);
    expect(await world.balance("provider")).to.equal(1_900_000_000n);
    expect((await world.ok("claim", world.file)).json).to.include({ done: true });
  });

  it("says what silence means once it stands", async () => {
    await world.at("2030-03-06T00:00:00Z");
    const { code, message, hint } = await world.refusal(...report("--counts", "2419200,0,0"));
    expect(code).to.equal("report.too-late");
    expect(message).to.contain("Silence counts as a report of 500.00 USDC credit");
    expect(hint).to.contain("13 Mar 2030");
  });

  it("lets the provider dispute silence, the arbiter rule, and the pledge come back", async () => {
    const dispute = ["dispute", world.file, "--evidence", evidence(), "--as", "provider", "--counts", "2419200,0,0"];
    const { json } = await world.ok(...dispute);
    expect((json["transactions"] as { description: string }[])[0]?.description).to.contain("exactly 50.00 USDC");
    expect((await world.ok(...dispute)).json).to.include({ done: true });
    await world.at("2030-03-14T00:00:00Z");
    await world.ok("rule", world.file, "1", "provider");
    await world.ok("claim", world.file);
    expect(await world.balance("provider")).to.equal(2_900_000_000n);
  });

  it("hands a seat over, and takes money out", async () => {
    await world.ok("seat", "offer", world.file, world.people.stranger, "--as", "client");
    await world.ok("seat", "take", world.file, "client");
    await world.ok("terminate", world.file, "notice", "--as", "client");
    await world.ok("withdraw", world.file, "100");
    expect(await world.balance("stranger")).to.equal(100_000_000n);
    expect(await world.refusal("withdraw", world.file, "1,000,000")).to.include({ code: "contract.AmountAboveFree" });
  });

  it("agrees on an end with two keys", async () => {
    const agree = (as: string) => ["agree", world.file, "end", "2030-04-15", "--as", as];
    await world.ok(...agree("provider"));
    expect((await world.ok(...agree("provider"))).json).to.include({ done: true });
    await world.ok("revoke", world.file, "end", "2030-04-15", "--as", "provider");
    await world.ok(...agree("provider"));
    await world.ok(...agree("client"));
    await world.ok("settle", world.file, "--from", world.people.arbiter);
    await world.ok("sync", world.file);
  });

  it("shows who holds the money and what happens next", async () => {
    const { out } = await world.run(["status", world.file]);
    expect(out).to.contain("MONEY").and.contain("IF NOBODY DOES ANYTHING").and.contain("WHO MAY DO WHAT NOW");
    const { json } = await world.ok("status", world.file);
    expect(json).to.include({ phase: "active", end: String(Date.parse("2030-04-15") / 1000), owed: "0.00" });
  });

  it("checks that the agreement is what the file says", async () => {
    expect((await world.ok("check", world.file)).json["ok"]).to.equal(true);
    const other = world.write("other.sla.yaml", readFileSync(world.file, "utf8").replace("fee: 1,000", "fee: 1,001"));
    const { agreement } = (await world.ok("status", world.file)).json as { agreement: string };
    const { exitCode, out } = await world.run(["check", agreement, other]);
    expect(exitCode).to.equal(1);
    expect(out).to.contain("✗ fee: 1000000000; the file says 1001000000");
  });

  it("verifies every unit from the chain and the files", async () => {
    const { json } = await world.ok("verify", world.file, "--evidence", evidence());
    expect(json).to.deep.include({ agrees: true, files: 2, missing: [] });
    expect(json["termsHash"]).to.match(/^0x[0-9a-f]{64}$/);
    const counts = { total: "2678400", bad: "4740", excluded: "0" };
    expect(json["periods"]).to.deep.equal([
      {
        period: 0,
        measures: [{ id: 1, grade: "outages", samples: 0, vantages: 0, holes: [], counts }],
        source: "outages listed in outages.csv",
        tableCredit: "100.00",
        credit: "100.00",
        earned: "900.00",
        fromBond: "0.00",
      },
      { period: 1, measures: [], tableCredit: "500.00", credit: "0.00", earned: "1000.00", fromBond: "0.00" },
    ]);
  });

  it("says of each month how the counts came to money", async () => {
    const { out } = await world.run(["verify", world.file, "--evidence", evidence()]);
    expect(out).to.contain(
      [
        "Period 0, 1 Jan 2030 to 1 Feb 2030",
        "  uptime: outages listed (grade outages) → 4740 bad of 2678400",
        "  → credit 100.00 → provider 900.00, client 100.00",
        "Period 1, 1 Feb 2030 to 1 Mar 2030",
        "  no report: the credit agreed for silence",
        "  → credit 500.00 → provider 1,000.00, client 0.00",
        "✓ All agrees: 2 periods, 2 evidence files, every unit accounted for.",
      ].join("\n"),
    );
  });

  it("shows one day and proves it, without the others and without the file", async () => {
    const [path = ""] = readdirSync(evidence(), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("2030-01.r2.json.gz"),
    );
    const proof = join(world.folder, "9-january.json");
    const file = join(evidence(), path);
    expect((await world.ok("prove-day", file, "2030-01-09", proof)).json).to.include({ leaf: 9, file: proof });
    expect(readFileSync(proof, "utf8")).to.contain("2030-01-09T01:26:00Z").and.not.contain("2030-01-13");
    const { out, exitCode } = await world.run(["verify-day", world.file, proof]);
    expect(exitCode).to.equal(0);
    expect(out).to.equal(
      "  outage 1 every 2030-01-09T01:26:00Z 2030-01-09T01:56:00Z\n" +
        "✓ This is what the oracle swore of 2030-01-09: period 0, revision 2, leaf 9.\n",
    );
    const forged = world.write("forged.json", readFileSync(proof, "utf8").replace("01:56:00Z", "01:55:59Z"));
    const no = await world.run(["verify-day", world.file, forged]);
    expect(no.exitCode).to.equal(1);
    expect(no.out).to.match(
      /✗ MISMATCH at day 2030-01-09, leaf 9: the text does not lead to the root 0x[0-9a-f]{64} of the report, revision 2\n/,
    );
    const { code } = await world.refusal("prove-day", file, "2030-02-01", join(world.folder, "none.json"));
    expect(code).to.equal("evidence.no-such-day");
    expect((await world.refusal("prove-day", file, "2030-01-09", proof)).message).to.contain("is there already");
  });

  it("names the day in which one second was changed", async () => {
    const [path = ""] = readdirSync(evidence(), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("2030-01.r2.json.gz"),
    );
    const file = join(evidence(), path);
    const text = unpack(readFileSync(file));
    writeFileSync(file, pack(text.replace("2030-01-09T01:56:00Z", "2030-01-09T01:55:59Z")));
    const { exitCode, out } = await world.run(["verify", world.file, "--evidence", evidence()]);
    expect(exitCode).to.equal(1);
    expect(out).to.contain("MISMATCH at period 0, day 2030-01-09, leaf 9");
  });
});
