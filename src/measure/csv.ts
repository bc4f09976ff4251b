import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { UpheldError, type Problem } from "../errors.ts";
import { parseUtc } from "./time.ts";
import { EVERY, type Monitor, type Note, type Period, type Window } from "./types.ts";
import { WindowCollector } from "./windows.ts";

/** Longest line that is read; with it a file of any size needs little memory. */
export const MAX_LINE = 4_096;

/** Largest file that is read: more than two million outages, about a minute. A larger one is not a list of outages. */
export const MAX_FILE = 100_000_000;

const COLUMNS = {
  outage: ["start", "end", "instance", "note"],
  exclusion: ["start", "end", "instance", "note", "cites"],
};
const HINTS = {
  outage: `the first line is "start,end"; "instance" and "note" may follow, other columns are refused`,
  exclusion: `the first line is "start,end"; "instance", "note" and "cites" may follow, other columns are refused`,
};

/** A monitor that reads outages, and if given exclusions, from CSV files. */
export function csvMonitor(outagesFile: string, exclusionsFile?: string): Monitor {
  return {
    async read(period) {
      const outages = await readFileWindows(outagesFile, period, "outage");
      const exclusions =
        exclusionsFile === undefined
          ? { windows: [], notes: [] }
          : await readFileWindows(exclusionsFile, period, "exclusion");
      const files = [outagesFile, ...(exclusionsFile === undefined ? [] : [exclusionsFile])];
      return {
        outages: outages.windows,
        exclusions: exclusions.windows,
        notes: [...outages.notes, ...exclusions.notes],
        source: `outages listed in ${files.map((file) => basename(file)).join(", exclusions in ")}`,
      };
    },
  };
}

async function readFileWindows(file: string, period: Period, what: "outage" | "exclusion") {
  const { size } = await stat(file).catch((error: unknown) => {
    throw explained(error, file);
  });
  if (size > MAX_FILE) {
    throw new UpheldError({
      code: "csv.too-large",
      message: `the file has ${size} bytes, more than the limit of ${MAX_FILE}`,
      hint: `keep only the ${what}s of the period; is this the right file?`,
      file,
    });
  }
  return readWindows(createReadStream(file), file, period, what);
}

/** Reads the windows of one period from CSV, in memory that does not grow with the file. `file` is for messages. */
export async function readWindows(
  input: Readable,
  file: string,
  period: Period,
  what: "outage" | "exclusion",
): Promise<{ windows: readonly Window[]; notes: Note[] }> {
  const collector = new WindowCollector(period, what);
  let columns: Columns | undefined;
  try {
    for await (const { record, info } of records(input)) {
      const line = info.lines;
      if (columns === undefined) columns = readHeader(record, file, what);
      else collector.add(readRow(record, columns, { file, line }), file);
    }
  } catch (error) {
    throw explained(error, file);
  }
  if (columns === undefined)
    throw new UpheldError({ code: "csv.empty", message: "the file is empty", hint: HINTS[what], file });
  return collector.finish(file);
}

/** What csv-parse hands out with `info: true`. */
interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

type Columns = ReadonlyMap<string, number>;
type Place = Required<Pick<Problem, "file" | "line">>;

/** The rows of a CSV, one at a time, each with its line. */
export function records(input: Readable, maxLine = MAX_LINE): AsyncIterable<Row> {
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    max_record_size: maxLine,
    info: true,
  });
  // an error of the file must reach whoever reads the rows
  input.once("error", (error) => parser.destroy(error));
  return input.pipe(parser);
}

function readHeader(record: readonly string[], file: string, what: keyof typeof COLUMNS): Columns {
  const place = { file, line: 1 };
  const [known, hint] = [COLUMNS[what], HINTS[what]];
  const missing = ["start", "end"].find((name) => !record.includes(name));
  if (missing !== undefined) {
    const message = `there is no column "${missing}": the first line reads "${record.join(",").slice(0, 80)}"`;
    throw new UpheldError({ code: "csv.header", message, hint, ...place });
  }
  const odd = record.find((name, at) => !known.includes(name) || record.indexOf(name) !== at);
  if (odd !== undefined) {
    const message = `the column "${odd}" is ${known.includes(odd) ? "there twice" : "not known"}`;
    throw new UpheldError({ code: "csv.header", message, hint, ...place });
  }
  return new Map(record.map((name, at) => [name, at]));
}

function readRow(record: readonly string[], columns: Columns, place: Place): Window {
  const field = (name: string) => record[columns.get(name) ?? -1] ?? "";
  const window = {
    start: parseUtc(field("start"), place),
    end: parseUtc(field("end"), place),
    line: place.line,
  };
  return {
    ...window,
    ...(columns.has("instance") ? { instance: readInstance(field("instance"), place) } : {}),
    ...(field("cites") === "" ? {} : { cites: readCitation(field("cites"), place) }),
  };
}

function readCitation(text: string, place: Place): string {
  if (/^advice [1-9]\d{0,8}$/.test(text)) return text;
  throw new UpheldError({
    code: "csv.cites",
    message: `"${text.slice(0, 60)}" cites nothing of the record`,
    hint: `write declined advice by its number, "advice 7", or leave it empty`,
    ...place,
  });
}

function readInstance(text: string, place: Place): number {
  if (text === "all") return EVERY;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new UpheldError({
    code: "csv.instance",
    message: `"${text.slice(0, 60)}" is not the number of an instance`,
    hint: `write a number from 1, or "all"`,
    ...place,
  });
}

/** Says in the words of the user what the parser or the disk found. */
export function explained(error: unknown, file: string, what = "outages", maxLine = MAX_LINE): unknown {
  if (error instanceof CsvError) {
    const line = Number(error["lines"]);
    const tooLong = error.code === "CSV_MAX_RECORD_SIZE";
    return new UpheldError(
      {
        code: tooLong ? "csv.line-too-long" : "csv.malformed",
        message: tooLong ? `a line is longer than ${maxLine} characters` : error.message,
        hint: tooLong ? `is this a CSV file of ${what}?` : "each line needs as many fields as the first",
        file,
        ...(Number.isInteger(line) ? { line } : {}),
      },
      { cause: error },
    );
  }
  if (error instanceof Error && "code" in error && "syscall" in error) {
    const message = `cannot be read: ${error.message}`;
    return new UpheldError(
      { code: "file.unreadable", message, hint: "check its name and its permissions", file },
      { cause: error },
    );
  }
  return error;
}
