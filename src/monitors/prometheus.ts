import { UpheldError } from "../errors.ts";
import { Columns } from "../measure/columns.ts";
import { daysOf, formatUtc, later } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import type { HttpClient } from "./http.ts";
import { reading, type PresetName } from "./presets.ts";
import { clockOf, hasSamples, rawSeries, retentionOf, type ApiSeries } from "./prometheus-api.ts";
import { parseSelector, vantageOf } from "./selector.ts";
import type { RawChunk, SampleMonitor, Services } from "./types.ts";
import { sourceLine } from "./source.ts";

export interface PrometheusQuery {
  /** A plain selector: `probe_success{job="blackbox",instance="https://example.org"}`. */
  readonly query: string;
  /** The label that tells vantage points apart. Left out it is `instance`, and series without one are one place. */
  readonly label?: string;
  readonly preset?: PresetName;
  /** When monitoring began, in UTC seconds: what is missing before it is unknown time, not lost. */
  readonly since?: bigint;
  /** For how many seconds after a window its last samples may still be on their way. */
  readonly settle?: number;
}

/** A sample of so many seconds before a window shows that its beginning is still kept. */
const BEFORE = 604_800n;

/** Without a sample before the window, the first one must come within so many seconds. */
const SOON = 3_600n;

const SETTLE = 120;

/** Reads raw samples from Prometheus, Thanos, Mimir or VictoriaMetrics. Throws `monitor.query` for what is no selector. */
export function prometheusMonitor(client: HttpClient, options: PrometheusQuery, services: Services): SampleMonitor {
  const { label, preset, since = 0n, settle = SETTLE } = options;
  const selector = parseSelector(options.query, preset);
  const toValue = reading(preset);

  async function* days(window: Period, signal?: AbortSignal): AsyncGenerator<RawChunk> {
    for (const day of daysOf(window)) yield* toChunks(await rawSeries(client, selector, day, signal), label, toValue);
  }

  /** What was deleted would look like unknown time: a window that is not all there is refused. */
  async function requireKept(window: Period, signal?: AbortSignal): Promise<void> {
    const start = later(window.start, since);
    if (start >= window.end) return;
    const retention = await retentionOf(client, signal);
    const oldest = retention === undefined ? 0n : BigInt(Math.floor(services.now())) - retention;
    if (oldest > start) throw tooOld(client.host, start, `it keeps nothing before ${formatUtc(oldest)}`);

    const soon = start + SOON < window.end ? start + SOON : window.end;
    if (await hasSamples(client, selector, { start: start - BEFORE, end: soon }, signal)) return;
    for await (const { samples } of days({ start, end: window.end }, signal)) {
      let first = Infinity;
      for (const [time] of samples) first = Math.min(first, time);
      throw tooOld(client.host, start, `its first sample is of ${formatUtc(BigInt(Math.floor(first)))}`);
    }
    throw noSeries(client.host, selector, window);
  }

  return {
    source: sourceLine(
      `Prometheus API at ${client.host}: ${selector}${preset === undefined ? "" : `, read as ${preset}`}`,
    ),
    async *read(window, signal) {
      requireOver(window, settle, services.now());
      await requireKept(window, signal);
      yield* days(window, signal);
    },
    server: {
      settle,
      retention: (signal) => retentionOf(client, signal),
      clock: (signal) => clockOf(client, signal),
      async *rest(window, signal) {
        requireOver(window, settle, services.now());
        yield* days(window, signal);
      },
    },
  };
}

/** Throws `monitor.query` when two series would speak for one vantage point at the same time. */
function toChunks(
  series: readonly ApiSeries[],
  label: string | undefined,
  toValue: (value: number) => number | undefined,
): RawChunk[] {
  const seen = new Map<string, ApiSeries[]>();
  const chunks: RawChunk[] = [];
  for (const one of series) {
    if (one.samples.length === 0) continue;
    const vantage = placeOf(one, label);
    const others = seen.get(vantage) ?? [];
    const rival = others.find((other) => overlap(one, other));
    if (rival !== undefined) throw twoVoices(vantage, one, rival);
    seen.set(vantage, [...others, one]);

    const samples = read(one.samples, toValue);
    if (samples.length > 0) chunks.push({ vantage, samples });
  }
  return chunks;
}

/** What the values mean, written where they were; samples that say nothing are left out. */
function read({ times, values }: Columns, toValue: (value: number) => number | undefined): Columns {
  let count = 0;
  let [last, meaning]: [number | undefined, number | undefined] = [undefined, undefined];
  for (let i = 0; i < times.length; i++) {
    // mostly the same as before
    if (values[i] !== last) {
      last = values[i];
      meaning = toValue(last as number);
    }
    if (meaning === undefined) continue;
    times[count] = times[i] as number;
    values[count] = meaning;
    count++;
  }
  return new Columns(times.subarray(0, count), values.subarray(0, count));
}

function placeOf({ metric }: ApiSeries, label: string | undefined): string {
  const text = metric[label ?? "instance"];
  const vantage = vantageOf(text ?? (label === undefined ? "only" : ""));
  if (vantage !== "") return vantage;
  throw new UpheldError({
    code: "monitor.query",
    message: `the series ${shown(metric)} says nothing in its label ${label ?? "instance"}`,
    hint: "name a label that all series of the query have, or narrow the query",
  });
}

function overlap({ samples: { times: a } }: ApiSeries, { samples: { times: b } }: ApiSeries): boolean {
  const [firstA = 0, firstB = 0] = [a[0], b[0]];
  const [lastA = 0, lastB = 0] = [a.at(-1), b.at(-1)];
  return firstA <= lastB && firstB <= lastA;
}

const shown = (metric: ApiSeries["metric"]): string =>
  `{${Object.entries(metric)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}}`;

function twoVoices(vantage: string, one: ApiSeries, other: ApiSeries): UpheldError {
  return new UpheldError({
    code: "monitor.query",
    message: `two series speak for the vantage point ${vantage}: ${shown(other.metric)} and ${shown(one.metric)}`,
    hint: "narrow the query to one service, or name the label that tells the places apart",
  });
}

function requireOver({ end }: Period, settle: number, now: number): void {
  if (Number(end) + settle <= now) return;
  throw new UpheldError({
    code: "monitor.too-early",
    message: `the window ends at ${formatUtc(end)}; its last samples may be on their way for ${settle} seconds more`,
    hint: "try again later",
    retry: true,
  });
}

const tooOld = (host: string, start: bigint, why: string) =>
  new UpheldError({
    code: "monitor.too-old",
    message: `${host} no longer has all since ${formatUtc(start)}: ${why}`,
    hint:
      "keep samples longer (--storage.tsdb.retention.time=100d) or collect them; " +
      "if monitoring only began then, say since when",
  });

const noSeries = (host: string, selector: string, { start, end }: Period) =>
  new UpheldError({
    code: "monitor.no-series",
    message: `${host} has no sample of ${selector} from ${formatUtc(start)} to ${formatUtc(end)}`,
    hint: "try the query on the monitor's own page: a label may be written otherwise",
  });
