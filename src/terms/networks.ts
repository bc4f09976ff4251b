/** A chain an agreement can live on. */
export interface Network {
  readonly name: string;
  readonly chainId: number;
}

const NETWORKS: readonly Network[] = [
  { name: "ethereum", chainId: 1 },
  { name: "optimism", chainId: 10 },
  { name: "gnosis", chainId: 100 },
  { name: "polygon", chainId: 137 },
  { name: "base", chainId: 8453 },
  { name: "local", chainId: 31337 },
  { name: "arbitrum", chainId: 42161 },
  { name: "base-sepolia", chainId: 84532 },
  { name: "sepolia", chainId: 11155111 },
];

export const networkNames = (): string[] => NETWORKS.map((network) => network.name);

/** By name, or by chain id for any other chain. */
export function findNetwork(text: string): Network | undefined {
  const known = NETWORKS.find(({ name, chainId }) => name === text || chainId.toString() === text);
  if (known !== undefined) return known;
  return /^[1-9]\d{0,14}$/.test(text) ? { name: `chain ${text}`, chainId: Number(text) } : undefined;
}
