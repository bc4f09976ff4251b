import { UpheldError, type Problem } from "../../src/errors.ts";

/** The problem that `work` ends with; anything else fails the test. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was refused");
}
