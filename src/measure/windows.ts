import { UpheldError } from "../errors.ts";
import { earlier, formatUtc, later } from "./time.ts";
import type { Note, Period, Window } from "./types.ts";

/** Most separate windows one period may have; it bounds the memory and the size of the evidence. */
export const MAX_WINDOWS = 100_000;

/** How many windows may wait before they are merged into those kept. */
const WAITING = 65_536;

/** Sorted, apart from each other (not even touching): the one way to write a set of seconds. */
export type Spans = readonly Period[];

/** Sorts and merges. `onOverlap` is told of each span that shares a second with one before it; touching is no overlap. */
export function merge<T extends Period>(spans: readonly T[], onOverlap: (span: T) => void = () => undefined): T[] {
  const merged: T[] = [];
  for (const span of [...spans].sort(byStart)) {
    const last = merged.at(-1);
    if (last === undefined || span.start > last.end) {
      merged.push(span);
      continue;
    }
    if (span.start < last.end) onOverlap(span);
    if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
  }
  return merged;
}

/** The seconds in both. */
export function intersect(a: Spans, b: Spans): Period[] {
  const both: Period[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x, y] = [a[i] as Period, b[j] as Period];
    const [start, end] = [later(x.start, y.start), earlier(x.end, y.end)];
    if (start < end) both.push({ start, end });
    if (x.end < y.end) i++;
    else j++;
  }
  return both;
}

/** The seconds of `a` that are not in `b`. */
export function subtract(a: Spans, b: Spans, within: Period): Period[] {
  const gaps: Period[] = [];
  let from = within.start;
  for (const span of b) {
    if (from < span.start) gaps.push({ start: from, end: span.start });
    from = span.end;
  }
  if (from < within.end) gaps.push({ start: from, end: within.end });
  return intersect(a, gaps);
}

export const lengthOf = (spans: Spans): bigint => spans.reduce((sum, { start, end }) => sum + end - start, 0n);

/** Takes windows one at a time in any order, keeps what lies in the period, merged, in bounded memory. */
export class WindowCollector {
  readonly #period: Period;
  readonly #what: string;
  #windows: Window[] = [];
  #kept = 0;
  #seen = 0;
  readonly #tally = { merged: newTally(), clipped: newTally(), outside: newTally() };

  /** `what` names the windows in messages: "outage", "exclusion". */
  constructor(period: Period, what: string) {
    this.#period = period;
    this.#what = what;
  }

  /** `file` is where the window's line is; a window must have at least one second. */
  add(window: Window, file?: string): void {
    const { start, end } = window;
    if (end <= start) throw emptyWindow(window, this.#what, file);
    this.#seen++;
    if (end <= this.#period.start || start >= this.#period.end) {
      count(this.#tally.outside, window);
      return;
    }
    const clipped = clip(window, this.#period);
    if (clipped !== window) count(this.#tally.clipped, window);
    this.#windows.push(clipped);
    if (this.#windows.length >= this.#kept + WAITING) this.#merge(file);
  }

  /** What was kept, merged per instance and citation, and what there is to say about the rest. */
  finish(file?: string): { windows: readonly Window[]; notes: Note[] } {
    this.#merge(file);
    return { windows: this.#windows, notes: this.#notes() };
  }

  #merge(file?: string): void {
    const overlapped = (window: Window) => {
      count(this.#tally.merged, window);
    };
    const alike = Map.groupBy(this.#windows, ({ instance, cites = "" }) => `${instance ?? ""} ${cites}`);
    this.#windows = [...alike.values()].flatMap((windows) => merge(windows, overlapped));
    this.#kept = this.#windows.length;
    if (this.#kept > MAX_WINDOWS) {
      throw new UpheldError({
        code: "measure.too-many-windows",
        message: `more than ${MAX_WINDOWS} separate ${this.#what}s in one period (${this.#kept} so far)`,
        hint: "join those that belong together, or report explicit counts",
        ...(file === undefined ? {} : { file }),
      });
    }
  }

  #notes(): Note[] {
    const { merged, clipped, outside } = this.#tally;
    const what = (number: number) => `${number} ${this.#what}${number === 1 ? "" : "s"}`;
    const bounds = `${formatUtc(this.#period.start)} to ${formatUtc(this.#period.end)}`;
    const notes: Note[] = [];
    if (this.#seen === 0) notes.push({ code: "none", count: 0, message: `no ${this.#what} is listed` });
    if (merged.count > 0)
      notes.push({ code: "merged", ...merged, message: `${what(merged.count)} overlapped another and merged with it` });
    if (clipped.count > 0)
      notes.push({ code: "clipped", ...clipped, message: `${what(clipped.count)} cut to the period ${bounds}` });
    if (outside.count > 0)
      notes.push({ code: "outside", ...outside, message: `${what(outside.count)} of ${this.#seen} outside ${bounds}` });
    return notes;
  }
}

interface Tally {
  count: number;
  line?: number;
}

const newTally = (): Tally => ({ count: 0 });

function count(tally: Tally, { line }: Window): void {
  tally.count++;
  if (line !== undefined) tally.line ??= line;
}

function clip(window: Window, { start, end }: Period): Window {
  if (window.start >= start && window.end <= end) return window;
  return { ...window, start: later(window.start, start), end: earlier(window.end, end) };
}

function emptyWindow({ start, end, line }: Window, what: string, file?: string): UpheldError {
  const reversed = end < start;
  return new UpheldError({
    code: reversed ? "measure.reversed" : "measure.empty-window",
    message: reversed
      ? `the ${what} ends at ${formatUtc(end)}, before its start ${formatUtc(start)}`
      : `the ${what} at ${formatUtc(start)} has no length: its end is its start`,
    hint: "end is the first second after it; it must come after the start",
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  });
}

const byStart = (a: Period, b: Period) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0);
