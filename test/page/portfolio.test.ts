import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { decodeTerms, encodeTerms } from "../../src/terms/codec.ts";
import { keccakHex } from "../../src/terms/address.ts";
import { SLAFactory__factory, SLAEscrow__factory } from "../../typechain-types/index.ts";
import { requireBrowser } from "./browser.ts";
import { Scene, sign } from "./scene.ts";

/** As many agreements as the page must stay smooth with. */
const MANY = 1_000;
const FRAMES = 90;
/** In ms of work: then a frame is ready in time for the next of sixty a second. */
const MOST_PER_FRAME = 16;
/** Of the agreements, for how many clients. */
const CLIENTS = 250;

describe("the provider's portfolio in the page", function () {
  this.timeout(400_000);
  let scene: Scene;
  const addresses: string[] = [];

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    addresses.push(scene.agreement, ...(await createMany(scene)));
    for (const [i, address] of addresses.slice(0, 3).entries()) await activate(scene, address, i < 2 ? 12 : 1);
    await scene.world.at("2030-02-01T09:00:00Z");
    const outages = scene.world.write("none.csv", "start,end\n");
    for (const address of addresses.slice(0, 2)) {
      await scene.world.ok("report", address, "--outages", outages, "--evidence", scene.evidence);
    }
    await scene.world.at("2030-02-14T00:00:00Z");
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  const portfolio = async (): Promise<Page> => {
    const { people } = scene.world;
    const page = await scene.browser.show(scene.hash(`provider/${people.provider}`), {
      wallet: scene.wallet("provider"),
    });
    await page.waitForSelector('[data-ready="portfolio"]', { timeout: 60_000 });
    return page;
  };

  it(`reads ${MANY + 1} agreements, opens on what needs a person, and groups them by client`, async () => {
    const page = await portfolio();
    const text = (await page.textContent("main")) ?? "";
    expect(text).to.contain(`${(MANY + 1).toLocaleString("en-US")} agreements`);
    expect(text).to.contain("All agreements");
    expect(await page.textContent("[data-claimable]")).to.equal("2,500.00 USDC");
    // the third was not reported, so half of it is earned; and its next month is not paid for
    expect(await page.textContent("[data-need] >> nth=0")).to.contain("fees are not covered: you may leave at once");
    expect(await page.getAttribute("[data-need] >> nth=0", "data-need")).to.equal(addresses[2]);
    await page.getByLabel("Filter").fill(addresses[2] ?? "");
    expect(await page.locator("[data-agreement]").count()).to.equal(1);
  });

  it("keeps only what can be seen in the document, and scrolls smoothly", async () => {
    const page = await portfolio();
    expect(await page.locator("[data-agreement]").count()).to.be.within(10, 60);
    const before = await workOf(page);
    await page.evaluate(`new Promise((resolve) => {
      const box = document.querySelector(".virtual");
      let n = 0;
      const step = () => {
        box.scrollTop += 400;
        if (++n < ${FRAMES}) requestAnimationFrame(step);
        else resolve();
      };
      requestAnimationFrame(step);
    })`);
    expect(((await workOf(page)) - before) / FRAMES).to.be.below(MOST_PER_FRAME);
    await page.evaluate("document.querySelector('.virtual').scrollTop = 1e9");
    const last = page.locator(".virtual li").last();
    const count = await last.getAttribute("aria-setsize");
    // it is drawn with the next frame
    await page.locator(`.virtual li[aria-posinset="${count}"]`).waitFor();
    expect(await last.getAttribute("aria-posinset")).to.equal(count);
  });

  it("saves all of it as CSV", async () => {
    const page = await portfolio();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    const lines = readFileSync(await download.path(), "utf8")
      .trimEnd()
      .split("\r\n");
    expect(lines).to.have.length(MANY + 2);
    expect(lines[0]).to.match(/^agreement,client,phase,state,token,fee,balance,earned,/);
    expect(lines.find((line) => line.startsWith(addresses[0] ?? "?"))).to.contain(
      ",active,running,USDC,1000.00,11000.00,1000.00,",
    );
  });

  it("claims from all that have something to pay, each by its own transaction", async () => {
    const page = await portfolio();
    await page.getByRole("button", { name: "Claim from 3 agreements …" }).click();
    await sign(page);
    await page.waitForFunction("document.querySelector('[data-claimable]').textContent === '0'");
    expect(await scene.world.balance("provider")).to.equal(3_500_000_000n);
  });

  it("shows each agreement's last periods, read for those in sight alone", async () => {
    const page = await portfolio();
    const asked: string[][] = [];
    page.on("request", (request) => {
      const body = request.postDataJSON() as unknown;
      for (const { method, params } of [body].flat() as { method?: string; params?: { address?: unknown }[] }[]) {
        const address = params?.[0]?.address;
        if (method === "eth_getLogs" && Array.isArray(address)) asked.push(address as string[]);
      }
    });
    const stripOf = async (i: number) => {
      await page.getByLabel("Filter").fill(addresses[i] ?? "");
      const row = page.locator(`[data-agreement="${addresses[i]}"]`);
      await row.locator("[data-strip]").waitFor();
      return row.locator("[data-strip]").getAttribute("data-strip");
    };
    expect([await stripOf(0), await stripOf(1), await stripOf(2)]).to.deep.equal(["good", "good", "silent"]);
    expect(Math.max(0, ...asked.map(({ length }) => length))).to.be.within(0, 60);

    const { world, evidence } = scene;
    await world.at("2030-03-01T09:00:00Z");
    const bad = world.write("bad.csv", "start,end\n2030-02-09T10:00:00Z,2030-02-09T12:00:00Z\n");
    const worse = world.write("worse.csv", "start,end\n2030-02-09T10:00:00Z,2030-02-09T22:00:00Z\n");
    for (const address of addresses.slice(0, 2))
      await world.ok("report", address, "--outages", bad, "--evidence", evidence);
    await world.ok("dispute", addresses[0] ?? "", "--as", "client", "--outages", worse, "--evidence", evidence);
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await page.getByLabel("Filter").fill(addresses[0] ?? "");
    await page.waitForSelector('[data-strip="good disputed"]');
    expect(await page.locator("[data-strip]").getAttribute("aria-label")).to.equal(
      "Last 2 periods: 1 good, 1 disputed",
    );
    await page.getByLabel("Filter").fill(addresses[1] ?? "");
    await page.waitForSelector('[data-strip="good credited"]');
    // neither its second month nor its first was reported
    expect(await stripOf(2)).to.equal("silent");
  });
});

/** What the page's thread has worked so far, in ms: its own time, whatever else the machine does meanwhile. */
async function workOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  const duration = metrics.find(({ name }) => name === "TaskDuration");
  if (duration === undefined) throw new Error("the browser does not say how long its tasks take");
  return duration.value * 1000;
}

/** Agreements of the same terms for other clients, created by one account in a few blocks. */
async function createMany(scene: Scene): Promise<string[]> {
  const { provider, factory: at, people } = scene.world;
  const code = await provider.getCode(scene.agreement);
  const terms = decodeTerms(`0x${code.slice(2 + 2 * 45)}`);
  const signer = await provider.getSigner(people.provider);
  const factory = SLAFactory__factory.connect(at, signer);
  await provider.send("evm_setAutomine", [false]);
  const packed = Array.from({ length: MANY }, (_, i) => {
    const client = i < 2 ? people.client : `0x${(0x100000 + (i % CLIENTS)).toString(16).padStart(40, "c")}`;
    return encodeTerms({ ...terms, client, document: keccakHex(`0x${i.toString(16).padStart(8, "0")}`) });
  });
  let nonce = await signer.getNonce();
  for (const [i, one] of packed.entries()) {
    await factory.create(one, { nonce: nonce++, gasLimit: 400_000n });
    if (i % 60 === 59) await provider.send("evm_mine", []);
  }
  await provider.send("evm_mine", []);
  await provider.send("evm_setAutomine", [true]);
  return Promise.all(packed.map((one) => factory.addressOf(one)));
}

/** Signed by both, with so many fees paid in. */
async function activate({ world }: Scene, address: string, fees: number): Promise<void> {
  const { provider, token, people } = world;
  const [client, seller] = [await provider.getSigner(people.client), await provider.getSigner(people.provider)];
  await (await token.connect(client).transfer(address, BigInt(fees) * 1_000_000_000n)).wait();
  const escrow = SLAEscrow__factory.connect(address, client);
  const hash = await escrow.termsHash();
  await (await escrow.accept(hash)).wait();
  await (await escrow.connect(seller).accept(hash)).wait();
}
