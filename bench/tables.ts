/** The figures for people at a terminal. */
import { type Cost, GOALS, LABELS, monthsOf, type Operation, yearsOf } from "./compare.ts";
import { OTHERS } from "./others.ts";
import type { Figures } from "./gas.ts";
import type { Own, Snapshot } from "./snapshot.ts";

export function tables(all: Own | Snapshot): string {
  const { ours, calls, record, growth, month } = all;
  const operations = Object.keys(LABELS) as Operation[];
  const parts = [
    table(
      ["gas of receipts", "ours", "goal", "× goal"],
      operations.map((name) => [LABELS[name], number(ours[name]), number(GOALS[name]), ratio(ours[name], GOALS[name])]),
    ),
    table(["other calls", "gas"], rows(calls)),
    table(["the record", "gas"], rows(record)),
    table(["a good month, in a batch of 100, each: what for", "gas"], rows(month.gas)),
    table(["its calldata on a rollup", "bytes"], rows(month.calldata)),
    table(["a good month in a batch of", "gas each"], rows(growth.batch)),
    table(["with so many objectives, 3 tiers and an indicator each; batch of 20", "gas each"], rows(growth.objectives)),
    table(["with so many tiers of one objective; batch of 20", "gas each"], rows(growth.tiers)),
    table(["forgotten periods settled at once", "gas"], rows(growth.forgotten)),
  ];
  if ("peers" in all) parts.push(...compared(all));
  return parts.join("\n");
}

function compared(all: Snapshot): string[] {
  const { summaries, peers } = all;
  const measured = [
    table(["Sablier Flow, measured now", "gas"], rows(peers.sablierFlow)),
    table(["Request escrow, measured now", "gas"], rows(peers.requestEscrow)),
  ];
  const earlier = OTHERS.map(({ name, calls }) => table([`${name}, measured earlier`, "gas"], rows(calls)));
  return [
    table(["summaries in one eth_call", "gas"], rows(summaries)),
    ...measured,
    ...earlier,
    costs("one good month", monthsOf(all), all.ours.monthInBatchOf100),
    costs("a year of twelve good periods", yearsOf(all), all.ours.year),
  ];
}

function costs(what: string, all: readonly Cost[], own: number): string {
  const cells = all.map(({ name, gas, hasLevel }) => [name, number(gas), ratio(gas, own), hasLevel ? "yes" : "no"]);
  return table([what, "gas", "× ours", "knows the service level"], cells);
}

const number = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 0 });
const ratio = (value: number, to: number): string => (value / to).toFixed(2);
const rows = (figures: Figures): string[][] => Object.entries(figures).map(([name, gas]) => [name, number(gas)]);

/** The first column to the left, the others to the right. */
function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const lines = [head, ...body];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const set = (line: readonly string[]) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return `${[set(head), rule, ...body.map(set)].join("\n")}\n`;
}
