import { existsSync, readFileSync, rmSync } from "node:fs";
import { run } from "./run.ts";
import { failed, passed, type Outcome } from "./stage.ts";

const REPORT = "coverage/lcov.info";
const OPTIONS = ["--config", "scripts/gate/coverage.config.ts", "--coverage", "--no-typechain"];
/**
 * Every line of contracts/, the mocks aside, is run by some test. Whether the tests pass is not asked here: counting
 * lines costs gas and memory, which some of them measure, and which packing a batch in place does not stand.
 */
export async function coverage(): Promise<Outcome> {
  rmSync("coverage", { recursive: true, force: true });
  // A few stories run every line that many run.
  const { output } = await run({ UPHELD_INVARIANT_RUNS: "8" }, "hardhat", ...OPTIONS, "test");
  if (!existsSync(REPORT)) return failed("the tests did not come to their end", output);
  const lines = countLines(readFileSync(REPORT, "utf8"));
  const missed = lines.filter(({ hits }) => hits === 0);
  if (lines.length === 0) return failed("no line was counted", output);
  const summary = `${lines.length - missed.length} of ${lines.length} lines`;
  return missed.length === 0 ? passed(summary) : failed(summary, describe(missed));
}

interface Line {
  readonly file: string;
  readonly number: number;
  readonly hits: number;
}

/** The lines of an lcov report that count. */
function countLines(lcov: string): Line[] {
  const lines: Line[] = [];
  let file = "";
  for (const record of lcov.split("\n")) {
    if (record.startsWith("SF:")) file = record.slice(3);
    if (!record.startsWith("DA:") || !file.startsWith("contracts/") || file.startsWith("contracts/mocks/")) continue;
    const [number = 0, hits = 0] = record.slice(3).split(",").map(Number);
    lines.push({ file, number, hits });
  }
  return lines;
}

function describe(missed: readonly Line[]): string {
  const sources = new Map<string, string[]>();
  return missed
    .map(({ file, number }) => {
      const source = sources.get(file) ?? readFileSync(file, "utf8").split("\n");
      sources.set(file, source);
      return `${file}:${number} ${(source[number - 1] ?? "").trim()}`;
    })
    .join("\n");
}
