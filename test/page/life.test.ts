import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { evidencePath, readEvidence } from "../../src/evidence/files.ts";
import { verifyEvidence } from "../../src/evidence/verify.ts";
import { requireBrowser } from "./browser.ts";
import { Scene, sign } from "./scene.ts";

const HEAD = "start,end\n";
/** Of January 2030: an hour that all saw, and one of the 29th that only the client saw. */
const SEEN = "2030-01-09T10:00:00Z,2030-01-09T11:00:00Z\n";

/** One story whose steps build on each other: a month is reported, disputed, answered, ruled; then the client leaves. */
describe("the running agreement in the page", function () {
  this.timeout(400_000);
  let scene: Scene;
  let claim: string;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    const { world, agreement } = scene;
    await world.ok("fund", agreement, "12,000", "--transfer");
    await world.ok("accept", agreement, "--as", "client");
    await world.ok("accept", agreement, "--as", "provider");
    await world.at("2030-02-01T09:00:00Z");
    const outages = world.write("seen.csv", HEAD + SEEN);
    await world.ok("report", agreement, "--outages", outages, "--evidence", scene.evidence);
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  const status = async () => (await scene.world.ok("status", scene.agreement)).json;
  const main = async (page: Page) => (await page.textContent("main")) ?? "";
  const fileOf = (author: "oracle" | "provider" | "client") =>
    evidencePath(scene.evidence, {
      chainId: 31337n,
      agreement: scene.agreement,
      period: { index: 0, start: BigInt(Date.parse("2030-01-01T00:00:00Z") / 1000) },
      revision: 0,
      author,
    });

  it("shows the money, the reserve before the first credit, the report and the dates", async () => {
    const page = await scene.open();
    const text = await main(page);
    for (const part of [
      "January 2030 was bad: 100.00 USDC of the fee go back to the client on 8 Feb 2030 09:00",
      "Uptime: 40 min 19 s may be down in all before a credit; one second more gives 10 % = 100.00 USDC back.",
      "down 1 h, 99.865 % up",
      "900.00 USDC to the provider, 100.00 USDC back to the client",
      "January 2030: dispute before; then it is final",
    ]) {
      expect(text).to.contain(part);
    }
    expect(await page.getAttribute('[data-period="0"]', "data-standing")).to.equal("reported");
    expect(await page.getAttribute('[data-period="1"]', "data-standing")).to.equal("running");
    expect(await page.textContent('[data-row="client\'s balance"]')).to.contain("12,000.00 USDC");
  });

  it("checks the evidence in the browser: fetched, chosen, and with one second changed", async () => {
    const page = await scene.open();
    await page.getByRole("button", { name: "Fetch and check the evidence of the report" }).click();
    await page.waitForSelector('[data-evidence="sound"]');
    expect(await main(page)).to.contain("31 days recomputed to the root and the counts that the chain has");

    const changed = JSON.parse(gunzipSync(readFileSync(fileOf("oracle"))).toString()) as {
      days: { outages: { end: string }[] }[];
    };
    const [outage] = changed.days.flatMap(({ outages }) => outages);
    if (outage === undefined) throw new Error("nothing was down");
    outage.end = "2030-01-09T11:00:01Z";
    const file = { name: "changed.json.gz", mimeType: "application/gzip", buffer: gzipSync(JSON.stringify(changed)) };
    await page.getByLabel("Check the evidence of the report yourself").setInputFiles(file);
    await page.waitForSelector('[data-evidence="differs"]');
    expect(await main(page)).to.contain("It does not hold: day 2030-01-09, leaf 9.");

    await page.getByLabel("Check the evidence of the report yourself").setInputFiles(fileOf("oracle"));
    await page.waitForSelector('[data-evidence="sound"]');
  });

  it("says of counts on the same step that there is nothing to dispute", async () => {
    const page = await scene.open();
    await page.getByText("You saw it otherwise?").click();
    await page.getByLabel("When it was down").fill("2030-01-09 10:00 to 2030-01-09 11:14");
    await page.getByRole("button", { name: "What would it bring?" }).click();
    await page.waitForSelector('[data-worth="same"]');
    expect(await main(page)).to.contain("It is the same step of the table: nothing to dispute.");
    await page.getByLabel("When it was down").fill("2030-01-09 25:00 to 2030-01-09 26:00");
    await page.getByRole("button", { name: "What would it bring?" }).click();
    expect(await page.textContent('[data-code="outages.unreadable"]')).to.contain("Line 1");
  });

  it("disputes with the client's own counts: what it brings, the stake, the file that is kept", async () => {
    const page = await scene.open(scene.wallet("client"));
    await page.getByText("You saw it otherwise?").click();
    await page
      .getByLabel("When it was down")
      .fill("2030-01-09 10:00 to 2030-01-09 11:00\n2030-01-29 16:00 to 2030-01-29 23:00");
    await page.getByRole("button", { name: "What would it bring?" }).click();
    await page.waitForSelector('[data-worth="better"]');
    expect(await main(page)).to.contain("a credit of 250.00 USDC (25 %); the report gives 100.00 USDC (10 %)");
    expect(await main(page)).to.contain("It takes a stake of 50.00 USDC");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the evidence and state these counts …" }).click(),
    ]);
    claim = join(scene.world.folder, download.suggestedFilename());
    await download.saveAs(claim);
    await sign(page);
    await page.getByText("January 2030, disputed").waitFor();

    expect(download.suggestedFilename()).to.equal("2030-01.r0.client.json.gz");
    const evidence = await readEvidence(claim);
    expect(verifyEvidence(evidence)).to.equal(undefined);
    expect(evidence.indicators[0]).to.deep.include({ grade: "outages", bad: "28800" });
    expect(await status()).to.deep.include({ stage: "disputed", pledges: "50.00" });
    const { json } = await scene.world.ok("case", scene.agreement, "0", "--evidence", scene.evidence);
    expect((json["offers"] as { by: string; credit: string }[])[1]).to.deep.include({ by: "client", credit: "250.00" });
  });

  it("answers with the provider's counts, checks the client's evidence, and shows what each ruling would move", async () => {
    const page = await scene.open(scene.wallet("provider"));
    await page.getByLabel("Check the evidence of the client's counts yourself").setInputFiles(claim);
    await page.waitForSelector('[data-evidence="sound"]');
    await page.getByText("Answer as the provider").click();
    await page.getByLabel("When it was down").fill("2030-01-09 10:00 to 2030-01-09 10:30");
    await page.getByRole("button", { name: "What would it bring?" }).click();
    await page.waitForSelector('[data-worth="better"]');
    await page.getByRole("button", { name: "Save the evidence and state these counts …" }).click();
    await sign(page);
    await page.getByText("What the arbiter's ruling would move").click();
    const text = await main(page);
    expect(text).to.contain("50.00 USDC of the provider to the client");
    expect(await status()).to.deep.include({ stage: "disputed", pledges: "100.00" });
  });

  it("rules as the arbiter, when it has split", async () => {
    await scene.world.at("2030-02-08T12:00:00Z");
    const page = await scene.open(scene.wallet("arbiter"));
    expect(await main(page)).to.contain("250.00 USDC wait for the arbiter");
    await page.getByRole("button", { name: "Rule: the client" }).click();
    await sign(page);
    await page.waitForSelector('[data-period="0"][data-standing="final"]');
    // 250 stay the client's, its stake comes back, and the provider's is its too
    expect(await status()).to.deep.include({ balance: "11350.00", earnings: "750.00", held: "0.00", pledges: "0.00" });
  });

  it("agrees on a credit: one side offers, the other agrees, and it is final at once", async () => {
    await scene.world.at("2030-03-01T09:00:00Z");
    const outages = scene.world.write("none.csv", HEAD);
    await scene.world.ok("report", scene.agreement, "--outages", outages, "--evidence", scene.evidence);
    const client = await scene.open(scene.wallet("client"));
    await client.getByText("Agree on a credit with the other side").first().click();
    await client.getByLabel("Credit in USDC").fill("0");
    await client.getByRole("button", { name: "Offer this credit …" }).click();
    await sign(client);

    const provider = await scene.open(scene.wallet("provider"));
    await provider.waitForSelector('[data-offer="client"]');
    await provider.getByRole("button", { name: "Agree to 0.00 USDC …" }).click();
    await sign(provider);
    await provider.waitForSelector('[data-period="1"][data-standing="final"]');
    expect(await status()).to.deep.include({ earnings: "1750.00", period: "2" });
  });

  it("claims, and takes out what is free and no more", async () => {
    const provider = await scene.open(scene.wallet("provider"));
    await provider.getByRole("button", { name: "Claim 1,750.00 USDC …" }).click();
    await sign(provider);
    const client = await scene.open(scene.wallet("client"));
    await client.getByText("Take out up to").click();
    await client.getByLabel("Amount in USDC").first().fill("99999");
    expect(await client.getByRole("button", { name: "Take out …" }).isDisabled()).to.equal(true);
    await client.getByLabel("Amount in USDC").first().fill("1,000");
    await client.getByRole("button", { name: "Take out …" }).click();
    await sign(client);
    expect(await status()).to.deep.include({ earnings: "0.00", balance: "9350.00" });
  });

  it("leaves at once for two bad months of three, because they were", async () => {
    const { world, agreement } = scene;
    await world.at("2030-04-01T09:00:00Z");
    const march = world.write("march.csv", `${HEAD}2030-03-09T10:00:00Z,2030-03-09T12:00:00Z\n`);
    await world.ok("report", agreement, "--outages", march, "--evidence", scene.evidence);
    const before = await scene.open();
    expect(await before.textContent("[data-prospect]")).to.contain("From 8 Apr 2030 09:00");

    await world.at("2030-04-09T00:00:00Z");
    const page = await scene.open(scene.wallet("client"));
    expect(await page.textContent('[data-exit="client-chronic"]')).to.contain("because there were 2 bad months of 3");
    await page.getByRole("button", { name: "Leave at once, as the client …" }).click();
    await sign(page);
    await page.getByText("ended earlier than agreed").waitFor();
    expect((await status())["end"]).to.match(/^19\d{8}$/);
  });
});
