import type { Seat } from "../chain/enums.ts";
import { type Agreement, NOBODY, SEATS } from "./agreement.ts";
import { Refusal, require } from "./refusal.ts";

/** The seat of `caller`, who must be a party. */
export function seatOf(a: Agreement, caller: string): Seat {
  const seat = SEATS.find((name) => a.seats[name] === caller);
  if (seat === undefined) throw new Refusal("NotAParty", [caller]);
  return seat;
}

export function requireSeat(a: Agreement, caller: string, seat: Seat): void {
  require(a.seats[seat] === caller, "NotTheSeat", caller, a.seats[seat]);
}

/** Who may be what, at every rotation and handover alike. */
export function requireRoles(
  a: Agreement,
  changes: Partial<Record<"provider" | "client" | "oracle" | "arbiter", string>>,
): void {
  const roles = { ...a.seats, oracle: a.oracle, arbiter: a.arbiter, ...changes };
  for (const role of [roles.provider, roles.client, roles.oracle, roles.arbiter]) {
    require(![NOBODY, a.terms.token, a.address].includes(role), "RoleIsNotAPerson", role);
  }
  require(roles.provider !== roles.client, "PartiesAreTheSame", roles.provider);
  const isNeutral = ![roles.provider, roles.client, roles.oracle].includes(roles.arbiter);
  require(isNeutral, "ArbiterIsNotNeutral", roles.arbiter);
}
