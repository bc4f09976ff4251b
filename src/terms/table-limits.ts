import { LIMITS, type Refuse } from "./bounds.ts";
import { formatShare } from "./format.ts";
import type { Indicator, Terms, Tier } from "./types.ts";
import { Mode, PPB, Test, Unit } from "./types.ts";

const UINT64 = 2n ** 64n - 1n;
const UINT40 = 2n ** 40n - 1n;

/** Limits of what is counted and of the credit table. */
export function tableProblems(terms: Terms, refuse: Refuse): void {
  const { indicators, objectives } = terms;
  amount("indicators", "measures", indicators.length, LIMITS.indicators, refuse);
  amount("objectives", "objectives", objectives.length, LIMITS.objectives, refuse);
  if (!Object.values<number>({ sum: 1, greatest: 2 }).includes(terms.combination)) {
    refuse(
      "combination",
      "combination-unknown",
      `The combination is ${terms.combination}, must be 1 (sum) or 2 (greatest).`,
    );
  }
  indicators.forEach((indicator, i) => {
    indicatorProblems(indicator, `indicators.${i}`, refuse);
    if (indicators.findIndex((other) => other.id === indicator.id) < i) {
      refuse(`indicators.${i}`, "indicator-repeated", `Two indicators have the id ${indicator.id}.`);
    }
  });
  objectives.forEach((objective, i) => {
    const field = `objectives.${i}`;
    if (objective.indicator >= indicators.length) {
      const message = `An objective names indicator ${objective.indicator}, there are ${indicators.length}.`;
      refuse(field, "indicator-missing", message);
    }
    amount(field, "tiers", objective.tiers.length, LIMITS.tiers, refuse);
    objective.tiers.forEach((tier, j) => {
      tierProblems(tier, `${field}.tiers.${j}`, refuse);
    });
  });
}

function amount(field: string, what: string, value: number, most: number, refuse: Refuse): void {
  if (value < 1 || value > most)
    refuse(field, `${what}-out-of-range`, `There are ${value} ${what}, must be 1 to ${most}.`);
}

function indicatorProblems(indicator: Indicator, field: string, refuse: Refuse): void {
  const { unit, mode, instances, excludedCap } = indicator;
  const isSeconds = unit === Unit.Seconds;
  if (isSeconds !== (mode !== Mode.Count)) {
    const message = isSeconds
      ? "Seconds must add up: say whether excluded time counts as up or leaves the total."
      : "Only seconds can be checked against the length of the period; other units are plain counts.";
    refuse(field, "mode-unfit", message);
  }
  if (instances < 1n || instances >= 2n ** 32n) {
    refuse(field, "instances-out-of-range", `There are ${instances} instances, must be 1 to ${2n ** 32n - 1n}.`);
  } else if (!isSeconds && instances !== 1n) {
    refuse(field, "instances-out-of-range", `There are ${instances} instances, must be 1: only seconds have more.`);
  }
  if (excludedCap < 0n || excludedCap > UINT64) {
    refuse(field, "excluded-out-of-range", `The excluded cap is ${excludedCap}, must be 0 to ${UINT64}.`);
  }
}

function tierProblems(tier: Tier, field: string, refuse: Refuse): void {
  const { test, threshold, credit, per, proportional } = tier;
  const isRatio = test === Test.Below || test === Test.AtMost;
  if (credit < 1n || credit > UINT40) {
    refuse(
      field,
      "credit-out-of-range",
      `The credit is ${formatShare(credit)}, must be above 0 % and at most ${formatShare(UINT40)}.`,
    );
  }
  const [most, limit] = isRatio ? [PPB, "100 %"] : [UINT64, UINT64.toString()];
  const show = (value: bigint) => (isRatio ? formatShare(value) : value.toString());
  if (threshold > most)
    refuse(field, "threshold-too-large", `The threshold is ${show(threshold)}, must be at most ${limit}.`);
  if (per > most) refuse(field, "step-too-large", `The step is ${show(per)}, must be at most ${limit}.`);
  if (proportional && per !== 0n) refuse(field, "step-unfit", "A credit is either in steps or proportional, not both.");
  if ((test === Test.AtMost && threshold >= PPB) || (test === Test.AtLeast && threshold === 0n)) {
    const words = isRatio ? "at most 100 %" : "at least 0";
    refuse(field, "credit-without-fault", `"${words}" is true when nothing is bad: it would credit a perfect period.`);
  }
}
