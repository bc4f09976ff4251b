import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  active,
  createAgreement,
  deposit,
  draft,
  ethers,
  FEE,
  loadFixture,
  NOBODY,
  Phase,
  START,
  termsOf,
  timeTravelTo,
  world,
} from "../support/fixture.ts";

/** The code of a clone of `implementation` with `args`, and what deploys it. */
const cloneCode = (implementation: string, args: string) =>
  ethers.concat(["0x363d3d373d3d3d363d73", implementation, "0x5af43d82803e903d91602b57fd5bf3", args]);
const deployer = (runtime: string) =>
  ethers.concat(["0x61", ethers.toBeHex(ethers.dataLength(runtime), 2), "0x3d81600a3d39f3", runtime]);

describe("SLAFactory", () => {
  describe("create", () => {
    it("makes the agreement at the address told before, with its terms in its code", async () => {
      const w = await loadFixture(world);
      const packed = encodeTerms(termsOf(w));
      const address = await w.factory.addressOf(packed);
      expect(await ethers.provider.getCode(address)).to.equal("0x");
      await expect(w.factory.connect(w.stranger).create(packed))
        .to.emit(w.factory, "AgreementCreated")
        .withArgs(address, w.provider.address, w.client.address);
      const escrow = await ethers.getContractAt("SLAEscrow", address);
      expect(await escrow.terms()).to.equal(packed);
      expect(await escrow.termsHash()).to.equal(ethers.keccak256(packed));
      expect(await ethers.provider.getCode(address)).to.equal(cloneCode(w.implementation.target as string, packed));
    });

    it("returns the same address when it exists, after the start too, and tells nothing", async () => {
      const a = await loadFixture(draft);
      for (const time of [START - 1n, START + 100n * DAY]) {
        await timeTravelTo(time);
        expect(await a.factory.create.staticCall(a.packed)).to.equal(a.address);
        await expect(a.factory.connect(a.stranger).create(a.packed)).not.to.emit(a.factory, "AgreementCreated");
      }
      await expectState(a, { phase: Phase.Lapsed });
    });

    it("makes another agreement of terms that differ in one byte", async () => {
      const a = await loadFixture(draft);
      const b = await createAgreement(a, { document: ethers.id("the agreement, salted anew") });
      expect(b.address).not.to.equal(a.address);
      expect(await b.escrow.termsHash()).not.to.equal(await a.escrow.termsHash());
    });

    it("makes another agreement by another factory", async () => {
      const a = await loadFixture(draft);
      const other = await ethers.deployContract("SLAFactory", [a.implementation, a.lens]);
      expect(await other.addressOf(a.packed)).not.to.equal(a.address);
      expect(await other.isGenuine(a.address)).to.equal(false);
    });

    it("leaves tokens that were sent before to the client", async () => {
      const w = await loadFixture(world);
      const packed = encodeTerms(termsOf(w));
      await w.usdToken.mint(await w.factory.addressOf(packed), FEE);
      const a = await createAgreement(w);
      await a.escrow.connect(a.client).accept(ethers.keccak256(packed));
      await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, FEE), { client: FEE, escrow: -FEE });
    });

    it("refuses roles that clash", async () => {
      const w = await loadFixture(world);
      const [provider, client, oracle] = [w.provider.address, w.client.address, w.oracle.address];
      const refuses = (changes: Parameters<typeof termsOf>[1], error: string, who: string) =>
        expectRefusal(w.factory.create(encodeTerms(termsOf(w, changes))), w.factory, error, [who]);
      await refuses({ client: provider }, "PartiesAreTheSame", provider);
      await refuses({ arbiter: provider }, "ArbiterIsNotNeutral", provider);
      await refuses({ arbiter: client }, "ArbiterIsNotNeutral", client);
      await refuses({ arbiter: oracle }, "ArbiterIsNotNeutral", oracle);
      for (const role of ["provider", "client", "oracle", "arbiter"] as const) {
        await refuses({ [role]: NOBODY }, "RoleIsNotAPerson", NOBODY);
        await refuses({ [role]: w.usdToken.target as string }, "RoleIsNotAPerson", w.usdToken.target as string);
      }
      for (const party of [provider, client]) await createAgreement(w, { oracle: party });
    });

    it("names the first of two roles that are nobody's", async () => {
      const w = await loadFixture(world);
      const token = w.usdToken.target as string;
      for (const [provider, client] of [
        [NOBODY, token],
        [token, NOBODY],
      ] as const) {
        const packed = encodeTerms(termsOf(w, { provider, client }));
        await expectRefusal(w.factory.create(packed), w.factory, "RoleIsNotAPerson", [provider]);
      }
    });

    it("refuses a token that is nobody", async () => {
      const w = await loadFixture(world);
      const packed = encodeTerms(termsOf(w, { token: NOBODY }));
      await expectRefusal(w.factory.create(packed), w.factory, "RoleIsNotAPerson", [NOBODY]);
    });

    it("makes a draft that the client can neither accept nor fund when the token is no token", async () => {
      const w = await loadFixture(world);
      const packed = encodeTerms(termsOf(w, { token: w.newcomer.address }));
      await w.factory.create(packed);
      const escrow = await ethers.getContractAt("SLAEscrow", await w.factory.addressOf(packed));
      await expect(escrow.connect(w.client).accept(ethers.keccak256(packed))).to.be.revertedWithoutReason(ethers);
      await expectRefusal(escrow.connect(w.client).fund(1n), escrow, "SafeERC20FailedOperation", [w.newcomer.address]);
    });

    it("refuses terms that are not canonical, and terms that break a limit", async () => {
      const w = await loadFixture(world);
      const packed = encodeTerms(termsOf(w));
      const size = ethers.dataLength(packed);
      await expectRefusal(w.factory.create(`${packed}00`), w.factory, "TermsLengthDiffers", [size + 1, size]);
      await expectRefusal(w.factory.create("0x"), w.factory, "TermsLengthDiffers", [0, 229]);
      const cheap = encodeTerms(termsOf(w, { fee: 9_999n, pledge: 0n }));
      await expectRefusal(w.factory.create(cheap), w.factory, "FeeTooSmall", [9_999n, 10_000n]);
    });
  });

  describe("isGenuine", () => {
    it("knows its own agreements", async () => {
      const a = await loadFixture(draft);
      expect(await a.factory.isGenuine(a.address)).to.equal(true);
    });

    it("tells accounts without code, other contracts and short code apart", async () => {
      const a = await loadFixture(draft);
      const bare = ethers.Wallet.createRandom().address;
      await ethers.provider.send("hardhat_setCode", [bare, "0x00"]);
      const short = ethers.Wallet.createRandom().address;
      await ethers.provider.send("hardhat_setCode", [short, `0x${"00".repeat(44)}`]); // a clone without terms has 45
      const bareClone = ethers.Wallet.createRandom().address;
      await ethers.provider.send("hardhat_setCode", [bareClone, cloneCode(a.implementation.target as string, "0x")]);
      // More than a clone can be, as chains with a higher limit of code have it.
      const long = ethers.Wallet.createRandom().address;
      await ethers.provider.send("hardhat_setCode", [long, `0x${"00".repeat(24_577)}`]);
      const others = [a.stranger.address, NOBODY, a.factory, a.lens, a.usdToken];
      for (const other of [...others, bare, short, bareClone, long]) {
        expect(await a.factory.isGenuine(other)).to.equal(false);
      }
    });

    it("refuses a clone of the implementation that somebody else made, with the very same code", async () => {
      const a = await loadFixture(draft);
      const code = cloneCode(a.implementation.target as string, a.packed);
      const sent = await a.stranger.sendTransaction({ data: deployer(code) });
      const fake = (await sent.wait())!.contractAddress!;
      expect(await ethers.provider.getCode(fake)).to.equal(await ethers.provider.getCode(a.address));
      expect(await a.factory.isGenuine(fake)).to.equal(false);
    });

    it("refuses a clone of a fake implementation", async () => {
      const a = await loadFixture(draft);
      const backOffice = await ethers.deployContract("SLABackOffice");
      const fakeImplementation = await ethers.deployContract("SLAEscrow", [backOffice]);
      const fakeFactory = await ethers.deployContract("SLAFactory", [fakeImplementation, a.lens]);
      await fakeFactory.create(a.packed);
      const fake = await fakeFactory.addressOf(a.packed);
      expect(await a.factory.isGenuine(fake)).to.equal(false);
      expect(await fakeFactory.isGenuine(fake)).to.equal(true);
    });
  });

  describe("settle", () => {
    it("settles many, and passes over what is not an agreement", async () => {
      const w = await loadFixture(world);
      const [a, b] = [await createAgreement(w), await createAgreement(w, { document: ethers.id("another") })];
      await activate(a);
      await activate(b);
      await timeTravelTo(START + 60n * DAY);
      const junk = [w.stranger.address, NOBODY, w.usdToken.target, w.factory.target, w.lens.target] as string[];
      await w.factory.connect(w.stranger).settle([junk[0]!, a.address, ...junk.slice(1), b.address, a.address]);
      for (const { escrow } of [a, b]) {
        const events = await escrow.queryFilter(escrow.filters.PeriodFinal());
        expect(events.map((event) => event.args.period)).to.deep.equal([0n]);
      }
    });

    it("does nothing with none, and nothing with a draft", async () => {
      const a = await loadFixture(draft);
      await a.factory.settle([]);
      await a.factory.settle([a.address]);
      await expectState(a, { phase: Phase.Draft });
    });
  });

  describe("summaries", () => {
    it("passes over a draft whose token cannot be read, which anyone may make in my name", async () => {
      const a = await loadFixture(draft);
      const burner = ethers.Wallet.createRandom().address;
      await ethers.provider.send("hardhat_setCode", [burner, "0xfe"]); // burns all the gas it is given
      const others = [
        await createAgreement(a, { token: a.newcomer.address }),
        await createAgreement(a, { token: burner }),
      ];
      const page = await a.factory.summaries([...others.map((other) => other.address), a.address]);
      expect(page.map((summary) => summary.phase)).to.deep.equal([Phase.None, Phase.None, Phase.Draft]);
    });

    it("takes no error for a summary, however long it is", async () => {
      const a = await loadFixture(draft);
      const summary = await a.lens.summary(a.address);
      const size = ethers.dataLength(a.lens.interface.encodeFunctionResult("summary", [summary]));
      const liar = ethers.Wallet.createRandom().address;
      // Reverts with as many bytes as a summary has, the first word 1.
      const code = ["0x60015f52", "0x61", ethers.toBeHex(size, 2), "0x5ffd"];
      await ethers.provider.send("hardhat_setCode", [liar, ethers.concat(code)]);
      const other = await createAgreement(a, { token: liar });
      const [told] = await a.factory.summaries([other.address]);
      expect(told!.agreement).to.equal(NOBODY);
    });

    it("gives each agreement's summary, and phase None for what is none", async () => {
      const a = await loadFixture(active);
      const b = await createAgreement(a, { document: ethers.id("another") });
      await deposit(b, 5n);
      const page = await a.factory.summaries([a.stranger.address, a.address, a.usdToken, b.address]);
      expect(page.map(({ phase }) => phase)).to.deep.equal([Phase.None, Phase.Active, Phase.None, Phase.Draft]);
      expect(page.map(({ agreement }) => agreement)).to.deep.equal([NOBODY, a.address, NOBODY, b.address]);
      expect(page[1]).to.deep.equal(await a.lens.summary(a.address));
      expect(page[3]!.state.unabsorbed).to.equal(5n);
      expect(await a.factory.summaries([])).to.deep.equal([]);
    });
  });
});
