/**
 * What of the contracts must not change unseen: runtime sizes, mutators, where storage lies and how its words are
 * packed. `--json` prints it, `--update` records it in the snapshot that the gate compares.
 */
import { writeFileSync } from "node:fs";
import { contracts } from "./surface/contracts.ts";
import { layout, table } from "./surface/storage.ts";
import { wordsOf } from "./surface/words.ts";

const SNAPSHOT = "bench/surface-snapshot.json";

const deployed = contracts();
const variables = layout();
const surface = {
  runtimeBytes: Object.fromEntries(deployed.map(({ name, bytes }) => [name, bytes])),
  mutators: Object.fromEntries(deployed.map(({ name, mutators }) => [name, mutators])),
  storage: table(variables),
  words: await wordsOf(variables),
};
const text = `${JSON.stringify(surface, null, 2)}\n`;
if (process.argv.includes("--update")) writeFileSync(SNAPSHOT, text);
else process.stdout.write(text);
// The node inside this process would keep it alive.
process.exit();
