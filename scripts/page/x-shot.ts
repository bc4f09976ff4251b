import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
const log = readFileSync("/tmp/w/page-size/page.log", "utf8");
const links = [...log.matchAll(/http:\/\/\S+#\S+/g)].map((m) => m[0]);
const b = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
for (const [n, scheme, vp] of [
  ["light", "light", [1100, 900]],
  ["dark", "dark", [1100, 900]],
  ["phone", "light", [390, 844]],
] as const) {
  const c = await b.newContext({ colorScheme: scheme, viewport: { width: vp[0], height: vp[1] } });
  for (const [i, l] of links.entries()) {
    const p = await c.newPage();
    p.on("console", (m) => console.log(n, i, m.type(), m.text().slice(0, 300)));
    p.on("pageerror", (e) => console.log(n, i, "PAGEERROR", e.message.slice(0, 500)));
    const t = performance.now();
    await p.goto(l);
    try {
      await p.waitForSelector("[data-ready]", { timeout: 8000 });
    } catch {
      console.log(n, i, "NOT READY", (await p.textContent("body"))?.slice(0, 500));
    }
    console.log(n, i, Math.round(performance.now() - t), "ms");
    if (process.argv[2] === "open") await p.evaluate("document.querySelectorAll('details').forEach(d=>d.open=true)");
    await p.screenshot({ path: `/tmp/w/page-size/${n}-${i}.png`, fullPage: true });
    if (n === "phone") console.log("overflow", await p.evaluate("document.documentElement.scrollWidth"));
    await p.close();
  }
  await c.close();
}
await b.close();
