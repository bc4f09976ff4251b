import { check } from "./check.ts";
import { readDeal } from "./deal.ts";
import { toData } from "./json.ts";
import { narrate } from "./narrate.ts";
import { readOutcome } from "./outcome.ts";
import { screen } from "./screen.ts";
import type { Setting } from "./setting.ts";
import { readSignatures } from "./signatures.ts";
import type { Story } from "./stories/story.ts";
import type { Colors } from "./words.ts";

/** What a played story leaves to print. */
export interface Played {
  readonly data: Readonly<Record<string, unknown>>;
  screen(next: readonly string[], colors: Colors): string[];
  /** Whether every unit is accounted for, every report verifies, and a changed second is found. */
  readonly isSound: boolean;
}

/** Plays `story` on a stage, then reads from the chain how it went. */
export async function play(story: Story, stage: Setting): Promise<Played> {
  const { agreement, addresses, file, onProgress } = stage;
  // priced before the first period is over, as the parties see it when they sign
  const deal = await readDeal(agreement);
  await story.play(stage);

  onProgress("check");
  const outcome = await readOutcome(agreement);
  const ending = await story.ending(stage, outcome);
  const signed = await readSignatures(agreement, addresses);
  const checked = await check(stage, outcome);
  const courses = outcome.periods.filter(({ k }) => ending.periods.includes(k));
  const happenings = (await Promise.all(courses.map((one) => narrate(agreement, outcome.history, one)))).flat();
  const shown = { story, file, agreement, deal, outcome, happenings, ending: ending.text, signed, checked };
  return {
    data: toData(story, outcome, ending, agreement.token.decimals),
    screen: (next, colors) => screen({ ...shown, next }, colors),
    isSound: outcome.conserved && checked.agrees && checked.mismatch !== undefined,
  };
}
