/** What a job touches of the world. Passed in, so that a test can be the world. */
export interface Io {
  /** Results. */
  out(text: string): void;
  /** Progress, questions and errors. */
  err(text: string): void;
  /** Whether a person looks at `err`: progress and questions are for people only. */
  readonly isTerminal: boolean;
  readonly useColor: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** UTC seconds of this computer. */
  now(): bigint;
  /** Asks a person; `hidden` does not show what is typed. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a job hands back: an object for machines, lines for people. */
export interface Result {
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: readonly string[];
  /** Other than 0 when the job ran but its answer is "no", as in `check` and `verify`. */
  readonly exitCode?: number;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130, retry: 75 } as const;
