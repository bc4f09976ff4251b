import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { AddressBook } from "../../src/chain/addresses.ts";
import { Agreement } from "../../src/chain/agreement.ts";
import type { Chain } from "../../src/chain/connect.ts";
import { Factory } from "../../src/chain/factory.ts";
import { networkNamed } from "../../src/chain/networks.ts";
import { checkAgreement } from "../../src/cli/checking.ts";
import { Context, needs } from "../../src/cli/context.ts";
import { ensureFactory, ensureTestToken, type Deployer } from "../../src/cli/deploying.ts";
import type { CommonOptions } from "../../src/cli/job.ts";
import { Output } from "../../src/cli/output.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import type { AgreementFile } from "../../src/terms/file.ts";
import { answering, BUSY, type Answers } from "../chain/answering.ts";
import { problemOf } from "../chain/rejection.ts";
import { sampleTerms } from "../terms/sample-terms.ts";
import { AGREEMENT, agreedChain, FACTORY, FOREIGN, NOW } from "./agreed-chain.ts";
import { agreementText } from "./agreement.ts";
import { listening } from "./answer.ts";

const TERMS = sampleTerms();
const DEPLOYER = "0xC1C1c1c1c1c1c1C1c1c1C1c1c1c1C1C1C1C1C1C1".toLowerCase();

const fileOf = (changes: Partial<AgreementFile> = {}) =>
  ({
    ...{ terms: TERMS, network: networkNamed("local"), token: { address: TERMS.token, symbol: "USDC", decimals: 6 } },
    ...changes,
  }) as AgreementFile;

describe("what is checked before anybody pays", () => {
  const checked = (file: AgreementFile | undefined, address = AGREEMENT, answers = agreedChain(TERMS)) =>
    answering(answers, async (provider) => {
      const chain = { provider, network: networkNamed("local") } as Chain;
      return checkAgreement(chain, await Factory.at(provider, FACTORY), address, file);
    });
  const genuine = { what: "genuine", ok: true, detail: `made by the factory ${FACTORY}` };
  const network = { what: "network", ok: true, detail: "local" };
  const token = { what: "token", ok: true, detail: `USDC, 6 decimals, ${TERMS.token}` };
  const same = { what: "terms", ok: true, detail: "each as in the file" };

  it("is that all is as the file says", async () => {
    expect(await checked(fileOf())).to.deep.equal([network, genuine, same, token]);
    expect(await checked(fileOf({ network: undefined }))).to.deep.equal([genuine, same, token]);
  });

  it("is which chain it is on", async () => {
    expect((await checked(fileOf({ network: networkNamed("base") })))[0]).to.deep.equal({
      what: "network",
      ok: false,
      detail: "local; the file says base",
    });
  });

  it("is each term that differs, in one line", async () => {
    const terms = { ...TERMS, fee: TERMS.fee + 1n, chronic: [{ count: 1, window: 3, leastShare: 100_000_000n }] };
    expect(await checked(fileOf({ terms }))).to.deep.equal([
      ...[network, genuine],
      { what: "fee", ok: false, detail: "1000000000; the file says 1000000001" },
      {
        what: "chronic",
        ok: false,
        detail:
          "[ { count: 2, window: 3, leastShare: 100000000 } ]; the file says [ { count: 1, window: 3, leastShare: 100000000 } ]",
      },
      token,
    ]);
  });

  it("is what the token says of itself", async () => {
    for (const wrong of [
      { symbol: "EURC", decimals: 6 },
      { symbol: "USDC", decimals: 18 },
    ]) {
      const file = fileOf({ token: { address: TERMS.token, ...wrong } });
      expect((await checked(file)).at(-1)).to.deep.equal({
        what: "token",
        ok: false,
        detail: `${token.detail}; the file says ${wrong.symbol}, ${wrong.decimals} decimals`,
      });
    }
  });

  it("without a file is what there is to compare", async () => {
    const hash = keccak256(encodeTerms(TERMS));
    expect(await checked(undefined)).to.deep.equal([
      genuine,
      { what: "terms", ok: true, detail: `${hash}; compare them with your file: upheld check ADDRESS FILE` },
      { what: "document", ok: true, detail: `${TERMS.document}: sha256 of the agreement's file` },
      { what: "start", ok: true, detail: "1 Jan 2025" },
    ]);
  });

  it("ends where the factory did not make it", async () => {
    const detail = (code: string) => ({
      what: "genuine",
      ok: false,
      detail:
        code === "0x"
          ? `There is no contract at ${FOREIGN} on this chain.`
          : `The contract at ${FOREIGN} was not made by the factory ${FACTORY}.`,
    });
    for (const code of ["0x", "0x60"]) {
      const answers = agreedChain(TERMS, { eth_getCode: () => code });
      expect(await checked(fileOf(), FOREIGN, answers)).to.deep.equal([network, detail(code)]);
    }
  });

  it("cannot be said when the node does not answer, nor when the check itself is wrong", async () => {
    const busy = answering(BUSY, (provider) => {
      const factory = { isGenuine: () => provider.getBlockNumber() } as unknown as Factory;
      return checkAgreement({ provider, network: networkNamed("local") } as Chain, factory, AGREEMENT, undefined);
    }).catch((error: unknown) => error);
    expect(await busy).to.have.property("code", "SERVER_ERROR");
  });
});

describe("an agreement on the chain", () => {
  const refusal = (code: string) =>
    problemOf(
      answering(agreedChain(TERMS, { eth_getCode: () => code }), async (provider) =>
        Agreement.at(await Factory.at(provider, FACTORY), FOREIGN),
      ),
    );

  it("has its terms, their hash and its token", async () => {
    await answering(agreedChain(TERMS), async (provider) => {
      const agreement = await Agreement.at(await Factory.at(provider, FACTORY), AGREEMENT);
      const { address, terms, termsHash, token, wording } = agreement;
      expect({ address, terms, termsHash }).to.deep.equal({
        ...{ address: AGREEMENT, terms: TERMS, termsHash: keccak256(encodeTerms(TERMS)) },
      });
      expect([token.symbol, token.decimals, wording.currency]).to.deep.equal(["USDC", 6, token]);
      expect(agreement.provider).to.equal(provider);
      expect((await problemOf(agreement.state())).code, "decoded").to.equal("contract.unknown");
    });
  });

  it("is told from a foreign contract, and from none", async () => {
    expect(await refusal("0x60")).to.deep.equal({
      code: "agreement.not-genuine",
      message: `The contract at ${FOREIGN} was not made by the factory ${FACTORY}.`,
      hint: "Send it no money. If you know another factory to be genuine, name it by --factory.",
    });
    expect(await refusal("0x")).to.deep.equal({
      code: "agreement.nothing-there",
      message: `There is no contract at ${FOREIGN} on this chain.`,
      hint: "Check the address and --network; a draft that was never deployed: `upheld deploy`.",
    });
  });
});

describe("what a job works with", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "upheld-around-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const local = () => new AddressBook(join(folder, "addresses.local.json"));

  interface Around {
    readonly options?: Partial<CommonOptions>;
    readonly env?: Record<string, string>;
    readonly answers?: Answers;
  }
  const withContext = <T>(work: (context: Context) => Promise<T>, { options = {}, env = {}, answers }: Around = {}) =>
    answering(answers ?? agreedChain(TERMS), async (_, asked, url) => {
      const { io } = listening({ env: { UPHELD_RPC: url, ...env } });
      const context = new Context(options as CommonOptions, new Output(io, false), { deployFolder: folder });
      try {
        return await work(context);
      } finally {
        await context.chain().then(
          ({ provider }) => {
            provider.destroy();
          },
          () => undefined,
        );
      }
    });

  it("is one chain, asked which it is once", async () => {
    let asked = 0;
    const eth_chainId = () => {
      ++asked;
      return "0x7a69";
    };
    await withContext(async (context) => expect(await context.chain()).to.equal(await context.chain()), {
      answers: agreedChain(TERMS, { eth_chainId }),
    });
    expect(asked).to.equal(1);
  });

  it("is the chain that is meant, by option, environment or file", async () => {
    const base = agreedChain(TERMS, { eth_chainId: () => "0x2105" });
    const name = async (around: Around, file?: string) =>
      withContext(async (context) => (await context.chain(file)).network.name, { answers: base, ...around });
    expect(await name({})).to.equal("base");
    expect(await name({ options: { network: "base" } })).to.equal("base");
    expect(await name({}, "base")).to.equal("base");
    expect((await problemOf(name({ env: { UPHELD_NETWORK: "optimism" } }))).code).to.equal("chain.wrong-id");
    const { code, message, hint } = await problemOf(name({ options: { network: "local" } }));
    expect(code).to.equal("chain.wrong-id");
    expect(message).to.match(/^The node at 127\.0\.0\.1:\d+ is base \(chain 8453\), not a local play chain\.$/);
    expect(hint).to.equal("Say which chain you mean by --network.");
    const play = { answers: agreedChain(TERMS, { eth_chainId: () => "0x539" }), options: { network: "local" } };
    expect(await name(play), "any play chain").to.equal("chain-1337");
  });

  it("is a factory: the one remembered, or the one named", async () => {
    const factory = (around: Around = {}) =>
      withContext(async (context) => {
        const { address, block } = await context.factory();
        return { address, block };
      }, around);
    expect(await problemOf(factory())).to.deep.equal({
      code: "factory.unknown",
      message: "No factory is known on local.",
      hint: "Name one you trust by --factory; `upheld deploy` makes one.",
    });
    const named = { address: FACTORY, block: 0 };
    expect(await factory({ options: { factory: FACTORY } })).to.deep.equal(named);
    expect(await factory({ env: { UPHELD_FACTORY: FACTORY.toLowerCase() } })).to.deep.equal(named);
    local().set(31_337n, { factory: FACTORY, block: 5 });
    expect(await factory()).to.deep.equal({ address: FACTORY, block: 5 });
    expect(await factory({ env: { UPHELD_FACTORY: "" } })).to.deep.equal({ address: FACTORY, block: 5 });
    expect(await factory({ options: { factory: FACTORY.toLowerCase() } })).to.deep.equal({
      address: FACTORY,
      block: 5,
    });
    local().set(31_337n, { factory: FOREIGN, block: 5 });
    expect(await factory({ options: { factory: FACTORY }, env: { UPHELD_FACTORY: FOREIGN } })).to.deep.equal(named);
    expect((await problemOf(factory({ options: { factory: "0x12" } }))).message).to.equal(
      'Factory "0x12" is not an address.',
    );
  });

  it("is a book of addresses: one for play chains, one that can be kept", async () => {
    const path = (answers: Answers) => withContext(async (context) => (await context.addressBook()).path, { answers });
    expect(await path(agreedChain(TERMS))).to.equal(join(folder, "addresses.local.json"));
    const base = agreedChain(TERMS, { eth_chainId: () => "0x2105" });
    expect(await path(base)).to.equal(join(folder, "addresses.json"));
  });

  it("is an agreement, by its address or its file", async () => {
    local().set(31_337n, { factory: FACTORY, block: 0 });
    const people = { provider: TERMS.provider, client: TERMS.client, oracle: TERMS.oracle, arbiter: TERMS.arbiter };
    const file = join(folder, "a.sla.yaml");
    writeFileSync(file, agreementText({ ...people, stranger: FOREIGN }, TERMS.token));
    for (const ref of [AGREEMENT.toLowerCase(), file]) {
      const opened = await withContext(async (context) => (await context.agreement(ref)).address);
      expect(opened).to.equal(AGREEMENT);
    }
    await withContext((context) => {
      expect(context.measureNames(file)).to.deep.equal(["uptime"]);
      expect(context.measureNames(AGREEMENT)).to.deep.equal([]);
      return Promise.resolve();
    });
  });

  it("is the chain's clock, and whether a key is at hand", async () => {
    expect(await withContext((context) => context.now())).to.equal(BigInt(NOW));
    expect(await withContext((context) => context.hasKey())).to.equal(true);
    const answers = agreedChain(TERMS, { eth_chainId: () => "0x2105" });
    expect(await withContext((context) => context.hasKey(), { answers })).to.equal(false);
    expect(await withContext((context) => context.hasKey(), { answers, options: { keystore: "k" } })).to.equal(true);
  });

  it("is whoever has to sign", () => {
    expect(needs.anyone).to.deep.equal({ who: "anyone", accounts: [] });
    expect(needs.oneOf("a party", FACTORY.toLowerCase())).to.deep.equal({ who: "a party", accounts: [FACTORY] });
  });

  describe("when contracts are put on the chain", () => {
    const deployed: string[] = [];
    const deploy: Deployer = async (name, _, signer) => {
      deployed.push(`${name} by ${await signer.getAddress()}`);
      return name === "Upheld" ? { factory: FACTORY, backOffice: FOREIGN } : { token: TERMS.token };
    };
    beforeEach(() => deployed.splice(0));
    const factory = (around?: Around) => withContext((context) => ensureFactory(context, deploy), around);

    it("the factory is deployed once, and remembered", async () => {
      expect(await factory()).to.equal("deployed");
      expect(deployed).to.have.length(1);
      expect(deployed[0]?.toLowerCase()).to.equal(`upheld by ${DEPLOYER}`);
      expect(local().get(31_337n)).to.deep.equal({ factory: FACTORY, block: 7, backOffice: FOREIGN });
      expect(await factory()).to.equal("known");
      expect(deployed).to.have.length(1);
    });

    it("no factory is deployed where one is named, or where it is only tried", async () => {
      expect(await factory({ options: { factory: FACTORY } })).to.equal("known");
      expect(await factory({ options: { dryRun: true } })).to.equal("would deploy");
      expect(await problemOf(factory({ options: { calldata: true, dryRun: true } }))).to.deep.equal({
        code: "usage.deploy-needs-key",
        message: "The chain has no factory yet, and deploying one is no single transaction to hand on.",
        hint: "Deploy it with any key first: `upheld deploy`; then print the agreement's creation with --calldata.",
      });
      expect(deployed).to.deep.equal([]);
    });

    it("a factory that is gone is made anew on a play chain, and missed on any other", async () => {
      local().set(31_337n, { factory: FOREIGN, block: 1, testToken: FOREIGN });
      expect(await factory()).to.equal("deployed");
      expect(local().get(31_337n)).to.deep.equal({ factory: FACTORY, block: 7, backOffice: FOREIGN });
      const path = join(folder, "addresses.json");
      new AddressBook(path).set(8_453n, { factory: FOREIGN, block: 1 });
      const base = { answers: agreedChain(TERMS, { eth_chainId: () => "0x2105" }) };
      expect(await problemOf(factory(base))).to.deep.equal({
        code: "factory.vanished",
        message: `The factory remembered for base, ${FOREIGN}, has no code there.`,
        hint: "The node may be behind or of another chain of that id. If the entry is wrong, remove it from the file.",
        file: path,
      });
    });

    it("a person is asked on a live chain, with what it costs", async () => {
      const base = { answers: agreedChain(TERMS, { eth_chainId: () => "0x2105" }) };
      expect((await problemOf(factory(base))).code, "no key").to.equal("signer.none");
    });

    it("the test dollar is deployed once, and again when it is gone", async () => {
      const token = () => withContext((context) => ensureTestToken(context, deploy));
      const early = await token().catch((error: unknown) => error);
      expect(early).to.have.property("message", "the factory comes first");
      local().set(31_337n, { factory: FACTORY, block: 1 });
      expect(await token()).to.equal(TERMS.token);
      expect(await token()).to.equal(TERMS.token);
      expect(deployed.map((one) => one.slice(0, 9))).to.deep.equal(["TestToken"]);
      expect(local().get(31_337n)).to.deep.equal({ factory: FACTORY, block: 1, testToken: TERMS.token });
      local().set(31_337n, { factory: FACTORY, block: 1, testToken: FOREIGN });
      expect(await token(), "it was gone").to.equal(TERMS.token);
    });

    it("a module that makes nothing is a defect", async () => {
      const nothing: Deployer = () => Promise.resolve({});
      const message = (work: Promise<unknown>) => work.catch((error: unknown) => (error as Error).message);
      expect(await message(withContext((context) => ensureFactory(context, nothing)))).to.equal(
        "the module names no factory",
      );
      local().set(31_337n, { factory: FACTORY, block: 1 });
      expect(await message(withContext((context) => ensureTestToken(context, nothing)))).to.equal(
        "the module names no token",
      );
    });
  });
});
