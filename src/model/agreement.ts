import type { CONSENTS, Ruling, Seat } from "../chain/enums.ts";
import { termEnd } from "../terms/calendar.ts";
import type { Terms } from "../terms/types.ts";

/** Something both parties must say alike, as the contract takes it: fields its kind does not use are zero. */
export interface Consent {
  readonly kind: (typeof CONSENTS)[number];
  readonly period: number;
  readonly revision: number;
  readonly credit: bigint;
  readonly account: string;
  readonly end: bigint;
}

export interface GivenConsent {
  readonly seat: Seat;
  readonly consent: Consent;
  readonly expiry: bigint;
}

/** A report, or the silence that stands for one. */
export interface Report {
  readonly revision: number;
  /** t: since when it stands */
  readonly at: bigint;
  /** Money, after the period's cap and before the term's. */
  readonly credit: bigint;
  /** The chronic rules whose least share it reaches. */
  readonly reaches: readonly number[];
}

/** One seat's counter-claim. */
export interface Claim {
  readonly credit: bigint;
  readonly reaches: readonly number[];
  readonly pledge: bigint;
  readonly at: bigint;
}

export interface Dispute {
  /** d: when the first claim was made */
  readonly at: bigint;
  /** What is disputed, frozen. */
  readonly report: Report;
  readonly claims: Partial<Record<Seat, Claim>>;
}

/** What the split moved, and what it left for the arbiter. */
export interface Split {
  /** The lowest offer, after the term's cap: given already. */
  readonly agreed: bigint;
  /** The fee share between the lowest and the highest offer. */
  readonly held: bigint;
}

/** One period, as far as its life has come. */
export interface Course {
  report?: Report;
  dispute?: Dispute;
  split?: Split;
  /** `none`: nobody had to decide. */
  resolved?: { readonly ruling: Ruling | "none"; readonly at: bigint };
}

/** Tokens by token, then by holder. */
export type Wallets = Record<string, Record<string, bigint>>;

/** One agreement and the money around it. All of it is plain data; `apply` makes the next one out of it. */
export interface Agreement {
  readonly address: string;
  readonly terms: Terms;
  readonly termsHash: string;
  readonly seats: Record<Seat, string>;
  oracle: string;
  arbiter: string;
  readonly accepted: Record<Seat, boolean>;
  isClosed: boolean;
  end: bigint;
  /** M, P and B; and what is owed to the provider. Q and the held part follow from the disputes. */
  readonly money: { balance: bigint; earnings: bigint; bond: bigint; owed: bigint };
  /** All credits really given, fee and bond: counts against the term's cap. */
  credited: bigint;
  /** One for each period of the terms. */
  readonly courses: readonly Course[];
  /** The first period that is neither final nor split. */
  current: number;
  /** For each chronic rule, the bad periods. */
  readonly chronic: readonly number[][];
  /** 0: the client has no chronic right */
  leaveUntil: bigint;
  /** 0: whole */
  bondShortSince: bigint;
  readonly offeredTo: Record<Seat, string>;
  consents: readonly GivenConsent[];
  readonly wallets: Wallets;
}

export const NOBODY = "0x0000000000000000000000000000000000000000";
export const SEATS: readonly Seat[] = ["provider", "client"];
export const otherSeat = (seat: Seat): Seat => (seat === "provider" ? "client" : "provider");

/** A fresh draft at `address`; `wallets` says who has which tokens. */
export function draft(terms: Terms, address: string, termsHash: string, wallets: Wallets = {}): Agreement {
  return {
    address,
    terms,
    termsHash,
    seats: { provider: terms.provider, client: terms.client },
    oracle: terms.oracle,
    arbiter: terms.arbiter,
    accepted: { provider: false, client: false },
    isClosed: false,
    end: termEnd(terms),
    money: { balance: 0n, earnings: 0n, bond: 0n, owed: 0n },
    credited: 0n,
    courses: Array.from({ length: terms.periods }, () => ({})),
    current: 0,
    chronic: terms.chronic.map(() => []),
    leaveUntil: 0n,
    bondShortSince: 0n,
    offeredTo: { provider: NOBODY, client: NOBODY },
    consents: [],
    wallets,
  };
}

/** A copy that may change while the original stays. Terms never change. */
export function copy(a: Agreement): Agreement {
  return {
    ...a,
    seats: { ...a.seats },
    accepted: { ...a.accepted },
    money: { ...a.money },
    courses: a.courses.map((course) => ({ ...course })),
    chronic: a.chronic.map((bad) => [...bad]),
    offeredTo: { ...a.offeredTo },
    wallets: Object.fromEntries(Object.entries(a.wallets).map(([token, held]) => [token, { ...held }])),
  };
}

export function courseOf(a: Agreement, k: number): Course {
  const course = a.courses[k];
  if (course === undefined) throw new RangeError(`the terms have no period ${k}`);
  return course;
}
