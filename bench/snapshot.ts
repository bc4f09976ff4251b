/** All figures of one run, and what was recorded of an earlier one. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Figures } from "./gas.ts";
import type { Growth } from "./growth.ts";
import type { Month } from "./month.ts";
import type { Ours } from "./ours.ts";
import type { Peers } from "./peers/main.ts";

export const SNAPSHOT = "bench/gas-snapshot.json";

/** What a quick run measures: everything of ours but long pages. */
export interface Own {
  readonly ours: Ours;
  readonly calls: Figures;
  /** Of `ServiceRecord`, by its functions. */
  readonly record: Figures;
  readonly month: Month;
  readonly growth: Growth;
}

export interface Snapshot extends Own {
  /** The gas of one `eth_call` for a page of summaries, by its length. */
  readonly summaries: Figures;
  readonly peers: Peers;
}

export interface Change {
  readonly name: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export function recorded(): Snapshot | undefined {
  return existsSync(SNAPSHOT) ? (JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Snapshot) : undefined;
}

export function record(actual: Snapshot): void {
  writeFileSync(SNAPSHOT, `${JSON.stringify(actual, null, 2)}\n`);
}

/** Where two runs differ, in the parts that the second measured. */
export function changes(before: object, after: object): Change[] {
  const measured = new Set(Object.keys(after));
  const known = Object.entries(before).filter(([part]) => measured.has(part));
  const [from, to] = [flat(Object.fromEntries(known)), flat(after)];
  const names = [...new Set([...Object.keys(to), ...Object.keys(from)])];
  return names.map((name) => ({ name, from: from[name], to: to[name] })).filter((change) => change.from !== change.to);
}

export const told = ({ name, from, to }: Change): string => `${name}: ${from ?? "not recorded"} → ${to ?? "gone"}`;

/** Nested figures under names like `growth.batch.100`. */
function flat(value: object, path = ""): Record<string, number> {
  const parts = Object.entries(value).map(([name, inner]) =>
    typeof inner === "object" ? flat(inner as object, `${path}${name}.`) : { [path + name]: inner as number },
  );
  return Object.assign({}, ...parts) as Record<string, number>;
}
