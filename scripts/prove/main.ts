/**
 * Prove the assertions in proofs/ with the compiler's own model checker, and print the verdict on each. A violated one
 * fails, and so does an unknown one that docs/proofs.md does not name. `--only WORD` takes the proofs whose name has
 * the word, `--limit SECONDS` gives each more or less time.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkAll, type Result } from "./check.ts";
import { nameOf, proofsIn } from "./proofs.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    limit: { type: "string", default: "120" },
  },
});

const proofs = proofsIn().filter((proof) => nameOf(proof).includes(options.only));
const results = await checkAll(proofs, Number(options.limit), print);
process.exitCode = conclude(results);

function print({ proof, verdicts, seconds }: Result): void {
  write(`${nameOf(proof)}: ${proof.claim} (${Math.round(seconds)} s)\n`);
  for (const [i, { text }] of proof.assertions.entries()) write(`  ${verdicts[i]?.padEnd(8) ?? ""}  ${text}\n`);
}

function conclude(all: readonly Result[]): number {
  const documented = readFileSync("docs/proofs.md", "utf8");
  const unnamed = all.filter(
    ({ proof, verdicts }) => verdicts.includes("unknown") && !documented.includes(`\`${nameOf(proof)}\``),
  );
  for (const { proof } of unnamed) write(`${nameOf(proof)} is unknown, and docs/proofs.md does not name it.\n`);
  const count = (verdict: string) => all.flatMap(({ verdicts }) => verdicts).filter((said) => said === verdict).length;
  write(`${count("proved")} proved, ${count("unknown")} unknown, ${count("violated")} violated\n`);
  return unnamed.length === 0 && count("violated") === 0 && all.length > 0 ? 0 : 1;
}

function write(text: string): void {
  process.stdout.write(text);
}
