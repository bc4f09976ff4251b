import { UpheldError } from "../errors.ts";

/** How the numbers of a known product are read. */
export interface Preset {
  readonly metric: string;
  /** What each of its numbers counts as; "unknown" says nothing about the service, so the sample is left out. */
  readonly values: Readonly<Record<number, 0 | 1 | "unknown">>;
}

const BINARY = { 0: 0, 1: 1 } as const;

export const PRESETS = {
  /** blackbox_exporter. */
  blackbox: { metric: "probe_success", values: BINARY },
  /**
   * Uptime Kuma: 0 down, 1 up, 2 pending, 3 maintenance. Pending is a check that failed and is tried again; Uptime Kuma
   * itself reckons it as down. What it calls maintenance nobody need have announced: `metricMaintenance` lists it.
   */
  "uptime-kuma": { metric: "monitor_status", values: { 0: 0, 1: 1, 2: 0, 3: "unknown" } },
  /** Gatus. The number stays until its next check, however often it is scraped. */
  gatus: { metric: "gatus_results_endpoint_success", values: BINARY },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** Reads numbers by a preset; without one they stay as they are. Undefined: the sample says nothing. */
export function reading(name: PresetName | undefined): (value: number) => number | undefined {
  if (name === undefined) return (value) => (Number.isFinite(value) ? value : undefined);
  const { values, metric }: Preset = PRESETS[name];
  return (value) => {
    const meaning = values[value];
    if (meaning === "unknown" || Number.isNaN(value)) return undefined;
    if (meaning !== undefined) return meaning;
    throw new UpheldError({
      code: "monitor.value",
      message: `${metric} has the value ${value}, which ${name} does not use`,
      hint: `${name} writes ${Object.keys(values).join(", ")}: is this query about another metric?`,
    });
  };
}
