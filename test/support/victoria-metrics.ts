import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, freePort, startProgram, VICTORIA_METRICS } from "./programs.ts";
import type { TestPrometheus, TestSeries } from "./prometheus.ts";

/** A real VictoriaMetrics on a folder and a port of its own, which was told of these series. */
export async function startVictoriaMetrics(series: readonly TestSeries[]): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "upheld-victoria-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [`-storageDataPath=${folder}`, "-retentionPeriod=100y", `-httpListenAddr=127.0.0.1:${port}`];
  const server = await startProgram(VICTORIA_METRICS, args, () => answers(`${url}/health`));
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  await post(`${url}/api/v1/import`, series.map(line).join("\n"));
  // What was just told is found after a second or so; this makes it now.
  await post(`${url}/internal/force_flush`, "");
  return { url, stop };
}

/** Its own format: one series to a line, times in milliseconds. */
function line({ metric, labels, samples }: TestSeries): string {
  const timestamps = samples.map(([time]) => Math.round(time * 1000));
  return JSON.stringify({
    metric: { __name__: metric, ...labels },
    timestamps,
    values: samples.map(([, value]) => value),
  });
}

async function post(url: string, body: string): Promise<void> {
  const { ok, status } = await fetch(url, { method: "POST", body });
  if (!ok) throw new Error(`${url} answered ${status}`);
}
