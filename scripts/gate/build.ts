import { existsSync, readFileSync, rmSync } from "node:fs";
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

/**
 * After a fresh build the generated types are those that git has: committed, or at least staged. The order of entries is
 * that of the disk's folders, so it differs between machines and does not count.
 */
export async function generatedAreCommitted(): Promise<Outcome> {
  if ((await run({}, "git", "rev-parse", "--is-inside-work-tree")).code !== 0) {
    return passed("not compared: this is no git checkout");
  }
  const changed = await linesOf("git", "diff", "--name-only", "--", GENERATED);
  const added = await linesOf("git", "ls-files", "--others", "--", GENERATED);
  const stale = [...added];
  for (const path of changed) if (!(await isReordered(path))) stale.push(path);
  if (stale.length === 0) {
    if (changed.length !== 0) await run({}, "git", "checkout", "--", ...changed);
    return passed("as committed");
  }
  const hint = `Run \`npm run build\` and commit ${GENERATED}/.`;
  return failed("differ from what the contracts generate", [...stale, hint].join("\n"));
}

async function linesOf(command: string, ...args: string[]): Promise<string[]> {
  return (await run({}, command, ...args)).stdout.split("\n").filter((line) => line !== "");
}

/** The file has the lines that git has, in whatever order. */
async function isReordered(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const { stdout } = await run({}, "git", "show", `:${path}`);
  return sorted(stdout) === sorted(readFileSync(path, "utf8"));
}

const sorted = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .toSorted()
    .join("\n");
