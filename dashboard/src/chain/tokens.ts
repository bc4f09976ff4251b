import type { Address } from "viem";
import { isLocal } from "../../../src/chain/networks.ts";
import type { TokenUnit } from "../../../src/terms/format.ts";
import { TOKEN } from "./abi.ts";
import { read, type Asked } from "./rpc.ts";

/** What can be said of a token beside its own word. */
export type Standing = "known" | "play" | "unknown" | "false";

/** The money of an agreement. */
export interface Token extends TokenUnit {
  readonly address: Address;
  readonly standing: Standing;
  /** Who issues a known one: `USDC, issued by Circle`. */
  readonly about: string;
  /** Pulls by a signed approval (EIP-2612), for whoever holds the key of an ordinary account. */
  readonly takesPermit: boolean;
}

interface Known {
  readonly chainId: bigint;
  readonly address: string;
  readonly symbol: string;
  readonly issuer: string;
}

const circle = (chainId: bigint, address: string, symbol = "USDC"): Known => ({
  chainId,
  address,
  symbol,
  issuer: "Circle",
});

/** Dollars and euros by their issuers' own lists. */
export const KNOWN_TOKENS: readonly Known[] = [
  circle(1n, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
  circle(10n, "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"),
  circle(137n, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
  circle(8453n, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
  circle(42161n, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"),
  circle(11155111n, "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"),
  circle(84532n, "0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
  circle(1n, "0x1aBaEA1f7C830bD89Acc67eC4af516284b1bC33c", "EURC"),
  circle(8453n, "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42", "EURC"),
  { chainId: 1n, address: "0xdAC17F958D2ee523a2206206994597C13D831ec7", symbol: "USDT", issuer: "Tether" },
  { chainId: 1n, address: "0x6B175474E89094C44Da98b954EedeAC495271d0F", symbol: "DAI", issuer: "Sky" },
];

/** Reads the token's own word on how it is written, and holds it against what is known of it. */
export async function readToken(node: Asked, chainId: bigint, rpc: string, address: Address): Promise<Token> {
  const asked = { abi: TOKEN, to: address } as const;
  const unless = <T>(answer: Promise<T>) => answer.catch(() => undefined);
  const [decimals, said, separator] = await Promise.all([
    read(node, { ...asked, name: "decimals" }),
    unless(read(node, { ...asked, name: "symbol" })),
    unless(read(node, { ...asked, name: "DOMAIN_SEPARATOR" })),
  ]);
  const symbol = (said ?? "").replace(/[^\x20-\x7e]/g, "").slice(0, 12) || "?";
  const { standing, about } = standingOf(chainId, rpc, address, symbol);
  return { address, symbol, decimals, standing, about, takesPermit: separator !== undefined };
}

/** A name is cheap: a token that calls itself like a known one and is not it is a false one. */
export function standingOf(
  chainId: bigint,
  rpc: string,
  address: string,
  symbol: string,
): Pick<Token, "standing" | "about"> {
  const same = (known: Known) => known.address.toLowerCase() === address.toLowerCase();
  const known = KNOWN_TOKENS.find((one) => one.chainId === chainId && same(one));
  if (known !== undefined) return { standing: "known", about: `${known.symbol}, issued by ${known.issuer}` };
  if (rpc !== "" && isLocal(chainId, rpc)) return { standing: "play", about: "play money on a chain of this machine" };
  const meant = KNOWN_TOKENS.find((one) => one.chainId === chainId && one.symbol === symbol.toUpperCase());
  if (meant !== undefined) {
    return {
      standing: "false",
      about: `calls itself ${symbol}, and is not ${meant.issuer}'s ${meant.symbol} (${meant.address})`,
    };
  }
  return { standing: "unknown", about: "not among the tokens that this page knows: ask whose it is before you pay" };
}
