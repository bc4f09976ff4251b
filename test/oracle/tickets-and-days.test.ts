import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { readEvidence } from "../../src/evidence/files.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World } from "../cli/world.ts";
import { keystoreOf, signMany, type Signed } from "./many.ts";

const MEASURES = `measures:
  urgent tickets:
    unit: tickets
    excluded: none
    how: Answered by a person within 15 minutes, Mondays to Fridays in office hours.
    policy:
      priorities: P1
      answered within: 15 minutes
      hours: Mon-Fri 09:00-17:00 Europe/Vienna
  normal tickets:
    unit: tickets
    excluded: none
    how: Solved within 8 hours, waiting for the client apart.
    policy:
      priorities: P2
      resolved within: 8 hours
  bad days:
    unit: days
    excluded: none
    how: A day with an outage.
credits: add up
objectives:
  - measure: urgent tickets
    at least 1 ticket: 5%
  - measure: normal tickets
    at least 1 ticket: 5%
  - measure: bad days
    at least 2 days: 10%
`;

const COLUMNS =
  "{ id: Ticket, priority: Priority, opened: Created, answered: First reply, resolved: Solved, waiting: On hold }";
const HEADER = "Ticket,Subject,Priority,Created,First reply,Solved,On hold";
/** 2030-01-07 is a Monday; Vienna is an hour ahead of UTC. */
const EXPORT = [
  HEADER,
  "1,Printer,P1,2030-01-07T09:00:00Z,2030-01-07T09:15:00Z,2030-01-07T10:00:00Z,", // just in time
  "2,Mail,P1,2030-01-08T09:00:00Z,2030-01-08T09:15:01Z,2030-01-08T10:00:00Z,", // a second late
  "3,Night,P1,2030-01-08T22:00:00Z,2030-01-09T08:10:00Z,2030-01-09T09:00:00Z,", // opens at 08:00 UTC: 10 minutes
  "4,Disk,P2,2030-01-10T08:00:00Z,,2030-01-10T18:00:00Z,2030-01-10T10:00:00Z/2030-01-10T12:00:00Z", // 10 h, 2 waited
  "5,Backup,P2,2030-01-11T08:00:00Z,,2030-01-11T16:00:01Z,", // a second late
  "6,Wish,P3,2030-01-11T08:00:00Z,,,",
  "",
].join("\n");
/** The 9th, and the night from the 20th to the 21st. */
const OUTAGES = "start,end\n2030-01-09T00:37:00Z,2030-01-09T01:56:00Z\n2030-01-20T23:59:00Z,2030-01-21T00:00:01Z\n";

describe("an oracle that counts tickets and days", function () {
  this.timeout(120_000);
  let world: World;
  let signed: Signed[];
  const evidence = () => join(world.folder, "evidence");

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    signed = await signMany(world, 1, { change: (text) => text.replace(/measures:[^]*(?=salt:)/, MEASURES) });
    await keystoreOf(world, "oracle");
    world.write("helpdesk.csv", EXPORT);
    world.write("outages.csv", OUTAGES);
  });
  after(() => world.end());

  const tickets = (columns = COLUMNS) => `{ tickets: { file: helpdesk.csv, columns: ${columns} } }`;
  function config(changes: Record<string, string> = {}, agreement = signed[0]?.file ?? ""): string {
    const measures = {
      "urgent tickets": tickets(),
      "normal tickets": tickets(),
      "bad days": "{ outages: outages.csv }",
      ...changes,
    };
    const lines = Object.entries(measures).map(([name, source]) => `      ${name}: ${source}`);
    const text = `keystore: keys/oracle.json\npassword file: oracle.pw\nevidence: evidence\nagreements:\n  - agreement: "${agreement}"\n    measures:\n${lines.join("\n")}\n`;
    return world.write("oracle.yaml", text);
  }
  const report = (file = config()) => world.run(["report", "--all", "--config", file, "--json"]);
  const problem = async () => {
    const { exitCode, json } = await report();
    expect(exitCode).to.equal(1);
    return (json["reports"] as { problem: Record<string, unknown> }[])[0]?.problem;
  };
  const refused = async (changes: Record<string, string>, agreement?: string) =>
    world.refusal("report", "--all", "--dry-run", "--config", config(changes, agreement));

  it("is told when the config is opened what a source cannot say", async () => {
    const file = signed[0]?.file ?? "";
    expect(await refused({ "bad days": tickets() })).to.include({
      code: "config.not-tickets",
      message: `${file}: measure bad days is not counted in tickets, so an export of tickets says nothing of it.`,
    });
    expect(await refused({ "urgent tickets": "{ outages: outages.csv }" })).to.include({
      code: "config.not-seconds",
      message: `${file}: measure urgent tickets is not counted in seconds or days, so it needs counts or an export of tickets.`,
    });
    expect(await refused({ "urgent tickets": tickets(COLUMNS.replace("answered: First reply, ", "")) })).to.include({
      code: "config.no-column",
      message: `${file}: measure urgent tickets counts tickets answered in time, and no column is named for that.`,
      hint: "Add `answered` under columns.",
    });
    const address = signed[0]?.address ?? "";
    const numbered = world.write(
      "by-address.yaml",
      `evidence: e\nagreements:\n  - agreement: "${address}"\n    measures: { 1: ${tickets()}, 2: ${tickets()}, 3: { outages: outages.csv } }\n`,
    );
    expect(await world.refusal("report", "--all", "--dry-run", "--config", numbered)).to.include({
      code: "config.no-policy",
    });
  });

  it("names the line of an export that cannot be read, and a column that is not there", async () => {
    await world.at("2030-02-01T00:00:00Z");
    world.write("helpdesk.csv", EXPORT.replace("2030-01-08T09:15:01Z", "8 Jan 2030"));
    expect(await problem()).to.deep.include({
      code: "time.malformed",
      file: join(world.folder, "helpdesk.csv"),
      line: 3,
    });
    world.write("helpdesk.csv", EXPORT.replace("First reply", "First answer"));
    expect(await problem()).to.deep.include({
      code: "tickets.header",
      file: join(world.folder, "helpdesk.csv"),
      line: 1,
    });
    world.write("helpdesk.csv", EXPORT);
  });

  it("keeps its evidence, though the export grows before the report gets in", async () => {
    const dear = readFileSync(config(), "utf8").replace(/^/, "highest gas price: 0.000000001 gwei\n");
    const { json } = await report(world.write("dear.yaml", dear));
    expect((json["reports"] as { problem: { code: string } }[])[0]?.problem.code).to.equal("gas.too-dear");
    world.write("helpdesk.csv", `${EXPORT}7,New,P1,2030-02-02T09:00:00Z,,,\n`);
  });

  it("reports each priority against its own limit, and the days with an outage", async () => {
    const { exitCode, json } = await report();
    expect([exitCode, json["counts"]]).to.deep.equal([0, { reported: 1 }]);
    const [first] = json["reports"] as Record<string, unknown>[];
    expect(first?.["measurements"]).to.deep.equal([
      { total: "3", bad: "1", excluded: "0" },
      { total: "2", bad: "1", excluded: "0" },
      { total: "31", bad: "3", excluded: "0" },
    ]);
  });

  it("swears days by their outages, tickets by the export's hash", async () => {
    const path = join(evidence(), "31337", (signed[0]?.address ?? "").toLowerCase(), "2030-01.r0.json.gz");
    const { indicators, source, days } = await readEvidence(path);
    expect(indicators.map(({ unit, grade }) => `${unit} ${grade}`)).to.deep.equal([
      "tickets totals",
      "tickets totals",
      "days outages",
    ]);
    const hash = createHash("sha256").update(EXPORT).digest("hex");
    const named = `SHA-256 ${hash} of helpdesk.csv; P1 in helpdesk.csv, beside it 2 of P2, 1 of P3; P2 in helpdesk.csv`;
    expect(source.startsWith(named), source).to.equal(true);
    expect(days.flatMap(({ outages }) => outages)).to.have.length(3);
    const { out, exitCode } = await world.run(["verify", signed[0]?.file ?? "", "--evidence", evidence()]);
    expect(exitCode).to.equal(0);
    expect(out)
      .to.contain("urgent tickets: tickets of an export (grade totals: only who has it can count again) → 1 bad of 3")
      .and.contain(`\n    source: ${named}`)
      .and.contain("bad days: outages listed (grade outages) → 3 bad of 31")
      .and.contain("All agrees");
  });
});
