import { z } from "zod";
import { UpheldError } from "../errors.ts";
import { Columns } from "../measure/columns.ts";
import type { Period } from "../measure/types.ts";
import { excerpt, type Answer, type HttpClient } from "./http.ts";
import { scanMatrix, toNumber, type ScannedMatrix } from "./matrix.ts";

/** A series as the query API has it: times in seconds, values as numbers, which may be `NaN` or infinite. */
export interface ApiSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly samples: Columns;
}

// every sample is looked at where it is used: here a million of them would be copied
const values = z.custom<number | readonly unknown[]>((list) => typeof list === "number" || Array.isArray(list));
const success = z.object({
  status: z.literal("success"),
  isPartial: z.boolean().optional(),
  warnings: z.array(z.string()).optional(),
});
const matrix = success.extend({
  data: z.object({
    resultType: z.literal("matrix"),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: values.optional() })),
  }),
});
const vector = success.extend({
  data: z.object({ resultType: z.literal("vector"), result: z.array(z.unknown()) }),
});
// VictoriaMetrics makes a vector of every scalar
const stamp = z.tuple([z.number(), z.string()]);
const instant = success.extend({
  data: z.union([
    z.object({ resultType: z.literal("scalar"), result: stamp }).transform(({ result }) => result[0]),
    z
      .object({ resultType: z.literal("vector"), result: z.tuple([z.object({ value: stamp })]) })
      .transform(({ result }) => result[0].value[0]),
  ]),
});
const runtime = z.object({ data: z.object({ storageRetention: z.string() }) });
const failure = z.object({ status: z.literal("error"), error: z.string() });

/**
 * The raw samples of a selector with start <= t < end. An instant query with a range, because `query_range` invents
 * values. Its bounds are inclusive in 2.x and left-open in 3.x, so a little more is asked for and cut.
 */
export async function rawSeries(
  client: HttpClient,
  selector: string,
  { start, end }: Period,
  signal?: AbortSignal,
): Promise<ApiSeries[]> {
  const query = `${selector}[${end - start + 1n}s]`;
  const [from, to] = [Number(start), Number(end)];
  let scanned: ScannedMatrix | undefined;
  const { data } = await ask(client, matrix, query, end, signal, (answer) => {
    scanned = scanMatrix(answer.body, from, to);
    return scanned === undefined ? answer.json : scanned.rest;
  });
  return data.result.map(({ metric, values = [] }) => {
    const samples = typeof values === "number" ? scanned?.samples[values] : columnsOf(values, from, to);
    if (samples === undefined) throw notPrometheus(client.host, "its samples are not [time, text]");
    return { metric, samples };
  });
}

/** Undefined when one is no sample. */
function columnsOf(values: readonly unknown[], from: number, to: number): Columns | undefined {
  if (!values.every(isPair)) return undefined;
  const within = values.filter(([time]) => time >= from && time < to);
  return Columns.join([within.map(([time, text]) => [time, toNumber(text)] as const)]);
}

/** Whether the selector has a sample in the `seconds` up to `end`. */
export async function hasSamples(
  client: HttpClient,
  selector: string,
  { start, end }: Period,
  signal?: AbortSignal,
): Promise<boolean> {
  const query = `count(last_over_time(${selector}[${end - start}s]))`;
  return (await ask(client, vector, query, end, signal)).data.result.length > 0;
}

/** For how many seconds the server keeps samples; undefined when it does not say, or goes by size. */
export async function retentionOf(client: HttpClient, signal?: AbortSignal): Promise<bigint | undefined> {
  const { status, json } = await client.get("/api/v1/status/runtimeinfo", {}, signal);
  const told = runtime.safeParse(json);
  return status === 200 && told.success ? duration(told.data.data.storageRetention) : undefined;
}

/** What the server's clock says, in UTC seconds with a fraction. */
export async function clockOf(client: HttpClient, signal?: AbortSignal): Promise<number> {
  return (await ask(client, instant, "time()", undefined, signal)).data;
}

async function ask<T extends z.infer<typeof success>>(
  client: HttpClient,
  schema: z.ZodType<T>,
  query: string,
  time: bigint | undefined,
  signal?: AbortSignal,
  read = (answer: Answer): unknown => answer.json,
): Promise<T> {
  // Thanos would leave out a store that does not answer, and say so only in a warning
  const parameters = { query, ...(time === undefined ? {} : { time: time.toString() }), partial_response: "false" };
  const data = await client.read(
    "/api/v1/query",
    parameters,
    (answer) => {
      const told = schema.safeParse(read(answer));
      if (answer.status === 200 && told.success) return told.data;
      throw refusal(client.host, query, answer);
    },
    signal,
  );
  const { warnings = [], isPartial = false } = data;
  if (isPartial || warnings.length > 0) {
    throw new UpheldError({
      code: "monitor.partial",
      message: `${client.host} answers with a part only: ${excerpt(warnings.join("; ") || "isPartial")}`,
      hint: "some of its stores do not answer: wait until they do",
      retry: true,
    });
  }
  return data;
}

function refusal(host: string, query: string, { status, json }: Answer): UpheldError {
  const told = failure.safeParse(json);
  if (!told.success) return notPrometheus(host, `status ${status}`);
  return new UpheldError({
    code: "monitor.query",
    message: `${host} cannot answer ${query}: ${excerpt(told.data.error)}`,
    hint: "try the query on the monitor's own page",
  });
}

const notPrometheus = (host: string, why: string) =>
  new UpheldError({
    code: "monitor.not-prometheus",
    message: `what answers at ${host} is not the query API of Prometheus: ${why}`,
    hint: "the address ends before /api/v1; Mimir wants /prometheus, a VictoriaMetrics cluster /select/0/prometheus",
  });

function isPair(sample: unknown): sample is readonly [number, string] {
  return Array.isArray(sample) && typeof sample[0] === "number" && typeof sample[1] === "string";
}

const SECONDS: Readonly<Record<string, bigint>> = {
  y: 31_536_000n,
  w: 604_800n,
  d: 86_400n,
  h: 3_600n,
  m: 60n,
  s: 1n,
};

/** `15d`, `1y2w`, `15d or 1GiB`; undefined for a size alone. */
function duration(text: string): bigint | undefined {
  const [time = ""] = text.split(" or ");
  if (!/^(\d+[ywdhms])+$/.test(time)) return undefined;
  const parts = [...time.matchAll(/(\d+)([ywdhms])/g)];
  return parts.reduce((sum, [, number = "0", unit = "s"]) => sum + BigInt(number) * (SECONDS[unit] ?? 0n), 0n);
}
