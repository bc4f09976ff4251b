import { getAddress } from "ethers";
import { z } from "zod";
import type { Seat } from "../chain/enums.ts";
import type { PreparedTransaction } from "../chain/transaction.ts";
import type { Token } from "../chain/token.ts";
import type { Field } from "./job.ts";
import type { Result } from "./io.ts";
import type { Need } from "./signers.ts";

/** Who holds what, as the agreement says now. */
export interface Holders {
  readonly provider: string;
  readonly client: string;
  readonly oracle: string;
  readonly arbiter: string;
}

/** For jobs that both seats have: says for which of them. */
export const asField: Field<Seat | undefined> = [
  "<seat>",
  "act as provider or client (default: whichever the key holds)",
  z.enum(["provider", "client"]).optional(),
];

/** The key of `role`. */
export function keyOf(role: keyof Holders, holders: Holders): Need {
  return { who: `the ${role}`, accounts: [getAddress(holders[role])] };
}

/** The key of a party: of the seat named, or of either. */
export function partyKey(holders: Holders, seat?: Seat): Need {
  if (seat !== undefined) return keyOf(seat, holders);
  return { who: "the provider or the client", accounts: [getAddress(holders.provider), getAddress(holders.client)] };
}

/** Whose seat `account` holds; the key was checked to be of one of them. */
export function seatOf(account: string, holders: Holders): Seat {
  return getAddress(account) === getAddress(holders.provider) ? "provider" : "client";
}

/** Lets the agreement take exactly `amount`. A left-over allowance is cleared first: some tokens insist on it. */
export async function approvals(
  token: Token,
  owner: string,
  agreement: string,
  amount: bigint,
): Promise<PreparedTransaction[]> {
  const allowance = await token.allowance(owner, agreement);
  if (allowance === amount) return [];
  const exact = [token.approve(agreement, amount)];
  return allowance === 0n || amount === 0n ? exact : [token.approve(agreement, 0n), ...exact];
}

/** The answer of a job that finds its work done: running it twice is no mistake. */
export function alreadyDone(text: string): Result {
  return { data: { done: true, transactions: [] }, text: [text] };
}
