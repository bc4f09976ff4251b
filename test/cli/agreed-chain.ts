import { keccak256 } from "ethers";
import { encodeTerms } from "../../src/terms/codec.ts";
import type { Terms } from "../../src/terms/types.ts";
import { ISLAEscrow__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import { AbiCoder, getAddress, id } from "ethers";
import { blockOf, RpcError, type Answers } from "../chain/answering.ts";

const at = (byte: string) => getAddress(`0x${byte.repeat(20)}`);
export const FACTORY = at("f1");
export const LENS = at("e1");
export const AGREEMENT = at("a1");
export const FOREIGN = at("b1");
export const NOW = 1_735_000_000;

const ESCROW = ISLAEscrow__factory.createInterface();
const MAKER = ISLAFactory__factory.createInterface();
const selector = (signature: string) => id(signature).slice(0, 10);
const text = (value: string) => AbiCoder.defaultAbiCoder().encode(["string"], [value]);
const number = (value: number) => AbiCoder.defaultAbiCoder().encode(["uint8"], [value]);

/** A node on whose chain a factory made one agreement of `terms`, in a token of six decimals. */
export function agreedChain(terms: Terms, more: Answers = {}, symbol = "USDC"): Answers {
  const packed = encodeTerms(terms);
  const answers: Record<string, Record<string, (data: string) => string>> = {
    [FACTORY]: {
      [MAKER.getFunction("lens").selector]: () => MAKER.encodeFunctionResult("lens", [LENS]),
      [MAKER.getFunction("addressOf").selector]: () => MAKER.encodeFunctionResult("addressOf", [AGREEMENT]),
      [MAKER.getFunction("isGenuine").selector]: (data) =>
        MAKER.encodeFunctionResult("isGenuine", [getAddress(`0x${data.slice(-40)}`) === AGREEMENT]),
    },
    [AGREEMENT]: {
      [ESCROW.getFunction("terms").selector]: () => ESCROW.encodeFunctionResult("terms", [packed]),
      [ESCROW.getFunction("termsHash").selector]: () => ESCROW.encodeFunctionResult("termsHash", [keccak256(packed)]),
    },
    [getAddress(terms.token)]: {
      [selector("decimals()")]: () => number(6),
      [selector("symbol()")]: () => text(symbol),
    },
  };
  return {
    eth_chainId: () => "0x7a69",
    eth_blockNumber: () => "0x7",
    eth_getBlockByNumber: () => blockOf(7, NOW),
    eth_gasPrice: () => "0x3b9aca00",
    eth_accounts: () => [at("c1")],
    eth_getCode: (address: string) => (answers[getAddress(address)] === undefined ? "0x" : "0x60"),
    eth_call: ({ to, data }: { to: string; data: string }) => {
      const answer = answers[getAddress(to)]?.[data.slice(0, 10)];
      if (answer === undefined) throw new RpcError(3, "execution reverted", "0x");
      return answer(data);
    },
    ...more,
  };
}
