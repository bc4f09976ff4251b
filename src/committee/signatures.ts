import { getAddress } from "ethers";
import type { MemberSignature } from "../chain/batch.ts";
import { UpheldError } from "../errors.ts";
import type { Committee, ToSign } from "./committee.ts";

/** What the contract would take of `given`, and why it would not take the rest. */
export interface Checked {
  readonly good: readonly MemberSignature[];
  readonly bad: readonly { readonly signer: string; readonly reason: string }[];
  /** Members whose good signature is not there. */
  readonly missing: readonly string[];
}

/** Tries every signature before the contract does: one bad one would undo the whole delivery. */
export async function checkSignatures(
  committee: Committee,
  what: ToSign,
  given: readonly MemberSignature[],
): Promise<Checked> {
  const good: MemberSignature[] = [];
  const bad: { signer: string; reason: string }[] = [];
  for (const one of given) {
    if (!committee.isMember(one.signer)) bad.push({ signer: one.signer, reason: "is no member" });
    else if (await committee.isSigned(what, one)) good.push(one);
    else bad.push({ signer: one.signer, reason: "signed something else, or its signature is broken" });
  }
  const signed = new Set(good.map(({ signer }) => getAddress(signer)));
  return { good, bad, missing: committee.seats.members.filter((member) => !signed.has(member)) };
}

/** Throws unless enough members signed. */
export function requireQuorum(committee: Committee, { good, bad, missing }: Checked): void {
  const { threshold, members } = committee.seats;
  if (good.length >= threshold) return;
  const refused = bad.map(({ signer, reason }) => `${signer} ${reason}`);
  throw new UpheldError({
    code: "committee.too-few",
    message: `${good.length} of ${members.length} members signed, ${threshold} must${refused.length === 0 ? "" : ` (${refused.join("; ")})`}.`,
    hint: `Ask ${missing.join(", ")} to sign the file.`,
    retry: true,
  });
}

/** Refuses a signature made elsewhere that the contract would not take. */
export async function requireSigned(committee: Committee, what: ToSign, given: MemberSignature): Promise<void> {
  const { bad } = await checkSignatures(committee, what, [given]);
  const [wrong] = bad;
  if (wrong === undefined) return;
  throw new UpheldError({
    code: "committee.signature",
    message: `The signature is not taken: ${wrong.signer} ${wrong.reason}.`,
    hint: "Sign exactly what --dry-run prints, with a member's key or Safe.",
  });
}
