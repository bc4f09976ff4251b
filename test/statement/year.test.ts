import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect } from "chai";
import { Interface } from "ethers";
import { unzipSync } from "fflate";
import { pack, unpack } from "../../src/evidence/pack.ts";
import { anvilPath } from "../chain/nodes.ts";
import { agreementText } from "../cli/agreement.ts";
import { World } from "../cli/world.ts";

const ERC20 = new Interface(["event Transfer(address indexed from, address indexed to, uint256 amount)"]);
const DOWN_200_HOURS =
  "start,end\n2030-01-02T00:00:00Z,2030-01-10T00:00:00Z\n2030-01-20T00:00:00Z,2030-01-20T08:00:00Z\n";
const DOWN_2_HOURS = "start,end\n2030-04-11T10:00:00Z,2030-04-11T12:00:00Z\n";

const NO_TRANSFERS = { into: 0n, out: 0n };

type Account = Readonly<Record<"opening" | "in" | "fee" | "credit" | "bond" | "stake" | "paid" | "closing", string>>;

interface StatementData {
  readonly number: string;
  readonly status: string;
  readonly open: readonly string[];
  readonly accounts: Readonly<Record<"client" | "provider" | "bond" | "stakes", Account>>;
  readonly fee: string;
  readonly credit: string;
  readonly held: string;
  readonly tax: object;
  readonly periods: readonly Record<string, unknown>[];
  readonly rulings: readonly object[];
  readonly remarks: readonly { readonly isBad: boolean; readonly text: string }[];
  readonly todo: readonly { readonly who: string; readonly what: string }[];
}

/** In millionths: the token has six decimals. */
const units = (text: string): bigint => {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const amount = BigInt(whole + fraction.padEnd(6, "0"));
  return sign === "-" ? -amount : amount;
};

describe("the statements of a year with all that can happen", function () {
  this.timeout(180_000);
  let world: World;
  let file: string;
  let evidence: string[];
  let papers: string;
  const final: string[] = [];

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    papers = join(world.folder, "papers");
    evidence = ["--evidence", join(world.folder, "evidence")];
    const text = agreementText(world.people, await world.token.getAddress())
      .replace("credit cap: 50%", "credit cap: 150%\nbond: 500 USDC")
      .replace("below 95%: 50%", "below 95%: 150%")
      .replace("fee: 1,000 USDC", "fee: 1,000 USDC\ntax: 20% VAT included");
    file = world.write("year.sla.yaml", text);
    await world.ok("deploy", file);
    await give(world.people.provider);
  });
  after(() => world.end());

  /** A thousand out of the client's purse. */
  async function give(to: string): Promise<void> {
    const client = world.token.connect(await world.provider.getSigner(world.people.client));
    await (await client.transfer(to, 1_000_000_000n)).wait();
  }

  /** The statement of `month` for machines; with files, once it is final. */
  async function stated(month: string, ...more: string[]): Promise<StatementData> {
    const { json } = await world.ok("statement", file, month, ...evidence, "--format", "none", ...more);
    const [statement] = json["statements"] as [StatementData];
    return statement;
  }

  /** The same; its files are kept, to be made again at the end. */
  async function finally_(month: string): Promise<StatementData> {
    const statement = await stated(month);
    expect(statement.status, month).to.equal("final");
    const { json } = await world.ok("statement", file, month, ...evidence, "--out", papers);
    expect((json["files"] as { outcome: string }[]).map(({ outcome }) => outcome)).to.deep.equal(Array(4).fill("new"));
    final.push(month);
    return statement;
  }

  const bad = ({ remarks }: StatementData) => remarks.filter(({ isBad }) => isBad).map(({ text }) => text);
  /** A call's second is the node's. */
  const withoutClock = (text: string) => text.replaceAll(/ \d\d:\d\d(:\d\d)? UTC/g, "");
  const todos = ({ todo }: StatementData) => todo.map(({ who, what }) => `${who}: ${what}`);

  it("refuses a month in which nothing had happened, and one that has not begun", async () => {
    expect((await world.refusal("statement", file, "2029-12")).message).to.equal(
      "Nothing has happened in this agreement yet: nobody paid or accepted.",
    );
    expect((await world.refusal("statement", file, "2030-02")).message).to.equal("February 2030 has not begun.");
    await world.ok("fund", file, "5,000", "--transfer");
    await world.ok("accept", file, "--as", "client");
    await world.ok("accept", file, "--as", "provider");
    expect(await world.refusal("statement", file, "2029-11")).to.deep.include({
      code: "statement.nothing-yet",
      message: "Nothing had happened in this agreement in November 2029; it begins in December 2029.",
    });
    for (const named of [
      ["2029-12"],
      [file],
      [file, "2029-12", "2030-01"],
      [file, file.replace("year", "none"), "2029-12"],
    ]) {
      expect((await world.refusal("statement", ...named)).exitCode, named.join(" ")).to.equal(2);
    }
    const { message } = await world.refusal("statement", file, "2029-12", "--format", "docx");
    expect(message).to.contain("not one of html, pdf, csv, json, none");
  });

  it("begins with the money paid in and the bond, provisional while the month runs", async () => {
    const { number, status, open, accounts } = await stated("2029-12");
    expect({ number: number.slice(-4), status, open }).to.deep.equal({
      number: "-001",
      status: "provisional",
      open: ["December 2029 is not over"],
    });
    expect(accounts.client).to.deep.include({ opening: "0.00", in: "5000.00", closing: "5000.00" });
    expect(accounts.bond).to.deep.include({ bond: "500.00", closing: "500.00" });
  });

  it("waits for a report, then for the end of its dispute window, and says what is to be done by when", async () => {
    await world.at("2030-02-01T00:00:00Z");
    const awaiting = await stated("2030-01");
    expect(awaiting.open).to.deep.equal(["the report has not come yet"]);
    expect(todos(awaiting)).to.deep.equal(["oracle: Report January 2030 before 6 Feb 2030: upheld report."]);

    const outages = world.write("january.csv", DOWN_200_HOURS);
    await world.ok("report", file, ...evidence, "--outages", outages);
    const reported = await stated("2030-01");
    expect(reported).to.include({ status: "provisional", fee: "0.00", credit: "0.00" });
    expect(bad(reported).map(withoutClock)).to.deep.equal([
      "January 2030 was bad (uptime: down 200 h, 73.118 % good): 1,500.00 USDC of credit for Harbor Dental on 8 Feb 2030, unless a party disputes.",
    ]);
    expect(todos(reported)[0]).to.match(
      /^client: Look at the counts of January 2030\. If you saw it otherwise, dispute before 8 Feb/,
    );
  });

  it("books a fee and its credit in the month served, the bond's part beside it, though nobody has called since", async () => {
    await finally_("2029-12");
    await world.at("2030-02-10T00:00:00Z");
    const january = await finally_("2030-01");
    expect(january).to.include({ fee: "1000.00", credit: "1500.00" });
    const { client, provider, bond } = january.accounts;
    expect(client).to.deep.include({ opening: "5000.00", fee: "-1000.00", credit: "1500.00", closing: "5500.00" });
    expect(provider).to.deep.include({ fee: "1000.00", credit: "-1000.00", closing: "0.00" });
    expect(bond).to.deep.include({ opening: "500.00", credit: "-500.00", closing: "0.00" });
    expect(bad(january)[0]).to.equal(
      "January 2030 was bad (uptime: down 200 h, 73.118 % good): 1,500.00 USDC go to Harbor Dental, 500.00 USDC of it from the bond.",
    );
    expect(todos(january)).to.deep.equal(["provider: Make the bond whole with 500.00 USDC: upheld bond."]);
    expect(january.tax).to.deep.equal({
      kind: "included",
      name: "VAT",
      ratePpb: "200000000",
      fee: { net: "833.33", tax: "166.67", gross: "1000.00" },
      credit: { net: "833.33", tax: "166.67", gross: "1000.00" },
    });
    const [period] = january.periods as [{ measures: { incidents: object[] }[]; evidence: object }];
    expect(period.measures[0]?.incidents).to.deep.equal([
      { start: "2030-01-02T00:00:00Z", end: "2030-01-10T00:00:00Z", instance: 0 },
      { start: "2030-01-20T00:00:00Z", end: "2030-01-20T08:00:00Z", instance: 0 },
    ]);
    expect(period.evidence).to.include({ file: "sound" });
  });

  it("says that nobody reported, that it is disputed, and what waits for the arbiter", async () => {
    await world.ok("bond", file, "--from", world.people.provider);
    await world.at("2030-03-06T12:00:00Z");
    const silent = await stated("2030-02");
    expect(bad(silent)).to.deep.equal([
      "Nobody reported February 2030: the credit agreed for silence stands on 13 Mar 2030, unless a party disputes.",
    ]);
    await world.ok("dispute", file, ...evidence, "--as", "provider", "--counts", "2419200,0,0");
    const disputed = await stated("2030-02");
    expect(disputed.open).to.deep.equal(["it is disputed, and the other party may still answer"]);
    expect(bad(disputed)[1]).to.equal(
      "February 2030 was disputed: the provider claims a credit of 0.00 USDC, against silence.",
    );
    expect(todos(disputed)[0]).to.match(/^client: Answer the claim about February 2030 before 13 Mar 2030/);
    await world.at("2030-03-14T00:00:00Z");
    const split = await finally_("2030-02");
    expect(split).to.include({ fee: "500.00", credit: "0.00", held: "500.00" });
    expect(split.accounts.client).to.deep.include({ fee: "-500.00", closing: "5000.00" });
    expect(split.accounts.bond).to.deep.include({ bond: "500.00", closing: "500.00" });
    // The stake came in March.
    expect(split.accounts.stakes.closing).to.equal("0.00");
    expect(todos(split)[0]).to.match(/^arbiter: Rule about February 2030 before 12 Apr 2030/);
  });

  it("books what the arbiter decides in the month of the decision", async () => {
    await world.at("2030-04-01T00:00:00Z");
    await world.ok("report", file, ...evidence, "--counts", "2678400,0,0");
    await world.at("2030-04-02T00:00:00Z");
    await world.ok("rule", file, "1", "provider");
    await world.at("2030-04-09T00:00:00Z");
    const march = await finally_("2030-03");
    expect(march).to.include({ fee: "1000.00", credit: "0.00", held: "500.00" });
    expect(march.accounts.stakes).to.deep.include({ opening: "0.00", stake: "50.00", closing: "50.00" });
    expect(bad(march)).to.deep.equal(["500.00 USDC wait for the arbiter."]);

    const outages = world.write("april.csv", DOWN_2_HOURS);
    await world.at("2030-05-01T00:00:00Z");
    await world.ok("report", file, ...evidence, "--outages", outages);
    await world.at("2030-05-09T00:00:00Z");
    const april = await finally_("2030-04");
    // March's ruling and April's own fee.
    expect(april).to.include({ fee: "1500.00", credit: "100.00", held: "0.00" });
    expect(april.accounts.provider).to.deep.include({ opening: "1500.00", stake: "50.00", closing: "2950.00" });
    const [ruling] = april.rulings;
    expect(ruling).to.include({ period: 1, ruling: "provider", toProvider: "500.00", toClient: "0.00" });
    expect((ruling as { at: string }).at).to.match(/^2030-04-02T00:00/);
  });

  it("says what is owed when the money runs out, and takes nothing for granted from silent months", async () => {
    await world.ok("withdraw", file, "300");
    await world.ok("claim", file);
    await world.at("2030-06-13T00:00:00Z");
    const may = await finally_("2030-05");
    expect(may.accounts.client).to.deep.include({ paid: "-300.00", credit: "500.00" });
    expect(may.accounts.provider).to.deep.include({ paid: "-2950.00", closing: "500.00" });
    await world.at("2031-03-01T00:00:00Z");
    const december = await finally_("2030-12");
    expect(december.accounts.client.closing).to.equal("-1700.00");
    expect(bad(december)[0]).to.equal("1,700.00 USDC are owed to Northwind IT.");
    expect(todos(december)[0]).to.equal(
      "client: Pay in 1,700.00 USDC: it is owed or held, and arrears let the provider leave.",
    );
  });

  it("ends with nothing left once all is paid", async () => {
    await world.ok("fund", file, "1,700");
    await world.ok("claim", file);
    const march = await stated("2031-03");
    expect(Object.values(march.accounts).map(({ closing }) => closing)).to.deep.equal(Array(4).fill("0.00"));
  });

  it("sums over the whole year, month by month, and with what the token itself says", async () => {
    const months = [
      "2029-12",
      ...Array.from({ length: 15 }, (_, i) => new Date(Date.UTC(2030, i, 1)).toISOString().slice(0, 7)),
    ];
    const byToken = await transfers();
    const sums = { fee: 0n, credit: 0n };
    let before: StatementData["accounts"] | undefined;
    for (const month of months) {
      const { accounts, fee, credit } = await stated(month);
      for (const [name, account] of Object.entries(accounts)) {
        const { opening, closing, ...moved } = account;
        const sum = Object.values(moved).reduce((all, amount) => all + units(amount), units(opening));
        expect(sum, `${name} ${month}`).to.equal(units(closing));
        expect(opening, `${name} ${month}`).to.equal(before?.[name as keyof typeof accounts].closing ?? "0.00");
      }
      sums.fee += units(fee);
      sums.credit += units(credit);
      const arrived = ["client", "bond", "stakes"] as const;
      const into =
        units(accounts.client.in) + arrived.slice(1).reduce((all, name) => all + positive(accounts[name]), 0n);
      const out = -units(accounts.client.paid) - units(accounts.provider.paid);
      expect({ into, out }, month).to.deep.equal(byToken.get(month) ?? NO_TRANSFERS);
      before = accounts;
    }
    expect(sums).to.deep.equal({ fee: units("12000.00"), credit: units("5600.00") });
  });

  /** What was posted as a bond or a stake; what leaves those accounts goes to a party's. */
  const positive = ({ bond, stake }: Account) =>
    [bond, stake].map(units).reduce((all, amount) => (amount > 0n ? all + amount : all), 0n);

  /** What the token says came to the agreement and left it, by month. */
  async function transfers(): Promise<Map<string, { into: bigint; out: bigint }>> {
    const { agreement } = (await world.ok("status", file)).json as { agreement: string };
    const logs = await world.provider.getLogs({ address: await world.token.getAddress(), fromBlock: 0 });
    const months = new Map<string, { into: bigint; out: bigint }>();
    for (const log of logs) {
      const parsed = ERC20.parseLog(log);
      if (parsed?.name !== "Transfer") continue;
      const block = await world.provider.getBlock(log.blockNumber);
      const month = new Date((block?.timestamp ?? 0) * 1000).toISOString().slice(0, 7);
      const { into, out } = months.get(month) ?? NO_TRANSFERS;
      const amount = parsed.args["amount"] as bigint;
      months.set(month, {
        into: into + (parsed.args["to"] === agreement ? amount : 0n),
        out: out + (parsed.args["from"] === agreement ? amount : 0n),
      });
    }
    return months;
  }

  it("writes the same bytes of HTML, PDF, CSV and JSON a year later", async () => {
    expect(final).to.have.length(7);
    for (const month of final) {
      const { json } = await world.ok("statement", file, month, ...evidence, "--out", papers);
      expect(
        (json["files"] as { outcome: string }[]).map(({ outcome }) => outcome),
        month,
      ).to.deep.equal(Array(4).fill("same"));
    }
  });

  it("says first on paper what is bad, that it is no tax invoice, and fetches nothing", async () => {
    const { json } = await world.ok("statement", file, "2030-01", ...evidence, "--out", papers);
    const files = json["files"] as { path: string }[];
    const pathOf = (format: string) => files.find(({ path }) => path.endsWith(`.${format}`))?.path ?? "";
    const html = readFileSync(pathOf("html"), "utf8");
    const [before = "", after = ""] = html.split("January 2030 was bad");
    expect(before).to.not.contain("<table");
    expect(after).to.contain("It is not a tax invoice").and.contain("VAT 20 %, included in the fee");
    expect(html).to.not.match(/<script|https?:|url\(/);
    const pdf = readFileSync(pathOf("pdf"));
    expect(pdf.subarray(0, 5).toString()).to.equal("%PDF-");
    const rows = readFileSync(pathOf("csv"), "utf8")
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    const client = rows.filter((row) => row[4] === "client").map((row) => [row[5], row[7]]);
    expect(client).to.deep.equal([
      ["opening", "5000.00"],
      ["fee", "-1000.00"],
      ["credit", "1500.00"],
      ["closing", "5500.00"],
    ]);
  });

  it("says when the evidence is not at hand, and when it was changed", async () => {
    const missing = await stated("2030-04", "--evidence", join(world.folder, "elsewhere"));
    expect(missing.periods[0]?.["evidence"]).to.include({ file: "missing" });
    expect(missing.periods[0]?.["measures"]).to.deep.equal([
      { id: 1, name: "uptime", unit: "seconds", total: "2592000", bad: "7200", excluded: "0", excludedCap: "0" },
    ]);
    expect(todos(missing)).to.include(
      "client: Ask the oracle for the evidence file: without it nobody can recompute the counts.",
    );
    const folder = join(world.folder, "evidence");
    const [name = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.includes("2030-04"),
    );
    const text = unpack(readFileSync(join(folder, name)));
    const changed = join(world.folder, "changed", name);
    mkdirSync(dirname(changed), { recursive: true });
    writeFileSync(changed, pack(text.replace("2030-04-11T12:00:00Z", "2030-04-11T11:59:59Z")));
    const differing = await stated("2030-04", "--evidence", join(world.folder, "changed"));
    expect(bad(differing)[0]).to.match(/^The evidence file does not fit what the chain has: day 2030-04-11, leaf 11/);
  });

  it("packs the year for an auditor, who can recompute it from the pack", async () => {
    const out = join(world.folder, "2030.zip");
    const pack = () => world.ok("audit-pack", file, ...evidence, "--year", "2030", "--out", out);
    const { json } = await pack();
    expect(json).to.deep.include({ agrees: true, missing: [], provisional: [] });
    expect((await pack()).json["file"]).to.deep.equal({ path: out, outcome: "same" });

    const files = unzipSync(readFileSync(out));
    const names = Object.keys(files);
    for (const month of ["01", "12"]) {
      expect(
        names.filter((name) => name.startsWith(`statements/2030-${month}`)).map((name) => name.split(".").at(-1)),
      ).to.deep.equal(["csv", "html", "json", "pdf"]);
    }
    expect(names.filter((name) => name.startsWith("evidence/"))).to.have.length(4);
    expect(Buffer.from(files["agreement.sla.yaml"] ?? [])).to.deep.equal(readFileSync(file));
    const folder = join(world.folder, "unpacked");
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const lines = Buffer.from(files["manifest.sha256"] ?? [])
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => line.slice(66))).to.deep.equal(names.filter((name) => !name.startsWith("manifest")));
    for (const line of lines) {
      const hash = createHash("sha256")
        .update(files[line.slice(66)] ?? "")
        .digest("hex");
      expect(`${hash}  ${line.slice(66)}`).to.equal(line);
    }
    const verified = await world.ok(
      "verify",
      join(folder, "agreement.sla.yaml"),
      "--evidence",
      join(folder, "evidence"),
    );
    expect(verified.json).to.deep.include({ agrees: true, files: 4, missing: [] });
    const [name = ""] = names.filter((each) => /^statements\/2030-01.*\.json$/.test(each));
    expect(readFileSync(join(folder, name))).to.deep.equal(readFileSync(join(papers, basename(name))));
  });

  it("says what a pack lacks, and that the evidence was changed", async () => {
    const out = ["--year", "2030", "--out", join(world.folder, "other.zip")];
    const lacking = await world.run(["audit-pack", file, "--evidence", join(world.folder, "elsewhere"), ...out]);
    expect(lacking.exitCode).to.equal(0);
    expect(lacking.out.match(/! not at hand: evidence\/31337\/0x/g)).to.have.length(4);
    const changed = await world.run(["audit-pack", file, "--evidence", join(world.folder, "changed"), ...out]);
    expect(changed.exitCode).to.equal(1);
    expect(changed.out).to.contain("✗ MISMATCH at period 3, day 2030-04-11, leaf 11");
    expect((await world.refusal("audit-pack", file, "--year", "2028")).code).to.equal("audit.nothing-in-year");
    expect((await world.refusal("audit-pack", file)).exitCode).to.equal(2);
  });

  it("puts a client's agreements on one statement, and refuses those of two clients", async () => {
    const mail = world.write(
      "mail.sla.yaml",
      readFileSync(file, "utf8").replace("service: CI hosting", "service: Mail").replaceAll("2030-01-01", "2031-04-01"),
    );
    await world.ok("deploy", mail);
    await world.ok("fund", mail, "1,000");
    await world.ok("accept", mail, "--as", "client");
    const { json, out } = await world.ok("statement", file, mail, "2031-03", ...evidence, "--out", papers);
    expect(out).to.contain("2031-03-client-");
    const [total] = json["totals"] as { client: Account }[];
    expect(total?.client).to.deep.include({ opening: "-1700.00", in: "2700.00", closing: "1000.00" });
    expect((json["statements"] as StatementData[]).map(({ number }) => number.slice(-4))).to.deep.equal([
      "-016",
      "-001",
    ]);

    const other = world.write(
      "other.sla.yaml",
      readFileSync(mail, "utf8").replace(world.people.client, world.people.stranger).replace("Mail", "WAN"),
    );
    await world.ok("deploy", other);
    await give(world.people.stranger);
    await world.ok("fund", other, "1,000", "--from", world.people.stranger);
    await world.ok("accept", other, "--as", "client");
    const { code } = await world.refusal("statement", mail, other, "2031-03", "--format", "none");
    expect(code).to.equal("statement.several-clients");
  });
});
