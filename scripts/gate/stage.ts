import { run } from "./run.ts";

export interface Outcome {
  /** Checks that passed: 1, or the number of tests. */
  readonly passed: number;
  readonly failed: number;
  /** In a few words, what was found. */
  readonly summary: string;
  /** What a reader needs in order to mend it; not shown when all is well. */
  readonly details?: string;
}

export interface Stage {
  readonly name: string;
  /** Part of the quick subset. */
  readonly isQuick: boolean;
  /** Nothing after it makes sense when it fails. */
  readonly isRequired?: boolean;
  check(): Promise<Outcome>;
}

export const passed = (summary: string): Outcome => ({ passed: 1, failed: 0, summary });
export const failed = (summary: string, details: string): Outcome => ({ passed: 0, failed: 1, summary, details });

/** A stage that is one program, which says by its exit code whether all is well. */
export function program(name: string, isQuick: boolean, command: string, ...args: readonly string[]): Stage {
  return {
    name,
    isQuick,
    async check() {
      const { code, output } = await run({}, command, ...args);
      return code === 0 ? passed("clean") : failed(`${command} found something`, output);
    },
  };
}
