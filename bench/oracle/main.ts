/** The command line of the oracle's bench: what measuring a portfolio costs beside the bare download of its samples. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROMETHEUS, programAt, PROMTOOL } from "../../test/support/programs.ts";
import { startPrometheus } from "../../test/support/prometheus.ts";
import { openMetrics, type Past } from "./past.ts";
import { runCase, type Case, type Result } from "./run.ts";
import { table } from "./table.ts";

const HELP = `What measuring agreements costs, from a real Prometheus to evidence on disk, beside the bare download of the same
answers. A Prometheus of its own is started, with a month of samples in its past, and removed again.

  npm run bench:oracle                              tables: 1,000 agreements, and how it grows (some ten minutes)
  npm run bench:oracle --silent -- --json           one object on the standard output, progress on the other
  npm run bench:oracle -- --quick                   without how it grows
  npm run bench:oracle -- --agreements 100 --series 20 --days 7 --runs 1

  --agreements N   how many (1000)
  --series N       on how many distinct series (200, or a fifth of the agreements)
  --days N         of the month, 1 to 31 (31)
  --every S        seconds between two samples, a divisor of 300 (30)
  --runs N         turns of job and download, of which the median counts (3)

It needs prometheus and promtool: apt-get install prometheus, or https://prometheus.io/download. A month of 1,000
agreements takes 2 GB in the temporary folder for a minute.
`;

/** January has 31 days, and is over. */
const START = Date.UTC(2026, 0, 1) / 1_000;

const complain = (text: string): void => void process.stderr.write(text);

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parsed();
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (programAt(PROMETHEUS) === undefined || programAt(PROMTOOL) === undefined) {
    complain(
      "prometheus and promtool are not installed: apt-get install prometheus, or https://prometheus.io/download\n",
    );
    return 1;
  }
  const { main, growth } = casesOf(options);
  const pasts = [main, ...growth].map(({ past }) => past);
  const folder = mkdtempSync(join(tmpdir(), "upheld-bench-"));
  const say = (line: string) => {
    complain(`${line} …\n`);
  };
  say("Prometheus gets its past");
  const prometheus = await startPrometheus({ past: openMetrics(distinct(pasts)) });
  try {
    const results: Result[] = [];
    for (const [i, one] of [main, ...growth].entries()) {
      results.push(await runCase(one, prometheus.url, join(folder, String(i)), say));
    }
    const [first, ...rest] = results as [Result, ...Result[]];
    process.stdout.write(options.json ? `${JSON.stringify({ ...first, growth: rest })}\n` : table(results));
    return 0;
  } finally {
    await prometheus.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Options {
  readonly help: boolean;
  readonly json: boolean;
  readonly quick: boolean;
  readonly agreements: number;
  readonly series: number;
  readonly days: number;
  readonly every: number;
  readonly runs: number;
}

function casesOf({ quick, agreements, series, days, every, runs }: Options): { main: Case; growth: Case[] } {
  const past = { series, every, start: START, days };
  const main = { agreements, past, runs };
  if (quick) return { main, growth: [] };
  const fewer = [10, 100].map((few): Case => ({ agreements: few, past: { ...past, series: few / 5 }, runs }));
  const alone = { agreements: series, past, runs };
  const rates = [5, 60, 300].map((rate): Case => ({
    agreements: 100,
    past: { ...past, series: 20, every: rate },
    runs,
  }));
  return { main, growth: [...fewer, alone, ...rates] };
}

/** The most series of each rate hold those of the cases with fewer. */
function distinct(pasts: readonly Past[]): Past[] {
  const largest = new Map<number, Past>();
  for (const past of pasts) {
    if ((largest.get(past.every)?.series ?? 0) < past.series) largest.set(past.every, past);
  }
  return [...largest.values()];
}

function parsed(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean", short: "h", default: false },
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        agreements: { type: "string", default: "1000" },
        series: { type: "string" },
        days: { type: "string", default: "31" },
        every: { type: "string", default: "30" },
        runs: { type: "string", default: "3" },
      },
    });
    const agreements = whole("agreements", values.agreements, 1, 100_000);
    const every = whole("every", values.every, 1, 300);
    if (300 % every !== 0) throw new Error(`--every ${every} is no divisor of 300`);
    return {
      ...values,
      agreements,
      series: whole("series", values.series ?? String(Math.ceil(agreements / 5)), 1, agreements),
      days: whole("days", values.days, 1, 31),
      every,
      runs: whole("runs", values.runs, 1, 99),
    };
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return undefined;
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${name} ${text} is not a whole number from ${least} to ${most}`);
}
