/** The parts of the statement's job: what was named, what is read from the chain, what is written. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AddressBook } from "../../src/chain/addresses.ts";
import { Context } from "../../src/cli/context.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { Output } from "../../src/cli/output.ts";
import { readClientStatement, sortNamed, writeWhole } from "../../src/cli/stating.ts";
import type { ClientStatement } from "../../src/statement/client.ts";
import { answering } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { AGREEMENT, FACTORY } from "../cli/agreed-chain.ts";
import { listening, problemIn } from "../cli/answer.ts";
import { nodeAt, readStories, type Look } from "./told.ts";

describe("what is named for a statement", () => {
  it("is a month and agreements, in any order, each once", () => {
    expect(sortNamed(["a", "2025-10", "b.sla.yaml", "a"])).to.deep.equal({
      agreements: ["a", "b.sla.yaml"],
      month: "2025-10",
    });
    expect(sortNamed(["2025-01", "x2025-01", "2025-010"]).agreements).to.deep.equal(["x2025-01", "2025-010"]);
    expect(sortNamed(["2025-10", "b.sla.yaml"], true)).to.deep.equal({ agreements: ["b.sla.yaml"], month: "2025-10" });
    expect(sortNamed(["2025-10"], true).agreements).to.deep.equal([]);
    for (const month of ["2025-01", "2025-09", "2025-12"]) expect(sortNamed(["a", month]).month).to.equal(month);
  });

  it("is refused without a month, with two, or without an agreement", () => {
    const month = "Name one month, such as 2025-10.";
    for (const [named, message] of [
      [["a"], month],
      [["a", "2025-13"], month],
      [["a", "2025-00"], month],
      [["a", "2025-10", "2025-11"], month],
      [["2025-10"], "Name an agreement: its address, or its *.sla.yaml."],
    ] as const) {
      expect(problemIn(() => sortNamed(named))).to.include({ code: "usage", message });
    }
    expect(problemIn(() => sortNamed(["a"], true))).to.include({ message: month });
    expect(problemIn(() => sortNamed([AGREEMENT, "2025-10"], true))).to.deep.equal({
      ...{ code: "usage", message: `${AGREEMENT} is an address.` },
      hint: "Beside --client and --provider name files only: they add names and tax.",
    });
  });
});

describe("a statement's file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-stating-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is new, then the same, then replaced, and never half written", async () => {
    const inner = join(folder, "books", "2025");
    const write = (text: string) => writeWhole(inner, "a.csv", Buffer.from(text));
    const path = join(inner, "a.csv");
    expect(await write("one")).to.deep.equal({ path, outcome: "new" });
    expect(await write("one")).to.deep.equal({ path, outcome: "same" });
    expect(await write("two")).to.deep.equal({ path, outcome: "replaced" });
    expect(readFileSync(path, "utf8")).to.equal("two");
    expect(readdirSync(inner)).to.deep.equal(["a.csv"]);
  });

  it("is refused where nothing can be written", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const problem = await problemOf(writeWhole(join(file, "books"), "a.csv", Buffer.from("x")));
    expect(problem).to.include({ code: "file.unwritable", hint: "Name a folder that you may write to, by --out." });
    expect(problem.message).to.match(/^\S+file\/books\/a\.csv cannot be written: ENOTDIR.*\.$/);
  });

  describe("of an agreement on a chain", () => {
    const [story] = readStories();
    if (story === undefined) throw new Error("no story is kept");
    const look = story.looks.at(-1) as Look;

    const read = (agreements: readonly string[], month: string): Promise<ClientStatement> =>
      answering(nodeAt(story, look), async (_, __, url) => {
        new AddressBook(join(folder, "addresses.local.json")).set(31_337n, { factory: FACTORY, block: 0 });
        const { io } = listening({ env: { UPHELD_RPC: url } });
        const context = new Context({} as CommonOptions, new Output(io, false), { deployFolder: folder });
        try {
          return await readClientStatement(context, agreements, { month, evidence: folder, record: undefined });
        } finally {
          (await context.chain()).provider.destroy();
        }
      });

    it("is read as of the chain's latest block", async () => {
      const month = new Date(Number(look.now) * 1000).toISOString().slice(0, 7);
      const { statements, network, isFinal } = await read([AGREEMENT], month);
      expect(network.name).to.equal("local");
      expect(isFinal).to.equal(false);
      expect(statements).to.have.length(1);
      expect(statements[0]).to.deep.include({ agreement: AGREEMENT, names: {}, service: undefined, asOf: look.now });
      expect(statements[0]?.services.every(({ record }) => record === undefined)).to.equal(true);
    });

    it("is of no agreement twice", async () => {
      const { code, message } = await problemOf(read([AGREEMENT, AGREEMENT.toLowerCase()], "2025-03"));
      expect([code, message]).to.deep.equal(["usage", `The agreement ${AGREEMENT.toLowerCase()} is named twice.`]);
    });
  });
});
