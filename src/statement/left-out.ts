import { nameOf, SEATS, type Seat } from "../chain/enums.ts";
import type { Books } from "./books.ts";
import { ACCOUNTS } from "./entries.ts";
import { monthTitle } from "./month.ts";
import type { Statement } from "./statement.ts";

/** Whose agreements are meant, by seat; undefined: whoever holds it. */
export type Parties = Readonly<Record<Seat, string | undefined>>;

/**
 * Why an agreement that the chain names for `parties` has no place among their statements; undefined: it has. It follows
 * from what had happened by the time of the statement, so that it stays the same too.
 */
export function whyLeftOut({ happened }: Books, statement: Statement, parties: Parties): string | undefined {
  const { asOf, seats, month } = statement;
  for (const seat of ["client", "provider"] as const) {
    const meant = parties[seat];
    if (meant !== undefined && seats[seat] !== meant) return `its ${seat} was ${seats[seat]} then`;
    if (isAsked(parties, seat) && !hasAccepted(happened, seat, asOf)) return notAccepted(seat);
  }
  return isEmpty(statement) ? `it did not run in ${monthTitle(month)}, and nothing was in it` : undefined;
}

/** Anyone may name anyone in a draft, and pay into it. A client's paper has nothing that its client never accepted. */
export const isAsked = (parties: Parties, seat: Seat): boolean => seat === "client" || parties[seat] !== undefined;

const hasAccepted = (happened: Books["happened"], seat: Seat, asOf: bigint): boolean =>
  happened.some(({ name, at, values }) => name === "Accepted" && at <= asOf && nameOf(SEATS, values.seat) === seat);

export const notAccepted = (seat: Seat): string => `a draft that its ${seat} had not accepted`;

function isEmpty({ isBinding, month, terms, end, opening, entries, services, rulings }: Statement): boolean {
  if (isBinding && terms.start < month.end && month.start < end) return false;
  const isQuiet = [entries, services, rulings].every((list) => list.length === 0);
  return isQuiet && ACCOUNTS.every((account) => opening[account] === 0n);
}
