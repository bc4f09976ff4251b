import { assumePolicy } from "../backtest/assumed.ts";
import type { PlacedPeriod } from "../backtest/run.ts";
import type { Covered, PastMoney, PastPeriod } from "../backtest/types.ts";
import { plainMoney } from "../format.ts";
import { formatUtc } from "../measure/time.ts";
import { remembered } from "../monitors/remembered.ts";
import type { Monitors, OpenedMonitor } from "../monitors/open.ts";
import type { MonitorSource, Source } from "../oracle/config.ts";
import { openSource } from "../oracle/monitored.ts";
import type { AgreementFile } from "../terms/file.ts";
import { formatAmount, formatDuration, formatRatio, formatTime, plural } from "../terms/format.ts";
import { Unit } from "../terms/types.ts";
import { usage } from "./job.ts";

/** Which source is for which measure, by the measure's place. */
export type Sources = ReadonlyMap<number, Source>;

/** Opens what is read of the past; where samples have no policy in the file one is assumed. */
export async function cover(
  sources: Sources,
  file: AgreementFile,
  periods: readonly PlacedPeriod[],
  monitors: Monitors,
  signal: AbortSignal,
): Promise<Covered[]> {
  const covered: Covered[] = [];
  for (const [indicator, source] of [...sources].sort(([a], [b]) => a - b)) {
    const opened = source.kind === "monitor" ? openPast(monitors, source) : undefined;
    const measure = file.measures[indicator];
    const isOpen = opened?.kind === "samples" && measure?.policy === undefined;
    const tellsPlaces = source.kind === "monitor" && source.monitor.prometheus?.["vantage label"] !== undefined;
    const isServer = source.kind === "monitor" && source.monitor.prometheus !== undefined;
    const assumed = isOpen
      ? await assumePolicy(
          opened.monitor,
          periods.map(({ period }) => period),
          tellsPlaces || !isServer,
          signal,
        )
      : undefined;
    covered.push({ indicator, name: measure?.name ?? `measure ${indicator + 1}`, source, opened, assumed });
  }
  return covered;
}

/** A file of samples is asked for one month after the other: it is read once. */
function openPast(monitors: Monitors, source: MonitorSource): OpenedMonitor {
  const opened = openSource(monitors, source);
  if (opened.kind !== "samples" || opened.isFile !== true) return opened;
  return { ...opened, monitor: remembered(opened.monitor) };
}

/** What a measure is called on the command line, or the only one that time is counted of. */
export function measureFor(
  name: string | undefined,
  { measures, terms }: AgreementFile,
  taken: ReadonlySet<number>,
): number {
  if (name !== undefined) return placeOf(name, measures);
  const timed = terms.indicators.flatMap(({ unit }, i) =>
    (unit === Unit.Seconds || unit === Unit.Days) && !taken.has(i) ? [i] : [],
  );
  const [only, ...others] = timed;
  if (only === undefined) {
    throw usage(
      "the table has no measure of seconds or days that a monitor could tell",
      "Give counts: --counts measure=FILE.csv.",
    );
  }
  if (others.length === 0) return only;
  throw usage(
    "it is not clear which measure the monitor is for",
    `Say --measure NAME: ${timed.map((i) => measures[i]?.name).join(", ")}.`,
  );
}

/** The place of a measure by its name or its number from 1. */
export function placeOf(name: string, measures: AgreementFile["measures"]): number {
  const found = measures.findIndex((measure, i) => measure.name === name || String(i + 1) === name);
  if (found >= 0) return found;
  throw usage(`there is no measure "${name}"`, `There are ${measures.map((measure) => measure.name).join(", ")}.`);
}

const monthOf = (start: bigint): string => {
  const text = formatUtc(start);
  return text.endsWith("-01T00:00:00Z") ? text.slice(0, 7) : formatTime(start);
};

/** Month by month, and together. */
export function pastText(past: readonly PastPeriod[], covered: readonly Covered[], file: AgreementFile): string[] {
  const { decimals, symbol } = file.token;
  const money = (amount: bigint) => formatAmount(amount, decimals);
  const isUnknown = past.some((one) => one.kind === "measured" && one.counted.some(({ unknown }) => unknown > 0n));
  const rows = [headOf(covered, file, isUnknown), ...past.map((one) => rowOf(one, covered, file, isUnknown, money))];
  const numbers = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: numbers }, (_, i) =>
    Math.max(...rows.map((row) => (row.length > 2 ? (row[i] ?? "").length : i === 0 ? (row[0] ?? "").length : 0))),
  );
  const lines = rows.map((row) => {
    if (row.length === 2) return `${(row[0] ?? "").padEnd(widths[0] ?? 0)}  ${row[1] ?? ""}`;
    const cells = row.map((cell, i) =>
      i >= numbers - 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    );
    return cells.join("  ").trimEnd();
  });
  return [...lines, "", ...sumText(past, symbol, money), ...hintsOf(past)];
}

function headOf(covered: readonly Covered[], { terms }: AgreementFile, isUnknown: boolean): string[] {
  const isAlone = covered.length === 1;
  const heads = covered.flatMap(({ indicator, name }) => {
    const isSeconds = terms.indicators[indicator]?.unit === Unit.Seconds;
    if (!isSeconds) return [name];
    return isAlone ? ["down", "uptime"] : [`${name}: down`, "uptime"];
  });
  return ["period", ...heads, ...(isUnknown ? ["unknown"] : []), "credit", "paid"];
}

function rowOf(
  one: PastPeriod,
  covered: readonly Covered[],
  { terms }: AgreementFile,
  isUnknown: boolean,
  money: (amount: bigint) => string,
): string[] {
  const name = monthOf(one.period.start);
  if (one.kind === "not held") return [name, `not held: ${one.problem.message}`];
  if (one.kind === "no report") {
    return [name, `no report: ${one.problem.message}; silence gives ${money(one.silence.credit)}`];
  }
  const seconds = (amount: bigint) => (amount === 0n ? "–" : formatDuration(amount));
  const cells = covered.flatMap(({ indicator }) => {
    const found = one.counted.find((counted) => counted.indicator === indicator);
    const { total, bad } = found?.measurement ?? { total: 0n, bad: 0n };
    const isSeconds = terms.indicators[indicator]?.unit === Unit.Seconds;
    return isSeconds ? [seconds(bad), formatRatio(total - bad, total)] : [`${bad} of ${total}`];
  });
  const unknown = one.counted.reduce((sum, counted) => sum + counted.unknown, 0n);
  const { credit, earned } = one.money;
  return [name, ...cells, ...(isUnknown ? [seconds(unknown)] : []), credit === 0n ? "–" : money(credit), money(earned)];
}

function sumText(past: readonly PastPeriod[], symbol: string, money: (amount: bigint) => string): string[] {
  const { measured, notHeld, refused, sum, ifDown } = sumsOf(past);
  if (measured === 0) return ["Nothing could be measured."];
  const counts = [
    `${plural(measured, "period")}: ${money(sum.credit)} of ${money(sum.fee)} ${symbol} back to the client, ${formatRatio(sum.credit, sum.fee)}; ${money(sum.earned)} paid`,
    ...(sum.fromBond === 0n ? [] : [`${money(sum.fromBond)} of the credits from the bond`]),
  ];
  return [
    `${counts.join("; ")}.`,
    ...(ifDown === undefined || ifDown.credit === sum.credit
      ? []
      : [`Had all unknown time been down: ${money(ifDown.credit)} back.`]),
    ...(notHeld === 0
      ? []
      : [`Not in it: ${plural(notHeld, "period")} that the monitor does not have. Nothing is made up for them.`]),
    ...(refused === 0 ? [] : [`Not in it: ${plural(refused, "period")} that could not have been reported.`]),
  ];
}

const hintsOf = (past: readonly PastPeriod[]): string[] => {
  const hints = past.flatMap((one) =>
    one.kind !== "measured" && one.problem.hint !== undefined ? [one.problem.hint] : [],
  );
  return [...new Set(hints)].map((hint) => `  ${hint}`);
};

/** The sums over what was measured. */
export function sumsOf(past: readonly PastPeriod[]) {
  const measured = past.filter((one) => one.kind === "measured");
  const sum = added(measured.map(({ money }) => money));
  const down = added(measured.map(({ money, ifDown }) => ifDown ?? money));
  return {
    measured: measured.length,
    notHeld: past.filter(({ kind }) => kind === "not held").length,
    refused: past.filter(({ kind }) => kind === "no report").length,
    sum,
    ifDown: measured.some(({ ifDown }) => ifDown !== undefined) ? down : undefined,
  };
}

const added = (all: readonly PastMoney[]): PastMoney =>
  all.reduce(
    (sum, one) => ({
      fee: sum.fee + one.fee,
      credit: sum.credit + one.credit,
      earned: sum.earned + one.earned,
      fromBond: sum.fromBond + one.fromBond,
    }),
    { fee: 0n, credit: 0n, earned: 0n, fromBond: 0n },
  );

/** For `--json`: money in whole tokens as texts, counts in units. */
export function pastData(past: readonly PastPeriod[], covered: readonly Covered[], { token }: AgreementFile) {
  const plain = (money: PastMoney) =>
    Object.fromEntries(
      (["fee", "credit", "earned", "fromBond"] as const).map((name) => [name, plainMoney(money[name], token.decimals)]),
    );
  const { sum, ifDown, ...counts } = sumsOf(past);
  const nameOf = (indicator: number) => covered.find((one) => one.indicator === indicator)?.name;
  return {
    periods: past.map((one) => {
      const place = { start: formatUtc(one.period.start), end: formatUtc(one.period.end), outcome: one.kind };
      if (one.kind === "not held") return { ...place, problem: one.problem };
      if (one.kind === "no report") return { ...place, problem: one.problem, silence: plain(one.silence) };
      const measures = one.counted.map(({ indicator, measurement, unknown }) => ({
        measure: nameOf(indicator),
        ...measurement,
        unknown,
      }));
      return {
        ...place,
        measures,
        ...plain(one.money),
        ...(one.ifDown === undefined ? {} : { ifUnknownIsDown: plain(one.ifDown) }),
      };
    }),
    together: { ...counts, ...plain(sum), ...(ifDown === undefined ? {} : { ifUnknownIsDown: plain(ifDown) }) },
  };
}

/** One line for each period; what was not measured has empty cells. */
export function pastCsv(past: readonly PastPeriod[], covered: readonly Covered[], { token }: AgreementFile): string[] {
  const heads = covered.flatMap(({ name }) => ["total", "bad", "excluded", "unknown"].map((what) => `${name} ${what}`));
  const lines = past.map((one) => {
    const place = [formatUtc(one.period.start), formatUtc(one.period.end), one.kind];
    if (one.kind !== "measured") return [...place, ...heads.map(() => ""), "", "", ""];
    const counts = covered.flatMap(({ indicator }) => {
      const { measurement, unknown } = one.counted.find((counted) => counted.indicator === indicator) ?? {};
      return [measurement?.total, measurement?.bad, measurement?.excluded, unknown].map((count) => String(count ?? ""));
    });
    const { fee, credit, earned } = one.money;
    return [...place, ...counts, ...[fee, credit, earned].map((amount) => plainMoney(amount, token.decimals))];
  });
  const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [["start", "end", "outcome", ...heads, "fee", "credit", "paid"], ...lines].map((line) =>
    line.map(quoted).join(","),
  );
}
