import type { Samples } from "../measure/columns.ts";
import type { Period, Window } from "../measure/types.ts";

/** Samples of one vantage point; the time in UTC seconds, may have a fraction; the value as the monitor has it. */
export interface RawChunk {
  /** One word: [A-Za-z0-9._:-]{1,60}. */
  readonly vantage: string;
  readonly samples: Samples;
}

/** Where samples come from. They come day by day, so that a month needs little memory. */
export interface SampleMonitor {
  /** One line for the evidence: product, query, host without credentials. */
  readonly source: string;
  /**
   * Raw samples with start <= t < end, in any order. Throws `monitor.*` errors, with `retry` where waiting helps;
   * what was read before an error is not the whole window and must be thrown away.
   */
  read(window: Period, signal?: AbortSignal): AsyncIterable<RawChunk>;
  /** What a server can say besides; files say nothing more. */
  readonly server?: SampleServer;
}

/** A server of samples that goes on: it has a clock, gets new samples and forgets old ones. */
export interface SampleServer {
  /** For how many seconds after a window its last samples may still be on their way. */
  readonly settle: number;
  /** For how many seconds it keeps samples; undefined when it does not say. Throws `monitor.*`. */
  retention(signal?: AbortSignal): Promise<bigint | undefined>;
  /** Its own clock, UTC seconds with a fraction. Throws `monitor.*`. */
  clock(signal?: AbortSignal): Promise<number>;
  /** As `read`, but of a window that it no longer has all of whatever is left. */
  rest(window: Period, signal?: AbortSignal): AsyncIterable<RawChunk>;
}

/** Where announced maintenance is listed. */
export interface MaintenanceSource {
  /** One line for the evidence. */
  readonly source: string;
  /** The windows that share a second with the period, neither cut nor merged. */
  read(period: Period, signal?: AbortSignal): Promise<readonly Window[]>;
}

/** What a monitor needs of the world around it. */
export interface Services {
  /** Environment variables, where a secret may be. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** UTC seconds. */
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}
