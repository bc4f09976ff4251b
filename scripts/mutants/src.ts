/**
 * Mutants of src/: Stryker changes one place of the code at a time and runs the tests that reach it. What no test
 * notices, no test holds. `npm run mutants:src` runs every part, `npm run mutants:src -- terms evidence` only some;
 * results are kept under cache/stryker, so that a second run tries only what changed. With `--sample N --seed S` it tries
 * N mutants of each part, drawn uniformly, and says how far the score of all may be from theirs.
 */
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { NOT_DRAWN, type Sample } from "./sample.ts";
import { intervalOf, scoreOf, weighted, type Counts, type Interval } from "./score.ts";

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
/** What asks a node, and is tested with one that answers as told. */
const ASKING = ["factory", "history", "reporting", "sourcify", "token"];
const SENDING = ["transaction", "connect"];
/** What commands are made of, and what they open; what is not here is told whole stories. */
const COMMANDS = [
  "checking",
  "consents",
  "context",
  "dashboard",
  "deploying",
  "fields",
  "file",
  "job",
  "main",
  "output",
];
const MORE_COMMANDS = ["pay", "periods", "repeat", "seats", "settings", "signers", "sources", "submit"];
const COMMAND_TESTS = ["agreeing", "around", "dashboard", "job", "output", "signers", "sources", "submit", "values"];
const REST = [
  "src/chain/verify.ts",
  ...["swear", "comparing", "pleading", "verifying"].map((name) => `src/cli/${name}.ts`),
];
/** What keeps a job going when nodes, keys and fees do not, and what tells of disputes: with nodes that answer as told. */
const RESILIENT = ["case", "failover", "fees", "kms", "outbox", "shown"];
const RESILIENCE_TESTS = ["case", "case-read", "failover-*", "fees", "kms", "outbox-*", "shown"];
/** Of `src/oracle`, what asks no chain. */
const SETTINGS = ["config", "counts", "yaml"];
/** Its jobs, with a chain in memory behind a node that answers as told. */
const JOB_TESTS = [
  "all",
  "confirm",
  "due",
  "groups",
  "health",
  "keeping",
  "measure",
  "reading",
  "remarks",
  "round",
  "sending",
  "table",
];
/** What tells of agreements, of the chain and to it, without a key. */
const TELLING = ["block-times", "created", "events", "exposed", "revert-data", "told"];
/** Commands over many agreements, and those about a year or a stranger's view. */
const BULK = ["auditing", "claiming", "collecting", "creating", "domain", "exposing", "given-source", "io", "many"];
/** Their own, without a chain where that can be; those that kill a process change nothing in it. */
const BULK_TESTS = [
  ...["test/disk.test.ts", "test/statement/audit.test.ts"],
  ...["activation", "created", "events", "exposed", "failure", "history"].map((name) => `test/chain/${name}.test.ts`),
  ...["claiming", "collecting", "creating", "given-source", "outsiders"].map((name) => `test/cli/${name}.test.ts`),
];
const RECORDING = ["journaling", "recorded", "reviewing", "saying"];
/** Not those that start real servers or judge whole months: quick ones hold the same. */
const MONITOR_TESTS = "test/monitors/!(*.server|*.live|*.kit).test.ts";
/** Not those that tell stories on nodes: the same is told without. */
const WATCH_TESTS = "test/watch/!(killed|watch|course-on-chain).test.ts";
/** Those that swear, compare, plead and verify, the quick one first; none of them starts a process: no mutant is active in there. */
const STORIES = ["telling", "arguing", "life", "two-keys"].map((name) => `test/cli/${name}.test.ts`);

const inChain = (name: string): string => `src/chain/${name}.ts`;
const inCli = (name: string): string => `src/cli/${name}.ts`;

const PARTS: Readonly<Record<string, Part>> = {
  terms: { mutate: ["src/terms/*.ts", "src/format.ts"], tests: ["test/terms/*.test.ts"] },
  measure: { mutate: ["src/measure/*.ts"], tests: ["test/measure/*.test.ts"] },
  evidence: { mutate: ["src/evidence/*.ts"], tests: ["test/evidence/*.test.ts"] },
  model: { mutate: ["src/model/*.ts"], tests: ["test/model/recorded.test.ts", "test/model/edges.test.ts"] },
  words: {
    mutate: [...WITHOUT_CHAIN, ...SERVING].map(inChain),
    tests: WITHOUT_CHAIN.map((name) => `test/chain/${name}*.test.ts`),
    isStories: true,
  },
  asking: { mutate: ASKING.map(inChain), tests: ASKING.map((name) => `test/chain/${name}.test.ts`) },
  sending: {
    mutate: SENDING.map(inChain),
    tests: ["transaction-answers", "connect", "connect-several"].map((name) => `test/chain/${name}.test.ts`),
  },
  commands: {
    mutate: [...[...COMMANDS, ...MORE_COMMANDS].map(inCli), "src/chain/agreement.ts", "src/errors.ts"],
    tests: COMMAND_TESTS.map((name) => `test/cli/${name}.test.ts`),
  },
  monitors: { mutate: ["src/monitors/*.ts"], tests: [MONITOR_TESTS] },
  settings: {
    mutate: SETTINGS.map((name) => `src/oracle/${name}.ts`),
    tests: SETTINGS.map((name) => `test/oracle/${name}*.test.ts`),
  },
  resilience: {
    mutate: RESILIENT.map(inChain),
    tests: RESILIENCE_TESTS.map((name) => `test/chain/${name}.test.ts`),
  },
  committee: {
    mutate: ["src/committee/*.ts"],
    tests: ["batch-file", "committee", "files", "review"].map((name) => `test/committee/${name}.test.ts`),
  },
  jobs: {
    mutate: [`src/oracle/!(${SETTINGS.join("|")}).ts`, inCli("oracle"), inCli("report-all")],
    tests: JOB_TESTS.map((name) => `test/oracle/${name}.test.ts`),
  },
  record: {
    mutate: ["src/record/*.ts", ...RECORDING.map(inCli)],
    tests: ["test/record/!(contract).test.ts"],
  },
  statement: {
    mutate: ["src/statement/*.ts", inCli("stating")],
    // What reads the books of whole stories comes last: most mutants need not wait for it.
    tests: ["test/statement/!(axe|stories|year|books).test.ts", "test/statement/books.test.ts"],
  },
  watch: { mutate: ["src/watch/*.ts", inCli("watch")], tests: [WATCH_TESTS] },
  doctor: {
    mutate: ["src/doctor/*.ts", inCli("doctoring")],
    tests: ["test/doctor/*.test.ts", "test/cli/doctor.test.ts"],
    isStories: true,
  },
  backtest: {
    mutate: ["src/backtest/*.ts", inCli("backtesting")],
    tests: ["test/backtest/*.test.ts", "test/cli/backtest.test.ts"],
  },
  bulk: {
    mutate: [...BULK.map(inCli), ...TELLING.map(inChain), "src/disk.ts", "src/index.ts"],
    tests: BULK_TESTS,
    isStories: true,
  },
  terminal: { mutate: ["src/cli/terminal.ts"], tests: ["test/cli/terminal.test.ts"] },
  demo: { mutate: ["src/demo/**/*.ts"], tests: ["test/demo/*.test.ts"] },
  stories: { mutate: REST, tests: STORIES, isStories: true },
};

/** It proves a bound on memory in many seconds, and reaches much: every mutant would wait for it. */
const SLOW = "keeps little memory";

/** How a mutant may end that counts, and where it is counted. */
const ENDS = { Killed: "killed", Timeout: "late", Survived: "survived", NoCoverage: "missed" } as const;
const COLUMNS = ["all", ...Object.values(ENDS)] as const;

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const { names, sample } = read(args);
  const counted = new Map<string, Counts>();
  for (const [name, part] of Object.entries(PARTS)) {
    if (names.length === 0 || names.includes(name)) counted.set(name, await mutate(name, part, sample));
  }
  const lines = [...counted].map(([name, counts]) => {
    const cells = [...COLUMNS.map((column) => String(counts[column])), percent(scoreOf(counts))];
    return row(name, sample === undefined ? cells : [...cells, between(intervalOf(counts))]);
  });
  const { score, interval } = weighted([...counted.values()]);
  const total = row("together", [...COLUMNS.map(() => ""), percent(score), ...(sample ? [between(interval)] : [])]);
  const others = names.length === 0 ? leftOut().map((file) => `in no part: ${file}`) : [];
  const table = [row("part", [...COLUMNS, "score", sample ? "95 %" : ""]), ...lines, total, ...others];
  process.stdout.write(`${table.join("\n")}\n`);
}

/** Files of `src/` that no part changes. */
function leftOut(): string[] {
  const parts = Object.values(PARTS).flatMap(({ mutate }) => mutate.flatMap((pattern) => globSync(pattern)));
  return globSync("src/**/*.ts").filter((file) => !parts.includes(file));
}

interface Options {
  readonly names: readonly string[];
  readonly sample: Sample | undefined;
}

function read(args: readonly string[]): Options {
  const options = { sample: { type: "string" }, seed: { type: "string", default: "1" } } as const;
  const { values, positionals: names } = parseArgs({ args: [...args], options, allowPositionals: true });
  const unknown = names.filter((name) => PARTS[name] === undefined);
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}; parts are ${Object.keys(PARTS).join(", ")}`);
  if (values.sample === undefined) return { names, sample: undefined };
  return { names, sample: { size: whole("sample", values.sample), seed: whole("seed", values.seed) } };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} is "${text}", must be a whole number from 1`);
  return Number(text);
}

async function mutate(name: string, { mutate, tests, isStories }: Part, sample: Sample | undefined): Promise<Counts> {
  const file = sample === undefined ? name : `${name}.sample-${sample.seed}`;
  const results = await new Stryker({
    mutate: [...mutate],
    mochaOptions: {
      spec: [...tests],
      extension: ["ts"],
      grep: `^(?!.*${SLOW})`,
      ...(isStories === true ? { require: ["./scripts/mutants/stories.ts"] } : {}),
    },
    ...(sample === undefined ? { incrementalFile: `${OUT}/${name}.incremental.json` } : onlyDrawn(sample)),
    jsonReporter: { fileName: `${OUT}/${file}.json` },
    htmlReporter: { fileName: `${OUT}/${file}.html` },
  }).runMutationTest();
  const counts = { all: 0, killed: 0, late: 0, survived: 0, missed: 0 };
  for (const { status, statusReason } of results) {
    const end = ENDS[status as keyof typeof ENDS] as (typeof ENDS)[keyof typeof ENDS] | undefined;
    if (end !== undefined) ++counts[end];
    if (end !== undefined || statusReason === NOT_DRAWN) ++counts.all;
  }
  return counts;
}

/** Nothing is kept: what an earlier sample tried would count twice. */
function onlyDrawn(sample: Sample) {
  return {
    sample,
    incremental: false,
    checkers: ["sample"],
    checkerNodeArgs: ["--import", "tsx/esm"],
    plugins: ["@stryker-mutator/mocha-runner", "./scripts/mutants/sample.ts"],
    // A sample may fall below the limit by chance.
    thresholds: { high: 95, low: 85, break: null },
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function between({ low, high }: Interval): string {
  return `${percent(low)} to ${percent(high)}`;
}

function row(name: string, cells: readonly string[]): string {
  return [name.padEnd(12), ...cells.map((cell) => cell.padStart(12))].join("").trimEnd();
}
