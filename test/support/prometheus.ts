import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, freePort, PROMETHEUS, PROMTOOL, runProgram, startProgram } from "./programs.ts";

/** A series for a test: a metric, its labels, and what it had when. */
export interface TestSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [time: number, value: number])[];
}

export interface TestPrometheus {
  readonly url: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

export interface PrometheusSettings {
  readonly series?: readonly TestSeries[];
  /** Pieces of OpenMetrics text in place of series: for more of them than fit into memory. */
  readonly past?: Iterable<string>;
  /** The configuration file's text. */
  readonly config?: string;
  readonly retention?: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Where its API answers, when it is not plain HTTP. */
  readonly isReady?: (port: number) => Promise<boolean>;
}

/** A real Prometheus on a folder and a port of its own, with these series in its past. */
export async function startPrometheus({
  series = [],
  past = series.length === 0 ? undefined : [openMetrics(series)],
  config = "",
  retention = "100y",
  args = [],
  env = {},
  isReady = (port) => answers(`http://127.0.0.1:${port}/-/ready`),
}: PrometheusSettings): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "upheld-prometheus-"));
  const data = join(folder, "data");
  mkdirSync(data);
  if (past !== undefined) backfill(folder, data, past);
  const file = join(folder, "prometheus.yml");
  writeFileSync(file, config);
  const port = await freePort();
  const server = await startProgram(
    PROMETHEUS,
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${data}`,
      `--storage.tsdb.retention.time=${retention}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
      ...args,
    ],
    () => isReady(port),
    env,
  );
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

/** Blocks of up to 32 days: with promtool's own two hours a month takes half a minute. */
function backfill(folder: string, data: string, past: Iterable<string>): void {
  const file = join(folder, "past.om");
  const open = openSync(file, "w");
  for (const piece of past) writeSync(open, piece);
  closeSync(open);
  runProgram(PROMTOOL, "tsdb", "create-blocks-from", "--quiet", "--max-block-duration=768h", "openmetrics", file, data);
  rmSync(file);
}

/** OpenMetrics text, each metric's samples together. */
export function openMetrics(series: readonly TestSeries[]): string {
  const lines: string[] = [];
  for (const [metric, group] of Map.groupBy(series, (one) => one.metric)) {
    lines.push(`# TYPE ${metric} gauge`);
    for (const { labels, samples } of group) {
      const written = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      for (const [time, value] of samples) lines.push(`${metric}{${written.join(",")}} ${value} ${time}`);
    }
  }
  return [...lines, "# EOF", ""].join("\n");
}
