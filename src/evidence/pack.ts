import { gunzipSync, gzipSync } from "node:zlib";
import { UpheldError } from "../errors.ts";
import { MAX_UNPACKED } from "./schema.ts";

/** Byte 9 of a gzip file names the system that wrote it: 255, unknown, makes all systems write the same. */
const SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/** gzip without a name and a time, so that the same text gives the same bytes. */
export function pack(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_UNPACKED) {
    throw new UpheldError({
      code: "evidence.too-large",
      message: `the evidence has ${bytes.length} bytes, more than the limit of ${MAX_UNPACKED}`,
      hint: "sample less often, use fewer vantage points, or round values by a smaller scale in the policy",
    });
  }
  const packed = gzipSync(bytes, { level: 9 });
  packed[SYSTEM] = UNKNOWN_SYSTEM;
  return packed;
}

/** The text of a file; one that would unpack to more than the limit is refused before it does. */
export function unpack(bytes: Uint8Array, file?: string): string {
  const refused = (code: string, message: string, hint: string, cause?: unknown) =>
    new UpheldError({ code, message, hint, ...(file === undefined ? {} : { file }) }, { cause });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw refused(
      "evidence.malformed",
      "it is not compressed by gzip",
      "evidence files end in .json.gz; pack it with gzip",
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw refused(
        "evidence.too-large",
        `unpacked it has more than the limit of ${MAX_UNPACKED} bytes`,
        "no evidence is that large: do not trust whoever gave it to you",
        error,
      );
    }
    throw refused(
      "evidence.damaged",
      `the evidence file is damaged: ${(error as Error).message}`,
      "restore it from a copy; it is left as it is",
      error,
    );
  }
}
