/** Tries mutants: builds many at once, and runs the tests that reach each until one fails. */
import { fork } from "node:child_process";
import type { Delivery, Order } from "./compile.ts";
import type { Mutant } from "./mutant.ts";
import type { Reach, TestCase } from "./reach.ts";
import type { Result, Results } from "./results.ts";
import { dependents, readSources } from "./source.ts";
import { STORY, Tester } from "./tester.ts";

/** Mutants in one build. More take a little longer to compile, and make every call a little dearer. */
const BUILD = 600;
/** A test gets so long, whatever else runs on the machine. */
const TIMEOUT = 60_000;
/** So many tests are tried first, then more and more of them: within a group they run in the order of their files. */
const FIRST = [2, 12, 24, 48, 96];

/** Where the one mutant is built that cannot be switched on. */
const ALONE = "cache/mutants/build-alone";

/** Mutants that are built together, and where. */
interface Build {
  readonly chunk: readonly Mutant[];
  readonly folder: string;
}

type Finding = Omit<Result, "contracts">;

export interface Limits {
  /** Milliseconds of tests, as they took alone, for one mutant. */
  readonly patience: number;
  /** Processes that run tests. */
  readonly testers: number;
}

export type Progress = (mutant: Mutant, finding: Finding) => void;

/** Try those of `mutants` that are open. Builds hold all of them, so that a run that goes on finds them built. */
export async function tryAll(
  mutants: readonly Mutant[],
  isOpen: (mutant: Mutant) => boolean,
  findReach: () => Promise<Reach>,
  results: Results,
  limits: Limits,
  tell: Progress,
): Promise<void> {
  const history = new History(results, mutants);
  const found = (mutant: Mutant, finding: Finding): void => {
    results.set(mutant.id, finding);
    history.add(mutant, finding);
    tell(mutant, finding);
  };
  const alone = mutants.filter(({ switches }) => switches.length === 0);
  const together = chunks(mutants.filter((mutant) => !alone.includes(mutant)))
    .map((chunk, i): Build => ({ chunk, folder: `cache/mutants/build-${i}` }))
    .filter(({ chunk }) => chunk.some(isOpen));
  let next = together[0] && compile(together[0]);
  const setting = { reach: await findReach(), history, patience: limits.patience, unsound: new Set<string>() };
  for (const [i, { chunk, folder }] of together.entries()) {
    const { notCompiled, notSwitched } = await (next ?? compile({ chunk, folder }));
    const following = together[i + 1];
    next = following && compile(following);
    const queue = chunk.filter(isOpen).values();
    const tryOneByOne = async (): Promise<void> => {
      const trial = new Trial(folder, setting);
      for (const mutant of queue) {
        if (notCompiled.includes(mutant.id)) found(mutant, { verdict: "not compiled", milliseconds: 0 });
        else if (notSwitched.includes(mutant.id)) alone.push(mutant);
        else found(mutant, await trial.run(mutant, true));
      }
      trial.end();
    };
    await Promise.all(Array.from({ length: limits.testers }, tryOneByOne));
  }
  for (const mutant of alone.filter(isOpen)) {
    const { notCompiled } = await compile({ chunk: [mutant], folder: ALONE });
    if (notCompiled.length > 0) {
      found(mutant, { verdict: "not compiled", milliseconds: 0 });
      continue;
    }
    const trial = new Trial(ALONE, setting);
    found(mutant, await trial.run(mutant, false));
    trial.end();
  }
}

/** Mutants that make the same contracts compile anew go together. */
function chunks(mutants: readonly Mutant[]): Mutant[][] {
  const sources = readSources();
  const affected = ({ file }: Mutant): string =>
    [...dependents(sources, new Set([file]))].filter(isDeployed).sort().join();
  const sorted = [...Map.groupBy(mutants, affected).values()].flat();
  const size = Math.ceil(sorted.length / Math.ceil(sorted.length / BUILD));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => {
    const chunk = new Set(sorted.slice(i * size, (i + 1) * size));
    return mutants.filter((mutant) => chunk.has(mutant)); // as they were drawn, so that a part of a run is a sample too
  });
}

const isDeployed = (path: string): boolean => /^contracts\/\w+\.sol$/.test(path);

function compile({ chunk, folder }: Build): Promise<Delivery> {
  const order: Order = { ids: chunk.map(({ id }) => id), alone: folder === ALONE, folder };
  const child = fork("scripts/mutants/contracts/compile.ts", { execArgv: ["--import", "tsx"] });
  return new Promise((done, fail) => {
    child.once("message", done).once("exit", (code) => {
      fail(new Error(`no build (${code})`));
    });
    child.send(order);
  });
}

interface Setting {
  readonly reach: Reach;
  readonly history: History;
  readonly patience: number;
  /** Tests that fail on some build with no mutant on. */
  readonly unsound: Set<string>;
}

/** One build under test. */
class Trial {
  readonly #tester: Tester;
  readonly #patience: number;
  readonly #unsound: Set<string>;
  readonly #reach: Reach;
  readonly #history: History;
  /** Tests that pass on this build with no mutant on. Switches cost gas, which some tests measure. */
  readonly #sound = new Set<string>();

  constructor(folder: string, { reach, history, patience, unsound }: Setting) {
    this.#unsound = unsound;
    this.#patience = patience;
    this.#tester = new Tester(folder);
    this.#reach = reach;
    this.#history = history;
  }

  end(): void {
    this.#tester.stop();
  }

  async run(mutant: Mutant, isSwitched: boolean): Promise<Finding> {
    const began = performance.now();
    const isDeploying = mutant.where.endsWith("constructor");
    const since = (): number => Math.round(performance.now() - began);
    let hasHung = false;
    for (;;) {
      const reaching = this.#reach.testsOf(mutant).filter(({ name }) => !this.#unsound.has(name));
      const tests = within(this.#patience, this.#history.order(mutant, reaching));
      const request = { groups: groups(tests), timeout: TIMEOUT };
      const answer = await this.#tester.ask(isSwitched ? { mutant: mutant.id, isDeploying, ...request } : request);
      if (answer === undefined) {
        if (hasHung) return { verdict: "hung", milliseconds: since() };
        // what hung may be what an earlier mutant left behind: a process of its own tells
        hasHung = true;
        continue;
      }
      const { killer } = answer;
      // A test that did not end may go on, and its chain is not what others expect.
      if (answer.error?.startsWith("Timeout of ") === true) this.#tester.stop();
      const untried = reaching.length - tests.length;
      if (killer === undefined) return { verdict: "survived", untried, milliseconds: since() };
      if (!isSwitched || (await this.#isSound(killer))) {
        const error = answer.error === undefined ? {} : { error: answer.error };
        return { verdict: "killed", killer, ...error, milliseconds: since() };
      }
    }
  }

  async #isSound(name: string): Promise<boolean> {
    const test = name.replace(/ "(before|after)( each| all)" hook.*$/, "");
    if (this.#sound.has(test)) return true;
    const answer = await this.#tester.ask({ groups: [[test]], timeout: TIMEOUT });
    const sound = answer !== undefined && answer.killer === undefined;
    (sound ? this.#sound : this.#unsound).add(test);
    if (!sound)
      process.stderr.write(`not run on this build, which it does not stand: ${test} ${answer?.error ?? ""}\n`);
    return sound;
  }
}

/** The first of `tests` that together took so many milliseconds when they were counted. */
function within(patience: number, tests: readonly TestCase[]): TestCase[] {
  let spent = 0;
  return tests.filter(({ milliseconds }) => (spent += milliseconds) <= patience || spent === milliseconds);
}

function groups(tests: readonly TestCase[]): string[][] {
  const names = tests.map(({ name }) => name);
  let at = 0;
  const first = FIRST.map((size) => names.slice(at, (at += size)));
  return [...first, names.slice(at)].filter((group) => group.length > 0);
}

/**
 * Which tests killed what: those that did it near by are tried first, then the quick ones. A story looks at everything,
 * so it is worth more than its time.
 */
class History {
  readonly #kills = new Map<string, number>();
  readonly #results: Results;

  constructor(results: Results, mutants: readonly Mutant[]) {
    this.#results = results;
    for (const mutant of mutants) {
      const killer = results.formerKiller(mutant.id);
      if (killer !== undefined) this.add(mutant, { verdict: "killed", killer, milliseconds: 0 });
    }
  }

  add({ file, where }: Mutant, { killer }: Finding): void {
    if (killer === undefined) return;
    for (const key of [`${where}|${killer}`, `${file}|${killer}`])
      this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1);
  }

  order(mutant: Mutant, tests: readonly TestCase[]): TestCase[] {
    const former = this.#results.formerKiller(mutant.id);
    const kills = (key: string): number => this.#kills.get(key) ?? 0;
    const score = ({ name, milliseconds, isUnknown }: TestCase): number => {
      if (name === former) return Infinity;
      const near = 20 * kills(`${mutant.where}|${name}`) + 2 * kills(`${mutant.file}|${name}`);
      const named = mutant.where.split(".").filter((part) => name.toLowerCase().includes(part.toLowerCase())).length;
      const usual = STORY.test(name) ? 4 : 1;
      return (usual + near + 5 * named) / (100 + milliseconds) / (isUnknown ? 10 : 1);
    };
    return tests.toSorted((a, b) => score(b) - score(a));
  }
}
