import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Monitor } from "../measure/types.ts";
import { connectionOf, type MaintenanceConfig, type MonitorConfig } from "./config.ts";
import { csvSampleMonitor } from "./csv-samples.ts";
import { HttpClient, type Connection } from "./http.ts";
import { KEPT, keptMonitor } from "./kept.ts";
import { metricMaintenance } from "./metric-maintenance.ts";
import { openMetricsMonitor } from "./openmetrics.ts";
import { prometheusMonitor } from "./prometheus.ts";
import { silencesOf } from "./silences.ts";
import { statuspageMonitor } from "./statuspage.ts";
import type { MaintenanceSource, SampleMonitor, Services } from "./types.ts";
import { GITHUB, upptimeMonitor } from "./upptime.ts";

/** A source of samples, with the `up` that explains its holes if one is named; or one of outages. */
export type OpenedMonitor =
  | {
      readonly kind: "samples";
      readonly monitor: SampleMonitor;
      readonly up?: SampleMonitor;
      /** One file, read from its beginning for every window. */
      readonly isFile?: true;
    }
  | { readonly kind: "outages"; readonly monitor: Monitor };

/** Makes monitors from their configuration; those of one server share its connections. */
export class Monitors {
  readonly #clients = new Map<string, HttpClient>();
  readonly #services: Services;
  readonly #path: (file: string) => string;

  /** `path` makes a file that a configuration names absolute. */
  constructor(services: Services, path: (file: string) => string) {
    this.#services = services;
    this.#path = path;
  }

  /** Throws `monitor.query` and `monitor.url`; asks nothing yet. */
  open(config: MonitorConfig): OpenedMonitor {
    const { prometheus, samples, openmetrics, statuspage, upptime } = config;
    if (prometheus !== undefined) return this.#prometheus(prometheus);
    if (samples !== undefined) return this.#samples(this.#path(samples));
    if (openmetrics !== undefined) return this.#openMetrics(openmetrics);
    if (statuspage !== undefined) {
      const { component, impacts } = statuspage;
      const options = { ...defined({ component }), ...defined({ impacts }) };
      return { kind: "outages", monitor: statuspageMonitor(this.#client(this.#reach(statuspage)), options) };
    }
    if (upptime !== undefined) {
      const { url = GITHUB, repository, site, degraded } = upptime;
      const client = this.#client(this.#reach({ ...upptime, url }));
      return { kind: "outages", monitor: upptimeMonitor(client, { repository, site, ...defined({ degraded }) }) };
    }
    throw new RangeError("the configuration names no monitor");
  }

  openMaintenance(config: MaintenanceConfig): MaintenanceSource {
    const { alertmanager, "uptime-kuma": kuma } = config;
    if (alertmanager !== undefined) return silencesOf(this.#client(this.#reach(alertmanager)), alertmanager.labels);
    if (kuma === undefined) throw new RangeError("the configuration names no source of maintenance");
    const options = { query: kuma.query, value: 3, slot: Number(kuma["a sample speaks for"]) };
    return metricMaintenance(this.#client(this.#reach(kuma)), options, this.#services);
  }

  #prometheus(given: NonNullable<MonitorConfig["prometheus"]>): OpenedMonitor {
    const { query, preset, "vantage label": label, "monitored since": since, up } = given;
    const client = this.#client(this.#reach(given));
    const common = { ...defined({ label }), ...defined({ since }) };
    const monitor = prometheusMonitor(client, { query, ...common, ...defined({ preset }) }, this.#services);
    if (up === undefined) return { kind: "samples", monitor };
    return { kind: "samples", monitor, up: prometheusMonitor(client, { query: up, ...common }, this.#services) };
  }

  /** A CSV file, or a folder that `upheld collect` keeps. */
  #samples(path: string): OpenedMonitor {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return isFolder ? this.kept(path) : { kind: "samples", monitor: csvSampleMonitor(path), isFile: true };
  }

  /** What `upheld collect` kept of a monitor. `since`: when monitoring began. Throws `kept.none`. */
  kept(folder: string, since?: bigint): OpenedMonitor {
    const monitor = keptMonitor(folder, since);
    if (!existsSync(join(folder, KEPT.up))) return { kind: "samples", monitor };
    return { kind: "samples", monitor, up: keptMonitor(folder, since, "up") };
  }

  #openMetrics(given: NonNullable<MonitorConfig["openmetrics"]>): OpenedMonitor {
    const { file, metric, labels, "vantage label": label, preset } = given;
    const options = { metric, ...defined({ labels }), ...defined({ label }), ...defined({ preset }) };
    return { kind: "samples", monitor: openMetricsMonitor(this.#path(file), options), isFile: true };
  }

  #reach(given: Parameters<typeof connectionOf>[0]): Connection {
    return connectionOf(given, this.#path);
  }

  #client(connection: Connection): HttpClient {
    const key = JSON.stringify(connection);
    const client = this.#clients.get(key) ?? new HttpClient(connection, this.#services);
    this.#clients.set(key, client);
    return client;
  }
}

/** Only what is there: an optional key must not be undefined. */
function defined<T extends Record<string, unknown>>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
