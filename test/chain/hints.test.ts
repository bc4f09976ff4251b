import { expect } from "chai";
import { Interface, ZeroAddress } from "ethers";
import { allErrors } from "../../src/chain/abi.ts";
import { fromRevert } from "../../src/chain/failure.ts";
import { HINTS } from "../../src/chain/hints.ts";

const ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

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

  it("has words for what happened and for what to do, with zero too", () => {
    const silent = Object.entries(HINTS).filter(([, { says, hint, whenZero }]) =>
      [says, hint, whenZero?.entry.says ?? says, whenZero?.entry.hint ?? hint].some((words) => words.length < 10),
    );
    expect(silent.map(([name]) => name)).to.deep.equal([]);
  });

  it("names no value that the error does not have", () => {
    const wrong: string[] = [];
    errors.forEachError((error) => {
      const inputs = error.inputs.map((input) => input.name);
      const hint = HINTS[error.name];
      const zero = hint?.whenZero;
      if (zero !== undefined && !inputs.includes(zero.value)) wrong.push(`${error.name} has no ${zero.value}`);
      const all = [hint?.says, hint?.hint, zero?.entry.says, zero?.entry.hint].join(" ");
      for (const [, name = ""] of all.matchAll(/\{(\w+)(?::\w+)?\}/g)) {
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

  it("tells limits of money as the token writes it too", () => {
    const data = errors.encodeErrorResult("FeeTooSmall", [5_000n, 10_000n]);
    const { message } = fromRevert(data, { currency: { symbol: "USDC", decimals: 6 } }).problem;
    expect(message).to.equal("A fee of 0.005 USDC is too small to divide; 0.01 USDC is the least.");
  });

  it("marks what only has to wait", () => {
    const data = errors.encodeErrorResult("ReportTooEarly", [0n, 1_738_368_000n]);
    expect(fromRevert(data).problem).to.deep.include({
      message: "The report's window opens 1 Feb 2025; it is 1 Jan 1970.",
      retry: true,
    });
  });

  it("says never, none or nobody where the contract says 0", () => {
    const told = (name: string, ...args: unknown[]) => fromRevert(errors.encodeErrorResult(name, args)).problem;
    expect(told("NoChronicRight", 1_738_368_000n, 0n).message).to.equal(
      "There was no chronic failure, so there is no right to leave at once.",
    );
    expect(told("NoChronicRight", 1_738_368_000n, 1_735_689_600n).message).to.contain("ended 1 Jan 2025");
    expect(told("SeatNotOffered", ADDRESS, ZeroAddress).message).to.equal("The seat is offered to nobody.");
    expect(told("SeatNotOffered", ADDRESS, ADDRESS).message).to.contain(`but to ${ADDRESS}`);
  });

  it("says to try again for a bond that is short, not for one that is whole", () => {
    const told = (since: bigint) =>
      fromRevert(errors.encodeErrorResult("BondNotShortLongEnough", [since, 864_000n])).problem;
    expect(told(0n)).to.include({ message: "Nothing is missing of the bond, so there is no right to leave at once." });
    expect(told(0n).retry).to.equal(undefined);
    expect(told(1_738_368_000n)).to.include({
      message: "The bond is short since 1 Feb 2025; the right to leave comes after a grace of 10 days.",
      retry: true,
    });
  });

  it("says to try again only where waiting helps", () => {
    const waiting = Object.entries(HINTS).filter(([, { retry }]) => retry === true);
    expect(waiting.map(([name]) => name).sort()).to.deep.equal([
      "BondNotShortLongEnough",
      "GraceNotOver",
      "NothingReported",
      "ReportTooEarly",
    ]);
  });

  it("fills values into the hint too, and names silence", () => {
    const seat = errors.encodeErrorResult("NotTheSeat", [ZeroAddress, ADDRESS]);
    expect(fromRevert(seat).problem.hint).to.equal(`Sign with the key of ${ADDRESS}.`);
    const revision = errors.encodeErrorResult("WrongRevision", [0n, 255n]);
    expect(fromRevert(revision).problem.message).to.contain("it must be 255 (silence)");
  });

  it("says so when it does not know the error", () => {
    expect(fromRevert("0xdeadbeef").problem.code).to.equal("contract.unknown");
  });
});
