import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { unzipSync } from "fflate";
import { encodeTerms, termsHash } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { anvilPath } from "../chain/nodes.ts";
import { World, type Run } from "../cli/world.ts";

const DOWN = "start,end\n2030-01-02T00:00:00Z,2030-01-02T01:00:00Z\n";

interface Pack {
  readonly json: Run["json"];
  /** A byte a character. */
  readonly files: ReadonlyMap<string, string>;
}

describe("a year packed for an auditor", function () {
  this.timeout(180_000);
  let world: World;
  let address: string;
  let evidence: string;
  /** Of 2030, as it is in March. */
  let whole: Pack;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    evidence = join(world.folder, "evidence");
    const { file } = world;
    address = (await world.ok("deploy", file)).json["agreement"] as string;
    await world.ok("fund", file, "5,000", "--transfer");
    await world.ok("accept", file, "--as", "client");
    await world.ok("accept", file, "--as", "provider");
    await world.at("2030-02-01T00:00:00Z");
    const from = ["--evidence", evidence];
    await world.ok("report", file, ...from, "--outages", world.write("january.csv", DOWN));
    await world.at("2030-02-02T00:00:00Z");
    await world.ok("dispute", file, ...from, "--as", "client", "--counts", "2678400,2678400,0");
    // nobody reports February: the provider disputes the silence
    await world.at("2030-03-06T12:00:00Z");
    await world.ok("dispute", file, ...from, "--as", "provider", "--counts", "2419200,0,0");
    await world.at("2030-03-20T00:00:00Z");
    whole = await pack(world.file, ...year, "--evidence", evidence);
  });
  after(() => world.end());

  let packs = 0;
  /** The pack of `year`: what the command said, and its files. */
  async function pack(ref: string, ...more: string[]): Promise<Pack> {
    const out = join(world.folder, `${++packs}.zip`);
    const { json } = await world.run(["audit-pack", ref, "--out", out, ...more, "--json"]);
    const files = Object.entries(unzipSync(readFileSync(out)));
    return { json, files: new Map(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("latin1")])) };
  }
  const year = ["--year", "2030"];
  const read = (files: ReadonlyMap<string, string>, name: string) =>
    JSON.parse(files.get(name) ?? "") as Record<string, unknown> & Record<string, unknown>[];
  const folder = () => `evidence/31337/${address.toLowerCase()}`;

  it("has terms, events, reports, evidence, statements and a verdict, and the hash of each", () => {
    const { json, files } = whole;
    const statement = (month: string) => [...files.keys()].filter((name) => name.startsWith(`statements/${month}`));
    expect(statement("2030-01").map((name) => name.split(".").at(-1))).to.deep.equal(["csv", "html", "json", "pdf"]);
    expect([statement("2030-03").length, statement("2029").length, statement("2030-04").length]).to.deep.equal([
      4, 0, 0,
    ]);
    const others = [...files.keys()].filter((name) => !name.startsWith("statements/"));
    const kept = others.filter((name) => name.startsWith("evidence/"));
    expect(kept.map((name) => name.split("/").at(-1))).to.deep.equal([
      "2030-01.r0.client.json.gz",
      "2030-01.r0.json.gz",
      "2030-02.r255.provider.json.gz",
    ]);
    expect(others).to.deep.equal([
      ...["README.txt", "agreement.sla.yaml", "events.json", ...kept],
      ...["manifest.json", "manifest.sha256", "reports.json", "terms.json", "verify.json"],
    ]);
    const listed = [...files]
      .filter(([name]) => !name.startsWith("manifest"))
      .map(([path, text]) => {
        const bytes = Buffer.from(text, "latin1");
        return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
      });
    expect(read(files, "manifest.json")).to.deep.equal({
      ...{ schema: "upheld.audit-pack/1", agreement: address, chainId: "31337", year: 2030 },
      files: listed,
    });
    expect(json["files"]).to.deep.equal(listed);
    expect(files.get("manifest.sha256")).to.equal(listed.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
    expect(files.get("agreement.sla.yaml")).to.equal(readFileSync(world.file, "latin1"));
  });

  it("has the terms as they are on chain, and read", async () => {
    const { files } = whole;
    const { terms } = parseAgreement(readFileSync(world.file, "utf8"));
    expect(read(files, "terms.json")).to.deep.include({
      ...{ agreement: address, network: "local", chainId: "31337", factory: world.factory },
      ...{ termsHash: termsHash(terms), packed: encodeTerms(terms) },
      token: { address: await world.token.getAddress(), symbol: "USDC", decimals: 6 },
    });
    expect(read(files, "terms.json")["terms"]).to.deep.include({ fee: String(terms.fee), client: terms.client });
    expect(files.get("terms.json")).to.match(/^\{\n.*\n\}\n$/s);
  });

  it("has every event in order, and of the year's periods what was reported and claimed", async () => {
    const { files } = whole;
    const events = read(files, "events.json");
    expect(events.map(({ name }) => name)).to.include.members(["Accepted", "Reported", "Disputed"]);
    expect(Object.keys(events[0] ?? {})).to.deep.equal(["name", "at", "transaction", "values"]);
    const times = events.map(({ at }) => String(at));
    expect(times).to.deep.equal(times.toSorted());
    expect(times[0]).to.match(/^2029-12-01T\d\d:\d\d:\d\dZ$/);
    const reports = read(files, "reports.json");
    expect(reports.map(({ name, period, revision, seat }) => [name, period, revision, seat])).to.deep.equal([
      ["Reported", "0", "0", undefined],
      ["Disputed", "0", undefined, "2"],
      ["Disputed", "1", undefined, "1"],
    ]);
    expect(reports[0]?.["measurements"]).to.deep.equal([["2678400", "3600", "0"]]);
    // periods that end in a year before or after have none in it
    const before = await pack(world.file, "--year", "2029", "--evidence", evidence);
    expect(read(before.files, "reports.json")).to.deep.equal([]);
    expect([...before.files.keys()].some((name) => name.startsWith("evidence/"))).to.equal(false);
    expect(read(before.files, "verify.json")["periods"]).to.deep.equal([]);
    // and no event of later
    const december = read(before.files, "events.json").map(({ at }) => String(at));
    expect(december.length > 0 && december.every((at) => at < "2030-01-01T00:00:01Z")).to.equal(true);
  });

  it("has the verdict of its recomputation, and what was not at hand", async () => {
    const verdict = read(whole.files, "verify.json");
    expect(verdict).to.deep.include({ agrees: true, missing: [] });
    expect((verdict["periods"] as { period: number }[]).map(({ period }) => period)).to.deep.equal([0, 1]);
    const elsewhere = mkdtempSync(join(tmpdir(), "upheld-audit-"));
    const lacking = await pack(world.file, ...year, "--evidence", elsewhere);
    rmSync(elsewhere, { recursive: true });
    const names = ["2030-01.r0.client.json.gz", "2030-01.r0.json.gz", "2030-02.r255.provider.json.gz"];
    const missing = read(lacking.files, "verify.json")["missing"] as string[];
    expect(missing.map((name) => name.toLowerCase()).toSorted()).to.deep.equal(
      names.map((name) => `${folder()}/${name}`),
    );
    expect(lacking.json["missing"]).to.deep.equal(missing);
    expect([...lacking.files.keys()].some((name) => name.startsWith("evidence/"))).to.equal(false);
  });

  it("says in its README what it holds, and how to check it", async () => {
    const readme = (
      named: string,
      beside: string,
      checked: string,
    ) => `Audit pack of 2030: agreement ${address} on local (chain 31337)

terms.json      the terms, as packed on chain and as read, with their hash
events.json     what the agreement said on chain since its first day, in order; what is due by itself has its due time
reports.json    every report and claim about a period that ends in 2030
evidence/       the evidence files of those reports and claims, as far as they were at hand
statements/     the month's statements: HTML, PDF, CSV, JSON
verify.json     the verdict of a recomputation: terms, counts, credits, money
manifest.json   every file with its size and SHA-256; manifest.sha256 is the same for sha256sum${beside}

Are these the files that were packed?
  sha256sum -c manifest.sha256

Do the figures follow from the chain and the evidence? Recompute them, in this folder, with any node of the chain:
  upheld check ${address} ${checked}--rpc URL
  upheld verify ${named} --evidence evidence --rpc URL
  upheld statement ${named} 2030-12 --evidence evidence --rpc URL

None of this is a tax invoice.
`;
    const { files } = whole;
    expect(files.get("README.txt")).to.equal(
      readme(
        "agreement.sla.yaml",
        "\nagreement.sla.yaml  the agreement's file: private, its hash is in terms.json as document",
        "agreement.sla.yaml ",
      ),
    );
    const { files: bare } = await pack(address, ...year, "--evidence", evidence);
    expect(bare.get("README.txt")).to.equal(readme(address, "", ""));
    expect(bare.has("agreement.sla.yaml")).to.equal(false);
  });

  it("is the same to the byte while nothing happens", async () => {
    await pack(world.file, ...year, "--evidence", evidence);
    const [first, again] = [1, packs].map((number) => readFileSync(join(world.folder, `${number}.zip`)));
    expect(again?.equals(first ?? new Uint8Array())).to.equal(true);
  });

  it("is refused for a year in which nothing was", async () => {
    for (const none of ["2028", "2031"]) {
      expect(await world.refusal("audit-pack", world.file, "--year", none)).to.deep.include({
        ...{ code: "audit.nothing-in-year", exitCode: 1, message: `Nothing of this agreement lies in ${none}.` },
        hint: "It begins in 2029-12; name a year from then to now by --year.",
      });
    }
    const text = readFileSync(world.file, "utf8").replace("CI hosting", "WAN").replace("2030-01-01", "2030-06-01");
    const draft = world.write("draft.sla.yaml", text);
    await world.ok("deploy", draft);
    expect((await world.refusal("audit-pack", draft, ...year)).code).to.equal("audit.nothing-in-year");
  });
});
