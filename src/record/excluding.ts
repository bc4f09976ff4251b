import { UpheldError } from "../errors.ts";
import { countInput, type IndicatorInput } from "../evidence/build.ts";
import { RECORD_VANTAGE, type Remark } from "../evidence/notes.ts";
import { withinCap } from "../measure/cap.ts";
import { closedHours } from "../measure/hours.ts";
import type { Policy, RecordRule } from "../measure/policy.ts";
import { formatUtc } from "../measure/time.ts";
import { EVERY, type Period, type Window } from "../measure/types.ts";
import { intersect, merge, subtract } from "../measure/windows.ts";
import { answerBefore, leadOf, type AdviceEntry, type Journal, type MaintenanceEntry } from "./journal.ts";

/** Whether the rule lets this maintenance be excluded: of a kind it names, announced early enough, not taken back. */
export function counts(entry: MaintenanceEntry, rule: RecordRule): boolean {
  const ahead = entry.kind === "planned" ? rule.planned : rule.emergency;
  return ahead !== undefined && entry.retractedAt === undefined && leadOf(entry) >= BigInt(ahead);
}

/** Whether maintenance counts only where it is in the record. */
export const isFromRecord = (rule: RecordRule | undefined): boolean =>
  rule?.planned !== undefined || rule?.emergency !== undefined;

/** Windows of maintenance that the rule excludes, each citing its entry: those that share a second with the period. */
export function announcedWindows(journal: Journal, rule: RecordRule, period: Period): Window[] {
  return journal
    .filter((entry): entry is MaintenanceEntry => entry.what === "maintenance" && counts(entry, rule))
    .filter(({ start, end }) => start < period.end && end > period.start)
    .map(({ number, start, end }) => ({ start, end, instance: EVERY, cites: `maintenance ${number}` }));
}

/**
 * What an indicator rests on, with what the record excludes as the agreement's policy says: maintenance that was
 * announced early enough, in the order of time as far as the cap reaches, then outages that cite declined advice, as far
 * as there is something left of it. Remarks say which entry each exclusion cites. Pure; counts stay as they are stated.
 *
 * Throws `record.uncited` for an exclusion with no entry where the policy takes maintenance from the record alone, and
 * `record.advice` for advice that is not there, or was not declined before the outage began.
 */
export function withRecord(
  input: IndicatorInput,
  policy: Policy | undefined,
  journal: Journal,
  period: Period,
): IndicatorInput {
  const rule = policy?.record;
  if (input.grade === "totals") return input;
  const given = input.grade === "samples" ? input.maintenance : input.exclusions;
  const cited = given.filter(({ cites }) => cites !== undefined);
  const listed = given.filter(({ cites }) => cites === undefined);
  requireRule(rule, cited);
  if (policy === undefined || rule === undefined) return input;
  requireCited(rule, looseWindows(listed, policy, period));

  const excludedBy = (windows: readonly Window[]) =>
    countInput(withExclusions(input, windows), period).measurement.excluded;
  const cap = input.indicator.excludedCap;
  const announced = withinCap(announcedWindows(journal, rule, period), period, cap, (windows) =>
    excludedBy([...listed, ...windows]),
  );
  const claimed = cited.filter(({ start, end }) => start < period.end && end > period.start);
  for (const window of claimed) requireDeclined(window, beganBefore(window, input, journal, period), journal);
  const advised = withinCap(claimed, period, cap, (windows) => excludedBy([...listed, ...announced, ...windows]));
  const cites = [...announced, ...advised].filter(({ start, end }) => start < end);
  const remarks = [...(input.remarks ?? []), ...cites.map(remarkOf)];
  return { ...withExclusions(input, [...listed, ...cites]), remarks };
}

function withExclusions(input: Exclude<IndicatorInput, { grade: "totals" }>, windows: readonly Window[]) {
  return input.grade === "samples" ? { ...input, maintenance: windows } : { ...input, exclusions: windows };
}

const remarkOf = ({ start, end, cites = "" }: Window): Remark => ({
  vantage: RECORD_VANTAGE,
  start,
  end,
  reason: cites,
});

function requireRule(rule: RecordRule | undefined, [claim]: readonly Window[]): void {
  if (claim === undefined || rule?.declined === true) return;
  throw new UpheldError({
    code: "record.no-rule",
    message: `the exclusion from ${formatUtc(claim.start)} cites ${claim.cites ?? ""}, but the agreement's policy excludes nothing for declined advice`,
    hint: `a policy that does says "declined advice: is excluded"; leave the exclusion out`,
    ...(claim.line === undefined ? {} : { line: claim.line }),
  });
}

/** What is excluded for no reason of the policy: closed hours have one, and lists of outages carry them. */
function looseWindows(listed: readonly Window[], { hours }: Policy, period: Period): Window[] {
  const closed = hours === undefined ? [] : merge(closedHours(hours, period));
  return listed.filter((window) => subtract(intersect([window], [period]), closed, period).length > 0);
}

function requireCited(rule: RecordRule, [loose]: readonly Window[]): void {
  if (loose === undefined || !isFromRecord(rule)) return;
  throw new UpheldError({
    code: "record.uncited",
    message: `the exclusion from ${formatUtc(loose.start)} is in no entry of the record, from which the agreement's policy takes maintenance`,
    hint: "announce maintenance with `upheld record maintenance`, in time; leave this exclusion out",
    ...(loose.line === undefined ? {} : { line: loose.line }),
  });
}

/**
 * When what the window excludes began, at the latest: with the first outage in it, or with the incident that the provider
 * disclosed of it, whichever was earlier. Of an outage that runs as the period begins no more is known than that.
 */
function beganBefore(
  window: Window,
  input: Exclude<IndicatorInput, { grade: "totals" }>,
  journal: Journal,
  period: Period,
): bigint | undefined {
  const touches = (start: bigint, end: bigint) => start < window.end && end > window.start;
  const { instance = EVERY } = window;
  const lead = input.grade === "samples" && input.policy.counts === "beyond" ? BigInt(input.policy.minimum) : 0n;
  const outages = countInput(withExclusions(input, []), period)
    .downtime.outages.filter((span) => instance === EVERY || span.instance === EVERY || span.instance === instance)
    .filter(({ start, end }) => touches(start, end))
    .map(({ start }) => start - lead);
  if (outages.length === 0) return undefined;
  const incidents = journal.flatMap((entry) =>
    entry.what === "incident" && touches(entry.began, entry.resolved?.ended ?? period.end) ? [entry.began] : [],
  );
  return [...outages, ...incidents].reduce((first, time) => (time < first ? time : first));
}

function requireDeclined({ cites = "", start, line }: Window, began: bigint | undefined, journal: Journal): void {
  const place = line === undefined ? {} : { line };
  const refused = (message: string, hint: string) =>
    new UpheldError({ code: "record.advice", message: `${cites}: ${message}`, hint, ...place });
  const number = Number(cites.replace("advice ", ""));
  const advice = journal.find((entry): entry is AdviceEntry => entry.what === "advice" && entry.number === number);
  if (advice === undefined) throw refused("the record has no such advice", "`upheld record list` shows what it has");
  if (began === undefined) {
    throw refused(`nothing was down from ${formatUtc(start)}, so there is nothing to exclude`, "correct the exclusion");
  }
  const answer = answerBefore(advice, began);
  if (answer === "declined") return;
  const declined = advice.answers.find((each) => each.answer === "declined");
  const late =
    declined === undefined
      ? "the client has not declined it"
      : answer === "accepted"
        ? "the client had accepted it by then"
        : `the client declined it ${formatUtc(declined.at)}`;
  throw refused(
    `what it would excuse began ${formatUtc(began)}; ${late}`,
    "only advice that was declined before an incident began excuses it; leave the exclusion out",
  );
}
