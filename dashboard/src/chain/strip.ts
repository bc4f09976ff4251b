import { encodeEventTopics, type Address, type Hex } from "viem";
import { SILENCE } from "../../../src/chain/enums.ts";
import { ESCROW } from "./abi.ts";
import type { Item } from "./portfolio.ts";
import { logsOf, type Head, type RawLog } from "./rpc.ts";
import { bitsOf, type Source } from "./view.ts";

/** How a period went: nothing to credit, a credit, nobody reported, a dispute that is open. */
export type Mark = "good" | "credited" | "silent" | "disputed";

/** Periods that a strip shows. */
const LENGTH = 12;

/** The last periods of an agreement that are over and known, oldest first. */
export interface Strip {
  readonly marks: readonly Mark[];
  /** The state that it was read in: when it has moved on, the strip is read anew. */
  readonly of: string;
}

/** Whatever changes a strip changes this. */
export const stateOf = ({ stage, summary: { state } }: Item): string =>
  [stage, state.period, state.revision, state.credit, state.openDisputes].join(" ");

const topicOf = (eventName: "Reported" | "PeriodFinal"): Hex => encodeEventTopics({ abi: ESCROW, eventName })[0];

/** One question for all of `items`: what was reported and what is final. */
export async function readStrips(
  { node, fromBlock }: Source,
  head: Head,
  items: readonly Item[],
): Promise<ReadonlyMap<Address, Strip>> {
  const [reported, final] = [topicOf("Reported"), topicOf("PeriodFinal")];
  const filter = { address: items.map(({ address }) => address), topics: [[reported, final]] };
  const logs = await logsOf(node, filter, fromBlock, head.number);
  const byAddress = Map.groupBy(logs, ({ address }) => address.toLowerCase());
  return new Map(
    items.map((item) => {
      const own = byAddress.get(item.address.toLowerCase()) ?? [];
      const of = (topic: Hex) => creditsIn(own.filter(({ topics }) => topics[0] === topic));
      return [item.address, { marks: marksOf(item, of(reported), of(final)), of: stateOf(item) }];
    }),
  );
}

/** By period, what the last event about it says: both kinds begin with the period and its credit. */
function creditsIn(logs: readonly RawLog[]): ReadonlyMap<number, bigint> {
  const word = (data: Hex, i: number) => BigInt(`0x${data.slice(2 + 64 * i, 66 + 64 * i)}`);
  return new Map(logs.map(({ data }) => [Number(word(data, 0)), word(data, 1)]));
}

function marksOf(
  { stage, summary: { state } }: Item,
  reported: ReadonlyMap<number, bigint>,
  final: ReadonlyMap<number, bigint>,
): Mark[] {
  const isKnown = stage === "reported" || stage === "disputed";
  const count = Number(state.period) + (isKnown ? 1 : 0);
  const open = new Set(bitsOf(state.openDisputes));
  if (stage === "disputed") open.add(Number(state.period));
  const isSilentNow = isKnown && state.revision === SILENCE;
  return Array.from({ length: Math.min(LENGTH, count) }, (_, i): Mark => {
    const k = count - Math.min(LENGTH, count) + i;
    if (open.has(k)) return "disputed";
    if (!reported.has(k) || (k === Number(state.period) && isSilentNow)) return "silent";
    // what is due and not settled yet will be as it was reported
    return (final.get(k) ?? reported.get(k)) === 0n ? "good" : "credited";
  });
}
