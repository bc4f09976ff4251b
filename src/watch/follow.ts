import type { Log } from "ethers";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { readAgreementsOf } from "../chain/created.ts";
import type { Factory } from "../chain/factory.ts";
import { eventsIn, readLogs, type RawLog } from "../chain/history.ts";
import { UpheldError } from "../errors.ts";
import { chunks, readSummaries } from "../oracle/portfolio.ts";
import { together } from "../oracle/together.ts";
import type { TimedEvent } from "./course.ts";
import type { AgreementState, Book } from "./store.ts";

/** The block that a round looks at everything as of. */
export interface Head {
  readonly block: number;
  readonly hash: string;
  readonly time: bigint;
}

const ADDRESSES_AT_ONCE = 100;
const MOST_CHECKPOINTS = 64;

/** The newest block that has its confirmations. Throws `chain.…` when there is none. */
export async function headOf({ provider }: Factory, confirmations: number): Promise<Head> {
  const latest = await provider.getBlockNumber();
  return blockAt({ provider }, Math.max(0, latest - confirmations + 1));
}

async function blockAt({ provider }: Pick<Factory, "provider">, number: number): Promise<Head> {
  const block = await provider.getBlock(number);
  if (block?.hash == null) throw moved();
  return { block: number, hash: block.hash, time: BigInt(block.timestamp) };
}

/** Throws when the chain was reorganised below `head` since it was read: what was read then may be of two chains. */
export async function requireSame(factory: Factory, head: Head): Promise<void> {
  if ((await blockAt(factory, head.block)).hash !== head.hash) throw moved();
}

/** The last block that was read and is still in the chain; -1: none of those that are remembered. */
export async function commonBlock(factory: Factory, { checkpoints }: Book, head: Head): Promise<number> {
  for (const { block, hash } of checkpoints.toReversed()) {
    if (block > head.block) continue;
    const known = await factory.provider.getBlock(block);
    if (known?.hash === hash) return block;
  }
  return -1;
}

/** Remembers `head`: recent blocks closely, older ones ever more loosely. */
export function withCheckpoint(checkpoints: Book["checkpoints"], head: Head): Book["checkpoints"] {
  const kept = checkpoints.filter(({ block }) => block < head.block);
  const all = [...kept, { block: head.block, hash: head.hash }];
  if (all.length <= MOST_CHECKPOINTS) return all;
  const half = all.length / 2;
  return all.filter((_, i) => i >= half || i % 2 === 0);
}

/** Agreements that `account` is or was a party of, made or taken in the blocks from `from` to `head`. */
export async function discover(
  factory: Factory,
  { kind, account }: { kind: "provider" | "client"; account: string },
  from: number,
  head: Head,
): Promise<string[]> {
  return readAgreementsOf(factory, kind, account, { from: Math.max(from, factory.block), to: head.block });
}

/**
 * Brings the logs of `states` up to `head`: what lies above `common` is forgotten and read anew, so that what a
 * reorganisation took away is gone and nothing is there twice.
 */
export async function followLogs(
  factory: Factory,
  states: readonly AgreementState[],
  common: number,
  head: Head,
): Promise<void> {
  const times = new Map<number, bigint>();
  const byStart = Map.groupBy(states, ({ through }) => Math.min(through, common) + 1);
  for (const [start, group] of byStart) {
    for (const page of chunks(group, ADDRESSES_AT_ONCE)) {
      const address = page.map(({ agreement }) => agreement);
      const from = Math.max(start, factory.block);
      const logs = from > head.block ? [] : await readLogs(factory.provider, { address }, from, head.block);
      await readTimes(factory, logs, times);
      const fresh = Map.groupBy(logs, (log) => log.address);
      for (const state of page) {
        state.logs = [
          ...state.logs.filter(({ blockNumber }) => blockNumber < start),
          ...(fresh.get(state.agreement) ?? []).map(({ blockNumber, transactionHash, topics, data }) => ({
            blockNumber,
            transactionHash,
            time: String(times.get(blockNumber) ?? 0n),
            topics: [...topics],
            data,
          })),
        ];
        state.through = head.block;
      }
    }
  }
}

async function readTimes({ provider }: Factory, logs: readonly Log[], times: Map<number, bigint>): Promise<void> {
  const missing = [...new Set(logs.map(({ blockNumber }) => blockNumber))].filter((block) => !times.has(block));
  await together(missing, 8, async (block) => {
    times.set(block, (await blockAt({ provider }, block)).time);
  });
}

/** The events of an agreement with their blocks' times. */
export function timedEvents({ logs }: AgreementState): TimedEvent[] {
  const times = new Map(logs.map(({ blockNumber, time }) => [blockNumber, BigInt(time)]));
  return eventsIn(logs satisfies RawLog[]).map((event) => ({ ...event, time: times.get(event.block) ?? 0n }));
}

/** What the chain says of each as of `head`; undefined: it is not created yet. */
export async function summariesAt(
  factory: Factory,
  addresses: readonly string[],
  head: Head,
): Promise<(SummaryStructOutput | undefined)[]> {
  return readSummaries(factory, addresses, head.block);
}

const moved = (): UpheldError =>
  new UpheldError({
    code: "chain.moved",
    message: "The chain was reorganised, or its nodes differ, while it was read.",
    hint: "It is read again in the next round.",
    retry: true,
  });
