import { pause, PATIENCE_MS } from "../chain/outbox.ts";
import type { Problem } from "../errors.ts";
import type { DispatchOptions } from "./dispatch.ts";
import type { Standing } from "./due.ts";
import { lookAt, type Look, type LookOptions } from "./look.ts";
import type { Watched } from "./portfolio.ts";
import { problemOf } from "./prepare.ts";

/** What is believed of an agreement and a period: the kind of its standing. */
export interface Belief {
  readonly agreement: Watched;
  readonly period: bigint | undefined;
  readonly kind: Exclude<Standing["kind"], "due" | "failed">;
}

/** A belief that did not hold, and why. */
export interface Doubt {
  readonly agreement: Watched;
  /** `undone`: look again. `unconfirmed`: the chain or its nodes stand still, and tell nothing yet. */
  readonly kind: "undone" | "unconfirmed";
  readonly problem: Problem;
}

/**
 * Holds what is believed, by the newest block or by receipts, against a block that has its confirmations and that all
 * nodes tell alike. What that block says already is settled at once; for the rest it waits until all that was in the
 * chain when it was called is that deep. Throws when the nodes differ for good, or when aborted.
 */
export async function confirm(
  beliefs: readonly Belief[],
  options: LookOptions,
  { provider, confirmations, pollMs = provider.pollingInterval, patienceMs = PATIENCE_MS }: DispatchOptions,
): Promise<Doubt[]> {
  const depth = confirmations - 1;
  let open = beliefs;
  let goal = Infinity;
  let [seen, since] = [-1, Date.now()];
  while (open.length > 0) {
    const look = await quietly(open, options, depth);
    if (look !== undefined) {
      const { block, standings } = look;
      open = open.filter((belief, i) => !isSame(belief, standings[i]));
      goal = Math.min(goal, block + depth);
      if (block >= goal) return open.map(undone);
      if (block > seen) [seen, since] = [block, Date.now()];
    }
    if (Date.now() - since > patienceMs) return open.map((belief) => unconfirmed(belief, confirmations));
    if (open.length > 0) await pause(pollMs, options.signal);
  }
  return [];
}

/** Undefined when no node answers just now, or when so far back there was no factory yet. */
async function quietly(beliefs: readonly Belief[], options: LookOptions, depth: number): Promise<Look | undefined> {
  const agreements = beliefs.map(({ agreement }) => agreement);
  try {
    return await lookAt(agreements, options, depth);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!PASSING.has(problemOf(error).code)) throw error;
    return undefined;
  }
}

const PASSING = new Set(["chain.unreachable", "chain.node-error", "contract.not-one"]);

const isSame = ({ kind, period }: Belief, standing: Standing | undefined): boolean =>
  standing?.kind === kind && standing.number === period;

const undone = ({ agreement }: Belief): Doubt => ({
  agreement,
  kind: "undone",
  problem: {
    code: "chain.undone",
    message: "What was found in the chain, or came into it, is not there with its confirmations.",
    hint: "Run it again: the job looks at the chain and does only what is left.",
    retry: true,
  },
});

const unconfirmed = ({ agreement }: Belief, confirmations: number): Doubt => ({
  agreement,
  kind: "unconfirmed",
  problem: {
    code: "chain.unconfirmed",
    message: `No new block says it, so it has not got its ${confirmations} confirmations.`,
    hint: "Run it again later: the job looks at the chain and does only what is left.",
    retry: true,
  },
});
