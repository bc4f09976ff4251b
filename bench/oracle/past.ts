/** The past that the bench gives a Prometheus, and what agreements must come to over it, counted from how it was made. */
import { UpheldError } from "../../src/errors.ts";

/** A set of series that differ in when they are probed and in what happened to them. */
export interface Past {
  readonly series: number;
  /** Seconds between two samples; divides 300. */
  readonly every: number;
  /** The first second of the period, UTC, and how many days it has. */
  readonly start: number;
  readonly days: number;
}

/** A stretch of samples: bad ones, or missing ones. Seconds from the start of the period. */
interface Planted {
  readonly kind: "outage" | "hole";
  readonly from: number;
  readonly length: number;
}

const DAY = 86_400;

/** All lengths and starts are multiples of it, so that every rate of sampling sees the same seconds. */
const GRID = 300;

const OUTAGES = [300, 900, 3_600];
const HOLE = 600;
const LONG = 600;

/** The kinds of policies that agreements of one series have, and what each makes of what was planted. */
export const POLICIES = [
  { unknown: "counts as down", outages: "all" },
  { unknown: "counts as up", outages: "all" },
  { unknown: "counts as up", outages: "of at least 10 minutes, whole" },
  { unknown: "counts as down", outages: "in whole minutes" },
  { unknown: "counts as up", outages: "of at least 10 minutes, beyond it" },
] as const;

export const nameOf = (series: number): string => `s${String(series).padStart(3, "0")}`;

/** As a query picks it. */
export const selectorOf = (series: number, { every }: Past): string =>
  `probe_success{every="${every}",instance="${nameOf(series)}"}`;

/** The last second of the past is not its own. */
export const endOf = ({ start, days }: Past): number => start + days * DAY;

/** The seconds that an agreement with the policy `kind` must report as bad. */
export function badSeconds(series: number, past: Past, kind: number): number {
  const planted = plantedIn(series, past);
  const [outages, holes] = [lengths(planted, "outage"), lengths(planted, "hole")];
  const long = outages.filter((length) => length >= LONG);
  switch (kind) {
    case 0:
    case 3:
      return sum(outages) + sum(holes);
    case 1:
      return sum(outages);
    case 2:
      return sum(long);
    case 4:
      return sum(long) - LONG * long.length;
    default:
      throw new RangeError(`there is no policy ${kind}`);
  }
}

/** OpenMetrics text of all of it, in pieces. */
export function* openMetrics(pasts: readonly Past[]): Generator<string> {
  yield "# TYPE probe_success gauge\n";
  for (const past of pasts) {
    requireGrid(past);
    for (let series = 0; series < past.series; series++) yield linesOf(series, past);
  }
  yield "# EOF\n";
}

function linesOf(series: number, past: Past): string {
  const { every, start, days } = past;
  const name = selectorOf(series, past);
  const planted = plantedIn(series, past);
  // each is probed at a moment of its own, in milliseconds, as a real Prometheus spreads them
  const offset = ((series * 1_373) % (every * 1_000)) / 1_000;
  const lines: string[] = [];
  // the first is from before the period and speaks into it
  for (let second = -every; second < days * DAY; second += every) {
    const what = planted.find(({ from, length }) => second >= from && second < from + length)?.kind;
    if (what !== "hole") lines.push(`${name} ${what === "outage" ? 0 : 1} ${(start + second + offset).toFixed(3)}\n`);
  }
  return lines.join("");
}

/** None to three outages, and a hole in every fifth. */
function plantedIn(series: number, { days }: Past): Planted[] {
  const at = (part: number) => Math.floor((days * DAY * part) / 5 / GRID) * GRID;
  const outages = OUTAGES.slice(0, series % 4).map((length, i) => ({
    kind: "outage" as const,
    from: at(i + 1),
    length,
  }));
  return series % 5 === 0 ? [...outages, { kind: "hole", from: at(4), length: HOLE }] : outages;
}

const lengths = (planted: readonly Planted[], which: Planted["kind"]) =>
  planted.filter(({ kind }) => kind === which).map(({ length }) => length);

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

function requireGrid({ every }: Past): void {
  if (Number.isInteger(every) && every > 0 && GRID % every === 0) return;
  throw new UpheldError({ code: "usage.every", message: `a sample every ${every} s does not divide ${GRID} s` });
}
