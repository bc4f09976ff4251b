import { z } from "zod";
import { UpheldError } from "../errors.ts";
import { bytesOf, dayText, headerText } from "./encoding.ts";
import { foldProof, leafOf, proofOf } from "./merkle.ts";
import type { Author, Evidence, EvidenceDay } from "./schema.ts";

const hex32 = z.string().regex(/^0x[0-9a-f]{64}$/, "must be 32 bytes in lower-case hex");

const proofSchema = z.strictObject({
  schema: z.literal("upheld.leaf-proof/1"),
  leaf: z.int().min(0).max(367),
  text: z.string().endsWith("\n"),
  /** a year has 368 leaves: nine steps */
  proof: z.array(hex32).max(9),
  root: hex32,
});

/** Shows one leaf, a day or the header, and nothing of the others: the text that was sworn, and its way to the root. */
export type LeafProof = Readonly<z.infer<typeof proofSchema>>;

export function proveDay(evidence: Evidence, date: string): LeafProof {
  const index = evidence.days.findIndex((day) => day.date === date);
  if (index < 0) {
    const [first, last] = [evidence.days.at(0), evidence.days.at(-1)] as [EvidenceDay, EvidenceDay];
    throw new UpheldError({
      code: "evidence.no-such-day",
      message: `${date} is not a day of this period`,
      hint: `its days are ${first.date} to ${last.date}`,
    });
  }
  return proveLeaf(evidence, index + 1, dayText(evidence, index));
}

/** Who, when and the counts of the whole period, without any day. */
export const proveHeader = (evidence: Evidence): LeafProof => proveLeaf(evidence, 0, headerText(evidence));

const proveLeaf = ({ leaves, root }: Evidence, leaf: number, text: string): LeafProof => ({
  schema: "upheld.leaf-proof/1",
  leaf,
  text,
  proof: proofOf(leaves, leaf),
  root,
});

/** Whether the text belongs to the root on chain. */
export const checkLeafProof = ({ text, proof }: Pick<LeafProof, "text" | "proof">, root: string): boolean =>
  foldProof(leafOf(bytesOf(text)), proof) === root.toLowerCase();

/** Takes anything, gives a proof of the right shape or says what is wrong with it. It does not check any hash. */
export function parseLeafProof(value: unknown, file?: string): LeafProof {
  const result = proofSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
  throw notOne(`${path.length === 0 ? "" : `${path.map(String).join(".")}: `}${message}`, file);
}

/** What a day's text says of itself. */
export interface ShownDay {
  readonly chainId: bigint;
  readonly agreement: string;
  readonly period: number;
  readonly revision: number;
  readonly author: Author;
  readonly leaf: number;
  readonly date: string;
  /** What was seen, a line each: samples, outages, exclusions, notes. */
  readonly facts: readonly string[];
}

const HEAD =
  /^upheld evidence day 2\nsalt 0x[0-9a-f]{64}\nchain (\d{1,20})\nagreement (0x[0-9a-f]{40})\nperiod (\d{1,3})\nrevision (\d{1,3})\nauthor (oracle|provider|client)\nleaf (\d{1,3})\nday (\d{4}-\d\d-\d\d)\n/;

/** Reads the text of a day's leaf. */
export function readShownDay({ text }: Pick<LeafProof, "text">, file?: string): ShownDay {
  const match = HEAD.exec(text);
  if (match === null) throw notOne("its text is not that of a day", file);
  const [head, chain = "", agreement = "", period, revision, author, leaf, date = ""] = match;
  return {
    chainId: BigInt(chain),
    agreement,
    period: Number(period),
    revision: Number(revision),
    author: author as Author,
    leaf: Number(leaf),
    date,
    facts: text
      .slice(head.length, -1)
      .split("\n")
      .filter((line) => line !== ""),
  };
}

const notOne = (what: string, file?: string) =>
  new UpheldError({
    code: "evidence.not-a-proof",
    message: `not a proof of schema upheld.leaf-proof/1: ${what}`,
    hint: "`upheld prove-day` writes one; docs/evidence.md describes it",
    ...(file === undefined ? {} : { file }),
  });
