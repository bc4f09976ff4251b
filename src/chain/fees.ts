import { formatUnits, type JsonRpcProvider } from "ethers";
import { UpheldError } from "../errors.ts";

/** What a transaction offers for a unit of gas: two prices where the chain has a base fee, else one. Wei. */
export type Fees =
  | { readonly type: 2; readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | { readonly type: 0; readonly gasPrice: bigint };

/** What nodes ask of a replacement is a tenth more; a quarter also passes the stricter ones. */
const raised = (price: bigint): bigint => (price * 5n) / 4n + 1n;

/** What is offered now, at most `highest`; throws when the chain asks more than that. */
export async function feesNow(provider: JsonRpcProvider, highest?: bigint): Promise<Fees> {
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
  const wanted: Fees =
    maxFeePerGas !== null && maxPriorityFeePerGas !== null
      ? { type: 2, maxFeePerGas, maxPriorityFeePerGas }
      : { type: 0, gasPrice: gasPrice ?? 0n };
  if (highest === undefined || priceOf(wanted) <= highest) return wanted;
  // What ethers wants leaves room for the base fee to double; the limit may take that room, not the base fee itself.
  if (wanted.type === 0 || (gasPrice ?? 0n) > highest) {
    throw new UpheldError({
      code: "gas.too-dear",
      message: `A unit of gas costs ${formatUnits(gasPrice ?? 0n, "gwei")} gwei, above the limit of ${formatUnits(highest, "gwei")} gwei.`,
      hint: "It is sent once gas is cheaper; raise the limit if a deadline is near.",
      retry: true,
    });
  }
  return { ...wanted, maxFeePerGas: highest, maxPriorityFeePerGas: smaller(wanted.maxPriorityFeePerGas, highest) };
}

/** A replacement's offer: enough above `before` for a node to take it, and no less than is asked now. */
export function raise(before: Fees, now: Fees): Fees {
  if (before.type === 0 || now.type === 0) {
    return { type: 0, gasPrice: larger(raised(priceOf(before)), priceOf(now)) };
  }
  return {
    type: 2,
    maxFeePerGas: larger(raised(before.maxFeePerGas), now.maxFeePerGas),
    maxPriorityFeePerGas: larger(raised(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas),
  };
}

/** The most that `fees` pays for a unit of gas. */
export const priceOf = (fees: Fees): bigint => (fees.type === 2 ? fees.maxFeePerGas : fees.gasPrice);

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
