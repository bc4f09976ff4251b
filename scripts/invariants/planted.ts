/**
 * Bugs planted on purpose, each of which the campaign that is there for it must catch. All are written into one copy of
 * the contracts, behind a switch, and compiled once; then each is switched on alone. `npm run planted` plants all,
 * `npm run planted -- "NAME"…` some; `npm run planted -- --check` only asks whether each still fits the sources. The
 * working tree is never touched.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { type Finished, run } from "../gate/run.ts";

const LIST = "test/solidity/invariants/planted.json";
const COPY = "cache/planted";
const COPIED = ["contracts", "test/solidity", "artifacts", "typechain-types", "package.json", "tsconfig.json"];

/** The contracts that a campaign deploys. */
const DEPLOYED = ["SLAEscrow", "SLABackOffice", "SLALens", "SLAFactory", "OracleCommittee"];
const CAMPAIGNS = ["Books", "Laziness", "Silence"] as const;

/** The chain's coinbase says which bug is on, so that nothing is compiled between two bugs. 0: none. */
const SWITCH = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

function planted(uint256 bug) pure returns (bool) {
    function() view returns (uint256) look = _switch;
    function() pure returns (uint256) lookPurely;
    assembly ("memory-safe") {
        lookPurely := look
    }
    return lookPurely() == bug;
}

function _switch() view returns (uint256) {
    return uint160(address(block.coinbase));
}
`;

/** A failure ends the stories; making it shorter would only cost time. */
const CONFIG = `import base from "./base.config.ts";
const solidity = {
  ...base.test.solidity,
  coinbase: "0x" + BigInt(process.env["UPHELD_PLANTED"]).toString(16).padStart(40, "0"),
  invariant: { ...base.test.solidity.invariant, shrinkRunLimit: 0 },
};
export default { ...base, test: { ...base.test, solidity } };
`;

const bugSchema = z.strictObject({
  name: z.string(),
  invariant: z.string(),
  campaign: z.enum(CAMPAIGNS),
  file: z.string(),
  find: z.string(),
  /** In it, `ON` is true when this bug is. */
  replace: z.string().regex(/\bON\b/),
});
type Bug = z.infer<typeof bugSchema>;

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const bugs = z.array(bugSchema).parse(JSON.parse(readFileSync(LIST, "utf8")));
  if (names[0] === "--check") {
    process.stdout.write(`${bugs.length} planted bugs in ${written(bugs).size} files\n`);
    return 0;
  }
  const unknown = names.filter((name) => !bugs.some((bug) => bug.name === name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}`);
  must(await run({}, "hardhat", "build"));
  makeCopy();
  writeBugs(bugs);
  must(await hardhat(0, "build", "--no-tests", ...DEPLOYED.map((name) => inCopy(`contracts/${name}.sol`))));
  let wrong = names.length === 0 ? await control() : 0;
  for (const [i, bug] of bugs.entries()) {
    if (names.length > 0 && !names.includes(bug.name)) continue;
    const by = whatFailed(await campaign(bug.campaign, i + 1));
    if (by === undefined) ++wrong;
    print(
      by === undefined ? "MISSED" : "caught",
      bug.campaign,
      bug.name,
      `${bug.invariant}: ${by ?? "nothing failed"}`,
    );
  }
  rmSync(COPY, { recursive: true, force: true });
  process.stdout.write(wrong === 0 ? "\nevery planted bug is caught\n" : `\n${wrong} not as they must be\n`);
  return wrong === 0 ? 0 : 1;
}

function makeCopy(): void {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(join(COPY, "test"), { recursive: true });
  for (const path of COPIED) cpSync(path, join(COPY, path), { recursive: true });
  cpSync("hardhat.config.ts", join(COPY, "base.config.ts"));
  writeFileSync(inCopy("hardhat.config.ts"), CONFIG);
  writeFileSync(inCopy("contracts/Planted.sol"), SWITCH);
  symlinkSync(resolve("node_modules"), join(COPY, "node_modules"), "dir");
}

/** The contracts with all bugs in them. A bug whose place is gone, or is no longer the only one, is a mistake in the list. */
function written(bugs: readonly Bug[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [i, { name, file, find, replace }] of bugs.entries()) {
    const text = texts.get(file) ?? readFileSync(file, "utf8");
    const places = text.split(find).length - 1;
    if (places !== 1) throw new Error(`"${name}" no longer applies: ${places} places in ${file} are\n${find}`);
    texts.set(
      file,
      text.replace(find, () => replace.replaceAll(/\bON\b/g, `planted(${i + 1})`)),
    );
  }
  return texts;
}

function writeBugs(bugs: readonly Bug[]): void {
  for (const [file, text] of written(bugs)) {
    const path = relative(join(file, ".."), "contracts/Planted.sol");
    const line = `import {planted} from "${path.startsWith(".") ? path : `./${path}`}";`;
    writeFileSync(
      inCopy(file),
      text.replace(/^pragma .*$/m, (pragma) => `${pragma}\n\n${line}`),
    );
  }
}

/** With every bug off all campaigns hold: how many do not. */
async function control(): Promise<number> {
  let wrong = 0;
  for (const name of CAMPAIGNS) {
    const by = whatFailed(await campaign(name, 0));
    if (by !== undefined) ++wrong;
    print(by === undefined ? "holds " : "FAILED", name, "no bug", by ?? "");
  }
  return wrong;
}

/** What the invariant said when it failed; undefined when it held. Anything else is not a verdict. */
function whatFailed({ code, output }: Finished): string | undefined {
  if (code === 0 && output.includes("✔ invariant")) return undefined;
  const said = /^ *Error: (.*)$/m.exec(output)?.[1];
  if (said === undefined || !/\d+\) .*#invariant\w+\(\)/.test(output)) throw new Error(output);
  return said;
}

function inCopy(path: string): string {
  return resolve(COPY, path);
}

async function campaign(name: Bug["campaign"], bug: number): Promise<Finished> {
  return hardhat(bug, "test", "solidity", "--no-compile", inCopy(`test/solidity/invariants/${name}.t.sol`));
}

async function hardhat(bug: number, ...args: readonly string[]): Promise<Finished> {
  return run({ HARDHAT_CONFIG: inCopy("hardhat.config.ts"), UPHELD_PLANTED: String(bug) }, "hardhat", ...args);
}

function must({ code, output }: Finished): void {
  if (code !== 0) throw new Error(output);
}

function print(word: string, name: string, bug: string, by: string): void {
  process.stdout.write(`${word}  ${name.padEnd(8)}  ${bug.padEnd(34)}  ${by}\n`);
}
