/** Runs the job and the bare download in turns, each in a process of its own, and compares them. */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asItComes, asUpheld } from "../process.ts";
import type { Download } from "./download.ts";
import type { JobRun } from "./job.ts";
import { badSeconds, endOf, type Past } from "./past.ts";
import { subjectOf, writePortfolio } from "./portfolio.ts";

/** A portfolio to be measured. */
export interface Case {
  readonly agreements: number;
  readonly past: Past;
  /** How often the job and the download take turns. */
  readonly runs: number;
}

/** What a case came to; times are medians over its runs. */
export interface Result {
  readonly agreements: number;
  readonly series: number;
  readonly every: number;
  readonly days: number;
  readonly runs: number;
  /** Processor time of the whole job and its Prometheus, over that of the bare download of the same answers and its Prometheus. */
  readonly ratioToDownload: number;
  /** The same by the clock: on a busy machine it says more about the machine. */
  readonly ratioByClock: number;
  readonly rssMB: number;
  /** The largest evidence file of the case. */
  readonly evidenceKB: number;
  /** Processor seconds of the job and of the bare download, and of Prometheus beside each. */
  readonly jobSeconds: number;
  readonly downloadSeconds: number;
  readonly prometheusSeconds: number;
  /** By the clock: opening the portfolio, which is part of the job; all of the job; downloading alone. */
  readonly openingByClock: number;
  readonly jobByClock: number;
  readonly downloadByClock: number;
  readonly requests: number;
  readonly downloadMB: number;
}

const AT_ONCE = 4;
const JOB = fileURLToPath(new URL("job.ts", import.meta.url));
const DOWNLOAD = fileURLToPath(new URL("download.ts", import.meta.url));

/** Throws when a count is not what was planted. */
export async function runCase(one: Case, url: string, folder: string, say: (line: string) => void): Promise<Result> {
  const { agreements, past, runs } = one;
  const paths = join(folder, "asked.json");
  const config = writePortfolio(folder, agreements, past, url);
  const args = [config, String(past.start), String(endOf(past))];
  const name = `${agreements} agreements on ${past.series} series, a sample every ${past.every} s`;
  const job = async (...more: string[]) => {
    rmSync(join(folder, "evidence"), { recursive: true, force: true });
    return timed(url, () => asUpheld<JobRun>(JOB, ...args, ...more));
  };
  say(`${name}: a first run, to see what it asks`);
  const first = await job(paths);
  requireTruth(first.told, past);

  const pairs: { readonly measured: Timed<JobRun>; readonly loaded: Timed<Download> }[] = [];
  for (let run = 1; run <= runs; run++) {
    say(`${name}: run ${run} of ${runs}`);
    const measured = await job();
    requireTruth(measured.told, past);
    const loaded = await timed(url, () => asItComes<Download>(DOWNLOAD, url, paths, String(AT_ONCE)));
    pairs.push({ measured, loaded });
  }
  const of = (value: (pair: (typeof pairs)[number]) => number) => round(median(pairs.map(value)));
  const sizes = first.told.counts.map(({ file }) => statSync(file).size);
  return {
    agreements,
    series: past.series,
    every: past.every,
    days: past.days,
    runs,
    ratioToDownload: of(({ measured, loaded }) => busy(measured) / busy(loaded)),
    ratioByClock: of(({ measured, loaded }) => measured.told.seconds / loaded.told.seconds),
    rssMB: round(Math.max(...pairs.map(({ measured }) => measured.told.rss)) / 1e6),
    evidenceKB: round(Math.max(...sizes) / 1e3),
    jobSeconds: of(({ measured }) => measured.told.cpu),
    downloadSeconds: of(({ loaded }) => loaded.told.cpu),
    prometheusSeconds: of(({ measured, loaded }) => (measured.server + loaded.server) / 2),
    openingByClock: of(({ measured }) => measured.told.opening),
    jobByClock: of(({ measured }) => measured.told.seconds),
    downloadByClock: of(({ loaded }) => loaded.told.seconds),
    requests: pairs[0]?.loaded.told.requests ?? 0,
    downloadMB: round((pairs[0]?.loaded.told.bytes ?? 0) / 1e6),
  };
}

/** What was planted is known: a fast wrong answer is none. */
function requireTruth({ counts }: JobRun, past: Past): void {
  counts.forEach(({ total, bad, excluded }, i) => {
    const { series, kind } = subjectOf(i, past);
    const wanted = `${past.days * 86_400},${badSeconds(series, past, kind)},0`;
    const got = `${total},${bad},${excluded}`;
    if (got !== wanted) throw new Error(`agreement ${i} came to ${got}, but what was planted makes ${wanted}`);
  });
}

interface Timed<T> {
  readonly told: T;
  /** Processor seconds of Prometheus meanwhile. */
  readonly server: number;
}

const busy = ({ told, server }: Timed<{ readonly cpu: number }>) => told.cpu + server;

async function timed<T>(url: string, run: () => Promise<T>): Promise<Timed<T>> {
  const before = await serverSeconds(url);
  const told = await run();
  return { told, server: (await serverSeconds(url)) - before };
}

/** As Prometheus says of itself. */
async function serverSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

const round = (value: number) => Math.round(value * 100) / 100;
