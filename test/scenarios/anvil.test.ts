import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { JsonRpcProvider, toQuantity, Wallet } from "ethers";
import { jobs } from "../../scripts/jobs.ts";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { ACTORS, type Actor, type Keys } from "../../src/demo/actors.ts";
import { play, type Played } from "../../src/demo/play.ts";
import { setStage, type Setting } from "../../src/demo/setting.ts";
import { act } from "../../src/demo/stage.ts";
import { dispute } from "../../src/demo/stories/dispute.ts";
import type { Story } from "../../src/demo/stories/story.ts";
import { year } from "../../src/demo/stories/year.ts";
import { anvilPath, startAnvil, type TestNode } from "../chain/nodes.ts";
import { problemOf } from "../chain/rejection.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BEGIN = BigInt(Date.UTC(2024, 11, 1) / 1000);
const ONE_COIN = 10n ** 18n;

/**
 * The stories of `npm start`, on a node that shares no code with Hardhat's, every transaction signed in this process
 * by a key that was opened from an encrypted keystore.
 */
describe("the scenario of npm start on anvil, with keystore files as keys", function () {
  this.timeout(180_000);
  let node: TestNode | undefined;
  let folder = "";

  before(function () {
    if (anvilPath() !== undefined) return;
    process.stderr.write("      SKIPPED: anvil is not installed; it is an optional package for 64-bit Linux\n");
    this.skip();
  });

  beforeEach(async () => {
    node = await startAnvil("--timestamp", BEGIN.toString());
    folder = mkdtempSync(join(tmpdir(), "upheld-anvil-"));
  });

  afterEach(async () => {
    await node?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function stage(): Promise<Setting> {
    const rpc = node?.url ?? "";
    const provider = new JsonRpcProvider(rpc, undefined, { staticNetwork: true });
    const people = await keystores(join(folder, "keys"));
    for (const { address } of people.wallets) {
      await provider.send("anvil_setBalance", [address, toQuantity(ONE_COIN)]);
    }
    provider.destroy();
    const work = join(folder, "work");
    mkdirSync(work);
    return setStage({
      jobs,
      services: { deployFolder: work },
      rpc,
      keys: people.keys,
      actors: people.addresses,
      signal: new AbortController().signal,
      example: join(ROOT, "examples", "github-actions-2025"),
      folder: work,
      onProgress: () => undefined,
    });
  }

  async function played(story: Story): Promise<Played> {
    return play(story, await stage());
  }

  it("the year: 750.00 credited, 11,250.00 earned, every unit accounted for, a changed second found", async () => {
    const { data, isSound } = await played(year);
    const { months, ...sums } = data as { months: { month: string; credited: string }[] };
    expect(sums).to.deep.equal({ credited: "750.00", earned: "11250.00", conserved: true });
    expect(
      months.filter(({ credited }) => credited !== "0.00").map(({ month, credited }) => [month, credited]),
    ).to.deep.equal([
      ["2025-01", "100.00"],
      ["2025-05", "100.00"],
      ["2025-06", "100.00"],
      ["2025-08", "100.00"],
      ["2025-10", "250.00"],
      ["2025-12", "100.00"],
    ]);
    expect(isSound).to.equal(true);
  });

  it("the dispute: pledge pulled, arbiter rules, 750.00 and 11,250.00 in the end", async () => {
    const { data, isSound } = await played(dispute);
    expect(data).to.include({ credited: "750.00", earned: "11250.00", conserved: true });
    expect(isSound).to.equal(true);
  });

  it("a key that holds no seat can do nothing in its place", async () => {
    const setting = await stage();
    const { code } = await problemOf(act(setting, "arbiter", "accept", "--as", "client"));
    expect(code).to.equal("signer.wrong");
  });
});

/** A key for each actor, in an encrypted keystore with a password file: the only way in which they sign. */
async function keystores(folder: string) {
  mkdirSync(folder);
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, "correct horse battery staple\n", { mode: 0o600 });
  const pairs = await Promise.all(
    ACTORS.map(async (actor) => {
      const wallet = Wallet.createRandom();
      const path = join(folder, `${actor}.json`);
      // a cheap derivation: a real keystore takes a second to open, and each of them is opened a dozen times
      await writeKeystore(path, wallet, "correct horse battery staple", { scryptN: 1024 });
      return { actor, wallet, env: { UPHELD_KEYSTORE: path, UPHELD_PASSWORD_FILE: passwordFile } };
    }),
  );
  return {
    wallets: pairs.map(({ wallet }) => wallet),
    addresses: Object.fromEntries(pairs.map(({ actor, wallet }) => [actor, wallet.address])) as Record<Actor, string>,
    keys: Object.fromEntries(pairs.map(({ actor, env }) => [actor, env])) as Keys,
  };
}
