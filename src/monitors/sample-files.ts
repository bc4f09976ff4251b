import type { Period } from "../measure/types.ts";
import type { RawChunk } from "./types.ts";

/** How many samples wait until they are handed on. */
const WAITING = 10_000;

/** What of a file's samples lies in the window, handed on in large chunks, in memory that does not grow with the file. */
export async function* samplesIn(
  rows: AsyncIterable<RawChunk>,
  { start, end }: Period,
  signal?: AbortSignal,
): AsyncGenerator<RawChunk> {
  signal?.throwIfAborted();
  const [from, to] = [Number(start), Number(end)];
  const waiting = new Map<string, [number, number][]>();
  let count = 0;
  for await (const { vantage, samples } of rows) {
    for (const [time, value] of samples) {
      if (time < from || time >= to) continue;
      const kept = waiting.get(vantage);
      if (kept === undefined) waiting.set(vantage, [[time, value]]);
      else kept.push([time, value]);
      count++;
    }
    if (count < WAITING) continue;
    signal?.throwIfAborted();
    yield* chunks(waiting);
    waiting.clear();
    count = 0;
  }
  yield* chunks(waiting);
}

const chunks = (waiting: ReadonlyMap<string, [number, number][]>): RawChunk[] =>
  [...waiting].map(([vantage, samples]) => ({ vantage, samples }));
