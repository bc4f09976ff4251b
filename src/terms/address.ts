import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** keccak256 of bytes in hex, as hex. */
export const keccakHex = (hex: string): string => `0x${bytesToHex(keccak_256(hexToBytes(hex.slice(2))))}`;

/** Twenty bytes in hex, with the capitals of EIP-55 that show a mistyped digit. */
export function checksumAddress(address: string): string {
  const digits = address.slice(2).toLowerCase();
  const hash = bytesToHex(keccak_256(utf8ToBytes(digits)));
  const cased = digits.replace(/[a-f]/g, (digit, at: number) =>
    Number.parseInt(hash[at] ?? "0", 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${cased}`;
}
