import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { allErrors } from "../../src/chain/abi.ts";
import { keccakHex } from "../../src/terms/address.ts";

/** The contracts that a genuine agreement rests on, and the record beside it. */
const DEPLOYED = ["SLAFactory", "SLAEscrow", "SLABackOffice", "SLALens", "OracleCommittee", "ServiceRecord"] as const;

interface Artifact {
  readonly deployedBytecode: string;
  readonly immutableReferences: Readonly<
    Record<string, readonly { readonly start: number; readonly length: number }[]>
  >;
}

/** The module that the page imports as `virtual:contracts`: hashes of the code this project compiles to, and all errors. */
export function contractsModule(root: string): string {
  const codes = DEPLOYED.map((name) => knownCode(root, name));
  const errors = JSON.parse(allErrors().formatJson()) as unknown;
  const parts = { CODES: codes, ERRORS: errors, FACTORIES: factories(root) };
  return Object.entries(parts)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`)
    .join("");
}

function knownCode(root: string, name: string) {
  const path = join(root, "artifacts", "contracts", `${name}.sol`, `${name}.json`);
  const { deployedBytecode, immutableReferences } = JSON.parse(readFileSync(path, "utf8")) as Artifact;
  const holes = Object.values(immutableReferences)
    .flat()
    .map(({ start, length }) => [start, length] as const);
  // the artifact has zeros there already
  return { name, size: (deployedBytecode.length - 2) / 2, holes, hash: keccakHex(deployedBytecode) };
}

/** The factories that the project knows, per chain, as `deploy/addresses.json` lists them. */
function factories(root: string): unknown {
  const path = join(root, "deploy", "addresses.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as unknown) : {};
}
