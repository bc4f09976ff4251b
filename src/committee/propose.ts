import { existsSync } from "node:fs";
import { leafOf, type BatchedReport } from "../chain/batch.ts";
import { UpheldError } from "../errors.ts";
import { batchText, readBatch, withReport, type BatchFile } from "./batch-file.ts";
import type { Committee } from "./committee.ts";
import { replaceFile } from "./files.ts";

/**
 * Adds `reports` to the batch in `file`, which is made if it is not there. Whoever signed the shorter list signed another
 * one, so signatures go; when all of them are in it already, the file stays as it is.
 */
export async function propose(
  file: string,
  committee: Pick<Committee, "chainId" | "address">,
  reports: readonly BatchedReport[],
): Promise<BatchFile> {
  const blank = { chainId: committee.chainId, committee: committee.address, reports: [], signatures: [] };
  const batch: BatchFile = existsSync(file) ? await readBatch(file) : blank;
  requireSame(batch, committee, file);
  const known = new Set(batch.reports.map(leafOf));
  const added = reports.filter((report) => !known.has(leafOf(report)));
  if (added.length === 0) return batch;
  const grown = added.reduce(withReport, batch);
  await replaceFile(file, batchText(grown));
  return grown;
}

/** A batch belongs to one committee on one chain. */
export function requireSame(
  { chainId, committee }: Pick<BatchFile, "chainId" | "committee">,
  given: Pick<Committee, "chainId" | "address">,
  file: string,
): void {
  if (chainId === given.chainId && committee === given.address) return;
  throw new UpheldError({
    code: "batch.other-committee",
    message: `it is for the committee ${committee} on chain ${chainId}, not for ${given.address} on chain ${given.chainId}`,
    hint: "Name the right file, or the right chain by --network.",
    file,
  });
}
