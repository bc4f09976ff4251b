import { readFileSync } from "node:fs";
import { expect } from "chai";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the executable", () => {
  // A folder that was installed into before may still hold a package that a fresh one does not get.
  it("loads before all else only what is installed with it", () => {
    const list = /Promise\.all\(\[(?<names>[^\]]*)\]/.exec(text("bin/upheld.mjs"))?.groups?.names ?? "";
    const names = [...list.matchAll(/"(?<name>[^"]+)"/g)].map(({ groups }) => groups?.name);
    const manifest = JSON.parse(text("package.json")) as Record<string, Record<string, string> | undefined>;
    const installed = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(names).to.include("commander");
    expect(installed).to.include.members(names);
  });

  it("is started by npm as it starts itself", () => {
    const flags = /^#!\/usr\/bin\/env -S node (?<flags>.*)$/m.exec(text("bin/upheld.mjs"))?.groups?.flags;
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    expect(flags).to.match(/^--/);
    expect(scripts.upheld).to.equal(`node ${flags} bin/upheld.mjs`);
  });
});
