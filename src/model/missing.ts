import type { Phase } from "../chain/enums.ts";
import { periodOf } from "../terms/calendar.ts";
import type { Terms } from "../terms/types.ts";

/** What of an agreement's state says how much money it lacks. */
export interface Covered {
  readonly owed: bigint;
  readonly committed: bigint;
  readonly balance: bigint;
  readonly unabsorbed: bigint;
}

/** What must come in so that nothing is owed and all that is committed is there: before the start, the first fee. */
export function missingMoney(terms: Terms, phase: Phase, state: Covered): bigint {
  const needed = phase === "draft" ? periodOf(terms, 0).fee : phase === "active" ? state.owed + state.committed : 0n;
  const there = state.balance + state.unabsorbed;
  return needed > there ? needed - there : 0n;
}

/** A payment of `amount` units to an agreement as wallets read it from a code (ERC-681). */
export function paymentUri(token: string, chainId: bigint, agreement: string, amount: bigint): string {
  return `ethereum:${token}@${chainId}/transfer?address=${agreement}&uint256=${amount}`;
}
