/**
 * A uniform random sample of mutants, for code whose tests take seconds each. Stryker asks a checker about every mutant
 * before it runs; this one holds back all that were not drawn. Equal seeds draw equal mutants of equal code.
 */
import { createHash } from "node:crypto";
import { relative } from "node:path";

/** Why a mutant was not run. */
export const NOT_DRAWN = "not drawn for the sample";

export interface Sample {
  /** How many mutants of each part. */
  readonly size: number;
  readonly seed: number;
}

/** What tells one mutant from another; Stryker's ids are only their order. */
export interface Drawable {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement?: string | undefined;
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** The ids of those drawn: the `size` that come first in an order which only the seed decides. */
export function draw(mutants: readonly Drawable[], { size, seed }: Sample): Set<string> {
  const ranked = mutants.map((mutant) => ({ id: mutant.id, rank: rankOf(mutant, seed) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return new Set(ranked.slice(0, size).map(({ id }) => id));
}

function rankOf({ fileName, mutatorName, replacement = "", location: { start, end } }: Drawable, seed: number): string {
  const at = [start.line, start.column, end.line, end.column];
  const key = [seed, relative(process.cwd(), fileName), ...at, mutatorName, replacement];
  return createHash("sha256").update(JSON.stringify(key)).digest("hex");
}

class SampleChecker {
  static readonly inject = ["options"] as const;
  readonly #sample: Sample;
  #drawn = new Set<string>();

  constructor(options: { readonly sample: Sample }) {
    this.#sample = options.sample;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  /** Stryker hands over all mutants at once. */
  group(mutants: readonly Drawable[]): Promise<string[][]> {
    this.#drawn = draw(mutants, this.#sample);
    return Promise.resolve([mutants.map(({ id }) => id)]);
  }

  check(mutants: readonly Drawable[]) {
    const results = mutants.map(({ id }) => {
      const result = this.#drawn.has(id) ? { status: "passed" } : { status: "compileError", reason: NOT_DRAWN };
      return [id, result] as const;
    });
    return Promise.resolve(Object.fromEntries(results));
  }
}

export const strykerPlugins = [{ kind: "Checker", name: "sample", injectableClass: SampleChecker }];
export const strykerValidationSchema = {
  properties: {
    sample: { type: "object", properties: { size: { type: "integer" }, seed: { type: "integer" } } },
  },
};
