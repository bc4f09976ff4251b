import type { Violation } from "./bounds.ts";
import type { Problems, Section } from "./yaml.ts";

/** Reads values of the terms from a section and remembers on which line each stands, and which could not be read. */
export class Fields {
  readonly problems: Problems;
  private readonly lines = new Map<string, number>();
  private readonly broken = new Set<string>();

  constructor(problems: Problems) {
    this.problems = problems;
  }

  /** The value under `key`; `fallback` stands in for one that is wrong or missing, and is never checked. */
  required<T>(section: Section, key: string, field: string, fallback: T, parse: (text: string) => T): T {
    const line = section.lineAt(key);
    if (line === undefined) {
      this.problems.add(section.line, "missing-key", `"${key}" is missing.`);
      this.broken.add(field);
      return fallback;
    }
    return this.optional(section, key, field, fallback, parse);
  }

  /** The value under `key`, or `otherwise` when the key is not there. */
  optional<T>(section: Section, key: string, field: string, otherwise: T, parse: (text: string) => T): T {
    const line = section.lineAt(key);
    if (line === undefined) return otherwise;
    this.lines.set(field, line);
    const words = section.words(key);
    const value = words === undefined ? undefined : this.problems.read(words, key, parse);
    if (value === undefined) this.broken.add(field);
    return value ?? otherwise;
  }

  at(field: string, line: number | undefined): void {
    if (line !== undefined) this.lines.set(field, line);
  }

  /** `field` could not be read: what a check says about its stand-in means nothing. */
  fail(field: string): void {
    this.broken.add(field);
  }

  isBroken(field: string): boolean {
    return this.broken.has(field);
  }

  /** The line of `objectives.0.tiers.1`, else that of what holds it. */
  lineOf(field: string): number | undefined {
    for (let path = field; path !== ""; path = path.slice(0, Math.max(path.lastIndexOf("."), 0))) {
      const line = this.lines.get(path);
      if (line !== undefined) return line;
    }
    return undefined;
  }

  /** Reports broken limits at their lines, unless a value they are about could not be read. */
  report(violations: readonly Violation[]): void {
    for (const { fields, problem } of violations) {
      if (fields.some((field) => this.broken.has(field))) continue;
      const code = problem.code.replace(/^terms\./, "");
      // A value that the file leaves to its default has no line; then one it clashes with tells where.
      const line = fields.map((field) => this.lineOf(field)).find((found) => found !== undefined);
      this.problems.add(line, code, problem.message, problem.hint);
    }
  }
}
