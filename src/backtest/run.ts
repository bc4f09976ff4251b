import { countInput, type IndicatorInput } from "../evidence/build.ts";
import { lengthOf } from "../measure/windows.ts";
import { finalMoney } from "../model/resolution.ts";
import type { Monitors } from "../monitors/open.ts";
import { readSource } from "../oracle/measure.ts";
import { readOpened } from "../oracle/monitored.ts";
import { periodOf, type Period } from "../terms/calendar.ts";
import { creditOf, silenceCreditOf } from "../terms/credit.ts";
import type { AgreementFile } from "../terms/file.ts";
import { checkMeasurement } from "../terms/measurements.ts";
import type { Measurement, Terms } from "../terms/types.ts";
import { isNotHeld, isRefused } from "./held.ts";
import type { Counted, Covered, PastMoney, PastPeriod } from "./types.ts";

/** A table, as if its agreement had begun back then. */
export type FileFrom = (start: bigint) => AgreementFile;

/** A period of the past, and the agreement in whose term it lies. */
export interface PlacedPeriod {
  readonly file: AgreementFile;
  readonly period: Period;
}

/** The whole periods between `start` and `end`; after the last of a term the same agreement begins anew. */
export function periodsBetween(fileFrom: FileFrom, start: bigint, end: bigint): PlacedPeriod[] {
  const placed: PlacedPeriod[] = [];
  for (let from = start; from < end;) {
    const file = fileFrom(from);
    for (let k = 0; k < file.terms.periods; ++k) {
      const period = periodOf(file.terms, k);
      if (period.end > end) return placed;
      placed.push({ file, period });
      from = period.end;
    }
  }
  return placed;
}

export interface BacktestOptions {
  readonly periods: readonly PlacedPeriod[];
  readonly covered: readonly Covered[];
  readonly monitors: Monitors;
  readonly signal?: AbortSignal;
  readonly onPeriod?: (done: PastPeriod) => void;
}

/**
 * What the table would have given for what the sources say of these periods, by the very arithmetic of a report:
 * policy, credit, caps, bond. What a source does not have is told, not made up. Throws whatever else goes wrong.
 */
export async function backtest({
  periods,
  covered,
  monitors,
  signal,
  onPeriod,
}: BacktestOptions): Promise<PastPeriod[]> {
  const results: PastPeriod[] = [];
  let term: Terms | undefined;
  let purses = { as: newPurse(), ifDown: newPurse() };
  for (const { file, period } of periods) {
    signal?.throwIfAborted();
    if (file.terms !== term) purses = { as: newPurse(), ifDown: newPurse() };
    term = file.terms;
    const terms = onlyCovered(file.terms, covered);
    const result = await ofPeriod(file, period, covered, monitors, signal);
    const done = ((): PastPeriod => {
      if (Array.isArray(result)) return moneyOf(terms, period, result, purses);
      return result.kind === "not held" ? result : { ...result, silence: silenceOf(terms, period) };
    })();
    results.push(done);
    onPeriod?.(done);
  }
  return results;
}

interface Purse {
  credited: bigint;
  fromBond: bigint;
}

const newPurse = (): Purse => ({ credited: 0n, fromBond: 0n });

/** Objectives of measures that nothing is known of give no credit. */
function onlyCovered(terms: Terms, covered: readonly Covered[]): Terms {
  const known = new Set(covered.map(({ indicator }) => indicator));
  return { ...terms, objectives: terms.objectives.filter(({ indicator }) => known.has(indicator)) };
}

function moneyOf(
  terms: Terms,
  period: Period,
  counted: readonly Counted[],
  purses: { readonly as: Purse; readonly ifDown: Purse },
): PastPeriod {
  const isAssumed = counted.some(({ ifDown }) => ifDown !== undefined);
  const money = pay(terms, period, counted, purses.as, ({ measurement }) => measurement);
  const ifDown = pay(terms, period, counted, purses.ifDown, ({ ifDown: down, measurement }) => down ?? measurement);
  return { period, kind: "measured", counted, money, ifDown: isAssumed ? ifDown : undefined };
}

function pay(
  terms: Terms,
  period: Period,
  counted: readonly Counted[],
  purse: Purse,
  which: (one: Counted) => Measurement,
): PastMoney {
  const measurements = terms.indicators.map((_, i) => {
    const found = counted.find(({ indicator }) => indicator === i);
    return found === undefined ? { total: 0n, bad: 0n, excluded: 0n } : which(found);
  });
  return final(terms, period, creditOf(terms, period, measurements), purse);
}

function final(terms: Terms, { fee }: Period, wanted: bigint, purse: Purse): PastMoney {
  const bond = terms.bond - purse.fromBond;
  const { earned, fromBond, credit } = finalMoney(terms, { fee, credited: purse.credited, bond }, wanted);
  purse.credited += credit;
  purse.fromBond += fromBond;
  return { fee, credit, earned, fromBond };
}

const silenceOf = (terms: Terms, period: Period): PastMoney =>
  final(terms, period, silenceCreditOf(terms, period), newPurse());

type Unmeasured =
  Extract<PastPeriod, { kind: "not held" }> | Omit<Extract<PastPeriod, { kind: "no report" }>, "silence">;

async function ofPeriod(
  file: AgreementFile,
  period: Period,
  covered: readonly Covered[],
  monitors: Monitors,
  signal?: AbortSignal,
): Promise<Counted[] | Unmeasured> {
  const counted: Counted[] = [];
  for (const one of covered) {
    try {
      const found = await count(file, period, one, monitors, signal);
      const indicator = file.terms.indicators[one.indicator];
      const [problem] = indicator === undefined ? [] : checkMeasurement(indicator, period, found.measurement);
      if (problem !== undefined) return { period, kind: "no report", problem };
      counted.push(found);
    } catch (error) {
      if (isNotHeld(error)) return { period, kind: "not held", problem: error.problem };
      if (isRefused(error)) return { period, kind: "no report", problem: error.problem };
      throw error;
    }
  }
  return counted;
}

async function count(
  { terms, service, measures }: AgreementFile,
  period: Period,
  { indicator: place, name, source, opened, assumed }: Covered,
  monitors: Monitors,
  signal?: AbortSignal,
): Promise<Counted> {
  const indicator = terms.indicators[place];
  if (indicator === undefined) throw new RangeError(`no indicator ${place}`);
  const measure = measures[place];
  const policy = measure?.policy ?? assumed;
  const measured = { indicator, policy, ticketRule: measure?.tickets, label: `${name} of ${service}` };
  const numbered = { start: period.start, end: period.end, number: BigInt(period.index) };
  const { input } =
    opened === undefined || source.kind !== "monitor"
      ? await readSource(monitors, source, measured, numbered, signal)
      : await readOpened(opened, monitors, source, measured, numbered, signal);
  const { measurement, unknown } = countInput(input, period);
  const length = lengthOf(unknown);
  return {
    indicator: place,
    measurement,
    unknown: length,
    ...(assumed !== undefined && length > 0n ? { ifDown: countInput(withUnknownDown(input), period).measurement } : {}),
  };
}

const withUnknownDown = (input: IndicatorInput): IndicatorInput =>
  input.grade === "samples" ? { ...input, policy: { ...input.policy, unknown: "down" } } : input;
