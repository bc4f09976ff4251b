import { randomBytes } from "node:crypto";
import { buildEvidence, newSalt, type EvidenceInput } from "../evidence/build.ts";
import { evidencePath, keepEvidence } from "../evidence/files.ts";
import type { Agreement } from "../chain/agreement.ts";
import { SILENCE, type Seat } from "../chain/enums.ts";
import type { Context } from "./context.ts";
import { VERSION } from "../version.ts";
import { usage } from "./job.ts";
import type { Gathered } from "./sources.ts";

/** What the evidence names as its writer. */
export const TOOL = `upheld ${VERSION}`;

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

/** Where the evidence of the report that stands lies. */
export async function reportedFile(
  context: Context,
  { address }: Agreement,
  { number, start }: SwornPeriod,
  revision: bigint,
  folder: string,
): Promise<string> {
  if (revision === SILENCE) {
    throw usage("nobody reported: --from has no evidence to go by", "Say what you saw by --outages and --counts.");
  }
  const { network } = await context.chain();
  const period = { index: Number(number), start };
  const [chainId, author] = [network.chainId, "oracle" as const];
  return evidencePath(folder, { chainId, agreement: address, period, revision: Number(revision), author });
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
