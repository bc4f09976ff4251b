/** Mutants of Solidity. */
import { type Draft, identify, type Mutant, type Switch } from "./mutant.ts";
import { ASSIGNMENT, BINARY, isComparison, kindOf, SYMMETRIC } from "./operators.ts";
import { childrenOf, excerpt, isMutated, lineAt, type Node, rangeOf, type Sources } from "./source.ts";
import { mutateAssembly } from "./yul.ts";

interface Place {
  readonly file: string;
  readonly text: string;
  readonly where: string;
  /** From the file down to the parent. */
  readonly ancestors: readonly Node[];
}

const EXPRESSIONS = new Set(
  "Assignment BinaryOperation UnaryOperation FunctionCall Conditional IndexAccess MemberAccess TupleExpression Identifier Literal FunctionCallOptions".split(
    " ",
  ),
);
const DELETED = new Set(["ExpressionStatement", "EmitStatement", "RevertStatement", "Return", "Continue", "Break"]);
const STATEMENTS = new Set([...DELETED, "VariableDeclarationStatement"]);
/** Numbers in these say how something is stored or named, not what is done. */
const SKIPPED = new Set(["ArrayTypeName", "ElementaryTypeName", "UserDefinedTypeName", "Mapping", "FunctionTypeName"]);

/** All mutants of `sources`, of which `trees` are the syntax trees. */
export function makeMutants(sources: Sources, trees: Record<string, { readonly ast: Node }>): Mutant[] {
  const drafts: Draft[] = [];
  const uses = findUses(sources, trees);
  for (const [file, text] of sources) {
    const tree = trees[file]?.ast;
    if (!isMutated(file) || tree === undefined) continue;
    walk(tree, { file, text, where: "", ancestors: [] }, (node, place) => {
      drafts.push(...mutantsOf(node, place, uses));
    });
  }
  return identify(drafts);
}

function walk(node: Node, place: Place, visit: (node: Node, place: Place) => void): void {
  if (SKIPPED.has(node.nodeType)) return;
  visit(node, place);
  if (node.nodeType === "InlineAssembly") return;
  // Of a constant only its value as a whole is changed.
  if (node.nodeType === "VariableDeclaration" && node.constant === true) return;
  const where = [place.where, namePart(node)].filter((part) => part !== "").join(".");
  const inner = { ...place, where, ancestors: [...place.ancestors, node] };
  for (const child of childrenOf(node)) walk(child, inner, visit);
}

function namePart(node: Node): string {
  if (!/^(Contract|Function|Modifier)Definition$/.test(node.nodeType)) return "";
  return node.kind === "constructor" ? "constructor" : String(node.name);
}

function mutantsOf(node: Node, place: Place, uses: Uses): Draft[] {
  if (node.nodeType === "InlineAssembly") return mutateAssembly(node.AST as Node, place);
  if (DELETED.has(node.nodeType)) return [deleted(node, place)];
  switch (node.nodeType) {
    case "BinaryOperation":
      return binary(node, place);
    case "UnaryOperation":
      return unary(node, place);
    case "Assignment":
      return assignment(node, place);
    case "IfStatement":
    case "WhileStatement":
    case "ForStatement":
    case "Conditional":
      return negated(node.condition as Node | null, node, place);
    case "FunctionCall":
      return swapped(node, place);
    case "Literal":
      return literal(node, place);
    case "VariableDeclaration":
      return node.constant === true ? constant(node, place, uses) : [];
    default:
      return [];
  }
}

// ------------------------------------------------------------------------------------------------------- operators

function binary(node: Node, place: Place): Draft[] {
  const [left, right] = [node.leftExpression as Node, node.rightExpression as Node];
  const operator = String(node.operator);
  const between = place.text.slice(rangeOf(left).end, rangeOf(right).start);
  return (BINARY[operator] ?? []).map((changed) =>
    change(
      node,
      place,
      kindOf(operator),
      `(${textOf(left, place)}${between.replace(operator, changed)}${textOf(right, place)})`,
    ),
  );
}

function unary(node: Node, place: Place): Draft[] {
  const operand = textOf(node.subExpression as Node, place);
  const operator = String(node.operator);
  if (operator === "!") return [change(node, place, "negated condition", operand)];
  if (operator === "~" || operator === "-") return [change(node, place, kindOf(operator), operand)];
  if (operator === "++" || operator === "--") {
    const changed = operator === "++" ? "--" : "++";
    return [change(node, place, "arithmetic", node.prefix === true ? changed + operand : operand + changed)];
  }
  return [];
}

function assignment(node: Node, place: Place): Draft[] {
  const [left, right] = [node.leftHandSide as Node, node.rightHandSide as Node];
  const changed = ASSIGNMENT[String(node.operator)];
  if (changed === undefined) return [];
  return [
    change(node, place, kindOf(String(node.operator)), `${textOf(left, place)} ${changed} ${textOf(right, place)}`),
  ];
}

function negated(condition: Node | null, parent: Node, place: Place): Draft[] {
  if (condition === null || condition.operator === "!" || isComparison(condition.operator)) return [];
  const inner = { ...place, ancestors: [...place.ancestors, parent] };
  return [change(condition, inner, "negated condition", `!(${textOf(condition, place)})`)];
}

function deleted(node: Node, place: Place): Draft {
  if (isStep(node, place.ancestors.at(-1))) return deletedStep(node, place);
  const range = { file: place.file, ...statementRange(node, place) };
  return finish(place, "deleted statement", range.start, range.end, "{}", [{ ...range, kind: "statement", text: "" }]);
}

/** A loop's step is an expression: what it changes stands in its place. */
function deletedStep(node: Node, place: Place): Draft {
  const step = node.expression as Node;
  const range = { file: place.file, ...rangeOf(step) };
  const text = textOf((step.subExpression ?? step.leftHandSide) as Node, place);
  return finish(place, "deleted statement", range.start, range.end, text, [{ ...range, kind: "expression", text }]);
}

const isStep = (statement: Node, parent: Node | undefined): boolean => parent?.loopExpression === statement;

function swapped(node: Node, place: Place): Draft[] {
  const list = node.arguments as Node[];
  const names = node.names as string[];
  const callee = node.expression as Node;
  if (names.length > 0 || SYMMETRIC.has(String(callee.memberName ?? callee.name))) return [];
  const drafts: Draft[] = [];
  list.forEach((second, i) => {
    const first = list[i - 1];
    if (first === undefined || typeClass(first) !== typeClass(second)) return;
    const [a, b] = [textOf(first, place), textOf(second, place)];
    if (a === b) return;
    const { start, end } = rangeOf(node);
    const text =
      place.text.slice(start, rangeOf(first).start) +
      b +
      place.text.slice(rangeOf(first).end, rangeOf(second).start) +
      a +
      place.text.slice(rangeOf(second).end, end);
    drafts.push(change(node, place, "swapped arguments", text));
  });
  return drafts;
}

function literal(node: Node, place: Place): Draft[] {
  const text = textOf(node, place);
  if (node.kind === "bool") return [change(node, place, "constant", text === "true" ? "false" : "true")];
  if (node.kind !== "number") return [];
  const isZero = Number(node.value) === 0;
  return (isZero ? ["1"] : [`(${text} + 1)`, `(${text} - 1)`]).map((changed) =>
    change(node, place, "constant", changed),
  );
}

const typeOf = (node: Node): string => (node.typeDescriptions as { typeString?: string } | undefined)?.typeString ?? "";
const isRational = (node: Node): boolean => /^(int_const|rational_const)/.test(typeOf(node));
const typeClass = (node: Node): string => (isRational(node) ? "uint256" : typeOf(node));

// --------------------------------------------------------------------------------------------------------- constants

interface Use {
  readonly file: string;
  readonly node: Node;
  readonly inAssembly: boolean;
  readonly place: Place;
}
type Uses = ReadonlyMap<number, readonly Use[]>;

function constant(node: Node, place: Place, uses: Uses): Draft[] {
  const value = node.value as Node;
  const type = typeOf(node);
  const isBytes = type === "bytes32";
  if (!isBytes && !/^u?int/.test(type)) return [];
  const { start, end } = rangeOf(value);
  const name = String(node.name);
  const inner = { ...place, where: [place.where, name].filter((part) => part !== "").join(".") };
  return (isBytes ? ["+"] : ["+", "-"]).map((sign) => {
    const changed = (text: string): string => (isBytes ? `bytes32(uint256(${text}) + 1)` : `(${text} ${sign} 1)`);
    const switches = (uses.get(node.id) ?? []).map((use) => switchUse(use, changed, sign));
    const isWhole = switches.length > 0 && switches.every((one) => one !== undefined);
    return finish(inner, "constant", start, end, changed(`(${textOf(value, place)})`), isWhole ? switches : []);
  });
}

/** Undefined where the value must be known when compiling. */
function switchUse(use: Use, changed: (text: string) => string, sign: string): Switch | undefined {
  const { start, end } = rangeOf(use.node);
  const text = use.place.text.slice(start, end);
  if (use.inAssembly) {
    return { file: use.file, start, end, kind: "yul expression", text: `${sign === "+" ? "add" : "sub"}(${text}, 1)` };
  }
  if (use.place.ancestors.some(({ nodeType }) => nodeType === "VariableDeclaration" || SKIPPED.has(nodeType)))
    return undefined;
  return { file: use.file, start, end, kind: "expression", text: changed(text) };
}

function findUses(sources: Sources, trees: Record<string, { readonly ast: Node }>): Uses {
  const uses = new Map<number, Use[]>();
  const add = (declaration: unknown, use: Use): void => {
    if (typeof declaration === "number") uses.set(declaration, [...(uses.get(declaration) ?? []), use]);
  };
  const visit = (node: Node, place: Place): void => {
    if (node.nodeType === "Identifier" || node.nodeType === "MemberAccess") {
      add(node.referencedDeclaration, { file: place.file, node, inAssembly: false, place });
    }
    for (const reference of (node.externalReferences ?? []) as { declaration: number; src: string }[]) {
      const target = { id: 0, nodeType: "YulIdentifier", src: reference.src };
      add(reference.declaration, { file: place.file, node: target, inAssembly: true, place });
    }
    for (const child of childrenOf(node)) visit(child, { ...place, ancestors: [...place.ancestors, node] });
  };
  for (const [file, text] of sources) {
    const tree = trees[file]?.ast;
    if (tree !== undefined) visit(tree, { file, text, where: "", ancestors: [] });
  }
  return uses;
}

// ---------------------------------------------------------------------------------------------------------- switches

function change(node: Node, place: Place, operator: string, replacement: string): Draft {
  const { start, end } = rangeOf(node);
  const host = hostOf(node, place);
  return finish(
    place,
    operator,
    start,
    end,
    replacement,
    host === undefined ? [] : [switchAt(host, place, start, end, replacement)],
  );
}

interface Host {
  readonly node: Node;
  readonly kind: "expression" | "statement";
  /** A constant that starts a variable takes the variable's type. */
  readonly cast?: string;
}

/** The smallest part around `node` of which two versions can stand side by side. */
function hostOf(node: Node, place: Place): Host | undefined {
  let inner = node;
  for (const [i, outer] of [...place.ancestors.entries()].toReversed()) {
    if (isStep(outer, place.ancestors[i - 1])) return { node: inner, kind: "expression" };
    if (isChoosable(inner, outer)) return { node: inner, kind: "expression" };
    if (STATEMENTS.has(inner.nodeType) && inner.nodeType !== "VariableDeclarationStatement")
      return { node: inner, kind: "statement" };
    if (outer.nodeType === "VariableDeclarationStatement") {
      const [declared] = outer.declarations as (Node | null)[];
      const type = declared == null ? "" : typeOf(declared);
      return /^(u?int\d*|bytes\d+)$/.test(type) ? { node: inner, kind: "expression", cast: type } : undefined;
    }
    if (outer.nodeType === "TryStatement" && outer.externalCall === inner) return undefined;
    if (!EXPRESSIONS.has(outer.nodeType) && !STATEMENTS.has(outer.nodeType)) return undefined;
    inner = outer;
  }
  return undefined;
}

function isChoosable(node: Node, parent: Node): boolean {
  if (!EXPRESSIONS.has(node.nodeType) || node.lValueRequested === true) return false;
  if (node.isConstant === true && isRational(node)) return false;
  if (/^(ExpressionStatement|RevertStatement|EmitStatement|TryStatement)$/.test(parent.nodeType)) return false;
  return !isRational(node) && !/^(type\(|function|modifier|error|tuple\(\)|literal_string)/.test(typeOf(node));
}

function switchAt(host: Host, place: Place, start: number, end: number, replacement: string): Switch {
  const around = host.kind === "statement" ? statementRange(host.node, place) : rangeOf(host.node);
  const text = place.text.slice(around.start, start) + replacement + place.text.slice(end, around.end);
  return {
    file: place.file,
    ...around,
    kind: host.kind,
    text: host.cast === undefined ? text : `${host.cast}(${text})`,
  };
}

/** With its semicolon, which solc leaves out. */
function statementRange(node: Node, { text }: Place): { start: number; end: number } {
  const { start, end } = rangeOf(node);
  const semicolon = /^\s*;/.exec(text.slice(end));
  return { start, end: end + (semicolon?.[0].length ?? 0) };
}

function finish(
  place: Place,
  operator: string,
  start: number,
  end: number,
  replacement: string,
  switches: readonly (Switch | undefined)[],
): Draft {
  return {
    ...{ file: place.file, where: place.where, operator, start, end, replacement },
    line: lineAt(place.text, start),
    original: place.text.slice(start, end),
    excerpt: excerpt(place.text, start, end),
    switches: switches.filter((one) => one !== undefined),
  };
}

const textOf = (node: Node, { text }: Place): string => text.slice(rangeOf(node).start, rangeOf(node).end);
