import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { codeOf, linkNew } from "../src/disk.ts";

describe("a file that is written whole or not at all", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "upheld-disk-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const codeFrom = (work: Promise<unknown>) => work.then(() => undefined, codeOf);

  it("has its name and its bytes, in folders made for it, and nothing beside it", async () => {
    const path = join(root, "a", "b", "file");
    expect(await linkNew(root, path, "text")).to.equal(true);
    expect(readFileSync(path, "utf8")).to.equal("text");
    expect(readdirSync(join(root, "a", "b"))).to.deep.equal(["file"]);
    expect(await linkNew(root, join(root, "bytes"), new Uint8Array([1, 2]))).to.equal(true);
    expect([...readFileSync(join(root, "bytes"))]).to.deep.equal([1, 2]);
  });

  it("is not written over another of its name", async () => {
    const path = join(root, "file");
    writeFileSync(path, "first");
    expect(await linkNew(root, path, "second")).to.equal(false);
    expect(readFileSync(path, "utf8")).to.equal("first");
    expect(readdirSync(root)).to.deep.equal(["file"]);
  });

  it("has its folders' names on disk too: once, and again when they are made anew", async () => {
    const nowhere = join(root, "nowhere"); // a folder that cannot be synced shows when it is
    const file = (name: string, above = "a") => join(root, above, "b", name);
    expect(await linkNew(root, file("1"), "x")).to.equal(true);
    expect(await linkNew(nowhere, file("2"), "x")).to.equal(true);
    rmSync(join(root, "a", "b"), { recursive: true });
    expect(await linkNew(nowhere, file("1"), "x")).to.equal(true);
    rmSync(join(root, "a"), { recursive: true });
    expect(await codeFrom(linkNew(nowhere, file("1"), "x"))).to.equal("ENOENT");
    expect(await codeFrom(linkNew(nowhere, file("1", "other"), "x"))).to.equal("ENOENT");
  });

  it("fails in the words of the file system, and leaves nothing behind", async () => {
    writeFileSync(join(root, "file"), "");
    expect(await codeFrom(linkNew(root, join(root, "file", "below"), "x"))).to.be.oneOf(["ENOTDIR", "EEXIST"]);
    mkdirSync(join(root, "sub"));
    expect(await codeFrom(linkNew(root, join(root, "sub", "n".repeat(300)), "x"))).to.equal("ENAMETOOLONG");
    expect(readdirSync(join(root, "sub"))).to.deep.equal([]);
    // it ends on disk only when the folder above which nothing is made can be asked for it
    expect(await codeFrom(linkNew(join(root, "none"), join(root, "sub", "x"), "x"))).to.equal("ENOENT");
    symlinkSync(join(root, "nowhere"), join(root, "dangling"));
    expect(await linkNew(root, join(root, "dangling"), "x")).to.equal(false);
  });
});
