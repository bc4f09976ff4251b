/** Gas of an ordinary entry, with its calldata and event, and room for some silent months before it. */
const PER_ENTRY = 150_000n;
const PER_DELIVERY = 100_000n;
/** Of each report of the signed list, when a part of it is delivered: 32 bytes at what calldata costs at most, and a look. */
const PER_LEAF = 1_500n;
/** Most gas of one transaction on chains with EIP-7825. */
const TRANSACTION_GAS = 16_777_216n;

/**
 * The least gas for a delivery of `entries` out of `signed` reports: the `floor` that must be left before the last entry,
 * and what those before it use. An estimate may be too low: entries are called with a limit of their own.
 */
export function gasForDelivery(floor: bigint, entries: number, signed: number): bigint {
  const leaves = entries < signed ? leavesGas(signed) : 0n;
  return floor + PER_DELIVERY + leaves + BigInt(entries) * PER_ENTRY;
}

/**
 * How many entries one delivery may have, by the block's gas and the most that one transaction may use. `signed`: how
 * many reports were signed together, if they were more than that.
 */
export function entriesForDelivery(floor: bigint, blockGas: bigint, signed = 0): number {
  const room = smaller((blockGas * 3n) / 4n, TRANSACTION_GAS) - floor - PER_DELIVERY;
  const whole = Number(room / PER_ENTRY);
  if (signed <= whole) return Math.max(1, whole);
  return Math.max(1, Number((room - leavesGas(signed)) / PER_ENTRY));
}

const leavesGas = (signed: number): bigint => BigInt(signed) * PER_LEAF;
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
