import type { Policy } from "../measure/policy.ts";
import { periodOf, type Period } from "../terms/calendar.ts";
import { objectiveShare } from "../terms/credit.ts";
import { formatDuration } from "../terms/format.ts";
import { Unit, type Terms } from "../terms/types.ts";
import { bad, ok, type Finding } from "./finding.ts";

/** So many probes at least must fail before the tightest promise is broken: then no single one decides. */
const PROBES = 10n;

/** What a table lets be down, and what the least counted outage costs with samples so far apart. */
export interface Proof {
  /** Most bad units without a credit, in the shortest full period. */
  readonly allowed: bigint;
  /** Of that period, in seconds. */
  readonly length: bigint;
  /** The least that an outage can count, in seconds, and how many samples in a row it takes. */
  readonly least: bigint;
  readonly probes: number;
  /** Whether so little alone gives a credit. */
  readonly breaksAlone: boolean;
}

/** For an indicator in seconds that some objective judges; undefined for any other. `interval` in seconds. */
export function proofOf(terms: Terms, indicator: number, policy: Policy, interval: number): Proof | undefined {
  const objectives = terms.objectives.filter((objective) => objective.indicator === indicator);
  const counted = terms.indicators[indicator];
  if (objectives.length === 0 || counted?.unit !== Unit.Seconds) return undefined;
  const { start, end } = shortest(terms);
  const length = end - start;
  const total = length * counted.instances;
  const gives = (units: bigint) =>
    objectives.some((objective) => objectiveShare(objective, { total, bad: units, excluded: 0n }).num > 0n);
  const { least, probes } = leastOutage(policy, interval);
  return { allowed: mostWithout(gives, total), length, least, probes, breaksAlone: gives(least) };
}

/** A full period: a cut first one has its fee cut too. */
function shortest(terms: Terms): Period {
  const all = Array.from({ length: terms.periods }, (_, k) => periodOf(terms, k));
  const full = all.filter(({ start, end, fullLength }) => end - start === fullLength);
  const lengthOf = ({ start, end }: Period) => end - start;
  return (full.length > 0 ? full : all).reduce((a, b) => (lengthOf(b) < lengthOf(a) ? b : a));
}

/** More bad never lowers a credit, so halving finds where it begins. */
function mostWithout(gives: (units: bigint) => boolean, total: bigint): bigint {
  let [low, high] = [0n, total + 1n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (gives(middle)) high = middle;
    else low = middle;
  }
  return low;
}

/** How many bad samples in a row make an outage that counts at all, and for how much it counts. */
function leastOutage({ slot, minimum, counts, unknown }: Policy, interval: number) {
  // what is said by nobody counts as the failed sample before it only where unknown time is down
  const each = Math.max(1, Math.round(unknown === "down" ? interval : Math.min(interval, slot)));
  for (let probes = Math.max(1, Math.ceil(minimum / each)); ; probes++) {
    const run = probes * each;
    const counted = counts === "whole" ? run : counts === "beyond" ? run - minimum : run - (run % 60);
    if (counted > 0) return { least: BigInt(counted), probes };
  }
}

/** Whether samples so far apart can prove what the table promises. */
export function judgeInterval(
  about: string,
  terms: Terms,
  indicator: number,
  policy: Policy,
  interval: number,
): Finding[] {
  const every = formatDuration(BigInt(Math.round(interval)));
  const found: Finding[] = [];
  // samples come a little late now and then
  if (interval > policy.slot + 0.5) {
    const share = Math.round((1 - policy.slot / interval) * 100);
    found.push(
      bad(
        "problem",
        "interval",
        about,
        `a sample comes every ${every} and speaks for ${formatDuration(BigInt(policy.slot))}: ${share} % of the time is unknown`,
        `probe at least every ${formatDuration(BigInt(policy.slot))}: how long a sample speaks is fixed by the agreement`,
      ),
    );
  }
  const proof = proofOf(terms, indicator, policy, interval);
  if (proof === undefined) return found;
  const { allowed, length, least, probes, breaksAlone } = proof;
  const promise = `${formatDuration(allowed)} of ${length / 86_400n} days may be down without a credit`;
  const wanted = allowed / PROBES > 0n ? allowed / PROBES : 1n;
  const hint = `probe at least every ${formatDuration(wanted)}, a tenth of that`;
  const failed = probes === 1 ? "one failed sample" : `${probes} failed samples in a row`;
  if (breaksAlone) {
    const message = `${failed} alone, ${formatDuration(least)}, gives a credit, and what is shorter was never seen: samples every ${every} cannot prove this promise, ${promise}`;
    return [...found, bad("problem", "interval", about, message, hint)];
  }
  if (least * PROBES > allowed && probes === 1 && BigInt(Math.round(interval)) > wanted) {
    const message = `${promise}, and ${failed} counts ${formatDuration(least)} of it: a few lost samples decide`;
    return [...found, bad("warning", "interval", about, message, hint)];
  }
  return found.length > 0 ? found : [ok("interval", about, `a sample every ${every}; ${promise}`)];
}
