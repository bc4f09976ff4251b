import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import { keepText, readTexts, textFolder } from "../../src/record/files.ts";
import { commitmentOf, fingerprint, MAX_TEXT, parseText, salted, saysSame, type Said } from "../../src/record/texts.ts";
import { problemOf } from "../support/problem.ts";

const AGREEMENT = "0x00000000000000000000000000000000000000aa";
const SAID: Said = { chainId: "8453", agreement: AGREEMENT, what: "incident", text: "Mail is down;\nwe are on it" };
const SALT = `0x${"5a".repeat(32)}`;
const whole = (said: Said = SAID) => salted(said, () => Buffer.from("5a".repeat(32), "hex"));

describe("a text of the record", () => {
  it("is committed to as docs/record.md says: twice hashed lines", () => {
    const lines = `upheld record text 1\nsalt ${SALT}\nchain 8453\nagreement ${AGREEMENT}\nwhat incident\ntext\nMail is down;\nwe are on it`;
    expect(commitmentOf(whole())).to.equal(keccak256(keccak256(toUtf8Bytes(lines))));
    const document = { name: "review.pdf", sha256: fingerprint(Buffer.from("x")) };
    const filed = lines.replace("what incident\n", `what document\ndocument ${document.sha256} review.pdf\n`);
    expect(commitmentOf(whole({ ...SAID, what: "document", document }))).to.equal(
      keccak256(keccak256(toUtf8Bytes(filed))),
    );
  });

  it("has another commitment for anything that is different", () => {
    const others: Said[] = [
      { ...SAID, chainId: "1" },
      { ...SAID, agreement: AGREEMENT.replace("aa", "ab") },
      { ...SAID, what: "advice" },
      { ...SAID, text: `${SAID.text} ` },
      { ...SAID, document: { name: "a", sha256: "0".repeat(64) } },
    ];
    const all = [SAID, ...others].map((said) => commitmentOf(whole(said)));
    expect(new Set(all).size).to.equal(all.length);
    expect(commitmentOf(salted(SAID, randomBytes))).to.not.equal(commitmentOf(salted(SAID, randomBytes)));
    expect(others.map((other) => saysSame(SAID, other))).to.deep.equal([false, false, false, false, false]);
    expect(saysSame(salted(SAID, randomBytes), SAID)).to.equal(true);
  });

  for (const [what, change, message] of [
    ["an unknown key", { more: 1 }, "Unrecognized key"],
    ["another schema", { schema: "upheld.record-text/2" }, "schema: "],
    ["a number for a chain", { chainId: 1 }, "chainId: "],
    [
      "an address with capitals",
      { agreement: AGREEMENT.toUpperCase() },
      "agreement: must be an address in lower-case hex",
    ],
    ["an unknown kind", { what: "none" }, "what: "],
    ["a control character", { text: "a\u0007" }, "text: must be plain text"],
    ["half a character", { text: "\ud800" }, "text: must be plain text"],
    ["too long a text", { text: "x".repeat(MAX_TEXT + 1) }, `text: must have at most ${MAX_TEXT} characters`],
    ["a salt that is short", { salt: "0x12" }, "salt: must be 32 bytes"],
    [
      "a document with a path",
      { document: { name: "../x", sha256: "0".repeat(64) } },
      "document.name: must be the name of a file",
    ],
    [
      "a document with a line break",
      { document: { name: "a\nb", sha256: "0".repeat(64) } },
      "document.name: must be the name of a file",
    ],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const problem = problemOf(() => parseText({ ...whole(), ...change }, "f.json"));
      expect(problem).to.include({ code: "record.malformed", file: "f.json" });
      expect(problem.message).to.contain(message);
    });
  }

  it("says what to do about it", () => {
    expect(problemOf(() => parseText([], "f.json"))).to.deep.equal({
      code: "record.malformed",
      message: "not a text of the record: Invalid input: expected object, received array",
      hint: "restore it from a copy, or ask whoever wrote the entry for it",
      file: "f.json",
    });
  });

  it("may be about a file, named by its name and its bytes alone", () => {
    const about = (document: object) => parseText({ ...whole(), document }, "f").document;
    const good = { name: "r".repeat(200), sha256: "0f".repeat(32) };
    expect(about(good)).to.deep.equal(good);
    for (const [wrong, message] of [
      [{ ...good, sha256: "0f".repeat(31) }, "document.sha256: must be a SHA-256 in lower-case hex"],
      [{ ...good, sha256: `x${good.sha256}` }, "document.sha256: must be a SHA-256 in lower-case hex"],
      [{ ...good, sha256: `${good.sha256}0` }, "document.sha256: must be a SHA-256 in lower-case hex"],
      [{ ...good, sha256: good.sha256.toUpperCase() }, "document.sha256: must be a SHA-256 in lower-case hex"],
      [{ ...good, name: "" }, "document.name: must be the name of a file"],
      [{ ...good, name: "r".repeat(201) }, "document.name: must be the name of a file"],
      [{ ...good, name: "a\\b" }, "document.name: must be the name of a file"],
    ] as const) {
      expect(problemOf(() => about(wrong)).message).to.equal(`not a text of the record: ${message}`);
    }
  });

  it("is of a chain, an agreement and a salt as they are written in lower case, and no more", () => {
    for (const [change, message] of [
      [{ chainId: "0" }, "chainId: must be a chain id, as a string"],
      [{ chainId: "01" }, "chainId: must be a chain id, as a string"],
      [{ chainId: "1x" }, "chainId: must be a chain id, as a string"],
      [{ chainId: "1".repeat(20) }, "chainId: must be a chain id, as a string"],
      [{ agreement: `${AGREEMENT}0` }, "agreement: must be an address in lower-case hex"],
      [{ agreement: `x${AGREEMENT}` }, "agreement: must be an address in lower-case hex"],
      [{ salt: `${SALT}0` }, "salt: must be 32 bytes in lower-case hex"],
      [{ salt: `x${SALT}` }, "salt: must be 32 bytes in lower-case hex"],
    ] as const) {
      const problem = problemOf(() => parseText({ ...whole(), ...change }, "f"));
      expect(problem.message, JSON.stringify(change)).to.equal(`not a text of the record: ${message}`);
    }
    expect(parseText({ ...whole(), chainId: "9".repeat(19), text: "x".repeat(MAX_TEXT) }, "f").text).to.have.length(
      MAX_TEXT,
    );
    for (const what of ["maintenance", "incident", "advice", "document"]) {
      expect(parseText({ ...whole(), what }, "f").what).to.equal(what);
    }
  });

  it("may have line breaks and tabs", () => {
    const text = { ...whole(), text: "a\n\tb – ü" };
    expect(parseText(JSON.parse(JSON.stringify(text)), "f")).to.deep.equal(text);
  });
});

describe("the files of texts", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-texts-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const read = () => readTexts(folder, 8453n, AGREEMENT);
  const keep = async (said = SAID, isSaid: (commitment: string) => boolean = () => false) =>
    keepText(folder, said, await read(), isSaid, randomBytes);

  it("are none before anything was said", async () => {
    expect(await read()).to.deep.equal({ byCommitment: new Map(), damaged: [] });
  });

  it("are named by what they commit to", async () => {
    const kept = await keep();
    expect(kept.path).to.equal(join(textFolder(folder, 8453n, AGREEMENT), `${kept.commitment}.json`));
    expect(commitmentOf(parseText(JSON.parse(readFileSync(kept.path, "utf8")), kept.path))).to.equal(kept.commitment);
    expect([...(await read()).byCommitment.keys()]).to.deep.equal([kept.commitment]);
  });

  it("are used again while nothing of them is on chain, and made anew when it is", async () => {
    const first = await keep();
    expect((await keep()).commitment).to.equal(first.commitment);
    const second = await keep(SAID, (commitment) => commitment === first.commitment);
    expect(second.commitment).to.not.equal(first.commitment);
    expect((await keep({ ...SAID, text: "other" })).commitment).to.not.equal(first.commitment);
    expect((await read()).byCommitment.size).to.equal(3);
  });

  it("lie beside the agreement's evidence, whatever the case of its address", () => {
    expect(textFolder("evidence", 8453n, "0xABcd")).to.equal(join("evidence", "8453", "0xabcd", "record"));
  });

  it("are read apart from what else lies there, and say what is wrong with what is damaged", async () => {
    const { path } = await keep();
    const folderOf = textFolder(folder, 8453n, AGREEMENT);
    writeFileSync(join(folderOf, "notes.txt"), "{");
    expect((await read()).damaged).to.deep.equal([]);
    const renamed = join(folderOf, `0x${"00".repeat(32)}.json`);
    writeFileSync(renamed, readFileSync(path));
    mkdirSync(join(folderOf, "a.json"));
    writeFileSync(join(folderOf, "b.json"), "{");
    const { byCommitment, damaged } = await read();
    expect(byCommitment.size).to.equal(1);
    expect(damaged).to.deep.equal([
      {
        code: "record.changed",
        message: "the text is not what its name commits to: it was changed, or renamed",
        hint: "restore it from a copy, or ask whoever wrote the entry for it",
        file: renamed,
      },
      {
        code: "record.unreadable",
        message: "the text cannot be read: EISDIR: illegal operation on a directory, read",
        file: join(folderOf, "a.json"),
      },
      { code: "record.unreadable", message: "the text cannot be read: it is not JSON", file: join(folderOf, "b.json") },
    ]);
  });

  it("are told when they are damaged, and left alone", async () => {
    const { path, commitment } = await keep();
    for (const [text, code] of [
      ["{", "record.unreadable"],
      ["{}", "record.malformed"],
      [readFileSync(path, "utf8").replace("Mail", "Nail"), "record.changed"],
    ] as const) {
      writeFileSync(path, text);
      const { byCommitment, damaged } = await read();
      expect(byCommitment.size).to.equal(0);
      expect(damaged.map((each) => [each.code, each.file])).to.deep.equal([[code, path]]);
      expect(readFileSync(path, "utf8")).to.equal(text);
    }
    expect(commitment).to.match(/^0x/);
  });
});
