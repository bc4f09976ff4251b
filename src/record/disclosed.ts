import { UpheldError } from "../errors.ts";
import type { CanonicalDowntime } from "../measure/outages.ts";
import type { DisclosureRule } from "../measure/policy.ts";
import { formatUtc } from "../measure/time.ts";
import { EVERY, type Period } from "../measure/types.ts";
import { merge, subtract } from "../measure/windows.ts";
import type { Measurement } from "../terms/types.ts";
import type { IncidentEntry, Journal } from "./journal.ts";

/** An outage: a longest run of seconds in which at least one instance was bad. */
export interface Outage extends Period {
  /** When the client was told of it within the limit; undefined: not in time. */
  readonly toldAt: bigint | undefined;
}

/** What was down and what was excluded of how many instances. */
export interface Instances {
  readonly downtime: CanonicalDowntime;
  readonly instances: bigint;
}

/** The longest runs of seconds in which an instance was bad: down and not excluded. */
export function badRuns({ downtime: { outages, exclusions }, instances }: Instances, period: Period): Period[] {
  const of = (spans: CanonicalDowntime["outages"], instance: number) =>
    merge(
      spans
        .filter((span) => span.instance === EVERY || span.instance === instance)
        .map(({ start, end }) => ({ start, end })),
    );
  const named = new Set([...outages, ...exclusions].map(({ instance }) => instance).filter((each) => each !== EVERY));
  // those that no window names are all alike
  const all = BigInt(named.size) < instances ? [EVERY, ...named] : [...named];
  return merge(all.flatMap((each) => subtract(of(outages, each), of(exclusions, each), period)));
}

/** When something was said of an incident that was not over, by its author's word, before `start`. */
function toldTimes({ at, updates, resolved }: IncidentEntry, start: bigint): bigint[] {
  if (resolved !== undefined && resolved.ended <= start) return [];
  return [at, ...updates.map((update) => update.at), ...(resolved === undefined ? [] : [resolved.at])];
}

/**
 * Each outage, with when the client was told: something was said of an incident not before `within` seconds ahead of its
 * first second, and not after as many seconds from it. So one disclosure covers a service that flaps, and an incident
 * left open for months covers nothing. An outage that runs as the period begins was told in time when the incident
 * was, and was still open.
 */
export function disclosures(
  seen: Instances,
  { within }: Pick<DisclosureRule, "within">,
  journal: Journal,
  period: Period,
): Outage[] {
  const limit = BigInt(within);
  const incidents = journal.filter((entry): entry is IncidentEntry => entry.what === "incident");
  return badRuns(seen, period).map(({ start, end }) => {
    const runsOn = start === period.start;
    const told = incidents
      .flatMap((incident) => toldTimes(incident, start))
      .filter((at) => at <= start + limit && (at >= start - limit || runsOn))
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return { start, end, toldAt: told[0] };
  });
}

/**
 * How many of the period's outages the client was not told of in time, `bad` of `total`. Pure. `now`: until when the record
 * was read; throws `record.too-early`, to be tried again, while an outage may still be told of in time.
 */
export function countUndisclosed(
  seen: Instances,
  rule: Pick<DisclosureRule, "within">,
  journal: Journal,
  period: Period,
  now?: bigint,
): Measurement {
  const outages = disclosures(seen, rule, journal, period);
  const untold = outages.filter(({ toldAt }) => toldAt === undefined);
  const open = untold.find(({ start }) => now !== undefined && start + BigInt(rule.within) >= now);
  if (open !== undefined) {
    throw new UpheldError({
      code: "record.too-early",
      message: `the client may still be told in time of the outage from ${formatUtc(open.start)}`,
      hint: `report after ${formatUtc(open.start + BigInt(rule.within))}`,
      retry: true,
    });
  }
  return { total: BigInt(outages.length), bad: BigInt(untold.length), excluded: 0n };
}
