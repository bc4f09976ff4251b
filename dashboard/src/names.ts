import { isAddress } from "viem";
import { UpheldError } from "../../src/errors.ts";
import { storeOf } from "./store.ts";
import { short } from "./words.ts";

/** What the viewer calls addresses: kept in this browser and nowhere else. Keys are addresses in lower case. */
export type Names = Readonly<Record<string, string>>;

const KEY = "upheld.names";
const LONGEST = 60;
/** Names that a file may bring: more is no address book. */
const MOST = 20_000;

const book = storeOf<Names>(kept());

export const useNames = (): Names => book.use();

const MEASURES_KEY = "upheld.measures";

/** By agreement: what its file calls the measures. */
const measures = storeOf<Readonly<Record<string, readonly string[]>>>(keptMeasures());

export const useMeasures = (agreement: string): readonly string[] | undefined =>
  measures.use()[agreement.toLowerCase()];

function keptMeasures(): Readonly<Record<string, readonly string[]>> {
  try {
    const all = Object.entries(JSON.parse(localStorage.getItem(MEASURES_KEY) ?? "{}") as object);
    return Object.fromEntries(all.map(([of, names]) => [of, (names as unknown[]).map((name) => plain(String(name)))]));
  } catch {
    return {};
  }
}

/** Keeps what an agreement's file calls its measures. */
export function learnMeasures(agreement: string, names: readonly string[]): void {
  const all = { ...measures.get(), [agreement.toLowerCase()]: names };
  measures.set(all);
  store(MEASURES_KEY, all);
}

/** Nothing kept, or nothing that can be read, is an empty book. */
function kept(): Names {
  try {
    return namesIn(JSON.parse(localStorage.getItem(KEY) ?? "{}"));
  } catch {
    return {};
  }
}

function keep(names: Names): void {
  book.set(names);
  store(KEY, names);
}

function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing still shows them until the page is closed
  }
}

/** Calls an address by a name; an empty one forgets it. Answers the name as it is kept. */
export function callIt(address: string, name: string): string {
  const others = Object.fromEntries(Object.entries(book.get()).filter(([known]) => known !== address.toLowerCase()));
  const shown = plain(name);
  keep(shown === "" ? others : { ...others, [address.toLowerCase()]: shown });
  return shown;
}

/** Takes names over for addresses that have none yet. Answers how many were new. */
export function learn(found: Names): number {
  const names = book.get();
  const fresh = Object.entries(found).filter(([address]) => names[address] === undefined);
  if (fresh.length > 0) keep({ ...names, ...Object.fromEntries(fresh) });
  return fresh.length;
}

/** `Harbor Dental`, else the address in short. */
export const nameIn = (names: Names, address: string): string => names[address.toLowerCase()] ?? short(address);

/** One line, without what could pass for something else. */
function plain(name: string): string {
  return name
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, LONGEST);
}

/** The names in a file that this page saved. Throws `names.malformed`. */
export function parseNames(text: string): Names {
  try {
    return namesIn(JSON.parse(text));
  } catch {
    throw new UpheldError({
      code: "names.malformed",
      message: "This is no file of names.",
      hint: 'It is one JSON object, such as {"0x…": "Harbor Dental"}.',
    });
  }
}

function namesIn(value: unknown): Names {
  const entries = Object.entries(value as object);
  const isName = ([address, name]: [string, unknown]) =>
    isAddress(address, { strict: false }) && typeof name === "string";
  if (Array.isArray(value) || entries.length > MOST || !entries.every(isName)) throw new RangeError("no names");
  return Object.fromEntries(entries.map(([address, name]) => [address.toLowerCase(), plain(String(name))]));
}

export const namesFile = (names: Names): string => `${JSON.stringify(names, undefined, 2)}\n`;

/**
 * What an agreement's file calls the service and the parties, as far as plain lines say it: `service: X`, and `name: X`
 * below `provider:` and `client:`. For a file that the agreement holds the hash of.
 */
export function namesOfFile(text: string): { readonly [of in "service" | "provider" | "client"]?: string } {
  const party = (role: string) =>
    new RegExp(`^${role}:\\s*\\n(?:[ \\t]+.*\\n)*?[ \\t]+name:[ \\t]*(.+)$`, "m").exec(text)?.[1];
  const found = {
    service: /^service:[ \t]*(.+)$/m.exec(text)?.[1],
    provider: party("provider"),
    client: party("client"),
  };
  const scalars = Object.entries(found).map(([of, value]) => [of, plain(scalarOf(value ?? ""))] as const);
  return Object.fromEntries(scalars.filter(([, value]) => value !== ""));
}

/**
 * What an agreement's file calls its measures, which are the indicators in their order: the keys of the first level below
 * `measures:`. None where YAML says them in another way. For a file that the agreement holds the hash of.
 */
export function measuresOfFile(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const below = lines.slice(lines.findIndex((line) => /^measures:\s*(#.*)?$/.test(line)) + 1);
  const end = below.findIndex((line) => /^[^\s#]/.test(line));
  const block = below.slice(0, end < 0 ? below.length : end).filter((line) => /^\s+[^\s#]/.test(line));
  const indent = /^\s+/.exec(block[0] ?? "")?.[0] ?? "";
  const keys = block.filter((line) => line.search(/\S/) === indent.length);
  const names = keys.map((line) => plain(scalarOf(/^\s+("[^"]*"|'[^']*'|[^"'].*?):(?:\s|$)/.exec(line)?.[1] ?? "")));
  return names.includes("") ? [] : names;
}

/** The plain or quoted scalar of a line; anything else of YAML is no name. */
function scalarOf(text: string): string {
  const quoted = /^"([^"\\]*)"\s*(?:#.*)?$|^'([^']*)'\s*(?:#.*)?$/.exec(text.trim());
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? "";
  const bare = text.replace(/\s+#.*$/, "").trim();
  return /^["'|>&*!%@`{[]/.test(bare) ? "" : bare;
}
