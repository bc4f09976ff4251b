import { DAY } from "../terms/bounds.ts";
import type { Day } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import type { Judging } from "../measure/sampled.ts";
import { toSeries, type Series } from "../measure/series.ts";
import { eachSample, isWhole, toRuns, type Run } from "./runs.ts";
import { isVantage, type EvidenceDay } from "./schema.ts";

/** What one vantage point saw on one day, as the file has it. */
export interface DaySamples {
  readonly vantage: string;
  readonly runs: readonly Run[];
}

/**
 * The samples that can matter for a period, in the one form: a series for each vantage point, by name, in any order and
 * with duplicates before; within the period, and of those before it the last, if it still speaks at its start.
 */
export function canonicalSeries(series: readonly Series[], period: Period, policy: Judging): Series[] {
  const groups = Map.groupBy(series, ({ vantage }) => vantage);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([vantage, parts]) => cut(clean(vantage, parts, policy), period, policy))
    .filter(({ times }) => times.length > 0);
}

function clean(vantage: string, parts: readonly Series[], { good }: Judging): Series {
  const [first] = parts;
  if (first !== undefined && parts.length === 1 && isClean(first)) return first;
  // the values are scaled already
  return toSeries(vantage, samplesOf(parts), { good, scale: 1 });
}

/** What `toSeries` would leave as it is, which most series are: it saves an object a sample. */
function isClean({ vantage, times, values }: Series): boolean {
  if (!isVantage(vantage) || times.length !== values.length) return false;
  for (let at = 0; at < times.length; at++) {
    const isNext = at === 0 ? (times[0] as number) >= 0 : (times[at] as number) > (times[at - 1] as number);
    if (!isNext || !Number.isSafeInteger(times[at]) || !isWhole(values[at])) return false;
  }
  return true;
}

function* samplesOf(parts: readonly Series[]): Iterable<readonly [number, number]> {
  for (const { times, values } of parts) {
    for (let at = 0; at < times.length; at++) yield [times[at] as number, values[at] as number];
  }
}

function cut({ vantage, times, values }: Series, period: Period, { slot }: Judging): Series {
  const [start, end] = [Number(period.start), Number(period.end)];
  let from = firstFrom(times, start);
  const to = firstFrom(times, end);
  if (from > 0 && (times[from - 1] as number) + slot > start) from -= 1;
  return { vantage, times: part(times, from, to), values: part(values, from, to) };
}

/** A part of a typed array needs no copy: nobody writes into a series. */
const part = (all: Series["times"], from: number, to: number): Series["times"] =>
  all instanceof Float64Array ? all.subarray(from, to) : all.slice(from, to);

/** The place of the first of the ascending `times` that is not before `time`. */
function firstFrom(times: Series["times"], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a day lists of canonical series. A sample from before the period stands in its first day. */
export function samplesOfDay(series: readonly Series[], day: Day, isFirst: boolean): DaySamples[] {
  const midnight = midnightOf(day.start);
  return series.flatMap(({ vantage, times, values }) => {
    const from = isFirst ? 0 : firstFrom(times, midnight);
    const to = firstFrom(times, Number(day.end));
    if (from === to) return [];
    return [{ vantage, runs: toRuns(times, values, midnight, from, to) }];
  });
}

const midnightOf = (time: bigint): number => Number(time - (time % DAY));

/** The series that the days of a file list for an indicator. */
export function seriesIn(days: readonly EvidenceDay[], indicator: number): Series[] {
  const found = new Map<string, { times: number[]; values: number[] }>();
  for (const { date, samples } of days) {
    const midnight = Date.parse(date) / 1000;
    for (const { vantage, runs } of samples.filter((one) => one.indicator === indicator)) {
      const series = found.get(vantage) ?? { times: [], values: [] };
      found.set(vantage, series);
      eachSample(runs, (second, value) => {
        series.times.push(midnight + second);
        series.values.push(value);
      });
    }
  }
  return [...found].map(([vantage, { times, values }]) => ({ vantage, times, values }));
}
