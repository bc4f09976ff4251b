import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { UpheldError, type Problem } from "../errors.ts";
import { explained } from "../measure/csv.ts";
import { reading, type PresetName } from "./presets.ts";
import { samplesIn } from "./sample-files.ts";
import { vantageOf } from "./selector.ts";
import type { RawChunk, SampleMonitor } from "./types.ts";
import { sourceLine } from "./source.ts";

export interface OpenMetricsOptions {
  readonly metric: string;
  /** Only series with exactly these labels, whatever others they have. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The label that tells vantage points apart. Left out it is `instance`, and series without one are one place. */
  readonly label?: string;
  readonly preset?: PresetName;
}

type Place = Required<Pick<Problem, "file" | "line">>;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)(?: (-?\d+(?:\.\d+)?))?(?: # .*)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;
const ESCAPES: Readonly<Record<string, string>> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** Longest line that is read. */
const MAX_LINE = 16_384;

/**
 * Samples of one metric from OpenMetrics text with times, as `promtool` and exporters of history write it. The file
 * must end with `# EOF`: without it a part is missing. Throws `openmetrics.*` and `file.unreadable`, with the line.
 */
export function openMetricsMonitor(file: string, options: OpenMetricsOptions): SampleMonitor {
  const toValue = reading(options.preset);
  return {
    source: sourceLine(
      `${options.metric} listed in ${basename(file)}${options.preset === undefined ? "" : `, read as ${options.preset}`}`,
    ),
    read: (window, signal) => samplesIn(rows(file, options, toValue), window, signal),
  };
}

async function* rows(
  file: string,
  { metric, labels = {}, label }: OpenMetricsOptions,
  toValue: ReturnType<typeof reading>,
): AsyncGenerator<RawChunk> {
  let line = 0;
  let ended = false;
  const input = createReadStream(file);
  try {
    for await (const text of linesOf(input)) {
      line++;
      const where = { file, line };
      if (ended) throw wrong("malformed", "something follows # EOF", where);
      if (text.length > MAX_LINE) throw wrong("malformed", `a line is longer than ${MAX_LINE} characters`, where);
      if (text === "# EOF") ended = true;
      if (text.startsWith("#") || !text.startsWith(metric)) continue;
      const sample = parseLine(text, where);
      if (sample.name !== metric || !matches(sample.labels, labels)) continue;
      const value = toValue(sample.value);
      if (value !== undefined) yield { vantage: placeOf(sample.labels, label, where), samples: [[sample.time, value]] };
    }
  } catch (error) {
    throw explained(error, file);
  } finally {
    input.destroy();
  }
  if (!ended) throw wrong("cut", "the file does not end with # EOF: a part of it is missing", { file, line });
}

async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  const lines = createInterface({ input, crlfDelay: Infinity });
  // an error of the file must reach whoever reads the lines
  let trouble: unknown;
  input.once("error", (error) => {
    trouble = error;
    lines.close();
  });
  yield* lines;
  if (trouble !== undefined) throw trouble as Error;
}

function parseLine(text: string, where: Place) {
  const [, name = "", pairs = "", value = "", time] = LINE.exec(text) ?? [];
  if (name === "") throw wrong("malformed", `"${text.slice(0, 60)}" is not a sample`, where);
  if (time === undefined)
    throw wrong("no-time", "a sample has no time: these are numbers of now, not a history", where);
  return { name, labels: parseLabels(pairs, where), value: parseNumber(value, where), time: Number(time) };
}

function parseLabels(text: string, where: Place): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = "", value = ""] = LABEL.exec(text) ?? [];
    if (name === "") throw wrong("malformed", `"${text.slice(0, 60)}" are not labels`, where);
    labels[name] = value.replaceAll(/\\./g, (escape) => ESCAPES[escape] ?? escape);
  }
  return labels;
}

function parseNumber(text: string, where: Place): number {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const number = Number(text);
  if (Number.isNaN(number) && !/^nan$/i.test(text)) {
    throw wrong("malformed", `"${text.slice(0, 60)}" is not a number`, where);
  }
  return number;
}

const matches = (labels: Record<string, string>, wanted: Readonly<Record<string, string>>) =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

function placeOf(labels: Record<string, string>, label: string | undefined, where: Place): string {
  const vantage = vantageOf(labels[label ?? "instance"] ?? (label === undefined ? "only" : ""));
  if (vantage !== "") return vantage;
  throw wrong("malformed", `a series says nothing in its label ${label ?? "instance"}`, where);
}

const wrong = (what: string, message: string, where: Place) =>
  new UpheldError({
    code: `openmetrics.${what}`,
    message,
    hint: 'each line reads: metric{label="value"} 1 1759276800; times are seconds since 1970; the last line is # EOF',
    ...where,
  });
