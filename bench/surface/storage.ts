/** Where the compiler puts an agreement's storage. */
import { compile } from "../../test/support/solc.ts";

const ROOT = new URL("../../", import.meta.url);
/** One runs in the storage of the other, so both must see the same. */
const HALVES = ["SLAEscrow", "SLABackOffice"] as const;

/** A member of the records, wherever structs nest it. */
export interface Variable {
  readonly slot: bigint;
  readonly offset: number;
  readonly name: string;
  readonly type: Type;
}

export interface Type {
  readonly label: string;
  readonly bytes: number;
  /** Of a mapping. */
  readonly key?: string;
  readonly value?: Type;
}

interface Layout {
  readonly storage: readonly Member[];
  readonly types: Readonly<Record<string, RawType>> | null;
}

interface Member {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}

interface RawType {
  readonly label: string;
  readonly numberOfBytes: string;
  readonly key?: string;
  readonly value?: string;
  readonly members?: readonly Member[];
}

/** The storage of an agreement. Throws when its two halves do not agree on it. */
export function layout(): readonly Variable[] {
  const output = compile(
    ROOT,
    HALVES.map((name) => `contracts/${name}.sol`),
    { "*": { "*": ["storageLayout"] } },
  ) as { contracts: Record<string, Record<string, { storageLayout: Layout }>> };
  const [escrow, office] = HALVES.map((name) => {
    const found = output.contracts[`contracts/${name}.sol`]?.[name]?.storageLayout;
    if (found === undefined) throw new Error(`no storage layout of ${name}`);
    return flatten(found, found.storage, 0n);
  });
  const [one, other] = [table(escrow ?? []), table(office ?? [])];
  if (JSON.stringify(one) !== JSON.stringify(other)) {
    throw new Error(`${HALVES.join(" and ")} lay storage out differently:\n${one.join("\n")}\n\n${other.join("\n")}`);
  }
  return escrow ?? [];
}

/** One line a variable: `slot 3, byte 0: stakes uint256`. */
export function table(variables: readonly Variable[]): string[] {
  return variables.map(({ slot, offset, name, type }) => `slot ${slot}, byte ${offset}: ${name} ${type.label}`);
}

function flatten(all: Layout, members: readonly Member[], base: bigint): Variable[] {
  return members.flatMap(({ label: name, slot, offset, type }) => {
    const raw = all.types?.[type];
    if (raw === undefined) throw new Error(`unknown type ${type}`);
    const at = base + BigInt(slot);
    if (raw.members !== undefined) return flatten(all, raw.members, at);
    return [{ slot: at, offset, name, type: typeOf(all, raw) }];
  });
}

function typeOf(all: Layout, raw: RawType): Type {
  const plain = { label: raw.label, bytes: Number(raw.numberOfBytes) };
  const [key, value] = [all.types?.[raw.key ?? ""], all.types?.[raw.value ?? ""]];
  return key === undefined || value === undefined ? plain : { ...plain, key: key.label, value: typeOf(all, value) };
}
