import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { buildPage } from "../../scripts/page/build.ts";
import { serve, type Served } from "../../scripts/page/serve.ts";
import { chromiumPath, LAUNCH } from "../../scripts/page/chromium.ts";
import { anvilPath } from "../chain/nodes.ts";
import type { TestWallet } from "./wallet.ts";

/** What the tests of the page cannot do without; undefined: all of it is there. */
export function whatIsMissing(): string | undefined {
  if (anvilPath() === undefined) return "anvil is not installed; it is an optional package for 64-bit Linux";
  return chromiumPath() === undefined ? "Chromium is not installed (apt-get install chromium)" : undefined;
}

/** Skips a suite that cannot run here, and says why. */
export function requireBrowser(this: Mocha.Context): void {
  const missing = whatIsMissing();
  if (missing === undefined) return;
  process.stderr.write(`      SKIPPED: ${missing}\n`);
  this.skip();
}

/** The page as built, on a host of its own, and a real browser to open it in. */
export class PageBrowser {
  readonly folder: string;
  readonly host: Served;
  /** All that a page of this browser complained of, and every host it asked. */
  readonly complaints: string[] = [];
  readonly asked = new Set<string>();
  readonly #browser: Browser;

  private constructor(folder: string, host: Served, browser: Browser) {
    this.folder = folder;
    this.host = host;
    this.#browser = browser;
  }

  /** `beside`: folders that the host serves too. */
  static async open(beside: Readonly<Record<string, string>> = {}): Promise<PageBrowser> {
    const folder = mkdtempSync(join(tmpdir(), "upheld-page-"));
    await buildPage(folder);
    const host = await serve(folder, 0, beside);
    const executablePath = chromiumPath();
    if (executablePath === undefined || !existsSync(executablePath)) throw new Error("there is no Chromium");
    return new PageBrowser(folder, host, await chromium.launch({ executablePath, args: [...LAUNCH] }));
  }

  /** Closes what is open: a page reads its chain again and again. */
  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.host.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Opens `hash` (`#/agreement/0x…?rpc=…`), with a wallet if one is given, and waits until it shows an answer. */
  async show(
    hash: string,
    options: { wallet?: TestWallet; context?: BrowserContextOptions; at?: string } = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1100, height: 900 }, ...options.context });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("request", (request) => this.asked.add(new URL(request.url()).host));
    await options.wallet?.putInto(page);
    await page.goto(`${options.at ?? `${this.host.url}/`}${hash}`);
    return page;
  }
}
