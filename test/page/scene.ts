import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { encodeTerms } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { SLAFactory__factory } from "../../typechain-types/index.ts";
import { World } from "../cli/world.ts";
import { PageBrowser } from "./browser.ts";
import { TestWallet } from "./wallet.ts";

/** The accounts of a node's phrase, as `deployAll` gives them their parts. */
export const ACCOUNTS = { provider: 1, client: 2, oracle: 3, arbiter: 4, stranger: 5 } as const;
export type Actor = keyof typeof ACCOUNTS;

/** A chain with one agreement, drafted and not signed, and the page in a browser. */
export class Scene {
  readonly world: World;
  readonly browser: PageBrowser;
  readonly agreement: string;
  readonly evidence: string;
  readonly #wallets: TestWallet[] = [];
  #snapshot = "";

  private constructor(world: World, browser: PageBrowser, agreement: string, evidence: string) {
    this.world = world;
    this.browser = browser;
    this.agreement = agreement;
    this.evidence = evidence;
  }

  static async begin(network = "local", ...nodeArgs: string[]): Promise<Scene> {
    const world = await World.begin(network, ...nodeArgs);
    const evidence = join(world.folder, "evidence");
    mkdirSync(evidence);
    const browser = await PageBrowser.open({ evidence });
    return new Scene(world, browser, await create(world), evidence);
  }

  async end(): Promise<void> {
    for (const wallet of this.#wallets) wallet.end();
    await this.browser.close();
    await this.world.end();
  }

  /** Remembers the chain as it is; `again` takes it back there. */
  async remember(): Promise<void> {
    this.#snapshot = String(await this.world.provider.send("evm_snapshot", []));
  }

  async again(): Promise<void> {
    await this.world.provider.send("evm_revert", [this.#snapshot]);
    await this.remember();
  }

  wallet(actor: Actor): TestWallet {
    const wallet = new TestWallet(this.world.node.url, ACCOUNTS[actor]);
    this.#wallets.push(wallet);
    return wallet;
  }

  /** The link that the page opens. */
  hash(place = `agreement/${this.agreement}`, more: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({
      rpc: this.world.node.url,
      factory: this.world.factory,
      evidence: `${this.browser.host.url}/evidence`,
      ...more,
    });
    return `#/${place}?${query.toString()}`;
  }

  /** The agreement's page, once it has been read. */
  async open(wallet?: TestWallet): Promise<Page> {
    const page = await this.browser.show(this.hash(), wallet === undefined ? {} : { wallet });
    await page.waitForSelector("[data-ready]");
    return page;
  }
}

/** The agreement of the world's file, created by the provider. */
async function create(world: World): Promise<string> {
  const packed = encodeTerms(parseAgreement(readFileSync(world.file, "utf8")).terms);
  const factory = SLAFactory__factory.connect(world.factory, await world.provider.getSigner(world.people.provider));
  await (await factory.create(packed)).wait();
  return factory.addressOf(packed);
}

/** Opens the test's wallet, signs what the open window proposes, and waits until it is done. */
export async function sign(page: Page): Promise<void> {
  await chooseWallet(page);
  await page.getByRole("button", { name: "Sign in Test Wallet" }).click();
  await page.waitForSelector('dialog [data-code="done"]');
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
}

/** In the window that asks which wallet shall sign; not asked again once one is open. */
export async function chooseWallet(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  const choice = dialog.getByRole("button", { name: "Test Wallet", exact: true });
  if (await choice.isVisible()) await choice.click();
}
