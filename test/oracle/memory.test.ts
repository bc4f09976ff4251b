import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { giveBack, OneOfEach } from "../../src/oracle/memory.ts";

describe("one of each", () => {
  it("is the first that equals, however deep", () => {
    const each = new OneOfEach();
    const tiers = () => [{ threshold: 999_000_000n, credit: 10n, names: new Map([["uptime", "a"]]) }];
    const first = tiers();
    expect(each.of(first)).to.equal(first);
    expect(each.of(tiers())).to.equal(first);
  });

  it("is not what only reads the same", () => {
    const each = new OneOfEach();
    const all = [1, 1n, "1", "1n", [1], ["1"], [], {}, [undefined], [null], { a: undefined }, new Map()];
    for (const value of all) expect(each.of(value)).to.equal(value);
    for (const value of all) expect(each.of(value)).to.equal(value);
  });

  it("takes an object's values one by one, and leaves the object itself alone", () => {
    const each = new OneOfEach();
    const [first, second] = [
      { fee: 1n, tiers: [5n] },
      { fee: 2n, tiers: [5n] },
    ];
    const [one, other] = [each.within(first), each.within(second)];
    expect([one, other]).to.deep.equal([first, second]);
    expect(other.tiers).to.equal(first.tiers);
    expect(second.tiers).not.to.equal(first.tiers);
  });
});

describe("memory that is given back", () => {
  const run = (...flags: string[]) => {
    const code = `
      import { giveBack } from "./src/oracle/memory.ts";
      const total = () => process.memoryUsage().heapTotal / 1e6;
      let held = Array.from({ length: 400_000 }, (_, i) => ({ text: \`line \${i}\`, at: [i] }));
      const before = total();
      held = [];
      giveBack();
      console.log(JSON.stringify([before, total()]));`;
    const args = [...flags, "--import", "tsx", "--input-type=module", "--eval", code];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).to.equal("");
    return JSON.parse(stdout) as [before: number, after: number];
  };

  it("is what nothing holds any more, its pages too", () => {
    const [before, after] = run("--expose-gc");
    expect(before).to.be.greaterThan(60);
    expect(after).to.be.lessThan(before / 2);
  });

  it("is nothing where the collector may not be asked", () => {
    const [before, after] = run();
    expect(after).to.be.at.least(before / 2);
    expect(() => {
      giveBack();
    }).not.to.throw();
  });
});
