import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { AddressBook } from "../../src/chain/addresses.ts";
import { anvilPath } from "../chain/nodes.ts";
import { agreementText } from "./agreement.ts";
import { World } from "./world.ts";

/** Up to two hours of maintenance, announced in time, or of what follows declined advice; and word within half an hour. */
const MEASURES = `measures:
  uptime:
    unit: seconds
    excluded: up to 2 hours, counts as up
    policy:
      bad when: fails
      a sample speaks for: 1 day
      unknown: counts as up
      planned maintenance: announced 5 days ahead
      emergency maintenance: announced 2 hours ahead
      declined advice: is excluded
  undisclosed outages:
    unit: tickets
    how: An outage of uptime is bad when the record does not tell of it within half an hour.
    policy:
      outages of: uptime
      disclosed within: 30 minutes
credits: add up
objectives:
  - measure: uptime
    below 99.9%: 10%
  - measure: undisclosed outages
    at least 1 ticket: 5%
    at least 3 tickets: 10%
salt:`;

interface Listed {
  readonly entry: number;
  readonly what: string;
  readonly text?: string;
  readonly answer?: string;
  readonly isRetracted?: boolean;
}

interface Stated {
  readonly periods: readonly {
    readonly record: {
      readonly outages: readonly { readonly toldAfterSeconds?: string }[];
      readonly exclusions: readonly { readonly reason: Readonly<Record<string, unknown>> }[];
      readonly caps: readonly object[];
      readonly otherIncidents: readonly { readonly incident: number; readonly text?: string }[];
    };
  }[];
  readonly advice: { readonly declined: readonly { readonly entry: number; readonly answerText?: string }[] };
}

describe("the record by the executable", () => {
  let world: World;
  let file: string;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    const text = agreementText(world.people, await world.token.getAddress());
    file = world.write("recorded.sla.yaml", text.replace(/measures:[^]*salt:/, MEASURES));
    await world.ok("deploy", file);
    await world.ok("fund", file, "12,000", "--transfer");
    await world.ok("accept", file, "--as", "client");
    await world.ok("accept", file);
  });
  after(() => world.end());

  const evidence = () => ["--evidence", join(world.folder, "evidence")];
  const say = (job: string, ...rest: string[]) => world.ok("record", job, file, ...rest, ...evidence());
  const refused = (job: string, ...rest: string[]) => world.refusal("record", job, file, ...rest, ...evidence());
  const listed = async () => (await say("list")).json["entries"] as Listed[];
  const texts = () => {
    const chain = join(world.folder, "evidence", "31337");
    return existsSync(chain) ? readdirSync(chain).flatMap((each) => readdirSync(join(chain, each, "record"))) : [];
  };

  it("says that nothing is in it", async () => {
    const { out } = await world.run(["record", "list", file]);
    expect(out).to.equal("Nothing is in the record.\n");
  });

  it("tries an announcement in words, without writing or sending", async () => {
    const window = ["--from", "2030-01-12T22:00Z", "--until", "2030-01-12T23:00Z", "--text", "New disks"];
    const { out } = await world.run(["record", "maintenance", file, ...window, ...evidence(), "--dry-run"]);
    expect(out).to.contain("announce planned maintenance from 12 Jan 2030 22:00 UTC until 12 Jan 2030 23:00 UTC");
    expect(out).to.match(/It begins in \d+ days\./);
    expect([texts(), await listed()]).to.deep.equal([[], []]);
  });

  it("announces maintenance once, its words in a private file", async () => {
    await world.at("2030-01-02T00:00:00Z");
    const window = ["--from", "2030-01-12T22:00Z", "--until", "2030-01-12T23:00Z", "--text", "New disks"];
    const first = await say("maintenance", ...window);
    const second = await say("maintenance", ...window);
    expect(first.json["from"]).to.equal(world.people.provider);
    expect(second.json).to.include({ done: true, entry: 1, file: first.json["file"] });
    expect(texts()).to.have.length(1);
    const kept = JSON.parse(readFileSync(first.json["file"] as string, "utf8")) as Record<string, string>;
    expect(kept["text"]).to.equal("New disks");
    const [entry] = await listed();
    expect(entry).to.deep.include({
      entry: 1,
      what: "maintenance",
      kind: "planned",
      text: "New disks",
    });
    const { secondsAhead } = entry as { secondsAhead?: number };
    expect(secondsAhead).to.be.within(943_100, 943_200);
    expect(entry).to.not.have.property("salt");
  });

  it("uses the words of a run that was killed before it sent", async () => {
    const window = ["--from", "2030-01-20T22:00Z", "--until", "2030-01-20T23:00Z", "--text", "Firewall"];
    // As if killed: the words are on disk, and nothing is on chain.
    await world.run(["record", "maintenance", file, ...window, ...evidence(), "--calldata"]);
    const kept = texts();
    expect(kept).to.have.length(2);
    await say("maintenance", ...window);
    expect(texts()).to.deep.equal(kept);
    expect(await listed()).to.have.length(2);
  });

  it("takes maintenance back, and says so when asked again", async () => {
    await say("maintenance", "--from", "2030-01-25T00:00Z", "--until", "2030-01-26T00:00Z", "--text", "Too much");
    await world.ok("record", "retract", file, "3");
    expect((await world.ok("record", "retract", file, "3")).json).to.include({ done: true });
    expect((await listed())[2]).to.include({ isRetracted: true });
  });

  it("asks for advice to be answered by the client, forwards only", async () => {
    await say("advice", "--text", "Buy a second line");
    const wrong = await refused("answer", "4", "declined", "--from", world.people.provider);
    expect(wrong).to.include({ code: "signer.wrong", exitCode: 1 });
    await say("answer", "4", "later");
    const answer = await say("answer", "4", "declined", "--text", "Too dear");
    expect(answer.json["from"]).to.equal(world.people.client);
    expect((await say("answer", "4", "declined")).json).to.include({ done: true });
    const back = await refused("answer", "4", "later");
    expect(back).to.include({ code: "contract.AnswerStands", exitCode: 1 });
    expect((await refused("answer", "1", "declined")).message).to.equal("Entry 1 is no advice.");
    expect((await refused("answer", "9", "declined")).message).to.equal("The record has no entry 9.");
    expect((await listed())[3]).to.include({ answer: "declined", isOpen: false });
  });

  it("refuses what comes too late, in words", async () => {
    const window = ["--from", "2030-01-01T00:00Z", "--until", "2030-01-03T00:00Z", "--text", "Past"];
    const { code, message, hint } = await refused("maintenance", ...window);
    expect(code).to.equal("contract.MaintenanceNotAhead");
    expect(message).to.equal("Planned maintenance is announced before it starts; this one started 1 Jan 2030.");
    expect(hint).to.contain("emergency");
    expect((await refused("incident", "--began", "2031-01-01", "--text", "x")).message).to.equal(
      "1 Jan 2031 has not come yet.",
    );
  });

  it("wants one thing of an incident at a time", async () => {
    for (const options of [
      [],
      ["--began", "2030-01-01", "--update", "1"],
      ["--ended", "2030-01-01", "--began", "2030-01-01"],
    ]) {
      expect(await refused("incident", ...options, "--text", "x")).to.include({ code: "usage", exitCode: 2 });
    }
    expect(await refused("incident", "--resolve", "5", "--text", "x")).to.include({ code: "usage", exitCode: 2 });
  });

  it("tells of an incident, more of it, and that it is over", async () => {
    await world.at("2030-01-15T10:20:00Z");
    await say("incident", "--began", "2030-01-15T10:00Z", "--text", "No line");
    expect((await world.run(["status", file])).out).to.contain("entry 5: incident, began 15 Jan 2030 10:00 UTC");
    await say("incident", "--update", "5", "--text", "The provider's line is cut");
    const over = ["--resolve", "5", "--ended", "2030-01-15T10:20Z", "--text", "Back"];
    await say("incident", ...over);
    expect((await say("incident", ...over)).json).to.include({ done: true, entry: 5 });
    expect((await world.run(["status", file])).out).to.not.contain("entry 5");
    const { out } = await world.run(["record", "list", file, ...evidence()]);
    expect(out).to.contain("incident, began 15 Jan 2030 10:00 UTC, told 20 min").and.contain('"Back"');
  });

  it("announces an emergency that the policy takes, and one too late for it", async () => {
    await world.at("2030-01-18T00:00:00Z");
    const emergency = (from: string, until: string) =>
      say("maintenance", "--emergency", "--from", from, "--until", until, "--text", `From ${from}`);
    await emergency("2030-01-18T03:00Z", "2030-01-18T03:10Z");
    await emergency("2030-01-18T01:00Z", "2030-01-18T01:10Z");
    expect(await listed()).to.have.length(7);
  });

  it("files a document by its bytes", async () => {
    const review = world.write("review.txt", "All was well.");
    const filed = await say("document", review, "--kind", "report", "--as", "client");
    expect(filed.json["from"]).to.equal(world.people.client);
    expect((await say("document", review, "--kind", "report", "--as", "client")).json).to.include({ done: true });
    const verified = await say("verify", "--document", review);
    expect(verified.json).to.deep.include({ agrees: true, missing: [], unsaid: [] });
    writeFileSync(review, "All was bad.");
    const other = await world.run(["record", "verify", file, "--document", review, ...evidence()]);
    expect(other.exitCode).to.equal(1);
    expect(other.out).to.contain("no text of the record names these bytes");
  });

  it("notices words that were changed, and words that are missing", async () => {
    const [name = ""] = texts();
    const [folder = ""] = readdirSync(join(world.folder, "evidence", "31337"));
    const path = join(world.folder, "evidence", "31337", folder, "record", name);
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.replace(/"text": "/, '"text": "Not '));
    const changed = await world.run(["record", "verify", file, ...evidence(), "--json"]);
    expect(changed.exitCode).to.equal(1);
    expect(changed.json["damaged"]).to.have.length(1);
    expect(changed.json["missing"]).to.have.length(1);
    writeFileSync(path, whole);
    const without = await world.run(["record", "verify", file, "--evidence", join(world.folder, "elsewhere")]);
    expect(without.exitCode).to.equal(0);
    expect(without.out).to.contain("entry 1, maintenance: no text at hand").and.contain("0 texts of 11");
  });

  describe("when the month is measured", () => {
    /** Each with how it should count. */
    const OUTAGES = [
      ["2030-01-08T00:00:00Z", "2030-01-08T00:10:00Z"], // bad, nobody was told
      ["2030-01-12T22:00:00Z", "2030-01-12T22:30:00Z"], // planned
      ["2030-01-15T10:00:00Z", "2030-01-15T10:15:00Z"], // cites declined advice
      ["2030-01-18T01:00:00Z", "2030-01-18T01:10:00Z"], // bad: the emergency was told too late, and no incident
      ["2030-01-18T03:00:00Z", "2030-01-18T03:10:00Z"], // emergency
      ["2030-01-25T00:00:00Z", "2030-01-25T00:05:00Z"], // bad: that maintenance was taken back
    ];
    const EXCLUDED = "start,end,cites\n2030-01-15T10:00:00Z,2030-01-15T10:15:00Z,advice 4\n";
    let sources: string[];
    before(async () => {
      const csv = ["start,end", ...OUTAGES.map((outage) => outage.join(","))].join("\n");
      sources = ["--outages", world.write("out.csv", csv), "--exclusions", world.write("excluded.csv", EXCLUDED)];
      await world.at("2030-02-01T01:00:00Z");
    });

    it("takes out what was announced in time and what cites declined advice, and counts who was not told", async () => {
      const { json } = await world.ok("preview", file, ...sources);
      expect(json["measurements"]).to.deep.equal([
        { total: "2678400", bad: "1500", excluded: "3300" },
        { total: "3", bad: "3", excluded: "0" },
      ]);
    });

    it("refuses an exclusion that is in no entry, or cites advice declined too late", async () => {
      const refuse = async (rows: string) => {
        const excluded = world.write("wrong.csv", `start,end,cites\n${rows}\n`);
        return world.refusal("preview", file, "--outages", sources[1] ?? "", "--exclusions", excluded);
      };
      expect((await refuse("2030-01-08T00:00:00Z,2030-01-08T00:10:00Z,")).code).to.equal("record.uncited");
      const none = await refuse("2030-01-08T00:00:00Z,2030-01-08T00:10:00Z,advice 1");
      expect(none.message).to.equal("advice 1: the record has no such advice");
      await say("advice", "--text", "Too late");
      await say("answer", "9", "declined");
      const late = await refuse("2030-01-08T00:00:00Z,2030-01-08T00:10:00Z,advice 9");
      expect(late.code).to.equal("record.advice");
      expect(late.message).to.match(
        /^advice 9: what it would excuse began 2030-01-08T00:00:00Z; the client declined it 2030-02-01/,
      );
    });

    it("takes no counts for what follows from the record", async () => {
      const { message } = await world.refusal("preview", file, ...sources, "--counts", "undisclosed outages=3,0,0");
      expect(message).to.equal("Undisclosed outages (2) follows from the agreement's record.");
    });

    it("gives an oracle that reads samples the very same counts", async () => {
      const changes = OUTAGES.flatMap(([from, to]) => [`${from},0`, `${to},1`]).join("\n");
      world.write("samples.csv", `time,value\n2030-01-01T00:00:00Z,1\n${changes}\n`);
      const source = "        uptime: { samples: samples.csv, exclusions: excluded.csv }\n";
      const oracle = (more = "") =>
        world.write(
          "oracle.yaml",
          `network: local\nevidence: dry\nagreements:\n  - agreement: recorded.sla.yaml\n    measures:\n${source}${more}`,
        );
      const report = () => ["report", "--all", "--config", oracle(), "--dry-run"];
      const now = { now: BigInt(Date.UTC(2030, 1, 1, 1)) / 1000n };
      const { json, out } = await world.run([...report(), "--json"], now);
      expect(json["reports"], out).to.have.length(1);
      const [first] = json["reports"] as { counts?: unknown; measurements?: unknown }[];
      expect(first?.measurements ?? first?.counts, out).to.deep.equal([
        { total: "2678400", bad: "1500", excluded: "3300" },
        { total: "3", bad: "3", excluded: "0" },
      ]);
      oracle("        undisclosed outages: { counts: counts.csv }\n");
      const named = await world.refusal("report", "--all", "--config", join(world.folder, "oracle.yaml"), "--dry-run");
      expect(named.code).to.equal("config.from-record");
    });

    it("is reported, and recomputed from the chain", async () => {
      const { json } = await world.ok("report", file, ...sources, ...evidence());
      expect(json["measurements"]).to.have.length(2);
      expect((await world.ok("verify", file, ...evidence())).json).to.include({ agrees: true, files: 1 });
      const { out } = await world.run(["verify", file, ...evidence()]);
      expect(out).to.contain(
        "undisclosed outages: outages held against the record (grade totals, recomputed from both) → 3 bad of 3\n",
      );
    });

    it("stands in the month's statement: when the client was told, why time was left out, and advice", async () => {
      const { json } = await world.ok("statement", file, "2030-01", ...evidence(), "--format", "none");
      const [{ periods, advice }] = json["statements"] as [Stated];
      const record = periods[0]?.record;
      expect(record?.exclusions.map(({ reason }) => [reason.what, reason.entry, reason.text])).to.deep.equal([
        ["maintenance", 1, "New disks"],
        ["advice", 4, "Buy a second line"],
        ["maintenance", 6, "From 2030-01-18T03:00Z"],
        ["maintenance", 2, "Firewall"],
      ]);
      expect(record?.outages.map(({ toldAfterSeconds }) => toldAfterSeconds)).to.deep.equal(Array(3).fill(undefined));
      expect(record?.caps[0]).to.deep.equal({ measure: 1, cap: "7200", used: "3300", left: "3900" });
      expect(record?.otherIncidents.map(({ incident, text }) => [incident, text])).to.deep.equal([[5, "No line"]]);
      expect(advice.declined.map(({ entry, answerText }) => [entry, answerText])).to.deep.equal([[4, "Too dear"]]);
      const elsewhere = ["--evidence", join(world.folder, "elsewhere"), "--format", "none", "--json"];
      const { out } = await world.run(["statement", file, "2030-01", ...elsewhere]);
      expect(out).to.contain('"toldAfterSeconds": "12').and.not.contain("No line");
    });
  });

  describe("where it is not known", () => {
    it("is made once for a factory that has none", async () => {
      const book = new AddressBook(join(world.folder, "addresses.local.json"));
      const known = book.get(31_337n);
      book.set(31_337n, { factory: world.factory, block: 0 });
      const unknown = await world.refusal("record", "list", file);
      expect(unknown.code).to.equal("record.unknown");
      expect(unknown.hint).to.contain("upheld record new");
      const month = ["statement", file, "2030-01", ...evidence(), "--format", "none", "--json"];
      expect((await world.run(month)).out).to.not.contain("advice");
      expect((await world.run([...month, "--record", known?.record ?? ""])).out).to.contain('"Too dear"');
      const made = await world.ok("record", "new", "--from", world.people.stranger);
      expect(made.json["record"])
        .to.match(/^0x[0-9a-fA-F]{40}$/)
        .and.not.equal(known?.record);
      expect((await world.ok("record", "new", "--from", world.people.stranger)).json).to.include({ done: true });
      expect(await listed()).to.deep.equal([]);
      const other = await world.refusal("record", "list", file, "--record", world.factory);
      expect(other.code).to.equal("record.not-one");
      expect((await world.ok("record", "list", file, "--record", known?.record ?? "")).json["entries"]).to.have.length(
        9,
      );
    });
  });
});
