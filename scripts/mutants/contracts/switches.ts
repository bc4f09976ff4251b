/**
 * Many mutants in one build: each place has its original and all its changes side by side, and the block's coinbase
 * says which mutant is on. With a coinbase that is no mutant's id the contracts are what they were.
 */
import type { Mutant, Switch } from "./mutant.ts";
import { childrenOf, type Node, rangeOf, type Sources } from "./source.ts";

interface Choice extends Switch {
  readonly id: string;
}

/** `sources` with all of `mutants` in them. */
export function addSwitches(
  sources: Sources,
  trees: Record<string, { readonly ast: Node }>,
  mutants: readonly Mutant[],
): Map<string, string> {
  const choices = mutants.flatMap(({ id, switches }) => switches.map((one): Choice => ({ id, ...one })));
  return new Map(
    [...sources].map(([file, text]) => {
      const own = choices.filter((choice) => choice.file === file);
      const tree = trees[file]?.ast;
      const views = tree === undefined ? [] : purities(tree, text).map((start) => ({ start, end: start + 4 }));
      return [file, render(text, 0, text.length, own, views)];
    }),
  );
}

/** The mutant whose changed text, or whose choice, `offset` of a rendered text lies in. */
export function mutantAt(text: string, start: number, end: number): string | undefined {
  const marks = [...text.matchAll(/\/\*([0-9a-f]{8})\{\*\/|\/\*\}\*\//g)];
  const stack: { id: string; from: number }[] = [];
  const spans: { id: string; from: number; to: number }[] = [];
  for (const mark of marks) {
    if (mark[1] !== undefined) stack.push({ id: mark[1], from: mark.index });
    else {
      const opened = stack.pop();
      if (opened !== undefined) spans.push({ ...opened, to: mark.index });
    }
  }
  const around = spans.filter(({ from, to }) => from <= start && end <= to).sort((a, b) => b.from - a.from)[0];
  return (around ?? spans.find(({ from, to }) => start <= from && to <= end))?.id;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Ranges nest: render what lies directly in `start … end`, each range with those inside it. */
function render(text: string, start: number, end: number, choices: readonly Choice[], views: readonly Range[]): string {
  const ranges = outermost([...choices, ...views].filter((range) => range.start >= start && range.end <= end));
  let result = "";
  let at = start;
  for (const range of ranges) {
    result += text.slice(at, range.start);
    const here = choices.filter((choice) => choice.start === range.start && choice.end === range.end);
    const inside = choices.filter(
      (choice) => choice.start >= range.start && choice.end <= range.end && !here.includes(choice),
    );
    result +=
      here.length === 0
        ? "view"
        : choose(here, render(text, range.start, range.end, inside, []), text.slice(range.start, range.end));
    at = range.end;
  }
  return result + text.slice(at, end);
}

function outermost(ranges: readonly Range[]): Range[] {
  const sorted = ranges.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last === undefined || range.start >= last.end) result.push(range);
  }
  return result;
}

function choose(choices: readonly Choice[], rendered: string, original: string): string {
  let result = rendered;
  for (const { id, kind, text } of choices) {
    const changed = `/*${id}{*/${text}/*}*/`;
    if (kind === "expression") result = `(block.coinbase == address(0x${id}) ? (${changed}) : (${result}))`;
    else if (kind === "statement")
      result = `{ if (block.coinbase == address(0x${id})) { ${changed} } else { ${result} } }`;
    else if (kind === "yul statement")
      result = `switch eq(coinbase(), 0x${id}) case 1 { ${changed} } default { ${result} }`;
    else result = `xor(${result}, mul(eq(coinbase(), 0x${id}), xor(${original}, ${changed})))`;
  }
  return result;
}

/** Where functions are said to be pure: reading the coinbase, they are views. */
function purities(node: Node, text: string): number[] {
  const own: number[] = [];
  if (node.nodeType === "FunctionDefinition" && node.stateMutability === "pure") {
    const from = rangeOf(node.parameters as Node).end;
    const to = node.body == null ? rangeOf(node).end : rangeOf(node.body as Node).start;
    const found = /\bpure\b/.exec(text.slice(from, to));
    if (found !== null) own.push(from + found.index);
  }
  return [...own, ...childrenOf(node).flatMap((child) => purities(child, text))];
}
