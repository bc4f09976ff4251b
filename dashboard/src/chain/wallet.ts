import { getAddress, toHex, type Address, type Hex } from "viem";
import { storeOf } from "../store.ts";
import { ask, nodeOf, type Asked } from "./rpc.ts";

/** A wallet that announced itself to the page (EIP-6963). */
export interface Announced {
  readonly info: { readonly uuid: string; readonly name: string; readonly icon: string; readonly rdns: string };
  readonly provider: Provider;
}

interface Provider {
  request(asked: { method: string; params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): void;
}

/** A wallet that the user opened to this page. */
export interface Connected {
  readonly wallet: Announced;
  readonly node: Asked;
  /** Undefined when the wallet shows the page no account any more. */
  readonly account: Address | undefined;
  readonly chainId: bigint;
  /** Several calls can go as one, all or none (EIP-5792). */
  readonly isAtomic: boolean;
}

export interface Wallets {
  readonly announced: readonly Announced[];
  readonly connected: Connected | undefined;
}

const wallets = storeOf<Wallets>({ announced: [], connected: undefined });

/** The wallets as they are, in a view. */
export const useWallets = (): Wallets => wallets.use();

const change = (next: Partial<Wallets>): void => {
  wallets.set({ ...wallets.get(), ...next });
};

/** Asks the wallets of this browser to announce themselves; they may do so at any time. */
export function listenForWallets(): void {
  window.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = (event as CustomEvent<Announced>).detail;
    if (wallets.get().announced.some(({ info }) => info.uuid === wallet.info.uuid)) return;
    change({ announced: [...wallets.get().announced, wallet] });
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** Opens a wallet: it asks its user whether this page may see an account. */
export async function connect(wallet: Announced): Promise<void> {
  const node = nodeOf(wallet.provider);
  const accounts = (await ask(node, "eth_requestAccounts")) as string[];
  const chainId = BigInt((await ask(node, "eth_chainId")) as Hex);
  await update({ wallet, node, account: first(accounts), chainId, isAtomic: false });
  if (isHeard.has(wallet.provider)) return;
  isHeard.add(wallet.provider);
  const current = () => (wallets.get().connected?.wallet === wallet ? wallets.get().connected : undefined);
  wallet.provider.on?.("accountsChanged", (changed: readonly string[]) => {
    const now = current();
    if (now !== undefined) void update({ ...now, account: first(changed) });
  });
  wallet.provider.on?.("chainChanged", (changed: Hex) => {
    const now = current();
    if (now !== undefined) void update({ ...now, chainId: BigInt(changed) });
  });
}

/** A wallet stays the same object when it is opened again; it must not be listened to twice. */
const isHeard = new WeakSet<Provider>();

export function disconnect(): void {
  change({ connected: undefined });
}

const first = (accounts: readonly string[]): Address | undefined =>
  accounts[0] === undefined ? undefined : getAddress(accounts[0]);

async function update(connected: Connected): Promise<void> {
  change({ connected: { ...connected, isAtomic: false } });
  const isAtomic = await takesBatches(connected);
  const now = wallets.get().connected;
  if (now?.account === connected.account && now?.chainId === connected.chainId)
    change({ connected: { ...now, isAtomic } });
}

/** Only a wallet that says so itself. */
async function takesBatches({ node, account, chainId }: Connected): Promise<boolean> {
  if (account === undefined) return false;
  const chain = toHex(chainId);
  try {
    const all = (await ask(node, "wallet_getCapabilities", [account, [chain]])) as Capabilities;
    const status = all[chain]?.atomic?.status ?? all["0x0"]?.atomic?.status;
    return status === "supported" || status === "ready";
  } catch {
    return false;
  }
}

type Capabilities = Readonly<Record<string, { readonly atomic?: { readonly status?: string } }>>;

/** Asks the wallet to go to a chain, and to learn of it where it must. */
export async function switchTo(
  { node }: Connected,
  chain: { readonly chainId: bigint; readonly name: string; readonly rpc: string },
): Promise<void> {
  const chainId = toHex(chain.chainId);
  try {
    await ask(node, "wallet_switchEthereumChain", [{ chainId }]);
  } catch (error) {
    if (!isUnknownChain(error) || chain.rpc === "") throw error;
    const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
    await ask(node, "wallet_addEthereumChain", [
      { chainId, chainName: chain.name, rpcUrls: [chain.rpc], nativeCurrency },
    ]);
  }
}

const isUnknownChain = (error: unknown): boolean =>
  JSON.stringify(error, ["code", "cause", "data", "originalError"]).includes("4902");

/** One transaction, as a wallet is asked for it. */
export interface Call {
  readonly to: Address;
  readonly data: Hex;
}

export async function sendOne({ node, account }: Connected, { to, data }: Call): Promise<Hex> {
  return (await ask(node, "eth_sendTransaction", [{ from: account, to, data }])) as Hex;
}

/** Sends several calls as one; answers the wallet's own name for them. */
export async function sendTogether({ node, account, chainId }: Connected, calls: readonly Call[]): Promise<string> {
  const asked = { version: "2.0.0", chainId: toHex(chainId), from: account, atomicRequired: true, calls };
  const answer = (await ask(node, "wallet_sendCalls", [asked])) as string | { readonly id: string };
  return typeof answer === "string" ? answer : answer.id;
}

/** The transaction that carried calls sent together; undefined while they wait. Throws when they failed. */
export async function carriedBy({ node }: Connected, id: string): Promise<Hex | undefined> {
  const { status, receipts } = (await ask(node, "wallet_getCallsStatus", [id])) as {
    status: number;
    receipts?: readonly { transactionHash: Hex }[];
  };
  if (status < 200) return undefined;
  const hash = receipts?.at(-1)?.transactionHash;
  if (status !== 200 || hash === undefined) throw new Error("The wallet says that the calls were not carried out");
  return hash;
}

/** A signature over typed data, 65 bytes. */
export async function signTyped({ node, account }: Connected, data: unknown): Promise<Hex> {
  return (await ask(node, "eth_signTypedData_v4", [account, JSON.stringify(data)])) as Hex;
}
