import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { UpheldError } from "../errors.ts";
import { parseCounts } from "../measure/counts.ts";
import type { Measurement } from "../terms/types.ts";

const HEADER = ["period", "total", "bad", "excluded"];
const HINT = `the first line is "${HEADER.join(",")}"; a period is the month it starts in, 2026-10, or its number from 0`;

/** A period as a counts file names it. */
export interface NamedPeriod {
  readonly number: bigint;
  /** UTC seconds. */
  readonly start: bigint;
}

/** What `file` counts for `period`. Throws `counts.*` when it has no line for it, or two. */
export async function readCountsFile(file: string, period: NamedPeriod): Promise<Measurement> {
  const month = new Date(Number(period.start) * 1000).toISOString().slice(0, 7);
  const [header, ...rows] = await readRows(file);
  if (header?.cells.join() !== HEADER.join()) {
    throw wrong("counts.header", `the first line reads "${header?.cells.join().slice(0, 80) ?? ""}"`, file, 1);
  }
  const found = rows.filter(({ cells: [name] }) => name === month || name === String(period.number));
  const [row, second] = found;
  if (row === undefined) {
    throw wrong("counts.no-line", `there is no line for period ${period.number} (${month})`, file);
  }
  if (second !== undefined) {
    throw wrong(
      "counts.twice",
      `lines ${row.line} and ${second.line} are both for period ${period.number}`,
      file,
      second.line,
    );
  }
  try {
    return parseCounts(row.cells.slice(1).join(","));
  } catch (error) {
    if (!(error instanceof UpheldError)) throw error;
    throw new UpheldError({ ...error.problem, file, line: row.line });
  }
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

const rowsSchema = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

async function readRows(file: string): Promise<Row[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const message = `cannot be read: ${(cause as Error).message}`;
    throw new UpheldError(
      { code: "file.unreadable", message, hint: "check its name and its permissions", file },
      { cause },
    );
  }
  try {
    const rows = rowsSchema.parse(parse(text, { bom: true, trim: true, skip_empty_lines: true, info: true }));
    return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    throw wrong("counts.malformed", (cause as Error).message, file, undefined, cause);
  }
}

function wrong(code: string, message: string, file: string, line?: number, cause?: unknown): UpheldError {
  return new UpheldError({ code, message, hint: HINT, file, ...(line === undefined ? {} : { line }) }, { cause });
}
