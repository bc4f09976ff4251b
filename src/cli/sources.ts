import { existsSync } from "node:fs";
import { z } from "zod";
import type { IndicatorInput } from "../evidence/build.ts";
import { readSecond, readSound } from "../evidence/second.ts";
import { parseCounts } from "../measure/counts.ts";
import { csvMonitor } from "../measure/csv.ts";
import type { Note, Period } from "../measure/types.ts";
import { Unit, type Indicator } from "../terms/types.ts";
import { usage, type Field, type Fields } from "./job.ts";

const many = z.array(z.string()).default([]);

/** How `report`, `preview` and `dispute` are told what happened. Each may be given several times. */
export const sourceFields = {
  outages: ["<[measure=]file>", "CSV of outages, start,end in UTC; for one measure, or all counted in seconds", many],
  exclusions: ["<[measure=]file>", "CSV of time agreed not to count", many],
  counts: [
    "<[measure=]total,bad,excluded>",
    "explicit counts; a measure is named as in the agreement's file, or by its number from 1",
    many,
  ],
} satisfies Fields;

/** Where evidence is kept when neither a flag nor a config says so. */
export const EVIDENCE = "evidence";

export const evidenceField = {
  evidence: ["<folder>", "where evidence files are kept (default: evidence)", z.string().default(EVIDENCE)],
} satisfies Fields;

/** The same where an oracle's config may name the folder. */
export const configuredEvidence = {
  evidence: [
    "<folder>",
    "where evidence files are kept (default: the config's folder with a config, else evidence)",
    z.string().optional(),
  ],
} satisfies Fields;

/** For `dispute`: what `compare` was shown. */
export const fromField: Field<string | undefined> = [
  "<file>",
  "a second evidence file, or a CSV of outages, read as `upheld compare` reads it beside the report's own file",
  z.string().optional(),
];

/** The second source against the evidence file of the report; nothing else can be given beside it. */
export async function gatherFrom(from: string, given: GivenSources, reported: string): Promise<Gathered> {
  const other = (["outages", "exclusions", "counts"] as const).find((option) => given[option].length > 0);
  if (other !== undefined) throw usage(`--from and --${other} cannot be given together`, "Leave one of them out.");
  if (!existsSync(from)) throw usage(`there is no file "${from}"`);
  const { input } = await readSound(reported);
  return readSecond(from, input);
}

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

/** What is counted: an indicator of the terms, and what the agreement's file calls it. */
interface Measured {
  readonly indicator: Indicator;
  readonly name: string | undefined;
}

/**
 * Reads all that was given for `period`; every indicator of the terms must have something. `names` are the measures of
 * the agreement's file, one for each indicator, or empty when only its address is known; `counted` says which of them are
 * counted elsewhere, so that nothing may be given.
 */
export async function gather(
  indicators: readonly Indicator[],
  period: Period,
  given: GivenSources,
  names: readonly string[] = [],
  counted: readonly boolean[] = [],
): Promise<Gathered> {
  const all = indicators.map((indicator, i): Measured => ({ indicator, name: names[i] }));
  const counts = sortOut(given.counts, "counts", all);
  const outages = sortOut(given.outages, "outages", all);
  const exclusions = sortOut(given.exclusions, "exclusions", all);
  const found = all.map(({ indicator, name }) => {
    const file = indicator.unit === Unit.Seconds ? outages.of(indicator) : undefined;
    const stated = counts.of(indicator);
    if (file === undefined || stated === undefined) return { indicator, name, file, stated };
    // What is given for one measure goes before what is meant for all.
    if (outages.names(indicator) === counts.names(indicator)) {
      throw usage(
        `both --counts and --outages are given for ${labelOf({ indicator, name })}`,
        "Leave one of them out.",
      );
    }
    return outages.names(indicator)
      ? { indicator, name, file, stated: undefined }
      : { indicator, name, file: undefined, stated };
  });
  const twice = found.find(({ indicator }, i) => counted[i] === true && counts.names(indicator));
  if (twice !== undefined) throw usage(`${labelOf(twice)} follows from the agreement's record`, "Give nothing for it.");
  const without = found.filter(
    ({ file, stated }, i) => file === undefined && stated === undefined && counted[i] !== true,
  );
  if (without.length > 0) throw nothingGiven(without);
  const parts = await Promise.all(
    found.map(async ({ indicator, file, stated }, i): Promise<Part> => {
      if (counted[i] === true) {
        const measurement = { total: 0n, bad: 0n, excluded: 0n };
        return { input: { grade: "totals", indicator, measurement }, source: "", notes: [] };
      }
      if (stated === undefined) return fromFiles(indicator, period, file ?? "", exclusions.of(indicator));
      const measurement = parseCounts(stated);
      return { input: { grade: "totals", indicator, measurement }, source: "counts as stated", notes: [] };
    }),
  );
  return {
    indicators: parts.map(({ input }) => input),
    source: [...new Set(parts.map(({ source }) => source))].filter(Boolean).join("; "),
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

interface Sorted {
  /** What was given for an indicator by itself, else what was given for all. */
  of(indicator: Indicator): string | undefined;
  /** Whether something was given for it by itself. */
  names(indicator: Indicator): boolean;
}

/** Sorts what was given with one option by the measure that it names. */
function sortOut(given: readonly string[], option: keyof GivenSources, all: readonly Measured[]): Sorted {
  const found = new Map<number | "all", string>();
  for (const text of given) {
    const { measured, value } = split(text, option, all);
    if (measured === undefined && option === "counts" && all.length > 1) {
      throw usage("--counts must say for which measure", `Write ${all.map(countsFor).join(" ")}.`);
    }
    const key = measured?.indicator.id ?? "all";
    if (found.has(key)) {
      throw usage(`--${option} is given twice for ${measured === undefined ? "all measures" : labelOf(measured)}`);
    }
    found.set(key, value);
  }
  return { of: ({ id }) => found.get(id) ?? found.get("all"), names: ({ id }) => found.has(id) };
}

/** `uptime=file` or `1=file`; a file's own name may hold a "=" too. */
function split(text: string, option: keyof GivenSources, all: readonly Measured[]) {
  const at = text.indexOf("=");
  if (at < 0) return { measured: undefined, value: text };
  const named = text.slice(0, at).trim();
  const measured =
    all.find(({ indicator }) => String(indicator.id) === named) ?? all.find(({ name }) => name === named);
  if (measured !== undefined) return { measured, value: text.slice(at + 1) };
  if (option !== "counts" && existsSync(text)) return { measured: undefined, value: text };
  const known = all.every(({ name }) => name === undefined)
    ? `It has ${all.map(({ indicator }) => indicator.id).join(", ")}; names are known when the agreement is named by its file.`
    : `It has ${all.map(labelOf).join(", ")}.`;
  throw usage(`--${option} names the measure "${named}", which the agreement does not have`, known);
}

/** `uptime (1)` */
function labelOf({ indicator: { id }, name }: Measured): string {
  return name === undefined ? `measure ${id}` : `${name} (${id})`;
}

function countsFor({ indicator: { id }, name }: Measured): string {
  const option = `${name ?? id}=total,bad,excluded`;
  return `--counts ${option.includes(" ") ? `"${option}"` : option}`;
}

function nothingGiven(without: readonly Measured[]) {
  const counts = without.map(countsFor).join(" ");
  const isAnySeconds = without.some(({ indicator }) => indicator.unit === Unit.Seconds);
  return usage(
    `nothing is given for ${without.map(labelOf).join(", ")}`,
    `Add ${counts}${isAnySeconds ? ", or for what is counted in seconds --outages FILE.csv" : ""}.`,
  );
}
