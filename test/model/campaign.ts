/** Random stories told to the model and to the chain. */
import fc from "fast-check";
import { authorOf } from "./author.ts";
import { anyTermsIn } from "./any-terms.ts";
import type { Setting } from "./cast.ts";
import { BEGINNING, setting } from "./chain.ts";
import { draws } from "./draws.ts";
import { shrink } from "./shrink.ts";
import { type Story, storyText, tell } from "./story.ts";
import { Tally } from "./tally.ts";

export const CALLS = 60;

/** Terms, and the chance that calls are made up with. */
const stories = (s: Setting) =>
  fc.tuple(anyTermsIn(s, BEGINNING), fc.noBias(fc.array(draws, { minLength: CALLS + 1, maxLength: CALLS + 1 })));

/** Model and chain differ: the shortest story found that shows it. */
export class Differs extends Error {
  readonly story: Story;

  constructor(message: string, story: Story) {
    super(message);
    this.name = "Differs";
    this.story = story;
  }
}

/** Tells the story of `seed`, and answers it; of one that shows a difference, shortens it and throws. Equal seeds tell equal stories. */
export async function tellSeed(seed: number, tally: Tally): Promise<Story> {
  const { s, terms, steps, difference } = await tellWhole(seed, tally);
  if (difference === undefined) return { terms, steps };
  const shrunk = await shrink({ terms, steps });
  const text = storyText(s, shrunk.story, shrunk.difference);
  throw new Differs(
    `story of seed ${seed}, shrunk from ${steps.length} calls to ${shrunk.story.steps.length}\n${text}\n` +
      `The whole story again: npm run campaign:model -- --seed ${seed} --runs 1`,
    shrunk.story,
  );
}

/** Tells the story of `seed` up to the first difference. */
export async function tellWhole(seed: number, tally: Tally) {
  const s = await setting();
  const [first] = fc.sample(stories(s), { seed, numRuns: 1 });
  if (first === undefined) throw new Error("fast-check gave no story");
  const [terms, chance] = first;
  const telling = await tell(terms, BEGINNING, authorOf(s, chance), (told) => {
    tally.hear(told);
  });
  return { s, terms, ...telling };
}
