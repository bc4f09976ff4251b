import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AddressBook } from "../../src/chain/addresses.ts";
import { UpheldError } from "../../src/errors.ts";

const FACTORY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const TOKEN = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

describe("the book of factory addresses", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-book-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const path = () => join(folder, "deep", "addresses.json");

  it("knows nothing before anything was written", () => {
    expect(new AddressBook(path()).get(1n)).to.equal(undefined);
  });

  it("keeps an entry per chain, in a folder that it makes, and nothing beside it", () => {
    const book = new AddressBook(path());
    book.set(1n, { factory: FACTORY, block: 7 });
    book.set(84532n, { factory: FACTORY, block: 0, backOffice: TOKEN, testToken: TOKEN });
    book.set(1n, { factory: TOKEN, block: 8 });
    expect(book.get(1n)).to.deep.equal({ factory: TOKEN, block: 8 });
    expect(book.get(84532n)).to.deep.equal({ factory: FACTORY, block: 0, backOffice: TOKEN, testToken: TOKEN });
    expect(book.get(10n)).to.equal(undefined);
    expect(readdirSync(join(folder, "deep"))).to.deep.equal(["addresses.json"]);
    expect(readFileSync(path(), "utf8"))
      .to.match(/^\{\n {2}"1": \{\n {4}"factory"/)
      .and.match(/\}\n$/);
  });

  it("gives addresses in the one way to write them", () => {
    const file = join(folder, "book.json");
    writeFileSync(file, JSON.stringify({ 1: { factory: FACTORY.toLowerCase(), block: 7 } }));
    expect(new AddressBook(file).get(1n)?.factory).to.equal(FACTORY);
  });

  const wrong: [what: string, text: string][] = [
    ["no JSON", "{"],
    ["a chain id with a zero before it", JSON.stringify({ "01": { factory: FACTORY, block: 7 } })],
    ["a chain id with more after it", JSON.stringify({ "1n": { factory: FACTORY, block: 7 } })],
    ["no address", JSON.stringify({ 1: { factory: "0x12", block: 7 } })],
    ["a block below 0", JSON.stringify({ 1: { factory: FACTORY, block: -1 } })],
    ["no block", JSON.stringify({ 1: { factory: FACTORY } })],
    ["an unknown key", JSON.stringify({ 1: { factory: FACTORY, block: 7, more: 1 } })],
  ];
  for (const [what, text] of wrong) {
    it(`refuses a file with ${what}, and says what belongs there`, () => {
      const file = join(folder, "book.json");
      writeFileSync(file, text);
      const book = new AddressBook(file);
      const error = thrownBy(() => book.get(1n));
      expect(error.problem).to.deep.equal({
        code: "addresses.unreadable",
        message: "The file of factory addresses cannot be read.",
        file,
        hint: "Correct it, or take the committed one back: each chain id has a factory address and a block.",
      });
      expect(error.cause).to.be.instanceOf(Error);
    });
  }
});

function thrownBy(run: () => unknown): UpheldError {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
