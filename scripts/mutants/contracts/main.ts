/**
 * Mutants of contracts/: changes that some test should notice. `--sample N` tries N of them, chosen by `--seed S`
 * (1), `--file PART` those of files whose path has PART in it, `--id ID` one; `--list` only says what there is. What is
 * known of earlier runs on the same contracts is not tried again: `--again` forgets it, `--survivors` tries those that
 * survived once more, after a test was added, `--unlisted` leaves out those in the list of equivalents. `--patience S`
 * runs no more tests for one than took S seconds alone, `--testers N` tries N at a time.
 */
import { parseArgs } from "node:util";
import { type Progress, tryAll } from "./campaign.ts";
import { isEqual } from "./equal.ts";
import { readEquivalents } from "./equivalents.ts";
import type { Mutant } from "./mutant.ts";
import { loadReach } from "./reach.ts";
import { describe, type Outcome, table } from "./report.ts";
import { Results } from "./results.ts";
import { makeMutants } from "./solidity.ts";
import { parse, readSources, type Sources } from "./source.ts";

const { values: options } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    file: { type: "string", multiple: true },
    id: { type: "string", multiple: true },
    list: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    unlisted: { type: "boolean", default: false },
    survivors: { type: "boolean", default: false },
    patience: { type: "string", default: "Infinity" },
    testers: { type: "string", default: "1" },
    report: { type: "boolean", default: false },
  },
});

const EQUIVALENTS = readEquivalents();
process.exitCode = await main();

async function main(): Promise<number> {
  const sources = readSources();
  const all = makeMutants(sources, parse(sources).sources);
  const results = new Results(sources);
  const chosen = choose(all);
  if (options.list) {
    for (const mutant of chosen) write(describe(mutant));
    write(`${chosen.length} of ${all.length} mutants`);
    return 0;
  }
  const open = options.report ? [] : chosen.filter((mutant) => isOpen(results, mutant));
  if (open.length > 0) await campaign(sources, chosen, open, results);
  return conclude(all, chosen, results);
}

function choose(all: readonly Mutant[]): Mutant[] {
  const { file, id, sample } = options;
  const matching = all
    .filter((mutant) => file === undefined || file.some((part) => mutant.file.includes(part)))
    .filter((mutant) => id === undefined || id.includes(mutant.id));
  const shuffled = shuffle(matching, Number(options.seed));
  return sample === undefined ? shuffled : shuffled.slice(0, Number(sample));
}

/** The same for every run with a seed; ids decide, so that an edit moves no other mutant in or out by much. */
function shuffle(mutants: readonly Mutant[], seed: number): Mutant[] {
  const place = ({ id }: Mutant): number => {
    let x = (Number.parseInt(id, 16) ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  };
  return mutants.toSorted((a, b) => place(a) - place(b));
}

function isOpen(results: Results, { id }: Mutant): boolean {
  if (options.unlisted && EQUIVALENTS.has(id)) return false;
  const verdict = results.of(id)?.verdict;
  return verdict === undefined || options.again || (options.survivors && verdict === "survived");
}

async function campaign(
  sources: Sources,
  chosen: readonly Mutant[],
  open: readonly Mutant[],
  results: Results,
): Promise<void> {
  const began = performance.now();
  let [done, survivors] = [0, 0];
  const tell: Progress = (mutant, { verdict, milliseconds }) => {
    done += 1;
    if (verdict === "survived") survivors += 1;
    if (verdict !== "survived" && done % 10 !== 0) return;
    const left = ((performance.now() - began) / done) * (open.length - done);
    const state = `${done}/${open.length}, ${survivors} survived, ${Math.round(left / 60_000)} min left`;
    write(`${state}; ${verdict} in ${Math.round(milliseconds / 1000)} s: ${describe(mutant)}`);
  };
  const reach = () => loadReach(sources);
  const limits = { patience: 1000 * Number(options.patience), testers: Number(options.testers) };
  await tryAll(chosen, (mutant) => open.includes(mutant), reach, results, limits, tell);
  // Compiling one takes as long as many tests, so it is only done for those that have passed all of theirs.
  const survived = (id: string): boolean => results.of(id)?.verdict === "survived" && results.of(id)?.untried === 0;
  const unexplained = open.filter(({ id }) => survived(id) && !EQUIVALENTS.has(id));
  for (const mutant of unexplained) {
    if (isEqual(sources, mutant)) results.set(mutant.id, { verdict: "equal bytecode", milliseconds: 0 });
  }
}

function conclude(all: readonly Mutant[], chosen: readonly Mutant[], results: Results): number {
  const outcomes = chosen.flatMap((mutant): Outcome[] => {
    const result = results.of(mutant.id);
    return result === undefined ? [] : [[mutant, result]];
  });
  const survivors = outcomes.filter(([, { verdict }]) => verdict === "survived").map(([mutant]) => mutant);
  const unexplained = survivors.filter(({ id }) => !EQUIVALENTS.has(id));
  const ids = new Set(all.map(({ id }) => id));
  write(table(outcomes, EQUIVALENTS));
  for (const mutant of survivors) {
    const reason = EQUIVALENTS.get(mutant.id)?.reason;
    write(`\n${describe(mutant)}\n          ${reason === undefined ? "SURVIVED" : `equivalent: ${reason}`}`);
  }
  for (const { id, change } of EQUIVALENTS.values()) {
    if (!ids.has(id)) write(`\n${id} is in the list of equivalents, but there is no such mutant any more: ${change}`);
    const verdict = results.of(id)?.verdict;
    if (verdict === "killed") write(`\n${id} is in the list of equivalents, but was killed: ${change}`);
  }
  write(
    `\n${outcomes.length} of ${all.length} mutants tried, ${survivors.length} survived, ${unexplained.length} of them unexplained`,
  );
  return unexplained.length === 0 ? 0 : 1;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
