import type { Sources } from "./solc.ts";

const BEND = /^(For|While|DoWhile)Statement$|^Return$/;

/** A node of the compiler's syntax tree: what is needed of it. */
export interface Node {
  readonly id: number;
  readonly nodeType: string;
  readonly src: string;
  readonly name?: string;
  readonly referencedDeclaration?: number;
  readonly linearizedBaseContracts?: readonly number[];
  readonly documentation?: Node | string | null;
  readonly [field: string]: unknown;
}

export type Trees = Readonly<Record<string, Node>>;

export interface Slice {
  readonly sources: Sources;
  /** Nothing that is left runs in a loop, or returns before its end. */
  readonly isStraight: boolean;
}

interface Place {
  readonly file: string;
  readonly node: Node;
}

/**
 * The sources with every function blanked out that `contract` does not reach, and the other contracts beside it.
 * What is left stays where it was, byte for byte. The checker encodes all functions of a source, called or not, and
 * finds proofs in a few that it does not find among many.
 */
export function slice(sources: Sources, trees: Trees, file: string, contract: string): Slice {
  const functions = new Map<number, Place>();
  const contracts = new Map<number, Place>();
  for (const [path, tree] of Object.entries(trees)) {
    for (const node of nodesIn(tree)) {
      if (node.nodeType === "FunctionDefinition") functions.set(node.id, { file: path, node });
      if (node.nodeType === "ContractDefinition") contracts.set(node.id, { file: path, node });
    }
  }
  const root = [...contracts.values()].find((place) => place.file === file && place.node.name === contract);
  if (root === undefined) throw new Error(`${file} has no contract ${contract}`);
  const bases = new Set(root.node.linearizedBaseContracts ?? []);
  const reached = reachedFrom(
    [...bases].flatMap((id) => contracts.get(id)?.node ?? []),
    functions,
  );

  const blanks = [...functions.values()].filter(({ node }) => !reached.has(node.id));
  blanks.push(...[...contracts.values()].filter(({ node }) => isContract(node) && !bases.has(node.id)));
  const left = Object.fromEntries(Object.entries(sources).map(([path, text]) => [path, blanked(path, text, blanks)]));
  const bodies = [...reached].flatMap((id) => functions.get(id)?.node ?? []);
  return { sources: left, isStraight: bodies.every(isStraight) };
}

function reachedFrom(roots: readonly Node[], functions: ReadonlyMap<number, Place>): ReadonlySet<number> {
  const reached = new Set<number>();
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const inner of nodesIn(node)) {
      if (inner.nodeType === "FunctionDefinition") reached.add(inner.id);
      const id = inner.referencedDeclaration;
      const target = id === undefined || reached.has(id) ? undefined : functions.get(id);
      if (target !== undefined) waiting.push(target.node);
    }
  }
  return reached;
}

function blanked(path: string, text: string, blanks: readonly Place[]): string {
  // Places are counted in bytes.
  const bytes = Buffer.from(text);
  for (const { file, node } of blanks) {
    if (file !== path) continue;
    const { documentation } = node;
    const from = typeof documentation === "object" && documentation !== null ? documentation : node;
    const [start, end] = [rangeOf(from).start, rangeOf(node).end];
    for (let i = start; i < end; ++i) if (bytes[i] !== 0x0a) bytes[i] = 0x20;
  }
  return bytes.toString();
}

/** Neither a library nor an interface. */
export const isContract = (node: Node): boolean =>
  node.nodeType === "ContractDefinition" && node["contractKind"] === "contract";

function isStraight(definition: Node): boolean {
  const last = lastOf(definition["body"] as Node | null | undefined);
  const bends = [...nodesIn(definition)].filter(({ nodeType }) => BEND.test(nodeType));
  return bends.every((node) => node.nodeType === "Return" && node === last);
}

function lastOf(block: Node | null | undefined): Node | undefined {
  const last = (block?.["statements"] as readonly Node[] | undefined)?.at(-1);
  return last?.nodeType === "UncheckedBlock" ? lastOf(last) : last;
}

export function rangeOf(node: Node): { start: number; end: number } {
  const [start = 0, length = 0] = node.src.split(":").map(Number);
  return { start, end: start + length };
}

/** `node` and all below it. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const inner of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(inner)) yield* nodesIn(inner);
  }
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "nodeType" in value;
