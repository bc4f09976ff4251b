import { z } from "zod";
import type { Agreement } from "../chain/agreement.ts";
import type { Consent } from "../chain/calls.ts";
import { addressType, countType, parseAmount, timeType } from "./fields.ts";
import { usage } from "./job.ts";

/** How both `agree` and `revoke` name what they are about. */
export const consentFields = {
  args: {
    kind: ["<kind>", "credit, oracle, arbiter or end", z.enum(["credit", "oracle", "arbiter", "end"])],
    value: ["<value>", "the credit in whole tokens, the address, or the date", z.string()],
  },
  options: {
    period: ["<n>", "credit: the period, counted from 0 (default: the one awaiting its end)", countType.optional()],
    revision: [
      "<n>",
      "credit: the revision you saw, 255 for silence (default: the standing one)",
      countType.optional(),
    ],
  },
} as const;

interface Given {
  readonly kind: "credit" | "oracle" | "arbiter" | "end";
  readonly value: string;
  readonly period: bigint | undefined;
  readonly revision: bigint | undefined;
}

/** The consent that a command line names. */
export function readConsent(
  { kind, value, period, revision }: Given,
  agreement: Agreement,
  standing: { readonly period: bigint; readonly revision: bigint },
): Consent {
  if (kind === "credit") {
    if (period !== undefined && period !== standing.period && revision === undefined) {
      throw usage("name the --revision too", "It is shown by `upheld status`, and is 255 for silence.");
    }
    return {
      kind,
      period: period ?? standing.period,
      revision: revision ?? standing.revision,
      credit: parseAmount(value, agreement.token.decimals),
    };
  }
  const parsed = kind === "end" ? timeType.safeParse(value) : addressType.safeParse(value);
  if (!parsed.success) throw usage(`${kind} "${value}": ${parsed.error.issues[0]?.message ?? "not understood"}`);
  return typeof parsed.data === "bigint" ? { kind: "end", end: parsed.data } : accountConsent(kind, parsed.data);
}

function accountConsent(kind: string, account: string): Consent {
  return { kind: kind === "oracle" ? "oracle" : "arbiter", account };
}
