import { UpheldError } from "../errors.ts";
import { bytesOf, dayText, headerText } from "./encoding.ts";
import { foldProof, leafOf, proofOf } from "./merkle.ts";
import type { Evidence, EvidenceDay } from "./schema.ts";

/** Shows one leaf, a day or the header, and nothing of the others: the text that was sworn, and its way to the root. */
export interface LeafProof {
  readonly schema: "upheld.leaf-proof/1";
  readonly leaf: number;
  readonly text: string;
  readonly proof: readonly string[];
  readonly root: string;
}

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
