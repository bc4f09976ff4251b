import type { Interface } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import type { Agreement } from "../chain/agreement.ts";
import { ACTORS, type Actor, type Addresses } from "./actors.ts";

const CONTRACTS: readonly Interface[] = [ISLAEscrow__factory.createInterface(), ISLAFactory__factory.createInterface()];

/** What one actor signed: how often, and the names of the functions in the order of their first use. */
export interface Signed {
  readonly actor: Actor;
  readonly count: number;
  readonly what: readonly string[];
}

/** Counts the transactions that concern the agreement, block by block. */
export async function readSignatures(agreement: Agreement, addresses: Addresses): Promise<Signed[]> {
  const { provider, factory } = agreement;
  const latest = await provider.getBlockNumber();
  const numbers = Array.from({ length: latest - factory.block + 1 }, (_, i) => factory.block + i);
  const blocks = await Promise.all(numbers.map((number) => provider.getBlock(number, true)));
  const calls = blocks
    .flatMap((block) => block?.prefetchedTransactions ?? [])
    .map(({ from, to, data }) => ({ from, what: describe(agreement, to, data) }));
  return ACTORS.map((actor) => {
    const own = calls.flatMap(({ from, what }) => (from === addresses[actor] && what !== undefined ? [what] : []));
    return { actor, count: own.length, what: [...new Set(own)] };
  }).filter(({ count }) => count > 0);
}

/** The name of what a transaction does to the agreement; undefined when it does nothing to it. */
function describe({ address, factory, token }: Agreement, to: string | null, data: string): string | undefined {
  if (to === token.address) {
    // a transfer to the agreement is how it is funded; an approval is part of what pulls the money
    const receiver = `0x${data.slice(34, 74)}`;
    if (receiver !== address.toLowerCase()) return undefined;
    return data.startsWith("0xa9059cbb") ? "fund" : "approve";
  }
  if (to !== address && to !== factory.address) return undefined;
  const selector = data.slice(0, 10);
  return CONTRACTS.map((one) => one.getFunction(selector)?.name).find((name) => name !== undefined);
}
