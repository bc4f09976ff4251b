import { FetchRequest, JsonRpcProvider, Network as EthersNetwork, type JsonRpcApiProviderOptions } from "ethers";
import { UpheldError } from "../errors.ts";
import { FailoverProvider, type NodeEvent } from "./failover.ts";
import { isLocal, networkOf, type Network } from "./networks.ts";

/** A chain that answered. */
export interface Chain {
  readonly provider: JsonRpcProvider;
  readonly network: Network;
  readonly isLocal: boolean;
  /** The node's whole address. Never print it: it may hold an access key. */
  readonly rpc: string;
  /** The part of that which may be shown. */
  readonly host: string;
}

/** Tells `listener` when another of several nodes is asked first, or one is outvoted. */
export function onNode({ provider }: Pick<Chain, "provider">, listener: (event: NodeEvent) => void): void {
  if (provider instanceof FailoverProvider) provider.onNode = listener;
}

export interface ConnectOptions {
  /** The chain that the caller means; any other id is refused. */
  readonly expected?: Network;
  readonly timeoutMs?: number;
}

/**
 * Connects to the node at `rpc`, or to several, separated by commas, and asks which chain they are of before anything
 * else: all that answer must be of the same one.
 */
export async function connect(rpc: string, options: ConnectOptions = {}): Promise<Chain> {
  const { expected, timeoutMs = 10_000 } = options;
  const addresses = rpc.split(",").map((each) => each.trim());
  const hosts = addresses.map(hostOf);
  const host = hosts.join(", ");
  const chainId = await agreedChainId(addresses, hosts, timeoutMs);
  if (expected !== undefined && expected.chainId !== chainId) {
    const actual = networkOf(chainId);
    throw new UpheldError({
      code: "chain.wrong-id",
      message: `The node at ${host} is ${actual.name} (chain ${chainId}), not ${expected.name} (chain ${expected.chainId}).`,
      hint: "Give the RPC address of the right chain by --rpc or the environment, or the right --network.",
    });
  }
  const local = addresses.every((each) => isLocal(chainId, each));
  const settings = {
    pollingInterval: local ? 100 : 4_000,
    // Answers are asked again where they must be fresh (nonces, receipts), so nothing may be cached.
    cacheTimeout: -1,
    batchMaxCount: 10,
  };
  const provider =
    addresses.length > 1
      ? new FailoverProvider(addresses, { ...settings, chainId, timeoutMs })
      : oneNode(rpc, chainId, timeoutMs, settings);
  return { provider, network: { ...networkOf(chainId), chainId }, isLocal: local, rpc, host };
}

function oneNode(rpc: string, chainId: bigint, timeoutMs: number, settings: JsonRpcApiProviderOptions) {
  const request = new FetchRequest(rpc);
  request.timeout = timeoutMs * 3;
  return new JsonRpcProvider(request, chainId, { ...settings, staticNetwork: EthersNetwork.from(chainId) });
}

/** Of several nodes some may be silent; two of different chains are a mistake in the addresses. */
async function agreedChainId(
  addresses: readonly string[],
  hosts: readonly string[],
  timeoutMs: number,
): Promise<bigint> {
  const asked = await Promise.allSettled(addresses.map((each, i) => askChainId(each, hosts[i] ?? "", timeoutMs)));
  const ids = asked.flatMap((one, i) => (one.status === "fulfilled" ? [{ id: one.value, host: hosts[i] ?? "" }] : []));
  const [first] = ids;
  if (first === undefined) throw (asked[0] as PromiseRejectedResult).reason;
  const other = ids.find(({ id }) => id !== first.id);
  if (other === undefined) return first.id;
  throw new UpheldError({
    code: "chain.nodes-differ",
    message: `The node at ${first.host} is of chain ${first.id}, the one at ${other.host} of chain ${other.id}.`,
    hint: "Several RPC addresses must be of the same chain.",
  });
}

function hostOf(rpc: string): string {
  try {
    const url = new URL(rpc);
    if (url.protocol === "http:" || url.protocol === "https:") return url.host;
  } catch {
    // falls through to the error below
  }
  throw new UpheldError({
    code: "chain.bad-address",
    message: "The RPC address is not an http(s) URL.",
    hint: "It looks like http://127.0.0.1:8545 or https://…",
  });
}

async function askChainId(rpc: string, host: string, timeoutMs: number): Promise<bigint> {
  let answer: unknown;
  try {
    const response = await fetch(rpc, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.json();
  } catch (cause) {
    throw unreachable(host, cause);
  }
  const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
  if (typeof result === "string" && /^0x[0-9a-f]+$/i.test(result)) return BigInt(result);
  throw new UpheldError({
    code: "chain.not-a-node",
    message: `${host} answers, but not like an Ethereum node.`,
    hint: "Check the RPC address, and its access key if it has one.",
  });
}

/** The error for a node that does not answer. */
export function unreachable(host: string, cause?: unknown): UpheldError {
  return new UpheldError(
    {
      code: "chain.unreachable",
      message: `No answer from the node at ${host}.`,
      hint: /^(localhost|127\.|\[::1\])/.test(host)
        ? "Start a chain to try things on by `npx hardhat node --hostname 127.0.0.1`, or say where your node is by --rpc or --network; then run it again."
        : "Nothing was sent that the chain does not know of. Check the address and the network, then run it again.",
      retry: true,
    },
    { cause },
  );
}
