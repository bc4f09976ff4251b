import { rmSync } from "node:fs";
import { run } from "./run.ts";
import { failed, passed, type Outcome } from "./stage.ts";

const GENERATED = "typechain-types";

/** Compile everything from nothing, without a warning of the compiler in this project's sources. */
export async function buildAfresh(): Promise<Outcome> {
  // A type whose contract is gone must not live on.
  rmSync(GENERATED, { recursive: true, force: true });
  const { code, output } = await run({}, "hardhat", "build", "--force");
  if (code !== 0) return failed("does not compile", output);
  if (/\bwarning\b/i.test(output)) return failed("the compiler warns", output);
  return passed("no warning");
}

/** Compile what changed. */
export async function build(): Promise<Outcome> {
  const { code, output } = await run({}, "hardhat", "build");
  return code === 0 ? passed("compiled") : failed("does not compile", output);
}

/** After a fresh build the generated types are those that git has: committed, or at least staged. */
export async function generatedAreCommitted(): Promise<Outcome> {
  if ((await run({}, "git", "rev-parse", "--is-inside-work-tree")).code !== 0) {
    return passed("not compared: this is no git checkout");
  }
  const changed = (await run({}, "git", "diff", "--stat", "--", GENERATED)).output;
  const added = (await run({}, "git", "ls-files", "--others", "--", GENERATED)).output;
  if (changed === "" && added === "") return passed("as committed");
  const hint = `Run \`npm run build -- --force\` (a part of a build writes other hashes) and commit ${GENERATED}/.`;
  return failed("differ from what the contracts generate", [changed, added, hint].filter(Boolean).join("\n"));
}
