import { expect } from "chai";
import { type Problem, UpheldErrors } from "../../src/errors.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { lineOf, SAMPLE_FILE, withLine } from "./sample-file.ts";

const HASH = "0a".repeat(32);
const document = (...lines: string[]) => `${SAMPLE_FILE}document:\n${lines.map((line) => `  ${line}\n`).join("")}`;
const token = (...lines: string[]) =>
  SAMPLE_FILE.replace(/token:\n(?: .*\n)+/, lines.length === 0 ? "" : `token:\n${lines.join("\n")}\n`);

const problemsOf = (text: string): readonly Problem[] => {
  try {
    parseAgreement(text);
  } catch (error) {
    if (error instanceof UpheldErrors) return error.problems;
    throw error;
  }
  return [];
};

describe("the sections of an agreement file", () => {
  it("name the document that is attached, and nothing when there is none", () => {
    const { attachment } = parseAgreement(document("file: contract.pdf", `sha256: ${HASH}`));
    expect(attachment).to.deep.equal({ file: "contract.pdf", sha256: HASH });
    expect(parseAgreement(SAMPLE_FILE).attachment).to.equal(undefined);
  });

  for (const wrong of [`0${HASH}`, `${HASH}0`, HASH.toUpperCase(), HASH.slice(1)]) {
    it(`refuse ${wrong} for a hash`, () => {
      expect(problemsOf(document("file: contract.pdf", `sha256: ${wrong}`))).to.deep.equal([
        {
          code: "terms.not-understood",
          message: `sha256: "${wrong}" is not a SHA-256.`,
          hint: `Write the 64 digits that "sha256sum" prints for the file.`,
          line: 39,
        },
      ]);
    });
  }

  it("say what a document lacks and what it does not have", () => {
    const line = lineOf("document", document("note: x"));
    expect(problemsOf(document("note: x"))).to.deep.equal([
      { code: "terms.missing-key", message: '"file" is missing.', line },
      { code: "terms.missing-key", message: '"sha256" is missing.', line },
      {
        code: "terms.unknown-key",
        message: 'Unknown key "note" in "document".',
        hint: "Known keys: file, sha256.",
        line: line + 1,
      },
    ]);
  });

  const missing = (key: string, line: number) => ({
    code: "terms.missing-key",
    message: `The token's ${key} is missing.`,
    line,
  });

  it("say all that a token lacks, where the token is or else at the top", () => {
    expect(problemsOf(token())).to.deep.equal(["symbol", "decimals", "address"].map((key) => missing(key, 1)));
    const line = lineOf("token");
    expect(problemsOf(token("  symbol: EURC", "  name: x"))).to.deep.equal([
      missing("decimals", line),
      missing("address", line),
      {
        code: "terms.unknown-key",
        message: 'Unknown key "name" in "token".',
        hint: "Known keys: symbol, address, decimals.",
        line: line + 2,
      },
    ]);
  });

  it("take a usual token for one that a draft leaves open", () => {
    const draft = parseAgreement(token(), { draft: true });
    expect(draft.token).to.deep.equal({ symbol: "USDC", decimals: 6, address: `0x${"00".repeat(19)}a0` });
    expect(draft.open).to.deep.equal(["the token's symbol", "the token's decimals", "the token's address"]);
  });

  it("leave seats open in a draft, each with an address of its own", () => {
    const draft = parseAgreement(SAMPLE_FILE.replace(/^(?:provider|oracle|arbiter): .*\n/gm, ""), { draft: true });
    const seats = [draft.terms.provider, draft.terms.oracle, draft.terms.arbiter];
    expect(seats).to.deep.equal(["a1", "a3", "a4"].map((byte) => `0x${"00".repeat(19)}${byte}`));
  });

  it("leave the network open in a draft", () => {
    const draft = parseAgreement(SAMPLE_FILE.replace(/network: .*\n/, ""), { draft: true });
    expect([draft.network, draft.open]).to.deep.equal([undefined, ["the network"]]);
  });

  it("refuse a network that nobody knows, with those that are known", () => {
    const [problem, ...more] = problemsOf(withLine("network", "network: bass"));
    expect(more).to.deep.equal([]);
    expect(problem).to.deep.include({
      code: "terms.not-understood",
      message: 'network: There is no network "bass".',
      line: lineOf("network"),
    });
    expect(problem?.hint).to.match(/^Use a chain id or one of: local, /);
  });

  it("refuse unknown keys of a party", () => {
    expect(problemsOf(withLine("name", "  nam: Harbor Dental"))).to.deep.equal([
      {
        code: "terms.unknown-key",
        message: 'Unknown key "nam" in "client".',
        hint: 'Did you mean "name"?',
        line: lineOf("name"),
      },
    ]);
  });

  it("have keys and values of their own", () => {
    expect(problemsOf(`${SAMPLE_FILE}document: x\n`).map(({ message }) => message)).to.deep.equal([
      '"document" must have keys and values of its own.',
    ]);
  });

  it("refuse more decimals than 36 and nothing else about them", () => {
    const decimals = (number: number) => problemsOf(withLine("decimals", `  decimals: ${number}`));
    expect(decimals(37).map(({ message }) => message)).to.deep.equal([
      'decimals: "37" is more decimals than a token has.',
    ]);
    expect(decimals(36).map(({ code }) => code)).to.not.include("terms.not-understood");
  });

  it("are read past a byte order mark", () => {
    expect(parseAgreement(`\uFEFF${SAMPLE_FILE}`)).to.deep.equal(parseAgreement(SAMPLE_FILE));
  });
});
