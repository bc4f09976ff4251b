import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../disk.ts";
import { UpheldError } from "../errors.ts";
import { earlier, formatUtc, later, parseUtc } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import { csvSampleMonitor } from "./csv-samples.ts";
import { sourceLine } from "./source.ts";
import type { SampleMonitor } from "./types.ts";

/**
 * A folder that `upheld collect` fills. Each file below `samples` and `up` is called after the time that it tells of,
 * `2025-10-01T000000Z_2025-10-02T000000Z.csv`, so a file and what it covers appear at once or not at all; files below
 * `missed` are called likewise and say why nothing is known of their time.
 */
export const KEPT = { source: "source.txt", samples: "samples", up: "up", missed: "missed" } as const;

/** One file of the folder, and the time that it tells of. */
export interface Part extends Period {
  readonly path: string;
}

const PART = /^(\d{4}-\d\d-\d\dT\d{6}Z)_(\d{4}-\d\d-\d\dT\d{6}Z)\.(csv|txt)$/;

/** As with a server: so many seconds may be missing at the start of a window. */
const SOON = 3_600n;

/** Whether the folder has been collected into. */
export const isKept = (folder: string): boolean => existsSync(join(folder, KEPT.source));

/** `2025-10-01T000000Z_2025-10-02T000000Z.csv` */
export function partName({ start, end }: Period, ending: "csv" | "txt"): string {
  const compact = (time: bigint) => formatUtc(time).replaceAll(":", "");
  return `${compact(start)}_${compact(end)}.${ending}`;
}

/** The files of a folder, by their start, the longest first; none when there is no such folder. */
export async function partsIn(folder: string): Promise<Part[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw unreadable(folder, error);
  });
  const parts = names.flatMap((name): Part[] => {
    const [, from, to] = PART.exec(name) ?? [];
    return from === undefined || to === undefined
      ? []
      : [{ path: join(folder, name), start: time(from), end: time(to) }];
  });
  return parts.sort((a, b) => order(a.start, b.start) || order(b.end, a.end));
}

const time = (compact: string) => parseUtc(compact.replace(/(\d\d)(\d\d)(\d\dZ)$/, "$1:$2:$3"));
const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** What each of `parts` tells that none before it does: files of runs side by side, or of a day put together, overlap. */
export function apart(parts: readonly Part[]): Part[] {
  const pieces: Part[] = [];
  let until = 0n;
  for (const part of parts) {
    const start = later(part.start, until);
    if (start < part.end) pieces.push({ ...part, start });
    until = later(until, part.end);
  }
  return pieces;
}

/** Up to when samples are kept; undefined: none are. */
export async function keptUntil(folder: string): Promise<bigint | undefined> {
  return apart(await partsIn(join(folder, KEPT.samples))).at(-1)?.end;
}

/** Time of which the monitor had forgotten a part before it was collected, and why; in order. */
export async function missedIn(folder: string): Promise<(Period & { readonly why: string })[]> {
  const parts = await partsIn(join(folder, KEPT.missed));
  return Promise.all(
    parts.map(async ({ path, start, end }) => ({ start, end, why: (await readFile(path, "utf8")).trim() })),
  );
}

/**
 * Reads what `upheld collect` kept. A window of which a part was not collected is refused, as a server refuses one that
 * it no longer has. Throws `kept.*`, and what reading CSV throws.
 */
export function keptMonitor(folder: string, since = 0n, which: "samples" | "up" = "samples"): SampleMonitor {
  return {
    source: sourceLine(`${sourceOf(folder)}, kept by upheld collect`),
    async *read(window, signal) {
      const pieces = apart(await partsIn(join(folder, which)));
      requireKept(pieces, { ...window, start: later(window.start, since) }, folder);
      for (const { path, start, end } of pieces) {
        const part = { start: later(start, window.start), end: earlier(end, window.end) };
        if (part.start < part.end) yield* unmoved(csvSampleMonitor(path).read(part, signal), folder);
      }
    },
  };
}

function sourceOf(folder: string): string {
  try {
    return readFileSync(join(folder, KEPT.source), "utf8").trim();
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw unreadable(folder, cause);
    throw new UpheldError(
      { code: "kept.none", message: "nothing is kept there yet", hint: "run upheld collect first", file: folder },
      { cause },
    );
  }
}

function requireKept(pieces: readonly Part[], window: Period, folder: string): void {
  const { start, end } = window;
  if (start >= end) return;
  const [first] = pieces;
  const last = pieces.at(-1)?.end ?? 0n;
  if (first === undefined || last < end) {
    throw new UpheldError({
      code: "kept.too-early",
      message: `samples are kept up to ${formatUtc(last)}, asked is for ${formatUtc(end)}`,
      hint: "let upheld collect run, then try again",
      file: folder,
      retry: true,
    });
  }
  if (first.start > earlier(start + SOON, end)) {
    throw new UpheldError({
      code: "kept.too-old",
      message: `samples are kept from ${formatUtc(first.start)} on, asked is for ${formatUtc(start)}`,
      hint: "if monitoring only began then, say `monitored since`; else report explicit counts",
      file: folder,
    });
  }
  pieces.forEach((piece, i) => {
    const before = pieces[i - 1]?.end ?? piece.start;
    if (piece.start <= before || piece.start <= start || before >= end) return;
    throw new UpheldError({
      code: "kept.part-missing",
      message: `the file that tells of ${formatUtc(before)} to ${formatUtc(piece.start)} is not there`,
      hint: "restore it from a copy: what was collected is not fetched again",
      file: folder,
    });
  });
}

/** A day is put together while others read: then its pieces are gone, and the whole is there. */
async function* unmoved<T>(samples: AsyncIterable<T>, folder: string): AsyncGenerator<T> {
  try {
    yield* samples;
  } catch (error) {
    if (!(error instanceof UpheldError) || error.problem.code !== "file.unreadable") throw error;
    throw new UpheldError({ ...error.problem, file: folder, retry: true }, { cause: error });
  }
}

const unreadable = (folder: string, cause: unknown) =>
  new UpheldError(
    {
      code: "file.unreadable",
      message: `cannot be read: ${(cause as Error).message}`,
      hint: "check its name and its permissions",
      file: folder,
    },
    { cause },
  );
