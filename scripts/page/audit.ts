import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** One thing that a rule of WCAG 2.2 A or AA finds wrong. */
export interface Violation {
  readonly id: string;
  readonly help: string;
  /** Where, as selectors. */
  readonly nodes: readonly string[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Runs axe on what a page shows now, every fold opened. It is put in by the browser, so the page's policy stays as it is. */
export async function audit(page: Page): Promise<Violation[]> {
  await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
  await page.evaluate(AXE);
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then(({ violations }) => violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target, any }) => target.join(" ") + ": " + any.map(({ message }) => message).join("; ")) })))`,
  );
  return found as Violation[];
}
