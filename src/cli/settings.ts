import { NETWORKS, networkNamed, type Network } from "../chain/networks.ts";
import { UpheldError } from "../errors.ts";

const LOCAL_RPC = "http://127.0.0.1:8545";

export interface Wanted {
  /** Undefined: whichever chain the node is of. */
  readonly network: Network | undefined;
  readonly rpc: string;
}

/** Which chain, and where its node is. A flag goes before the environment, that before the agreement's file. */
export function wantedChain(
  flags: { readonly network: string | undefined; readonly rpc: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
  file?: string,
): Wanted {
  const named = flags.network ?? nonEmpty(env["UPHELD_NETWORK"]) ?? file;
  const network = named === undefined ? undefined : networkNamed(named);
  const rpc =
    flags.rpc ??
    (network === undefined ? undefined : nonEmpty(env[rpcVariable(network)])) ??
    nonEmpty(env["UPHELD_RPC"]);
  if (rpc !== undefined) return { network, rpc };
  const local = NETWORKS[0];
  if (network === undefined || network === local) return { network: network ?? local, rpc: LOCAL_RPC };
  throw new UpheldError({
    code: "usage.no-rpc",
    message: `No RPC address is known for ${network.name}.`,
    hint: `Give it by --rpc, or in the environment or a .env file as ${rpcVariable(network)}.`,
  });
}

/** `UPHELD_RPC_BASE_SEPOLIA` */
export function rpcVariable(network: Network): string {
  return `UPHELD_RPC_${network.name.toUpperCase().replaceAll("-", "_")}`;
}

/** An empty variable is one that was not set. */
export function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
