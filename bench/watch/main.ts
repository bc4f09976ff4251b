/** The command line of the watcher's bench: what a round asks of a node, how long it takes, what memory it needs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { anvilPath } from "../../test/chain/nodes.ts";
import { runCase, type Result } from "./run.ts";
import { table } from "./table.ts";

const HELP = `What \`upheld watch --once\` asks of a node, how long it takes and what memory it needs, over a provider's agreements
on a chain of their own: the first round, a quiet one, and one after a month is over.

  npm run bench:watch                               1,000 agreements, and how it grows (some minutes)
  npm run bench:watch --silent -- --json            one object on the standard output, progress on the other
  npm run bench:watch -- --quick                    without how it grows
  npm run bench:watch -- --agreements 50 --quick

  --agreements N   how many (1000)

It needs compiled contracts (npm run build) and anvil, which npm ci installs on 64-bit Linux.
`;

const complain = (text: string): void => void process.stderr.write(text);

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parsed();
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (anvilPath() === undefined) {
    complain("anvil is not installed: it is an optional package for 64-bit Linux\n");
    return 1;
  }
  const { agreements } = options;
  const fewer = options.quick ? [] : [10, 100].filter((few) => few < agreements);
  const folder = mkdtempSync(join(tmpdir(), "upheld-bench-"));
  const say = (line: string) => {
    complain(`${line} …\n`);
  };
  try {
    const results: Result[] = [];
    for (const count of [agreements, ...fewer]) results.push(await runCase(count, join(folder, String(count)), say));
    const [first, ...growth] = results as [Result, ...Result[]];
    process.stdout.write(options.json ? `${JSON.stringify({ ...first, growth })}\n` : table(results));
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean", short: "h", default: false },
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        agreements: { type: "string", default: "1000" },
      },
    });
    const agreements = Number(values.agreements);
    if (!/^\d{1,5}$/.test(values.agreements) || agreements < 1) {
      throw new Error(`--agreements ${values.agreements} is not a whole number from 1 to 99999`);
    }
    return { ...values, agreements };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return undefined;
  }
}
