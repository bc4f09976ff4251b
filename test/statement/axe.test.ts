import { expect } from "chai";
import { chromium, type Browser } from "playwright-core";
import { audit } from "../../scripts/page/audit.ts";
import { chromiumPath, LAUNCH } from "../../scripts/page/chromium.ts";
import { htmlOf } from "../../src/statement/html.ts";
import type { Block, Paper } from "../../src/statement/paper.ts";

const many = (count: number, text: string) => Array.from({ length: count }, (_, i) => `${text} ${i}`);

/** A paper with every kind of block, and a table that is wider than a phone. */
const BLOCKS: readonly Block[] = [
  { kind: "notice", isBad: true, lines: ["January 2030 was bad", "100.00 USDC come back"] },
  { kind: "notice", isBad: false, lines: ["All of it is final"] },
  { kind: "heading", level: 2, text: "The money" },
  {
    kind: "table",
    head: ["what", ...many(9, "column")],
    rows: [["fees", ...many(9, "1,000.00")]],
    figures: [1],
    sums: [0],
  },
  { kind: "heading", level: 3, text: "Uptime" },
  { kind: "text", text: "Down 1 h, 99.865 % up." },
  { kind: "list", items: ["Pay 1,000.00 USDC in"] },
  { kind: "small", text: "This is no tax invoice." },
];

const PAPER: Paper = {
  title: "Statement 0001",
  subtitle: "January 2030, Harbor Dental",
  blocks: BLOCKS,
  footer: "Recomputed from the chain",
};

describe("a statement's HTML for everyone", function () {
  this.timeout(120_000);
  let browser: Browser;

  before(async function () {
    const executablePath = chromiumPath();
    if (executablePath === undefined) {
      process.stderr.write("      SKIPPED: Chromium is not installed (apt-get install chromium)\n");
      this.skip();
    }
    browser = await chromium.launch({ executablePath, args: [...LAUNCH] });
  });
  after(async () => {
    // there is none when the suite was skipped
    await (browser as Browser | undefined)?.close();
  });

  for (const [look, context] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["a phone", { viewport: { width: 360, height: 740 } }],
  ] as const) {
    it(`has nothing for axe to find, in ${look}`, async () => {
      const page = await (await browser.newContext(context)).newPage();
      await page.setContent(htmlOf(PAPER));
      expect(await audit(page)).to.deep.equal([]);
      expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).to.equal(true);
      await page.context().close();
    });
  }
});
