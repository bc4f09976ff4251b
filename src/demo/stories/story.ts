import type { Outcome } from "../outcome.ts";
import type { Stage } from "../stage.ts";

/** One story: what is played, and what is then told of it. */
export interface Story {
  readonly name: StoryName;
  /** What happens, in a sentence, before anything is played. */
  readonly plot: string;
  play(stage: Stage): Promise<void>;
  /** What the screen and `--json` say of the end beyond the months; every value from the chain. */
  ending(stage: Stage, outcome: Outcome): Ending | Promise<Ending>;
}

export type StoryName = "year" | "dispute" | "silent-oracle" | "client-stops-paying";

/** The point of a story. */
export interface Ending {
  /** Plain sentences for a person. */
  readonly text: readonly string[];
  /** The same figures for machines; money as decimal strings. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
  /** Periods whose course is told event by event. */
  readonly periods: readonly number[];
}
