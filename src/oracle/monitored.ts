import { createReadStream } from "node:fs";
import { UpheldError } from "../errors.ts";
import type { Sampled } from "../evidence/build.ts";
import { Seen } from "../evidence/seen.ts";
import { Columns, type Samples } from "../measure/columns.ts";
import { countDays } from "../measure/days.ts";
import { withinCap } from "../measure/cap.ts";
import { readWindows } from "../measure/csv.ts";
import { measureOutages } from "../measure/outages.ts";
import type { Policy } from "../measure/policy.ts";
import { downtimeBy, type Verdicts } from "../measure/sampled.ts";
import { isFromRecord } from "../record/excluding.ts";
import { joinSeries } from "../measure/series.ts";
import type { Period, Window } from "../measure/types.ts";
import type { Monitors, OpenedMonitor } from "../monitors/open.ts";
import type { SampleMonitor } from "../monitors/types.ts";
import { Unit, type Indicator } from "../terms/types.ts";
import type { MonitorSource } from "./config.ts";
import { Readings, textOf } from "./groups.ts";
import type { Reading } from "./measure.ts";
import { hasHoles, remarksOn, type NamedUp } from "./remarks.ts";

/** What is measured: an indicator, and the policy that its agreement's file gives its measure. */
export interface Monitored {
  readonly indicator: Indicator;
  readonly policy: Policy | undefined;
  /** For messages: `uptime of CI hosting`. */
  readonly label: string;
}

/**
 * Reads a monitor for one period: samples under the agreement's policy, or outages as somebody else judged them. What
 * is in `readings` already is not read again.
 */
export const readMonitor = (
  monitors: Monitors,
  source: MonitorSource,
  measured: Monitored,
  period: Period,
  signal?: AbortSignal,
  readings?: Readings,
): Promise<Reading> => readOpened(openSource(monitors, source), monitors, source, measured, period, signal, readings);

/** The same of a monitor that is open already. */
export async function readOpened(
  opened: OpenedMonitor,
  monitors: Monitors,
  source: MonitorSource,
  { indicator, policy, label }: Monitored,
  period: Period,
  signal?: AbortSignal,
  readings = new Readings(),
): Promise<Reading> {
  const announced = await maintenanceOf(monitors, source, period, signal);
  if (opened.kind === "outages") {
    const seen = await opened.monitor.read(period);
    // what a status page calls maintenance counts only where the agreement does not take it from its record
    const own = isFromRecord(policy?.record) ? [] : seen.exclusions;
    const input = {
      grade: "outages" as const,
      indicator,
      outages: seen.outages,
      exclusions: [...own, ...announced.windows],
    };
    return { input, source: [seen.source, ...announced.sources].join("; ") };
  }
  if (policy === undefined) throw noPolicy(label);
  const { monitor, up } = opened;
  // a sample from before the period may speak into it
  const window = { start: period.start - BigInt(policy.slot), end: period.end };
  const key = textOf([source.monitor, source.keptIn, window]);
  const places = await readings.of(key, () => readAll(monitor, window, signal));
  const { scale, good, slot, places: least } = policy;
  const { series, seen } = await readings.of(textOf([key, scale, good, slot, least]), () => {
    const series = [...places].map(([vantage, parts]) => joinSeries(vantage, parts, policy));
    return Promise.resolve({ series, seen: new Seen(series, period, policy) });
  });
  // What is announced beyond the cap counts as if it had not been: the contract would refuse the whole report.
  const maintenance = withinCap(announced.windows, period, indicator.excludedCap, (windows) =>
    excludedBy(seen.verdicts, period, policy, indicator, windows),
  );
  const remarks =
    up === undefined || !hasHoles(series, period, policy.slot)
      ? []
      : remarksOn(series, await readings.of(textOf([key, "up"]), () => upsOf(up, window, signal)), period, policy.slot);
  const input: Sampled = { grade: "samples", indicator, policy, series, seen, maintenance, remarks };
  return { input, source: [monitor.source, ...announced.sources].join("; ") };
}

/** Where a source's samples or outages are read: the monitor itself, or what was collected of it. */
export const openSource = (monitors: Monitors, { monitor, keptIn }: MonitorSource): OpenedMonitor =>
  keptIn === undefined ? monitors.open(monitor) : monitors.kept(keptIn, monitor.prometheus?.["monitored since"]);

async function upsOf(monitor: SampleMonitor, window: Period, signal?: AbortSignal): Promise<NamedUp[]> {
  return [...(await readAll(monitor, window, signal))].map(([vantage, parts]) => {
    const sorted = [...Columns.join(parts)].sort(([a], [b]) => a - b);
    return { vantage, times: sorted.map(([time]) => time), values: sorted.map(([, value]) => value) };
  });
}

/** All samples of the window, by vantage point, in the pieces in which they came: joined they would be kept twice. */
async function readAll(
  monitor: SampleMonitor,
  window: Period,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly Samples[]>> {
  const places = new Map<string, Samples[]>();
  for await (const { vantage, samples } of monitor.read(window, signal)) {
    const parts = places.get(vantage);
    if (parts === undefined) places.set(vantage, [samples]);
    else parts.push(samples);
  }
  return places;
}

function excludedBy(
  verdicts: Verdicts,
  period: Period,
  policy: Policy,
  indicator: Indicator,
  windows: readonly Window[],
): bigint {
  const downtime = downtimeBy(verdicts, period, policy, windows);
  return indicator.unit === Unit.Days
    ? countDays(downtime, period).excluded
    : measureOutages(downtime, period, indicator).measurement.excluded;
}

/** Maintenance as a file lists it, and as another monitor announces it. */
export async function maintenanceOf(
  monitors: Monitors,
  { exclusions, maintenance }: MonitorSource,
  period: Period,
  signal?: AbortSignal,
): Promise<{ windows: Window[]; sources: string[] }> {
  const windows: Window[] = [];
  const sources: string[] = [];
  if (exclusions !== undefined) {
    windows.push(...(await readWindows(createReadStream(exclusions), exclusions, period, "exclusion")).windows);
    sources.push("exclusions as listed");
  }
  if (maintenance !== undefined) {
    const announced = monitors.openMaintenance(maintenance);
    windows.push(...(await announced.read(period, signal)));
    sources.push(announced.source);
  }
  return { windows, sources };
}

const noPolicy = (label: string) =>
  new UpheldError({
    code: "config.no-policy",
    message: `${label}: samples do not become counts by themselves, and the agreement's file has no policy for it.`,
    hint: "An agreement that was made without `policy` is reported from outages or counts; docs/agreement-file.md.",
  });
