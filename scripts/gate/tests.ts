import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { together } from "../../src/oracle/together.ts";
import { reasonToSkip } from "./absences.ts";
import type { MochaReport } from "./reporter.ts";
import { run } from "./run.ts";
import { failed, type Outcome } from "./stage.ts";

const CORES = 2;

/** One part for each core would leave one of them idle at the end; starting a part takes some seconds. */
const PARTS = 8;

/** Whole stories, and a browser's: begun last, they would end alone. */
const LONG = /^test\/(model|page|scenarios)\//;

interface Part extends Outcome {
  readonly files: MochaReport["files"];
}

/** Unit tests and scenarios, the files in parts, a part on each core. */
export async function mochaTests(): Promise<Outcome> {
  const sorted = globSync("test/**/*.test.ts").sort();
  const files = [...sorted.filter((file) => LONG.test(file)), ...sorted.filter((file) => !LONG.test(file))];
  const parts = Array.from({ length: PARTS }, (_, part) => files.filter((_file, i) => i % PARTS === part));
  return sum(await together([...parts.entries()], CORES, ([part, some]) => mochaPart(some, part)));
}

/** A test that is skipped without one of the known reasons counts as failed. */
async function mochaPart(files: readonly string[], part: number): Promise<Part> {
  const reportPath = `cache/mocha-${part}.json`;
  rmSync(reportPath, { force: true });
  const config = ["--config", "scripts/gate/hardhat.config.ts"];
  const { code, output } = await run(
    { GATE_REPORT: reportPath },
    "hardhat",
    ...config,
    "test",
    "mocha",
    "--no-compile",
    ...files,
  );
  if (!existsSync(reportPath)) return { ...failed("mocha did not come to its end", output), files: {} };
  const { passes, failures, skipped, files: took } = JSON.parse(readFileSync(reportPath, "utf8")) as MochaReport;

  const unexplained = skipped.filter(({ file }) => reasonToSkip(file) === undefined);
  const details = unexplained.map(
    ({ file, title }) => `${file}: ${title}\n  is skipped, and nothing it needs is absent`,
  );
  if (code !== 0 || failures > 0) details.push(output);
  const reasons = new Set(skipped.flatMap(({ file }) => reasonToSkip(file) ?? []));
  return {
    passed: passes,
    failed: details.length === 0 ? 0 : Math.max(1, failures + unexplained.length),
    summary: [...reasons].join("; "),
    details: details.join("\n\n"),
    files: took,
  };
}

function sum(parts: readonly Part[]): Outcome {
  const passes = parts.reduce((all, { passed }) => all + passed, 0);
  const reasons = new Set(parts.map(({ summary }) => summary).filter((summary) => summary !== ""));
  const [longest] = parts.flatMap(({ files }) => Object.entries(files)).sort(([, a], [, b]) => b - a);
  const most = longest === undefined ? [] : [`longest: ${longest[0]}, ${Math.round(longest[1] / 1_000)} s`];
  return {
    passed: passes,
    failed: parts.reduce((all, { failed }) => all + failed, 0),
    summary: [`${passes} tests passed`, ...[...reasons].map((reason) => `some skipped: ${reason}`), ...most].join("; "),
    details: parts.map(({ details }) => details ?? "").join("\n"),
  };
}

/** Fuzz tests and invariants in Solidity. */
export async function solidityTests(): Promise<Outcome> {
  const { code, output } = await run({}, "hardhat", "test", "solidity", "--no-compile");
  const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(output)?.[1] ?? 0);
  const [passing, failing, skipped] = [count("passing"), count("failing"), count("skipped")];
  const isSound = code === 0 && passing > 0 && failing + skipped === 0;
  return {
    passed: passing,
    failed: isSound ? 0 : Math.max(1, failing + skipped),
    summary: `${passing} tests passed`,
    details: output,
  };
}
