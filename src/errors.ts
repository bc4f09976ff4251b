/** What a failed job tells: a stable code, what happened, the values, what to do, and whether trying again can help. */
export interface Problem {
  /** Stable, for machines: `terms.unknown-key`, `chain.unreachable`, `contract.ReportTooLate` … */
  readonly code: string;
  /** One sentence: what happened, with the values. */
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly hint?: string;
  /** Where: a file, and a line in it counted from 1. */
  readonly file?: string;
  readonly line?: number;
  /** Whether the same call may succeed later without changing anything. */
  readonly retry?: boolean;
}

/** The one error this library throws on purpose. Anything else is a defect. */
export class UpheldError extends Error {
  override readonly name = "UpheldError";
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}

/** Several errors of one file, reported together. */
export class UpheldErrors extends Error {
  override readonly name = "UpheldErrors";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.problems = problems;
  }
}
