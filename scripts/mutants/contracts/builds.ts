/** Compiled contracts in a folder that the tests are pointed to. */
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addStatementCoverageInstrumentation } from "@nomicfoundation/edr";
import { getCoverageLibrary } from "@nomicfoundation/edr/coverage";
import { dependents, errorsOf, generate, hashOf, isMutated, type Sources } from "./source.ts";

interface Artifact {
  readonly sourceName: string;
  readonly contractName: string;
}

/**
 * A copy of the artifacts with the code that comes of `sources`; of which only what depends on `changed` is compiled.
 * Nothing is done where they were built before: by a run that was killed, or for other tests.
 */
export function build(sources: Sources, changed: ReadonlySet<string>, folder: string): void {
  const mark = join(folder, "sources");
  if (existsSync(mark) && readFileSync(mark, "utf8") === hashOf(sources)) return;
  const affected = dependents(sources, changed);
  const output = generate(sources, affected);
  const [error] = errorsOf(output);
  if (error !== undefined) throw new Error(error.formattedMessage);
  rmSync(folder, { recursive: true, force: true });
  cpSync("artifacts/contracts", join(folder, "contracts"), { recursive: true });
  for (const path of globSync("contracts/**/*.json", { cwd: folder })) {
    const artifact = JSON.parse(readFileSync(join(folder, path), "utf8")) as Artifact;
    if (!affected.has(artifact.sourceName)) continue;
    const code = output.contracts?.[artifact.sourceName]?.[artifact.contractName]?.evm;
    if (code === undefined) throw new Error(`${path} is of no contract; run the build first`);
    const bytecode = `0x${code.bytecode.object}`;
    const deployedBytecode = `0x${code.deployedBytecode.object}`;
    writeFileSync(join(folder, path), JSON.stringify({ ...artifact, bytecode, deployedBytecode }));
  }
  writeFileSync(mark, hashOf(sources));
}

/** A statement that says when it is run. */
export interface Counted {
  readonly tag: string;
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** `sources` with every statement counted. Texts are plain ASCII, so characters are bytes. */
export function count(sources: Sources): { counted: Counted[]; sources: Map<string, string> } {
  const counted: Counted[] = [];
  const library = getCoverageLibrary();
  const changed = new Map([[library.filename, library.content]]);
  for (const [file, text] of sources) {
    if (!isMutated(file)) {
      changed.set(file, text);
      continue;
    }
    const { source, metadata } = addStatementCoverageInstrumentation(text, file, "0.8.28");
    changed.set(file, source);
    for (const { kind, tag, startUtf16, endUtf16 } of metadata) {
      if (kind === "statement")
        counted.push({ tag: Buffer.from(tag).toString("hex"), file, start: startUtf16, end: endUtf16 });
    }
  }
  return { counted, sources: changed };
}
