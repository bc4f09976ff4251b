import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Download, Page } from "playwright-core";
import { requireBrowser } from "./browser.ts";
import { chooseWallet, Scene, sign } from "./scene.ts";
import type { TestWallet } from "./wallet.ts";

describe("the page before signing", function () {
  this.timeout(400_000);
  let scene: Scene;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
    await scene.remember();
  });
  afterEach(async () => {
    await scene.browser.closePages();
    await scene.again();
  });
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  const state = async () => (await scene.world.ok("status", scene.agreement)).json;
  const textOf = async (page: Page) => (await page.textContent("main")) ?? "";

  async function acceptBy(way: string, wallet: TestWallet): Promise<Page> {
    const page = await scene.open(wallet);
    await page.getByLabel(way).check();
    await page.getByRole("button", { name: "Accept and pay …" }).click();
    await sign(page);
    await page.waitForSelector('[data-accepted="client"]');
    return page;
  }

  it("says what it is: genuine, the table in minutes, the dates, who judges, what strangers see", async () => {
    const page = await scene.open();
    const text = await textOf(page);
    for (const part of [
      "genuine: every check passed",
      "byte for byte what this project compiles to",
      "1,000.00 USDC a month",
      "44 min 38 s",
      "44 min 38 s down in a 31-day month: no credit; one second more: 10 % = 100.00 USDC",
      "8 Feb 2030",
      "22 Mar 2030",
      "planned maintenance counts like any other time",
      "What moves money: Uptime.",
      "The oracle is one key",
      "play money on a chain of this machine",
      "the document is a salted hash",
      "the client and the provider must accept before 1 Jan 2030",
    ]) {
      expect(text).to.contain(part);
    }
  });

  it("accepts and pays by transfer, with two signatures", async () => {
    const wallet = scene.wallet("client");
    await acceptBy("Send, then accept", wallet);
    expect(wallet.signatures).to.equal(2);
    expect(await state()).to.deep.include({ balance: "1000.00", accepted: { provider: false, client: true } });
  });

  it("accepts and pays by a signed approval", async () => {
    const wallet = scene.wallet("client");
    await acceptBy("Signed approval", wallet);
    expect(wallet.asked.map(({ method }) => method)).to.include("eth_signTypedData_v4");
    expect(wallet.signatures).to.equal(3);
    expect(await state()).to.deep.include({ balance: "1000.00", accepted: { provider: false, client: true } });
  });

  it("accepts and pays by an approval that is sent", async () => {
    const wallet = scene.wallet("client");
    await acceptBy("Approval and payment", wallet);
    expect(wallet.signatures).to.equal(3);
    expect(await state()).to.deep.include({ balance: "1000.00", accepted: { provider: false, client: true } });
  });

  it("accepts and pays with one signature where the wallet sends calls together", async () => {
    const wallet = scene.wallet("client");
    wallet.isAtomic = true;
    const page = await scene.open(wallet);
    await page.getByRole("button", { name: "Open a wallet" }).click();
    await page.getByRole("button", { name: "Test Wallet" }).click();
    await page.getByLabel("All in one").check();
    await page.getByRole("button", { name: "Accept and pay …" }).click();
    await sign(page);
    await page.waitForSelector('[data-accepted="client"]');
    expect(wallet.signatures).to.equal(1);
    expect(await state()).to.deep.include({ balance: "1000.00", accepted: { provider: false, client: true } });
  });

  it("takes a plain transfer from anywhere, and then accepts without paying again", async () => {
    const page = await scene.open(scene.wallet("client"));
    await page.getByText("From an exchange or another wallet").click();
    expect(await page.getByRole("img", { name: /QR code of the payment: ethereum:0x/ }).isVisible()).to.equal(true);
    expect(await textOf(page)).to.contain("First send a small amount");

    const { provider, token, people } = scene.world;
    const exchange = await provider.getSigner(people.client);
    await (await token.connect(exchange).transfer(scene.agreement, 1_000_000_000n)).wait();
    await page.reload();
    await page.waitForSelector("[data-ready]");
    await page.getByRole("button", { name: "Accept and pay …" }).click();
    await sign(page);
    await page.waitForSelector('[data-accepted="client"]');
    expect(await state()).to.deep.include({ balance: "1000.00", accepted: { provider: false, client: true } });
  });

  it("exports a batch that the Safe's Transaction Builder loads, and that does all of it", async () => {
    const page = await scene.open();
    await page.getByText("From a Safe").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the Safe's batch (JSON)" }).click(),
    ]);
    const batch = JSON.parse(await contentOf(download)) as {
      version: string;
      chainId: string;
      transactions: { to: string; value: string; data: string; contractMethod: null }[];
    };
    expect(batch).to.deep.include({ version: "1.0", chainId: "31337" });
    expect(batch.transactions.map(({ value, contractMethod }) => [value, contractMethod])).to.deep.equal(
      Array.from({ length: 3 }, () => ["0", null]),
    );
    const client = await scene.world.provider.getSigner(scene.world.people.client);
    for (const { to, data } of batch.transactions) await (await client.sendTransaction({ to, data })).wait();
    expect(await state()).to.deep.include({ balance: "1000.00", accepted: { provider: false, client: true } });
  });

  it("binds both when the provider accepts too", async () => {
    await acceptBy("Send, then accept", scene.wallet("client"));
    const page = await scene.open(scene.wallet("provider"));
    expect(await page.textContent(".toc a")).to.equal("I have read it: accept");
    await page.getByRole("button", { name: "Accept as the provider …" }).click();
    await sign(page);
    await page.waitForSelector('[data-ready="active"]');
    expect(await textOf(page)).to.contain("Signed by both. It starts 1 Jan 2030");
    expect(await page.textContent('[data-row="kept for periods that run"]')).to.match(
      /2,000\.00 USDC.*; 1,000\.00 USDC of it are not there yet$/,
    );
  });

  it("tells the document agreed on from another text", async () => {
    const page = await scene.open();
    const field = page.getByLabel("The agreement's file (.sla.yaml)");
    await field.setInputFiles(scene.world.file);
    await page.waitForSelector('[data-document="same"]');
    const other = scene.world.write("other.sla.yaml", readFileSync(scene.world.file, "utf8").replace("50%", "60%"));
    await field.setInputFiles(other);
    await page.waitForSelector('[data-document="other"]');
  });

  it("warns that the oracle judges its own case", async () => {
    const { world } = scene;
    const file = world.write(
      "own.sla.yaml",
      readFileSync(world.file, "utf8").replace(/oracle: "0x\w+"/, `oracle: "${world.people.provider}"`),
    );
    const { agreement } = (await world.ok("deploy", file)).json;
    const page = await scene.browser.show(scene.hash(`agreement/${String(agreement)}`));
    await page.waitForSelector("[data-ready]");
    expect(await textOf(page)).to.contain("The oracle is the provider: it judges its own case.");
  });

  it("simulates before it asks the wallet: what the contract would refuse is said and not signed", async () => {
    const { provider, token, people } = scene.world;
    const client = await provider.getSigner(people.client);
    const all = await token.balanceOf(people.client);
    await (await token.connect(client).transfer(people.stranger, all)).wait();
    const wallet = scene.wallet("client");
    const page = await scene.open(wallet);
    await page.getByRole("button", { name: "Accept and pay …" }).click();
    await chooseWallet(page);
    await page.waitForSelector('dialog [data-code="contract.ERC20InsufficientBalance"]');
    expect(await page.textContent("dialog")).to.contain("1,000.00 USDC is needed");
    expect(wallet.signatures).to.equal(0);
  });
});

async function contentOf(download: Download): Promise<string> {
  return readFileSync(await download.path(), "utf8");
}
