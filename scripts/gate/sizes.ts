import { globSync, readFileSync } from "node:fs";
import { failed, passed, type Outcome } from "./stage.ts";

/** What the chain accepts (EIP-170). */
const CHAIN_LIMIT = 24_576;
/** What this project allows itself, so that there is room for a fix. */
const LIMITS: Readonly<Record<string, number>> = { SLAEscrow: 22_000 };

interface Size {
  readonly name: string;
  readonly bytes: number;
  readonly limit: number;
}

/** No contract's runtime code is above its limit. */
export function sizes(): Promise<Outcome> {
  const all = globSync("artifacts/contracts/**/*.json").map(sizeOf);
  const table = all.filter((size) => size.bytes > size.limit).map(describe);
  const missing = Object.keys(LIMITS).filter((name) => !all.some((size) => size.name === name));
  if (missing.length > 0) return Promise.resolve(failed(`no artifact of ${missing.join(", ")}`, "Was it renamed?"));
  if (table.length > 0) return Promise.resolve(failed("contracts are too large", table.join("\n")));
  const shown = all.filter(({ name }) => name in LIMITS).map(describe);
  return Promise.resolve(passed(shown.join(", ")));
}

function sizeOf(path: string): Size {
  const { contractName: name, deployedBytecode } = JSON.parse(readFileSync(path, "utf8")) as Artifact;
  return { name, bytes: (deployedBytecode.length - 2) / 2, limit: LIMITS[name] ?? CHAIN_LIMIT };
}

const describe = ({ name, bytes, limit }: Size): string =>
  `${name} ${bytes.toLocaleString("en")} of ${limit.toLocaleString("en")} bytes`;

interface Artifact {
  readonly contractName: string;
  readonly deployedBytecode: string;
}
