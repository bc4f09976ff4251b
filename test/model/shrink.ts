import { keccak256 } from "ethers";
import { encodeTerms } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import { BEGINNING } from "./chain.ts";
import type { Difference } from "./compare.ts";
import { retell, type Step, type Story } from "./story.ts";

interface Shrunk {
  readonly story: Story;
  readonly difference: Difference;
}

/** Terms a reader need not think about, if the difference shows with them too. */
const PLAINER: Partial<Terms>[] = [
  { burnInPeriods: 0 },
  { noticePeriods: 0 },
  { chronic: [] },
  { pledge: 0n, pledgeShare: 0n },
  { bond: 0n },
  { silenceCredit: 0n },
];

/** A shorter story that differs too: calls are left out, half of them at first, in the end each alone. */
export async function shrink(story: Story): Promise<Shrunk> {
  let best = await differing(story);
  if (best === undefined) throw new Error("the story does not differ when it is told again");
  for (let size = Math.ceil(best.story.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.story.steps.length;) {
      const { terms, steps }: Story = best.story;
      const shorter: Shrunk | undefined = await differing({ terms, steps: steps.toSpliced(from, size) });
      if (shorter === undefined) from += size;
      else best = shorter;
    }
  }
  for (const changes of PLAINER) {
    best = (await differing(withTerms(best.story, changes))) ?? best;
  }
  return best;
}

/** The same story under other terms, which the parties accept too. */
function withTerms({ terms, steps }: Story, changes: Partial<Terms>): Story {
  const changed = { ...terms, ...changes };
  const [before, after] = [hashOf(terms), hashOf(changed)];
  const accepting = steps.map((step): Step => {
    const isMeant = step.call?.name === "accept" && step.call.termsHash === before;
    return isMeant ? { ...step, call: { name: "accept", termsHash: after } } : step;
  });
  return { terms: changed, steps: accepting };
}

const hashOf = (terms: Terms): string => keccak256(encodeTerms(terms));

/** The story up to where it differs; undefined when it does not, or cannot be told. */
async function differing(story: Story): Promise<Shrunk | undefined> {
  const { steps, difference } = await retell(story, BEGINNING).catch(() => ({ steps: [], difference: undefined }));
  return difference === undefined ? undefined : { story: { terms: story.terms, steps }, difference };
}
