import type { Io } from "../../src/cli/io.ts";
import { UpheldError, type Problem } from "../../src/errors.ts";

/** The problem that `work` ends with at once; anything else fails the test. */
export function problemIn(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof UpheldError) return error.problem;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** A world that only listens: what was written, and `changes` to the rest. */
export function listening(changes: Partial<Io> = {}) {
  const heard = { out: "", err: "" };
  const io: Io = {
    out: (text) => (heard.out += text),
    err: (text) => (heard.err += text),
    ...{ isTerminal: false, useColor: false, env: {} },
    now: () => 0n,
    ask: () => Promise.reject(new Error("nobody to ask")),
    signal: new AbortController().signal,
    ...changes,
  };
  return { io, heard };
}
