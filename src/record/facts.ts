import { countInput, type Counted, type EvidenceInput, type IndicatorInput } from "../evidence/build.ts";
import { RECORD_VANTAGE } from "../evidence/notes.ts";
import { closedHours } from "../measure/hours.ts";
import type { Period } from "../measure/types.ts";
import { intersect, lengthOf, merge, subtract } from "../measure/windows.ts";
import type { Indicator } from "../terms/types.ts";
import { badRuns } from "./disclosed.ts";
import {
  isOpen,
  leadOf,
  standingAnswer,
  type AdviceEntry,
  type IncidentEntry,
  type Journal,
  type MaintenanceEntry,
} from "./journal.ts";

/**
 * Facts of the record for a page, a statement or a notice: never a score. Pure; all times are UTC seconds, lengths whole
 * seconds.
 */

/** An outage, and when the client was told of it. */
export interface OutageFact extends Period {
  /** Id of the indicator that counted it. */
  readonly indicator: number;
  /** Number of the incident that overlaps it, by its author's word; undefined: the client was not told. */
  readonly incident: number | undefined;
  /** When that was told; of an incident that began before, what was told since, else its last word: maybe long before. */
  readonly toldAt: bigint | undefined;
  /** Seconds from the first bad second until the client was told, 0 when it knew before; undefined: not told. */
  readonly toldAfter: bigint | undefined;
}

/** Why time does not count. */
export type ExclusionReason =
  | {
      readonly what: "maintenance";
      readonly entry: number;
      readonly kind: MaintenanceEntry["kind"];
      readonly announcedAt: bigint;
      /** Seconds from the announcement to the start. */
      readonly ahead: bigint;
    }
  | { readonly what: "advice"; readonly entry: number; readonly declinedAt: bigint | undefined }
  /** Listed by whoever measured, with no entry of the record. */
  | { readonly what: "listed" }
  /** By the policy: outside the hours that count, or the samples do not tell. */
  | { readonly what: "closed" | "unknown" };

/** A stretch of time that does not count, with one of the reasons that it has. */
export interface ExclusionFact extends Period {
  readonly indicator: number;
  /** 0: every instance. */
  readonly instance: number;
  readonly seconds: bigint;
  readonly reason: ExclusionReason;
}

/** What an indicator may exclude in this period, in its units, as its terms and its counts say. */
export interface CapFact {
  readonly indicator: number;
  readonly cap: bigint;
  readonly used: bigint;
  readonly left: bigint;
}

/** One period as its evidence and the record tell it. */
export interface PeriodFacts {
  readonly outages: readonly OutageFact[];
  readonly exclusions: readonly ExclusionFact[];
  readonly caps: readonly CapFact[];
}

/** The record as it stands. */
export interface RecordFacts {
  /** Announced, not taken back and not over, by their start. */
  readonly maintenanceAhead: readonly MaintenanceEntry[];
  /** Disclosed and not resolved. */
  readonly incidentsOpen: readonly IncidentEntry[];
  /** Advice without an answer, or put off. */
  readonly adviceOpen: readonly AdviceEntry[];
  readonly adviceDeclined: readonly AdviceEntry[];
  readonly adviceAccepted: readonly AdviceEntry[];
}

/** What the record says now. */
export function recordFacts(journal: Journal, now: bigint): RecordFacts {
  const advice = journal.filter((entry): entry is AdviceEntry => entry.what === "advice");
  const answered = (answer: "declined" | "accepted") => advice.filter((entry) => standingAnswer(entry) === answer);
  return {
    maintenanceAhead: journal
      .filter((entry): entry is MaintenanceEntry => entry.what === "maintenance")
      .filter(({ retractedAt, end }) => retractedAt === undefined && end > now)
      .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.number - b.number)),
    incidentsOpen: journal.filter(
      (entry): entry is IncidentEntry => entry.what === "incident" && entry.resolved === undefined,
    ),
    adviceOpen: advice.filter(isOpen),
    adviceDeclined: answered("declined"),
    adviceAccepted: answered("accepted"),
  };
}

/**
 * A period's outages and exclusions, from the evidence (`inputOf` of a file) and the record. `indicators` are the terms' as
 * `indicatorsIn` has them for the period: its caps are scaled where it is cut.
 */
export function periodFacts(
  { indicators: inputs, period }: Pick<EvidenceInput, "indicators" | "period">,
  indicators: readonly Indicator[],
  journal: Journal,
): PeriodFacts {
  const counted = inputs.map((input) => ({ input, ...countInput(input, period) }));
  return {
    outages: counted.flatMap(({ id, downtime, input }) => {
      const runs = badRuns({ downtime, instances: input.indicator.instances }, period);
      return runs.map((run) => outageFact(id, run, journal, period));
    }),
    exclusions: counted.flatMap((each) => exclusionFacts(each, journal, period)),
    caps: counted.map(({ id, measurement: { excluded } }, i) => {
      const cap = indicators[i]?.excludedCap ?? 0n;
      return { indicator: id, cap, used: excluded, left: cap > excluded ? cap - excluded : 0n };
    }),
  };
}

function outageFact(indicator: number, { start, end }: Period, journal: Journal, period: Period): OutageFact {
  const told = journal
    .filter((entry): entry is IncidentEntry => entry.what === "incident")
    .filter(({ began, resolved }) => began < end && (resolved === undefined || resolved.ended > start))
    .map(({ number, at, began, updates, resolved }) => {
      // An incident that began before: what was said of it since this outage began, else its last word before.
      const times = [at, ...updates.map((update) => update.at), ...(resolved === undefined ? [] : [resolved.at])];
      const runsOn = start === period.start;
      const isThis = began >= start || runsOn;
      return { number, at: isThis ? at : (times.find((time) => time >= start) ?? times.at(-1) ?? at) };
    })
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.number - b.number))[0];
  const toldAfter = told === undefined ? undefined : told.at > start ? told.at - start : 0n;
  return { indicator, start, end, incident: told?.number, toldAt: told?.at, toldAfter };
}

function exclusionFacts(
  { id, input, downtime, listed }: Counted & { readonly input: IndicatorInput },
  journal: Journal,
  period: Period,
): ExclusionFact[] {
  const hours = input.grade === "samples" ? input.policy.hours : undefined;
  const closed = hours === undefined ? [] : closedHours(hours, period);
  const cites =
    input.grade === "totals" ? [] : (input.remarks ?? []).filter(({ vantage }) => vantage === RECORD_VANTAGE);
  const cited = [...Map.groupBy(cites, ({ reason }) => reason)].map(([entry, spans]) => ({
    reason: reasonOf(entry, journal),
    spans: spansOf(spans),
  }));
  return downtime.exclusions.flatMap(({ start, end, instance }) => {
    const own = listed.exclusions.filter((each) => each.instance === instance);
    const reasons = [
      ...cited,
      { reason: { what: "listed" } as const, spans: spansOf(own) },
      { reason: { what: "closed" } as const, spans: closed },
      { reason: { what: "unknown" } as const, spans: [{ start, end }] },
    ];
    let left: Period[] = [{ start, end }];
    const facts: ExclusionFact[] = [];
    // each second once: of several reasons the first says it
    for (const { reason, spans } of reasons) {
      const spanned = intersect(left, spans);
      facts.push(...spanned.map((span) => ({ indicator: id, instance, ...span, seconds: lengthOf([span]), reason })));
      left = left.flatMap((span) => subtract([span], spans, span));
    }
    return facts.sort((a, b) => (a.start < b.start ? -1 : 1));
  });
}

const spansOf = (spans: readonly Period[]): Period[] => merge(spans.map(({ start, end }) => ({ start, end })));

function reasonOf(cited: string, journal: Journal): ExclusionReason {
  const number = Number(cited.split(" ")[1]);
  const entry = journal[number - 1];
  if (entry?.what === "maintenance") {
    return { what: "maintenance", entry: number, kind: entry.kind, announcedAt: entry.at, ahead: leadOf(entry) };
  }
  if (entry?.what !== "advice") return { what: "listed" };
  return { what: "advice", entry: number, declinedAt: entry.answers.find(({ answer }) => answer === "declined")?.at };
}
