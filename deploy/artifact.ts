/** What a generated TypeChain factory holds of its contract. */
interface Generated {
  readonly abi: readonly object[];
  readonly bytecode: string;
}

/** A contract for Ignition out of the committed, generated types: to deploy is not to compile, which takes a minute. */
export function artifactOf(contractName: string, { abi, bytecode }: Generated) {
  return {
    _format: "hh3-artifact-1",
    contractName,
    sourceName: `contracts/${contractName}.sol`,
    abi,
    bytecode,
    deployedBytecode: "0x",
    linkReferences: {},
    deployedLinkReferences: {},
  };
}
