import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from "yaml";
import type { Problem } from "../errors.ts";
import { UpheldErrors } from "../errors.ts";
import { WordError } from "./words.ts";

/** Reads a YAML file of words: every value keeps its line, every key must be asked for, all problems are collected. */

/** A value in words. */
export interface Words {
  readonly text: string;
  readonly line: number;
}

/** A key, its line, and what stands under it. */
interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: unknown;
  asked: boolean;
}

export class Problems {
  readonly list: Problem[] = [];
  private readonly file: string | undefined;

  constructor(file: string | undefined) {
    this.file = file;
  }

  add(line: number | undefined, code: string, message: string, hint?: string): void {
    const where = { ...(this.file === undefined ? {} : { file: this.file }), ...(line === undefined ? {} : { line }) };
    this.list.push({ code: `terms.${code}`, message, ...(hint === undefined ? {} : { hint }), ...where });
  }

  /** What `parse` makes of the words; `undefined`, and a problem with their line, when it cannot. */
  read<T>(words: Words, what: string, parse: (text: string) => T): T | undefined {
    try {
      return parse(words.text);
    } catch (error) {
      if (!(error instanceof WordError)) throw error;
      this.add(words.line, "not-understood", `${what}: ${error.message}`, error.hint);
      return undefined;
    }
  }

  throwAny(): void {
    if (this.list.length > 0) throw new UpheldErrors(this.list.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  }
}

/** A mapping of the file. */
export class Section {
  readonly line: number;
  private readonly entries: Entry[];
  private readonly name: string;
  private readonly lines: LineCounter;
  private readonly problems: Problems;

  constructor(map: YAMLMap, line: number, name: string, lines: LineCounter, problems: Problems) {
    this.line = line;
    this.name = name;
    this.lines = lines;
    this.problems = problems;
    this.entries = map.items.map((item) => this.entry(item));
    this.refuseRepeated();
  }

  /** The words under `key`. */
  words(key: string): Words | undefined {
    const entry = this.ask(key);
    if (entry === undefined) return undefined;
    if (isScalar(entry.value) && wordsOf(entry.value) !== "") {
      return { text: wordsOf(entry.value), line: entry.line };
    }
    const message = isScalar(entry.value) ? `"${key}" has no value.` : `"${key}" must be a single value.`;
    this.problems.add(entry.line, "not-understood", message);
    return undefined;
  }

  /** The words under `key`, or those of the list under it. */
  wordsList(key: string): Words[] {
    const entry = this.ask(key);
    if (entry === undefined) return [];
    const items = isSeq(entry.value) ? entry.value.items : [entry.value];
    return items.flatMap((item) => {
      const line = this.lineOf(item, entry.line);
      if (isScalar(item) && wordsOf(item) !== "") return [{ text: wordsOf(item), line }];
      this.problems.add(line, "not-understood", `"${key}" must be a list of values.`);
      return [];
    });
  }

  /** Whether `key` holds a mapping rather than words. */
  isSection(key: string): boolean {
    return isMap(this.entries.find((entry) => entry.key === key)?.value);
  }

  section(key: string): Section | undefined {
    const entry = this.ask(key);
    return entry === undefined ? undefined : this.open(entry.value, entry.line, key);
  }

  /** The mappings of the list under `key`. */
  sections(key: string): Section[] {
    const entry = this.ask(key);
    if (entry === undefined) return [];
    if (!isSeq(entry.value)) {
      this.problems.add(entry.line, "not-understood", `"${key}" must be a list: start each item with "- ".`);
      return [];
    }
    return entry.value.items.flatMap((item) => this.open(item, this.lineOf(item, entry.line), key) ?? []);
  }

  /** Everything not asked for yet, as words with their keys. */
  rest(): { key: string; words: Words }[] {
    return this.entries
      .filter((entry) => !entry.asked)
      .flatMap(({ key }) => {
        const words = this.words(key);
        return words === undefined ? [] : [{ key, words }];
      });
  }

  /** The keys in the order of the file. */
  keys(): string[] {
    return [...new Set(this.entries.map((entry) => entry.key))];
  }

  /** The line of `key`. */
  lineAt(key: string): number | undefined {
    return this.entries.find((entry) => entry.key === key)?.line;
  }

  /** Refuses every key that nobody asked for. */
  finish(known: readonly string[]): void {
    for (const { key, line, asked } of this.entries) {
      if (asked) continue;
      const near = nearest(key, known);
      const hint = near === undefined ? `Known keys: ${known.join(", ")}.` : `Did you mean "${near}"?`;
      this.problems.add(line, "unknown-key", `Unknown key "${key}" in ${this.name}.`, hint);
    }
  }

  private ask(key: string): Entry | undefined {
    const found = this.entries.filter((entry) => entry.key === key);
    for (const entry of found) entry.asked = true;
    return found[0];
  }

  private entry(item: Pair): Entry {
    const line = this.lineOf(item.key, this.line);
    const key = isScalar(item.key) ? wordsOf(item.key) : "";
    if (isAlias(item.value)) this.problems.add(line, "not-understood", `"${key}": aliases are not allowed here.`);
    return { key, line, value: item.value, asked: false };
  }

  private open(value: unknown, line: number, key: string): Section | undefined {
    if (isMap(value)) return new Section(value, line, `"${key}"`, this.lines, this.problems);
    this.problems.add(line, "not-understood", `"${key}" must have keys and values of its own.`);
    return undefined;
  }

  private lineOf(node: unknown, otherwise: number): number {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    return range === undefined || range === null ? otherwise : this.lines.linePos(range[0]).line;
  }

  private refuseRepeated(): void {
    this.entries.forEach((entry, i) => {
      const first = this.entries.findIndex((other) => other.key === entry.key);
      if (first === i) return;
      const message = `"${entry.key}" stands twice in ${this.name}, first on line ${this.entries[first]?.line ?? 0}.`;
      this.problems.add(entry.line, "repeated-key", message);
    });
  }
}

/** The file as its outermost mapping. Throws when it is not YAML. */
export function openYaml(text: string, problems: Problems): Section {
  const lines = new LineCounter();
  // failsafe: every scalar stays the text it is; no number, date or address is guessed.
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines, uniqueKeys: false });
  for (const error of document.errors) {
    problems.add(error.linePos?.[0].line, "not-yaml", error.message.split(" at line ")[0] ?? error.message);
  }
  if (document.errors.length === 0 && !isMap(document.contents)) {
    problems.add(1, "not-yaml", "The file must consist of keys and values, as in `fee: 1,000 USDC`.");
  }
  problems.throwAny();
  return new Section(document.contents as unknown as YAMLMap, 1, "the agreement", lines, problems);
}

function wordsOf(scalar: { value: unknown }): string {
  return typeof scalar.value === "string" ? scalar.value.trim().replace(/\s+/g, " ") : "";
}

/** The candidate that differs least from `text`, if it is near enough to be a slip. */
function nearest(text: string, candidates: readonly string[]): string | undefined {
  const best = candidates
    .map((candidate) => ({ candidate, distance: distance(text.toLowerCase(), candidate) }))
    .toSorted((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, text.length / 3) ? best.candidate : undefined;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const next = [i];
    for (let j = 1; j <= b.length; ++j) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
