import type { Ruling, Seat } from "../chain/enums.ts";
import type { Terms } from "../terms/types.ts";
import { finalMoney, splitMoney, type Purse } from "./resolution.ts";

/** What the arbiter chooses from, as money. */
export interface Offered {
  readonly by: "report" | Seat;
  /** Before the term's cap. */
  readonly credit: bigint;
  /** 0 for the report. */
  readonly pledge: bigint;
}

/** What a ruling would move, now. */
export interface Consequence {
  readonly ruling: Exclude<Ruling, "none">;
  /** Of what the split holds. */
  readonly toProvider: bigint;
  readonly toClient: bigint;
  /** Beside it, to the client. */
  readonly fromBond: bigint;
  readonly pledges: readonly { readonly of: Seat; readonly to: Seat; readonly amount: bigint }[];
}

/** `split`: what the split gave and holds; before it, both are worked out as of now. */
export function consequencesOf(
  terms: Pick<Terms, "termCreditCap">,
  purse: Purse,
  offers: readonly Offered[],
  split?: { readonly agreed: bigint; readonly held: bigint },
): Consequence[] {
  const { agreed, held, now } = split === undefined ? splitNow(terms, purse, offers) : { ...split, now: purse };
  const feeGiven = agreed < purse.fee ? agreed : purse.fee;
  const earned = purse.fee - feeGiven - held;
  return [...offers.map(({ by }) => by), "declined" as const].map((ruling): Consequence => {
    const picked = offers.find(({ by }) => by === (ruling === "declined" ? "report" : ruling));
    const money = finalMoney(terms, now, picked?.credit ?? 0n, agreed);
    return {
      ruling,
      toProvider: money.earned - earned,
      toClient: money.credit - money.fromBond,
      fromBond: money.fromBond,
      pledges: offers.flatMap(({ by, pledge }) => {
        if (by === "report" || pledge === 0n) return [];
        const other = by === "provider" ? "client" : "provider";
        return [{ of: by, to: ruling === "declined" || ruling === by ? by : other, amount: pledge }];
      }),
    };
  });
}

function splitNow(terms: Pick<Terms, "termCreditCap">, purse: Purse, offers: readonly Pick<Offered, "credit">[]) {
  const credits = offers.map(({ credit }) => credit).sort((a, b) => (a < b ? -1 : 1));
  const split = splitMoney(terms, purse, credits.at(0) ?? 0n, credits.at(-1) ?? 0n);
  const now = { ...purse, credited: purse.credited + split.credit, bond: purse.bond - split.fromBond };
  return { agreed: split.agreed, held: split.held, now };
}
