import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The part of npm's solc that is used; it has no types of its own for standard JSON. */
interface Compiler {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } | { error: string } }): string;
}

export interface Located {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface Message {
  readonly severity: "error" | "warning" | "info";
  readonly errorCode?: string;
  readonly message: string;
  readonly formattedMessage?: string;
  readonly sourceLocation?: Located;
}

export interface Output {
  readonly errors?: readonly Message[];
  readonly sources?: Readonly<Record<string, { readonly ast: unknown }>>;
}

export type Sources = Readonly<Record<string, string>>;

/** Run the compiler of the lock file on `sources`; nothing else is read. */
export function compile(sources: Sources, settings: object): Output {
  const solc = createRequire(import.meta.url)("solc") as Compiler;
  const content = Object.fromEntries(Object.entries(sources).map(([path, text]) => [path, { content: text }]));
  const input = JSON.stringify({ language: "Solidity", sources: content, settings });
  const output = JSON.parse(solc.compile(input, { import: (path) => ({ error: `${path} was not given` }) })) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage ?? e.message).join("\n"));
  return output;
}

/** `path` and all that it imports, by the names the compiler gives them. `read` says what stands at a name. */
export function closure(paths: readonly string[], read: (path: string) => string): Record<string, string> {
  const sources: Record<string, string> = {};
  const waiting = [...paths];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path in sources) continue;
    const text = read(path);
    sources[path] = text;
    for (const [, imported = ""] of text.matchAll(/^import\s[^"]*"([^"]+)";/gm)) waiting.push(resolved(path, imported));
  }
  return sources;
}

/** What stands at the name of a source: a file of this project, or of a package. */
export function readSource(path: string): string {
  const file = [path, `node_modules/${path}`].find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`${path} is not there`);
  return readFileSync(file, "utf8");
}

function resolved(from: string, imported: string): string {
  if (!imported.startsWith(".")) return imported;
  return new URL(imported, `file:///${from}`).pathname.slice(1);
}
