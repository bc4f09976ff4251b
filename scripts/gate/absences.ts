/** The only tests that may be skipped, and what must be absent for it. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromiumPath } from "../page/chromium.ts";

interface Absence {
  readonly files: readonly string[];
  readonly reason: string;
  readonly isReal: boolean;
}

const ABSENCES: readonly Absence[] = [
  {
    files: ["test/terms/published.test.ts", "test/data/sla-tables.test.ts", "test/data/sla-measuring.test.ts"],
    reason: "the published tables are not beside the checkout (../shared/data)",
    isReal: !existsSync("../shared/data"),
  },
  {
    files: [
      "test/bench/watch.test.ts",
      "test/chain/failover.test.ts",
      "test/chain/outbox.test.ts",
      "test/chain/transaction.test.ts",
      "test/cli/arguing.test.ts",
      "test/cli/bulk.killed.test.ts",
      "test/cli/claiming.test.ts",
      "test/cli/committee.test.ts",
      "test/cli/creating.test.ts",
      "test/cli/doctor.test.ts",
      "test/cli/leaving.test.ts",
      "test/cli/life.test.ts",
      "test/cli/outsiders.test.ts",
      "test/cli/process.test.ts",
      "test/cli/record.test.ts",
      "test/cli/stating.test.ts",
      "test/cli/trouble.test.ts",
      "test/cli/two-keys.test.ts",
      "test/demo/play.test.ts",
      "test/oracle/cosign-batch.test.ts",
      "test/oracle/dispatch.test.ts",
      "test/oracle/faults.test.ts",
      "test/oracle/keep.test.ts",
      "test/oracle/lying.test.ts",
      "test/oracle/monitored.test.ts",
      "test/oracle/report-all.test.ts",
      "test/oracle/shared-batch.test.ts",
      "test/oracle/tickets-and-days.test.ts",
      "test/scenarios/anvil.test.ts",
      "test/statement/audit.test.ts",
      "test/statement/year.test.ts",
      "test/watch/course.test.ts",
      "test/watch/killed.test.ts",
      "test/watch/watch.test.ts",
    ],
    reason: "there is no anvil binary for this platform",
    isReal: !hasAnvil(),
  },
  {
    files: [
      "test/bench/oracle.test.ts",
      "test/cli/backtest.server.test.ts",
      "test/cli/doctor.test.ts",
      "test/monitors/collect.server.test.ts",
      "test/monitors/holes.server.test.ts",
      "test/monitors/measured.server.test.ts",
      "test/monitors/metric-maintenance.server.test.ts",
      "test/monitors/prometheus.kit.test.ts",
      "test/monitors/prometheus.live.test.ts",
      "test/monitors/prometheus.server.test.ts",
      "test/monitors/silences.server.test.ts",
      "test/oracle/monitored.test.ts",
    ],
    reason:
      "not all of Prometheus, promtool, blackbox_exporter, Alertmanager, VictoriaMetrics and openssl are installed",
    isReal: !hasMonitoring(),
  },
  {
    files: [
      "test/page/evidence.test.ts",
      "test/page/failures.test.ts",
      "test/page/life.test.ts",
      "test/page/names.test.ts",
      "test/page/portfolio.test.ts",
      "test/page/record.test.ts",
      "test/page/safe.test.ts",
      "test/page/signing.test.ts",
      "test/page/standards.test.ts",
    ],
    reason: "there is no Chromium, or no anvil binary for this platform",
    isReal: !hasAnvil() || chromiumPath() === undefined,
  },
  {
    files: ["test/evidence/files.test.ts", "test/committee/files.test.ts"],
    reason: "root, or Windows, may write into every folder",
    isReal: process.getuid?.() === 0 || process.platform === "win32",
  },
];

/** Why a test of `file` may be skipped; undefined: it may not. */
export function reasonToSkip(file: string): string | undefined {
  return ABSENCES.find(({ files, isReal }) => isReal && files.includes(file))?.reason;
}

function hasAnvil(): boolean {
  try {
    createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/bin/anvil");
    return true;
  } catch {
    return false;
  }
}

function hasMonitoring(): boolean {
  // Debian's names, and those of their makers
  const programs = [
    ["prometheus"],
    ["promtool"],
    ["prometheus-blackbox-exporter", "blackbox_exporter"],
    ["prometheus-alertmanager", "alertmanager"],
    ["victoria-metrics", "victoria-metrics-prod"],
    ["openssl"],
  ];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return programs.every((names) => folders.some((folder) => names.some((name) => existsSync(join(folder, name)))));
}
