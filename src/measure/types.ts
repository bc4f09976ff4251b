/** Half-open: `start` belongs to it, `end` does not. UTC seconds. */
export interface Period {
  readonly start: bigint;
  readonly end: bigint;
}

/** The instance number of a window that concerns all instances at once. */
export const EVERY = 0;

/** A stretch of time in which something was down, or is excluded. Half-open, UTC seconds. */
export interface Window {
  readonly start: bigint;
  readonly end: bigint;
  /** 1 … instances, or `EVERY`. Left out it means the one instance there is; with several, that is an error. */
  readonly instance?: number;
  /** An exclusion's reason, an entry of the agreement's record: `advice 7`. */
  readonly cites?: string;
  /** Where it was read, for messages: the line of a file, counted from 1. */
  readonly line?: number;
}

/** Something a reader should know, that is no error: what was merged, cut, or left out. */
export interface Note {
  readonly code: "merged" | "clipped" | "outside" | "none";
  readonly message: string;
  /** how many windows it is about, and the line of the first */
  readonly count: number;
  readonly line?: number;
}

/** What a source saw of one period, before anything is counted. */
export interface Observation {
  readonly outages: readonly Window[];
  /** Time agreed not to count: announced maintenance and the like. */
  readonly exclusions: readonly Window[];
  readonly notes: readonly Note[];
  /** One line that says where this came from; it goes into the evidence. */
  readonly source: string;
}

/** Where observations come from: an outage file, a monitoring system. All that a report needs to know of it. */
export interface Monitor {
  read(period: Period): Promise<Observation>;
}
