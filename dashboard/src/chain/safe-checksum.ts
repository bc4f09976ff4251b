import { keccak256, stringToHex, type Hex } from "viem";

/** A batch of the Safe's Transaction Builder, as read from or written to JSON. */
export interface BatchFile {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** What the Transaction Builder expects in `meta.checksum`: over all of the file but its name and the checksum itself. */
export function checksumOf(batch: BatchFile): Hex {
  const meta = Object.fromEntries(Object.entries(batch.meta).filter(([key]) => key !== "checksum"));
  return keccak256(stringToHex(inOrder({ ...batch, meta: { ...meta, name: null } })));
}

/** The Builder's own way to write JSON whose keys may come in any order: sorted keys, then their values. */
function inOrder(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOrder).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${JSON.stringify(entries.map(([key]) => key))}${entries.map(([, inner]) => `${inOrder(inner)},`).join("")}}`;
}
