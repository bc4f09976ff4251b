import { expect } from "chai";
import { AbiCoder, getAddress, id } from "ethers";
import { Token } from "../../src/chain/token.ts";
import { answering, BUSY, RpcError, type Answers } from "./answering.ts";
import { problemOf } from "./rejection.ts";

const ADDRESS = getAddress(`0x${"ab".repeat(20)}`);
const HOLDER = `0x${"22".repeat(20)}`;
const encode = (type: string, value: unknown) => AbiCoder.defaultAbiCoder().encode([type], [value]);
const selector = (signature: string) => id(signature).slice(0, 10);

const DECIMALS = selector("decimals()");
const SYMBOL = selector("symbol()");
const DOLLAR = { [DECIMALS]: encode("uint8", 6), [SYMBOL]: encode("string", "USDC") };

/** A node on which calls are answered by the first four bytes of what is asked; any other call reverts. */
const calls = (answers: Readonly<Record<string, string>>): Answers => ({
  eth_call: ({ to, data }: { to: string; data: string }) => {
    const answer = to === ADDRESS.toLowerCase() ? answers[data.slice(0, 10)] : undefined;
    if (answer === undefined) throw new RpcError(3, "execution reverted", "0x");
    return answer;
  },
});

const opened = (answers: Readonly<Record<string, string>>) =>
  answering(calls(answers), async (provider) => {
    const { address, symbol, decimals } = await Token.at(provider, ADDRESS.toLowerCase());
    return { address, symbol, decimals };
  });

describe("a token", () => {
  it("says how its amounts are written", async () => {
    expect(await opened(DOLLAR)).to.deep.equal({ address: ADDRESS, symbol: "USDC", decimals: 6 });
  });

  for (const [what, symbol, shown] of [
    ["a symbol that draws on the terminal", encode("string", "\u001b[31mUSD\u202e\n"), "[31mUSD"],
    ["a symbol without end", encode("string", "ABCDEFGHIJKLMNOP"), "ABCDEFGHIJKL"],
    ["all that is printable", encode("string", " ~"), " ~"],
    ["a symbol of nothing printable", encode("string", "€\u007f\u001f"), "?"],
    ["a symbol that is no text", encode("bytes32", id("USDC")), "?"],
    ["no symbol", undefined, "?"],
  ] as const) {
    it(`may have ${what}`, async () => {
      const { [DECIMALS]: decimals = "" } = DOLLAR;
      const answers = { [DECIMALS]: decimals, ...(symbol === undefined ? {} : { [SYMBOL]: symbol }) };
      expect((await opened(answers)).symbol).to.equal(shown);
    });
  }

  for (const [what, decimals] of [
    ["refuses to say its decimals", undefined],
    ["answers nothing", "0x"],
  ] as const) {
    it(`is none that money can be written of when it ${what}`, async () => {
      const answers = {
        [SYMBOL]: encode("string", "USDC"),
        ...(decimals === undefined ? {} : { [DECIMALS]: decimals }),
      };
      expect(await problemOf(opened(answers))).to.deep.equal({
        code: "token.no-decimals",
        message: `${ADDRESS.toLowerCase()} does not say how many decimals it has: it is no token this tool can write amounts of.`,
        hint: "Check the token's address and the network. Nothing was sent.",
      });
    });
  }

  it("is not blamed for a node that refuses to answer", async () => {
    const asked = answering(BUSY, (provider) => Token.at(provider, ADDRESS));
    expect((await problemOf(asked)).code).to.equal("chain.node-error");
  });

  it("says who holds how much, and who may take how much", async () => {
    const answers = {
      ...DOLLAR,
      [selector("balanceOf(address)")]: encode("uint256", 7n),
      [selector("allowance(address,address)")]: encode("uint256", 8n),
    };
    await answering(calls(answers), async (provider, asked) => {
      const token = await Token.at(provider, ADDRESS);
      expect(await token.balanceOf(HOLDER)).to.equal(7n);
      expect(await token.allowance(HOLDER, ADDRESS)).to.equal(8n);
      const [{ data = "" }] = (asked.at(-1)?.params ?? [{}]) as { data?: string }[] as [{ data?: string }];
      expect(data).to.contain(HOLDER.slice(2).toLowerCase()).and.contain(ADDRESS.slice(2).toLowerCase());
      expect(await Token.heldOf(provider, ADDRESS, HOLDER)).to.equal(7n);
    });
  });

  it("that does not answer is told from a node that does not", async () => {
    await answering(calls(DOLLAR), async (provider) => {
      const token = await Token.at(provider, ADDRESS);
      expect((await problemOf(token.balanceOf(HOLDER))).code).to.equal("contract.unknown");
    });
    const held = answering(BUSY, (provider) => Token.heldOf(provider, ADDRESS, HOLDER));
    expect((await problemOf(held)).code).to.equal("chain.node-error");
  });

  const notOne = (code: string, answers: Readonly<Record<string, string>> = {}) =>
    problemOf(
      answering({ ...calls(answers), eth_getCode: () => code }, (provider) => Token.heldOf(provider, ADDRESS, HOLDER)),
    );
  const hint = "Check the token's address and --network. Nothing was sent.";

  it("is none where a contract does not say who holds how much", async () => {
    const problem = {
      ...{ code: "token.not-one", hint },
      message: `The contract at ${ADDRESS} is no token: it does not say who holds how much.`,
    };
    expect(await notOne("0x6000")).to.deep.equal(problem);
    expect(await notOne("0x6000", { [selector("balanceOf(address)")]: "0x" })).to.deep.equal(problem);
  });

  it("is none where there is no contract", async () => {
    expect(await notOne("0x")).to.deep.equal({
      ...{ code: "token.not-one", hint },
      message: `There is no contract at ${ADDRESS} on this chain, so no token.`,
    });
  });

  it("is approved and sent by transactions that say exactly how much", async () => {
    await answering(calls(DOLLAR), async (provider) => {
      const token = await Token.at(provider, ADDRESS);
      const args = AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [HOLDER, 1_500_000n]).slice(2);
      expect(token.approve(HOLDER, 1_500_000n)).to.deep.equal({
        to: ADDRESS,
        data: selector("approve(address,uint256)") + args,
        value: 0n,
        description: "let the agreement take exactly 1.50 USDC",
      });
      expect(token.transfer(HOLDER, 1_500_000n)).to.deep.equal({
        to: ADDRESS,
        data: selector("transfer(address,uint256)") + args,
        value: 0n,
        description: `send 1.50 USDC to ${HOLDER}`,
      });
    });
  });
});
