/** The pinned compiler, asked for what Hardhat does not keep. Nothing here generates code, so it takes seconds. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Solc {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
}

/** What the compiler says of `entries`, paths from `root`, and of all they import. */
export function compile(root: URL, entries: readonly string[], outputSelection: unknown): unknown {
  const require = createRequire(import.meta.url);
  const solc = require("solc") as Solc;
  const read = (path: string): string =>
    readFileSync(path.startsWith("contracts/") ? new URL(path, root) : require.resolve(path), "utf8");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(entries.map((path) => [path, { content: read(path) }])),
    settings: { evmVersion: "cancun", outputSelection },
  };
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) }),
  ) as Output;
  const failure = output.errors?.find(({ severity }) => severity === "error");
  if (failure !== undefined) throw new Error(failure.formattedMessage);
  return output;
}
