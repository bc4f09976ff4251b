import { getAddress, isAddress } from "ethers";
import { z } from "zod";
import { parseUnits } from "ethers";
import { usage, type Field } from "./job.ts";

/** An address with a right checksum. */
export const addressType = z
  .string()
  .refine(isAddress, "not an address (0x and 40 hex digits, with a right checksum)")
  .transform(getAddress);

/** The agreement a job is about: nearly every job's first argument. */
export const agreementField: Field<string> = ["<agreement>", "the agreement's address, or its *.sla.yaml", z.string()];

export const flagType = z.boolean().default(false);

/** `2025-03-01` or `2025-03-01T12:00:00Z`, as UTC seconds. */
export const timeType = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/, "not a date like 2025-03-01 or a time like 2025-03-01T12:00Z")
  .transform((text, context) => {
    const milliseconds = Date.parse(text.includes("T") ? text : `${text}T00:00:00Z`);
    if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== text.slice(0, 10)) {
      context.addIssue("no such day");
      return z.NEVER;
    }
    return BigInt(milliseconds / 1000);
  });

/** A whole number that is not negative. */
export const countType = z
  .string()
  .regex(/^\d{1,18}$/, "not a whole number")
  .transform(BigInt);

/** `1,000.50` in units of a token; read once the token is known. */
export function parseAmount(text: string, decimals: number): bigint {
  const plain = text.replaceAll(/[,_](?=\d{3}(\D|$))/g, "");
  const fraction = /^\d+(?:\.(\d+))?$/.exec(plain);
  if (fraction === null) throw usage(`"${text}" is not an amount`, "Write it like 1000, 1,000.50 or 0.5.");
  if ((fraction[1]?.replace(/0+$/, "").length ?? 0) > decimals) {
    throw usage(`"${text}" is finer than the token`, `It has ${decimals} decimals.`);
  }
  return parseUnits(plain, decimals);
}
