/** `npm run bench:page`: what the page weighs and how fast it opens, on a local chain, in a real browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { Output } from "../../src/cli/output.ts";
import { terminal } from "../../src/cli/terminal.ts";
import { setStage } from "../../src/demo/setting.ts";
import { UpheldError } from "../../src/errors.ts";
import { startNode } from "../demo/node.ts";
import { Progress } from "../demo/progress.ts";
import { jobs } from "../jobs.ts";
import { audit } from "./audit.ts";
import { buildPage, scriptSize } from "./build.ts";
import { chromiumPath, LAUNCH } from "./chromium.ts";
import { compileContracts } from "./compile.ts";
import { serve } from "./serve.ts";
import { playWorld } from "./world.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BEGIN = "2024-12-01T00:00:00Z";
/** Openings of which the middle one counts. */
const OPENINGS = 7;

/** What is measured, and the most it may be. */
const BUDGET = { gzipKB: 170, firstViewMs: 1_500, axeViolations: 0, consoleErrors: 0, thirdPartyRequests: 0 };
type Figures = typeof BUDGET;

const isJson = process.argv.includes("--json");
const stop = new AbortController();
process.once("SIGINT", () => {
  stop.abort();
});
const output = new Output(terminal(stop.signal), isJson);
process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const progress = new Progress(process.stderr.isTTY && !isJson);
  const folder = mkdtempSync(join(tmpdir(), "upheld-page-"));
  try {
    const figures = await measure(folder, progress);
    progress.clear();
    const broken = Object.entries(BUDGET).filter(([name, most]) => figures[name as keyof Figures] > most);
    if (isJson) output.io.out(`${JSON.stringify(figures)}\n`);
    else {
      const line = ([name, most]: [string, number]) =>
        `${name.padEnd(20)} ${figures[name as keyof Figures]}  (at most ${most})`;
      output.io.out(`${Object.entries(BUDGET).map(line).join("\n")}\n`);
    }
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    progress.clear();
    return output.failure(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, progress: Progress): Promise<Figures> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    throw new UpheldError({
      code: "chromium.missing",
      message: "There is no Chromium on this machine.",
      hint: "apt-get install --no-install-recommends chromium",
    });
  }
  progress.show("compiling the contracts, a minute or two the first time");
  await compileContracts();
  progress.show("building the page");
  const built = join(folder, "page");
  await buildPage(built);
  progress.show("playing the demo's year");
  const node = await startNode(0, BEGIN);
  const stage = await setStage({
    jobs,
    services: { deployFolder: folder },
    rpc: node.url,
    keys: {},
    signal: stop.signal,
    example: join(ROOT, "examples", "github-actions-2025"),
    folder,
    onProgress: (what) => {
      progress.show(what);
    },
  });
  const world = await playWorld(stage);
  const host = await serve(built);
  const browser = await chromium.launch({ executablePath, args: [...LAUNCH] });
  try {
    const query = new URLSearchParams({
      rpc: node.url,
      factory: stage.agreement.factory.address,
      record: world.record,
    });
    const link = (path: string) => `${host.url}/#/${path}?${query.toString()}`;
    const links = [
      `agreement/${world.running}`,
      `agreement/${world.draft}`,
      `provider/${stage.addresses.provider}`,
    ].map(link);
    const own = new Set([new URL(host.url).host, new URL(node.url).host]);
    progress.show("opening it");
    const seen = await lookAround(browser, links, own);
    const firstViewMs = await firstView(browser, links[0] ?? "");
    return { gzipKB: Math.round(scriptSize(built) / 100) / 10, firstViewMs, ...seen };
  } finally {
    await browser.close();
    await host.close();
    await node.close();
  }
}

/** From the moment the link is opened, nothing kept from before, to the agreement on the screen; the middle of several. */
async function firstView(browser: Browser, link: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < OPENINGS; ++i) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link, { waitUntil: "commit" });
    await page.waitForSelector("[data-ready]");
    times.push(Number(await page.evaluate("performance.now()")));
    await context.close();
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(OPENINGS / 2)] ?? 0);
}

/** Everything a browser and axe complain of, and every host that is asked, on each kind of page, light and dark. */
async function lookAround(browser: Browser, links: readonly string[], own: ReadonlySet<string>) {
  let [axeViolations, consoleErrors, thirdPartyRequests] = [0, 0, 0];
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ colorScheme });
    for (const link of links) {
      const page = await context.newPage();
      page.on("console", (message) => (consoleErrors += message.type() === "error" ? 1 : 0));
      page.on("pageerror", () => ++consoleErrors);
      page.on("request", (request) => {
        if (/^(https?|wss?):/.test(request.url()) && !own.has(new URL(request.url()).host)) ++thirdPartyRequests;
      });
      await page.goto(link);
      await page.waitForSelector("[data-ready]");
      axeViolations += (await audit(page)).length;
      await page.close();
    }
    await context.close();
  }
  return { axeViolations, consoleErrors, thirdPartyRequests };
}
