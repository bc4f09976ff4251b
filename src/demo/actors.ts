import type { JsonRpcProvider } from "ethers";

/** Who plays in the stories. `keeper` deploys and hands out play money; it has no part in the agreement. */
export const ACTORS = ["keeper", "provider", "client", "oracle", "arbiter", "newOracle"] as const;
export type Actor = (typeof ACTORS)[number];

export type Addresses = Readonly<Record<Actor, string>>;

/** How an actor signs, as environment variables of the `upheld` command; none: an account of the node. */
export type Keys = Readonly<Partial<Record<Actor, Readonly<Record<string, string>>>>>;

/** The node's own first accounts, one for each actor. */
export async function nodeAccounts(provider: JsonRpcProvider): Promise<Addresses> {
  const accounts = await provider.listAccounts();
  const pairs = ACTORS.map((actor, i) => [actor, accounts[i]?.address] as const);
  const missing = pairs.find(([, address]) => address === undefined);
  if (missing !== undefined) throw new RangeError(`the node has no account for the ${missing[0]}`);
  return Object.fromEntries(pairs) as Record<Actor, string>;
}
