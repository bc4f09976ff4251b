import { randomBytes } from "node:crypto";
import { decodeFailure } from "../chain/failure.ts";
import { UpheldError, UpheldErrors, type Problem } from "../errors.ts";
import { buildEvidence, newSalt } from "../evidence/build.ts";
import { keepEvidence } from "../evidence/files.ts";
import type { Keccak } from "../evidence/merkle.ts";
import { checkMeasurements } from "../terms/measurements.ts";
import { periodOf } from "../terms/calendar.ts";
import type { Measurement } from "../terms/types.ts";
import type { DuePeriod } from "./due.ts";
import type { Readings } from "./groups.ts";
import type { Measure } from "./measure.ts";

/** A due period, measured, its evidence on disk: all that is needed to report it. */
export interface Ready {
  readonly due: DuePeriod;
  readonly measurements: readonly Measurement[];
  /** The evidence file's root. */
  readonly root: string;
  readonly file: string | undefined;
}

export type Prepared =
  { readonly kind: "ready"; readonly ready: Ready } | { readonly kind: "failed"; readonly problem: Problem };

/** Measures `due` and keeps its evidence; a dry run (`folder` undefined) writes nothing. Throws only when aborted. */
export async function prepare(
  due: DuePeriod,
  measure: Measure,
  folder: string | undefined,
  signal?: AbortSignal,
  readings?: Readings,
  keccak?: Keccak,
): Promise<Prepared> {
  signal?.throwIfAborted();
  try {
    const { number, start, end } = due;
    const input = await measure(due.agreement, { number, start, end }, signal, readings);
    const built = buildEvidence(input, newSalt(randomBytes), keccak);
    const { measurements, evidence } = built;
    // What the contract would refuse never becomes evidence, which is never overwritten.
    const { terms } = due.agreement;
    const period = { ...periodOf(terms, Number(number)), start, end };
    const [problem] = checkMeasurements(terms, period, measurements);
    if (problem !== undefined) return { kind: "failed", problem };
    if (folder === undefined)
      return { kind: "ready", ready: { due, measurements, root: evidence.root, file: undefined } };
    const kept = await keepEvidence(folder, input, randomBytes, built);
    return {
      kind: "ready",
      ready: { due, measurements: kept.measurements, root: kept.evidence.root, file: kept.path },
    };
  } catch (error) {
    signal?.throwIfAborted();
    return { kind: "failed", problem: problemOf(error) };
  }
}

/** What went wrong, in one problem; defects are thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof UpheldErrors && error.problems[0] !== undefined) return error.problems[0];
  if (error instanceof UpheldError) return error.problem;
  return decodeFailure(error).problem;
}
