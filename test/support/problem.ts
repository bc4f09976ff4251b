import { UpheldError, type Problem } from "../../src/errors.ts";

/** What `run` says is wrong. */
export function problemOf(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was thrown");
}
