/** What is known of each mutant, on disk after each: a run that was killed goes on where it stopped. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hashOf, isMutated, type Sources } from "./source.ts";

export type Verdict = "killed" | "hung" | "survived" | "equal bytecode" | "not compiled";

export interface Result {
  readonly verdict: Verdict;
  /** The first test that failed. */
  readonly killer?: string;
  readonly error?: string;
  /** Of a survivor: how many tests that reach it were left out, for want of patience. */
  readonly untried?: number;
  readonly milliseconds: number;
  /** Of the contracts: what was found under others is no longer known, only a hint at the test to try first. */
  readonly contracts: string;
}

const PATH = "cache/mutants/results.json";

export class Results {
  readonly #all: Map<string, Result>;
  readonly #contracts: string;

  constructor(sources: Sources) {
    this.#contracts = hashOf([...sources].filter(([path]) => isMutated(path))).slice(0, 16);
    const stored = existsSync(PATH) ? (JSON.parse(readFileSync(PATH, "utf8")) as Record<string, Result>) : {};
    this.#all = new Map(Object.entries(stored));
  }

  of(id: string): Result | undefined {
    const result = this.#all.get(id);
    return result?.contracts === this.#contracts ? result : undefined;
  }

  formerKiller(id: string): string | undefined {
    return this.#all.get(id)?.killer;
  }

  set(id: string, result: Omit<Result, "contracts">): void {
    this.#all.set(id, { ...result, contracts: this.#contracts });
    mkdirSync("cache/mutants", { recursive: true });
    writeFileSync(`${PATH}.new`, JSON.stringify(Object.fromEntries(this.#all), undefined, 1));
    renameSync(`${PATH}.new`, PATH);
  }
}
