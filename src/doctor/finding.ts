import type { Problem } from "../errors.ts";

/** `problem`: reports fail, or cannot be believed. `warning`: they soon may. */
export type Level = "problem" | "warning" | "ok";

/** What was looked at. */
export type Check =
  "chain" | "clock" | "agreement" | "key" | "gas" | "evidence" | "source" | "interval" | "holes" | "retention";

/** What a check came to, and what to do about it. */
export interface Finding {
  readonly level: Level;
  readonly check: Check;
  /** What it is about: a measure, an agreement, a file, a node; empty: the whole. */
  readonly about: string;
  readonly message: string;
  /** What to do; there is one unless the level is `ok`. */
  readonly hint?: string;
}

const LEVELS: readonly Level[] = ["problem", "warning", "ok"];

export const ok = (check: Check, about: string, message: string): Finding => ({ level: "ok", check, about, message });

export const bad = (
  level: "problem" | "warning",
  check: Check,
  about: string,
  message: string,
  hint: string,
): Finding => ({ level, check, about, message, hint });

/** An error as a finding: its hint is what to do. */
export const fromProblem = (check: Check, about: string, { message, hint, file }: Problem): Finding =>
  bad(
    "problem",
    check,
    about,
    file === undefined || file === about ? message : `${file}: ${message}`,
    hint ?? "See the message.",
  );

/** Bad news first; what is said of several things in the same words is said once, of all of them. */
export function inOrder(findings: readonly Finding[]): (Finding & { readonly of: readonly string[] })[] {
  const same = ({ level, check, message, hint }: Finding) => [level, check, message, hint ?? ""].join("\n");
  const groups = [...Map.groupBy(findings, same).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, of: [...new Set(group.map(({ about }) => about))] }];
  });
  return LEVELS.flatMap((level) => groups.filter((finding) => finding.level === level));
}
