import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

// The tree of @openzeppelin/merkle-tree's `SimpleMerkleTree` with `sortLeaves: false`, so that OpenZeppelin's
// `MerkleProof` can check a proof on chain: a heap whose leaves fill the end of the array in reverse, sorted pairs.

/** keccak256. Whoever hashes much may bring a faster one than the default, which runs anywhere. */
export type Keccak = (bytes: Uint8Array) => Uint8Array;

/** Hashed twice: no inner node, which is 64 bytes hashed once, can pass for a leaf. */
export const leafOf = (content: Uint8Array, keccak: Keccak = keccak_256): string => toHex(keccak(keccak(content)));

export const rootOf = (leaves: readonly string[], keccak: Keccak = keccak_256): string =>
  toHex(heapOf(leaves, keccak)[0] as Uint8Array);

/** The siblings from leaf `index` up to the root. */
export function proofOf(leaves: readonly string[], index: number): string[] {
  const heap = heapOf(leaves, keccak_256);
  const proof: string[] = [];
  for (let at = heap.length - 1 - index; at > 0; at = (at - 1) >> 1)
    proof.push(toHex(heap[at % 2 === 1 ? at + 1 : at - 1] as Uint8Array));
  return proof;
}

/** The root that a leaf and its proof lead to. */
export const foldProof = (leaf: string, proof: readonly string[]): string =>
  toHex(proof.reduce((node, sibling) => pairHash(node, fromHex(sibling), keccak_256), fromHex(leaf)));

function heapOf(leaves: readonly string[], keccak: Keccak): Uint8Array[] {
  if (leaves.length === 0) throw new RangeError("a Merkle tree needs a leaf");
  const heap = new Array<Uint8Array>(leaves.length - 1).concat(leaves.toReversed().map(fromHex));
  for (let at = leaves.length - 2; at >= 0; at--) {
    heap[at] = pairHash(heap[2 * at + 1] as Uint8Array, heap[2 * at + 2] as Uint8Array, keccak);
  }
  return heap;
}

function pairHash(a: Uint8Array, b: Uint8Array, keccak: Keccak): Uint8Array {
  const pair = new Uint8Array(a.length + b.length);
  const differing = a.findIndex((byte, i) => byte !== b[i]);
  // Stryker disable next-line ConditionalExpression,EqualityOperator: two equal nodes give the same bytes in either order
  const isAFirst = differing === -1 || (a[differing] as number) < (b[differing] as number);
  const [first, second] = isAFirst ? [a, b] : [b, a];
  pair.set(first);
  pair.set(second, first.length);
  return keccak(pair);
}

export const toHex = (bytes: Uint8Array): string => `0x${bytesToHex(bytes)}`;
export const fromHex = (hex: string): Uint8Array => hexToBytes(hex.slice(2));
