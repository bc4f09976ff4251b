/** The bench's figures as the table of its page. */
import type { Result } from "./run.ts";

const COLUMNS: readonly (readonly [head: string, cell: (one: Result) => string])[] = [
  ["agreements", ({ agreements }) => agreements.toLocaleString("en")],
  ["series", ({ series }) => String(series)],
  ["a sample every", ({ every }) => `${every} s`],
  ["to the download", ({ ratioToDownload }) => ratioToDownload.toFixed(2)],
  ["memory", ({ rssMB }) => `${rssMB.toFixed(0)} MB`],
  ["evidence", ({ evidenceKB }) => `${evidenceKB.toFixed(1)} kB`],
  ["job", ({ jobSeconds }) => `${jobSeconds.toFixed(2)} s`],
  ["download", ({ downloadSeconds }) => `${downloadSeconds.toFixed(2)} s`],
  ["Prometheus", ({ prometheusSeconds }) => `${prometheusSeconds.toFixed(2)} s`],
  ["answers", ({ downloadMB }) => `${downloadMB.toFixed(1)} MB`],
];

export function table(results: readonly Result[]): string {
  const rows = [
    COLUMNS.map(([head]) => head),
    COLUMNS.map(() => "---"),
    ...results.map((one) => COLUMNS.map(([, cell]) => cell(one))),
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
