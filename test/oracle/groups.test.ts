import { expect } from "chai";
import type { DuePeriod } from "../../src/oracle/due.ts";
import { inGroups, inOrder, monitorOfDue, Readings, textOf } from "../../src/oracle/groups.ts";

/** A due period as far as grouping looks at it. */
function due(address: string, monitor?: string, reportUntil = 100n): DuePeriod {
  const source =
    monitor === undefined
      ? { kind: "counts", counts: "counts.csv" }
      : { kind: "monitor", monitor: { prometheus: { url: "http://p", query: monitor, "monitored since": 5n } } };
  const agreement = { address, served: { sources: new Map([["uptime", source]]) } };
  return { agreement, number: 0n, start: 0n, end: 1n, reportUntil, oracle: "0x" } as unknown as DuePeriod;
}

const names = (all: readonly DuePeriod[]) => all.map(({ agreement }) => agreement.address).join(" ");

describe("agreements that read one monitor", () => {
  it("stand side by side, after what is due sooner", () => {
    const all = [due("a", "x"), due("b", "y"), due("c", "x"), due("d", "y", 50n), due("e", "y")];
    expect(inOrder(all).map(names)).to.deep.equal(["d a c b e"]);
  });

  it("are measured fifty at a time", () => {
    const all = Array.from({ length: 101 }, (_, i) => due(`${i}`));
    expect(inOrder(all).map(({ length }) => length)).to.deep.equal([50, 50, 1]);
  });

  it("go one after the other with the same readings, others beside them", async () => {
    const all = [due("a", "x"), due("c", "y"), due("b", "x"), due("d"), due("e")];
    const seen: string[] = [];
    const readings = new Map<string, Readings>();
    const answers = await inGroups(all, monitorOfDue, 2, async ({ agreement: { address } }, own) => {
      readings.set(address, own);
      seen.push(`+${address}`);
      await new Promise((resolve) => setTimeout(resolve, address === "a" ? 40 : 1));
      seen.push(`-${address}`);
      return address;
    });
    expect(seen.indexOf("+b")).to.be.greaterThan(seen.indexOf("-a"));
    expect(seen.indexOf("-c")).to.be.lessThan(seen.indexOf("-a"));
    expect(readings.get("a")).to.equal(readings.get("b"));
    // files are read for each alone
    expect(new Set(["a", "c", "d", "e"].map((name) => readings.get(name))).size).to.equal(4);
    expect(seen).to.have.length(10);
    expect(answers).to.deep.equal(["a", "c", "b", "d", "e"]);
  });
});

describe("Readings", () => {
  const reader = () => {
    let count = 0;
    return { read: () => Promise.resolve(++count), asked: () => count };
  };

  it("ask once for one key, also while the answer is on its way", async () => {
    const [readings, { read, asked }] = [new Readings(), reader()];
    expect(await Promise.all([readings.of("a", read), readings.of("a", read)])).to.deep.equal([1, 1]);
    expect(await readings.of("a", read)).to.equal(1);
    expect(await readings.of("b", read)).to.equal(2);
    expect(asked()).to.equal(2);
  });

  it("ask again for what failed", async () => {
    const readings = new Readings();
    const error = await readings.of("a", () => Promise.reject(new Error("down"))).catch((cause: unknown) => cause);
    expect(error).to.be.an("error").with.property("message", "down");
    expect(await readings.of("a", reader().read)).to.equal(1);
  });

  it("keep four, so that memory does not grow with a group", async () => {
    const [readings, { read, asked }] = [new Readings(), reader()];
    for (const key of ["a", "b", "c", "d", "e"]) await readings.of(key, read);
    for (const key of ["b", "c", "d", "e"]) await readings.of(key, read);
    expect(asked()).to.equal(5);
    await readings.of("a", read);
    expect(asked()).to.equal(6);
  });

  it("have keys of configurations with times in them", () => {
    expect(textOf({ since: 5n })).to.equal('{"since":"5"}');
  });
});
