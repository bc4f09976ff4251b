import type { Grade } from "../../../src/evidence/schema.ts";
import { inputOf, verifyEvidence, type Difference, type OnChain } from "../../../src/evidence/verify.ts";
import { periodFacts, type PeriodFacts } from "../../../src/record/facts.ts";
import type { Journal } from "../../../src/record/journal.ts";
import { openEvidence } from "./open.ts";

/** An evidence file, and what the chain says of its period. */
export interface Case {
  readonly file: Blob;
  readonly name: string;
  /** Its indicators as `indicatorsIn` has them for the period. */
  readonly onChain: OnChain;
  readonly journal: Journal;
}

/** What was found in the file: nothing of it has to be believed. */
export interface Judged {
  /** The first thing that does not hold; undefined: all of it agrees with the chain. */
  readonly difference: Difference | undefined;
  readonly days: number;
  readonly grades: readonly Grade[];
  readonly source: string;
  readonly facts: PeriodFacts;
}

const NOTHING: PeriodFacts = { outages: [], exclusions: [], caps: [] };

/** Opens an evidence file and recomputes everything in it. Throws for one that cannot be read. */
export async function judge({ file, name, onChain, journal }: Case): Promise<Judged> {
  const evidence = await openEvidence(file, name);
  const difference = verifyEvidence(evidence, onChain);
  return {
    difference,
    days: evidence.days.length,
    grades: evidence.indicators.map(({ grade }) => grade),
    source: evidence.source,
    facts: difference === undefined ? periodFacts(inputOf(evidence), onChain.indicators, journal) : NOTHING,
  };
}
