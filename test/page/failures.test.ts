import { readFileSync } from "node:fs";
import { expect } from "chai";
import { toQuantity } from "ethers";
import type { Page } from "playwright-core";
import { encodeTerms } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { AgreementMock__factory } from "../../typechain-types/index.ts";
import { create, deployAll } from "../cli/contracts.ts";
import { ACCOUNTS, chooseWallet, Scene, sign } from "./scene.ts";
import { requireBrowser } from "./browser.ts";

describe("the page when something is wrong", function () {
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

  const main = async (page: Page) => (await page.textContent("main")) ?? "";
  async function propose(wallet: ReturnType<Scene["wallet"]>): Promise<Page> {
    const page = await scene.open(wallet);
    await page.getByRole("button", { name: "Accept and pay …" }).click();
    await chooseWallet(page);
    return page;
  }

  it("goes on after the user said no in the wallet", async () => {
    const wallet = scene.wallet("client");
    const page = await propose(wallet);
    wallet.rejects = true;
    await page.getByRole("button", { name: "Sign in Test Wallet" }).click();
    await page.waitForSelector('dialog [data-code="wallet.rejected"]');
    expect(await page.textContent("dialog")).to.contain("Nothing was sent.");
    wallet.rejects = false;
    await page.getByRole("button", { name: "Look again" }).click();
    await sign(page);
    await page.waitForSelector('[data-accepted="client"]');
  });

  it("names both chains when the wallet is on another, and switches it", async () => {
    const wallet = scene.wallet("client");
    wallet.chainId = 1n;
    const page = await propose(wallet);
    await page.waitForSelector('dialog [data-code="wallet.wrong-chain"]');
    expect(await page.textContent("dialog")).to.contain(
      "The agreement is on a local chain (chain 31337), the wallet on chain 1.",
    );
    await page.getByRole("button", { name: "Switch the wallet to a local chain" }).click();
    await sign(page);
    await page.waitForSelector('[data-accepted="client"]');
  });

  it("names the account that must sign, and notices when it is chosen", async () => {
    const wallet = scene.wallet("stranger");
    const page = await propose(wallet);
    await page.waitForSelector('dialog [data-code="wallet.wrong-account"]');
    expect(await page.textContent("dialog")).to.contain(scene.world.people.client);
    await wallet.choose(ACCOUNTS.client);
    await sign(page);
    await page.waitForSelector('[data-accepted="client"]');
  });

  it("says that the coin for the fees is missing, before it asks the wallet", async () => {
    await scene.world.provider.send("anvil_setBalance", [scene.world.people.client, toQuantity(1000)]);
    const wallet = scene.wallet("client");
    const page = await propose(wallet);
    await page.waitForSelector('dialog [data-code="gas.too-little"]');
    expect(wallet.signatures).to.equal(0);
  });

  it("says that the node does not answer, and keeps what it read", async () => {
    const page = await scene.browser.show(scene.hash(undefined, { rpc: "http://127.0.0.1:9" }));
    await page.waitForSelector('[data-code="node.unreachable"]');
    expect(await page.getByLabel("Node to read from").isVisible()).to.equal(true);
    expect(await page.textContent("#content")).to.contain("Were you sent a link? Open that");

    const read = await scene.open();
    await read.route("**/*", (route) => route.abort());
    await read.evaluate("window.dispatchEvent(new Event('online'))");
    await read.waitForSelector('[data-code="node.unreachable"]');
    expect(await main(read)).to.contain("What is shown below was read before.");
    expect(await main(read)).to.contain("Agreement 0x");
    await read.unroute("**/*");
    await read.getByRole("button", { name: "Try again" }).click();
    await read.waitForSelector('[data-code="node.unreachable"]', { state: "detached" });
    scene.browser.complaints.length = 0;
  });

  it("shows a false agreement red: one that answers like an agreement, and one that a stranger's factory made", async () => {
    const { world } = scene;
    const deployer = await world.provider.getSigner(0);
    const mock = await create(AgreementMock__factory, deployer, "0");
    const page = await scene.browser.show(scene.hash(`agreement/${mock}`));
    await page.waitForSelector('[data-genuine="no"]');
    expect(await main(page)).to.contain("Send it no money.");
    expect(await main(page)).to.contain("does not run the code of an agreement of this factory");

    const another = await deployAll(world.provider);
    const foreign = await scene.browser.show(scene.hash(undefined, { factory: another.factory }));
    await foreign.waitForSelector('[data-genuine="no"]');
    expect(await foreign.getByRole("button", { name: "Accept and pay" }).count()).to.equal(0);
  });

  it("shows a clone of the true code red when it was not the factory that made it", async () => {
    const { world } = scene;
    const code = (await world.provider.getCode(scene.agreement)).slice(2);
    const size = (code.length / 2).toString(16).padStart(4, "0");
    const deployer = await world.provider.getSigner(0);
    const sent = await deployer.sendTransaction({ data: `0x61${size}80600a3d393df3${code}` });
    const clone = (await sent.wait())?.contractAddress ?? "";
    expect(await world.provider.getCode(clone)).to.equal(`0x${code}`);
    const page = await scene.browser.show(scene.hash(`agreement/${clone}`));
    await page.waitForSelector('[data-genuine="no"]');
    expect(await main(page)).to.contain("a copy made by somebody else");
  });

  it("shows a factory of other code red", async () => {
    const { provider, factory } = scene.world;
    const code = await provider.getCode(factory);
    await provider.send("anvil_setCode", [factory, `${code.slice(0, -4)}0000`]);
    const page = await scene.browser.show(scene.hash());
    await page.waitForSelector('[data-genuine="no"]');
    expect(await main(page)).to.contain("other code than this project's");
  });

  it("refuses to sign when the wallet's own node sees other contracts", async () => {
    const other = await Scene.begin();
    try {
      const wallet = other.wallet("client");
      await other.world.provider.send("anvil_setCode", [scene.agreement, "0x60006000fd"]);
      const page = await propose(wallet);
      await page.getByText("does not see the contracts that this page shows").waitFor();
      expect(wallet.signatures).to.equal(0);
    } finally {
      await other.end();
    }
  });

  it("says what is wrong with a link", async () => {
    const page = await scene.browser.show("#/agreement/0x1234?rpc=ftp://x");
    await page.waitForSelector('[data-code="link.malformed"]');
    const empty = await scene.browser.show(`#/agreement/${scene.agreement}`);
    expect(await main(empty)).to.contain("Name a node to read from, or open a wallet");
  });
});

describe("the page on a live chain's id", function () {
  this.timeout(400_000);
  let scene: Scene;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin("base", "--chain-id", "8453");
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  it("shows a token that only calls itself USDC red, and offers no way to pay", async () => {
    const page = await scene.open();
    await page.waitForSelector('[data-token="false"]');
    const text = (await page.textContent("main")) ?? "";
    expect(text).to.contain("calls itself USDC, and is not Circle's USDC (0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913)");
    expect(text).to.contain("on Base");
    expect(await page.getByRole("button", { name: "Accept and pay …" }).isDisabled()).to.equal(true);
  });

  it("packs the same terms as the file, so that the page shows what was agreed", async () => {
    const { terms } = parseAgreement(readFileSync(scene.world.file, "utf8"));
    const code = await scene.world.provider.getCode(scene.agreement);
    expect(`0x${code.slice(2 + 2 * 45)}`).to.equal(encodeTerms(terms));
  });
});
