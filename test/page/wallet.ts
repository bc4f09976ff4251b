import { HDNodeWallet, JsonRpcProvider, Mnemonic, toQuantity, TypedDataEncoder, type TypedDataField } from "ethers";
import type { Page } from "playwright-core";
import { MNEMONIC } from "../chain/nodes.ts";

/** As wallets number their refusals (EIP-1193). */
class Rejected extends Error {
  readonly code = 4001;

  constructor() {
    super("User rejected the request.");
  }
}

interface Asked {
  readonly method: string;
  readonly params: readonly unknown[];
}

interface Call {
  readonly to: string;
  readonly data: string;
}

/** An EIP-6963 wallet: it lives here, holds a development key, and signs what the page asks it for. */
export class TestWallet {
  /** What it was asked, in order. */
  readonly asked: Asked[] = [];
  /** Says no to whatever wants a signature. */
  rejects = false;
  /** Sends several calls as one (EIP-5792). */
  isAtomic = false;
  /** Where it thinks it is, when that is not its node's chain. */
  chainId: bigint | undefined;
  readonly #provider: JsonRpcProvider;
  #account: HDNodeWallet;
  #page: Page | undefined;
  #batches = 0;
  readonly #carried = new Map<string, string[]>();

  /** `index`: which account of the development phrase. */
  constructor(rpc: string, index: number) {
    this.#provider = new JsonRpcProvider(rpc, undefined, { staticNetwork: true, cacheTimeout: -1 });
    this.#account = accountAt(index);
  }

  get address(): string {
    return this.#account.address;
  }

  /** Signatures that it was asked for. */
  get signatures(): number {
    return this.asked.filter(({ method }) =>
      /^(eth_sendTransaction|eth_signTypedData_v4|wallet_sendCalls)$/.test(method),
    ).length;
  }

  end(): void {
    this.#provider.destroy();
  }

  /** Its user picks another account; the page is told. */
  async choose(index: number): Promise<void> {
    this.#account = accountAt(index);
    await this.#emit("accountsChanged", [this.address]);
  }

  async putInto(page: Page): Promise<void> {
    this.#page = page;
    await page.exposeFunction("testWallet", async (asked: string) => {
      try {
        return JSON.stringify({ result: await this.#answer(JSON.parse(asked) as Asked) });
      } catch (error) {
        return JSON.stringify({ error: told(error) });
      }
    });
    await page.addInitScript(ANNOUNCE);
  }

  async #answer(asked: Asked): Promise<unknown> {
    const { method, params } = asked;
    this.asked.push(asked);
    switch (method) {
      case "eth_requestAccounts":
      case "eth_accounts":
        return [this.address];
      case "eth_chainId":
        return this.chainId === undefined ? this.#provider.send("eth_chainId", []) : toQuantity(this.chainId);
      case "wallet_switchEthereumChain":
        this.chainId = undefined;
        await this.#emit("chainChanged", (params[0] as { chainId: string }).chainId);
        return null;
      case "wallet_getCapabilities": {
        const chains = params[1] as string[];
        return Object.fromEntries(
          chains.map((chain) => [chain, this.isAtomic ? { atomic: { status: "supported" } } : {}]),
        );
      }
      case "eth_sendTransaction":
        return this.#send(params[0] as Call);
      case "eth_signTypedData_v4":
        return this.#signTyped(params[1] as string);
      case "wallet_sendCalls":
        return this.#sendCalls((params[0] as { calls: Call[] }).calls);
      case "wallet_getCallsStatus": {
        const hashes = this.#carried.get(params[0] as string) ?? [];
        return { status: 200, receipts: hashes.map((transactionHash) => ({ transactionHash })) };
      }
      default:
        return this.#provider.send(method, [...params]);
    }
  }

  async #send({ to, data }: Call): Promise<string> {
    if (this.rejects) throw new Rejected();
    return (await this.#account.connect(this.#provider).sendTransaction({ to, data })).hash;
  }

  async #signTyped(text: string): Promise<string> {
    if (this.rejects) throw new Rejected();
    const { domain, types, message } = JSON.parse(text) as {
      domain: Record<string, unknown>;
      types: Record<string, TypedDataField[]>;
      message: Record<string, unknown>;
    };
    const own = Object.fromEntries(Object.entries(types).filter(([name]) => name !== "EIP712Domain"));
    TypedDataEncoder.from(own);
    return this.#account.signTypedData(domain, own, message);
  }

  async #sendCalls(calls: readonly Call[]): Promise<{ id: string }> {
    if (this.rejects) throw new Rejected();
    const id = `0x${(++this.#batches).toString(16).padStart(64, "0")}`;
    const hashes: string[] = [];
    for (const call of calls) {
      const sent = await this.#account.connect(this.#provider).sendTransaction({ to: call.to, data: call.data });
      await sent.wait();
      hashes.push(sent.hash);
    }
    this.#carried.set(id, hashes);
    return { id };
  }

  async #emit(event: string, value: unknown): Promise<void> {
    await this.#page?.evaluate(`window.testWalletEmit(${JSON.stringify(event)}, ${JSON.stringify(value)})`);
  }
}

const accountAt = (index: number): HDNodeWallet =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${index}`);

/** As a wallet passes a node's error on. */
function told(error: unknown): unknown {
  if (error instanceof Rejected) return { code: error.code, message: error.message };
  const inner = (error as { error?: { code: number; message: string; data?: unknown } }).error;
  const info = (error as { info?: { error?: unknown } }).info?.error;
  return inner ?? info ?? { code: -32603, message: error instanceof Error ? error.message : String(error) };
}

const ANNOUNCE = `(() => {
  const listeners = {};
  const provider = {
    async request({ method, params }) {
      const { result, error } = JSON.parse(await window.testWallet(JSON.stringify({ method, params: params ?? [] })));
      if (error !== undefined) throw Object.assign(new Error(error.message), error);
      return result;
    },
    on(event, listener) { (listeners[event] ??= []).push(listener); },
  };
  window.testWalletEmit = (event, value) => { for (const listener of listeners[event] ?? []) listener(value); };
  const info = { uuid: "7f8f6f0a-0001-4000-8000-000000000001", name: "Test Wallet", icon: "data:,", rdns: "example.upheld" };
  const detail = Object.freeze({ info, provider });
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})()`;
