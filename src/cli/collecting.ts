import { dirname, resolve } from "node:path";
import { UpheldError } from "../errors.ts";
import { formatUtc } from "../measure/time.ts";
import { collect, type Collected, type Collecting } from "../monitors/collect.ts";
import { Monitors } from "../monitors/open.ts";
import type { Services } from "../monitors/types.ts";
import { readConfig, type MonitorSource } from "../oracle/config.ts";
import { textOf } from "../oracle/groups.ts";
import { problemOf } from "../oracle/prepare.ts";
import type { Problem } from "../errors.ts";
import type { NamedSource } from "./given-source.ts";
import { usage } from "./job.ts";
import { plural } from "../terms/format.ts";

/** So many seconds without a sample are worth a word. */
const LONG = 600n;

/** One monitor to collect from, and what people call it. */
export interface Task extends Collecting {
  readonly label: string;
}

export type Outcome = { readonly task: Task } & (
  { readonly done: Collected; readonly problem?: undefined } | { readonly done?: undefined; readonly problem: Problem }
);

/** All that a config keeps of its monitors: every source with `kept in`. */
export function tasksOf(file: string, services: Services, since: bigint): Task[] {
  const { agreements } = readConfig(file);
  const monitors = new Monitors(services, (name) => resolve(dirname(resolve(file)), name));
  const kept = agreements.flatMap(({ ref, sources }) =>
    [...sources].flatMap(([name, source]) =>
      source.kind === "monitor" && source.keptIn !== undefined ? [{ label: `${ref}: ${name}`, source }] : [],
    ),
  );
  if (kept.length === 0) {
    throw new UpheldError({
      code: "collect.nothing",
      message: "The config keeps nothing: no source has the key `kept in`.",
      hint: "Write `kept in: FOLDER` beside prometheus; docs/monitors.md shows it.",
      file,
    });
  }
  refuseShared(kept, file);
  return kept.map(({ label, source }) => taskOf(label, source, source.keptIn ?? "", monitors, since));
}

/** Two monitors in one folder could not be told apart. The same one for two agreements is collected once. */
function refuseShared(kept: { label: string; source: MonitorSource }[], file: string): void {
  for (const [folder, group] of Map.groupBy(kept, ({ source }) => source.keptIn ?? "")) {
    const [first, ...others] = group;
    const text = textOf(first?.source.monitor);
    const other = others.find(({ source }) => textOf(source.monitor) !== text);
    if (other !== undefined) {
      throw new UpheldError({
        code: "collect.folder-twice",
        message: `${first?.label ?? ""} and ${other.label} are kept in one folder, ${folder}.`,
        hint: "Give each monitor a folder of its own.",
        file,
      });
    }
    for (const same of others) kept.splice(kept.indexOf(same), 1);
  }
}

/** The one monitor of a command line. */
export function taskFor({ source, path }: NamedSource, into: string, services: Services, since: bigint): Task {
  if (source.kind !== "monitor") {
    throw usage("a file forgets nothing: there is nothing to collect", "Name a monitor: --prometheus http://…");
  }
  return taskOf(into, source, resolve(into), new Monitors(services, path), since);
}

function taskOf(label: string, { monitor }: MonitorSource, folder: string, monitors: Monitors, since: bigint): Task {
  const opened = monitors.open(monitor);
  if (opened.kind !== "samples")
    throw usage(`the monitor for ${label} gives outages, not samples: there is nothing to collect`);
  const began = monitor.prometheus?.["monitored since"] ?? 0n;
  return {
    label,
    folder,
    monitor: opened.monitor,
    ...(opened.up === undefined ? {} : { up: opened.up }),
    since: began > since ? began : since,
  };
}

/** One after the other; one that fails does not hold the others back. Throws only when aborted, or by a defect. */
export async function collectAll(
  tasks: readonly Task[],
  services: Services,
  signal: AbortSignal,
  done: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const task of tasks) {
    signal.throwIfAborted();
    const outcome = await tried(task, services, signal);
    done(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function tried(task: Task, services: Services, signal: AbortSignal): Promise<Outcome> {
  try {
    return { task, done: await collect(task, services, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { task, problem: problemOf(error) };
  }
}

/** `kept/harbor: 2,880 samples of 1 place, to 2025-10-09T14:43:00Z` */
export function outcomeText({ task: { label }, done, problem }: Outcome): string[] {
  if (done === undefined) {
    const { message, code, hint, file } = problem;
    const place = file === undefined ? "" : `${file}: `;
    return [`${label}: ${place}${message} [${code}]`, ...(hint === undefined ? [] : [`  ${hint}`])];
  }
  const { start, end, samples, places, missed } = done;
  const what =
    start >= end
      ? "nothing new"
      : `${plural(samples, "sample")} of ${plural(places.length, "place")}, ${formatUtc(start)} to ${formatUtc(end)}`;
  const isSilent = end - start > LONG && samples === 0;
  return [
    `${label}: ${what}`,
    ...(isSilent ? ["  the monitor has no sample of that time: it is a hole"] : []),
    ...(missed === undefined ? [] : [`  lost ${formatUtc(missed.start)} to ${formatUtc(missed.end)}, ${missed.why}`]),
  ];
}

/** The same for machines. */
export const outcomeData = ({ task: { label, folder }, done, problem }: Outcome) => ({
  source: label,
  folder,
  ...(done === undefined
    ? { problem }
    : { ...done, start: formatUtc(done.start), end: formatUtc(done.end), missed: done.missed }),
});
