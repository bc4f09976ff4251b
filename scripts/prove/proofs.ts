import { globSync } from "node:fs";
import { basename } from "node:path";
import { isContract, nodesIn, rangeOf, slice, type Node, type Trees } from "./slice.ts";
import type { Engine } from "./worker.ts";
import { closure, compile, readSource, type Sources } from "./solc.ts";

/** What stands in for a source that the checker cannot read: see docs/proofs.md. */
const MODELS: Readonly<Record<string, string>> = {
  "contracts/libraries/TermsCodec.sol": "proofs/models/TermsCodec.sol",
  "contracts/libraries/Months.sol": "proofs/models/Months.sol",
};

const CALENDAR = "contracts/libraries/Calendar.sol";

/** Boundaries are any times: the sums that make them of days and months go round at 2^256, where the checker is lost. */
const ABSTRACT: readonly (readonly [head: string, body: string])[] = [
  ["function boundary(", "{ return Months.boundary(PackedTerms.unwrap(t), k); }"],
  ["function bounds(", "{ return (boundary(t, k), boundary(t, k + 1)); }"],
];

export interface Assertion {
  /** Where it stands, in bytes. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One contract of proofs/: a claim, and the assertions that make it. The last one is the claim, others lead to it. */
export interface Proof {
  readonly file: string;
  readonly contract: string;
  readonly claim: string;
  readonly engine: Engine;
  /** The lemmas that it requires, by the names of their proofs. */
  readonly lemmas: readonly string[];
  readonly assertions: readonly Assertion[];
  readonly sources: Sources;
}

/** How a source reads; a planted bug makes it read otherwise. */
export type Reader = (path: string) => string;

/** All proofs, each with just the code that it calls. */
export function proofsIn(read: Reader = readSource): readonly Proof[] {
  const files = globSync("proofs/*.sol").sort();
  const sources = closure(files, (path) => {
    const text = read(MODELS[path] ?? path);
    return path === CALENDAR ? ABSTRACT.reduce((code, [head, body]) => withBody(code, head, body), text) : text;
  });
  const { sources: parsed = {} } = compile(sources, { outputSelection: { "*": { "": ["ast"] } } });
  const trees = Object.fromEntries(Object.entries(parsed).map(([path, { ast }]) => [path, ast as Node]));
  return files.flatMap((file) => {
    const tree = trees[file];
    const contracts = tree === undefined ? [] : [...nodesIn(tree)].filter((node) => isProof(node));
    return contracts.map((node) => proofOf(sources, trees, file, node));
  });
}

/** `source` with another body for the function that begins with `head`, in a library whose members are indented by 4. */
function withBody(source: string, head: string, body: string): string {
  const start = source.indexOf("{", source.indexOf(head));
  const end = source.indexOf("\n    }\n", start);
  if (!source.includes(head) || end < 0) throw new Error(`no ${head}…) to abstract from`);
  return `${source.slice(0, start)}${body}${source.slice(end + "\n    }".length)}`;
}

const isProof = (node: Node): boolean => isContract(node) && node["abstract"] !== true;

function proofOf(sources: Sources, trees: Trees, file: string, node: Node): Proof {
  const contract = node.name ?? "";
  const { documentation } = node;
  const words = typeof documentation === "object" && documentation !== null ? String(documentation["text"]) : "";
  const claim = /@title (.*)/.exec(words)?.[1];
  if (claim === undefined) throw new Error(`${file}: ${contract} has no @title, which says what it claims`);
  const text = textAt(sources[file] ?? "", node);
  const assertions = [...nodesIn(node)].filter(isAssertion).map((call) => ({
    ...rangeOf(call),
    text: textAt(sources[file] ?? "", call)
      .slice("assert(".length, -1)
      .replace(/\s+/g, " "),
  }));
  if (assertions.length === 0) throw new Error(`${file}: ${contract} asserts nothing`);
  const lemmas = [...text.matchAll(/require\(Lemmas\.(\w)(\w+)\(/g)].map(
    ([, a = "", rest = ""]) => `Lemmas.${a.toUpperCase()}${rest}`,
  );
  const engine = /@custom:engine bmc/.test(words) ? "bmc" : "chc";
  const { sources: left, isStraight } = slice(sources, trees, file, contract);
  if (engine === "bmc" && !isStraight) throw new Error(`${file}: ${contract} loops or returns early, which needs chc`);
  return { file, contract, claim, engine, lemmas, assertions, sources: left };
}

function textAt(source: string, node: Node): string {
  const { start, end } = rangeOf(node);
  return Buffer.from(source).subarray(start, end).toString();
}

const isAssertion = (node: Node): boolean =>
  node.nodeType === "FunctionCall" && (node["expression"] as Node | undefined)?.name === "assert";

export const nameOf = ({ file, contract }: Proof): string => `${basename(file, ".sol")}.${contract}`;
