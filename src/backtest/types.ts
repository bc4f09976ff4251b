import type { Problem } from "../errors.ts";
import type { Policy } from "../measure/policy.ts";
import type { OpenedMonitor } from "../monitors/open.ts";
import type { Source } from "../oracle/config.ts";
import type { Period } from "../terms/calendar.ts";
import type { Measurement } from "../terms/types.ts";

/** A measure of the table that the past is known of, by its place among the terms' indicators. */
export interface Covered {
  readonly indicator: number;
  readonly name: string;
  readonly source: Source;
  /** Opened once for all periods; a file of outages or counts needs none. */
  readonly opened: OpenedMonitor | undefined;
  /** The policy that stands in for the file's, which has none. */
  readonly assumed: Policy | undefined;
}

/** What was measured of one indicator in one period. */
export interface Counted {
  readonly indicator: number;
  readonly measurement: Measurement;
  /** Seconds of which the monitor knew nothing. */
  readonly unknown: bigint;
  /** The same with unknown time down; only under an assumed policy, and only where it differs. */
  readonly ifDown?: Measurement;
}

/** Money in units of the token. */
export interface PastMoney {
  readonly fee: bigint;
  /** What the client would have got back, after all caps. */
  readonly credit: bigint;
  /** The part of the fee that the provider would have kept. */
  readonly earned: bigint;
  readonly fromBond: bigint;
}

/** One period of the past under the table. */
export type PastPeriod = { readonly period: Period } & (
  | {
      readonly kind: "measured";
      readonly counted: readonly Counted[];
      readonly money: PastMoney;
      /** The same with unknown time down; only under an assumed policy. */
      readonly ifDown: PastMoney | undefined;
    }
  /** The monitor no longer has it, or does not have it yet. */
  | { readonly kind: "not held"; readonly problem: Problem }
  /** The policy, or the contract, would have refused the report. */
  | { readonly kind: "no report"; readonly problem: Problem; readonly silence: PastMoney }
);
