import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The text that is hashed: as saved with plain line ends, so that a checkout on Windows changes nothing. */
export function canonicalText(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
}

/** `document` of the terms: SHA-256 of the agreement file, salt included, so that `sha256sum` gives it too. */
export function documentHash(text: string): string {
  return `0x${bytesToHex(sha256(utf8ToBytes(canonicalText(text))))}`;
}
