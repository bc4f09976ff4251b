import { agreedBlock } from "../chain/failover.ts";
import type { Factory } from "../chain/factory.ts";
import { pause } from "../chain/outbox.ts";
import { whatIsDue, type Standing } from "./due.ts";
import { readSummaries, type Watched } from "./portfolio.ts";
import { problemOf } from "./prepare.ts";

export interface LookOptions {
  readonly factory: Factory;
  /** Only the period that starts in this month, `2026-10`. */
  readonly month?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Look {
  /** The block that was looked at. */
  readonly block: number;
  /** In the order of the agreements. */
  readonly standings: readonly Standing[];
}

/** So often a reorganisation may make the nodes differ for a moment. */
const READS = 3;

/**
 * What each agreement needs, by one block that all nodes tell alike: what decides a report is not one node's word.
 * `depth`: so many blocks below the newest such block.
 */
export async function lookAt(
  agreements: readonly Watched[],
  { factory, month, signal }: LookOptions,
  depth = 0,
): Promise<Look> {
  const addresses = agreements.map(({ address }) => address);
  for (let read = 1; ; ++read) {
    try {
      const { number, timestamp } = await agreedBlock(factory.provider, depth);
      const summaries = await readSummaries(factory, addresses, number);
      return { block: number, standings: await whatIsDue(factory, agreements, summaries, timestamp, month) };
    } catch (error) {
      if (read >= READS || problemOf(error).code !== "chain.nodes-disagree") throw error;
      await pause(factory.provider.pollingInterval, signal);
    }
  }
}
