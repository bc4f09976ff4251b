import { getAddress, Interface, isError, type JsonRpcProvider } from "ethers";
import { UpheldError } from "../errors.ts";
import type { Currency } from "../format.ts";
import { formatMoney } from "../terms/format.ts";
import { decodeFailure } from "./failure.ts";
import type { PreparedTransaction } from "./transaction.ts";

const ERC20 = new Interface([
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function transfer(address to, uint256 amount) returns (bool)",
]);

/** The money of an agreement. */
export class Token implements Currency {
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly #provider: JsonRpcProvider;

  private constructor(provider: JsonRpcProvider, address: string, symbol: string, decimals: number) {
    this.#provider = provider;
    this.address = address;
    this.symbol = symbol;
    this.decimals = decimals;
  }

  /** Reads the token's own word on how it is written. */
  static async at(provider: JsonRpcProvider, address: string): Promise<Token> {
    const ask = async (name: "symbol" | "decimals"): Promise<unknown> => {
      try {
        const answer = await provider.call({ to: address, data: ERC20.encodeFunctionData(name) });
        return ERC20.decodeFunctionResult(name, answer)[0];
      } catch (error) {
        if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return undefined;
        throw decodeFailure(error);
      }
    };
    const [decimals, symbol] = await Promise.all([ask("decimals"), ask("symbol")]);
    if (typeof decimals !== "bigint") {
      throw new UpheldError({
        code: "token.no-decimals",
        message: `${address} does not say how many decimals it has: it is no token this tool can write amounts of.`,
        hint: "Check the token's address and the network. Nothing was sent.",
      });
    }
    return new Token(
      provider,
      getAddress(address),
      typeof symbol === "string" ? printable(symbol) : "?",
      Number(decimals),
    );
  }

  async balanceOf(account: string): Promise<bigint> {
    return this.#read("balanceOf", [account]);
  }

  async allowance(owner: string, spender: string): Promise<bigint> {
    return this.#read("allowance", [owner, spender]);
  }

  /** What `holder` has of any contract that says it is a token; throws when it is none. */
  static async heldOf(provider: JsonRpcProvider, address: string, holder: string): Promise<bigint> {
    try {
      const answer = await provider.call({ to: address, data: ERC20.encodeFunctionData("balanceOf", [holder]) });
      return ERC20.decodeFunctionResult("balanceOf", answer)[0] as bigint;
    } catch (error) {
      if (!isError(error, "CALL_EXCEPTION") && !isError(error, "BAD_DATA")) throw decodeFailure(error);
      const hasCode = (await provider.getCode(address)) !== "0x";
      throw new UpheldError({
        code: "token.not-one",
        message: hasCode
          ? `The contract at ${address} is no token: it does not say who holds how much.`
          : `There is no contract at ${address} on this chain, so no token.`,
        hint: "Check the token's address and --network. Nothing was sent.",
      });
    }
  }

  /** Lets `spender` take exactly `amount`, no more. */
  approve(spender: string, amount: bigint): PreparedTransaction {
    return {
      to: this.address,
      data: ERC20.encodeFunctionData("approve", [spender, amount]),
      value: 0n,
      description: `let the agreement take exactly ${formatMoney(amount, this)}`,
    };
  }

  /** Sends `amount` to `to`: the plain transfer that funds an agreement too. */
  transfer(to: string, amount: bigint): PreparedTransaction {
    return {
      to: this.address,
      data: ERC20.encodeFunctionData("transfer", [to, amount]),
      value: 0n,
      description: `send ${formatMoney(amount, this)} to ${to}`,
    };
  }

  async #read(name: "balanceOf" | "allowance", args: string[]): Promise<bigint> {
    try {
      const answer = await this.#provider.call({ to: this.address, data: ERC20.encodeFunctionData(name, args) });
      return ERC20.decodeFunctionResult(name, answer)[0] as bigint;
    } catch (error) {
      throw decodeFailure(error);
    }
  }
}

/** A token names itself: what it says must not be able to draw on a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "").slice(0, 12) || "?";
}
