import { globSync, readFileSync } from "node:fs";

/** The test that docs/proofs.md names for an unknown proof, if both are there: a row `proof` … `test`. */
export function standIn(proof: string): string | undefined {
  const row = readFileSync("docs/proofs.md", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`| \`${proof}\` |`));
  const test = /`(test\w+)`/.exec(row ?? "")?.[1];
  if (test === undefined) return undefined;
  const isThere = globSync("test/solidity/**/*.sol").some((file) =>
    readFileSync(file, "utf8").includes(`function ${test}(`),
  );
  return isThere ? test : undefined;
}
