import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { UpheldError, type Problem } from "../errors.ts";
import { explained, records } from "../measure/csv.ts";
import { parseUtc } from "../measure/time.ts";
import { samplesIn } from "./sample-files.ts";
import type { RawChunk, SampleMonitor } from "./types.ts";
import { sourceLine } from "./source.ts";

type Place = Required<Pick<Problem, "file" | "line">>;

const HINT = `the first line is "time,value"; "place" may follow, other columns are refused`;

/**
 * Samples from a CSV file of any size: `time,value` and, with several vantage points, `place`. A time is UTC
 * (`2025-10-09T14:45:00Z`) or seconds since 1970. Throws `csv.*` and `file.unreadable`, with the line.
 */
export function csvSampleMonitor(file: string): SampleMonitor {
  return {
    source: sourceLine(`samples listed in ${basename(file)}`),
    read: (window, signal) => samplesIn(rows(file), window, signal),
  };
}

async function* rows(file: string): AsyncGenerator<RawChunk> {
  let columns: readonly string[] | undefined;
  try {
    for await (const { record, info } of records(createReadStream(file))) {
      if (columns === undefined) columns = readHeader(record, file);
      else yield readRow(record, columns, { file, line: info.lines });
    }
  } catch (error) {
    throw explained(error, file, "samples");
  }
  if (columns === undefined)
    throw new UpheldError({ code: "csv.empty", message: "the file is empty", hint: HINT, file });
}

function readHeader(record: readonly string[], file: string): readonly string[] {
  const missing = ["time", "value"].find((name) => !record.includes(name));
  const odd = record.find((name, at) => !["time", "value", "place"].includes(name) || record.indexOf(name) !== at);
  if (missing === undefined && odd === undefined) return record;
  const message =
    missing === undefined
      ? `the column "${odd ?? ""}" is not known, or there twice`
      : `there is no column "${missing}": the first line reads "${record.join(",").slice(0, 80)}"`;
  throw new UpheldError({ code: "csv.header", message, hint: HINT, file, line: 1 });
}

function readRow(record: readonly string[], columns: readonly string[], where: Place): RawChunk {
  const field = (name: string) => record[columns.indexOf(name)] ?? "";
  const vantage = columns.includes("place") ? field("place") : "only";
  if (!/^[A-Za-z0-9._:-]{1,60}$/.test(vantage)) {
    throw wrong(`"${vantage.slice(0, 60)}" is not one word`, "name a place with letters, digits and . _ : -", where);
  }
  return { vantage, samples: [[readTime(field("time"), where), readValue(field("value"), where)]] };
}

/** Seconds, with their fraction: which second a sample falls into is decided once, for all monitors. */
function readTime(text: string, where: Place): number {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text);
  const fraction = /\.\d{1,9}(?=Z$|\+00:00$)/.exec(text)?.[0] ?? "";
  const whole = parseUtc(text.replace(fraction, ""), where);
  return Number(`${whole}${fraction}`);
}

function readValue(text: string, where: Place): number {
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  throw wrong(
    `"${text.slice(0, 60)}" is not a number`,
    "write 1 for a success and 0 for a failure, or what was measured",
    where,
  );
}

const wrong = (message: string, hint: string, where: Place) =>
  new UpheldError({ code: "csv.sample", message, hint, ...where });
