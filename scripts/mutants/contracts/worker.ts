/**
 * Loads all tests once and runs some of them for one mutant after the other, as its parent asks. Told over IPC; see
 * {Request} and {Answer}.
 */
import { relative } from "node:path";
import Mocha from "mocha";
import { type Chain, takeHits, turnOn } from "./chains.ts";

export interface Request {
  /** Undefined: none is on. */
  readonly mutant?: string;
  /** It changes how contracts are deployed: none that was deployed before may be used. */
  readonly isDeploying?: boolean;
  /** Names of tests in groups: a group is run when the one before has passed. Undefined: all tests, to their end. */
  readonly groups?: readonly (readonly string[])[];
  /** The least time-out of a test. */
  readonly timeout: number;
}

export interface Answer {
  /** The first test that failed, and why. */
  readonly killer?: string;
  readonly error?: string;
  readonly milliseconds: number;
  /** Only when all tests were run. */
  readonly tests?: readonly TestResult[];
}

export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  readonly milliseconds: number;
  readonly hits: readonly string[];
  readonly error?: string;
}

const { mocha, chains } = await load(process.argv.slice(2));
// What a killed mutant leaves behind is no one's.
process.on("unhandledRejection", () => undefined);
process.removeAllListeners("warning");
process.on("message", (request: Request) => {
  void answer(request).then((reply) => process.send?.(reply));
});
let wasDeploying = false;
process.send?.("ready");

async function load(files: readonly string[]) {
  process.env["HH_TEST"] = "true";
  const loaded = new Mocha({ timeout: 120_000 });
  loaded.cleanReferencesAfterRun(false);
  for (const file of files) loaded.addFile(file);
  await loaded.loadFilesAsync();
  const fixture = await import("../../../test/support/fixture.ts");
  const own: Chain[] = [];
  for (const chain of await turnOn(undefined)) if (chain.networkHelpers !== fixture.networkHelpers) own.push(chain);
  const snapshots = new Map<Chain, unknown>();
  for (const chain of own) snapshots.set(chain, await snapshot(chain));
  return {
    mocha: loaded,
    chains: {
      /** Every chain as it was before the first test, and nothing remembered of it, but the world when that may stay. */
      async reset(staysWorld: boolean): Promise<void> {
        await fixture.forget(staysWorld);
        for (const [chain, id] of snapshots) {
          await chain.networkHelpers.clearSnapshots();
          await chain.provider.request({ method: "evm_revert", params: [id] });
          snapshots.set(chain, await snapshot(chain));
        }
      },
    },
  };
}

function snapshot(chain: Chain): Promise<unknown> {
  return chain.provider.request({ method: "evm_snapshot", params: [] });
}

async function answer({ mutant, isDeploying = false, groups, timeout }: Request): Promise<Answer> {
  const began = performance.now();
  await turnOn(mutant);
  await chains.reset(!isDeploying && !wasDeploying);
  wasDeploying = isDeploying;
  const tests: TestResult[] = [];
  for (const group of groups ?? [undefined]) {
    const failure = await run(group, timeout, tests);
    if (groups !== undefined && failure !== undefined) {
      return { killer: failure.name, ...errorOf(failure), milliseconds: performance.now() - began };
    }
  }
  return { milliseconds: performance.now() - began, ...(groups === undefined ? { tests } : {}) };
}

function errorOf({ error }: TestResult) {
  return error === undefined ? {} : { error };
}

/** Run the tests called `names`, or all, and return the first that failed. */
async function run(names: readonly string[] | undefined, timeout: number, results: TestResult[]) {
  const wanted = names === undefined ? undefined : new Set(names);
  // The typings leave it out: without it a suite runs once.
  (mocha.suite as Mocha.Suite & { reset(): void }).reset();
  mocha.suite.bail(wanted !== undefined);
  mocha.suite.eachTest((test) => test.timeout(timeout));
  const runner = new Mocha.Runner(mocha.suite, { cleanReferencesAfterRun: false });
  const isWanted = (title: string): boolean => wanted === undefined || wanted.has(title);
  runner.grep({ test: isWanted } as RegExp, false);
  let first: TestResult | undefined;
  let began = performance.now();
  const note = (test: Mocha.Runnable, passed: boolean, error?: string): void => {
    const milliseconds = performance.now() - began;
    began = performance.now();
    const result = {
      file: relative(process.cwd(), test.file ?? ""),
      name: test.fullTitle(),
      passed,
      milliseconds,
      hits: takeHits(),
      ...(error === undefined ? {} : { error }),
    };
    results.push(result);
    process.send?.("alive");
    if (!passed) first ??= result;
  };
  runner.on("pass", (test) => {
    note(test, true);
  });
  runner.on("fail", (test, error: Error) => {
    note(test, false, error.message.slice(0, 300));
  });
  await new Promise((done) => runner.run(done));
  runner.dispose();
  return first;
}
