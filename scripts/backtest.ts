import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isAddress } from "ethers";
import { z } from "zod";
import { backtest, periodsBetween, type FileFrom } from "../src/backtest/run.ts";
import type { Covered } from "../src/backtest/types.ts";
import { cover, measureFor, pastCsv, pastData, pastText, placeOf, type Sources } from "../src/cli/backtesting.ts";
import { flagType } from "../src/cli/fields.ts";
import { readText } from "../src/cli/file.ts";
import { givenSource, sourceOptions, type GivenSource } from "../src/cli/given-source.ts";
import { EXIT } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { monitorServices } from "../src/cli/oracle.ts";
import { formatUtc } from "../src/measure/time.ts";
import { Monitors } from "../src/monitors/open.ts";
import { readConfig, type Source } from "../src/oracle/config.ts";
import { addMonths } from "../src/terms/calendar.ts";
import { parseAgreement, type AgreementFile } from "../src/terms/file.ts";
import { formatMoney } from "../src/terms/format.ts";
import { periodWord } from "../src/terms/explain.ts";
import { DEFAULT_PRESET, presetFile, presetNames } from "./presets.ts";

const many = z.array(z.string()).default([]);

/** `2025-01`, or a day in UTC. */
const monthType = z
  .string()
  .regex(/^\d{4}-\d{2}(-\d{2})?$/, "not a month like 2025-01 or a day like 2025-01-15")
  .refine((text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text), "no such day")
  .optional();

export default job({
  name: "backtest",
  summary: "what would last year have cost me? Runs a table over a monitor's own past, month by month; asks no chain",
  example:
    "upheld backtest --prometheus http://127.0.0.1:9090 --query 'probe_success{instance=\"https://www.example.org\"}'\nupheld backtest harbor.sla.yaml --config oracle.yaml --from 2025-01 --to 2025-12\nupheld backtest msp-tickets --samples 2025.csv --counts 'urgent tickets=tickets.csv' --from 2025-01 --to 2025-12",
  args: {
    table: [
      "[table]",
      `an agreement's *.sla.yaml, a draft will do, or a preset (default: ${DEFAULT_PRESET})`,
      z.string().default(DEFAULT_PRESET),
    ],
  },
  options: {
    ...sourceOptions,
    samples: ["<file>", "a CSV of samples, time,value, or a folder that upheld collect keeps", z.string().optional()],
    outages: ["<file>", "a CSV of outages, start,end in UTC", z.string().optional()],
    measure: ["<name>", "which measure that is for (default: the only one counted in time)", z.string().optional()],
    counts: ["<measure=file>", "a CSV of counts for another measure: period,total,bad,excluded", many],
    config: ["<file>", "an oracle's config that names the table's file: its sources are used", z.string().optional()],
    from: ["<month>", "the first month, or its first day (default: twelve months before --to)", monthType],
    to: ["<month>", "the last month, or the day before which it ends (default: last month)", monthType],
    csv: ["", "print one line of CSV for each period", flagType],
  },
  needs: "nothing",
  async run(context, { table, measure, counts, config, from, to, csv, ...given }) {
    const { output, options } = context;
    const { signal } = output.io;
    if (csv && options.json) throw usage("--csv and --json cannot be given together", "Keep one of them.");
    const path = fileOf(table);
    const fileFrom = reader(path);
    const [start, end] = rangeOf(from, to, output.io.now());
    const periods = periodsBetween(fileFrom, start, end);
    const file = periods[0]?.file;
    if (file === undefined) {
      const word = periodWord(fileFrom(start).terms);
      throw usage(
        `there is no whole ${word} between ${formatUtc(start)} and ${formatUtc(end)}`,
        "Name an earlier --from or a later --to.",
      );
    }
    const { sources, path: beside } = sourcesOf({ measure, counts, config, path, file, given });
    const monitors = new Monitors(monitorServices(context), beside);
    const covered = await output.during("Looking at the monitor", cover(sources, file, periods, monitors, signal));
    let done = 0;
    const onPeriod = () => {
      output.note(`${++done} of ${periods.length} periods`);
    };
    const past = await output.during("Reading the past", backtest({ periods, covered, monitors, signal, onPeriod }));
    const isAny = past.some(({ kind }) => kind === "measured");
    const exitCode = isAny ? EXIT.ok : EXIT.failed;
    if (csv) return { data: {}, text: pastCsv(past, covered, file), exitCode };
    const notes = notesOf(covered, file);
    return {
      data: {
        table,
        service: file.service,
        from: formatUtc(start),
        to: formatUtc(end),
        ...pastData(past, covered, file),
        notes,
      },
      text: [...headOf(table, file, covered), "", ...pastText(past, covered, file), ...notes],
      exitCode,
    };
  },
});

function fileOf(table: string): string {
  const isOnChain: boolean = isAddress(table);
  if (isOnChain)
    throw usage("an address says nothing of how it is measured", "Name the agreement's *.sla.yaml; no chain is asked.");
  if (existsSync(table)) return table;
  if (presetNames().includes(table)) return presetFile(table);
  throw usage(`there is no file and no preset "${table}"`, `Presets are ${presetNames().join(", ")}.`);
}

/** The table as if the agreement had begun back then: its holidays are those of that time. */
function reader(path: string): FileFrom {
  const text = readText(path);
  const readBeside = (file: string) => readFileSync(join(dirname(path), file));
  const read = new Map<bigint, AgreementFile>();
  return (start) => {
    const known = read.get(start);
    const file =
      known ??
      parseAgreement(text, { file: path, draft: true, readBeside, overrides: { starts: start, anchor: start } });
    read.set(start, file);
    return file;
  };
}

function rangeOf(from: string | undefined, to: string | undefined, now: bigint): [bigint, bigint] {
  const at = (text: string) => BigInt(Date.parse(text) / 1000);
  const today = new Date(Number(now) * 1000);
  const thisMonth = BigInt(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1)) / 1000n;
  // a month is meant whole, a day is the first that is not
  const end = to === undefined ? thisMonth : to.length === 7 ? addMonths(at(to), 1) : at(to);
  const start = from === undefined ? addMonths(end, -12) : at(from);
  if (start >= end) throw usage(`--from ${from ?? ""} is not before --to`, "Write --from 2025-01 --to 2025-12.");
  return [start, end];
}

interface Wanted {
  readonly measure: string | undefined;
  readonly counts: readonly string[];
  readonly config: string | undefined;
  readonly path: string;
  readonly file: AgreementFile;
  readonly given: GivenSource;
}

/** Which source is for which measure: those of the command line, else those of the config. */
function sourcesOf({ measure, counts, config, path, file, given }: Wanted): {
  sources: Sources;
  path: (file: string) => string;
} {
  const sources = new Map<number, Source>(config === undefined ? [] : configured(config, path, file));
  for (const text of counts) {
    const at = text.indexOf("=");
    if (at < 0)
      throw usage(`--counts "${text}" does not say for which measure`, "Write --counts 'urgent tickets=tickets.csv'.");
    sources.set(placeOf(text.slice(0, at), file.measures), { kind: "counts", counts: resolve(text.slice(at + 1)) });
  }
  const named = givenSource(given);
  if (named !== undefined) {
    const place = measureFor(measure, file, new Set(config === undefined ? sources.keys() : []));
    requireQuery(named.source, given, file, place);
    sources.set(place, named.source);
  }
  if (sources.size === 0) {
    throw usage(
      "nothing is named that knows the past",
      "Add --prometheus URL, --samples FILE, --outages FILE, --monitor FILE or --config FILE.",
    );
  }
  const folder = config === undefined ? "." : dirname(config);
  return { sources, path: named?.path ?? ((name) => resolve(folder, name)) };
}

function configured(config: string, path: string, file: AgreementFile): [number, Source][] {
  const served = readConfig(config).agreements.find(({ ref }) => ref === resolve(path));
  if (served === undefined)
    throw usage(`${config} has no agreement with the file ${path}`, "Name the file as the config does.");
  return [...served.sources].map(([name, source]) => [placeOf(name, file.measures), source]);
}

/** `probe_success` is 1 for good: another policy is about another metric. */
function requireQuery(
  source: Source,
  { prometheus, query }: GivenSource,
  { measures }: AgreementFile,
  place: number,
): void {
  const good = measures[place]?.policy?.good;
  if (source.kind !== "monitor" || prometheus === undefined || query !== undefined || good === undefined) return;
  if (good.atLeast === 1 && good.atMost === undefined) return;
  throw usage("the table's policy is about another metric than probe_success", "Say which by --query.");
}

function headOf(table: string, { service, terms, token }: AgreementFile, covered: readonly Covered[]): string[] {
  const read = covered.map(({ opened, name, source }) => `  ${name}: ${sourceText(source, opened)}`);
  return [`${service}, by the table of ${table}: ${formatMoney(terms.fee, token)} a ${periodWord(terms)}.`, ...read];
}

function sourceText(source: Source, opened: Covered["opened"]): string {
  if (opened?.kind === "samples") return opened.monitor.source;
  if (source.kind === "monitor") return `outages by ${Object.keys(source.monitor).join()}`;
  return `${source.kind} listed in ${basename(listOf(source))}`;
}

function listOf(source: Exclude<Source, { kind: "monitor" }>): string {
  if (source.kind === "outages") return source.outages;
  return source.kind === "counts" ? source.counts : source.file;
}

/** What a reader should know: what was assumed, what is not counted, what a list cannot say. */
function notesOf(covered: readonly Covered[], { terms, measures }: AgreementFile): string[] {
  const assumed = covered.flatMap(({ assumed: policy, name }) => {
    if (policy === undefined) return [];
    const places = policy.places.of === 1 ? "" : ` in ${policy.places.bad} of ${policy.places.of} places`;
    return [
      `Assumed, as the table has no policy for ${name}: bad when a sample is below 1${places}; a sample speaks for ${policy.slot} s; unknown time counts as up.`,
    ];
  });
  const missing = terms.indicators.flatMap((_, i) =>
    covered.some(({ indicator }) => indicator === i) ? [] : [measures[i]?.name ?? ""],
  );
  const isListed = covered.some(({ source, opened }) => source.kind === "outages" || opened?.kind === "outages");
  return [
    ...assumed,
    ...(missing.length === 0 ? [] : [`Not counted, as nothing is given for it: ${missing.join(", ")}.`]),
    ...(isListed ? ["A list of outages does not say since when it is whole: a month without one counts as up."] : []),
  ];
}
