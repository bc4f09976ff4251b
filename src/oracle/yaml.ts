import { readFileSync } from "node:fs";
import { isCollection, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import type { Problem } from "../errors.ts";
import { UpheldError, UpheldErrors } from "../errors.ts";

/** What a file holds by its schema, and the line of each value: `lineOf(["agreements", 0, "agreement"])`. */
export interface Parsed<T> {
  readonly value: T;
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

/** The text of a config; `page` says what it holds. */
export function readConfigText(file: string, page: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UpheldError(
      {
        code: "usage.config",
        message: `The config "${file}" cannot be read.`,
        hint: `${page} says what it holds.`,
      },
      { cause },
    );
  }
}

/** Reads YAML by a schema whose scalars are texts; throws all problems with their lines. `code` begins their codes. */
export function parseYaml<T>(text: string, file: string, code: string, schema: z.ZodType<T>): Parsed<T> {
  const lines = new LineCounter();
  // failsafe: every scalar stays the text it is; no number, date or address is guessed
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines });
  const lineOf = (path: readonly PropertyKey[]) => lineAt(document, lines, path);
  if (document.errors.length > 0) {
    throw new UpheldErrors(
      document.errors.map((error): Problem => {
        const message = error.message.split(" at line ")[0] ?? error.message;
        return { code: `${code}.not-yaml`, message, file, ...lineIf(error.linePos?.[0].line) };
      }),
    );
  }
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { value: parsed.data, lineOf };
  throw new UpheldErrors(parsed.error.issues.flatMap((issue) => problemsOf(issue, file, code, lineOf)));
}

function problemsOf(
  issue: z.core.$ZodIssue,
  file: string,
  code: string,
  lineOf: (path: readonly PropertyKey[]) => number | undefined,
): Problem[] {
  const where = placeOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: `${code}.unknown-key`,
      message: `Unknown key "${key}"${where === "" ? "" : ` in ${where}`}.`,
      file,
      ...lineIf(lineOf([...issue.path, key])),
    }));
  }
  const isMissing = issue.code === "invalid_type" && /undefined$/.test(issue.message);
  return [
    {
      code: `${code}.${isMissing ? "missing-key" : "not-understood"}`,
      message: isMissing ? `${where} is missing.` : `${where}: ${issue.message}.`,
      file,
      ...lineIf(lineOf(issue.path)),
    },
  ];
}

/** `agreements 2, measures, uptime`: list items are counted from 1. */
function placeOf(path: readonly PropertyKey[]): string {
  let place = "";
  for (const part of path) {
    if (typeof part === "number") place += ` ${part + 1}`;
    else place += `${place === "" ? "" : ", "}${String(part)}`;
  }
  return place;
}

/** The line of the key or item at `path`, or of what would hold it. */
function lineAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length >= 0; --length) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return undefined;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const holder = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  if (isCollection(holder)) {
    const key = path.at(-1);
    // A mapping's value may begin lines below its key: the key is where people look.
    for (const item of holder.items) {
      const named = (item as { key?: { value?: unknown; range?: [number, number, number] } }).key;
      if (named?.value === key && named?.range !== undefined) return named.range[0];
    }
  }
  const node = document.getIn(path, true) as { range?: [number, number, number] | null } | undefined;
  return node?.range?.[0];
}

const lineIf = (line: number | undefined) => (line === undefined ? {} : { line });
