/** The Markdown of this repository, read the way its readers do. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = new URL("../../", import.meta.url);

export interface Page {
  /** Relative to the root: `docs/operations/accept.md`. */
  readonly path: string;
  readonly text: string;
}

/** The pages at the top and every one under docs/. */
export function allPages(): Page[] {
  const docs = readdirSync(fileURLToPath(new URL("docs", ROOT)), { recursive: true, encoding: "utf8" });
  const paths = [
    "README.md",
    "SECURITY.md",
    ...docs.filter((path) => path.endsWith(".md")).map((path) => `docs/${path}`),
  ];
  return paths.map((path) => ({ path, text: readFileSync(new URL(path, ROOT), "utf8") }));
}

/** The text under `## heading`, up to the next one of that rank. */
export function section({ text }: Page, heading: string): string {
  const [, after = ""] = text.split(`\n## ${heading}\n`);
  return after.split("\n## ")[0] ?? "";
}

/** Names in the first column of the tables of `text`: `` `Claimed(to, amount)` `` is Claimed. */
export function rowNames(text: string): string[] {
  const cells = [...text.matchAll(/^\| ([^|]*) \|/gm)].map((row) => row[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map((name) => name[1] ?? ""));
}

/** Function signatures after `**Call**`, without parameters' names. */
export function calls(page: Page): string[] {
  const line = /^- \*\*Call\*\* (.*)$/m.exec(page.text)?.[1] ?? "";
  return [...line.matchAll(/`([^`]+)`/g)].map((call) => call[1] ?? "");
}

/** Targets of links to other files, with their fragments. */
export function relativeLinks({ text }: Page): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((link) => link[1] ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The fragments that a page's headings make. */
export function fragments(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((heading) => heading[1] ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Commands of `upheld`: indented or in a fence of `sh`, and between backticks; a trailing `\` joins lines. */
export function commandLines({ text }: Page): string[] {
  const fenced = text.replaceAll(/^```sh\n([^]*?)^```/gm, (_, code: string) => code.replaceAll(/^/gm, "    "));
  const joined = fenced.replaceAll(/\\\n\s*/g, " ");
  const blocks = [...joined.matchAll(/^ {4}(?:npx )?(upheld .*)$/gm)].map((line) => line[1] ?? "");
  const spans = [...joined.matchAll(/`(?:npx )?(upheld [^`\n]*)`/g)].map((span) => span[1] ?? "");
  return [...blocks, ...spans].map((line) => line.replace(/\s+#.*$/, "").trim());
}

/** Files named between backticks: `test/escrow/claim.test.ts`. What lies under `deploy/` is made by deploying. */
export function namedFiles({ text }: Page): string[] {
  const spans = [...text.matchAll(/`((?:test|src|scripts|contracts|proofs|bench|examples|docs)\/[^`\s]*\.\w+)`/g)];
  return spans.map((span) => span[1] ?? "");
}

/** npm's scripts that a page names. */
export function npmScripts({ text }: Page): string[] {
  return [...text.replaceAll(/\s+/g, " ").matchAll(/\bnpm run ([\w:-]+)/g)].map((script) => script[1] ?? "");
}
