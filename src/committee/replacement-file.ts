import { getAddress } from "ethers";
import { z } from "zod";
import { inOrder, type MemberSignature } from "../chain/batch.ts";
import { UpheldError } from "../errors.ts";
import type { Replacement } from "./committee.ts";
import { readJson } from "./files.ts";

const SCHEMA = "upheld.replacement/1";

/** New members that the present ones sign: one file that goes from member to member. */
export interface ReplacementFile extends Replacement {
  readonly chainId: bigint;
  readonly committee: string;
  /** The committee's number at the time: it can be used once. */
  readonly nonce: bigint;
  readonly signatures: readonly MemberSignature[];
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address")
  .transform((text) => getAddress(text.toLowerCase()));
const number = z
  .string()
  .regex(/^(0|[1-9]\d{0,30})$/, "must be a whole number, as a string")
  .transform(BigInt);

const schema = z.strictObject({
  schema: z.literal(SCHEMA),
  chainId: number,
  committee: address,
  members: z.array(address).min(1).max(32),
  threshold: z.int().min(1).max(32),
  nonce: number,
  signatures: z.array(
    z.strictObject({ signer: address, signature: z.string().regex(/^0x([0-9a-f]{2})+$/, "must be lower-case hex") }),
  ),
});

export async function readReplacement(file: string): Promise<ReplacementFile> {
  const result = schema.safeParse(await readJson(file, "replacement"));
  if (result.success) {
    const { chainId, committee, members, threshold, nonce, signatures } = result.data;
    return { chainId, committee, members, threshold, nonce, signatures: inOrder(signatures) };
  }
  const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
  throw new UpheldError({
    code: "replacement.malformed",
    message: `not a file of schema ${SCHEMA}: ${path.length === 0 ? "" : `${path.map(String).join(".")}: `}${message}`,
    hint: "Ask whoever proposed it for the file again; docs/committee.md describes it.",
    file,
  });
}

export function replacementText({
  chainId,
  committee,
  members,
  threshold,
  nonce,
  signatures,
}: ReplacementFile): string {
  const written = {
    schema: SCHEMA,
    chainId: String(chainId),
    committee,
    members,
    threshold,
    nonce: String(nonce),
    signatures: inOrder(signatures),
  };
  return `${JSON.stringify(written, undefined, 2)}\n`;
}

/** Members as the contract takes them: ascending, each once, a majority of them signing. */
export function checkedReplacement(members: readonly string[], threshold: number): Replacement {
  const sorted = members.map((member) => getAddress(member)).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const twice = sorted.find((member, i) => sorted[i - 1] === member);
  if (twice !== undefined) throw wrong(`${twice} is named twice`, "Name each member once.");
  if (sorted.length === 0 || sorted.length > 32) throw wrong(`${sorted.length} members`, "A committee has 1 to 32.");
  const least = Math.floor(sorted.length / 2) + 1;
  if (threshold < least || threshold > sorted.length) {
    const hint = `More than half and at most all of them must sign: ${least} to ${sorted.length}.`;
    throw wrong(`${threshold} of ${sorted.length} members cannot be the quorum`, hint);
  }
  return { members: sorted, threshold };
}

const wrong = (message: string, hint: string) => new UpheldError({ code: "usage.members", message, hint });
