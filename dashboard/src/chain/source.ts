import { FACTORIES } from "virtual:contracts";
import type { Address } from "viem";
import { UpheldError } from "../../../src/errors.ts";
import type { Route } from "../route.ts";
import { chainIdOf } from "./rpc.ts";
import type { Source } from "./view.ts";

/** The source that a link names, its gaps filled by what the project lists. */
export async function sourceOf(route: Route, node: Source["node"], rpc: string): Promise<Source> {
  const { factory, record } = route;
  if (factory !== undefined) return { node, rpc, factory, fromBlock: route.from ?? 0n, record };
  const chainId = await chainIdOf(node);
  const listed = FACTORIES[String(chainId)];
  if (listed !== undefined) {
    const own = record ?? (listed.record as Address | undefined);
    return { node, rpc, factory: listed.factory as Address, fromBlock: BigInt(listed.block), record: own };
  }
  throw new UpheldError({
    code: "factory.unknown",
    message: `This project lists no factory on chain ${chainId}, so nothing there can be told to be genuine.`,
    hint: "Name the factory below; its code is compared with this project's.",
  });
}
