/** What the compiler made of each contract that is deployed: how large it is, and what changes something. */
import { globSync, readFileSync } from "node:fs";
import { Interface, type InterfaceAbi } from "ethers";

export interface Contract {
  readonly name: string;
  readonly bytes: number;
  readonly mutators: readonly string[];
}

/** Those of contracts/ itself; interfaces, libraries and mocks have folders of their own. */
export function contracts(): Contract[] {
  const artifacts = globSync("artifacts/contracts/*.sol/*.json")
    .sort()
    .map((path) => JSON.parse(readFileSync(path, "utf8")) as Artifact);
  const all = artifacts
    .filter(({ deployedBytecode }) => deployedBytecode !== "0x")
    .map(({ contractName: name, deployedBytecode, abi }) => {
      const bytes = (deployedBytecode.length - 2) / 2;
      return { name, bytes, mutators: mutatorsOf(new Interface(abi)) };
    });
  if (all.length === 0) throw new Error("no artifacts: run `npm run build`");
  return all;
}

/** Signatures of all that may change something; a contract that takes coins says so too. */
function mutatorsOf(abi: Interface): string[] {
  const named = abi.fragments.filter((fragment) => fragment.type === "function").map((each) => each.format("sighash"));
  const mutators = named.filter((signature) => abi.getFunction(signature)?.constant === false);
  const unnamed = [...(abi.receive ? ["receive()"] : []), ...(abi.fallback === null ? [] : ["fallback()"])];
  return [...mutators, ...unnamed].sort();
}

interface Artifact {
  readonly contractName: string;
  readonly deployedBytecode: string;
  readonly abi: InterfaceAbi;
}
