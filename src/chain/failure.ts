import { isError, type ErrorDescription, type Interface } from "ethers";
import { UpheldError, type Problem } from "../errors.ts";
import { allErrors } from "./abi.ts";
import { revertData } from "./revert-data.ts";
import { toldOf, type Wording } from "./told.ts";

export type { Wording } from "./told.ts";

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
  return new UpheldError(toldOf(parsed.name, valuesOf(parsed), wording), { cause });
}

function valuesOf(parsed: ErrorDescription): Record<string, unknown> {
  return Object.fromEntries(
    parsed.fragment.inputs.map((input, i) => [input.name === "" ? `_${i}` : input.name, parsed.args[i] as unknown]),
  );
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
