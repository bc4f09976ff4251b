import type { Author, Grade } from "../../../src/evidence/schema.ts";
import { inputOf, verifyEvidence, type Difference, type OnChain } from "../../../src/evidence/verify.ts";
import { periodFacts, type PeriodFacts } from "../../../src/record/facts.ts";
import type { Journal } from "../../../src/record/journal.ts";
import type { Measurement } from "../../../src/terms/types.ts";
import { openEvidence } from "./open.ts";

/** An evidence file, and what the chain says of its period; undefined: nothing yet, it is a party's own. */
export interface Case {
  readonly file: Blob;
  readonly name: string;
  /** Its indicators as `indicatorsIn` has them for the period. */
  readonly onChain: OnChain | undefined;
  readonly journal: Journal;
}

/** What was found in the file: nothing of it has to be believed. */
export interface Judged {
  /** The first thing that does not hold; undefined: all of it agrees with itself, and with the chain if that was given. */
  readonly difference: Difference | undefined;
  readonly days: number;
  readonly grades: readonly Grade[];
  readonly source: string;
  readonly facts: PeriodFacts;
  readonly account: Account;
}

/** Whose counts a file swears, and of what. */
export interface Account {
  readonly agreement: string;
  readonly period: number;
  readonly revision: number;
  readonly author: Author;
  readonly root: string;
  readonly measurements: readonly Measurement[];
}

const NOTHING: PeriodFacts = { outages: [], exclusions: [], caps: [] };

/** Opens an evidence file and recomputes everything in it. Throws for one that cannot be read. */
export async function judge({ file, name, onChain, journal }: Case): Promise<Judged> {
  const evidence = await openEvidence(file, name);
  const difference = verifyEvidence(evidence, onChain);
  const { days, indicators, source, agreement, period, revision, author, root } = evidence;
  const isOnChain = difference === undefined && onChain !== undefined;
  return {
    difference,
    days: days.length,
    grades: indicators.map(({ grade }) => grade),
    source,
    facts: isOnChain ? periodFacts(inputOf(evidence), onChain.indicators, journal) : NOTHING,
    account: {
      agreement,
      period,
      revision,
      author,
      root,
      measurements: indicators.map(({ total, bad, excluded }) => ({
        total: BigInt(total),
        bad: BigInt(bad),
        excluded: BigInt(excluded),
      })),
    },
  };
}
