import { existsSync } from "node:fs";
import { z } from "zod";
import type { IndicatorInput } from "../evidence/build.ts";
import { parseCounts } from "../measure/counts.ts";
import { csvMonitor } from "../measure/csv.ts";
import type { Note, Period } from "../measure/types.ts";
import { Unit, type Indicator } from "../terms/types.ts";
import { usage, type Fields } from "./job.ts";

const many = z.array(z.string()).default([]);

/** How `report`, `preview` and `dispute` are told what happened. Each may be given several times. */
export const sourceFields = {
  outages: ["<[id=]file>", "CSV of outages, start,end in UTC; for one indicator, or for all counted in seconds", many],
  exclusions: ["<[id=]file>", "CSV of time agreed not to count", many],
  counts: ["<[id=]total,bad,excluded>", "explicit counts, for one indicator or the only one", many],
} satisfies Fields;

export const evidenceField = {
  evidence: ["<folder>", "where evidence files are kept (default: evidence)", z.string().default("evidence")],
} satisfies Fields;

export interface GivenSources {
  readonly outages: readonly string[];
  readonly exclusions: readonly string[];
  readonly counts: readonly string[];
}

/** What was seen of one period, ready to become evidence. */
export interface Gathered {
  readonly indicators: readonly IndicatorInput[];
  /** One line for the evidence: where it came from. */
  readonly source: string;
  readonly notes: readonly Note[];
}

/** Reads all that was given for `period`; every indicator of the terms must have something. */
export async function gather(indicators: readonly Indicator[], period: Period, given: GivenSources): Promise<Gathered> {
  const counts = byIndicator(given.counts, "counts", indicators);
  const outages = byIndicator(given.outages, "outages", indicators);
  const exclusions = byIndicator(given.exclusions, "exclusions", indicators);
  const parts = await Promise.all(
    indicators.map(async (indicator): Promise<Part> => {
      const stated = counts(indicator);
      const file = indicator.unit === Unit.Seconds ? outages(indicator) : undefined;
      if (stated !== undefined && (file === undefined || given.outages.every((one) => !names(one)))) {
        return {
          input: { grade: "totals", indicator, measurement: parseCounts(stated) },
          source: "counts as stated",
          notes: [],
        };
      }
      if (file === undefined) throw nothingGiven(indicator);
      return fromFiles(indicator, period, file, exclusions(indicator));
    }),
  );
  return {
    indicators: parts.map(({ input }) => input),
    source: [...new Set(parts.map(({ source }) => source))].join("; "),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

interface Part {
  readonly input: IndicatorInput;
  readonly source: string;
  readonly notes: readonly Note[];
}

async function fromFiles(indicator: Indicator, period: Period, file: string, excluded?: string): Promise<Part> {
  for (const path of [file, excluded]) {
    if (path !== undefined && !existsSync(path)) throw usage(`there is no file "${path}"`);
  }
  const { outages, exclusions, notes, source } = await csvMonitor(file, excluded).read(period);
  return { input: { grade: "outages", indicator, outages, exclusions }, source, notes };
}

const NAMED = /^(\d{1,5})=(.+)$/s;
const names = (text: string): boolean => NAMED.test(text);

/** Finds what was given for an indicator: under its id, else what was given for all. */
function byIndicator(
  given: readonly string[],
  option: string,
  indicators: readonly Indicator[],
): (indicator: Indicator) => string | undefined {
  const found = new Map<number | "all", string>();
  for (const text of given) {
    const match = NAMED.exec(text);
    const key = match === null ? "all" : Number(match[1]);
    if (key !== "all" && !indicators.some(({ id }) => id === key)) {
      throw usage(
        `--${option} names indicator ${key}, which the agreement does not have`,
        `It has ${indicators.map(({ id }) => id).join(", ")}.`,
      );
    }
    if (key === "all" && option === "counts" && indicators.length > 1) {
      throw usage(
        "--counts must say for which indicator",
        `Write --counts ${indicators[0]?.id}=total,bad,excluded and so on.`,
      );
    }
    if (found.has(key))
      throw usage(`--${option} is given twice for ${key === "all" ? "all indicators" : `indicator ${key}`}`);
    found.set(key, match === null ? text : (match[2] ?? ""));
  }
  return ({ id }) => found.get(id) ?? found.get("all");
}

function nothingGiven({ id, unit }: Indicator) {
  const isSeconds = unit === Unit.Seconds;
  return usage(
    `nothing is given for indicator ${id}`,
    isSeconds
      ? `Add --outages FILE.csv or --counts ${id}=total,bad,excluded.`
      : `Add --counts ${id}=total,bad,excluded.`,
  );
}
