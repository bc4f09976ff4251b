import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet } from "ethers";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { TestUSD__factory } from "../../typechain-types/index.ts";
import { anvilPath, MNEMONIC } from "../chain/nodes.ts";
import { create } from "./contracts.ts";
import { World } from "./world.ts";

/** What a person reads who has no reason to leave at once, or sweeps what is no token. */
describe("refusals in people's words", () => {
  let world: World;
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin("base-sepolia", "--chain-id", "84532");
    for (const [i, name] of ["deployer", "provider", "client"].entries()) {
      const wallet = HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${i}`);
      await writeKeystore(join(world.folder, `${name}.json`), wallet, "secret", { scryptN: 1024 });
    }
    world.write("password", "secret");
    await sent("provider", "deploy", world.file);
    await sent("client", "fund", world.file, "12,000", "--transfer");
    await sent("client", "accept", world.file);
    await sent("provider", "accept", world.file);
  });
  after(() => world.end());

  const env = () => ({ UPHELD_PASSWORD_FILE: join(world.folder, "password") });
  const key = (name: string) => ["--keystore", join(world.folder, `${name}.json`), "--confirmations", "1"];
  async function sent(who: string, ...args: string[]) {
    const { exitCode, err } = await world.run([...args, ...key(who), "--yes"], { env: env() });
    expect(exitCode, err).to.equal(0);
  }
  /** Refused before the question is asked. */
  const refused = (who: string, ...args: string[]) =>
    world.refusalIn({ env: env(), answers: ["y"] }, ...args, ...key(who));

  it("do not say to try again before the start, when waiting alone gives no reason", async () => {
    const { code, exitCode, hint } = await refused("client", "terminate", world.file, "bond");
    expect({ code, exitCode }).to.deep.equal({ code: "contract.NotStarted", exitCode: 1 });
    expect(hint).to.contain("leave by notice");
  });

  it("write money as the token does, before the question too", async () => {
    await world.at("2030-01-20T00:00:00Z");
    const { code, exitCode, message } = await refused("provider", "terminate", world.file, "nonpayment");
    expect({ code, exitCode }).to.deep.equal({ code: "contract.FeesAreCovered", exitCode: 1 });
    expect(message).to.equal("The fees are covered: 12,000.00 USDC is there, 1,000.00 USDC is needed.");
  });

  it("say that there never was a chronic failure, not when it ended", async () => {
    const { message, exitCode } = await refused("client", "terminate", world.file, "chronic");
    expect(message).to.equal("There was no chronic failure, so there is no right to leave at once.");
    expect(exitCode).to.equal(1);
  });

  it("say that a whole bond is no reason, and not to try again", async () => {
    const { message, exitCode } = await refused("client", "terminate", world.file, "bond");
    expect(message).to.equal("Nothing is missing of the bond, so there is no right to leave at once.");
    expect(exitCode).to.equal(1);
  });

  it("say what is no token, and what is the agreement's own", async () => {
    const account = await refused("client", "sweep", world.file, world.people.stranger);
    expect(account.code).to.equal("token.not-one");
    expect(account.message).to.equal(`There is no contract at ${world.people.stranger} on this chain, so no token.`);
    const contract = await refused("client", "sweep", world.file, world.factory);
    expect(contract.message).to.equal(
      `The contract at ${world.factory} is no token: it does not say who holds how much.`,
    );
    expect((await refused("client", "sweep", world.file, await world.token.getAddress())).code).to.equal(
      "contract.OwnToken",
    );
  });

  it("let a foreign token be swept once there is something of it", async () => {
    const deployer = await world.provider.getSigner(0);
    const foreign = TestUSD__factory.connect(await create(TestUSD__factory, deployer), deployer);
    const sweep = ["sweep", world.file, await foreign.getAddress(), ...key("provider"), "--yes", "--json"];
    expect((await world.run(sweep, { env: env() })).json).to.include({ ok: true, done: true });
    const { agreement } = (await world.ok("status", world.file)).json as { agreement: string };
    await (await foreign.mint(agreement, 5n)).wait();
    expect((await world.run(sweep, { env: env() })).exitCode).to.equal(0);
    expect(await foreign.balanceOf(world.people.client)).to.equal(5n);
  });
});
