/** The command line of the bench. Only measuring loads Hardhat, so that help and mistakes are answered at once. */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chartsOf, PAGE, pageOf, RECORD_PAGE } from "./page.ts";
import { changes, type Own, record, recorded, type Snapshot, told } from "./snapshot.ts";
import { tables } from "./tables.ts";

const HELP = `What an agreement's calls cost, in gas of receipts on one local node, beside other escrows on the same token.

  npm run bench                              tables
  npm run -s bench -- --json > gas.json      one object, nothing else on the standard output
  npm run bench -- --quick                   ours alone: no peers, no long pages
  npm run bench:update                       record the figures, and draw docs/gas.md and docs/record.md anew
  npm run bench:update -- --allow-growth     also those that grew

Peers are measured from their npm packages, which the first run installs into bench/peers (a few seconds).
`;

const write = (text: string): void => void process.stdout.write(text);
const complain = (text: string): void => void process.stderr.write(text);

process.exitCode = await main();
// The node inside this process would keep it alive.
process.exit();

async function main(): Promise<number> {
  const options = parsed();
  if (options === undefined) return 2;
  if (options.help === true) {
    write(HELP);
    return 0;
  }
  process.env["HARDHAT_CONFIG"] = "bench/hardhat.config.ts";
  const { measureAll, measureOwn } = await import("./measure.ts");
  const { installPeers } = await import("./peers/install.ts");
  const say = (line: string): void => {
    if (process.stderr.isTTY) complain(`${line} …\n`);
  };
  const show = (all: Own | Snapshot): void => {
    write(options.json === true ? `${JSON.stringify(all, null, 2)}\n` : tables(all));
  };
  if (options.quick === true) {
    show(await measureOwn(say));
    return 0;
  }
  try {
    // Not only at a terminal: it is the one step that needs a network.
    await installPeers(complain);
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  const all = await measureAll(say);
  if (options.update === true) return update(all, options["allow-growth"] === true);
  show(all);
  return 0;
}

function parsed() {
  try {
    return parseArgs({
      options: {
        help: { type: "boolean", short: "h" },
        json: { type: "boolean" },
        quick: { type: "boolean" },
        update: { type: "boolean" },
        "allow-growth": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return undefined;
  }
}

function update(actual: Snapshot, allowGrowth: boolean): number {
  const changed = changes(recorded() ?? {}, actual);
  for (const change of changed) write(`${told(change)}\n`);
  const grown = changed.filter(({ from, to }) => from !== undefined && to !== undefined && to > from);
  if (grown.length > 0 && !allowGrowth) {
    complain(`${grown.length} figures grew; nothing was recorded. Meant so? Add \`-- --allow-growth\`.\n`);
    return 1;
  }
  record(actual);
  for (const [path, chart] of Object.entries(chartsOf(actual))) writeFileSync(path, chart);
  for (const path of [PAGE, RECORD_PAGE]) {
    writeFileSync(path, pageOf(readFileSync(path, "utf8"), actual, path));
  }
  return 0;
}
