import type { Comparison, Stretch } from "../evidence/compare.ts";
import { plainMoney, type Currency } from "../format.ts";
import { formatUtc } from "../measure/time.ts";
import { lengthOf } from "../measure/windows.ts";
import { formatDuration, formatMoney, formatRatio } from "../terms/format.ts";
import { Unit, type Indicator } from "../terms/types.ts";
import type { Worth } from "../terms/worth.ts";

/** Most stretches that are listed for people; `--json` has all. */
const MOST_LISTED = 40;

/** What is compared, as people know it. */
export interface Named {
  /** What the two accounts are called. */
  readonly first: string;
  readonly second: string;
  readonly indicators: readonly Indicator[];
  /** The measures of the agreement's file, if it is known. */
  readonly measures: readonly string[];
}

/** Measure by measure: the stretches that differ, and the counts. */
export function comparisonText(comparisons: readonly Comparison[], named: Named): string[] {
  return comparisons.flatMap((comparison, i) => {
    const name = named.measures[i] ?? `measure ${comparison.id}`;
    const { stretches } = comparison;
    const counts = `  bad ${countText(comparison.first.bad, named.indicators[i])} by ${named.first}, ${countText(comparison.second.bad, named.indicators[i])} by ${named.second}`;
    if (stretches === undefined) return [`${name}: counts alone, no times to compare`, counts];
    if (stretches.length === 0) return [`${name}: no second differs`, counts];
    const all = formatDuration(lengthOf(stretches));
    const hidden = stretches.length - MOST_LISTED;
    return [
      `${name}: ${all} differ`,
      ...stretches.slice(0, MOST_LISTED).map((stretch) => `  ${stretchText(stretch, named)}`),
      ...(hidden > 0 ? [`  … and ${hidden} more stretches: see --json`] : []),
      counts,
    ];
  });
}

function stretchText({ start, end, instance, says, unknown }: Stretch, named: Named): string {
  const which = instance === 0 ? "" : `, instance ${instance}`;
  const blind = unknown === 0n ? "" : `; the other knows nothing of ${formatDuration(unknown)} of it`;
  return `${formatUtc(start)} to ${formatUtc(end)}  ${formatDuration(end - start)}${which}: only ${named[says]} says bad${blind}`;
}

/** One sentence: is there anything to dispute, and for how much? */
export function worthText(
  worth: Worth,
  comparisons: readonly Comparison[],
  fee: bigint,
  named: Named,
  token: Currency,
): string {
  const money = (amount: bigint) => formatMoney(amount, token);
  if (worth.refused.length > 0) return `The contract would not take the second counts: ${worth.refused.join("; ")}.`;
  if (worth.claimant === undefined) {
    const step = worth.first === 0n ? "no credit either way" : `the same ${formatRatio(worth.first, fee)} step`;
    return `${changeText(comparisons, named)} ${worth.first === 0n ? "gives" : "is"} ${step}: nothing to dispute.`;
  }
  const difference = worth.second > worth.first ? worth.second - worth.first : worth.first - worth.second;
  return (
    `A credit of ${money(worth.second)} (${formatRatio(worth.second, fee)}) instead of ${money(worth.first)} (${formatRatio(worth.first, fee)}): ` +
    `${money(difference)} that the ${worth.claimant} may claim.`
  );
}

/** `14 min more`, `no second more`. */
function changeText(comparisons: readonly Comparison[], { indicators }: Named): string {
  const changes = comparisons.flatMap(({ first, second }, i) => {
    const change = second.bad - first.bad;
    if (change === 0n) return [];
    return [`${countText(change < 0n ? -change : change, indicators[i])} ${change < 0n ? "less" : "more"}`];
  });
  return changes.length === 0 ? "Nothing more" : changes.join(" and ");
}

const WORDS = { [Unit.Probes]: "probes", [Unit.Tickets]: "tickets", [Unit.Packets]: "packets", [Unit.Days]: "days" };

function countText(count: bigint, indicator: Indicator | undefined): string {
  const unit = indicator?.unit ?? Unit.Seconds;
  return unit === Unit.Seconds ? formatDuration(count) : `${count} ${WORDS[unit]}`;
}

/** The same for machines. */
export function comparisonData(comparisons: readonly Comparison[], worth: Worth, { decimals }: Currency) {
  const money = (amount: bigint) => plainMoney(amount, decimals);
  return {
    measures: comparisons.map(({ stretches, ...rest }) => ({
      ...rest,
      stretches: stretches?.map(({ start, end, ...more }) => ({
        start: formatUtc(start),
        end: formatUtc(end),
        ...more,
      })),
    })),
    credit: { first: money(worth.first), second: money(worth.second) },
    claimant: worth.claimant,
    refused: worth.refused,
  };
}
