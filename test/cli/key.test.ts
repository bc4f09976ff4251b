import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { jobs } from "../../scripts/jobs.ts";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";

describe("upheld key", function () {
  // Keystores are slow to encrypt on purpose.
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "upheld-key-"));
  const password = join(folder, "password");
  writeFileSync(password, "secret\n", { mode: 0o600 });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function run(args: readonly string[], answers: string[] = [], env: Record<string, string> = {}) {
    let out = "";
    let err = "";
    const io: Io = {
      out: (text) => (out += text),
      err: (text) => (err += text),
      isTerminal: answers.length > 0,
      useColor: false,
      env,
      now: () => 1_800_000_000n,
      ask: () => Promise.resolve(answers.shift() ?? ""),
      signal: new AbortController().signal,
    };
    return { exitCode: await main(["key", ...args], jobs, io, { deployFolder: "none" }), out, err };
  }
  const fromFile = { UPHELD_PASSWORD_FILE: password };

  it("makes a key and its folder, which only its owner can enter, and tells its address again", async () => {
    const path = join(folder, "deep", "keys", "oracle.json");
    const made = await run(["new", path], [], fromFile);
    expect(made.exitCode, made.err).to.equal(0);
    if (process.platform !== "win32") {
      expect(statSync(join(folder, "deep", "keys")).mode & 0o777).to.equal(0o700);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
    }
    const [address = ""] = made.out.split(" ");
    expect(address).to.match(/^0x[0-9a-fA-F]{40}$/);
    // written the same way, capitals of the checksum included
    expect((await run(["address", path])).out).to.equal(`${address}\n`);
  });

  it("never overwrites, and says so before anybody waits", async () => {
    const path = join(folder, "mine.json");
    writeFileSync(path, "mine", { mode: 0o600 });
    const { exitCode, err } = await run(["new", path], ["a", "a"]);
    expect(exitCode).to.equal(1);
    expect(err).to.contain("it exists already").and.contain("never overwritten");
  });

  it("makes nothing of an empty password, of two that differ, or of none", async () => {
    const path = join(folder, "none.json");
    expect((await run(["new", path], ["", ""])).err).to.contain("password is empty");
    expect((await run(["new", path], ["a", "b"])).err).to.contain("two passwords differ");
    const { exitCode, err } = await run(["new", path]);
    expect(exitCode).to.equal(2);
    expect(err).to.contain("UPHELD_PASSWORD_FILE");
    expect(existsSync(path)).to.equal(false);
  });

  it("says what is wrong with a file that is no keystore, or not there", async () => {
    const path = join(folder, "odd.json");
    writeFileSync(path, "odd", { mode: 0o600 });
    expect((await run(["address", path])).err).to.contain("not an encrypted JSON keystore");
    expect((await run(["address", `${path}2`])).err).to.contain("cannot be read");
  });
});
