import { existsSync } from "node:fs";
import type { EvidenceInput } from "./build.ts";
import { evidencePath, readEvidence } from "./files.ts";
import type { Author, Grade } from "./schema.ts";
import { inputOf, verifyEvidence, type OnChain } from "./verify.ts";

/** What counts that the chain has rest on: their file, checked against the chain. */
export type EvidenceAtHand =
  | { readonly kind: "sound"; readonly path: string; readonly grades: readonly Grade[]; readonly input: EvidenceInput }
  | { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "differs"; readonly path: string; readonly message: string };

/** Reads the evidence file in `folder` that belongs to what `author` put on chain; throws only for one it cannot read. */
export async function readAgainst(folder: string, author: Author, onChain: OnChain): Promise<EvidenceAtHand> {
  const path = evidencePath(folder, { ...onChain, author });
  if (!existsSync(path)) return { kind: "missing", path };
  const evidence = await readEvidence(path);
  const difference = verifyEvidence(evidence, onChain);
  if (difference !== undefined) return { kind: "differs", path, message: `${difference.place}: ${difference.message}` };
  return { kind: "sound", path, grades: evidence.indicators.map(({ grade }) => grade), input: inputOf(evidence) };
}
