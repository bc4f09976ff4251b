import { readFile } from "node:fs/promises";
import type { Source } from "../../src/chain/sourcify.ts";
import { UpheldError } from "../../src/errors.ts";
import { openHardhat } from "./runtime.ts";

interface BuildInfo {
  readonly solcLongVersion: string;
  readonly input: unknown;
  readonly userSourceNameMap: Readonly<Record<string, string>>;
}

/** What is needed to compile `name` again, from Hardhat's build. */
export async function sourceOf(name: string, address: string): Promise<Source> {
  const hre = await openHardhat();
  await hre.tasks.getTask("build").run({ quiet: true });
  const artifact = await hre.artifacts.readArtifact(name);
  const id = await hre.artifacts.getBuildInfoId(`${artifact.sourceName}:${name}`);
  const path = id === undefined ? undefined : await hre.artifacts.getBuildInfoPath(id);
  if (path === undefined) {
    throw new UpheldError({
      code: "publish.no-build",
      message: `There is no build of ${name}.`,
      hint: "Run npm run build.",
    });
  }
  const build = JSON.parse(await readFile(path, "utf8")) as BuildInfo;
  const source = build.userSourceNameMap[artifact.sourceName] ?? artifact.sourceName;
  return { address, name: `${source}:${name}`, compiler: build.solcLongVersion, input: build.input };
}
