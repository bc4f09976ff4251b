import {
  createClient,
  custom,
  decodeFunctionResult,
  encodeFunctionData,
  http,
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type EIP1193RequestFn,
  type EncodeFunctionDataParameters,
  type Hex,
} from "viem";

/** Anything that answers JSON-RPC: a node, or a wallet. */
export interface Asked {
  readonly request: EIP1193RequestFn;
}

/** Questions that are asked at the same moment travel in one request. */
export function nodeAt(url: string): Asked {
  return createClient({ transport: http(url, { batch: { batchSize: 100, wait: 1 }, retryCount: 1, timeout: 15_000 }) });
}

/** The node behind a wallet. */
export function nodeOf(provider: { request: unknown }): Asked {
  return createClient({ transport: custom(provider as Parameters<typeof custom>[0], { retryCount: 0 }) });
}

/** Asks a node by a method that the page does not need the type of. */
export function ask(node: Asked, method: string, params: readonly unknown[] = []): Promise<unknown> {
  return (node.request as (asked: { method: string; params: readonly unknown[] }) => Promise<unknown>)({
    method,
    params,
  });
}

/** What types a view function has is for `read` to say. */
const decode = decodeFunctionResult as (asked: { abi: Abi; functionName: string; data: Hex }) => unknown;

/** One answer of a view function, as of the latest block. */
export async function read<
  const A extends Abi,
  N extends ContractFunctionName<A, "view">,
  const P extends ContractFunctionArgs<A, "view", N>,
>(
  node: Asked,
  call: { readonly abi: A; readonly to: Address; readonly name: N; readonly args?: P },
): Promise<ContractFunctionReturnType<A, "view", N, P>> {
  const { abi, to, name, args = [] } = call;
  const data = encodeFunctionData({ abi, functionName: name, args } as unknown as EncodeFunctionDataParameters);
  const answer = (await ask(node, "eth_call", [{ to, data }, "latest"])) as Hex;
  return decode({ abi, functionName: name, data: answer }) as never;
}

/** The code at an address, `0x` when there is none. */
export const codeAt = (node: Asked, address: string): Promise<Hex> =>
  ask(node, "eth_getCode", [address, "latest"]) as Promise<Hex>;

export interface Head {
  readonly number: bigint;
  /** UTC seconds. */
  readonly time: bigint;
}

/** The latest block: what all answers are for. */
export async function headOf(node: Asked): Promise<Head> {
  const block = (await ask(node, "eth_getBlockByNumber", ["latest", false])) as { number: Hex; timestamp: Hex };
  return { number: BigInt(block.number), time: BigInt(block.timestamp) };
}

export const chainIdOf = async (node: Asked): Promise<bigint> => BigInt((await ask(node, "eth_chainId")) as Hex);

export interface RawLog {
  readonly address: Address;
  readonly topics: [Hex, ...Hex[]];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly transactionHash: Hex;
}

const SMALLEST_STEP = 64n;

/** Logs in one go where the node allows it, else in ever smaller steps: nodes limit the range differently. */
export async function logsOf(
  node: Asked,
  filter: { readonly address: string | readonly string[]; readonly topics?: readonly (Hex | null | readonly Hex[])[] },
  from: bigint,
  to: bigint,
  onProgress?: (done: number) => void,
): Promise<RawLog[]> {
  const logs: RawLog[] = [];
  let step = to - from + 1n;
  for (let next = from; next <= to;) {
    const last = next + step - 1n < to ? next + step - 1n : to;
    const range = { fromBlock: `0x${next.toString(16)}`, toBlock: `0x${last.toString(16)}` };
    try {
      logs.push(...((await ask(node, "eth_getLogs", [{ ...filter, ...range }])) as RawLog[]));
      next = last + 1n;
      onProgress?.(Number(((next - from) * 100n) / (to - from + 1n)));
    } catch (error) {
      if (step <= SMALLEST_STEP || !isRefusal(error)) throw error;
      step = step / 4n > SMALLEST_STEP ? step / 4n : SMALLEST_STEP;
    }
  }
  return logs;
}

/** The node answered, and did not want to: a smaller question may do. */
const isRefusal = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "number";
