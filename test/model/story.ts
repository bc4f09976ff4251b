/** A story: terms and calls as data, told to the model and to the chain at once. */
import type { Agreement, Consent } from "../../src/model/agreement.ts";
import { apply, at } from "../../src/model/apply.ts";
import type { Call } from "../../src/model/calls.ts";
import type { Refused } from "../../src/model/refusal.ts";
import type { Terms } from "../../src/terms/types.ts";
import { draftIn, type Setting } from "./cast.ts";
import { create, perform, setting, wait } from "./chain.ts";
import { compare, Difference, show, showRefusal } from "./compare.ts";

export interface Step {
  readonly by: string;
  readonly now: bigint;
  /** Without a call: look at what has become due. */
  readonly call?: Call;
}

export interface Story {
  readonly terms: Terms;
  readonly steps: readonly Step[];
}

export interface Told {
  /** As it was at the step before, with all settled that was due then. */
  readonly before: Agreement;
  /** The same as of this step. */
  readonly after: Agreement;
  /** When that was. */
  readonly since: bigint;
  readonly step: Step;
  readonly refused: Refused | undefined;
}

/** Who says what happens next, knowing only the model; `undefined` ends the story. */
export type Author = (a: Agreement, now: bigint) => Step | undefined;

/** How a story went: its steps up to the end, or to the first difference. */
export interface Telling {
  readonly steps: readonly Step[];
  readonly difference?: Difference;
}

/** Tells a story to both, and compares after every step. */
export async function tell(terms: Terms, from: bigint, author: Author, heard: (told: Told) => void): Promise<Telling> {
  const s = await setting();
  const address = await create(s, terms);
  let a = draftIn(s, terms, address);
  let now = from;
  const steps: Step[] = [];
  const consents: Consent[] = [];
  try {
    for (let step = author(a, now); step !== undefined; step = author(a, now)) {
      steps.push(step);
      const [before, since] = [at(a, now), now];
      now = step.now;
      const { agreement, refused } = await both(a, step);
      if (step.call?.name === "agree") consents.push(step.call.consent);
      await compare(s, agreement, now, consents.slice(-3));
      heard({ before, since, after: at(agreement, now), step, refused });
      a = agreement;
    }
    return { steps };
  } catch (error) {
    if (error instanceof Difference) return { steps, difference: error };
    throw error;
  }
}

async function both(a: Agreement, { by, now, call }: Step) {
  if (call === undefined) {
    await wait(now);
    return { agreement: a, refused: undefined };
  }
  const outcome = apply(a, call, { by, now });
  const refused = await perform(a, call, { by, now });
  const [model, chain] = [showRefusal(outcome.refused), showRefusal(refused)];
  if (model !== chain) throw new Difference(`${call.name} by ${by}`, model, chain);
  return { agreement: outcome.agreement, refused };
}

/** Tells what is written down. */
export function retell({ terms, steps }: Story, from: bigint): Promise<Telling> {
  let next = 0;
  return tell(
    terms,
    from,
    () => steps[next++],
    () => undefined,
  );
}

/** A story as a person reads it. */
export function storyText(s: Setting, { terms, steps }: Story, difference: Difference): string {
  const names = new Map(Object.entries(s.addresses).map(([name, address]) => [address, name]));
  names.set(s.token, "the token").set(s.foreign, "a foreign token");
  const named = (text: string) => [...names].reduce((t, [address, name]) => t.replaceAll(address, name), text);
  const lines = steps.map(({ by, now, call }, i) => {
    const { name, ...args } = call ?? { name: "look" };
    const given = Object.entries(args).map(([key, value]) => `${key} ${show(value).replaceAll('"', "")}`);
    return `${String(i).padStart(3)}  ${new Date(Number(now) * 1000).toISOString().slice(0, 19)}  ${named(by)}: ${name} ${named(given.join(", "))}`;
  });
  return ["terms", `  ${named(show(terms))}`, "calls", ...lines, named(difference.message)].join("\n");
}
