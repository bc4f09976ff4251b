import { decodeErrorResult, type Hex } from "viem";
import { ERRORS } from "virtual:contracts";
import { revertData } from "../../../src/chain/revert-data.ts";
import { toldOf } from "../../../src/chain/told.ts";
import { UpheldError, type Problem } from "../../../src/errors.ts";
import type { Currency } from "../../../src/format.ts";

/** What was refused or did not work, and a way on. */
export interface Told {
  /** `contract.BalanceTooLow`, `wallet.rejected`, `node.unreachable` … */
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

const AGAIN = "Nothing was sent. Try again when you like.";

/** Says in words what a node, a wallet or a contract threw. */
export function told(error: unknown, currency?: Currency): Told {
  if (error instanceof UpheldError) return ofProblem(error.problem);
  const name = contractError(error);
  if (name !== undefined) return ofProblem(toldOf(name.name, name.values, currency === undefined ? {} : { currency }));
  const codes = fieldsOf(error, "code");
  const text = [...fieldsOf(error, "message"), ...fieldsOf(error, "details")].join(" ").toLowerCase();
  if (codes.includes(4001) || codes.includes("ACTION_REJECTED")) {
    return { code: "wallet.rejected", message: "You said no in the wallet.", hint: AGAIN };
  }
  if (codes.includes(-32002)) {
    return {
      code: "wallet.waiting",
      message: "The wallet is still asking something.",
      hint: "Open the wallet and answer it there first.",
    };
  }
  if (/insufficient funds|gas required exceeds allowance/.test(text)) {
    return {
      code: "gas.too-little",
      message: "The account holds too little of the chain's own coin to pay for the transaction.",
      hint: "Send it some, then try again. Nothing was sent.",
    };
  }
  if (isUnreachable(error, text)) {
    return {
      code: "node.unreachable",
      message: "The node does not answer.",
      hint: "Check your connection, or name another node below. The agreement is on the chain and loses nothing meanwhile.",
    };
  }
  if (/revert/.test(text)) {
    return { code: "contract.unknown", message: "The contract refused without a reason.", hint: AGAIN };
  }
  const said = fieldsOf(error, "details")[0] ?? fieldsOf(error, "shortMessage")[0] ?? fieldsOf(error, "message")[0];
  return { code: "unknown", message: `It did not work: ${String(said ?? error).slice(0, 200)}`, hint: AGAIN };
}

/** Hints are written for a terminal: those that name commands of it are of no use here. */
function ofProblem({ code, message, hint }: Problem): Told {
  const isForTerminal = hint !== undefined && /`|--|[Rr]un it again|command|file;/.test(hint);
  return { code, message, hint: isForTerminal ? undefined : hint };
}

/** The custom error that a contract ended with, if that is what happened. */
export function contractError(error: unknown): { name: string; values: Record<string, unknown> } | undefined {
  const data = revertData(error);
  if (data === undefined || data === "0x") return undefined;
  try {
    const { errorName, abiItem, args } = decodeErrorResult({ abi: ERRORS, data: data as Hex });
    const inputs = "inputs" in abiItem ? abiItem.inputs : [];
    const values = inputs.map(({ name, type }, i) => {
      const value: unknown = args[i];
      return [name === undefined || name === "" ? `_${i}` : name, asBig(value, type)] as const;
    });
    return { name: errorName, values: Object.fromEntries(values) };
  } catch {
    return undefined;
  }
}

/** Small numbers come decoded as `number`. */
const asBig = (value: unknown, type: string): unknown =>
  typeof value === "number" && /^u?int/.test(type) ? BigInt(value) : value;

function isUnreachable(error: unknown, text: string): boolean {
  const names = fieldsOf(error, "name");
  return (
    names.some((name) => /^(HttpRequestError|TimeoutError|AbortError)$/.test(String(name))) ||
    /failed to fetch|networkerror|load failed|timed out|disconnected/.test(text)
  );
}

/** A field of the error and of all that caused it, outermost first. */
function fieldsOf(error: unknown, field: string): unknown[] {
  const found: unknown[] = [];
  const seen = new Set<unknown>();
  for (let next = error; typeof next === "object" && next !== null && !seen.has(next);) {
    seen.add(next);
    const value = (next as Record<string, unknown>)[field];
    if (value !== undefined) found.push(value);
    next = (next as { cause?: unknown }).cause;
  }
  return found;
}
