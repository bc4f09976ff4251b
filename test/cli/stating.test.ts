/** `upheld statement --client` and `--provider` on a node: which agreements are found, which left out, what is written. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { BlocklistToken__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import { FORMATS } from "../../src/cli/stating.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { anvilPath } from "../chain/nodes.ts";
import { FEE, signMany, textOf, walletOf, type Signed, type SignOptions } from "../oracle/many.ts";
import { agreementText } from "./agreement.ts";
import { create } from "./contracts.ts";
import { World, type Run } from "./world.ts";

const JANUARY = "2030-01";
/** Answers 2,000 dollars to every question but for `decimals`, which it refuses. */
const NO_DECIMALS = "0x5f3560e01c63313ce567146019576377359400" + "5f5260205ff3" + "5b5f5ffd";

describe("a statement of what the chain finds", function () {
  this.timeout(300_000);
  let world: World;
  let provider: string;
  /** Has one agreement of each kind. */
  let client: string;
  /** Has forty. */
  let large: string;
  let [plain, second, other, ended, handed]: Signed[] = [];
  let many: Signed[];
  let draft: string;
  let secondToken: string;

  before(async function () {
    if (anvilPath() === undefined) this.skip();
    world = await World.begin();
    ({ provider, client } = world.people);
    large = walletOf(6).address;
    [plain, second] = await signMany(world, 2);
    other = await inAnotherToken(10);
    [ended] = await signMany(world, 1, { from: 20, change: oneMonth });
    [handed] = await signMany(world, 1, { from: 30 });
    many = await signMany(as(large), 40, { from: 100 });
    const text = agreementText(world.people, await world.token.getAddress());
    draft = world.write("draft.sla.yaml", text.replace("grace:", "bond: 10 USDC\ngrace:"));
    await world.ok("deploy", draft);
    await world.ok("accept", draft, "--as", "provider");
    await world.at("2030-02-20T00:00:00Z");
  });
  after(() => world.end());

  const oneMonth = (text: string) => text.replace("periods: 12", "periods: 1").replace(/leave after:\n.*\n/, "");

  /** The same world, where somebody else is the client. */
  const as = (somebody: string): World =>
    Object.create(world, { people: { value: { ...world.people, client: somebody } } }) as World;

  async function inAnotherToken(salt: number): Promise<Signed> {
    const signer = await world.provider.getSigner(0);
    secondToken = await create(BlocklistToken__factory, signer);
    const first = await world.token.getAddress();
    const change = (text: string) => text.replace(first, secondToken).replaceAll("USDC", "MINT");
    const options: SignOptions = { from: salt, change };
    const { terms } = parseAgreement(await textOf(world, salt, options));
    const address = await ISLAFactory__factory.connect(world.factory, world.provider).addressOf(encodeTerms(terms));
    await (await BlocklistToken__factory.connect(secondToken, signer).mint(address, 2n * FEE)).wait();
    const [signed] = await signMany(world, 1, options);
    return signed as Signed;
  }

  const folder = (name: string) => join(world.folder, "books", name);
  const state = (name: string, ...args: string[]): Promise<Run> =>
    world.ok("statement", ...args, "--out", folder(name));
  const files = (name: string) => {
    mkdirSync(folder(name), { recursive: true });
    return Object.fromEntries(readdirSync(folder(name)).map((file) => [file, readFileSync(join(folder(name), file))]));
  };
  const addresses = (...signed: (Signed | undefined)[]) => signed.map((one) => one?.address ?? "");
  const stated = ({ json }: Run) => (json["statements"] as { agreement: string }[]).map(({ agreement }) => agreement);
  const leftOut = ({ json }: Run) => json["leftOut"] as { agreement: string; why: string }[];
  const outcomes = ({ json }: Run) => (json["files"] as { outcome: string }[]).map(({ outcome }) => outcome);

  describe("--client", () => {
    it("has all agreements of the month, in both tokens, to the byte as named one by one", async () => {
      const found = await state("found", JANUARY, "--client", client);
      const all = addresses(plain, second, other, ended, handed);
      expect(stated(found)).to.deep.equal(all);
      expect((found.json["totals"] as { token: { symbol: string } }[]).map(({ token }) => token.symbol)).to.deep.equal([
        ...["USDC", "MINT"],
      ]);
      expect(found.json["status"]).to.equal("final");
      const draftAddress = String((await world.ok("status", draft)).json["agreement"]);
      expect(leftOut(found)).to.deep.equal([
        { agreement: draftAddress, why: "a draft that its client had not accepted" },
      ]);
      const named = await state("named", ...all, JANUARY);
      expect(named.json).not.to.have.property("leftOut");
      const name = `2030-01-client-${client.slice(2, 10).toUpperCase()}`;
      expect(Object.keys(files("found"))).to.have.members(FORMATS.map((format) => `${name}.${format}`));
      expect(files("found")).to.deep.equal(files("named"));
    });

    it("has forty agreements", async () => {
      const found = await state("large", JANUARY, "--client", large, "--format", "csv,json");
      expect(stated(found)).to.deep.equal(addresses(...many));
      await state("large by name", ...addresses(...many), JANUARY, "--format", "csv,json");
      expect(files("large")).to.deep.equal(files("large by name"));
    });

    it("takes names and service from files that are named beside it, and leaves others' alone", async () => {
      const own = [plain, second].map((one) => one?.file ?? "");
      const of = ["--client", client, "--format", "html,csv"];
      const found = await state("with files", ...own, many[0]?.file ?? "", JANUARY, ...of);
      const services = (found.json["statements"] as { service?: string }[]).map(({ service }) => service);
      expect(services).to.deep.equal(["CI hosting 0", "CI hosting 1", undefined, undefined, undefined]);
      const rest = addresses(other, ended, handed);
      await state("with files by name", ...own, ...rest, JANUARY, "--format", "html,csv");
      expect(files("with files")).to.deep.equal(files("with files by name"));
      const twice = await world.refusal("statement", own[0] ?? "", "./" + (own[0] ?? ""), JANUARY, "--client", client);
      expect(twice).to.include({ code: "usage", exitCode: 2 });
    });

    it("says what was left out, and names its files", async () => {
      const { out } = await world.run(["statement", JANUARY, "--client", client, "--out", folder("found")]);
      const name = join(folder("found"), `2030-01-client-${client.slice(2, 10).toUpperCase()}`);
      const lines = out.trimEnd().split("\n").slice(-6);
      expect(lines[0]).to.equal("");
      expect(lines[1]).to.match(/^Left out: 0x\w{40}, a draft that its client had not accepted\.$/);
      expect(lines.slice(2)).to.deep.equal(FORMATS.map((one) => `${name}.${one}: there already, the same to the byte`));
    });

    it("with --provider has only what is agreed with this provider", async () => {
      const found = await state("both", JANUARY, "--client", client, "--provider", provider, "--format", "none");
      expect(stated(found)).to.deep.equal(addresses(plain, second, other, ended, handed));
      const { stranger } = world.people;
      const { code, message } = await world.refusal("statement", JANUARY, "--client", client, "--provider", stranger);
      expect(code).to.equal("statement.no-agreements");
      expect(message).to.equal(
        `The factory ${world.factory} on local has no agreement of the client ${client} and the provider ${stranger}.`,
      );
    });

    it("is refused where there is nothing to state, and says why", async () => {
      const { stranger } = world.people;
      expect(await world.refusal("statement", JANUARY, "--client", stranger)).to.deep.equal({
        ...{ exitCode: 1, code: "statement.no-agreements" },
        message: `The factory ${world.factory} on local has no agreement of the client ${stranger}.`,
        hint: "Check the address, --network and --factory.",
      });
      const early = await world.refusal("statement", "2029-11", "--client", client);
      expect(early).to.include({ exitCode: 1, code: "statement.none-in-month" });
      const [first, ...reasons] = early.message.split("\n  ");
      expect(first).to.equal(`No agreement of the client ${client} belongs into November 2029.`);
      expect(reasons).to.have.length(6);
      expect(reasons[0]).to.equal(`Left out: ${plain?.address ?? ""}, nothing had happened in it yet.`);
      const forty = await world.refusal("statement", "2029-11", "--client", large);
      expect(forty.message.split("\n  ").slice(10)).to.deep.equal([
        `Left out: ${many[9]?.address ?? ""}, nothing had happened in it yet.`,
        "And 30 more; --json names all of them.",
      ]);
      expect(await world.refusal("statement", "2031-01", "--client", client)).to.include({
        ...{ code: "statement.month-to-come", message: "January 2031 has not begun." },
      });
      const named = await world.refusal("statement", plain?.address ?? "", JANUARY, "--client", client);
      expect(named).to.include({ exitCode: 2, message: `${plain?.address ?? ""} is an address.` });
    });
  });

  describe("--provider", () => {
    const all = () => ["statement", JANUARY, "--provider", provider, "--out", folder("all"), "--format", "csv,json"];
    const nameOf = (somebody: string) => `2030-01-client-${somebody.slice(2, 10).toUpperCase()}`;

    it("writes a statement for each client, as --client does", async () => {
      const { json } = await world.ok(...all());
      expect(json).to.deep.include({ month: JANUARY, network: "local", provider });
      const [first, last, ...more] = json["statements"] as { client: string; agreements: string[]; status: string }[];
      expect(more).to.deep.equal([]);
      const own = addresses(plain, second, other, ended, handed);
      expect(first).to.deep.include({ client, agreements: own, status: "final" });
      expect(last).to.deep.include({ client: large, agreements: addresses(...many), status: "final" });
      await state("one", JANUARY, "--client", client, "--format", "csv,json");
      await state("one", JANUARY, "--client", large, "--format", "csv,json");
      expect(files("all")).to.deep.equal(files("one"));
    });

    it("writes the same bytes again, a line for each", async () => {
      const before = files("all");
      const { out, err, exitCode } = await world.run(all(), { answers: [] });
      expect(exitCode).to.equal(0);
      const lines = [
        `${client}  5 agreements  ${nameOf(client)}, there already, the same to the byte`,
        `${large}  40 agreements  ${nameOf(large)}, there already, the same to the byte`,
      ];
      const draftAddress = String((await world.ok("status", draft)).json["agreement"]);
      const left = `Left out: ${draftAddress}, a draft that its client had not accepted.`;
      expect(out.split("\n")).to.deep.equal([...lines, left, "2 clients, 45 agreements.", ""]);
      for (const line of lines) expect(err).to.include(`${line}\n`);
      expect(files("all")).to.deep.equal(before);
    });

    it("writes those of other clients where an agreement cannot be read", async () => {
      const code = await world.provider.getCode(secondToken);
      await world.provider.send("anvil_setCode", [secondToken, NO_DECIMALS]);
      const { exitCode, json } = await world.run([...all(), "--json"]);
      const one = await world.refusal("statement", JANUARY, "--client", client);
      await world.provider.send("anvil_setCode", [secondToken, code]);
      const [first, last] = json["statements"] as { problem?: { code: string; message: string }; files?: unknown[] }[];
      expect([exitCode, first?.problem?.code, first?.files]).to.deep.equal([1, "token.no-decimals", undefined]);
      expect(last?.files).to.have.length(2);
      const message = `Agreement ${other?.address ?? ""}: ${secondToken} does not say how many decimals it has`;
      expect(first?.problem?.message).to.include(message);
      expect(one.message).to.include(message);
    });
  });

  describe("later", () => {
    let late: Signed;
    before(async () => {
      const { stranger } = world.people;
      [late] = (await signMany(world, 1, {
        from: 40,
        change: (text) => text.replace("starts: 2030-01-01", "starts: 2030-04-01"),
      })) as [Signed];
      await world.ok("seat", "offer", handed?.file ?? "", stranger, "--as", "client");
      await world.ok("seat", "take", handed?.file ?? "", "client", "--from", stranger);
      // closed, and nothing left in it
      await world.ok("claim", ended?.file ?? "");
      await world.ok("withdraw", ended?.file ?? "");
      await world.at("2030-06-20T00:00:00Z");
    });

    it("is the same to the byte, whatever came since", async () => {
      const again = await state("found", JANUARY, "--client", client);
      expect(outcomes(again)).to.deep.equal(["same", "same", "same", "same"]);
      expect(leftOut(again)).to.deep.include({ agreement: late.address, why: "nothing had happened in it yet" });
    });

    it("leaves out what is over and empty, and what somebody else had then", async () => {
      const may = await state("may", "2030-05", "--client", client, "--format", "csv");
      expect(stated(may)).to.deep.equal(addresses(plain, second, other, late));
      const { stranger } = world.people;
      expect(leftOut(may).slice(0, 2)).to.deep.equal([
        { agreement: ended?.address, why: "it did not run in May 2030, and nothing was in it" },
        { agreement: handed?.address, why: `its client was ${stranger} then` },
      ]);
      expect(stated(await state("stranger", "2030-05", "--client", stranger, "--format", "none"))).to.deep.equal(
        addresses(handed),
      );
      const { message } = await world.refusal("statement", JANUARY, "--client", stranger);
      expect(message.split("\n  ")[1]).to.equal(`Left out: ${handed?.address ?? ""}, its client was ${client} then.`);
    });

    it("is not stopped by a stranger's draft whose token is none", async () => {
      const text = agreementText(world.people, walletOf(7).address).replace("starts: 2030", "starts: 2031");
      const packed = encodeTerms(parseAgreement(text).terms);
      const stranger = await world.provider.getSigner(world.people.stranger);
      const factory = ISLAFactory__factory.connect(world.factory, stranger);
      const address = await factory.addressOf(packed);
      await (await factory.create(packed)).wait();
      const again = await state("found", JANUARY, "--client", client);
      expect(outcomes(again)).to.deep.equal(["same", "same", "same", "same"]);
      expect(leftOut(again)).to.deep.include({ agreement: address, why: "its token does not answer" });
    });
  });
});
