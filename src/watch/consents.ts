import { CONSENTS, nameOf, SEATS, type Seat } from "../chain/enums.ts";
import { moment } from "../format.ts";
import type { TimedEvent } from "./course.ts";
import type { Words } from "./view.ts";

export type ConsentGiven = Extract<TimedEvent, { name: "ConsentGiven" }>;

/** What has become of the keys that were given. */
export interface Consents {
  /** The first of two keys, which the other side has not answered. It may have expired. */
  readonly open: readonly ConsentGiven[];
  /** The second of two: what it agreed to was done with it. */
  readonly second: ReadonlySet<TimedEvent>;
}

/** As the contract keeps them: each seat's by what it says, until it is answered, revoked, or a seat changes hands. */
export function consentsIn(events: readonly TimedEvent[]): Consents {
  const open = new Map<string, ConsentGiven>();
  const second = new Set<TimedEvent>();
  for (const event of events) {
    if (event.name === "SeatTaken") open.clear();
    if (event.name === "ConsentRevoked") open.delete(keyOf(seatOf(event.values.seat), event.values.consent));
    if (event.name !== "ConsentGiven") continue;
    const { seat, consent } = event.values;
    const [own, mirrored] = [keyOf(seatOf(seat), consent), keyOf(otherSeat(seatOf(seat)), consent)];
    const first = open.get(mirrored);
    if (first === undefined || first.values.expiry <= event.time) open.set(own, event);
    else {
      second.add(event);
      open.delete(own);
      open.delete(mirrored);
    }
  }
  return { open: [...open.values()], second };
}

type Consent = ConsentGiven["values"]["consent"];

const keyOf = (seat: Seat, { kind, period, revision, credit, account, end }: Consent): string =>
  [seat, kind, period, revision, credit, account, end].join("/");

const seatOf = (seat: bigint): Seat => nameOf(SEATS, seat) as Seat;

export const otherSeat = (seat: Seat): Seat => (seat === "provider" ? "client" : "provider");

/** What a consent is about, in a few words. */
export function proposal(words: Words, { kind, period, credit, account, end }: Consent): string {
  const what = nameOf(CONSENTS, kind);
  if (what === "credit") return `a credit of ${words.money(credit)} for period ${period}`;
  if (what === "end") return `an end on ${moment(end)}`;
  return `another ${what}, ${account}`;
}
