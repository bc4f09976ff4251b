/**
 * The terms of an agreement, as `contracts/interfaces/AgreementTypes.sol` has them. Money is whole units of the token,
 * shares are parts per billion (`PPB` = 100 %), times are UTC seconds, counts are whole units of an indicator. All
 * numbers are `bigint`; enums carry the numbers of the contract.
 */
export const PPB = 1_000_000_000n;

export const Unit = { Seconds: 1, Probes: 2, Tickets: 3, Packets: 4, Days: 5 } as const;
export type Unit = (typeof Unit)[keyof typeof Unit];

export const Mode = { Count: 1, DowntimeOnly: 2, Denominator: 3 } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

export const Test = { Below: 1, AtMost: 2, MoreThan: 3, AtLeast: 4 } as const;
export type Test = (typeof Test)[keyof typeof Test];

export const Combination = { Sum: 1, Greatest: 2 } as const;
export type Combination = (typeof Combination)[keyof typeof Combination];

/** What was counted in one period for one indicator. */
export interface Measurement {
  readonly total: bigint;
  readonly bad: bigint;
  readonly excluded: bigint;
}

export interface Indicator {
  readonly id: number;
  readonly unit: Unit;
  readonly mode: Mode;
  readonly instances: bigint;
  readonly excludedCap: bigint;
}

export interface Tier {
  readonly test: Test;
  readonly proportional: boolean;
  /** ppb for `Below` and `AtMost`, units for `MoreThan` and `AtLeast` */
  readonly threshold: bigint;
  /** ppb of the fee */
  readonly credit: bigint;
  /** 0: flat; else a step, in ppb or units like `threshold` */
  readonly per: bigint;
}

export interface Objective {
  readonly indicator: number;
  readonly tiers: readonly Tier[];
}

export interface ChronicRule {
  readonly count: number;
  readonly window: number;
  readonly leastShare: bigint;
}

export interface Terms {
  readonly provider: string;
  readonly client: string;
  readonly oracle: string;
  readonly arbiter: string;
  readonly token: string;
  readonly fee: bigint;
  readonly bond: bigint;
  readonly pledge: bigint;
  readonly termCreditCap: bigint;
  /** 32 bytes, hex */
  readonly document: string;
  readonly pledgeShare: bigint;
  readonly creditCap: bigint;
  readonly silenceCredit: bigint;
  readonly anchor: bigint;
  readonly start: bigint;
  readonly reportWindow: bigint;
  readonly disputeWindow: bigint;
  readonly rulingWindow: bigint;
  readonly fundingGrace: bigint;
  readonly periodMonths: number;
  readonly periods: number;
  readonly noticePeriods: number;
  readonly burnInPeriods: number;
  readonly combination: Combination;
  readonly indicators: readonly Indicator[];
  readonly chronic: readonly ChronicRule[];
  readonly objectives: readonly Objective[];
}
