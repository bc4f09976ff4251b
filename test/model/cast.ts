/** Who plays in the stories, and what they have. */
import { keccak256 } from "ethers";
import { type Agreement, draft } from "../../src/model/agreement.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";

/** Everybody who ever calls, in the order of the accounts. */
export const ACTORS = ["provider", "client", "oracle", "arbiter", "stranger", "newcomer"] as const;
export type Actor = (typeof ACTORS)[number];

/** What every actor has of the token; the newcomer is poor. */
export const RICHES = 2n ** 97n;
export const POOR = 5_000_000_000n;

export interface Setting {
  readonly addresses: Readonly<Record<Actor, string>>;
  readonly token: string;
  readonly foreign: string;
  readonly factory: string;
  readonly readings: string;
}

/** The model of a draft among the actors of `s`. */
export function draftIn(s: Pick<Setting, "addresses" | "token" | "foreign">, terms: Terms, address: string): Agreement {
  const mine = (newcomer: bigint) =>
    Object.fromEntries(ACTORS.map((name) => [s.addresses[name], name === "newcomer" ? newcomer : RICHES]));
  const wallets = { [s.token]: mine(POOR), [s.foreign]: mine(RICHES) };
  return draft(terms, address, keccak256(encodeTerms(terms)), wallets);
}
