import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { linkNew } from "../disk.ts";
import { UpheldError } from "../errors.ts";
import { daysOf, earlier, formatUtc, later } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import { csvSampleMonitor } from "./csv-samples.ts";
import { apart, KEPT, keptUntil, partName, partsIn, type Part } from "./kept.ts";
import type { RawChunk, SampleMonitor, SampleServer, Services } from "./types.ts";

/** A monitor whose samples are kept, and where. */
export interface Collecting {
  readonly folder: string;
  readonly monitor: SampleMonitor;
  /** The `up` of what exports the metric: it tells why there are holes. */
  readonly up?: SampleMonitor;
  /** How far back an empty folder is filled, UTC seconds. */
  readonly since: bigint;
}

/** What one run did. */
export interface Collected {
  /** The time that is kept now and was not before; empty when there was nothing to do. */
  readonly start: bigint;
  readonly end: bigint;
  readonly samples: number;
  readonly places: readonly string[];
  /** Of this the monitor had forgotten a part. */
  readonly missed: (Period & { readonly why: string }) | undefined;
}

const DAY = 86_400n;
const HEADER = "time,value,place";

/**
 * Keeps all samples that the monitor has and the folder has not. May be killed anywhere and run again, and run twice at
 * once: a file appears whole or not at all, its name says what it covers, and what is covered is not fetched again.
 * Throws `monitor.*` and `kept.*`; what was kept before stays.
 */
export async function collect(
  { folder, monitor, up, since }: Collecting,
  { now }: Pick<Services, "now">,
  signal?: AbortSignal,
): Promise<Collected> {
  const server = serverOf(monitor);
  await requireSameSource(folder, monitor.source);
  // whose clock is behind has not seen yet what ours calls past
  const clock = Math.min(now(), await server.clock(signal));
  const until = BigInt(Math.floor(clock)) - BigInt(server.settle);
  const known = await keptUntil(folder);
  const keeps = await server.retention(signal);
  const oldest = keeps === undefined ? 0n : BigInt(Math.floor(clock)) - keeps;
  const from = known ?? later(since, oldest);
  const missed = known === undefined ? undefined : await missedBefore(server, { start: known, end: oldest }, signal);
  if (missed !== undefined) await write(folder, KEPT.missed, missed, "txt", `${missed.why}\n`);

  const places = new Set<string>();
  let samples = 0;
  let start: bigint | undefined = known;
  for (const day of from < until ? daysOf({ start: from, end: until }) : []) {
    const lines = await linesOf(server.rest(day, signal), places);
    // an empty folder begins with the first sample: of what was before nothing is known
    start ??= lines[0] === undefined ? undefined : BigInt(Math.floor(lines[0].time));
    if (start === undefined) continue;
    const part = { start: later(day.start, start), end: day.end };
    // why there are holes is kept first: the samples' file says that the time is done with
    if (up !== undefined)
      await write(folder, KEPT.up, part, "csv", csv(await linesOf(serverOf(up).rest(part, signal))));
    await write(folder, KEPT.samples, part, "csv", csv(lines));
    samples += lines.length;
  }
  if (start === undefined) throw nothingThere(monitor.source, from, until);
  for (const which of [KEPT.samples, KEPT.up]) await putDaysTogether(folder, which, until);
  return { start, end: later(until, start), samples, places: [...places].sort(), missed };
}

/** How long its own samples last, for whoever plans the next run; undefined: it does not say. */
export const retentionOf = (monitor: SampleMonitor, signal?: AbortSignal) => serverOf(monitor).retention(signal);

function serverOf({ server, source }: SampleMonitor): SampleServer {
  if (server !== undefined) return server;
  throw new UpheldError({
    code: "collect.not-a-server",
    message: `there is nothing to collect from ${source}`,
    hint: "a file forgets nothing: name it as the source itself",
  });
}

/** Servers delete the oldest first: what is before the first sample that is left may have been deleted. */
async function missedBefore(server: SampleServer, window: Period, signal?: AbortSignal) {
  if (window.start >= window.end) return undefined;
  for (const day of daysOf(window)) {
    const [first] = await linesOf(server.rest(day, signal));
    if (first === undefined) continue;
    const end = BigInt(Math.floor(first.time));
    return end > window.start ? forgotten({ start: window.start, end }) : undefined;
  }
  return forgotten(window);
}

const forgotten = ({ start, end }: Period) => ({
  start,
  end,
  why: `not collected in time: when collect came the monitor kept nothing before ${formatUtc(end)}`,
});

interface Line {
  readonly time: number;
  readonly value: number;
  readonly place: string;
}

/** Every sample once, by time and then place; `places` are added to. */
async function linesOf(chunks: AsyncIterable<RawChunk>, places = new Set<string>()): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const { vantage: place, samples } of chunks) {
    if (samples.length > 0) places.add(place);
    for (const [time, value] of samples) lines.push({ time, value, place });
  }
  lines.sort((a, b) => a.time - b.time || (a.place < b.place ? -1 : a.place > b.place ? 1 : a.value - b.value));
  return lines.filter((line, i) => {
    const before = lines[i - 1];
    return before?.time !== line.time || before.place !== line.place || before.value !== line.value;
  });
}

/** Numbers are written as JavaScript does, so that reading gives the very same. */
const csv = (lines: readonly Line[]): string =>
  [HEADER, ...lines.map(({ time, value, place }) => `${time},${value},${place}`), ""].join("\n");

/** The pieces of a day that is over become one file. Killed in between, both are there, and reading knows. */
async function putDaysTogether(folder: string, which: "samples" | "up", until: bigint): Promise<void> {
  const days = Map.groupBy(await partsIn(join(folder, which)), ({ start }) => start - (start % DAY));
  for (const [midnight, parts] of days) {
    const pieces = apart(parts);
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (parts.length < 2 || midnight + DAY > until || first === undefined || last?.end !== midnight + DAY) continue;
    const isWhole = pieces.every((piece, i) => piece.start === (pieces[i - 1]?.end ?? piece.start));
    if (!isWhole) continue;
    const whole = { start: first.start, end: last.end };
    const lines = await linesOf(chunksOf(pieces));
    await write(folder, which, whole, "csv", csv(lines));
    const path = join(folder, which, partName(whole, "csv"));
    for (const part of parts) if (part.path !== path) await rm(part.path, { force: true });
  }
}

async function* chunksOf(pieces: readonly Part[]): AsyncGenerator<RawChunk> {
  for (const piece of pieces) yield* csvSampleMonitor(piece.path).read(piece);
}

async function requireSameSource(folder: string, source: string): Promise<void> {
  const path = join(folder, KEPT.source);
  if (!existsSync(path) && (await linkKept(folder, path, `${source}\n`))) return;
  const found = (await readFile(path, "utf8")).trim();
  if (found === source) return;
  throw new UpheldError({
    code: "kept.other-source",
    message: `the folder keeps samples of another source: ${found}; asked is to add ${source}`,
    hint: "name another folder; if it is the same service, write the new source into that file",
    file: path,
  });
}

/** A name that is taken is of another run that kept the same time. */
async function write(folder: string, which: string, part: Period, ending: "csv" | "txt", text: string): Promise<void> {
  await linkKept(folder, join(folder, which, partName(part, ending)), text);
}

async function linkKept(folder: string, path: string, text: string): Promise<boolean> {
  try {
    return await linkNew(folder, path, text);
  } catch (cause) {
    throw new UpheldError(
      {
        code: "kept.unusable",
        message: `cannot be written: ${(cause as Error).message}`,
        hint: "check the folder, its permissions and the space left; it must be on a file system with hard links",
        file: path,
        retry: true,
      },
      { cause },
    );
  }
}

const nothingThere = (source: string, start: bigint, end: bigint) =>
  new UpheldError({
    code: "monitor.no-series",
    message: `there is no sample from ${formatUtc(start)} to ${formatUtc(earlier(end, later(start, end)))}: ${source}`,
    hint: "try the query on the monitor's own page: a label may be written otherwise",
  });
