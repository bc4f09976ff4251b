import { UpheldError } from "../errors.ts";
import { countInput, type IndicatorInput } from "../evidence/build.ts";
import { RECORD_VANTAGE, type Remark } from "../evidence/notes.ts";
import type { Evidence } from "../evidence/schema.ts";
import { inputOf } from "../evidence/verify.ts";
import type { DisclosureRule, Policy } from "../measure/policy.ts";
import { formatUtc } from "../measure/time.ts";
import { EVERY, type Period, type Window } from "../measure/types.ts";
import { intersect, merge, subtract } from "../measure/windows.ts";
import type { Indicator, Measurement } from "../terms/types.ts";
import { countUndisclosed } from "./disclosed.ts";
import { withRecord } from "./excluding.ts";
import type { Journal } from "./journal.ts";

/** What the agreement's file fixes of its measures, in the order of the indicators. */
export interface RecordRules {
  readonly policies: readonly (Policy | undefined)[];
  readonly disclosures: readonly (DisclosureRule | undefined)[];
}

/** What in an evidence file is not as the record and the policies have it. */
export interface RecordDifference {
  /** short: `indicator 1, day 2025-10-09` */
  readonly place: string;
  readonly message: string;
}

/** Whether anything in the agreement's file needs the record. */
export const needsRecord = ({ policies, disclosures }: RecordRules): boolean =>
  policies.some((policy) => policy?.record !== undefined) || disclosures.some((rule) => rule !== undefined);

/**
 * Works out anew, from the record on chain, what an evidence file of sound hashes excludes and how many outages were not
 * disclosed; answers the first difference. `indicators` are the terms', with their caps.
 */
export function recordDifference(
  evidence: Evidence,
  indicators: readonly Indicator[],
  rules: RecordRules,
  journal: Journal,
): RecordDifference | undefined {
  const { period, indicators: stated } = inputOf(evidence);
  const inputs = stated.map((one, i) => ({ ...one, indicator: indicators[i] ?? one.indicator }));
  for (const [i, input] of inputs.entries()) {
    const place = `indicator ${input.indicator.id}`;
    try {
      const found =
        exclusionDifference(input, rules.policies[i], journal, period) ??
        disclosureDifference(input, inputs, rules.disclosures[i], journal, period);
      if (found !== undefined) return { ...found, place: [place, found.place].filter(Boolean).join(", ") };
    } catch (error) {
      if (!(error instanceof UpheldError)) throw error;
      return { place, message: error.problem.message };
    }
  }
  return undefined;
}

type WithTimes = Exclude<IndicatorInput, { grade: "totals" }>;

function exclusionDifference(
  input: IndicatorInput,
  policy: Policy | undefined,
  journal: Journal,
  period: Period,
): RecordDifference | undefined {
  if (input.grade === "totals") return undefined;
  const inFile = excluded(input, period);
  const computed = excluded(withRecord(asGiven(input), policy, journal, period), period);
  const extra = inFile.find((line) => !computed.includes(line));
  if (extra !== undefined) return { place: dayIn(extra), message: `the file has ${extra}, the record gives no such` };
  const left = computed.find((line) => !inFile.includes(line));
  if (left !== undefined) return { place: dayIn(left), message: `the record gives ${left}, the file has no such` };
  return undefined;
}

const dayIn = (line: string): string => `day ${/\d{4}-\d\d-\d\d/.exec(line)?.[0] ?? "?"}`;

/** What is excluded, and what each part of it cites, each in one line, in the one way to write it. */
function excluded(input: IndicatorInput, period: Period): string[] {
  const { listed } = countInput(input, period);
  const span = ({ start, end }: Period) => `from ${formatUtc(start)} to ${formatUtc(end)}`;
  const exclusions = listed.exclusions.map(
    (each) => `an exclusion ${span(each)}${each.instance === EVERY ? "" : ` of instance ${each.instance}`}`,
  );
  const cited = [...Map.groupBy(citesOf(input), ({ reason }) => reason)].flatMap(([reason, spans]) =>
    intersect(joined(spans), [period]).map((each) => `${reason} cited ${span(each)}`),
  );
  return [...exclusions, ...cited];
}

const citesOf = (input: IndicatorInput): readonly Remark[] =>
  input.grade === "totals" ? [] : (input.remarks ?? []).filter(({ vantage }) => vantage === RECORD_VANTAGE);

const joined = (spans: readonly Period[]): Period[] => merge(spans.map(({ start, end }) => ({ start, end })));

/** What the author gave before the record was asked: exclusions of other sources, and those that cite advice. */
function asGiven(input: WithTimes): IndicatorInput {
  const cites = citesOf(input);
  const exclusions = input.grade === "samples" ? input.maintenance : input.exclusions;
  const own = exclusions.flatMap((window) => parts(window, (spans) => without(spans, joined(cites))));
  const advised = [...Map.groupBy(cites, ({ reason }) => reason)]
    .filter(([reason]) => !reason.startsWith("maintenance "))
    .flatMap(([reason, spans]) =>
      exclusions.flatMap((window) =>
        parts(window, (all) => intersect(all, joined(spans))).map((part) => ({ ...part, cites: reason })),
      ),
    );
  const remarks = (input.remarks ?? []).filter(({ vantage }) => vantage !== RECORD_VANTAGE);
  const windows = [...own, ...advised];
  return input.grade === "samples"
    ? { ...input, maintenance: windows, remarks }
    : { ...input, exclusions: windows, remarks };
}

const without = (spans: readonly Period[], taken: readonly Period[]): Period[] =>
  spans.flatMap((span) => subtract([span], taken, span));

const parts = (window: Window, of: (spans: readonly Period[]) => Period[]): Window[] =>
  of([{ start: window.start, end: window.end }]).map((part) => ({ ...window, ...part }));

function disclosureDifference(
  { indicator, grade }: IndicatorInput,
  inputs: readonly IndicatorInput[],
  rule: DisclosureRule | undefined,
  journal: Journal,
  period: Period,
): RecordDifference | undefined {
  const outages = inputs.find((each) => each.indicator.id === rule?.of);
  if (rule === undefined || outages === undefined || outages.grade === "totals" || grade !== "totals") return undefined;
  const stated = inputs.find((each) => each.indicator.id === indicator.id);
  const said = countInput(stated as IndicatorInput, period).measurement;
  const seen = { downtime: countInput(outages, period).downtime, instances: outages.indicator.instances };
  const computed = countUndisclosed(seen, rule, journal, period);
  if (text(said) === text(computed)) return undefined;
  return { place: "", message: `the record gives ${text(computed)}, the file says ${text(said)}` };
}

const text = ({ total, bad }: Measurement): string => `${bad} of ${total} outages not disclosed in time`;
