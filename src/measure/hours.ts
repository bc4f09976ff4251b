/** When seconds count: by the wall clock of a zone. */
export interface Hours {
  /** An IANA name: `Europe/Vienna`. */
  readonly zone: string;
  readonly open: readonly Opening[];
  /** Local dates, `2026-12-25`, ascending: what opens on them does not. */
  readonly holidays: readonly string[];
}

/** Once a week. Minutes of the local day; beyond 1440 it runs into the next day. */
export interface Opening {
  /** 1 Monday … 7 Sunday */
  readonly day: number;
  readonly from: number;
  readonly to: number;
}
