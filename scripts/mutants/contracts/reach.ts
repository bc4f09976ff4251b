/** Which test runs which statement: found out once for a state of contracts and tests. */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { build, count, type Counted } from "./builds.ts";
import type { Mutant } from "./mutant.ts";
import { hashOf, type Sources } from "./source.ts";
import { Tester, testFiles } from "./tester.ts";

export interface TestCase {
  readonly name: string;
  readonly milliseconds: number;
  /** Statements it ran, as indices. */
  readonly reached: readonly number[];
  /** It does not stand being counted, so what it runs is not known. */
  readonly isUnknown: boolean;
}

interface Statement {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export class Reach {
  readonly tests: readonly TestCase[];
  readonly #statements: readonly Statement[];
  readonly #byStatement = new Map<number, TestCase[]>();

  constructor({ statements, tests }: { statements: readonly Statement[]; tests: readonly TestCase[] }) {
    this.tests = tests;
    this.#statements = statements;
    for (const test of tests) {
      for (const i of test.reached) this.#byStatement.set(i, [...(this.#byStatement.get(i) ?? []), test]);
    }
  }

  /** The tests that run what `mutant` changes. */
  testsOf(mutant: Mutant): TestCase[] {
    const places = mutant.switches.length > 0 ? mutant.switches : [mutant];
    const statements = places.map((place) => this.#around(place));
    if (statements.includes(undefined)) return [...this.tests];
    const found = new Set(statements.flatMap((i) => (i === undefined ? [] : (this.#byStatement.get(i) ?? []))));
    const files = new Set(places.map(({ file }) => file));
    return [...found, ...this.tests.filter((test) => !found.has(test) && this.#mayReach(test, files))];
  }

  /** A test that broke off may have gone anywhere in the files it came to. */
  #mayReach({ isUnknown, reached }: TestCase, files: ReadonlySet<string>): boolean {
    return isUnknown && reached.some((i) => files.has(this.#statements[i]?.file ?? ""));
  }

  /** The smallest statement around a place. */
  #around({ file, start, end }: Statement): number | undefined {
    let best: number | undefined;
    this.#statements.forEach((one, i) => {
      if (one.file !== file || one.start > start || one.end + 1 < end) return;
      const size = one.end - one.start;
      const other = best === undefined ? undefined : this.#statements[best];
      if (other === undefined || size < other.end - other.start) best = i;
    });
    return best;
  }
}

const PATH = "cache/mutants/reach.json";

interface Stored {
  /** Of the contracts and of what tests share. */
  readonly key: string;
  readonly statements: readonly Statement[];
  readonly files: Record<string, CountedFile>;
}

interface CountedFile {
  readonly hash: string;
  readonly tests: readonly TestCase[];
}

/** Only the tests of files that changed are counted anew. */
export async function loadReach(sources: Sources): Promise<Reach> {
  const { counted, sources: counting } = count(sources);
  const key = hashOf([...sources, ...globSync("test/**/*.ts").filter(isShared).sort().map(named)]);
  const stored = existsSync(PATH) ? (JSON.parse(readFileSync(PATH, "utf8")) as Stored) : undefined;
  const known = stored?.key === key ? stored.files : {};
  const hashes = new Map(testFiles().map((path) => [path, hashOf([named(path)])]));
  const changed = [...hashes].filter(([path, hash]) => known[path]?.hash !== hash).map(([path]) => path);
  const fresh = changed.length === 0 ? new Map<string, TestCase[]>() : await runCounted(changed, counting, counted);
  const files: Record<string, CountedFile> = {};
  for (const [path, hash] of hashes) files[path] = { hash, tests: fresh.get(path) ?? known[path]?.tests ?? [] };
  const statements = counted.map(({ file, start, end }) => ({ file, start, end }));
  writeFileSync(PATH, JSON.stringify({ key, statements, files } satisfies Stored));
  return new Reach({ statements, tests: Object.values(files).flatMap(({ tests }) => tests) });
}

const isShared = (path: string): boolean => !path.endsWith(".test.ts");
const named = (path: string) => [path, readFileSync(path, "utf8")] as const;

async function runCounted(files: readonly string[], counting: Sources, counted: readonly Counted[]) {
  build(counting, new Set(counting.keys()), "cache/mutants/count");
  const tester = new Tester("cache/mutants/count", { MUTANTS_COUNT: "1" }, files);
  const answer = await tester.ask({ timeout: 600_000 });
  tester.stop();
  if (answer?.tests === undefined) throw new Error("the tests did not come to their end");
  const indices = new Map(counted.map(({ tag }, i) => [tag, i]));
  const tests = new Map<string, TestCase[]>(files.map((path) => [path, []]));
  for (const { file, name, milliseconds, passed, hits } of answer.tests) {
    const reached = hits.flatMap((tag) => indices.get(tag) ?? []);
    tests.get(file)?.push({ name, milliseconds: Math.round(milliseconds), reached, isUnknown: !passed });
  }
  return tests;
}
