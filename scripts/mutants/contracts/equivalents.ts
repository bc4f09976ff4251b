/** Mutants that no test can kill, each with the reason. A person wrote them down after looking. */
import { readFileSync } from "node:fs";

export interface Equivalent {
  readonly id: string;
  /** Where, and what becomes of what: for the reader, and for whoever has to find it again. */
  readonly change: string;
  readonly reason: string;
}

const PATH = "scripts/mutants/contracts/equivalent.json";

export function readEquivalents(): Map<string, Equivalent> {
  const list = JSON.parse(readFileSync(PATH, "utf8")) as Equivalent[];
  return new Map(list.map((one) => [one.id, one]));
}
