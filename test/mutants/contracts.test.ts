import { expect } from "chai";
import { apply, type Mutant } from "../../scripts/mutants/contracts/mutant.ts";
import { makeMutants } from "../../scripts/mutants/contracts/solidity.ts";
import { errorsOf, parse } from "../../scripts/mutants/contracts/source.ts";
import { addSwitches, mutantAt } from "../../scripts/mutants/contracts/switches.ts";

const FILE = "contracts/Till.sol";
const TILL = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Till {
    uint256 private constant LIMIT = 1 << 4;
    uint256[2] public sums;
    error TooMuch(uint256 actual, uint256 limit);
    function add(uint256 amount, bool big) external returns (uint256 sum) {
        if (amount > LIMIT && !big) revert TooMuch(amount, LIMIT);
        for (uint256 i; i < 2; ++i) sums[1] += amount;
        assembly { sum := shr(1, amount) }
    }
    function half(uint256 amount) external pure returns (uint256) {
        return amount / 2;
    }
}
`;

describe("mutants of contracts", () => {
  it("change operators, bounds, conditions, statements, arguments and constants, in assembly too", () => {
    expect(mutate(TILL).map(({ original, replacement }) => `${original} -> ${replacement}`)).to.have.members([
      "1 << 4 -> ((1 << 4) + 1)",
      "1 << 4 -> ((1 << 4) - 1)",
      "amount > LIMIT && !big -> !(amount > LIMIT && !big)",
      "amount > LIMIT && !big -> (amount > LIMIT || !big)",
      "amount > LIMIT -> (amount >= LIMIT)",
      "amount > LIMIT -> (amount <= LIMIT)",
      "!big -> big",
      "revert TooMuch(amount, LIMIT); -> {}",
      "TooMuch(amount, LIMIT) -> TooMuch(LIMIT, amount)",
      "i < 2 -> (i <= 2)",
      "i < 2 -> (i >= 2)",
      "2 -> (2 + 1)",
      "2 -> (2 - 1)",
      "++i -> --i",
      "++i -> i",
      "sums[1] += amount; -> {}",
      "sums[1] += amount -> sums[1] -= amount",
      "1 -> (1 + 1)",
      "1 -> (1 - 1)",
      "sum := shr(1, amount) -> ",
      "shr(1, amount) -> shl(1, amount)",
      "shr(1, amount) -> shr(amount, 1)",
      "1 -> 2",
      "1 -> 0",
      "return amount / 2; -> {}",
      "amount / 2 -> (amount * 2)",
      "2 -> (2 + 1)",
      "2 -> (2 - 1)",
    ]);
  });

  it("keep their ids when something else is edited", () => {
    const edited = TILL.replace("contract Till {", "contract Till {\n    uint256 public more = 7;");
    const before = mutate(TILL).map(({ id }) => id);
    const after = mutate(edited).map(({ id }) => id);
    expect(new Set(before)).to.have.lengthOf(before.length);
    expect(after).to.include.members(before);
    expect(after.filter((id) => !before.includes(id))).to.have.lengthOf(2); // 7 + 1, 7 - 1
  });

  it("compile alone as they do side by side; one that does not is found by its place", () => {
    const mutants = mutate(TILL);
    const outOfBounds = mutants.filter(({ line, replacement }) => line === 9 && replacement === "(1 + 1)");
    for (const mutant of mutants) {
      const isWrong = outOfBounds.includes(mutant);
      expect(errorsOf(parse(new Map([[FILE, apply(TILL, mutant)]]))), mutant.replacement).to.have.lengthOf(
        isWrong ? 1 : 0,
      );
    }
    const [error, ...others] = errorsOf(parse(switched(mutants)));
    expect(others).to.deep.equal([]);
    const { start, end } = error!.sourceLocation!;
    expect([mutantAt(switched(mutants).get(FILE)!, start, end)]).to.deep.equal(outOfBounds.map(({ id }) => id));
    expect(errorsOf(parse(switched(mutants.filter((mutant) => !outOfBounds.includes(mutant)))))).to.deep.equal([]);
  });
});

function mutate(text: string): Mutant[] {
  const sources = new Map([[FILE, text]]);
  return makeMutants(sources, parse(sources).sources);
}

function switched(mutants: readonly Mutant[]): Map<string, string> {
  const sources = new Map([[FILE, TILL]]);
  return addSwitches(sources, parse(sources).sources, mutants);
}
