import { UpheldError } from "../errors.ts";

/** What this project knows of a chain before asking it anything. */
export interface Network {
  readonly name: string;
  readonly chainId: bigint;
  /** Blocks to wait for, the one that includes the transaction counted. */
  readonly confirmations: number;
  /** Where people look up transactions. */
  readonly explorer?: string;
}

export const NETWORKS: readonly Network[] = [
  { name: "local", chainId: 31337n, confirmations: 1 },
  { name: "ethereum", chainId: 1n, confirmations: 3, explorer: "https://etherscan.io" },
  { name: "optimism", chainId: 10n, confirmations: 5, explorer: "https://optimistic.etherscan.io" },
  { name: "polygon", chainId: 137n, confirmations: 16, explorer: "https://polygonscan.com" },
  { name: "base", chainId: 8453n, confirmations: 5, explorer: "https://basescan.org" },
  { name: "arbitrum", chainId: 42161n, confirmations: 5, explorer: "https://arbiscan.io" },
  { name: "gnosis", chainId: 100n, confirmations: 5, explorer: "https://gnosisscan.io" },
  { name: "sepolia", chainId: 11155111n, confirmations: 2, explorer: "https://sepolia.etherscan.io" },
  { name: "base-sepolia", chainId: 84532n, confirmations: 2, explorer: "https://sepolia.basescan.org" },
];

const LOCAL_CHAINS: readonly bigint[] = [31337n, 1337n];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The network called `name`, or with that chain id when `name` is a number. */
export function networkNamed(name: string): Network {
  const found = NETWORKS.find((network) => network.name === name.toLowerCase());
  if (found !== undefined) return found;
  if (/^[1-9]\d{0,18}$/.test(name)) return networkOf(BigInt(name));
  throw new UpheldError({
    code: "usage.network",
    message: `There is no network "${name}".`,
    hint: `Use a chain id or one of: ${NETWORKS.map((network) => network.name).join(", ")}.`,
  });
}

/** What is known of the chain with this id; an unknown one gets a cautious number of confirmations. */
export function networkOf(chainId: bigint): Network {
  const found = NETWORKS.find((network) => network.chainId === chainId);
  return found ?? { name: `chain-${chainId}`, chainId, confirmations: 5 };
}

/**
 * Whether money on this chain is play money: a development chain id *and* a node on this machine. A loopback address
 * alone may be a real node or a tunnel to one, an id alone may be anybody's chain; both count as live.
 */
export function isLocal(chainId: bigint, rpc: string): boolean {
  return LOCAL_CHAINS.includes(chainId) && LOOPBACK.test(new URL(rpc).hostname);
}
