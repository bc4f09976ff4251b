/** The contracts as text and as solc's syntax tree. Offsets are bytes, so texts are read one character a byte. */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { posix } from "node:path";

export interface Node {
  readonly id: number;
  readonly nodeType: string;
  readonly src: string;
  readonly [field: string]: unknown;
}

export interface SolcError {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string; readonly start: number; readonly end: number };
}

interface SolcOutput {
  readonly errors?: readonly SolcError[];
  readonly sources: Record<string, { readonly ast: Node }>;
  readonly contracts?: Record<string, Record<string, CompiledContract>>;
}

export interface CompiledContract {
  readonly evm: {
    readonly bytecode: { readonly object: string };
    readonly deployedBytecode: { readonly object: string };
  };
}

/** Path → text. */
export type Sources = ReadonlyMap<string, string>;

const solc = createRequire(import.meta.url)("solc") as {
  compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string;
};

/** All of contracts/, the mocks included: they are compiled with the mutants, but not mutated. */
export function readSources(): Map<string, string> {
  return new Map(
    globSync("contracts/**/*.sol")
      .sort()
      .map((path) => [path, readFileSync(path, "latin1")]),
  );
}

export const isMutated = (path: string): boolean => !path.startsWith("contracts/mocks/");

/** The syntax trees, without making code: also tells quickly whether `sources` compile at all. */
export const parse = (sources: Sources): SolcOutput => compile(sources, { "*": { "": ["ast"] } });

/**
 * The code of the contracts in `paths`. Quickly: code with many mutants in it is large, and the whole optimizer now and
 * then runs out of stack over it.
 */
export function generate(sources: Sources, paths: ReadonlySet<string>): SolcOutput {
  const wanted = { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] };
  const details = { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: STEPS } };
  return compile(sources, Object.fromEntries([...paths].map((path) => [path, wanted])), {
    optimizer: { enabled: true, runs: 200, details },
  });
}

const STEPS = "dhfoDgvulfnTUtnIf:fDnTOcmu";

/** The code that creates `contract`, less what only says of which sources it was made. */
export function codeOf(sources: Sources, contract: string): string {
  const path = `contracts/${contract}.sol`;
  const selection = { [path]: { [contract]: ["evm.bytecode.object"] } };
  const output = compile(
    new Map([[path, sources.get(path) ?? ""]]),
    selection,
    { metadata: { appendCBOR: false } },
    sources,
  );
  const [error] = errorsOf(output);
  if (error !== undefined) throw new Error(error.formattedMessage);
  return output.contracts?.[path]?.[contract]?.evm.bytecode.object ?? "";
}

function compile(sources: Sources, outputSelection: unknown, more = {}, others: Sources = new Map()): SolcOutput {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, text]) => [path, { content: utf8(text) }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      viaIR: true,
      evmVersion: "cancun",
      ...more,
      outputSelection,
    },
  };
  const find = (path: string) => {
    const text = others.get(path);
    return text === undefined ? readDependency(path) : { contents: utf8(text) };
  };
  return JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as SolcOutput;
}

function readDependency(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readFileSync(`node_modules/${path}`, "utf8") };
  } catch {
    return { error: `no file ${path}` };
  }
}

const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

export const errorsOf = (output: SolcOutput): readonly SolcError[] =>
  (output.errors ?? []).filter(({ severity }) => severity === "error");

export function rangeOf({ src }: Pick<Node, "src">): { start: number; end: number } {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return { start, end: start + length };
}

/** The lines that a range touches, on one line, with the range between `[[` and `]]`. */
export function excerpt(text: string, start: number, end: number): string {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const to = text.indexOf("\n", end);
  const parts = [text.slice(from, start), "[[", text.slice(start, end), "]]", text.slice(end, to < 0 ? undefined : to)];
  return parts.join("").replace(/\s+/g, " ").trim();
}

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

/** The child nodes, in the order of the fields. */
export function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}

/** Names the contents of `texts`. */
export function hashOf(texts: Iterable<readonly [path: string, text: string]>): string {
  const hash = createHash("sha256");
  for (const [path, text] of texts) hash.update(path).update(text);
  return hash.digest("hex");
}

/** The files that are, or need, one of `changed`. */
export function dependents(sources: Sources, changed: ReadonlySet<string>): Set<string> {
  const found = new Set(changed);
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [path, text] of sources) if (importsOf(path, text).some((one) => found.has(one))) found.add(path);
  }
  return found;
}

const importsOf = (path: string, text: string): string[] =>
  [...text.matchAll(/^import [^;]*?"(\.[^"]+)";/gms)].map(([, relative]) =>
    posix.join(posix.dirname(path), relative ?? ""),
  );
