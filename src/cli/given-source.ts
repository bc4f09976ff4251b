import { dirname, resolve } from "node:path";
import { z } from "zod";
import { PRESETS, type PresetName } from "../monitors/presets.ts";
import { sourceOf, sourceSchema, type Source } from "../oracle/config.ts";
import { parseYaml } from "../oracle/yaml.ts";
import { readText } from "./file.ts";
import { usage, type Fields } from "./job.ts";

const text = z.string().min(1).optional();

/** How `backtest`, `collect` and `doctor` are told of a monitor on the command line. */
export const sourceOptions = {
  prometheus: ["<url>", "read Prometheus, or what speaks its query API, at this address", text],
  query: ["<selector>", "which series there (default: probe_success)", text],
  vantageLabel: ["<label>", "which label tells the places apart (default: instance)", text],
  monitor: ["<file>", "a YAML file with one source, written as in oracle.yaml under a measure", text],
} satisfies Fields;

export interface GivenSource {
  readonly prometheus?: string | undefined;
  readonly query?: string | undefined;
  readonly vantageLabel?: string | undefined;
  readonly monitor?: string | undefined;
  readonly samples?: string | undefined;
  readonly outages?: string | undefined;
}

/** A source, and the folder from which the files that it names are meant. */
export interface NamedSource {
  readonly source: Source;
  readonly path: (file: string) => string;
}

/** The one source that a command line names; undefined: none. Files are meant from where they are named. */
export function givenSource(given: GivenSource): NamedSource | undefined {
  const { prometheus, query, vantageLabel, monitor, samples, outages } = given;
  const named = Object.entries({ prometheus, monitor, samples, outages }).filter(([, value]) => value !== undefined);
  if (prometheus === undefined && (query !== undefined || vantageLabel !== undefined)) {
    throw usage("--query and --vantage-label go with --prometheus", "Say where it is: --prometheus http://…");
  }
  if (named.length > 1) {
    throw usage(`${named.map(([name]) => `--${name}`).join(" and ")} cannot be given together`, "Keep one of them.");
  }
  if (monitor !== undefined) return fromFile(monitor);
  const path = (file: string) => resolve(file);
  if (samples !== undefined) return { source: { kind: "monitor", monitor: { samples } }, path };
  if (outages !== undefined) return { source: { kind: "outages", outages: path(outages) }, path };
  if (prometheus === undefined) return undefined;
  return { source: fromMapping({ prometheus: mapping(prometheus, query, vantageLabel) }, path), path };
}

/** Numbers of a known product are read as it means them. */
function mapping(url: string, query = "probe_success", label?: string) {
  const metric = /^\w+/.exec(query.trim())?.[0];
  const preset = (Object.keys(PRESETS) as PresetName[]).find((name) => PRESETS[name].metric === metric);
  return {
    url,
    query,
    ...(preset === undefined ? {} : { preset }),
    ...(label === undefined ? {} : { "vantage label": label }),
  };
}

function fromMapping(given: object, path: (file: string) => string): Source {
  const parsed = sourceSchema.safeParse(given);
  if (parsed.success) return sourceOf(parsed.data, path);
  const [issue] = parsed.error.issues;
  throw usage(
    `--prometheus: ${issue?.message ?? "not understood"}`,
    "Its address is that of its own page, without /graph.",
  );
}

function fromFile(file: string): NamedSource {
  const path = (name: string) => resolve(dirname(file), name);
  const source = readText(file, "docs/monitors.md shows what it may hold.");
  return { source: sourceOf(parseYaml(source, file, "monitor", sourceSchema).value, path), path };
}
