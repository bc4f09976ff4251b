import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { takeState } from "../../src/watch/lock.ts";
import { problemOf } from "../support/problem.ts";

const LOCK = new URL("../../src/watch/lock.ts", import.meta.url).href;

describe("the state of a watcher", () => {
  let folder: string;
  beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), "upheld-lock-")), "state")));
  afterEach(() => {
    rmSync(join(folder, ".."), { recursive: true });
  });

  it("is one watcher's at a time, until it gives it back", () => {
    const giveBack = takeState(folder);
    expect(problemOf(() => takeState(folder))).to.deep.equal({
      ...{ code: "watch.in-use", message: `Another watcher has ${folder}: two would tell things twice.`, retry: true },
      hint: "It ends with its round, or stop it; a second config needs a state of its own.",
    });
    giveBack();
    giveBack();
    takeState(folder)();
  });

  it("is another folder's beside it", () => {
    const giveBack = takeState(folder);
    takeState(join(folder, "other"))();
    giveBack();
  });

  it("is free again when the process that had it was killed", async function () {
    this.timeout(30_000);
    const script = `const { takeState } = await import(${JSON.stringify(LOCK)});
      takeState(${JSON.stringify(folder)});
      console.log("taken");
      setInterval(() => undefined, 1_000);`;
    const child = spawn(process.execPath, ["--import", "tsx/esm", "--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await once(child.stdout, "data");
      expect(problemOf(() => takeState(folder)).code).to.equal("watch.in-use");
    } finally {
      child.kill("SIGKILL");
    }
    await once(child, "close");
    takeState(folder)();
  });

  it("says what is wrong where it cannot be taken", () => {
    const file = join(folder, "..", "file");
    writeFileSync(file, "");
    const problem = problemOf(() => takeState(join(file, "state")));
    expect(problem).to.include({
      code: "watch.state",
      hint: "Name another one as state, or check its permissions; it must be on a file system with locks.",
    });
    expect(problem.message).to.match(/^The folder .+ cannot be used: ENOTDIR/);
  });
});
