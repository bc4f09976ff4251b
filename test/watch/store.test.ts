import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { newState } from "../../src/watch/journal.ts";
import { Store } from "../../src/watch/store.ts";
import { problemOf } from "../support/problem.ts";

describe("what a watcher remembers", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "upheld-store-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("keeps the last of many changes, however many are written at once", async () => {
    const store = new Store(folder);
    const state = newState("0x1");
    // The first takes longer to write than all that come after it.
    state.evidence["0"] = { kept: false, problem: "x".repeat(20_000_000) };
    const writes = [store.keep(state)];
    await new Promise((resolve) => setImmediate(resolve));
    state.evidence = {};
    for (let i = 1; i <= 60; ++i) {
      state.through = i;
      writes.push(store.keep(state));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(writes);
    expect(new Store(folder).agreement("0x1")?.through).to.equal(60);
    expect(readdirSync(join(folder, "agreements")), "nothing half-written is left").to.deep.equal(["0x1.json"]);
  });

  it("goes on after a write that failed", async () => {
    const store = new Store(folder);
    const state = newState("0x1");
    rmSync(join(folder, "agreements"), { recursive: true });
    const failed = await store.keep(state).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
    new Store(folder);
    await store.keep(state);
    expect(readFileSync(join(folder, "agreements", "0x1.json"), "utf8")).to.contain('"through": -1');
  });

  it("says which file is damaged, and what moving it away would mean", () => {
    const store = new Store(folder);
    writeFileSync(join(folder, "agreements", "0x1.json"), '{"version": 1, "agree');
    const problem = problemOf(() => store.agreement("0x1"));
    expect(problem).to.include({ code: "watch.state-damaged", file: join(folder, "agreements", "0x1.json") });
  });
});
