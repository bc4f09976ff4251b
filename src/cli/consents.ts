import { z } from "zod";
import type { Agreement } from "../chain/agreement.ts";
import type { Consent } from "../chain/calls.ts";
import { UpheldError } from "../errors.ts";
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
export async function readConsent(
  { kind, value, period, revision }: Given,
  agreement: Agreement,
  standing: { readonly period: bigint; readonly revision: bigint },
): Promise<Consent> {
  if (kind === "credit") {
    const about = period ?? standing.period;
    return {
      kind,
      period: about,
      revision: revision ?? (about === standing.period ? standing.revision : await disputedRevision(agreement, about)),
      credit: parseAmount(value, agreement.token.decimals),
    };
  }
  const parsed = kind === "end" ? timeType.safeParse(value) : addressType.safeParse(value);
  if (!parsed.success) throw usage(`${kind} "${value}": ${parsed.error.issues[0]?.message ?? "not understood"}`);
  return typeof parsed.data === "bigint" ? { kind: "end", end: parsed.data } : accountConsent(kind, parsed.data);
}

/** After its split a period awaits nothing but its ruling; the dispute says which report it is about. */
async function disputedRevision(agreement: Agreement, period: bigint): Promise<bigint> {
  const { isOpen, revision } = await agreement.dispute(period);
  if (isOpen) return revision;
  throw new UpheldError({
    code: "agree.not-open",
    message: `Period ${period} is neither awaiting its end nor disputed: no credit can be agreed for it.`,
    hint: "`upheld status` shows where the agreement stands.",
  });
}

function accountConsent(kind: string, account: string): Consent {
  return { kind: kind === "oracle" ? "oracle" : "arbiter", account };
}
