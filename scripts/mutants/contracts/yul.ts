/** Mutants of inline assembly. */
import type { Draft } from "./mutant.ts";
import { YUL, YUL_ORDERED, YUL_PURE } from "./operators.ts";
import { childrenOf, excerpt, lineAt, type Node, rangeOf } from "./source.ts";

export interface Place {
  readonly file: string;
  readonly text: string;
  readonly where: string;
}

export function mutateAssembly(block: Node, place: Place): Draft[] {
  const drafts: Draft[] = [];
  walk(block, (node) => drafts.push(...mutantsOf(node, place)));
  return drafts;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of childrenOf(node)) {
    // A case's value chooses between blocks: it is no expression.
    if (node.nodeType === "YulCase" && child === node.value) continue;
    walk(child, visit);
  }
}

function mutantsOf(node: Node, place: Place): Draft[] {
  switch (node.nodeType) {
    case "YulFunctionCall":
      return [...operators(node, place), ...swapped(node, place)];
    case "YulLiteral":
      return constants(node, place);
    case "YulExpressionStatement":
    case "YulAssignment":
      return [draft(node, place, "deleted statement", "", "yul statement")];
    case "YulIf": {
      const condition = node.condition as Node;
      if (condition.nodeType === "YulFunctionCall" && /^(lt|gt|eq)$/.test(nameOf(condition))) return [];
      return [draft(condition, place, "negated condition", `iszero(${textOf(condition, place)})`, "yul expression")];
    }
    default:
      return [];
  }
}

function operators(call: Node, place: Place): Draft[] {
  const [a = "", b = ""] = argumentsOf(call).map((argument) => textOf(argument, place));
  return (YUL[nameOf(call)] ?? []).map(([kind, pattern]) =>
    draft(
      call,
      place,
      kind,
      pattern.replace("$a", () => a).replace("$b", () => b),
      "yul expression",
    ),
  );
}

function swapped(call: Node, place: Place): Draft[] {
  const texts = argumentsOf(call).map((argument) => textOf(argument, place));
  const name = nameOf(call);
  const kind = name === "mstore" || !YUL_PURE.has(name) ? "yul statement" : "yul expression";
  if (!YUL_ORDERED.has(name) && name !== "mstore") return [];
  return [draft(call, place, "swapped arguments", `${name}(${texts.toReversed().join(", ")})`, kind)];
}

function constants(literal: Node, place: Place): Draft[] {
  if (literal.kind !== "number") return [];
  const value = BigInt(String(literal.value));
  return [value + 1n, value - 1n]
    .filter((changed) => changed >= 0n)
    .map((changed) => draft(literal, place, "constant", String(changed), "yul expression"));
}

function draft(
  node: Node,
  place: Place,
  operator: string,
  replacement: string,
  kind: "yul expression" | "yul statement",
): Draft {
  const { start, end } = rangeOf(node);
  const isSwitchable = kind === "yul statement" || isPure(node);
  return {
    ...{ file: place.file, where: place.where, operator, start, end, replacement },
    line: lineAt(place.text, start),
    original: place.text.slice(start, end),
    excerpt: excerpt(place.text, start, end),
    switches: isSwitchable ? [{ file: place.file, start, end, kind, text: replacement }] : [],
  };
}

function isPure(node: Node): boolean {
  if (node.nodeType === "YulFunctionCall" && !YUL_PURE.has(nameOf(node))) return false;
  return childrenOf(node).every((child) => child.nodeType === "YulIdentifier" || isPure(child));
}

const nameOf = (call: Node): string => String((call.functionName as Node).name);
const argumentsOf = (call: Node): Node[] => call.arguments as Node[];
const textOf = (node: Node, { text }: Place): string => text.slice(rangeOf(node).start, rangeOf(node).end);
