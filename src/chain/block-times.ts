import type { JsonRpcProvider } from "ethers";

/** Times of blocks, UTC seconds, each asked for once. */
export function blockTimes(provider: JsonRpcProvider): (block: number) => Promise<bigint> {
  const known = new Map<number, Promise<bigint>>();
  const ask = async (block: number) => BigInt((await provider.getBlock(block))?.timestamp ?? 0);
  return (block) => {
    const time = known.get(block) ?? ask(block);
    known.set(block, time);
    return time;
  };
}
