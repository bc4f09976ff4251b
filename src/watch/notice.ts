import type { Topic, WatchRole } from "./config.ts";

/** So long something that asks for nothing is still news. */
export const WEEK = 7n * 86_400n;

/** What one role is told. */
export interface Said {
  readonly title: string;
  readonly lines: readonly string[];
  /** `bad`: it costs somebody something. `act`: somebody has to do something. */
  readonly tone: "bad" | "act" | "plain";
}

/** Something that people are told once. */
export interface Notice {
  /** What it is about, the same whenever it is found again: `final/3`. Unique within the agreement. */
  readonly id: string;
  readonly topic: Topic;
  /** When it came to be, by the chain; UTC seconds. */
  readonly at: bigint;
  /** Until when it is news to somebody who begins to watch. */
  readonly until: bigint;
  /** It follows from the chain's history: if a reorganisation takes that away, people are told so. */
  readonly stands: boolean;
  /** When these change, what was told was wrong. */
  readonly facts: readonly string[];
  readonly said: Readonly<Partial<Record<WatchRole, Said>>>;
}

/** A moment by which somebody has to act, or at which something happens by itself. */
export interface Deadline {
  /** Unique within the agreement, and the same when its moment moves: `dispute/3`. */
  readonly id: string;
  readonly time: bigint;
  /** From when on it is known; a reminder that would come before is left out. */
  readonly since: bigint;
  /** It may still move: what it depends on has not happened yet. */
  readonly isTentative: boolean;
  /** Whether people are reminded of it, beside the calendar. */
  readonly reminds: boolean;
  readonly said: Readonly<Partial<Record<WatchRole, { readonly title: string; readonly lines: readonly string[] }>>>;
}

export interface NoticeOptions {
  /** Seconds before a deadline, the longest first. */
  readonly remind: readonly bigint[];
  /** Seconds; undefined: half of the report window. */
  readonly lateAfter: bigint | undefined;
}
