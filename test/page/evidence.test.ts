import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildEvidence, type EvidenceInput } from "../../src/evidence/build.ts";
import { evidencePath, packEvidence } from "../../src/evidence/files.ts";
import type { Policy } from "../../src/measure/policy.ts";
import type { Series } from "../../src/measure/series.ts";
import { Mode, Unit } from "../../src/terms/types.ts";
import { SLAEscrow__factory } from "../../typechain-types/index.ts";
import { requireBrowser } from "./browser.ts";
import { Scene } from "./scene.ts";

const START = Date.parse("2030-01-01T00:00:00Z") / 1000;
const END = Date.parse("2030-02-01T00:00:00Z") / 1000;
const PERIOD = { index: 0, start: BigInt(START), end: BigInt(END) };
const SALT = `0x${"5a".repeat(32)}`;

/** Response times in ms; two of three places must be slow. */
const POLICY: Policy = {
  good: { atMost: 500 },
  scale: 1,
  slot: 600,
  places: { bad: 2, of: 3 },
  minimum: 0,
  counts: "whole",
  unknown: "down",
  coverage: 900_000_000,
};

/** A month of one place, asked every so many seconds: slow for some hours of the 9th, and hardly twice the same. */
function timed(vantage: string, every: number, slowHours: number): Series {
  const slow = START + 8 * 86_400 + 36_000;
  const times = Array.from({ length: (END - START) / every }, (_, i) => START + i * every);
  const values = times.map((time, i) =>
    time >= slow && time < slow + slowHours * 3600 ? 900 : 200 + ((i * i + vantage.length) % 10),
  );
  return { vantage, times, values };
}

/** Evidence files in the page: whoever checks them, the verdict is the same, and the page goes on. */
describe("evidence files in the page", function () {
  this.timeout(400_000);
  let scene: Scene;
  let sound: string;
  let large: string;
  let changed: string;
  let own: string;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    const { world, agreement } = scene;
    await world.ok("fund", agreement, "12,000", "--transfer");
    await world.ok("accept", agreement, "--as", "client");
    await world.ok("accept", agreement, "--as", "provider");
    await world.at("2030-02-01T09:00:00Z");
    const { evidence, measurements } = buildEvidence(january("oracle", 600, 2), SALT);
    const oracle = await world.provider.getSigner(world.people.oracle);
    const escrow = SLAEscrow__factory.connect(agreement, oracle);
    await (await escrow.report(0, 0, measurements, evidence.root)).wait();

    sound = fileOf("oracle");
    mkdirSync(dirname(sound), { recursive: true });
    writeFileSync(sound, packEvidence(evidence));
    const text = gunzipSync(readFileSync(sound)).toString();
    changed = join(world.folder, "changed.json.gz");
    writeFileSync(changed, gzipSync(text.replace(",900]", ",901]")));
    const written = (name: string, input: EvidenceInput) => {
      const path = join(world.folder, name);
      writeFileSync(path, packEvidence(buildEvidence(input, SALT).evidence));
      return path;
    };
    own = written("own.json.gz", january("client", 600, 9));
    large = written("large.json.gz", january("oracle", 30, 2));
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  const january = (author: EvidenceInput["author"], every: number, slowHours: number): EvidenceInput => ({
    chainId: 31_337n,
    agreement: scene.agreement,
    period: PERIOD,
    revision: 0,
    author,
    tool: "upheld 0.1.0",
    source: "three blackbox exporters",
    indicators: [
      {
        grade: "samples",
        indicator: { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n },
        policy: POLICY,
        series: ["a", "bb", "ccc"].map((vantage) => timed(vantage, every, slowHours)),
        maintenance: [],
      },
    ],
  });
  const fileOf = (author: EvidenceInput["author"]) =>
    evidencePath(scene.evidence, { chainId: 31_337n, agreement: scene.agreement, period: PERIOD, revision: 0, author });

  const VERDICT = ".evidence .notice";
  const choose = (page: Page, file: string) =>
    page.getByLabel("Check the evidence of the report yourself").setInputFiles(file);
  /** What is said of a file. */
  async function said(page: Page, file: string): Promise<string | null> {
    // that it is being recomputed may be over before anybody looks
    await page.evaluate(`document.querySelector("${VERDICT}")?.setAttribute("data-earlier", "")`);
    await choose(page, file);
    await page.waitForSelector(`${VERDICT}:not([data-earlier])`);
    return page.textContent(".evidence");
  }
  /** The page from a host, or from the disk, and how many workers it started since. */
  async function open(at?: string): Promise<{ page: Page; workers: () => number }> {
    const page = await scene.browser.show(scene.hash(), at === undefined ? {} : { at });
    let started = 0;
    page.on("worker", () => ++started);
    await page.waitForSelector("[data-ready]");
    return { page, workers: () => started };
  }

  it("are found the same by a worker and, from a disk, where none starts, by the page itself", async () => {
    const none = scene.world.write("none.json.gz", "no gzip");
    const hosted = await open();
    const verdicts = [];
    for (const file of [sound, changed, none]) verdicts.push(await said(hosted.page, file));
    expect(verdicts[0]).to.contain("It holds. 31 days recomputed to the root and the counts that the chain has.");
    expect(verdicts[0]).to.contain("9 Jan 2030 10:00 to 9 Jan 2030 12:00");
    expect(verdicts[1]).to.contain("It does not hold: day 2030-01-09, leaf 9.");
    expect(verdicts[2]).to.contain("it is not compressed by gzip");
    expect(hosted.workers()).to.equal(3);

    const alone = await open(`file://${scene.browser.folder}/index.html`);
    for (const [i, file] of [sound, changed, none].entries()) {
      expect(await said(alone.page, file)).to.equal(verdicts[i]);
    }
    expect(alone.workers()).to.equal(0);
  });

  it("leave the page to the person while a month of response times is checked", async () => {
    const { page } = await open();
    await page.evaluate(`
      window.gap = 0;
      window.began = window.last = performance.now();
      setInterval(() => {
        const now = performance.now();
        window.gap = Math.max(window.gap, now - window.last);
        window.last = now;
      }, 10);`);
    expect(await said(page, large)).to.contain("the chain says");
    const [gap, took] = await page.evaluate<[number, number]>("[window.gap, performance.now() - window.began]");
    // a page that checks it itself stands still for nearly all of the time
    expect(gap / took, `${Math.round(gap)} ms of ${Math.round(took)}`).to.be.below(0.25);
  });

  it("are no longer checked once another one is chosen, or the person has left", async () => {
    const { page, workers } = await open();
    const isOver = async () => {
      for (const one of page.workers()) await Promise.race([one.waitForEvent("close"), page.waitForTimeout(5_000)]);
      return page.workers().length === 0;
    };
    const [first] = await Promise.all([page.waitForEvent("worker"), choose(page, large)]);
    const closed = first.waitForEvent("close");
    const none = scene.world.write("none.json.gz", "no gzip");
    await choose(page, none);
    await closed;
    await page.waitForSelector('[data-code="evidence.malformed"]');
    expect(await isOver()).to.equal(true);

    await Promise.all([page.waitForEvent("worker"), choose(page, large)]);
    await page.evaluate('location.hash = "#/"');
    await page.waitForSelector("form");
    expect(await isOver()).to.equal(true);
    expect(workers()).to.equal(3);
  });

  describe("when the page's script is another one meanwhile", () => {
    const script = () => join(scene.browser.folder, "page.js");
    const kept = () => join(scene.world.folder, "page.js");
    beforeEach(() => {
      copyFileSync(script(), kept());
    });
    afterEach(() => {
      copyFileSync(kept(), script());
    });

    it("are said not to be checked by a worker that breaks down", async () => {
      const { page } = await open();
      writeFileSync(script(), 'postMessage("running"); onmessage = () => { throw new RangeError("out of memory"); };');
      expect(await said(page, sound)).to.match(/The file could not be checked here: .*out of memory\. .*try again/);
    });

    it("are checked by the page where the host has none any more", async () => {
      const { page } = await open();
      rmSync(script());
      expect(await said(page, sound)).to.contain("It holds.");
    });
  });

  it("of a party are checked likewise before they are stated, and saved as they are", async () => {
    const { page, workers } = await open();
    await page.getByText("You saw it otherwise?").click();
    const field = page.getByLabel("Or your own evidence file");
    await field.setInputFiles(sound);
    await page.waitForSelector('[data-code="evidence.unfit"]');
    expect(await page.textContent(".dispute")).to.contain(`0 0 oracle; wanted is one about`);
    await field.setInputFiles(own);
    await page.waitForSelector('[data-worth="better"]');
    expect(await page.textContent(".dispute")).to.contain("down 9 h");
    expect(workers()).to.equal(2);
    const state = page.getByRole("button", { name: "Save the evidence and state these counts …" });
    const [download] = await Promise.all([page.waitForEvent("download"), state.click()]);
    expect(download.suggestedFilename()).to.equal("2030-01.r0.client.json.gz");
    expect(readFileSync(await download.path()).equals(readFileSync(own))).to.equal(true);
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

    writeFileSync(own, "another file");
    await state.click();
    await page.waitForSelector('.dispute [data-code="unknown"]');
  });

  it("make nothing complain", () => {
    expect(scene.browser.complaints).to.deep.equal([]);
  });
});
