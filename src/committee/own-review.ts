import { existsSync } from "node:fs";
import type { Agreement } from "../chain/agreement.ts";
import type { BatchedReport } from "../chain/batch.ts";
import { UpheldError } from "../errors.ts";
import { buildEvidence, newSalt, type EvidenceInput, type RandomSource } from "../evidence/build.ts";
import { evidencePath, readEvidence } from "../evidence/files.ts";
import type { Policy } from "../measure/policy.ts";
import { verifyEvidence } from "../evidence/verify.ts";
import { compareCounts } from "./review.ts";

/** How a member looks at a report that another one proposed. */
export interface Reviewer {
  readonly chainId: bigint;
  readonly committee: string;
  /** Where the proposer's evidence files are. */
  readonly folder: string;
  /** Units that each count of a measure may differ by, in the order of the terms. */
  readonly tolerances: (agreement: Agreement) => readonly bigint[];
  /** How samples of each measure become counts, as far as the agreement's file is at hand. */
  readonly policies: (agreement: Agreement) => readonly (Policy | undefined)[];
  /** What the member's own monitor says of the period. */
  readonly measure: (agreement: Agreement, period: bigint) => Promise<EvidenceInput>;
  readonly random: RandomSource;
}

/**
 * Whether `report` may be signed: this committee reports for the agreement, the evidence file gives exactly these counts
 * and this root, and the member's own measuring agrees with them.
 * @returns Why not, in one line, or undefined
 */
export async function reasonAgainst(
  reviewer: Reviewer,
  agreement: Agreement,
  report: BatchedReport,
): Promise<string | undefined> {
  const { oracle } = await agreement.state();
  if (oracle !== reviewer.committee) return `its oracle is ${oracle}, not this committee`;
  const damage = await evidenceAgainst(reviewer, agreement, report);
  if (damage !== undefined) return damage;
  const own = buildEvidence(await reviewer.measure(agreement, report.period), newSalt(reviewer.random));
  return compareCounts(report.measurements, own.measurements, reviewer.tolerances(agreement));
}

async function evidenceAgainst(
  { chainId, folder, policies }: Reviewer,
  agreement: Agreement,
  report: BatchedReport,
): Promise<string | undefined> {
  const { start, end } = await agreement.period(report.period);
  const period = { index: Number(report.period), start, end };
  const revision = Number(report.revision);
  const path = evidencePath(folder, { chainId, agreement: agreement.address, period, revision, author: "oracle" });
  if (!existsSync(path)) return `its evidence is not at hand: there is no ${path}`;
  try {
    const difference = verifyEvidence(await readEvidence(path), {
      chainId,
      agreement: agreement.address,
      period,
      revision,
      root: report.evidence,
      indicators: agreement.terms.indicators,
      measurements: report.measurements,
      policies: policies(agreement),
    });
    return difference && `its evidence does not fit, ${difference.place}: ${difference.message}`;
  } catch (error) {
    if (!(error instanceof UpheldError)) throw error;
    return `its evidence cannot be read: ${error.problem.message}`;
  }
}
