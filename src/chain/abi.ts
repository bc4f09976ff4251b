import { Interface, type ErrorFragment } from "ethers";
import * as typechain from "../../typechain-types/index.ts";

/**
 * Every error that a call can end with. A library's errors show in the ABI of the contract that uses it, so the
 * deployed contracts are listed, and the token standards' own errors with them.
 */
const TOKEN_ERRORS = [
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error SafeERC20FailedOperation(address token)",
];

/** Doubles for tests are never deployed; the test dollar stands for tokens built on the same library. */
const MOCKS = Object.keys(typechain.factories.mocks).filter((name) => name !== "TestUSD__factory");

/** Merges the ABIs of all generated contracts; a test checks that no error of theirs lacks a hint. */
export function allErrors(): Interface {
  const fragments = new Map<string, ErrorFragment>();
  const add = (source: Interface) => {
    source.forEachError((error) => fragments.set(error.selector, error));
  };
  for (const [name, exported] of Object.entries(typechain)) {
    if (MOCKS.includes(name)) continue;
    if (typeof exported === "function" && "createInterface" in exported) add(exported.createInterface());
  }
  add(new Interface(TOKEN_ERRORS));
  return new Interface([...fragments.values()]);
}
