import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { UpheldError, UpheldErrors, type Problem } from "../../src/errors.ts";
import { readRows, saltIn, Template, type Row } from "../../src/terms/rows.ts";
import { SAMPLE_FILE } from "./sample-file.ts";

const A = `0x${"aa".repeat(20)}`;
const SALT = "ab".repeat(32);

/** The problems that `work` ends with; anything else fails the test. */
async function problemsOf(work: () => unknown): Promise<readonly Problem[]> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UpheldErrors) return error.problems;
    if (error instanceof UpheldError) return [error.problem];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a list of agreements", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "upheld-rows-"))));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (...lines: string[]) => {
    const file = join(folder, "clients.csv");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    return file;
  };
  const rows = (...lines: string[]) => readRows(write(...lines));

  it("is a row for each line, without its empty cells", async () => {
    const read = await rows("client name,client,fee", `Acme,${A},"1,000 USDC"`, "", `Birch,,`);
    expect(read.map(({ line, cells, fileName }) => [line, Object.fromEntries(cells), fileName])).to.deep.equal([
      [2, { "client name": "Acme", client: A, fee: "1,000 USDC" }, "acme.sla.yaml"],
      [4, { "client name": "Birch" }, "birch.sla.yaml"],
    ]);
  });

  it("names each file after the client and the service, or as it says", async () => {
    const names = async (head: string, ...lines: string[]) => (await rows(head, ...lines)).map((row) => row.fileName);
    expect(await names("client name,service", "Harbor Dental,CI & hosting", "Böhm,", ",WAN")).to.deep.equal([
      "harbor-dental-ci-hosting.sla.yaml",
      "bo-hm.sla.yaml",
      "wan.sla.yaml",
    ]);
    expect(await names("file,client name", "Own.sla.yaml,Acme", "--two--,Acme", ",Acme")).to.deep.equal([
      "own.sla.yaml",
      "two.sla.yaml",
      "acme.sla.yaml",
    ]);
  });

  const header =
    "there are file, provider, client, oracle, arbiter, provider name, client name, oracle name, arbiter name, service, ";
  const refused: [
    what: string,
    lines: string[],
    problems: [code: string, line: number, message: string, hint: RegExp][],
  ][] = [
    [
      "an unknown column",
      ["client,colour", "1,2"],
      [["header", 1, 'the column "colour" is not known', new RegExp(`^${header}`)]],
    ],
    [
      "a column twice",
      ["client,fee,client", "1,2,3"],
      [["header", 1, 'the column "client" is there twice', /^there are file/]],
    ],
    [
      "a section for a column",
      ["measures", "1"],
      [["header", 1, 'the column "measures" is not known', /^there are file/]],
    ],
    ["no row", ["client"], [["empty", 1, "there is no row", /^the first line names the columns$/]]],
    [
      "rows of one name, and of none",
      ["client name,fee", "Acme,1", "acme,2", ",3", "ACME,4"],
      [
        ["twice", 3, "line 2 makes acme.sla.yaml too", /^tell them apart by a column "file"$/],
        ["no-name", 4, "nothing names the row's file", /^fill "client name", "service" or "file"$/],
        ["twice", 5, "line 2 makes acme.sla.yaml too", /^tell them apart by a column "file"$/],
      ],
    ],
    [
      "more than ten thousand",
      ["file", ...Array.from({ length: 10_001 }, (_, i) => `f${i}`)],
      [["too-many", 10_002, "there are more than 10000 rows", /^split the list$/]],
    ],
  ];
  for (const [what, lines, expected] of refused) {
    it(`is refused: ${what}`, async () => {
      const problems = await problemsOf(() => rows(...lines));
      expect(problems.map(({ code, line, message, file }) => [code, line, message, file])).to.deep.equal(
        expected.map(([code, line, message]) => [`rows.${code}`, line, message, join(folder, "clients.csv")]),
      );
      problems.forEach(({ hint }, i) => expect(hint).to.match(expected[i]?.[3] ?? /^$/));
    });
  }

  it("may have ten thousand", async () => {
    const read = await rows("file", ...Array.from({ length: 10_000 }, (_, i) => `f${i}`));
    expect(read).to.have.length(10_000);
  }).timeout(20_000);

  it("is refused when it cannot be read", async () => {
    const [problem] = await problemsOf(() => readRows(join(folder, "none.csv")));
    expect(problem).to.include({ file: join(folder, "none.csv") });
  });
});

describe("a template that rows fill", () => {
  const row = (cells: Record<string, string>): Row => ({
    line: 7,
    cells: new Map(Object.entries(cells)),
    fileName: "x",
  });
  /** The sample without its client and its salt. */
  const text = () =>
    SAMPLE_FILE.replace(/client:\n(?: {2}.*\n)+/, "")
      .replace(/^client: .*\n/m, "")
      .replace(/^salt: .*\n/m, "");
  const fill = (cells: Record<string, string>, template = text()) =>
    new Template(template, { file: "t.yaml" }).fill(row(cells), SALT, "list.csv");

  it("takes the row's words and parties, and the salt", () => {
    const filled = fill({ client: A, "client name": "Acme", fee: "2,000 USDC" });
    expect(filled.file.terms).to.include({ fee: 2_000_000_000n });
    expect(filled.file.terms.client.toLowerCase()).to.equal(A);
    expect(filled.file.names.client).to.equal("Acme");
    expect(filled.row.line).to.equal(7);
    expect(saltIn(filled.text)).to.equal(SALT);
    expect(saltIn(text())).to.equal(undefined);
    expect(saltIn(`x\nsalt: "12ab"\ny`)).to.equal("12ab");
    expect(saltIn(`salt: "12ab" # mine`)).to.equal(undefined);
  });

  it("keeps its own address beside a name of the row", () => {
    const { file } = fill({ client: A, "oracle name": "Grace" });
    expect(file.names.oracle).to.equal("Grace");
    expect(file.terms.oracle).to.equal(fill({ client: A }).file.terms.oracle);
  });

  it("knows its network", () => {
    expect(new Template(text(), { file: "t.yaml" }).network).to.equal(/network: (\S+)/.exec(text())?.[1]);
  });

  it("is refused at the row's line, and its own mistakes at theirs", async () => {
    expect(await problemsOf(() => fill({ "client name": "Acme" }))).to.deep.equal([
      {
        code: "rows.no-address",
        message: "the client has no address",
        hint: 'fill the column "client"',
        file: "list.csv",
        line: 7,
      },
    ]);
    const problems = await problemsOf(() => fill({ client: "0x12", fee: "a lot" }));
    expect(problems.length).to.be.greaterThan(1);
    for (const { file, line } of problems) expect([file, line]).to.deep.equal(["list.csv", 7]);
    const [own] = await problemsOf(() => new Template("odd: 1\n", { file: "t.yaml" }));
    expect(own).to.include({ file: "t.yaml" });
  });
});
