import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod/mini";
import { ENTRY_KINDS, type EntryKind } from "../chain/enums.ts";
import { UpheldError } from "../errors.ts";
import type { RandomSource } from "../evidence/build.ts";
import { leafOf, toHex } from "../evidence/merkle.ts";

export const TEXT_SCHEMA = "upheld.record-text/1";

/** Longest text, in characters: what is longer is a document of its own. */
export const MAX_TEXT = 20_000;

const hex32 = z.string().check(z.regex(/^0x[0-9a-f]{64}$/, "must be 32 bytes in lower-case hex"));

const attachment = z.strictObject({
  name: z.string().check(z.regex(/^[^/\\\p{Cc}]{1,200}$/u, "must be the name of a file")),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex")),
});

const textSchema = z.strictObject(
  {
    schema: z.literal(TEXT_SCHEMA),
    chainId: z.string().check(z.regex(/^[1-9]\d{0,18}$/, "must be a chain id, as a string")),
    agreement: z.string().check(z.regex(/^0x[0-9a-f]{40}$/, "must be an address in lower-case hex")),
    /** What kind of entry it was said in. */
    what: z.enum(ENTRY_KINDS.filter((kind): kind is EntryKind => kind !== "none")),
    text: z.string().check(
      z.maxLength(MAX_TEXT, `must have at most ${MAX_TEXT} characters`),
      z.refine((text) => text.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(text), "must be plain text"),
    ),
    /** A file that it is about, which travels by itself. */
    document: z.exactOptional(attachment),
    salt: hex32,
  },
  // said here too, as the smaller library has no words of its own where nobody gave it a language
  { error: ({ code }) => (code === "unrecognized_keys" ? "Unrecognized key" : undefined) },
);

/** A text behind a commitment, as its private file holds it. */
export type RecordText = Readonly<z.infer<typeof textSchema>>;

/** What is committed to: everything but the schema and the salt. */
export type Said = Omit<RecordText, "schema" | "salt">;

/** The same words with a fresh salt. */
export const salted = (said: Said, random: RandomSource): RecordText => ({
  schema: TEXT_SCHEMA,
  ...said,
  salt: toHex(random(32)),
});

/**
 * What goes on chain: the hash, twice, of plain lines that name chain, agreement and kind, so that nobody can put a
 * commitment elsewhere and pass its text for another's. docs/record.md is the specification.
 */
export function commitmentOf({ salt, chainId, agreement, what, document, text }: RecordText): string {
  const lines = [
    "upheld record text 1",
    `salt ${salt}`,
    `chain ${chainId}`,
    `agreement ${agreement}`,
    `what ${what}`,
    ...(document === undefined ? [] : [`document ${document.sha256} ${document.name}`]),
    "text",
    text,
  ];
  return leafOf(utf8ToBytes(lines.join("\n")));
}

/** Takes anything, gives a text of the right shape or says what is wrong with it. Throws `record.malformed`. */
export function parseText(value: unknown, file: string): RecordText {
  const result = textSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
  throw new UpheldError({
    code: "record.malformed",
    message: `not a text of the record: ${path.length === 0 ? "" : `${path.map(String).join(".")}: `}${message}`,
    hint: "restore it from a copy, or ask whoever wrote the entry for it",
    file,
  });
}

/** What a file is committed to by. */
export const fingerprint = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

/** Whether two texts say the same, whatever their salts. */
export function saysSame(a: Said, b: Said): boolean {
  const plain = ({ chainId, agreement, what, text, document }: Said) =>
    JSON.stringify([chainId, agreement, what, text, document?.name, document?.sha256]);
  return plain(a) === plain(b);
}
