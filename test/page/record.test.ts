import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { ServiceRecord__factory } from "../../typechain-types/index.ts";
import { audit } from "../../scripts/page/audit.ts";
import { create } from "../cli/contracts.ts";
import { agreementText } from "../cli/agreement.ts";
import { requireBrowser } from "./browser.ts";
import type { TestWallet } from "./wallet.ts";
import { chooseWallet, Scene, sign } from "./scene.ts";

/** Up to two hours of maintenance that was announced in time, or of what follows declined advice. */
const MEASURES = `  uptime:
    unit: seconds
    excluded: up to 2 hours, counts as up
    policy:
      bad when: fails
      a sample speaks for: 1 day
      unknown: counts as up
      planned maintenance: announced 5 days ahead
      declined advice: is excluded
objectives:`;

const OUTAGES = [
  "2030-01-09T10:00:00Z,2030-01-09T11:00:00Z", // the client was told
  "2030-01-12T22:00:00Z,2030-01-12T22:30:00Z", // planned
  "2030-01-15T10:00:00Z,2030-01-15T10:15:00Z", // cites declined advice
  "2030-01-20T00:00:00Z,2030-01-20T00:10:00Z", // nobody was told
];
const EXCLUDED = "start,end,cites\n2030-01-15T10:00:00Z,2030-01-15T10:15:00Z,advice 3\n";

/** One story: a month with all that a record may hold, then the client reads it, checks it and answers. */
describe("the record in the page", function () {
  this.timeout(400_000);
  let scene: Scene;
  let file: string;
  let agreement: string;
  let counted: string;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    const { world } = scene;
    const text = agreementText(world.people, await world.token.getAddress());
    file = world.write("recorded.sla.yaml", text.replace(/  uptime:\n[^]*objectives:/, MEASURES));
    agreement = String((await world.ok("deploy", file)).json["agreement"]);
    await world.ok("fund", file, "12,000", "--transfer");
    await world.ok("accept", file, "--as", "client");
    await world.ok("accept", file, "--as", "provider");
    const other = world.write("counted.sla.yaml", text.replace(/salt: .*/, `salt: "${"77".repeat(32)}"`));
    counted = String((await world.ok("deploy", other)).json["agreement"]);
    await world.ok("fund", other, "12,000", "--transfer");
    for (const seat of ["client", "provider"]) await world.ok("accept", other, "--as", seat);
    await world.at("2030-01-05T09:00:00Z");
    await say("maintenance", "--from", "2030-01-12T22:00Z", "--until", "2030-01-12T23:00Z", "--text", "New disks");
    await world.at("2030-01-09T10:20:00Z");
    await say("incident", "--began", "2030-01-09T10:00:00Z", "--text", "Mail is down");
    await world.at("2030-01-09T11:10:00Z");
    await say("incident", "--resolve", "2", "--ended", "2030-01-09T11:00:00Z", "--text", "A disk was full");
    await say("advice", "--text", "Buy a second line");
    await say("answer", "3", "declined", "--text", "Too dear");
    await say("advice", "--text", "Switch multi-factor sign-in on");
    await say("document", world.write("review.pdf", "not really"), "--kind", "report", "--as", "provider");
    await world.at("2030-02-01T01:00:00Z");
    const outages = world.write("out.csv", ["start,end", ...OUTAGES].join("\n"));
    const excluded = world.write("excluded.csv", EXCLUDED);
    await world.ok("report", file, "--outages", outages, "--exclusions", excluded, "--evidence", scene.evidence);
    await world.ok("report", other, "--counts", "2678400,60,0", "--evidence", scene.evidence);
    await say("maintenance", "--from", "2030-02-20T22:00Z", "--until", "2030-02-20T23:00Z", "--text", "Firewall");
    await say("incident", "--began", "2030-02-01T01:00:00Z", "--text", "The line flaps");
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  const texts = () => join(scene.world.folder, "private");
  const say = (job: string, ...rest: string[]) => scene.world.ok("record", job, file, ...rest, "--evidence", texts());
  const folder = () => join(texts(), "31337", agreement.toLowerCase(), "record");
  const files = () => readdirSync(folder()).map((name) => join(folder(), name));
  const listed = async () =>
    (await say("list")).json["entries"] as { entry: number; answer?: string; isOpen?: boolean }[];
  const main = async (page: Page) => (await page.textContent("main")) ?? "";
  async function open(more: Readonly<Record<string, string>> = {}, wallet?: TestWallet): Promise<Page> {
    const hash = scene.hash(`agreement/${agreement}`, { record: scene.world.record, ...more });
    const page = await scene.browser.show(hash, wallet === undefined ? {} : { wallet });
    await page.waitForSelector("[data-ready]");
    return page;
  }
  async function openAll(page: Page): Promise<void> {
    await page.getByLabel("Open the record's private files").setInputFiles(files());
    await page.locator(`[data-sound="${files().length}"]`).waitFor();
  }

  it("says what stands, from the chain alone: kinds and dates, and that the words are not at hand", async () => {
    const page = await open();
    expect(await page.textContent('[data-advice="4"]')).to.match(
      /^Advice 4 waits for the client's answer\. Given 9 Jan 2030 11:10.* UTC: its words are not at hand\.$/,
    );
    expect(await page.locator("[data-advice]").count()).to.equal(1);
    const standing = (await page.textContent("[data-standing-record]")) ?? "";
    expect(standing).to.match(
      /Ahead: planned maintenance 20 Feb 2030 22:00 UTC to 20 Feb 2030 23:00 UTC, told 19 days 2[01] h/,
    );
    expect(standing).to.match(/Incident 7: began 1 Feb 2030 01:00 UTC, client told .* later, not resolved/);
    expect(standing).to.match(/Advice 3: its words are not at hand; declined 9 Jan 2030 11:10/);
    await page.getByText("All 7 entries").click();
    expect(await main(page)).to.contain("incident, began 9 Jan 2030 10:00 UTC, told 20 min");
    expect(await main(page)).to.contain("document of the provider: report");
    expect(await main(page)).to.contain("0 of 9 texts open");
  });

  it("shows the words of private files that are what was committed to, and of no others", async () => {
    const page = await open();
    const [first = ""] = files();
    const text = JSON.parse(readFileSync(first, "utf8")) as Record<string, unknown>;
    const buffer = (value: object) => Buffer.from(JSON.stringify(value));
    const mimeType = "application/json";
    await page.getByLabel("Open the record's private files").setInputFiles([
      { name: "changed.json", mimeType, buffer: buffer({ ...text, text: "Other words" }) },
      { name: "elsewhere.json", mimeType, buffer: buffer({ ...text, agreement: `0x${"a1".repeat(20)}` }) },
      { name: "short.json", mimeType, buffer: buffer({ ...text, salt: "0x12" }) },
      { name: "review.pdf", mimeType: "application/pdf", buffer: Buffer.from("not really") },
    ]);
    await page.locator("[data-file]").nth(3).waitFor();
    expect(await page.locator("[data-file]").allTextContents()).to.deep.equal([
      "✗wrong: changed.json is nothing that this record was ever told: it was changed, or never sent.",
      "✗wrong: elsewhere.json is about another agreement.",
      "✗wrong: short.json not a text of the record: salt: must be 32 bytes in lower-case hex.",
      "✗wrong: review.pdf is no text of the record, and no text that is open names it as a document.",
    ]);
    expect(await main(page)).to.not.contain("Other words");

    await openAll(page);
    expect(await page.textContent('[data-advice="4"]')).to.contain('"Switch multi-factor sign-in on"');
    expect(await page.textContent("[data-standing-record]")).to.match(
      /Advice 3: "Buy a second line"; declined 9 Jan .*: "Too dear"/,
    );
    await page.getByText("All 7 entries").click();
    for (const words of ["New disks", "Mail is down", "A disk was full", "review.pdf, SHA-256 "])
      expect(await main(page)).to.contain(words);
    const review = { name: "review.pdf", mimeType: "application/pdf", buffer: Buffer.from("not really") };
    await page.getByLabel("Open the record's private files").setInputFiles(review);
    await page.getByText("review.pdf is the document of entry 5.").waitFor();
  });

  it("says of a month when the client was told of each outage, why time was left out, and what is left", async () => {
    const page = await open();
    await openAll(page);
    await page.getByRole("button", { name: "Fetch and check the evidence of the report" }).click();
    await page.waitForSelector('[data-evidence="sound"]');
    const facts = (await page.textContent(".period-facts")) ?? "";
    expect(facts).to.match(
      /9 Jan 2030 10:00 to 9 Jan 2030 11:00 UTC, 1 h: client told 20 min.* after it began, incident 2: "Mail is down"/,
    );
    expect(facts).to.contain("20 Jan 2030 to 20 Jan 2030 00:10 UTC, 10 min: client not told");
    expect(facts).to.match(
      /12 Jan 2030 22:00 to 12 Jan 2030 23:00 UTC, 1 h: planned maintenance, announced 7 days 1[23] h.* ahead, entry 1: "New disks"/,
    );
    expect(facts).to.match(
      /15 Jan 2030 10:00 to 15 Jan 2030 10:15 UTC, 15 min: follows from advice 3, declined 9 Jan .*: "Buy a second line"/,
    );
    expect(await audit(page)).to.deep.equal([]);
    expect(await page.textContent("[data-cap]")).to.equal(
      "Left out of account: 45 min of at most 2 h, 1 h 15 min left.",
    );
  });

  it("says of counts that were only stated that they were", async () => {
    const page = await scene.browser.show(scene.hash(`agreement/${counted}`));
    await page.waitForSelector("[data-ready]");
    await page.getByRole("button", { name: "Fetch and check the evidence of the report" }).click();
    expect(await page.textContent('[data-evidence="sound"]')).to.contain(
      "It rests on totals as stated; source: counts as stated.",
    );
  });

  it("does not say that nobody was told where no record is known, nor why time was left out", async () => {
    const hash = scene.hash(`agreement/${agreement}`);
    const page = await scene.browser.show(hash);
    await page.waitForSelector("[data-ready]");
    expect(await main(page)).to.not.contain("The record");
    await page.getByRole("button", { name: "Fetch and check the evidence of the report" }).click();
    await page.waitForSelector('[data-evidence="sound"]');
    const facts = (await page.textContent(".period-facts")) ?? "";
    expect(facts).to.contain("9 Jan 2030 10:00 to 9 Jan 2030 11:00 UTC, 1 h");
    expect(facts).to.contain("No record is known here");
    expect(facts).to.not.match(/told 20|not told|listed by|maintenance, announced/);
  });

  it("believes no other contract: another factory's record, and one that is none", async () => {
    const { world } = scene;
    const deployer = await world.provider.getSigner(0);
    const foreign = await create(ServiceRecord__factory, deployer, world.people.stranger);
    for (const record of [foreign, world.factory, world.people.stranger]) {
      const page = await open({ record });
      expect(await page.textContent('[data-record="false"]'), record).to.contain("Nothing of it is shown.");
      expect(await page.locator("[data-advice]").count()).to.equal(0);
    }
  });

  it("lets the client put advice off in words of its own, which are saved first, then accept it", async () => {
    const page = await open({}, scene.wallet("client"));
    await page.getByText("Say why").click();
    await page.getByLabel("Your words to advice 4").fill("After the audit");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Later …" }).click(),
    ]);
    await chooseWallet(page);
    await page.getByText("You put the advice off. It stays open").waitFor();
    await download.saveAs(join(folder(), download.suggestedFilename()));
    await sign(page);
    await page.getByText("put off: its words are not at hand").waitFor();
    expect(await page.getByRole("button", { name: "Later …" }).count()).to.equal(0);
    expect((await listed())[3]).to.deep.include({ answer: "later", isOpen: true });
    expect((await say("verify")).json).to.deep.include({ agrees: true, texts: 10, missing: [] });

    await page.getByRole("button", { name: "Accept the advice …" }).click();
    await page.getByText("An acceptance cannot be taken back.").waitFor();
    await sign(page);
    await page.waitForSelector('[data-advice="4"]', { state: "detached" });
    expect((await listed())[3]).to.deep.include({ answer: "accepted", isOpen: false });
    await page.getByText("All 7 entries").click();
    expect(await main(page)).to.contain("After the audit");
  });

  it("refuses, before anything is signed, an answer that another one overtook", async () => {
    await say("advice", "--text", "Renew the certificate");
    const wallet = scene.wallet("client");
    const page = await open({}, wallet);
    await say("answer", "8", "accepted");
    await page.getByRole("button", { name: "Decline …" }).click();
    await chooseWallet(page);
    await page.waitForSelector('dialog [data-code="contract.AnswerStands"]');
    expect(wallet.signatures).to.equal(0);
  });

  it("checks the evidence of a settled period, with its facts", async () => {
    await scene.world.at("2030-02-12T00:00:00Z");
    await scene.world.ok("settle", agreement);
    const page = await open();
    await page.getByText("Check the evidence of a settled period").click();
    expect(await page.getByLabel("Period", { exact: true }).locator("option").allTextContents()).to.deep.equal([
      "January 2030",
    ]);
    await page.getByRole("button", { name: "Fetch and check the evidence of the report" }).click();
    await page.waitForSelector('[data-evidence="sound"]');
    expect(await page.textContent("[data-cap]")).to.contain("1 h 15 min left");
  });
});
