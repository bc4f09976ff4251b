import { encodeFunctionData, numberToHex, toHex, type Address, type Hex } from "viem";
import { formatTime } from "../../../src/terms/format.ts";
import { ESCROW, TOKEN } from "./abi.ts";
import { contractError } from "./failure.ts";
import { ask, codeAt, read, type Asked } from "./rpc.ts";
import type { Token } from "./tokens.ts";
import { carriedBy, sendOne, sendTogether, signTyped, type Call, type Connected } from "./wallet.ts";

/** One signature, and what it does in words. */
export interface Step extends Call {
  readonly words: string;
  /** Errors that a dry run may end with only because earlier steps are not done yet. */
  readonly until?: readonly string[];
}

/** A signed approval that comes before a step: no transaction, no gas. */
export interface Permit {
  readonly words: string;
  readonly typedData: unknown;
  /** The step that the signature makes. */
  signed(signature: Hex): Step;
}

/** Something a person may do, ready to be looked at, simulated and signed. */
export interface Plan {
  readonly title: string;
  /** What it does, brings and costs: plain sentences. */
  readonly words: readonly string[];
  /** Who must sign; undefined: anybody may. */
  readonly by: { readonly who: string; readonly account: Address } | undefined;
  readonly permit?: Permit;
  readonly steps: readonly Step[];
}

const LET_IN = ["ERC20InsufficientAllowance", "SafeERC20FailedOperation", "ERC20InsufficientBalance"];

/** Let the agreement take exactly `amount`. */
export function approval(token: Token, spender: Address, amount: bigint, written: string): Step {
  const data = encodeFunctionData({ abi: TOKEN, functionName: "approve", args: [spender, amount] });
  return { to: token.address, data, words: `Let the agreement take exactly ${written}` };
}

/** A call that pulls tokens: its approval first, unless enough is approved. */
export async function pulling(
  node: Asked,
  token: Token,
  owner: Address,
  amount: bigint,
  written: string,
  step: Step,
): Promise<Step[]> {
  if (amount === 0n) return [step];
  const allowed = await read(node, { abi: TOKEN, to: token.address, name: "allowance", args: [owner, step.to] });
  if (allowed >= amount) return [step];
  return [
    approval(token, step.to, amount, written),
    { ...step, until: [...(step.until ?? []), "ERC20InsufficientAllowance", "SafeERC20FailedOperation"] },
  ];
}

const PERMIT_LASTS = 3600n;

/** `fundWithPermit`, its approval signed instead of sent; undefined when the token takes none. */
export async function permitted(
  node: Asked,
  token: Token,
  chainId: bigint,
  owner: Address,
  agreement: Address,
  amount: bigint,
  now: bigint,
  written: string,
): Promise<Permit | undefined> {
  if (!token.takesPermit) return undefined;
  const asked = { abi: TOKEN, to: token.address } as const;
  const domain = await read(node, { ...asked, name: "eip712Domain" }).catch(() => undefined);
  const [nonce, name] = await Promise.all([
    read(node, { ...asked, name: "nonces", args: [owner] }).catch(() => undefined),
    domain?.[1] ?? read(node, { ...asked, name: "name" }),
  ]);
  if (nonce === undefined) return undefined;
  const version = domain?.[2] ?? (token.symbol === "USDC" || token.symbol === "EURC" ? "2" : "1");
  const deadline = now + PERMIT_LASTS;
  const field = (key: string, type: string) => ({ name: key, type });
  const typedData = {
    types: {
      EIP712Domain: [
        field("name", "string"),
        field("version", "string"),
        field("chainId", "uint256"),
        field("verifyingContract", "address"),
      ],
      Permit: [
        field("owner", "address"),
        field("spender", "address"),
        field("value", "uint256"),
        field("nonce", "uint256"),
        field("deadline", "uint256"),
      ],
    },
    primaryType: "Permit",
    domain: { name, version, chainId: numberToHex(chainId), verifyingContract: token.address },
    message: { owner, spender: agreement, value: toHex(amount), nonce: toHex(nonce), deadline: toHex(deadline) },
  };
  return {
    words: `Sign that the agreement may take exactly ${written}, until ${formatTime(deadline)} UTC; costs no gas`,
    typedData,
    signed(signature) {
      const [r, s, v] = [
        signature.slice(2, 66),
        signature.slice(66, 130),
        Number.parseInt(signature.slice(130, 132), 16),
      ];
      const args = [amount, deadline, v < 27 ? v + 27 : v, `0x${r}`, `0x${s}`] as const;
      const data = encodeFunctionData({ abi: ESCROW, functionName: "fundWithPermit", args });
      return { to: agreement, data, words: `Pay ${written} into the agreement` };
    },
  };
}

/** What a dry run of a step found: gas, or an error that the caller tells. */
export async function simulate(node: Asked, from: Address, step: Step): Promise<void> {
  try {
    await ask(node, "eth_call", [{ from, to: step.to, data: step.data }, "latest"]);
  } catch (error) {
    const name = contractError(error)?.name;
    if (step.until !== undefined && (name === undefined ? isPull(step) : step.until.includes(name))) return;
    throw error;
  }
}

/** A token that is not built on OpenZeppelin says in its own way that nothing is approved yet. */
const isPull = ({ until = [] }: Step): boolean => until.some((name) => LET_IN.includes(name));

/** What a step costs at most, in the chain's coin; undefined where it cannot be told before the steps before it. */
export async function costOf(node: Asked, from: Address, { to, data }: Step): Promise<bigint | undefined> {
  try {
    const [gas, price] = (await Promise.all([
      ask(node, "eth_estimateGas", [{ from, to, data }]),
      ask(node, "eth_gasPrice"),
    ])) as [Hex, Hex];
    return BigInt(gas) * BigInt(price);
  } catch {
    return undefined;
  }
}

export const coinOf = async (node: Asked, account: Address): Promise<bigint> =>
  BigInt((await ask(node, "eth_getBalance", [account, "latest"])) as Hex);

/** The wallet's own node must see the contract that the page read: a page may be fed by a false node. */
export async function seesTheSame(node: Asked, wallet: Asked, addresses: readonly Address[]): Promise<boolean> {
  const pairs = await Promise.all(addresses.map((at) => Promise.all([codeAt(node, at), codeAt(wallet, at)])));
  return pairs.every(([here, there]) => here === there);
}

/** How far the signing has come. */
export interface Progress {
  readonly done: number;
  /** What is waited for: the wallet, or the chain. */
  readonly waits: "wallet" | "chain";
  readonly words: string;
}

/** Signs a plan to its end: together where the wallet can, else step by step. Answers the last transaction. */
export async function carryOut(
  plan: Plan,
  node: Asked,
  connected: Connected,
  onProgress: (progress: Progress) => void,
): Promise<Hex | undefined> {
  const account = connected.account;
  if (account === undefined) throw new Error("the wallet shows no account");
  const steps = [...plan.steps];
  if (plan.permit !== undefined) {
    onProgress({ done: 0, waits: "wallet", words: plan.permit.words });
    steps.unshift(plan.permit.signed(await signTyped(connected, plan.permit.typedData)));
  } else if (connected.isAtomic && steps.length > 1) {
    return carryTogether(steps, node, connected, onProgress);
  }
  let last: Hex | undefined;
  for (const [done, step] of steps.entries()) {
    await simulate(node, account, { ...step, until: [] });
    onProgress({ done, waits: "wallet", words: step.words });
    last = await sendOne(connected, step);
    onProgress({ done, waits: "chain", words: step.words });
    await mined(node, last);
  }
  return last;
}

async function carryTogether(
  steps: readonly Step[],
  node: Asked,
  connected: Connected,
  onProgress: (progress: Progress) => void,
): Promise<Hex> {
  const words = steps.map((step) => step.words).join(", then ");
  onProgress({ done: 0, waits: "wallet", words });
  const id = await sendTogether(
    connected,
    steps.map(({ to, data }) => ({ to, data })),
  );
  onProgress({ done: 0, waits: "chain", words });
  for (;;) {
    const hash = await carriedBy(connected, id);
    if (hash !== undefined) {
      await mined(node, hash);
      return hash;
    }
    await pause(POLL);
  }
}

const POLL = 1_000;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until a transaction is in a block; throws when it failed there. */
async function mined(node: Asked, hash: Hex): Promise<void> {
  for (let wait = 100; ; wait = Math.min(2 * wait, POLL)) {
    const receipt = (await ask(node, "eth_getTransactionReceipt", [hash])) as { status: Hex } | null;
    if (receipt !== null) {
      if (receipt.status === "0x1") return;
      throw new Error(`The transaction ${hash} was reverted: something changed after it was looked at`);
    }
    await pause(wait);
  }
}
