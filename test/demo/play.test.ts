import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createColors } from "picocolors";
import { expect } from "chai";
import { jobs } from "../../scripts/jobs.ts";
import { AddressBook } from "../../src/chain/addresses.ts";
import { connect } from "../../src/chain/connect.ts";
import { play, type Played } from "../../src/demo/play.ts";
import { setStage } from "../../src/demo/setting.ts";
import { stories } from "../../src/demo/stories.ts";
import type { Story, StoryName } from "../../src/demo/stories/story.ts";
import { anvilPath, startAnvil } from "../chain/nodes.ts";
import { deployAll } from "../cli/contracts.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/github-actions-2025", import.meta.url));
const README = new URL("../../README.md", import.meta.url);
const BEGIN = Date.UTC(2024, 11, 1) / 1000;

/** The sums that each story ends with. */
const ENDINGS: Readonly<Record<StoryName, object>> = {
  year: { credited: "750.00", earned: "11250.00", conserved: true },
  dispute: { credited: "750.00", earned: "11250.00", conserved: true },
  "silent-oracle": { credited: "1250.00", earned: "10750.00", conserved: true },
  "client-stops-paying": { credited: "100.00", earned: "3233.333333", conserved: true },
};

/** Plays a story in this process, on a node and in a folder of its own. */
async function told(story: Story): Promise<Played> {
  const node = await startAnvil("--timestamp", String(BEGIN));
  const folder = mkdtempSync(join(tmpdir(), "upheld-play-"));
  const { provider, network } = await connect(node.url);
  try {
    const { factory, token } = await deployAll(provider);
    new AddressBook(join(folder, "addresses.local.json")).set(network.chainId, { factory, block: 0, testToken: token });
    const stage = await setStage({
      ...{ jobs, services: { deployFolder: folder }, rpc: node.url, keys: {}, example: EXAMPLE, folder },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    const played = await play(story, stage);
    stage.provider.destroy();
    return played;
  } finally {
    provider.destroy();
    await node.stop();
    rmSync(folder, { recursive: true });
  }
}

/** The year is on the front page; the others are kept as they were read once. `UPHELD_SCREENS=1` writes them anew. */
function expectScreen(name: StoryName, lines: readonly string[]): void {
  const text = `${lines.join("\n")}\n`;
  if (name === "year") {
    expect(readFileSync(README, "utf8")).to.include(text.slice(0, text.indexOf("\nNEXT")));
    return;
  }
  const file = fileURLToPath(new URL(`screens/${name}.txt`, import.meta.url));
  if (process.env["UPHELD_SCREENS"] !== undefined) writeFileSync(file, text);
  expect(text).to.equal(readFileSync(file, "utf8"));
}

describe("a story of the demo", function () {
  this.timeout(120_000);

  for (const story of stories) {
    it(`${story.name} is told to the letter`, async function () {
      if (anvilPath() === undefined) this.skip();
      const played = await told(story);
      expect(played.isSound).to.equal(true);
      expect(played.data).to.deep.include(ENDINGS[story.name]);
      expectScreen(story.name, played.screen(["(what to try next)"], createColors(false)));
      const colored = played.screen([], createColors(true)).join("\n");
      expect(colored).to.contain("\u001b[1mUPHELD\u001b[22m").and.contain("\u001b[32m✓ all agree\u001b[39m");
    });
  }
});
