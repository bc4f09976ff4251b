import { type Document, isMap, isScalar, type Pair, parseDocument, Scalar, type YAMLMap } from "yaml";
import { UpheldError } from "../errors.ts";
import { KEYS } from "./file.ts";
import { ROLES, type Role, type Token } from "./file-parties.ts";

/** What turns a preset into an agreement file. */
export interface Fill {
  readonly parties?: Partial<Record<Role, { readonly name?: string; readonly address: string }>>;
  readonly token?: Token;
  /** Other keys in people's words, as in `{ fee: "1,000 USDC", starts: "2025-01-01" }`. */
  readonly words?: Readonly<Record<string, string>>;
  /** 32 random bytes, hex. */
  readonly salt?: string;
}

/** `preset`, its comments kept, with the rest filled in and its keys in the usual order. Parse the result to check it. */
export function formatAgreement(preset: string, fill: Fill): string {
  const document = parseDocument(preset, { schema: "failsafe" });
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new UpheldError({ code: "terms.not-yaml", message: "The preset is not a file of keys and values." });
  }
  const root = document.contents as unknown as YAMLMap;
  const added = new Set<string>();
  const put = (key: string, value: unknown) => {
    if (!root.has(key)) added.add(key);
    root.set(key, value);
  };
  for (const role of ROLES) {
    const party = fill.parties?.[role];
    if (party === undefined) continue;
    const name = party.name ?? (root.getIn([role, "name"]) as string | undefined);
    put(role, mapping(document, { ...(name === undefined ? {} : { name }), address: quoted(party.address) }));
  }
  if (fill.token !== undefined) {
    const { symbol, address, decimals } = fill.token;
    put("token", mapping(document, { symbol, address: quoted(address), decimals: decimals.toString() }));
  }
  for (const [key, value] of Object.entries(fill.words ?? {})) put(key, value);
  if (fill.salt !== undefined) put("salt", quoted(fill.salt));

  order(root, added);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Other YAML readers would take a bare 0x… for a number. */
function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = "QUOTE_DOUBLE";
  return scalar;
}

function mapping(document: Document, entries: Record<string, unknown>): unknown {
  return document.createNode(entries);
}

/** Moves what was added to its usual place; what was there keeps its order and its comments. */
function order(root: YAMLMap, added: ReadonlySet<string>): void {
  const rank = (pair: Pair) => (KEYS as readonly string[]).indexOf(keyOf(pair));
  const fresh = root.items.filter((pair) => added.has(keyOf(pair))).toSorted((a, b) => rank(a) - rank(b));
  root.items = root.items.filter((pair) => !added.has(keyOf(pair)));
  for (const pair of fresh) {
    const before = root.items.findLastIndex((other) => rank(other) <= rank(pair));
    root.items.splice(before + 1, 0, pair);
  }
}

const keyOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));
