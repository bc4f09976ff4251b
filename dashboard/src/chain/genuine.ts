import { getContractAddress, keccak256, concat, toHex, type Address, type Hex } from "viem";
import { CODES, FACTORIES, type KnownCode } from "virtual:contracts";
import { FACTORY } from "./abi.ts";
import { told } from "./failure.ts";
import { codeAt, read, type Asked } from "./rpc.ts";

/** One thing that was looked at. */
export interface Check {
  readonly ok: boolean;
  readonly what: string;
  readonly detail: string;
}

/** What was found at an address. Without `packed` it is no agreement: send it nothing. */
export interface Found {
  readonly checks: readonly Check[];
  readonly isGenuine: boolean;
  readonly factory: Address;
  readonly lens: Address;
  /** The terms, as they lie in the agreement's code. */
  readonly packed: Hex;
}

// A clone's code: 10 bytes, the implementation, 15 bytes, then its arguments.
const BEFORE = "363d3d373d3d3d363d73";
const AFTER = "5af43d82803e903d91602b57fd5bf3";
const ZERO_SALT = toHex(0, { size: 32 });

/**
 * Whether the contract at `address` is an agreement of this project: a clone, at the address that only this factory gives
 * to these terms, of code that is, byte for byte, what the project compiles to. Nothing that a contract says of itself
 * is believed before its code is known.
 */
export async function lookAt(node: Asked, chainId: bigint, address: Address, factory: Address): Promise<Found> {
  const [code, made] = await Promise.all([codeAt(node, address), lookAtFactory(node, chainId, factory)]);
  const { implementation, lens } = made;
  const nothing = { isGenuine: false, factory, lens, packed: "0x" as Hex };
  if (code === "0x") {
    const detail = "There is no contract at this address on this chain.";
    return { ...nothing, checks: [{ ok: false, what: "A contract", detail }] };
  }
  if (!made.answers) return { ...nothing, checks: made.checks };
  const packed = argumentsOf(code, implementation);
  const checks = [cloneCheck(address, factory, implementation, packed), ...made.checks];
  return { checks, isGenuine: checks.every(({ ok }) => ok), factory, lens, packed: packed ?? "0x" };
}

/** What a factory makes agreements of. */
export interface FoundFactory {
  readonly checks: readonly Check[];
  /** Whether anything there answers like a factory; else the addresses mean nothing. */
  readonly answers: boolean;
  readonly implementation: Address;
  readonly lens: Address;
}

export async function lookAtFactory(node: Asked, chainId: bigint, factory: Address): Promise<FoundFactory> {
  const asked = { abi: FACTORY, to: factory } as const;
  const [factoryCode, implementation, lens] = await Promise.all([
    codeAt(node, factory),
    read(node, { ...asked, name: "implementation" }).catch(unlessUnreachable),
    read(node, { ...asked, name: "lens" }).catch(unlessUnreachable),
  ]);
  if (implementation === undefined || lens === undefined) {
    const detail = `${factory} does not answer like a factory of agreements.`;
    const checks = [{ ok: false, what: "The factory", detail }];
    return { checks, answers: false, implementation: factory, lens: factory };
  }
  const [implementationCode, lensCode] = await Promise.all([codeAt(node, implementation), codeAt(node, lens)]);
  const office = otherIn(implementationCode, "SLAEscrow", implementation);
  const officeCode = office === undefined ? "0x" : await codeAt(node, office);
  const isListed = FACTORIES[String(chainId)]?.factory.toLowerCase() === factory.toLowerCase();
  const checks = [
    codeCheck("The factory", "SLAFactory", factory, factoryCode, isListed),
    codeCheck("The code of the agreement", "SLAEscrow", implementation, implementationCode, isListed),
    codeCheck("Its second half", "SLABackOffice", office ?? implementation, officeCode, isListed),
    codeCheck("The reader of agreements", "SLALens", lens, lensCode, isListed),
  ];
  return { checks, answers: true, implementation, lens };
}

/** A contract that does not answer is no factory; a node that does not answer says nothing about it. */
function unlessUnreachable(error: unknown): undefined {
  if (told(error).code === "node.unreachable") throw error;
  return undefined;
}

/** What follows the clone's own code; undefined when this is no clone of `implementation`. */
function argumentsOf(code: Hex, implementation: Address): Hex | undefined {
  const head = `0x${BEFORE}${implementation.slice(2).toLowerCase()}${AFTER}`;
  return code.toLowerCase().startsWith(head) ? `0x${code.slice(head.length)}` : undefined;
}

function cloneCheck(address: Address, factory: Address, implementation: Address, packed: Hex | undefined): Check {
  const what = "Made by the factory";
  if (packed === undefined) {
    return { ok: false, what, detail: "The contract does not run the code of an agreement of this factory." };
  }
  const made = getContractAddress({
    opcode: "CREATE2",
    from: factory,
    salt: ZERO_SALT,
    bytecode: creationCode(implementation, packed),
  });
  const ok = made.toLowerCase() === address.toLowerCase();
  const detail = ok
    ? "The address is the one that only this factory gives to these very terms."
    : `The factory gives these terms the address ${made}: this one is a copy made by somebody else.`;
  return { ok, what, detail };
}

/** As `cloneAddress` of src/chain/factory.ts has it, and the factory itself. */
function creationCode(implementation: Address, packed: Hex): Hex {
  const size = toHex((packed.length - 2) / 2 + 45, { size: 2 });
  return concat(["0x61", size, "0x3d81600a3d39f3", `0x${BEFORE}`, implementation, `0x${AFTER}`, packed]);
}

function codeCheck(what: string, name: string, address: string, code: Hex, isListed: boolean): Check {
  if (isKnown(code, name))
    return { ok: true, what, detail: `${address}: byte for byte what this project compiles to.` };
  if (isListed) return { ok: true, what, detail: `${address}: belongs to the factory that this project lists.` };
  const detail = `${address}: other code than this project's. Nothing it says can be believed.`;
  return { ok: false, what, detail };
}

/** Whether `code` at `address` is the record of this very factory, or the one that the project lists beside it. */
export function isRecordOf(chainId: bigint, factory: Address, address: Address, code: Hex): boolean {
  const listed = FACTORIES[String(chainId)];
  const isSame = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();
  if (isSame(listed?.factory, factory) && isSame(listed?.record, address)) return true;
  return isKnown(code, "ServiceRecord") && isSame(otherIn(code, "ServiceRecord", address), factory);
}

const codeOf = (name: string): KnownCode | undefined => CODES.find((known) => known.name === name);

/** Whether `code` is the named contract's, whatever its immutable values are. */
export function isKnown(code: Hex, name: string): boolean {
  const known = codeOf(name);
  if (known === undefined || code.length !== 2 + 2 * known.size) return false;
  let blank: string = code;
  for (const [start, length] of known.holes) {
    const [from, to] = [2 + 2 * start, 2 + 2 * (start + length)];
    blank = `${blank.slice(0, from)}${"0".repeat(to - from)}${blank.slice(to)}`;
  }
  return keccak256(blank as Hex) === known.hash;
}

/** The other address beside its own that the code of a contract holds as an immutable value. */
function otherIn(code: Hex, name: string, own: Address): Address | undefined {
  const known = codeOf(name);
  if (known === undefined || code.length !== 2 + 2 * known.size) return undefined;
  return known.holes
    .map(([start]): Address => `0x${code.slice(2 + 2 * (start + 12), 2 + 2 * (start + 32))}`)
    .find((address) => address.toLowerCase() !== own.toLowerCase());
}
