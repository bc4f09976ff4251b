/** Whether a mutant makes the same code as the original: then nothing can tell them apart. */
import { apply, type Mutant } from "./mutant.ts";
import { codeOf, dependents, type Sources } from "./source.ts";

/** What is deployed, the quickest to compile first. */
const CONTRACTS = ["OracleCommittee", "SLAEscrow", "SLABackOffice", "SLAFactory", "SLALens"];
const originals = new Map<string, string>();

export function isEqual(sources: Sources, mutant: Mutant): boolean {
  const changed = new Map(sources).set(mutant.file, apply(sources.get(mutant.file) ?? "", mutant));
  const affected = dependents(sources, new Set([mutant.file]));
  return CONTRACTS.filter((name) => affected.has(`contracts/${name}.sol`)).every((name) => {
    const original = originals.get(name) ?? codeOf(sources, name);
    originals.set(name, original);
    return codeOf(changed, name) === original;
  });
}
