import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { measuresOfFile, namesOfFile, parseNames } from "../../dashboard/src/names.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { agreementText } from "../cli/agreement.ts";
import { requireBrowser } from "./browser.ts";
import { Scene } from "./scene.ts";

const PRESETS = join("examples", "presets");
const PUBLISHED = readdirSync(PRESETS).map((name) => [name, readFileSync(join(PRESETS, name), "utf8")] as const);

describe("names in the page", function () {
  this.timeout(300_000);
  let scene: Scene;

  before(requireBrowser);
  before(async () => {
    scene = await Scene.begin();
  });
  afterEach(() => scene.browser.closePages());
  after(async () => {
    // there is none when the suite was skipped
    await (scene as Scene | undefined)?.end();
  });

  const portfolio = () => scene.hash(`provider/${scene.world.people.provider}`);
  /** The same browser goes on to another place of the page. */
  async function goTo(page: Page, hash: string): Promise<void> {
    await page.goto(`${scene.browser.host.url}/${hash}`);
    await page.reload();
    await page.waitForSelector("[data-ready]");
  }

  it("are taken from the file that both agreed on, and from no other", async () => {
    const page = await scene.open();
    expect(await page.textContent("h1")).to.match(/^Agreement 0x/);
    const text = readFileSync(scene.world.file, "utf8");
    const changed = {
      name: "changed.yaml",
      mimeType: "text/yaml",
      buffer: Buffer.from(text.replace("Harbor", "Arbor")),
    };
    const field = page.getByLabel("The agreement's file");
    await field.setInputFiles(changed);
    await page.waitForSelector('[data-document="other"]');
    expect(await page.textContent("h1")).to.match(/^Agreement 0x/);
    await field.setInputFiles(scene.world.file);
    await page.getByText("What it calls the service and the parties is in your names now.").waitFor();
    expect(await page.textContent("h1")).to.equal("CI hosting");
    expect(await page.textContent("[data-named]")).to.contain("client Harbor Dental, provider Northwind IT");
  });

  it("are the viewer's own, kept in this browser, in the header and in the portfolio", async () => {
    const page = await scene.open();
    await page.getByText("Names", { exact: true }).click();
    await page.getByLabel("The client").pressSequentially("Harbor Dental");
    await page.getByLabel("The provider", { exact: true }).fill("North\u202ewind  ");
    expect(await page.textContent("[data-named]")).to.contain("client Harbor Dental, provider North wind");
    await page.getByLabel("This agreement").fill("Mail");
    await goTo(page, portfolio());
    expect(await page.textContent(".row.client")).to.match(/^Harbor Dental, 0x.*1 agreement$/);
    expect(await page.textContent("[data-agreement] a")).to.equal("Mail");
    expect(await page.textContent("[data-need] a")).to.equal("Harbor Dental");
    await page.getByLabel("Filter").fill("harbor");
    expect(await page.locator("[data-agreement]").count()).to.equal(1);
    await page.getByLabel("Filter").fill("arbour");
    expect(await page.locator("[data-agreement]").count()).to.equal(0);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8")).to.match(/,Harbor Dental,Mail\r\n$/);
    await goTo(page, scene.hash());
    expect(await page.textContent("h1")).to.equal("Mail");
    await page.getByText("Names", { exact: true }).click();
    await page.getByLabel("This agreement").fill("");
    expect(await page.textContent("h1")).to.match(/^Agreement 0x/);
  });

  it("travel as a file, which overwrites none that was given", async () => {
    const { people } = scene.world;
    const page = await scene.browser.show(portfolio());
    await page.waitForSelector("[data-ready]");
    await page.getByText("Names (0)").click();
    await page.getByLabel("Address of a client or an agreement").fill("0x12");
    await page.getByRole("button", { name: "Keep the name" }).click();
    await page.getByText("Write an address: 0x and forty digits.").waitFor();
    await page.getByLabel("Address of a client or an agreement").fill(people.client);
    await page.getByLabel("Its name").fill("Mine");
    await page.getByRole("button", { name: "Keep the name" }).click();
    const load = async (text: string) => {
      const file = { name: "names.json", mimeType: "application/json", buffer: Buffer.from(text) };
      await page.getByLabel("Load names from a file").setInputFiles(file);
    };
    await load(JSON.stringify({ [people.client]: "Theirs", [scene.agreement]: "Mail" }));
    await page.getByText("1 new name; those that you gave stay.").waitFor();
    expect(await page.textContent(".row.client")).to.match(/^Mine, /);
    expect(await page.textContent("[data-agreement] a")).to.equal("Mail");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save all names (JSON)" }).click(),
    ]);
    expect(JSON.parse(readFileSync(await download.path(), "utf8"))).to.deep.equal({
      [people.client.toLowerCase()]: "Mine",
      [scene.agreement.toLowerCase()]: "Mail",
    });
    await load("[1]");
    await page.waitForSelector('[data-code="names.malformed"]');
  });

  it("head the tables of several measures, once the file that both agreed on was opened", async () => {
    const { world } = scene;
    const text = agreementText(world.people, await world.token.getAddress());
    const desk =
      "  help desk:\n    unit: tickets\ncredits: add up\nobjectives:\n  - measure: help desk\n    at least 3 tickets: 5%\n";
    const file = world.write("two.sla.yaml", text.replace("objectives:\n", desk));
    const agreement = String((await world.ok("deploy", file)).json["agreement"]);
    const page = await scene.browser.show(scene.hash(`agreement/${agreement}`));
    await page.waitForSelector("[data-ready]");
    const captions = () => page.locator("caption").allTextContents();
    expect(await captions()).to.include.members([
      "What a bad month gives back, Measure 1, uptime",
      "What a bad month gives back, Measure 2, tickets",
    ]);
    await page.getByLabel("The agreement's file").setInputFiles(file);
    await page.waitForSelector('[data-document="same"]');
    const named = ["What a bad month gives back, uptime", "What a bad month gives back, help desk"];
    expect(await captions()).to.include.members(named);
    expect(await page.textContent("main")).to.not.contain("Measure ");
    await page.reload();
    await page.waitForSelector("[data-ready]");
    expect(await captions()).to.include.members(named);
  });
});

describe("the names in an agreement's file", () => {
  it("are plain or quoted lines", () => {
    const text = `service: "Mail: all of it" # ours\nprovider:\n  address: "0x1"\n  name: 'Northwind'\nclient:\n  name: Harbor # Dental\n`;
    expect(namesOfFile(text)).to.deep.equal({ service: "Mail: all of it", provider: "Northwind", client: "Harbor" });
  });

  it("are none where YAML says it in another way, or nothing", () => {
    expect(namesOfFile("service: |\n  Mail\nprovider: 0x1\nclient:\n  address: x\noracle:\n  name: O\n")).to.deep.equal(
      {},
    );
    expect(namesOfFile('service: "a\\u0041"\n')).to.deep.equal({});
  });

  it("are the measures, in their order, however they are written", () => {
    const text = `service: Mail\nmeasures: # two\n  # the line\n  "line: up":\n    unit: seconds\n    how: >-\n      One\n\n      probe: each minute\n  first answer: # of the desk\n    unit: tickets\nobjectives:\n  - measure: x\n`;
    expect(measuresOfFile(text)).to.deep.equal(["line: up", "first answer"]);
    expect(measuresOfFile(text.replaceAll("\n", "\r\n"))).to.deep.equal(["line: up", "first answer"]);
    for (const [name, file] of PUBLISHED) {
      expect(measuresOfFile(file), name).to.deep.equal(
        parseAgreement(file, { draft: true }).measures.map(({ name: each }) => each),
      );
    }
  });

  it("are no measures where YAML says them in another way", () => {
    for (const text of ["", "measures: {}\n", "measures: { a: { unit: seconds } }\n", 'measures:\n  "a\\u0041":\n']) {
      expect(measuresOfFile(text), text).to.deep.equal([]);
    }
  });

  it("are refused as a book unless each is an address with its name", () => {
    const address = `0x${"Ab".repeat(20)}`;
    expect(parseNames(JSON.stringify({ [address]: " A\n b " }))).to.deep.equal({ [address.toLowerCase()]: "A b" });
    for (const text of ["", "null", "[]", '{"x":"y"}', JSON.stringify({ [address]: 1 })]) {
      expect(() => parseNames(text), text).to.throw("This is no file of names.");
    }
  });
});
