import { dataLength, formatEther, type JsonRpcProvider } from "ethers";
import {
  SLABackOffice__factory,
  SLAEscrow__factory,
  SLAFactory__factory,
  SLALens__factory,
  ServiceRecord__factory,
} from "../../typechain-types/index.ts";

const PER_TRANSACTION = 21_000n;
const PER_CREATION = 32_000n;
const PER_CODE_BYTE = 200n;
const PER_CALLDATA_BYTE = 16n;

/**
 * Gas of one report, measured: alone in its transaction, of a month with the agreement's first breach, and a tenth more.
 * Of a hundred in a batch each takes less than half of it.
 */
export const REPORT_GAS = 70_000n;

interface Deployable {
  readonly bytecode: string;
}

const deploymentGas = (contracts: readonly Deployable[]): bigint =>
  contracts.reduce((sum, { bytecode }) => sum + creationGas(BigInt(dataLength(bytecode))), 0n);

/** Gas to put the implementation, the lens, the factory and its record on a chain: an upper bound from their code's size. */
export function factoryGas(): bigint {
  return (
    recordGas() + deploymentGas([SLABackOffice__factory, SLAEscrow__factory, SLALens__factory, SLAFactory__factory])
  );
}

/** The same for the record alone. */
export function recordGas(): bigint {
  return deploymentGas([ServiceRecord__factory]);
}

/** Gas to create an agreement with packed terms of this size, measured roughly: validation, log and its code. */
export function agreementGas(packed: string): bigint {
  return creationGas(BigInt(dataLength(packed)) + 45n) + 60_000n;
}

function creationGas(bytes: bigint): bigint {
  return PER_TRANSACTION + PER_CREATION + bytes * (PER_CODE_BYTE + PER_CALLDATA_BYTE) + bytes;
}

/** What `gas` costs at most at the present price, `0.0012 of the chain's coin`. */
export async function priceOf(provider: JsonRpcProvider, gas: bigint): Promise<{ wei: bigint; text: string }> {
  const { maxFeePerGas, gasPrice } = await provider.getFeeData();
  const wei = gas * (maxFeePerGas ?? gasPrice ?? 0n);
  const [whole = "0", fraction = ""] = formatEther(wei).split(".");
  return { wei, text: `${whole}.${fraction.slice(0, 6).padEnd(1, "0")} of the chain's own coin` };
}
