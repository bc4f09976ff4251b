import { getAddress } from "ethers";
import { z } from "zod";
import { inOrder, type BatchedReport, type MemberSignature } from "../chain/batch.ts";
import { UpheldError } from "../errors.ts";
import { readJson } from "./files.ts";

export const SCHEMA = "upheld.batch/1";

/** Reports that a committee's members sign together, and who has signed: one file that goes from member to member. */
export interface BatchFile {
  readonly chainId: bigint;
  readonly committee: string;
  readonly reports: readonly BatchedReport[];
  readonly signatures: readonly MemberSignature[];
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address")
  .transform((text) => getAddress(text.toLowerCase()));
const count = z
  .string()
  .regex(/^(0|[1-9]\d{0,19})$/, "must be a whole number, as a string")
  .transform(BigInt)
  .refine((number) => number < 2n ** 64n, "must be below 2^64");
const byte = z.int().min(0).max(255).transform(BigInt);

const schema = z.strictObject({
  schema: z.literal(SCHEMA),
  chainId: count,
  committee: address,
  reports: z
    .array(
      z.strictObject({
        agreement: address,
        period: byte,
        revision: byte,
        measurements: z.array(z.strictObject({ total: count, bad: count, excluded: count })).min(1),
        evidence: z.string().regex(/^0x[0-9a-f]{64}$/, "must be 32 bytes in lower-case hex"),
      }),
    )
    .min(1),
  signatures: z.array(
    z.strictObject({ signer: address, signature: z.string().regex(/^0x([0-9a-f]{2})+$/, "must be lower-case hex") }),
  ),
});

/** Takes anything, gives a batch of the right shape or says what is wrong with it. It checks no signature. */
export function parseBatch(value: unknown, file?: string): BatchFile {
  const result = schema.safeParse(value);
  if (!result.success) {
    const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
    const where = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
    throw malformed(`${where}${message}`, file);
  }
  const { chainId, committee, reports, signatures } = result.data;
  const keys = reports.map(keyOf);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  // Of two reports for one period the first to arrive would stand, whichever that is.
  if (twice !== undefined) throw malformed(`${twice} is in it twice`, file);
  return { chainId, committee, reports, signatures: inOrder(signatures) };
}

export const readBatch = async (file: string): Promise<BatchFile> => parseBatch(await readJson(file, "batch"), file);

/** As the file has it: numbers as strings, since JSON's readers lose digits. */
export function batchText({ chainId, committee, reports, signatures }: BatchFile): string {
  const listed = reports.map(({ agreement, period, revision, measurements, evidence }) => ({
    agreement,
    period: Number(period),
    revision: Number(revision),
    measurements: measurements.map(({ total, bad, excluded }) => ({
      total: String(total),
      bad: String(bad),
      excluded: String(excluded),
    })),
    evidence,
  }));
  const batch = {
    schema: SCHEMA,
    chainId: String(chainId),
    committee,
    reports: listed,
    signatures: inOrder(signatures),
  };
  return `${JSON.stringify(batch, undefined, 2)}\n`;
}

/** `batch` with one more report. Whoever signed before signed another list, so their signatures go. */
export function withReport(batch: BatchFile, report: BatchedReport): BatchFile {
  const others = batch.reports.filter((one) => keyOf(one) !== keyOf(report));
  return { ...batch, reports: [...others, report], signatures: [] };
}

/** `batch` with one member's signature, in place of an earlier one of the same member. */
export function withSignature(batch: BatchFile, given: MemberSignature): BatchFile {
  const signer = getAddress(given.signer);
  const others = batch.signatures.filter((one) => one.signer !== signer);
  return { ...batch, signatures: inOrder([...others, { ...given, signer }]) };
}

/** What a member signs once: an agreement's period and revision. */
export const keyOf = ({ agreement, period, revision }: BatchedReport): string =>
  `period ${period}, revision ${revision} of ${getAddress(agreement)}`;

function malformed(why: string, file?: string): UpheldError {
  return new UpheldError({
    code: "batch.malformed",
    message: `not a batch of schema ${SCHEMA}: ${why}`,
    hint: "Ask whoever proposed it for the file again; docs/committee.md describes it.",
    ...(file === undefined ? {} : { file }),
  });
}
