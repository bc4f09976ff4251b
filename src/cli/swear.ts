import { randomBytes } from "node:crypto";
import { buildEvidence, newSalt, type EvidenceInput } from "../evidence/build.ts";
import { keepEvidence } from "../evidence/files.ts";
import type { Agreement } from "../chain/agreement.ts";
import type { Seat } from "../chain/enums.ts";
import type { Context } from "./context.ts";
import type { Gathered } from "./sources.ts";

/** What the evidence names as its writer. */
export const TOOL = "upheld 0.1.0";

/** A period as evidence needs it. */
export interface SwornPeriod {
  readonly number: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

/** What the evidence of `gathered` will say. */
export async function evidenceInput(
  context: Context,
  agreement: Agreement,
  period: SwornPeriod,
  revision: bigint,
  author: Seat | "oracle",
  gathered: Gathered,
): Promise<EvidenceInput> {
  const { network } = await context.chain();
  return {
    chainId: network.chainId,
    agreement: agreement.address,
    period: { index: Number(period.number), start: period.start, end: period.end },
    revision: Number(revision),
    author,
    tool: TOOL,
    source: gathered.source,
    indicators: gathered.indicators,
  };
}

/** The counts that `input` gives, without writing anything. */
export function countsOf(input: EvidenceInput) {
  return buildEvidence(input, newSalt(randomBytes));
}

/** Puts the evidence on disk, or finds it there, and answers its root. A dry run writes nothing. */
export async function swear(context: Context, folder: string, input: EvidenceInput) {
  if (context.options.dryRun) {
    const built = countsOf(input);
    return { root: built.evidence.root, path: undefined, reused: false };
  }
  const kept = await keepEvidence(folder, input, randomBytes);
  return { root: kept.evidence.root, path: kept.path, reused: kept.reused };
}
