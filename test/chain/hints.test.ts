import { expect } from "chai";
import { Interface } from "ethers";
import { allErrors } from "../../src/chain/abi.ts";
import { fromRevert } from "../../src/chain/failure.ts";
import { HINTS } from "../../src/chain/hints.ts";

describe("contract errors in words", () => {
  const fragments = allErrors().fragments.filter((fragment) => fragment.type === "error");
  const errors = new Interface(fragments);
  const names: string[] = [];
  errors.forEachError((error) => names.push(error.name));

  it("has a hint for every error that the contracts have", () => {
    expect(names.filter((name) => HINTS[name] === undefined)).to.deep.equal([]);
    expect(names).to.include.members(["ReportTooLate", "TermsLengthDiffers", "ERC20InsufficientBalance"]);
  });

  it("has no hint for an error that no contract has", () => {
    expect(Object.keys(HINTS).filter((name) => !names.includes(name))).to.deep.equal([]);
  });

  it("names no value that the error does not have", () => {
    const wrong: string[] = [];
    errors.forEachError((error) => {
      const inputs = error.inputs.map((input) => input.name);
      const hint = HINTS[error.name];
      for (const [, name = ""] of `${hint?.says} ${hint?.hint}`.matchAll(/\{(\w+)(?::\w+)?\}/g)) {
        if (!inputs.includes(name)) wrong.push(`${error.name} has no ${name}`);
      }
    });
    expect(wrong).to.deep.equal([]);
  });

  it("fills the values in, money as the token writes it", () => {
    const data = errors.encodeErrorResult("AmountAboveFree", [1_500_000n, 400_000n]);
    const { code, message } = fromRevert(data, { currency: { symbol: "USDC", decimals: 6 } }).problem;
    expect(code).to.equal("contract.AmountAboveFree");
    expect(message).to.equal("1.50 USDC is more than the 0.40 USDC that is free.");
  });

  it("marks what only has to wait", () => {
    const data = errors.encodeErrorResult("ReportTooEarly", [0n, 1_738_368_000n]);
    expect(fromRevert(data).problem).to.deep.include({
      message: "The report's window opens 1 Feb 2025; it is 1 Jan 1970.",
      retry: true,
    });
  });

  it("says so when it does not know the error", () => {
    expect(fromRevert("0xdeadbeef").problem.code).to.equal("contract.unknown");
  });
});
