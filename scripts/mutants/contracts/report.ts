/** The outcome as text. */
import { type Equivalent } from "./equivalents.ts";
import { flat, type Mutant } from "./mutant.ts";
import type { Result, Verdict } from "./results.ts";

export type Outcome = readonly [mutant: Mutant, result: Result];

const COLUMNS: readonly Verdict[] = ["killed", "hung", "survived", "equal bytecode", "not compiled"];

/** Per file and in all: made, each verdict, and the share of the killed among those that do change the code. */
export function table(outcomes: readonly Outcome[], equivalents: ReadonlyMap<string, Equivalent>): string {
  const files = [...new Set(outcomes.map(([{ file }]) => file))].sort();
  const rows = [...files, "all"].map((file) => {
    const own = outcomes.filter(([mutant]) => file === "all" || mutant.file === file);
    const counts = COLUMNS.map((verdict) => own.filter(([, result]) => result.verdict === verdict).length);
    const accepted = own.filter(([{ id }, { verdict }]) => verdict === "survived" && equivalents.has(id)).length;
    const [killed = 0, hung = 0, survived = 0] = counts;
    const share = killed + hung + survived === 0 ? "" : percent(killed + hung, killed + hung + survived);
    const effective =
      killed + hung + survived - accepted === 0 ? "" : percent(killed + hung, killed + hung + survived - accepted);
    return [file, own.length, ...counts, accepted, share, effective].map(String);
  });
  const head = ["file", "made", ...COLUMNS, "equivalent", "killed %", "less equivalent"];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return [head, ...rows].map(line).join("\n");
}

const percent = (part: number, whole: number): string => ((100 * part) / whole).toFixed(1);

export function describe({ id, file, line, where, operator, excerpt, replacement }: Mutant): string {
  return `${id}  ${file}:${line}  ${where}  ${operator}\n          ${excerpt}\n          -> ${flat(replacement)}`;
}
