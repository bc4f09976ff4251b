import { UpheldError, type Problem } from "../errors.ts";
import type { EvidenceInput, IndicatorInput } from "../evidence/build.ts";
import { csvMonitor } from "../measure/csv.ts";
import type { TicketRule } from "../measure/tickets.ts";
import type { Period } from "../measure/types.ts";
import type { Monitors } from "../monitors/open.ts";
import { sourceLine } from "../monitors/source.ts";
import { needsRecord } from "../record/check.ts";
import { measuredWithRecord, RECORD_SOURCE, type ReadRecord } from "../record/measuring.ts";
import { periodOf } from "../terms/calendar.ts";
import { indicatorsIn } from "../terms/measurements.ts";
import { Unit, type Indicator } from "../terms/types.ts";
import { readCountsFile } from "./counts.ts";
import type { CountsSource, OutagesSource, Source } from "./config.ts";
import type { Readings } from "./groups.ts";
import { readMonitor, type Monitored } from "./monitored.ts";
import type { Watched } from "./portfolio.ts";
import { readTicketSource } from "./ticket-source.ts";

/** A period to be measured, as the agreement's calendar has it. */
export interface MeasuredPeriod extends Period {
  readonly number: bigint;
}

/** Measures one period of one agreement, for the report of revision 0; `readings`: what others on its monitor read. */
export type Measure = (
  agreement: Watched,
  period: MeasuredPeriod,
  signal?: AbortSignal,
  readings?: Readings,
) => Promise<EvidenceInput>;

/** What one source saw of an indicator; `source` is one line for the evidence. */
export interface Reading {
  readonly input: IndicatorInput;
  readonly source: string;
  /** What the counts were taken from and evidence does not hold, by its hash: nobody could count again without that. */
  readonly sealed?: string;
}

export interface MeasureOptions {
  readonly chainId: bigint;
  /** What wrote the evidence, with its version. */
  readonly tool: string;
  readonly monitors: Monitors;
  /** The record beside an agreement; asked only where the agreement's file needs it. */
  readonly readRecord: (agreement: string) => Promise<ReadRecord>;
}

/** A measure to be read, and how what is read becomes counts. */
interface Measured extends Monitored {
  readonly ticketRule?: TicketRule | undefined;
}

/** Measures from the sources that the oracle's config names. */
export function measureFromSources({ chainId, tool, monitors, readRecord }: MeasureOptions): Measure {
  return async (agreement, period, signal, known) => {
    const { terms } = agreement;
    const ofTerms = { ...periodOf(terms, Number(period.number)), start: period.start, end: period.end };
    const readings = await Promise.all(
      indicatorsIn(terms, ofTerms).map(async (indicator, i) => {
        if (agreement.disclosures[i] !== undefined) return fromRecord(indicator);
        const label = `${agreement.names[i] ?? `measure ${indicator.id}`} of ${agreement.label}`;
        const measured = {
          indicator,
          policy: agreement.policies[i],
          ticketRule: agreement.ticketRules[i],
          label,
        };
        return readSource(monitors, sourceFor(agreement, i), measured, period, signal, known);
      }),
    );
    const given = readings.map(({ input }) => input);
    const indicators = await measuredWithRecord(given, agreement, period, () => readRecord(agreement.address));
    const sources = readings.map(({ source }) => source);
    // a long line is cut: the hashes come first
    const sealed = readings.flatMap((reading) => reading.sealed ?? []);
    return {
      chainId,
      agreement: agreement.address,
      period: { index: Number(period.number), start: period.start, end: period.end },
      revision: 0,
      author: "oracle",
      tool,
      source: sourceLine(
        [...new Set([...sealed, ...sources, ...(needsRecord(agreement) ? [RECORD_SOURCE] : [])])].join("; "),
      ),
      indicators,
    };
  };
}

/** What stands for a measure until the record was read. */
function fromRecord(indicator: Indicator): Reading {
  const measurement = { total: 0n, bad: 0n, excluded: 0n };
  return { input: { grade: "totals", indicator, measurement }, source: RECORD_SOURCE };
}

/** Every measure needs a source, and every source a measure: told when the config is opened, not when a month is over. */
export function checkSources(
  agreement: Pick<Watched, "terms" | "names" | "served" | "ticketRules"> & Partial<Pick<Watched, "disclosures">>,
  file: string,
): void {
  const { terms, names, served, disclosures = [] } = agreement;
  const known = terms.indicators.map(({ id }, i) => [String(id), names[i]]);
  const place = { file, ...(served.line === undefined ? {} : { line: served.line }) };
  for (const name of served.sources.keys()) {
    if (known.some((each) => each.includes(name))) continue;
    const list = known.map(([id, word]) => (word === undefined ? id : `${word} (${id})`)).join(", ");
    throw new UpheldError({
      code: "config.unknown-measure",
      message: `${served.ref} has no measure "${name}".`,
      hint: `It has ${list}; names are known when the agreement is named by its file.`,
      ...place,
    });
  }
  terms.indicators.forEach((indicator, i) => {
    if (disclosures[i] !== undefined) {
      requireNoSource(names[i] ?? "", indicator, agreement, place);
      return;
    }
    const source = sourceFor(agreement, i, file);
    const problem = mismatch(source, indicator, agreement.ticketRules[i]);
    if (problem === undefined) return;
    const { code, says, hint } = problem;
    throw new UpheldError({
      code: `config.${code}`,
      message: `${served.ref}: measure ${names[i] ?? indicator.id} ${says}.`,
      hint,
      ...place,
    });
  });
}

function requireNoSource(
  name: string,
  { id }: Indicator,
  { served }: Pick<Watched, "served">,
  place: Pick<Problem, "file" | "line">,
): void {
  if (!served.sources.has(name) && !served.sources.has(String(id))) return;
  throw new UpheldError({
    code: "config.from-record",
    message: `${served.ref}: measure ${name} (${id}) follows from the agreement's record and the outages of another measure.`,
    hint: "Leave its source out.",
    ...place,
  });
}

/** Why a source cannot give what the measure counts. */
function mismatch(source: Source, { unit }: Indicator, rule: TicketRule | undefined) {
  if (source.kind === "counts") return undefined;
  if (source.kind !== "tickets") {
    if (unit === Unit.Seconds || unit === Unit.Days) return undefined;
    const what = unit === Unit.Tickets ? "counts or an export of tickets" : "counts";
    return {
      code: "not-seconds",
      says: `is not counted in seconds or days, so it needs ${what}`,
      hint: "Name a file of counts: period,total,bad,excluded.",
    };
  }
  if (unit !== Unit.Tickets) {
    const hint = "Name outages, counts or a monitor.";
    return { code: "not-tickets", says: "is not counted in tickets, so an export of tickets says nothing of it", hint };
  }
  if (rule === undefined) {
    return {
      code: "no-policy",
      says: "has no policy in the agreement's file that says which tickets are late",
      hint: "Name the agreement by its file; one that was made without `policy` is reported from counts.",
    };
  }
  const [key, word] =
    rule.clock === "response" ? (["responded", "answered"] as const) : (["resolved", "resolved"] as const);
  if (source.columns[key] !== undefined) return undefined;
  const says = `counts tickets ${word} in time, and no column is named for that`;
  return { code: "no-column", says, hint: `Add \`${word}\` under columns.` };
}

/** The source of the agreement's measure `i`, by its name or its number. */
export function sourceFor(
  { terms, names, served }: Pick<Watched, "terms" | "names" | "served">,
  i: number,
  file?: string,
): Source {
  const id = String(terms.indicators[i]?.id);
  const name = names[i];
  const found = (name === undefined ? undefined : served.sources.get(name)) ?? served.sources.get(id);
  if (found !== undefined) return found;
  throw new UpheldError({
    code: "config.no-source",
    message: `${served.ref}: no source is named for measure ${name === undefined ? id : `${name} (${id})`}.`,
    hint: "Add it under measures: outages, counts, tickets or a monitor.",
    ...(file === undefined ? {} : { file }),
    ...(served.line === undefined ? {} : { line: served.line }),
  });
}

/** What one source says of a period. */
export async function readSource(
  monitors: Monitors,
  source: Source,
  measured: Measured,
  period: MeasuredPeriod,
  signal?: AbortSignal,
  readings?: Readings,
): Promise<Reading> {
  if (source.kind === "monitor") return readMonitor(monitors, source, measured, period, signal, readings);
  if (source.kind !== "tickets") return readFiles(source, measured.indicator, period);
  if (measured.ticketRule === undefined) {
    throw new UpheldError({
      code: "config.no-policy",
      message: `${measured.label} has no policy in the agreement's file that says which tickets are late.`,
      hint: "Add `policy` to the measure, or name a file of counts.",
    });
  }
  return readTicketSource(source, measured.indicator, measured.ticketRule, period);
}

async function readFiles(
  source: OutagesSource | CountsSource,
  indicator: Indicator,
  period: MeasuredPeriod,
): Promise<Reading> {
  if (source.kind === "counts") {
    const measurement = await readCountsFile(source.counts, period);
    return { input: { grade: "totals", indicator, measurement }, source: "counts as stated" };
  }
  const { outages, exclusions, source: line } = await csvMonitor(source.outages, source.exclusions).read(period);
  return { input: { grade: "outages", indicator, outages, exclusions }, source: line };
}
