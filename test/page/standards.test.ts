import { expect } from "chai";
import type { BrowserContextOptions, Page } from "playwright-core";
import { scriptSize } from "../../scripts/page/build.ts";
import { audit } from "../../scripts/page/audit.ts";
import { requireBrowser } from "./browser.ts";
import { chooseWallet, Scene } from "./scene.ts";

/** In kB of JavaScript, gzipped. */
const LARGEST = 170;

const LOOKS: readonly [name: string, context: BrowserContextOptions][] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["a phone", { viewport: { width: 360, height: 740 } }],
];

describe("the page for everyone", function () {
  this.timeout(300_000);
  let scene: Scene;
  let draft: string;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    const { world, agreement } = scene;
    draft = agreement;
    await world.ok("fund", agreement, "12,000", "--transfer");
    await world.ok("accept", agreement, "--as", "client");
    await scene.remember();
    await world.ok("accept", agreement, "--as", "provider");
    await world.at("2030-02-01T09:00:00Z");
    const outages = world.write("seen.csv", "start,end\n2030-01-09T10:00:00Z,2030-01-09T12:00:00Z\n");
    await world.ok("report", agreement, "--outages", outages, "--evidence", scene.evidence);
    const more = world.write("more.csv", "start,end\n2030-01-09T10:00:00Z,2030-01-09T20:00:00Z\n");
    await world.ok("record", "advice", agreement, "--text", "Buy a second line", "--evidence", scene.evidence);
    await world.ok("dispute", agreement, "--as", "client", "--outages", more, "--evidence", scene.evidence);
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  async function showReady(hash: string, context: BrowserContextOptions = {}): Promise<Page> {
    const page = await scene.browser.show(hash, { context, wallet: scene.wallet("client") });
    await page.waitForSelector("[data-ready], form");
    return page;
  }

  const places = (): [name: string, hash: string][] => [
    ["a running agreement in dispute, with advice", scene.hash(undefined, { record: scene.world.record })],
    ["a portfolio", scene.hash(`provider/${scene.world.people.provider}`)],
    ["the form to open one", "#/"],
    ["a false agreement", scene.hash(`agreement/${scene.world.people.stranger}`)],
  ];

  for (const [look, context] of LOOKS) {
    it(`has nothing for axe to find, in ${look}`, async () => {
      for (const [name, hash] of places()) {
        const page = await showReady(hash, context);
        expect(await audit(page), name).to.deep.equal([]);
        expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name).to.equal(true);
        await page.context().close();
      }
    });
  }

  it("has nothing for axe to find before signing, nor in the window in which one signs", async () => {
    await scene.again();
    const page = await showReady(scene.hash(`agreement/${draft}`));
    await page.getByRole("button", { name: "Accept as the provider …" }).click();
    await chooseWallet(page);
    await page.waitForSelector('dialog [data-code="wallet.wrong-account"]');
    expect(await audit(page)).to.deep.equal([]);
  });

  it("can be used by the keyboard alone", async () => {
    const page = await showReady(scene.hash());
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).to.equal("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).to.equal("content");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.querySelector('.genuine').open")).to.equal(true);
    for (let i = 0; i < 60; ++i) {
      const isAccept = await page.evaluate("document.activeElement.textContent.startsWith('Accept as the provider')");
      if (isAccept === true) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("works from a folder, without any host", async () => {
    const page = await scene.browser.show(scene.hash(), { at: `file://${scene.browser.folder}/index.html` });
    await page.waitForSelector("[data-ready]");
    expect(await page.textContent("main")).to.contain("genuine: every check passed");
  });

  it(`is at most ${LARGEST} kB of JavaScript, gzipped`, () => {
    expect(scriptSize(scene.browser.folder) / 1000).to.be.at.most(LARGEST);
  });

  it("says of itself what its host says of it, but for frames", async () => {
    const answer = await fetch(scene.browser.host.url);
    const [, own] = /Content-Security-Policy"\s+content="([^"]+)"/.exec(await answer.text()) ?? [];
    expect(`${own}; frame-ancestors 'none'`).to.equal(answer.headers.get("content-security-policy"));
    expect(own).to.contain("worker-src 'self';");
  });

  it("runs no script and no style but its own", async () => {
    const page = await showReady(scene.hash());
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "window.wasRun = true";
      document.head.append(script);
      const image = document.createElement("img");
      image.src = "http://198.51.100.7/pixel.png";
      document.body.append(image);
    })()`);
    await page.waitForTimeout(200);
    expect(await page.evaluate("window.wasRun === undefined")).to.equal(true);
    const refused = scene.browser.complaints.splice(0);
    expect(refused.filter((text) => /Content Security Policy/i.test(text)).length).to.be.at.least(2);
    scene.browser.asked.delete("198.51.100.7");
  });

  it("complained of nothing, and asked nobody but its host and the node it was told to read", () => {
    expect(scene.browser.complaints).to.deep.equal([]);
    const own = [scene.browser.host.url, scene.world.node.url].map((url) => new URL(url).host);
    expect([...scene.browser.asked].filter((host) => host !== "" && !own.includes(host))).to.deep.equal([]);
  });
});
