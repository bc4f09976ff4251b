import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import type { Agreement } from "../chain/agreement.ts";
import type { BatchedReport } from "../chain/batch.ts";
import { decodeFailure } from "../chain/failure.ts";
import { lastOf, readHistory } from "../chain/history.ts";
import { UpheldError } from "../errors.ts";

const ESCROW = ISLAEscrow__factory.createInterface();

/** What is to be done with one report of a batch, by the chain alone. */
export type Standing =
  | { readonly kind: "there" } // the chain has it, this run or another one delivered it
  | { readonly kind: "open" }
  | { readonly kind: "refused"; readonly reason: string };

/** Tries `report` as the committee would deliver it now. */
export async function standingOf(agreement: Agreement, committee: string, report: BatchedReport): Promise<Standing> {
  const last = lastOf(await readHistory(agreement, report.period), "Reported");
  if (last?.revision === report.revision && last.evidence === report.evidence) return { kind: "there" };
  const { period, revision, measurements, evidence } = report;
  const data = ESCROW.encodeFunctionData("report", [period, revision, [...measurements], evidence]);
  try {
    await agreement.provider.call({ from: committee, to: agreement.address, data });
    return { kind: "open" };
  } catch (error) {
    const { problem } = decodeFailure(error, agreement.wording);
    if (problem.retry === true && problem.code.startsWith("chain.")) throw new UpheldError(problem, { cause: error });
    return { kind: "refused", reason: problem.message };
  }
}
