/** One change of one contract. */
import { createHash } from "node:crypto";

export interface Mutant {
  /** Names the change by what it changes, not by where that stands: it outlives edits elsewhere. */
  readonly id: string;
  readonly file: string;
  /** Contract and function. */
  readonly where: string;
  readonly operator: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly original: string;
  /** Where it stands. */
  readonly excerpt: string;
  readonly replacement: string;
  /** How the change is switched on at run time; empty when that cannot be said, and it needs a build of its own. */
  readonly switches: readonly Switch[];
}

/** `text` takes the place of what lies in a range when the mutant is on. */
export interface Switch {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly kind: "expression" | "statement" | "yul expression" | "yul statement";
  readonly text: string;
}

export type Draft = Omit<Mutant, "id">;

/** Give ids; of drafts that make the same text, only the first is kept. */
export function identify(drafts: readonly Draft[]): Mutant[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  const mutants: Mutant[] = [];
  for (const draft of drafts) {
    const effect = [draft.file, draft.start, draft.end, flat(draft.replacement)].join("|");
    if (seen.has(effect)) continue;
    seen.add(effect);
    const name = [draft.file, draft.where, draft.operator, flat(draft.original), flat(draft.replacement)].join("|");
    const nth = counts.get(name) ?? 0;
    counts.set(name, nth + 1);
    mutants.push({ id: digest(`${name}|${nth}`), ...draft });
  }
  return mutants;
}

/** Eight hex digits. The first is not 0: an id is also a block's coinbase, which must be no precompile. */
function digest(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return hash.startsWith("0") ? `f${hash.slice(1)}` : hash;
}

export const flat = (text: string): string => text.replace(/\s+/g, " ");

/** The source with this one mutant, as a person would write it. */
export function apply(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}
