/**
 * Mutants of src/: Stryker changes one place of the code at a time and runs the tests that reach it. What no test
 * notices, no test holds. `npm run mutants:src` runs every part, `npm run mutants:src -- terms evidence` only some;
 * results are kept under cache/stryker, so that a second run tries only what changed.
 */
import { Stryker } from "@stryker-mutator/core";

const OUT = "cache/stryker";

/** A part of the code, and the tests that are there for it. */
interface Part {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  /** The tests set up a chain and build on each other. */
  readonly isStories?: true;
}

/** Of `src/chain`, what can be tested without a chain: by the test of its name, or by that of what it serves. */
const WITHOUT_CHAIN = ["addresses", "batch", "calls", "cost", "failure", "hints", "keystore", "networks", "replay"];
const SERVING = ["abi", "enums", "hints/*"];
const QUICK = [...WITHOUT_CHAIN, ...SERVING].map((name) => `src/chain/${name}.ts`);
const SENDING = ["src/chain/transaction.ts", "src/chain/connect.ts"];
const STORIES = ["test/chain/*.test.ts", "test/cli/*.test.ts"];

/**
 * Not here: `src/demo`, which tells a scripted story in people's words and decides nothing about money; and `src/model`,
 * whose test is the chain itself (`npm run campaign:model`), in minutes for each mutant.
 */
const PARTS: Readonly<Record<string, Part>> = {
  terms: { mutate: ["src/terms/*.ts", "src/format.ts"], tests: ["test/terms/*.test.ts"] },
  measure: { mutate: ["src/measure/*.ts"], tests: ["test/measure/*.test.ts"] },
  evidence: { mutate: ["src/evidence/*.ts"], tests: ["test/evidence/*.test.ts"] },
  words: { mutate: QUICK, tests: WITHOUT_CHAIN.map((name) => `test/chain/${name}*.test.ts`), isStories: true },
  sending: { mutate: SENDING, tests: ["test/chain/{transaction,connect}*.test.ts"], isStories: true },
  chain: {
    mutate: ["src/chain/**/*.ts", ...[...QUICK, ...SENDING].map((path) => `!${path}`)],
    tests: STORIES,
    isStories: true,
  },
  cli: { mutate: ["src/cli/*.ts", "src/errors.ts"], tests: STORIES, isStories: true },
};

/** It proves a bound on memory in many seconds, and reaches much: every mutant would wait for it. */
const SLOW = "keeps little memory";

/** Killed, not ended in time, survived, not reached by any test. */
const COLUMNS = ["Killed", "Timeout", "Survived", "NoCoverage"] as const;
type Counts = readonly number[];

await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => PARTS[name] === undefined);
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}; parts are ${Object.keys(PARTS).join(", ")}`);
  const rows = new Map<string, Counts>();
  for (const [name, part] of Object.entries(PARTS)) {
    if (names.length === 0 || names.includes(name)) rows.set(name, await mutate(name, part));
  }
  rows.set("all", [...rows.values()].reduce(add));
  const lines = [...rows].map(([name, counts]) => row(name, [...counts.map(String), score(counts)]));
  process.stdout.write(`${[row("part", [...COLUMNS, "score"]), ...lines].join("\n")}\n`);
}

async function mutate(name: string, { mutate, tests, isStories }: Part): Promise<Counts> {
  const results = await new Stryker({
    mutate: [...mutate],
    mochaOptions: {
      spec: [...tests],
      extension: ["ts"],
      grep: `^(?!.*${SLOW})`,
      ...(isStories === true ? { require: ["./scripts/mutants/stories.ts"] } : {}),
    },
    incrementalFile: `${OUT}/${name}.incremental.json`,
    jsonReporter: { fileName: `${OUT}/${name}.json` },
    htmlReporter: { fileName: `${OUT}/${name}.html` },
  }).runMutationTest();
  return COLUMNS.map((status) => results.filter((result) => result.status === status).length);
}

function add(a: Counts, b: Counts): Counts {
  return a.map((count, i) => count + (b[i] ?? 0));
}

/** The share that the tests noticed. */
function score([killed = 0, late = 0, survived = 0, missed = 0]: Counts): string {
  return `${((100 * (killed + late)) / (killed + late + survived + missed)).toFixed(1)} %`;
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(12), ...cells.map((cell) => cell.padStart(12))].join("");
}
