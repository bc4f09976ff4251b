import { CONSENTS, nameOf, RULINGS, SEATS, SILENCE, type Seat } from "../chain/enums.ts";
import type { EventValues } from "../chain/history.ts";
import { measured } from "../chain/replay.ts";
import { readAgainst, type EvidenceAtHand } from "../evidence/against.ts";
import { countInput, type IndicatorInput } from "../evidence/build.ts";
import { badOf, instancesIn } from "../evidence/compare.ts";
import type { InstanceSpan } from "../measure/outages.ts";
import { periodOf, type Period } from "../terms/calendar.ts";
import { excludedCapOf, indicatorsIn } from "../terms/measurements.ts";
import type { Measure } from "../terms/file.ts";
import type { Indicator, Measurement } from "../terms/types.ts";
import type { Books } from "./books.ts";
import type { RecordAtHand } from "../record/words.ts";
import { recordOfPeriod, type RecordOfPeriod } from "./recorded.ts";

/** How a period stands: what is still to come, in the order of its life. */
export type Stage = "running" | "awaiting" | "reported" | "disputed" | "split" | "final";

/** What was measured in a period, what was said about it, and what it came to. */
export interface Service {
  readonly period: Period;
  readonly stage: Stage;
  /** Until when the stage lasts if nobody acts; undefined when it is final. */
  readonly until: bigint | undefined;
  /** Undefined: none came, or none yet. */
  readonly report: { readonly revision: number; readonly at: bigint; readonly credit: bigint } | undefined;
  readonly isSilent: boolean;
  readonly claims: readonly { readonly seat: Seat; readonly at: bigint; readonly credit: bigint }[];
  /** Whose counts stand, as far as is known; `agreement`: both agreed on a credit. */
  readonly decidedBy: "report" | "silence" | Seat | "agreement" | undefined;
  readonly measures: readonly Measured[];
  /** Merkle root on chain of the evidence of the counts that stand, and its file. */
  readonly root: string | undefined;
  readonly evidence: EvidenceAtHand | undefined;
  /** What it came to, or, until then, comes to if nobody acts. */
  readonly credit: bigint;
  readonly fromBond: bigint;
  /** Of a split: what waits for the arbiter. */
  readonly held: bigint;
  /** When it became final. */
  readonly finalAt: bigint | undefined;
  /** Because of this period the client may leave at once until then. */
  readonly leaveUntil: bigint | undefined;
  /** Undefined: nothing was in the agreement's record. */
  readonly record: RecordOfPeriod | undefined;
}

export interface Measured {
  readonly indicator: Indicator;
  readonly name: string;
  readonly counts: Measurement;
  readonly excludedCap: bigint;
  /** Stretches that count as bad, and such as are left out; undefined when there is no evidence of when. */
  readonly incidents: readonly InstanceSpan[] | undefined;
  readonly exclusions: readonly InstanceSpan[] | undefined;
}

export interface ServiceOptions {
  readonly chainId: bigint;
  /** Folder of the evidence files. */
  readonly folder: string;
  /** Of the agreement's file, in the order of the terms; empty when only the address is known. */
  readonly measures: readonly Measure[];
  /** The agreement's record; left out: none is known. */
  readonly record?: RecordAtHand | undefined;
}

/** Reads period `k`. */
export async function readService(books: Books, k: number, options: ServiceOptions): Promise<Service> {
  const { agreement, happened, state, now } = books;
  const { terms } = agreement;
  const period = periodOf(terms, k, state.end);
  const own = happened.filter(({ values }) => "period" in values && values.period === BigInt(k));
  const report = own.findLast((event) => event.name === "Reported");
  const split = own.find((event) => event.name === "Split");
  const final = own.find((event) => event.name === "PeriodFinal");
  const claimed = own.filter((event) => event.name === "Disputed");
  const left = own.filter((event) => event.name === "ChronicFailure").map(({ values }) => values.leaveUntil);
  const silentAt = period.base + terms.reportWindow;
  const isSilent = report === undefined && now >= silentAt;

  const claims = claimed.map(({ values, at }) => ({ seat: seatOf(values), at, credit: values.credit }));
  const ruling = final === undefined ? "none" : nameOf(RULINGS, final.values.ruling);
  const picked = claimed.find(({ values }) => seatOf(values) === ruling);
  const isAgreed = final !== undefined && ruling === "none" && agreedIn(happened, k);
  const stands = picked?.values ?? report?.values;
  const author = picked === undefined ? ("oracle" as const) : seatOf(picked.values);
  const counts = stands === undefined ? undefined : measured(stands.measurements);
  const revision = report === undefined ? SILENCE : report.values.revision;
  const evidence =
    stands === undefined || counts === undefined
      ? undefined
      : await readAgainst(options.folder, author, {
          chainId: options.chainId,
          agreement: agreement.address,
          period: { index: k, start: period.start, end: period.end },
          revision: Number(revision),
          root: stands.evidence,
          indicators: terms.indicators,
          measurements: counts,
          policies: options.measures.map(({ policy }) => policy),
        });
  return {
    period,
    ...stageOf(books, period, {
      reportedAt: report?.at ?? (isSilent ? silentAt : undefined),
      disputedAt: claims[0]?.at,
      isSplit: split !== undefined,
      isFinal: final !== undefined,
    }),
    report: report && { revision: Number(report.values.revision), at: report.at, credit: report.values.credit },
    isSilent,
    claims,
    decidedBy: isAgreed
      ? "agreement"
      : picked && author !== "oracle"
        ? author
        : report
          ? "report"
          : isSilent
            ? "silence"
            : undefined,
    measures: (counts ?? []).map((each, i) =>
      measuredOf(terms.indicators[i] as Indicator, each, i, period, evidence, options),
    ),
    root: stands?.evidence,
    evidence,
    credit: final?.values.credit ?? split?.values.credit ?? 0n,
    fromBond: final?.values.fromBond ?? split?.values.fromBond ?? 0n,
    held: final === undefined ? (split?.values.held ?? 0n) : 0n,
    finalAt: final?.at,
    leaveUntil: left.length === 0 ? undefined : left.reduce((a, b) => (a > b ? a : b)),
    record: options.record && recordOfPeriod(options.record, evidence, indicatorsIn(terms, period), period),
  };
}

interface Course {
  readonly reportedAt: bigint | undefined;
  readonly disputedAt: bigint | undefined;
  readonly isSplit: boolean;
  readonly isFinal: boolean;
}

function stageOf(
  { agreement: { terms }, now }: Books,
  { base, end }: Period,
  course: Course,
): Pick<Service, "stage" | "until"> {
  const { disputeWindow, rulingWindow, reportWindow } = terms;
  const { reportedAt, disputedAt, isSplit, isFinal } = course;
  if (isFinal) return { stage: "final", until: undefined };
  if (isSplit) return { stage: "split", until: (disputedAt ?? 0n) + disputeWindow + rulingWindow };
  if (disputedAt !== undefined) return { stage: "disputed", until: disputedAt + disputeWindow };
  if (reportedAt !== undefined) return { stage: "reported", until: reportedAt + disputeWindow };
  if (now < end) return { stage: "running", until: end };
  return { stage: "awaiting", until: base + reportWindow };
}

const seatOf = ({ seat }: EventValues["Disputed"]): Seat =>
  nameOf(SEATS, seat) === "provider" ? "provider" : "client";

/** Whether period `k` became final by both parties' keys: the second key turns in the same moment. */
function agreedIn(happened: Books["happened"], k: number): boolean {
  const final = happened.find(({ name, values }) => name === "PeriodFinal" && values.period === BigInt(k));
  return happened.some(({ name, values, at }) => {
    if (name !== "ConsentGiven" || at !== final?.at) return false;
    return nameOf(CONSENTS, values.consent.kind) === "credit" && values.consent.period === BigInt(k);
  });
}

function measuredOf(
  indicator: Indicator,
  counts: Measurement,
  i: number,
  period: Period,
  evidence: EvidenceAtHand | undefined,
  { measures }: ServiceOptions,
): Measured {
  const input = evidence?.kind === "sound" ? evidence.input.indicators[i] : undefined;
  return {
    indicator,
    name: measures[i]?.name ?? `measure ${indicator.id}`,
    counts,
    excludedCap: excludedCapOf(indicator, period),
    ...(input === undefined || input.grade === "totals" ? NO_SPANS : spansOf(input, period)),
  };
}

const NO_SPANS = { incidents: undefined, exclusions: undefined };

function spansOf(input: IndicatorInput, period: Period): Pick<Measured, "incidents" | "exclusions"> {
  const { downtime } = countInput(input, period);
  const instances = instancesIn([downtime], input.indicator.instances);
  const incidents = instances.flatMap((instance) =>
    badOf(downtime, instance, period).map((span) => ({ ...span, instance })),
  );
  return { incidents: incidents.sort((a, b) => (a.start < b.start ? -1 : 1)), exclusions: downtime.exclusions };
}
