import { isError, toUtf8String, ZeroAddress, type ErrorDescription, type Interface } from "ethers";
import { UpheldError, type Problem } from "../errors.ts";
import { moment, type Currency } from "../format.ts";
import { formatMoney, formatShare, formatSpan } from "../terms/format.ts";
import { allErrors } from "./abi.ts";
import { SILENCE } from "./enums.ts";
import { HINTS } from "./hints.ts";
import type { Hint } from "./hints/hint.ts";

/** What makes an error readable: how the token writes amounts. */
export interface Wording {
  readonly currency?: Currency;
}

let errors: Interface | undefined;

/** Turns whatever a node, a wallet or a contract threw into an error that says what to do. */
export function decodeFailure(error: unknown, wording: Wording = {}): UpheldError {
  if (error instanceof UpheldError) return error;
  const data = revertData(error);
  if (data !== undefined) return fromRevert(data, wording, error);
  const problem = fromClient(error);
  if (problem !== undefined) return new UpheldError(problem, { cause: error });
  throw error;
}

/** Decodes what a contract said when it refused. */
export function fromRevert(data: string, wording: Wording = {}, cause?: unknown): UpheldError {
  errors ??= allErrors();
  const parsed = data === "0x" ? null : errors.parseError(data);
  if (parsed === null) {
    return new UpheldError(
      {
        code: "contract.unknown",
        message:
          data === "0x" ? "The contract refused without a reason." : `The contract refused: ${data.slice(0, 74)}.`,
        hint: "Check with `upheld check` that the address is an agreement, and that token and network are right.",
      },
      { cause },
    );
  }
  return new UpheldError(problemOf(parsed, wording), { cause });
}

function problemOf(parsed: ErrorDescription, wording: Wording): Problem {
  const values = Object.fromEntries(
    parsed.fragment.inputs.map((input, i) => [input.name === "" ? `_${i}` : input.name, parsed.args[i] as unknown]),
  );
  const entry = entryFor(parsed.name, values);
  const code = `contract.${parsed.name}`;
  if (entry === undefined) {
    const listed = Object.entries(values).map(([name, value]) => `${name} ${String(value)}`);
    return {
      code,
      message: `The contract refused: ${parsed.name}${listed.length > 0 ? ` (${listed.join(", ")})` : ""}.`,
    };
  }
  return {
    code,
    message: fill(entry.says, values, wording),
    hint: fill(entry.hint, values, wording),
    ...(entry.retry === true ? { retry: true } : {}),
  };
}

function entryFor(name: string, values: Record<string, unknown>): Hint | undefined {
  const entry = HINTS[name];
  const value = values[entry?.whenZero?.value ?? ""];
  return value === 0n || value === ZeroAddress ? entry?.whenZero?.entry : entry;
}

/** Replaces `{name:kind}` by the value; kinds: time, span, money, share, seat, revision, text. */
function fill(template: string, values: Record<string, unknown>, { currency }: Wording): string {
  return template.replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, kind?: string) => {
    const value = values[name];
    if (typeof value === "bigint") {
      if (kind === "time") return moment(value);
      if (kind === "span") return formatSpan(value);
      if (kind === "share") return formatShare(value);
      if (kind === "money") return currency === undefined ? `${value} units` : formatMoney(value, currency);
      if (kind === "revision" && value === SILENCE) return `${value} (silence)`;
      if (kind === "seat") return value === 1n ? "provider" : "client";
    }
    if (kind === "text" && typeof value === "string") return toUtf8String(value).replaceAll("\0", "");
    return String(value);
  });
}

/** The bytes a contract reverted with, wherever the client library has put them. */
function revertData(error: unknown): string | undefined {
  const seen = new Set<unknown>();
  const queue: unknown[] = [error];
  while (queue.length > 0) {
    const next = queue.shift();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    const { data, code, info, error: inner, cause } = next as Record<string, unknown>;
    if (
      typeof data === "string" &&
      /^0x([0-9a-f]{2})*$/i.test(data) &&
      (data.length >= 10 || code === "CALL_EXCEPTION")
    )
      return data;
    queue.push(data, info, inner, cause);
  }
  return undefined;
}

function fromClient(error: unknown): Problem | undefined {
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    return {
      code: "gas.too-little",
      message: "The account holds too little of the chain's own coin to pay for gas.",
      hint: "Send it some. Nothing was sent.",
    };
  }
  if (isError(error, "NONCE_EXPIRED") || isError(error, "REPLACEMENT_UNDERPRICED")) {
    return {
      code: "transaction.nonce-used",
      message: "Another transaction of the same key came first.",
      hint: "Run it again: the job looks at the chain and does only what is left.",
      retry: true,
    };
  }
  if (isError(error, "ACTION_REJECTED")) {
    return { code: "signer.refused", message: "The signer refused to sign.", hint: "Nothing was sent." };
  }
  if (isError(error, "CALL_EXCEPTION")) {
    return {
      code: "contract.unknown",
      message: "The contract refused without a reason.",
      hint: "Check with `upheld check` that the address is an agreement, and that token and network are right.",
    };
  }
  if (isError(error, "BAD_DATA")) {
    return {
      code: "contract.not-one",
      message: "The address does not answer like the contract it should be.",
      hint: "Check the address and the network.",
    };
  }
  if (isUnreachable(error)) {
    return {
      code: "chain.unreachable",
      message: "The node does not answer.",
      hint: "Run it again: the job looks at the chain and does only what is left.",
      retry: true,
    };
  }
  if (isError(error, "UNKNOWN_ERROR") || isError(error, "SERVER_ERROR")) {
    return { code: "chain.node-error", message: `The node refused: ${nodeMessage(error)}.`, retry: true };
  }
  return undefined;
}

function isUnreachable(error: unknown): boolean {
  if (isError(error, "NETWORK_ERROR") || isError(error, "TIMEOUT")) return true;
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET"].includes(String(code));
}

/** The node's own words, without the request that ethers adds: it may hold an access key. */
function nodeMessage(error: unknown): string {
  const { error: inner, shortMessage } = error as { error?: { message?: string }; shortMessage?: string };
  return (inner?.message ?? shortMessage ?? "no reason given").replace(/\.$/, "");
}
