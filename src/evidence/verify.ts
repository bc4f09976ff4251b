import { UpheldError } from "../errors.ts";
import { policyText, type Policy } from "../measure/policy.ts";
import { parseUtc } from "../measure/time.ts";
import type { Indicator, Measurement } from "../terms/types.ts";
import { buildEvidence, type EvidenceInput, type IndicatorInput } from "./build.ts";
import { leavesOf } from "./encoding.ts";
import { rootOf } from "./merkle.ts";
import { remarksIn } from "./notes.ts";
import { seriesIn } from "./samples.ts";
import { MODE_WORDS, UNIT_WORDS, type Evidence, type EvidenceIndicator, type EvidenceSpan } from "./schema.ts";

/** What the chain says about the period; the agreement's terms give the indicators, in its order. */
export interface OnChain {
  readonly chainId: bigint;
  readonly agreement: string;
  readonly period: EvidenceInput["period"];
  readonly revision: number;
  readonly root: string;
  readonly indicators: readonly Indicator[];
  readonly measurements: readonly Measurement[];
  /** By indicator, as far as the agreement's file fixes them; the chain does not say. */
  readonly policies?: readonly (Policy | undefined)[];
}

/** The first thing that does not agree. */
export interface Difference {
  readonly kind: "day" | "header" | "root" | "form" | "counts" | "chain" | "policy";
  /** short: `day 2025-10-09, leaf 9` */
  readonly place: string;
  readonly message: string;
}

/**
 * Recomputes everything in the file, and if given compares it with the chain. Days come first, so that a changed second
 * is named by its day rather than by the counts it would change.
 */
export function verifyEvidence(evidence: Evidence, onChain?: OnChain): Difference | undefined {
  return (
    differingLeaf(evidence) ??
    differingRoot(evidence) ??
    differingCounts(evidence) ??
    (onChain && (differingFromChain(evidence, onChain) ?? differingPolicy(evidence, onChain)))
  );
}

function differingLeaf(evidence: Evidence): Difference | undefined {
  const leaves = leavesOf(evidence);
  const differs = (leaf: number) => leaves[leaf] !== evidence.leaves[leaf];
  for (const [index, { date }] of evidence.days.entries()) {
    if (!differs(index + 1)) continue;
    const place = `day ${date}, leaf ${index + 1}`;
    return { kind: "day", place, message: `what the file says of ${date} does not hash to leaf ${index + 1}` };
  }
  if (!differs(0)) return undefined;
  return {
    kind: "header",
    place: "header, leaf 0",
    message: "the bounds, counts or names in the file do not hash to leaf 0",
  };
}

function differingRoot({ leaves, root }: Evidence): Difference | undefined {
  const computed = rootOf(leaves);
  if (computed === root) return undefined;
  return { kind: "root", place: "root", message: `the leaves give the root ${computed}, the file says ${root}` };
}

/** The file written anew from its own samples and outages must be the file: same days in the same form, same counts. */
function differingCounts(evidence: Evidence): Difference | undefined {
  let rebuilt: Evidence;
  try {
    rebuilt = buildEvidence(inputOf(evidence), evidence.salt).evidence;
  } catch (error) {
    if (!(error instanceof UpheldError)) throw error;
    return { kind: "form", place: "content", message: error.problem.message };
  }
  for (const [index, day] of rebuilt.days.entries()) {
    if (JSON.stringify(day) === JSON.stringify(evidence.days[index])) continue;
    const place = `day ${day.date}, leaf ${index + 1}`;
    return {
      kind: "form",
      place,
      message: `${day.date} is not written in the canonical form, or lies outside the period`,
    };
  }
  if (rebuilt.days.length !== evidence.days.length) {
    const message = `the period has ${rebuilt.days.length} days, the file lists ${evidence.days.length}`;
    return { kind: "form", place: "days", message };
  }
  for (const [index, computed] of rebuilt.indicators.entries()) {
    const stated = evidence.indicators[index] as EvidenceIndicator;
    for (const what of ["total", "bad", "excluded"] as const) {
      if (computed[what] === stated[what]) continue;
      const facts = stated.grade === "samples" ? "samples" : "outages";
      const message = `${what}: the ${facts} give ${computed[what]}, the file says ${stated[what]}`;
      return { kind: "counts", place: `indicator ${stated.id}`, message };
    }
  }
  return undefined;
}

function differingFromChain(evidence: Evidence, chain: OnChain): Difference | undefined {
  const pairs: (readonly [place: string, file: string, chain: string])[] = [
    ["chain id", evidence.chainId, String(chain.chainId)],
    ["agreement", evidence.agreement, chain.agreement.toLowerCase()],
    ["period", String(evidence.period), String(chain.period.index)],
    ["revision", String(evidence.revision), String(chain.revision)],
    ["start", String(parseUtc(evidence.start)), String(chain.period.start)],
    ["end", String(parseUtc(evidence.end)), String(chain.period.end)],
    ["number of indicators", String(evidence.indicators.length), String(chain.indicators.length)],
    ...evidence.indicators.flatMap((stated, index) => indicatorPairs(stated, chain, index)),
    ["root", evidence.root, chain.root.toLowerCase()],
  ];
  const differing = pairs.find(([, inFile, onChain]) => inFile !== onChain);
  if (differing === undefined) return undefined;
  const [place, inFile, onChain] = differing;
  return { kind: "chain", place, message: `${place}: the file says ${inFile}, the chain says ${onChain}` };
}

function indicatorPairs(stated: EvidenceIndicator, chain: OnChain, index: number) {
  const indicator = chain.indicators[index];
  const measurement = chain.measurements[index];
  const name = (what: string) => `indicator ${stated.id}, ${what}`;
  return [
    [`indicator at ${index}, id`, String(stated.id), String(indicator?.id)],
    [name("unit"), String(UNIT_WORDS[stated.unit]), String(indicator?.unit)],
    [name("mode"), String(MODE_WORDS[stated.mode]), String(indicator?.mode)],
    [name("instances"), stated.instances, String(indicator?.instances)],
    [name("total"), stated.total, String(measurement?.total)],
    [name("bad"), stated.bad, String(measurement?.bad)],
    [name("excluded"), stated.excluded, String(measurement?.excluded)],
  ] as const;
}

/** Samples count by the policy that both parties agreed on, where they did, not by one that the author chose. */
function differingPolicy({ indicators }: Evidence, { policies = [] }: OnChain): Difference | undefined {
  for (const [index, { id, policy }] of indicators.entries()) {
    const agreed = policies[index];
    if (policy === undefined || agreed === undefined || policyText(policy) === policyText(agreed)) continue;
    const message = `policy: the file counts by ${policyText(policy)}, the agreement says ${policyText(agreed)}`;
    return { kind: "policy", place: `indicator ${id}, policy`, message };
  }
  return undefined;
}

/** The input that would have written this file. */
export function inputOf(evidence: Evidence): EvidenceInput {
  const { days } = evidence;
  const spansOf = (kind: "outages" | "exclusions", id: number) =>
    days
      .flatMap((day) => day[kind])
      .filter(({ indicator }) => indicator === id)
      .map(windowOf);
  const indicators = evidence.indicators.map((stated): IndicatorInput => {
    const indicator = {
      id: stated.id,
      unit: UNIT_WORDS[stated.unit],
      mode: MODE_WORDS[stated.mode],
      instances: BigInt(stated.instances),
      excludedCap: 0n,
    };
    if (stated.policy !== undefined) {
      const [series, remarks] = [seriesIn(days, stated.id), remarksIn(days, stated.id)];
      const maintenance = spansOf("exclusions", stated.id);
      return { grade: "samples", indicator, policy: stated.policy, series, maintenance, remarks };
    }
    if (stated.grade === "outages") {
      const [outages, exclusions] = [spansOf("outages", stated.id), spansOf("exclusions", stated.id)];
      return { grade: "outages", indicator, outages, exclusions, remarks: remarksIn(days, stated.id) };
    }
    const measurement = { total: BigInt(stated.total), bad: BigInt(stated.bad), excluded: BigInt(stated.excluded) };
    return { grade: "totals", indicator, measurement };
  });
  const { agreement, revision, author, tool, source } = evidence;
  const period = { index: evidence.period, start: parseUtc(evidence.start), end: parseUtc(evidence.end) };
  return { chainId: BigInt(evidence.chainId), agreement, period, revision, author, tool, source, indicators };
}

const windowOf = ({ instance, start, end }: EvidenceSpan) => ({ instance, start: parseUtc(start), end: parseUtc(end) });
