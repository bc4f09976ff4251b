import { expect } from "chai";
import { getAddress } from "ethers";
import { allErrors } from "../../src/chain/abi.ts";
import { Factory } from "../../src/chain/factory.ts";
import { ISLAFactory__factory } from "../../typechain-types/index.ts";
import { answering, BUSY, RpcError, type Answers } from "./answering.ts";
import { problemOf } from "./rejection.ts";

const FACTORY = ISLAFactory__factory.createInterface();
const ADDRESS = getAddress(`0x${"ab".repeat(20)}`);
const LENS_ADDRESS = `0x${"22".repeat(20)}`;
const AGREEMENT = `0x${"33".repeat(20)}`;
const selectorOf = (name: "lens" | "isGenuine" | "summaries" | "implementation") => FACTORY.getFunction(name).selector;

/** A node with a factory, which answers `more` beside where its lens is; anything else reverts with `data`. */
const node = (more: Readonly<Record<string, string>> = {}, data = "0x"): Answers => ({
  eth_call: ({ to, data: asked }: { to: string; data: string }) => {
    const answers: Record<string, string> = {
      [selectorOf("lens")]: FACTORY.encodeFunctionResult("lens", [LENS_ADDRESS]),
      ...more,
    };
    const answer = to === ADDRESS.toLowerCase() ? answers[asked.slice(0, 10)] : undefined;
    if (answer === undefined) throw new RpcError(3, "execution reverted", data);
    return answer;
  },
});

const opened = <T>(answers: Answers, work: (factory: Factory) => Promise<T>) =>
  answering(answers, async (provider) => work(await Factory.at(provider, ADDRESS.toLowerCase())));

describe("a factory", () => {
  it("is opened where one answers, with its lens and the block it appeared in", async () => {
    await answering(node(), async (provider) => {
      const factory = await Factory.at(provider, ADDRESS.toLowerCase(), 7);
      expect([factory.address, factory.block, await factory.lens.getAddress()]).to.deep.equal([
        ADDRESS,
        7,
        LENS_ADDRESS,
      ]);
      expect((await Factory.at(provider, ADDRESS)).block).to.equal(0);
    });
  });

  it("is told from another contract, and from none", async () => {
    const problem = {
      code: "factory.not-one",
      message: `There is no Upheld factory at ${ADDRESS} on this chain.`,
      hint: "Check --network and --factory; `upheld deploy` makes the chain's factory when it has none.",
    };
    for (const answer of ["0x", undefined]) {
      const answers: Answers = {
        eth_call: () => {
          if (answer === undefined) throw new RpcError(3, "execution reverted", "0x");
          return answer;
        },
      };
      const asked = answering(answers, (provider) => Factory.at(provider, ADDRESS));
      expect(await problemOf(asked)).to.deep.equal(problem);
    }
  });

  it("is not blamed for a node that does not answer", async () => {
    const asked = answering(BUSY, (provider) => Factory.at(provider, ADDRESS));
    expect((await problemOf(asked)).code).to.equal("chain.node-error");
  });

  it("tells its own", async () => {
    for (const isGenuine of [true, false]) {
      const answer = FACTORY.encodeFunctionResult("isGenuine", [isGenuine]);
      const told = opened(node({ [selectorOf("isGenuine")]: answer }), (factory) => factory.isGenuine(AGREEMENT));
      expect(await told).to.equal(isGenuine);
    }
  });

  it("answers pages, and the code that agreements share", async () => {
    const more = {
      [selectorOf("summaries")]: FACTORY.encodeFunctionResult("summaries", [[]]),
      [selectorOf("implementation")]: FACTORY.encodeFunctionResult("implementation", [AGREEMENT]),
    };
    await opened(node(more), async (factory) => {
      expect([...(await factory.summaries([]))]).to.deep.equal([]);
      expect(await factory.implementation()).to.equal(AGREEMENT);
    });
  });

  it("passes on why it refuses, with money as the token writes it", async () => {
    const data = allErrors().encodeErrorResult("FeeTooSmall", [9_999n, 10_000n]);
    const validated = (wording?: object) =>
      problemOf(opened(node({}, data), (factory) => factory.validate("0x12", 1n, wording)));
    const dollar = { currency: { symbol: "USDC", decimals: 6 } };
    const [plain, worded] = [await validated(), await validated(dollar)];
    expect(plain.code).to.equal("contract.FeeTooSmall");
    expect(plain.message).to.contain("units");
    expect(worded.message).to.contain("0.01 USDC");
  });

  it("prepares what makes an agreement, and what settles many", async () => {
    await opened(node(), (factory) => {
      expect(factory.create("0x1234", AGREEMENT)).to.deep.equal({
        ...{ to: ADDRESS, value: 0n, data: FACTORY.encodeFunctionData("create", ["0x1234"]) },
        description: "create the agreement 0x3333…3333",
      });
      expect(factory.settle([AGREEMENT, ADDRESS])).to.deep.equal({
        ...{ to: ADDRESS, value: 0n, data: FACTORY.encodeFunctionData("settle", [[AGREEMENT, ADDRESS]]) },
        description: "settle all that is due in 2 agreements",
      });
      return Promise.resolve();
    });
  });
});
