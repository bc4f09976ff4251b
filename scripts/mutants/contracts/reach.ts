/** Which test runs which statement: made once for a state of contracts and tests. */
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { build, count } from "./builds.ts";
import type { Mutant } from "./mutant.ts";
import { hashOf, type Sources } from "./source.ts";
import { Tester } from "./tester.ts";

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

export async function loadReach(sources: Sources): Promise<Reach> {
  const key = keyOf(sources);
  if (existsSync(PATH)) {
    const stored = JSON.parse(readFileSync(PATH, "utf8")) as { key: string } & ConstructorParameters<typeof Reach>[0];
    if (stored.key === key) return new Reach(stored);
  }
  const made = await makeReach(sources);
  writeFileSync(PATH, JSON.stringify({ key, ...made }));
  return new Reach(made);
}

async function makeReach(sources: Sources) {
  const { counted, sources: counting } = count(sources);
  build(counting, new Set(counting.keys()), "cache/mutants/count");
  const tester = new Tester("cache/mutants/count", { MUTANTS_COUNT: "1" });
  const answer = await tester.ask({ timeout: 600_000 });
  tester.stop();
  if (answer?.tests === undefined) throw new Error("the tests did not come to their end");
  const indices = new Map(counted.map(({ tag }, i) => [tag, i]));
  const tests = answer.tests.map(({ name, milliseconds, passed, hits }): TestCase => ({
    name,
    milliseconds: Math.round(milliseconds),
    reached: hits.flatMap((tag) => indices.get(tag) ?? []),
    isUnknown: !passed,
  }));
  return { statements: counted.map(({ file, start, end }) => ({ file, start, end })), tests };
}

const keyOf = (sources: Sources): string =>
  hashOf([
    ...sources,
    ...globSync("test/**/*.ts")
      .sort()
      .map((path) => [path, readFileSync(path, "utf8")] as const),
  ]);
