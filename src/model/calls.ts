import type { EXITS, RULINGS, SEATS } from "../chain/enums.ts";
import type { Measurement } from "../terms/types.ts";
import type { Consent } from "./agreement.ts";

interface Statement {
  readonly period: bigint;
  readonly revision: bigint;
  readonly measurements: readonly Measurement[];
}

/** Everything that can be done to an agreement, as data. Numbers are as the contract takes them. */
export type Call =
  | { readonly name: "accept"; readonly termsHash: string }
  | { readonly name: "fund"; readonly amount: bigint }
  | { readonly name: "transfer"; readonly token: string; readonly amount: bigint }
  | { readonly name: "sync" }
  | ({ readonly name: "report" } & Statement)
  | ({ readonly name: "dispute" } & Statement)
  | { readonly name: "rule"; readonly period: bigint; readonly ruling: (typeof RULINGS)[number] }
  | { readonly name: "settle" }
  | { readonly name: "agree"; readonly consent: Consent; readonly expiry: bigint }
  | { readonly name: "revoke"; readonly consent: Consent }
  | { readonly name: "postBond" }
  | { readonly name: "claim"; readonly to: string }
  | { readonly name: "withdraw"; readonly to: string; readonly amount: bigint }
  | { readonly name: "terminate"; readonly exit: (typeof EXITS)[number] }
  | { readonly name: "offerSeat"; readonly to: string }
  | {
      readonly name: "takeSeat";
      readonly seat: (typeof SEATS)[number];
      readonly leastBalance: bigint;
      readonly latestEnd: bigint;
    }
  | { readonly name: "sweep"; readonly token: string };

export type CallName = Call["name"];
export type CallOf<N extends CallName> = Extract<Call, { readonly name: N }>;

/** Who calls, and when. */
export interface Moment {
  readonly by: string;
  readonly now: bigint;
}
