/** What becomes of a token. The first replacement of a comparison moves its bound by one, the second turns it round. */
export const BINARY: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "&&": ["||"],
  "||": ["&&"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
};

export const ASSIGNMENT: Readonly<Record<string, string>> = {
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
  "|=": "&=",
  "&=": "|=",
  "<<=": ">>=",
  ">>=": "<<=",
};

const COMPARISONS = new Set(["<", "<=", ">", ">=", "==", "!="]);

export function kindOf(operator: string): string {
  if (COMPARISONS.has(operator)) return "comparison";
  if (operator === "&&" || operator === "||") return "logical";
  if (/^[&|^~]=?$|<<|>>/.test(operator)) return "bitwise";
  return "arithmetic";
}

/** A condition that already is one of these is negated by changing its operator. */
export const isComparison = (operator: unknown): boolean => COMPARISONS.has(String(operator));

/** Built-ins of assembly, as patterns of their two arguments. */
export const YUL: Readonly<Record<string, readonly [kind: string, pattern: string][]>> = {
  add: [["arithmetic", "sub($a, $b)"]],
  sub: [["arithmetic", "add($a, $b)"]],
  mul: [["arithmetic", "div($a, $b)"]],
  div: [["arithmetic", "mul($a, $b)"]],
  mod: [["arithmetic", "mul($a, $b)"]],
  shl: [["bitwise", "shr($a, $b)"]],
  shr: [["bitwise", "shl($a, $b)"]],
  and: [["bitwise", "or($a, $b)"]],
  or: [["bitwise", "and($a, $b)"]],
  xor: [["bitwise", "and($a, $b)"]],
  lt: [
    ["comparison", "iszero(gt($a, $b))"],
    ["comparison", "iszero(lt($a, $b))"],
  ],
  gt: [
    ["comparison", "iszero(lt($a, $b))"],
    ["comparison", "iszero(gt($a, $b))"],
  ],
  eq: [["comparison", "iszero(eq($a, $b))"]],
};

/** Order matters to these; they can be run twice without an effect. */
export const YUL_ORDERED = new Set(["sub", "div", "mod", "shl", "shr", "byte"]);

/** Built-ins without an effect: an expression of nothing else may be computed for the mutant and for the original. */
export const YUL_PURE = new Set([
  ..."add sub mul div mod shl shr and or xor not lt gt eq iszero byte sar slt sgt clz".split(" "),
  ..."mload calldataload calldatasize returndatasize keccak256 tload sload caller address timestamp extcodesize".split(
    " ",
  ),
]);

/** The order of their arguments changes nothing. */
export const SYMMETRIC = new Set(["min", "max"]);
