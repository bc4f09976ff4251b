import { constants, createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { csvMonitor, readWindows } from "../measure/csv.ts";
import type { Policy } from "../measure/policy.ts";
import type { TicketRule } from "../measure/tickets.ts";
import { formatUtc, later } from "../measure/time.ts";
import type { Period } from "../measure/types.ts";
import { keptUntil, missedIn } from "../monitors/kept.ts";
import type { Monitors, OpenedMonitor } from "../monitors/open.ts";
import type { SampleServer } from "../monitors/types.ts";
import type { MonitorSource, Source, TicketsSource } from "../oracle/config.ts";
import { readCountsFile } from "../oracle/counts.ts";
import { maintenanceOf } from "../oracle/monitored.ts";
import { problemOf } from "../oracle/prepare.ts";
import { readTicketSource } from "../oracle/ticket-source.ts";
import { periodOf } from "../terms/calendar.ts";
import { formatDuration, formatSpan, plural } from "../terms/format.ts";
import type { Terms } from "../terms/types.ts";
import { bad, fromProblem, ok, type Check, type Finding } from "./finding.ts";
import { judgeSamples, seriesIn } from "./samples.ts";

/** One measure of an agreement, where it is read, and what should be there. */
export interface Examined {
  readonly about: string;
  readonly terms: Terms;
  /** Place among the terms' indicators. */
  readonly indicator: number;
  readonly policy: Policy | undefined;
  /** Which tickets are late, where tickets are counted. */
  readonly ticketRule?: TicketRule | undefined;
  readonly source: Source;
  /** The period that is running or due, if the agreement runs. */
  readonly period: (Period & { readonly number: bigint; readonly isDue: boolean }) | undefined;
}

export interface Surroundings {
  readonly monitors: Monitors;
  /** This computer's clock, UTC seconds. */
  readonly now: () => number;
  /** How many days are looked at. */
  readonly days: number;
  readonly signal?: AbortSignal;
}

const DAY = 86_400n;
const SKEW = { warning: 5, problem: 60 };
/** Two days without a look, and a monitor that keeps that long has lost nothing yet. */
const COLLECTED = 172_800n;

/** Everything about one source. Never throws but when aborted: what goes wrong is a finding. */
export async function checkSource(examined: Examined, around: Surroundings): Promise<Finding[]> {
  const { about, source } = examined;
  if (source.kind === "counts") return checkCounts(examined, source.counts);
  const week = {
    start: BigInt(Math.floor(around.now())) - BigInt(around.days) * DAY,
    end: BigInt(Math.floor(around.now())),
  };
  if (source.kind === "outages") {
    return tried("source", about, async () => {
      const { outages } = await csvMonitor(source.outages, source.exclusions).read(examined.period ?? week);
      const found = `${plural(outages.length, "outage")} of ${spanOf(examined, around)}`;
      return [ok("source", about, `${source.outages} can be read: ${found}`)];
    });
  }
  if (source.kind === "tickets") return checkTickets(examined, source, around, week);
  const found = await tried("source", about, async () => {
    // what is kept is judged as the monitor itself: it is where trouble begins
    const opened = around.monitors.open(source.monitor);
    const announced = await checkMaintenance(examined, around, week);
    return [...(await checkOpened(opened, examined, around, week)), ...announced];
  });
  if (source.keptIn === undefined) return found;
  return [...found, ...(await checkKept(examined, source, source.keptIn, around))];
}

/** The export is read as it will be for the report. */
async function checkTickets(
  examined: Examined,
  source: TicketsSource,
  around: Surroundings,
  week: Period,
): Promise<Finding[]> {
  const { about, terms, indicator: i, ticketRule, period } = examined;
  const indicator = terms.indicators[i];
  return tried("source", about, async () => {
    if (indicator === undefined || ticketRule === undefined) {
      // no rule is known without the agreement's file: then it is enough that the export can be read
      await access(source.file, constants.R_OK);
      return [ok("source", about, `${source.file} can be read`)];
    }
    const { input } = await readTicketSource(source, indicator, ticketRule, period ?? week);
    const { total, bad: late } = input.grade === "totals" ? input.measurement : { total: 0n, bad: 0n };
    const found = `${plural(total, "ticket")} of ${spanOf(examined, around)}, ${late} late`;
    return [ok("source", about, `${source.file} can be read: ${found}`)];
  });
}

/** What a file of a period is read for: what of it has passed, or the last days where none runs. */
const spanOf = ({ period }: Examined, around: Surroundings): string =>
  period === undefined ? lastDays(around) : "the period so far";

const lastDays = ({ days }: Surroundings): string => `the last ${plural(days, "day")}`;

async function tried(check: Check, about: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    return [fromProblem(check, about, problemOf(error))];
  }
}

async function checkCounts({ about, period }: Examined, file: string): Promise<Finding[]> {
  return tried("source", about, async () => {
    if (period?.isDue !== true) {
      const isThere = await access(file, constants.R_OK).then(
        () => true,
        () => false,
      );
      if (!isThere)
        return [
          bad(
            "warning",
            "source",
            about,
            `${file} is not there, or cannot be read`,
            "it must have a line for the period once that is over",
          ),
        ];
      return [ok("source", about, `${file} is asked for a line once the period is over`)];
    }
    const { bad: units, total } = await readCountsFile(file, period);
    return [ok("source", about, `${file} has period ${period.number}: ${units} bad of ${total}`)];
  });
}

async function checkMaintenance({ about, source }: Examined, around: Surroundings, week: Period): Promise<Finding[]> {
  if (source.kind !== "monitor") return [];
  if (source.exclusions === undefined && source.maintenance === undefined) return [];
  return tried("source", `${about}, maintenance`, async () => {
    if (source.exclusions !== undefined) {
      await readWindows(createReadStream(source.exclusions), source.exclusions, week, "exclusion");
    }
    const { windows } = await maintenanceOf(around.monitors, source, week, around.signal);
    return [
      ok("source", `${about}, maintenance`, `can be read: ${plural(windows.length, "window")} in ${lastDays(around)}`),
    ];
  });
}

async function checkOpened(
  opened: OpenedMonitor,
  examined: Examined,
  around: Surroundings,
  week: Period,
): Promise<Finding[]> {
  const { about, policy, terms, indicator } = examined;
  if (opened.kind === "outages") {
    const { outages } = await opened.monitor.read(week);
    return [ok("source", about, `answers: ${plural(outages.length, "outage")} in ${lastDays(around)}`)];
  }
  if (policy === undefined) {
    const hint =
      "an agreement that was made without `policy` is reported from outages or counts; docs/agreement-file.md";
    return [
      bad(
        "problem",
        "source",
        about,
        "samples do not become counts without a policy, and the agreement's file has none",
        hint,
      ),
    ];
  }
  const { server } = opened.monitor;
  if (server === undefined) {
    return [ok("source", about, `${opened.monitor.source}: a file is judged when it is read`)];
  }
  const clock = await clockOf(server, around);
  const end = BigInt(Math.floor(Math.min(around.now(), clock.theirs))) - BigInt(server.settle);
  const window = { start: end - BigInt(around.days) * DAY, end };
  const series = await seriesIn(server.rest(window, around.signal), policy);
  const ups = opened.up?.server;
  const up = ups === undefined ? [] : await seriesIn(ups.rest(window, around.signal), { ...policy, scale: 1 });
  return [
    ...judgeSamples(series, up, { about, terms, indicator, policy, window }),
    ...judgeClock(about, clock),
    ...(await checkRetention(opened, server, examined, around, end)),
  ];
}

async function clockOf(server: SampleServer, { now, signal }: Surroundings) {
  const before = now();
  const theirs = await server.clock(signal);
  return { theirs, ours: (before + now()) / 2 };
}

/** Whether two clocks, in UTC seconds, are near enough. */
export function judgeClock(about: string, { theirs, ours }: { theirs: number; ours: number }): Finding[] {
  const skew = Math.abs(theirs - ours);
  const text = `the monitor's clock is ${formatDuration(BigInt(Math.round(skew)))} ${theirs > ours ? "ahead of" : "behind"} this computer's`;
  if (skew <= SKEW.warning) return [ok("clock", about, "the monitor's clock and this computer's agree")];
  const hint =
    "let both systems keep their time (timedatectl set-ntp true): when something was down goes by the monitor's";
  return [bad(skew > SKEW.problem ? "problem" : "warning", "clock", about, text, hint)];
}

/** How long samples are needed: from before the period's start until nobody may dispute its report any more. */
export function neededFor(terms: Terms, slot: number): { readonly report: bigint; readonly dispute: bigint } {
  const lengths = Array.from({ length: terms.periods }, (_, k) => periodOf(terms, k)).map(
    ({ start, end }) => end - start,
  );
  const longest = lengths.reduce(later, 0n);
  const report = longest + BigInt(slot) + terms.reportWindow;
  return { report, dispute: report + terms.disputeWindow };
}

const KEEP = "start it with --storage.tsdb.retention.time=100d, or let upheld collect keep the samples (kept in)";

async function checkRetention(
  opened: Extract<OpenedMonitor, { kind: "samples" }>,
  server: SampleServer,
  { about, terms, policy, source, period }: Examined,
  { signal }: Surroundings,
  now: bigint,
): Promise<Finding[]> {
  const isKept = source.kind === "monitor" && source.keptIn !== undefined;
  const keeps = await server.retention(signal);
  const { report, dispute } = neededFor(terms, policy?.slot ?? 0);
  if (isKept) {
    if (keeps === undefined || keeps >= COLLECTED) return [];
    const message = `the monitor keeps ${formatSpan(keeps)}: collect may not stand still that long`;
    return [bad("warning", "retention", about, message, "keep a few days at least")];
  }
  const found: Finding[] = [];
  if (keeps === undefined) {
    const message = `it does not say for how long it keeps samples; ${formatSpan(roundUp(dispute))} are needed`;
    found.push(
      bad("warning", "retention", about, message, "see that it deletes by time, not by size, and late enough"),
    );
  } else if (keeps < report) {
    const message = `it keeps ${formatSpan(keeps)}; a period, and the window for its report, take ${formatSpan(roundUp(report))}`;
    found.push(bad("problem", "retention", about, message, KEEP));
  } else if (keeps < dispute) {
    const message = `it keeps ${formatSpan(keeps)}: enough to report, but in a dispute, ${formatSpan(roundUp(dispute))} on, the first days are gone`;
    found.push(bad("warning", "retention", about, message, KEEP));
  } else
    found.push(ok("retention", about, `it keeps ${formatSpan(keeps)}, ${formatSpan(roundUp(dispute))} are needed`));
  return [...found, ...(await checkStillThere(opened, about, period, policy, now, signal))];
}

const roundUp = (seconds: bigint): bigint => ((seconds + DAY - 1n) / DAY) * DAY;

/** Whether the period that is to be reported next is all there, now. */
async function checkStillThere(
  { monitor }: Extract<OpenedMonitor, { kind: "samples" }>,
  about: string,
  period: Examined["period"],
  policy: Policy | undefined,
  now: bigint,
  signal?: AbortSignal,
): Promise<Finding[]> {
  if (period === undefined) return [];
  const start = period.start - BigInt(policy?.slot ?? 0);
  const day = { start, end: start + DAY < now ? start + DAY : now };
  if (day.start >= day.end) return [];
  return tried("retention", about, async () => {
    for await (const { samples } of monitor.read(day, signal)) if (samples.length > 0) break;
    return [ok("retention", about, `it has period ${period.number} from its start, ${formatUtc(period.start)}, on`)];
  });
}

async function checkKept(
  { about, period, policy }: Examined,
  { monitor }: MonitorSource,
  folder: string,
  { now, monitors, signal }: Surroundings,
): Promise<Finding[]> {
  return tried("retention", about, async () => {
    const hint = "run upheld collect, as a service or from cron";
    const until = await keptUntil(folder);
    if (until === undefined) return [bad("problem", "retention", folder, "nothing is kept there yet", hint)];
    const age = BigInt(Math.floor(now())) - until;
    if (age > DAY) {
      return [bad("problem", "retention", folder, `nothing was collected since ${formatUtc(until)}`, hint)];
    }
    const missed = (await missedIn(folder)).filter(({ end }) => period === undefined || end > period.start);
    const lost = missed.map(({ start, end }) => `${formatUtc(start)} to ${formatUtc(end)}`).join(", ");
    const opened = monitors.kept(folder, monitor.prometheus?.["monitored since"]);
    return [
      ok("retention", folder, `kept up to ${formatUtc(until)}`),
      ...(missed.length === 0
        ? []
        : [
            bad(
              "warning",
              "retention",
              folder,
              `not collected in time, so unknown: ${lost}`,
              "let collect run more often",
            ),
          ]),
      ...(opened.kind === "samples" ? await checkStillThere(opened, about, period, policy, until, signal) : []),
    ];
  });
}
