/**
 * What an agreement's calls cost, in gas of the receipts on Hardhat's node. `--json` prints one object, `--update`
 * records the figures; growth is recorded only with `--allow-growth`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { batches } from "./batches.ts";
import type { Figures } from "./gas.ts";
import { beginning, dispute, months, payouts, silence } from "./life.ts";

const SNAPSHOT = "bench/gas-snapshot.json";

const figures = {
  ...(await beginning()),
  ...(await months()),
  ...(await batches()),
  ...(await dispute()),
  ...(await payouts()),
  ...(await silence()),
};
if (process.argv.includes("--update")) update(figures, process.argv.includes("--allow-growth"));
else process.stdout.write(process.argv.includes("--json") ? `${toJson(figures)}\n` : tableOf(figures));
// The node inside this process would keep it alive.
process.exit();

function update(actual: Figures, allowGrowth: boolean): void {
  const recorded = existsSync(SNAPSHOT) ? (JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Figures) : {};
  const changed = Object.entries(actual).filter(([name, gas]) => recorded[name] !== gas);
  const grown = changed.filter(([name, gas]) => gas > (recorded[name] ?? gas));
  for (const [name, gas] of changed) process.stdout.write(`${name}: ${recorded[name] ?? "new"} → ${gas}\n`);
  if (grown.length > 0 && !allowGrowth) {
    process.stderr.write(`${grown.length} figures grew; nothing was recorded. Meant so? Add \`-- --allow-growth\`.\n`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(SNAPSHOT, `${toJson(actual)}\n`);
}

function tableOf(all: Figures): string {
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  const rows = Object.entries(all).map(
    ([name, gas]) => `${name.padEnd(width)}  ${gas.toLocaleString("en").padStart(11)}`,
  );
  return `${rows.join("\n")}\n`;
}

function toJson(all: Figures): string {
  return JSON.stringify(all, null, 2);
}
