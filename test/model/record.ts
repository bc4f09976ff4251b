/**
 * Tells stories to the model and to the chain, and keeps a few in which everything happens that happened in any of them:
 * `npm run record:model`.
 */
import { writeFileSync } from "node:fs";
import { tellSeed } from "./campaign.ts";
import { create, setting } from "./chain.ts";
import { type Recording, seenBy, write } from "./recorded.ts";
import type { Story } from "./story.ts";
import { Tally } from "./tally.ts";

const FILE = new URL("recorded.txt", import.meta.url);
const SEEDS = Number(process.env["UPHELD_STORIES"] ?? 200);
/** What more would bring is seldom; the file stays below 100 kB. */
const MOST = 11;

interface Heard {
  readonly seed: number;
  readonly story: Story;
  readonly happened: ReadonlySet<string>;
}

describe(`${SEEDS} stories, told to be recorded`, () => {
  it("are told alike, and a few of them kept", async function () {
    this.timeout(0);
    const heard: Heard[] = [];
    for (let seed = 1; seed <= SEEDS; ++seed) {
      const tally = new Tally();
      const story = await tellSeed(seed, tally);
      heard.push({ seed, story, happened: happenedIn(tally) });
    }
    const recordings: Recording[] = [];
    for (const { seed, story } of chosen(heard)) recordings.push(await record(seed, story));
    writeFileSync(FILE, write(recordings));
  });
});

const happenedIn = ({ done, refused, errors, milestones }: Tally): Set<string> =>
  new Set(
    Object.entries({ done, refused, errors, milestones }).flatMap(([how, counts]) =>
      Object.keys(counts).map((name) => `${name} ${how}`),
    ),
  );

/** Again and again the story in which most happens that happened in none so far. */
function chosen(heard: readonly Heard[]): Heard[] {
  const missing = new Set(heard.flatMap(({ happened }) => [...happened]));
  const kept: Heard[] = [];
  while (kept.length < MOST) {
    const newIn = ({ happened }: Heard) => [...happened].filter((what) => missing.has(what)).length;
    const best = heard.reduce((x, y) => (newIn(y) > newIn(x) ? y : x));
    if (newIn(best) === 0) break;
    kept.push(best);
    for (const what of best.happened) missing.delete(what);
  }
  process.stdout.write(`${kept.length} stories kept; in none of them: ${[...missing].join(", ") || "nothing"}\n`);
  return kept;
}

/** The chain has just answered what the model says, at every step. */
async function record(seed: number, { terms, steps }: Story): Promise<Recording> {
  const s = await setting();
  const { addresses, token, foreign } = s;
  const places = { addresses, token, foreign, agreement: await create(s, terms) };
  return { seed, places, terms, steps, seen: seenBy({ places, terms, steps }) };
}
