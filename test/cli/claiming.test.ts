import { expect } from "chai";
import { AbiCoder, getAddress, ZeroAddress } from "ethers";
import { BlocklistToken__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import { exitCodeOfMany } from "../../src/cli/many.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { anvilPath } from "../chain/nodes.ts";
import { FEE, signMany, textOf } from "../oracle/many.ts";
import { agreementText } from "./agreement.ts";
import { create } from "./contracts.ts";
import { World } from "./world.ts";

const HALF = FEE / 2n;

describe("upheld claim --all", function () {
  this.timeout(90_000);
  let world: World;
  let token: string;
  let agreements: string[];
  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    token = await world.token.getAddress();
    agreements = (await signMany(world, 4, { from: 200 })).map(({ address }) => address);
    // No reports: each month's silence credit is half the fee.
    await world.at("2030-02-20T00:00:00Z");
  });
  after(() => world.end());

  interface Claim {
    readonly agreement: string;
    readonly token: string;
    readonly amount: string;
    readonly transaction?: string;
    readonly problem?: { readonly code: string; readonly message: string };
  }
  const claims = (json: Record<string, unknown>) => json["claims"] as Claim[];
  const dry = async (...args: string[]) => (await world.ok("claim", "--all", "--dry-run", ...args)).json;
  const lines = (amount: string, ...of: string[]) => of.map((agreement) => `  ${agreement}  ${amount}`);

  it("needs one agreement or --all, and in a dry run whose they are", async () => {
    for (const args of [["claim"], ["claim", "--all", agreements[0] ?? ""]]) {
      expect(await world.refusal(...args)).to.include({ code: "usage", exitCode: 2 });
    }
    for (const option of ["--dry-run", "--calldata"]) {
      expect(await world.refusal("claim", "--all", option)).to.include({
        ...{ code: "usage", exitCode: 2, message: "It is not clear whose agreements are meant." },
        hint: "Name the provider by --provider.",
      });
    }
  });

  it("says the total first, of those that have something to claim", async () => {
    const { provider, stranger } = world.people;
    const json = await dry("--provider", provider);
    expect(claims(json)).to.deep.equal(agreements.map((agreement) => ({ agreement, token, amount: "500.00" })));
    expect(json).to.deep.include({ dryRun: true, network: "local", provider, total: { [token]: "2000.00" } });
    expect(claims(await dry("--from", provider.toLowerCase()))).to.have.length(4);
    const { out } = await world.run(["claim", "--all", "--dry-run", "--provider", provider]);
    expect(out.split("\n")).to.deep.equal([
      ...lines("500.00 USDC", ...agreements),
      "Nothing was sent. 2,000.00 USDC from 4 agreements.",
      "",
    ]);
    expect(await dry("--provider", stranger)).to.deep.include({ claims: [], total: {} });
    const none = await world.run(["claim", "--all", "--dry-run", "--provider", stranger]);
    expect(none.out).to.equal("Nothing was sent. nothing from 0 agreements.\n");
  });

  it("leaves out what is less than --least", async () => {
    const args = ["--provider", world.people.provider, "--least"];
    expect(claims(await dry(...args, "500.01"))).to.deep.equal([]);
    expect(claims(await dry(...args, "500"))).to.have.length(4);
  });

  it("leaves drafts alone, whose claim would take the acceptance back", async () => {
    const text = agreementText(world.people, token).replace("starts: 2030-01-01", "starts: 2030-12-01");
    const file = world.write("draft.sla.yaml", text.replace("grace:", "bond: 10 USDC\ngrace:"));
    await world.ok("deploy", file);
    await world.ok("accept", file, "--as", "provider");
    expect(claims(await dry("--provider", world.people.provider))).to.have.length(4);
  });

  it("prints what another signer would send, to whom it shall be paid", async () => {
    const { provider, stranger } = world.people;
    const args = ["claim", "--all", "--calldata", "--provider", provider, "--to", stranger];
    const { json } = await world.ok(...args);
    const transactions = json["transactions"] as { to: string; value: string; data: string; description: string }[];
    expect(json).to.deep.include({ chainId: "31337", signer: [provider] });
    expect(transactions.map(({ to }) => to)).to.deep.equal(agreements);
    for (const { data } of transactions) {
      expect(AbiCoder.defaultAbiCoder().decode(["address"], `0x${data.slice(10)}`)[0]).to.equal(stranger);
    }
    const { out } = await world.run(args);
    expect(out.split("\n").slice(0, 9)).to.deep.equal([
      "To be signed by the provider on local, in any order:",
      ...[0, 1].flatMap((i) => [
        `${i + 1}. ${transactions[i]?.description ?? ""}`,
        `   to     ${agreements[i] ?? ""}`,
        "   value  0",
        `   data   ${transactions[i]?.data ?? ""}`,
      ]),
    ]);
  });

  it("sends nothing where nothing can be paid, and says of each why", async () => {
    const from = world.people.provider;
    const block = await world.provider.getBlockNumber();
    const { exitCode, json } = await world.run(["claim", "--all", "--from", from, "--to", ZeroAddress, "--json"]);
    expect(exitCode).to.equal(1);
    expect(json).to.deep.include({ highestCost: "0", total: {} });
    expect(claims(json).map(({ transaction, problem }) => [transaction, problem?.code])).to.deep.equal(
      Array(4).fill([undefined, "contract.ERC20InvalidReceiver"]),
    );
    const { out } = await world.run(["claim", "--all", "--from", from, "--to", ZeroAddress]);
    expect(out).to.match(/\nnothing claimed from 0 agreements, for at most 0\.0 for gas; 4 failed\.\n$/);
    expect(out.split("\n")[0]).to.match(
      / {2}500\.00 USDC {2}0x0000000000000000000000000000000000000000 cannot receive this token\.$/,
    );
    expect(await world.provider.getBlockNumber()).to.equal(block);
  });

  it("sends nothing where the coin is too little for all of them", async () => {
    const { provider } = world.people;
    const had = await world.provider.getBalance(provider);
    await world.provider.send("anvil_setBalance", [provider, "0x5"]);
    const refusal = await world.refusal("claim", "--all", "--from", provider);
    await world.provider.send("anvil_setBalance", [provider, `0x${had.toString(16)}`]);
    expect(refusal).to.include({ code: "gas.too-little", exitCode: 1 });
    expect(refusal.message).to.match(
      new RegExp(`^${provider} holds 0\\.000000000000000005 of the chain's own coin; all of it may cost 0\\.\\d+\\.$`),
    );
    expect(refusal.hint).to.equal("Send this account some of the chain's own coin for gas. Nothing was sent.");
  });

  it("pays out what can be paid, in several tokens, and says what failed", async () => {
    const { provider, stranger } = world.people;
    const second = await create(BlocklistToken__factory, await world.provider.getSigner(0));
    const mint = BlocklistToken__factory.connect(second, await world.provider.getSigner(0));
    const factory = ISLAFactory__factory.connect(world.factory, world.provider);
    const options = {
      from: 400,
      change: (text: string) =>
        text.replace(token, second).replaceAll("USDC", "MINT").replace("starts: 2030-01-01", "starts: 2030-03-01"),
    };
    // paid for before it is there: its address follows from its terms
    const { terms } = parseAgreement(await textOf(world, options.from, options));
    const other = await factory.addressOf(encodeTerms(terms));
    await (await mint.mint(other, 2n * FEE)).wait();
    await signMany(world, 1, options);
    await world.at("2030-06-10T00:00:00Z");
    await (await mint.setBlocked(stranger, true)).wait();
    const before = await world.token.balanceOf(stranger);
    const all = claims(await dry("--provider", provider));
    expect(all.map(({ agreement }) => agreement)).to.deep.equal([...agreements, other]);
    const sum = all.slice(0, 4).reduce((total, { amount }) => total + BigInt(amount.replace(".", "")) * 10_000n, 0n);
    const { exitCode, json } = await world.run(["claim", "--all", "--from", provider, "--to", stranger, "--json"]);
    expect(exitCode).to.equal(1);
    const done = claims(json);
    expect(done.map(({ problem }) => problem === undefined)).to.deep.equal([true, true, true, true, false]);
    expect(done.every(({ transaction, problem }) => (transaction === undefined) === (problem !== undefined))).to.equal(
      true,
    );
    expect(Object.keys(json["total"] as object)).to.deep.equal([token]);
    expect(json["from"]).to.equal(provider);
    expect((await world.token.balanceOf(stranger)) - before).to.equal(sum);
    expect(sum >= 4n * HALF).to.equal(true);
    // what is left is paid once it can be
    const { out, exitCode: code } = await world.run(["claim", "--all", "--from", provider]);
    expect(code).to.equal(0);
    expect(out).to.match(
      /^ {2}0x\w{40} {2}[\d,.]+ MINT\n[\d,.]+ MINT claimed from 1 agreement, for at most 0\.\d+ for gas\.\n$/,
    );
    const again = await world.run(["claim", "--all", "--from", provider]);
    expect(again.out).to.equal("There is nothing to claim now.\n");
    expect((await world.ok("claim", "--all", "--from", provider)).json["done"]).to.equal(true);
  });

  it("follows a seat to whoever took it", async () => {
    const [one] = await signMany(world, 1, {
      from: 300,
      change: (text) => text.replace("starts: 2030-01-01", "starts: 2030-07-01"),
    });
    const { stranger, provider } = world.people;
    await world.ok("seat", "offer", one!.file, stranger, "--as", "provider");
    await world.ok("seat", "take", one!.file, "provider", "--from", stranger);
    await world.at("2030-08-20T00:00:00Z");
    const of = async (who: string) => claims(await dry("--provider", who)).map(({ agreement }) => agreement);
    expect(await of(getAddress(stranger))).to.deep.equal([one!.address]);
    expect(await of(provider)).not.to.include(one!.address);
  });
});

describe("the exit code of many transactions", () => {
  const problem = { code: "x", message: "y" };
  const [well, lost, again] = [
    { one: 1, hash: "0x" },
    { one: 2, problem },
    { one: 3, problem: { ...problem, retry: true } },
  ];
  it("is 0 when none failed, 75 when trying again is all it takes, else 1", () => {
    expect(exitCodeOfMany([])).to.equal(0);
    expect(exitCodeOfMany([well, well])).to.equal(0);
    expect(exitCodeOfMany([well, again])).to.equal(75);
    expect(exitCodeOfMany([again, lost])).to.equal(1);
    expect(exitCodeOfMany([{ one: 4, problem: { ...problem, retry: false } }])).to.equal(1);
  });
});
