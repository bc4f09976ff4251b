/**
 * Prove the assertions in proofs/ with the compiler's own model checker, and print the verdict on each. A violated one
 * fails, and so does an unknown one that docs/proofs.md does not name with the test that stands in for it.
 * `--only WORD` takes the proofs whose name has the word, `--limit SECONDS` gives each more or less of a processor,
 * `--planted` tries the proofs on bugs instead.
 */
import { parseArgs } from "node:util";
import { checkAll, type Result } from "./check.ts";
import { standIn } from "./documented.ts";
import { checkPlanted } from "./planted.ts";
import { nameOf, proofsIn, type Proof } from "./proofs.ts";
import type { Verdict } from "./worker.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    limit: { type: "string", default: "40" },
    planted: { type: "boolean", default: false },
  },
});
const limit = Number(options.limit);

if (options.planted) process.exitCode = (await checkPlanted(options.only, limit, write)) ? 0 : 1;
else process.exitCode = conclude(await checkAll(chosen(proofsIn()), limit, print));

/** The proofs asked for, and the lemmas that they require. */
function chosen(all: readonly Proof[]): readonly Proof[] {
  const names = new Set(all.map(nameOf).filter((name) => name.includes(options.only)));
  // A lemma may require another one: the names grow while they are walked through.
  for (const name of names)
    for (const lemma of all.find((proof) => nameOf(proof) === name)?.lemmas ?? []) names.add(lemma);
  return all.filter((proof) => names.has(nameOf(proof)));
}

function print({ proof, verdicts, seconds }: Result): void {
  write(`${nameOf(proof)}: ${proof.claim} (${proof.engine}, ${Math.round(seconds)} s)\n`);
  for (const [i, { text }] of proof.assertions.entries()) write(`  ${verdicts[i]?.padEnd(8) ?? ""}  ${text}\n`);
}

function conclude(results: readonly Result[]): number {
  const proved = new Set(results.filter(isProved).map(({ proof }) => nameOf(proof)));
  const unfounded = results.filter(({ proof }) => proof.lemmas.some((name) => !proved.has(name)));
  for (const { proof } of unfounded) write(`${nameOf(proof)} is unknown: a lemma it requires is not proved.\n`);
  const verdicts = results.flatMap((result) =>
    unfounded.includes(result) ? result.verdicts.map(weakened) : result.verdicts,
  );
  const unknown = results.filter((result) => unfounded.includes(result) || result.verdicts.includes("unknown"));
  const unnamed = unknown.map(({ proof }) => nameOf(proof)).filter((name) => standIn(name) === undefined);
  for (const name of unnamed) write(`${name} is unknown, and docs/proofs.md names no test that stands in for it.\n`);
  const count = (verdict: Verdict) => verdicts.filter((said) => said === verdict).length;
  write(`${count("proved")} proved, ${count("unknown")} unknown, ${count("violated")} violated\n`);
  return unnamed.length === 0 && count("violated") === 0 && results.length > 0 ? 0 : 1;
}

function isProved({ verdicts }: Result): boolean {
  return verdicts.every((verdict) => verdict === "proved");
}

function weakened(verdict: Verdict): Verdict {
  return verdict === "proved" ? "unknown" : verdict;
}

function write(text: string): void {
  process.stdout.write(text);
}
