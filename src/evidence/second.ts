import { UpheldError } from "../errors.ts";
import { csvMonitor } from "../measure/csv.ts";
import type { Policy } from "../measure/policy.ts";
import { downtimeOf } from "../measure/sampled.ts";
import { formatUtc } from "../measure/time.ts";
import type { Note, Period, Window } from "../measure/types.ts";
import { merge } from "../measure/windows.ts";
import { Unit } from "../terms/types.ts";
import type { EvidenceInput, IndicatorInput } from "./build.ts";
import { readEvidence } from "./files.ts";
import { RECORD_VANTAGE } from "./notes.ts";
import type { Evidence } from "./schema.ts";
import { inputOf, verifyEvidence } from "./verify.ts";

/** What another source saw of a period. */
export interface SecondSource {
  /** In the order of the agreement's indicators. */
  readonly indicators: readonly IndicatorInput[];
  /** One line for the evidence. */
  readonly source: string;
  readonly notes: readonly Note[];
}

/** A file whose hashes and counts hold together; what it was written from. */
export async function readSound(path: string): Promise<{ evidence: Evidence; input: EvidenceInput }> {
  const evidence = await readEvidence(path);
  const damage = verifyEvidence(evidence);
  if (damage === undefined) return { evidence, input: inputOf(evidence) };
  throw new UpheldError({
    code: "evidence.damaged",
    message: `the evidence file is damaged: ${damage.place}: ${damage.message}`,
    hint: "restore it from a copy; it is left as it is",
    file: path,
  });
}

/**
 * Reads a second evidence file, or a CSV of outages. The CSV says when it was down, for all that is counted in seconds or
 * only the indicator `only`; what it cannot say (maintenance, hours, other indicators) is as in the first account, and
 * its outages count by the policy there.
 */
export async function readSecond(path: string, first: EvidenceInput, only?: number): Promise<SecondSource> {
  if (path.endsWith(".json.gz")) {
    const { input } = await readSound(path);
    requireSame(input, first, path);
    return { indicators: input.indicators, source: input.source, notes: [] };
  }
  const { outages, notes, source } = await csvMonitor(path).read(first.period);
  const isMeant = ({ indicator }: IndicatorInput) =>
    indicator.unit === Unit.Seconds && (only === undefined || indicator.id === only);
  if (!first.indicators.some(isMeant)) {
    throw new UpheldError({
      code: "compare.nothing-in-seconds",
      message: only === undefined ? "nothing is counted in seconds" : `indicator ${only} is not counted in seconds`,
      hint: "a CSV of outages says nothing about it: compare with a second evidence file",
      file: path,
    });
  }
  const indicators = first.indicators.map((one) => (isMeant(one) ? withOutages(one, outages, first.period) : one));
  return { indicators, source, notes };
}

function withOutages(first: IndicatorInput, outages: readonly Window[], period: Period): IndicatorInput {
  const { indicator } = first;
  if (first.grade === "totals") return { grade: "outages", indicator, outages, exclusions: [] };
  // what is excluded stays, and with it why
  const remarks = (first.remarks ?? []).filter(({ vantage }) => vantage === RECORD_VANTAGE);
  if (first.grade === "outages") return { grade: "outages", indicator, outages, exclusions: first.exclusions, remarks };
  return { grade: "outages", indicator, ...byPolicy(outages, period, first.policy, first.maintenance), remarks };
}

/** What of the outages counts by the policy: as if one vantage point, never silent, had seen them. */
function byPolicy(outages: readonly Window[], period: Period, policy: Policy, maintenance: readonly Window[]) {
  const down = merge(outages.map(({ start, end }) => ({ start, end })));
  const changes = down.flatMap<[number, number]>(({ start, end }) => [
    [Number(start), 0],
    [Number(end), 1],
  ]);
  const all: [number, number][] = down[0]?.start === period.start ? changes : [[Number(period.start), 1], ...changes];
  const sighted: Policy = {
    ...policy,
    good: { atLeast: 1 },
    slot: Number(period.end - period.start),
    places: { bad: 1, of: 1 },
    unknown: "up",
    coverage: 0,
  };
  const series = { vantage: "csv", times: all.map(([time]) => time), values: all.map(([, value]) => value) };
  const { outages: counted, exclusions } = downtimeOf([series], period, sighted, maintenance);
  return { outages: counted, exclusions };
}

function requireSame(second: EvidenceInput, first: EvidenceInput, file: string): void {
  const about = ({ period, indicators }: EvidenceInput): readonly [string, string][] => [
    ["from", formatUtc(period.start)],
    ["until", formatUtc(period.end)],
    ["about indicators", indicators.map(({ indicator: { id, unit, mode } }) => [id, unit, mode].join("/")).join(" ")],
  ];
  const theirs = about(second);
  const differing = about(first).findIndex(([, ours], i) => ours !== theirs[i]?.[1]);
  if (differing < 0) return;
  const [what = "", ours] = about(first)[differing] ?? [];
  throw new UpheldError({
    code: "compare.not-alike",
    message: `it is ${what} ${theirs[differing]?.[1]}, the first ${what} ${ours}`,
    hint: "only two accounts of the same period and the same measures can be compared",
    file,
  });
}
