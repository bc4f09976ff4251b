import type { Period } from "./calendar.ts";
import { creditCapOf, objectiveShare, shareOf } from "./credit.ts";
import type { Objective, Terms } from "./types.ts";
import { Unit } from "./types.ts";

/** One line of a worked table: with `bad` units bad the credit is `credit`. */
export interface WorkedRow {
  readonly bad: bigint;
  /** Money, after the period's cap. */
  readonly credit: bigint;
  /** What one bad unit less gives, where the credit jumps; absent in a row picked from a slope. */
  readonly before?: bigint;
}

/** What an objective gives in a full period. */
export interface WorkedTable {
  readonly objective: number;
  readonly indicator: number;
  /** All units, good and bad: the length of the period in seconds or days, else a round example. */
  readonly total: bigint;
  readonly rows: readonly WorkedRow[];
  /** Whether the rows are only some of the steps. */
  readonly isCut: boolean;
}

const MOST_ROWS = 8;
/** Rows of a slope: what people ask first. */
const SAMPLES: Readonly<Record<Unit, readonly bigint[]>> = {
  [Unit.Seconds]: [60n, 600n, 3_600n, 14_400n, 86_400n],
  [Unit.Probes]: [1n, 10n, 100n],
  [Unit.Tickets]: [1n, 2n, 5n, 10n],
  [Unit.Packets]: [1n, 1_000n, 10_000n],
  [Unit.Days]: [1n, 2n, 5n],
};
const EXAMPLE_TOTALS = { [Unit.Probes]: 10_000n, [Unit.Tickets]: 100n, [Unit.Packets]: 1_000_000n } as const;

/** The table of `objective` for the full fee and a period like `period`, by the very function that the contract mirrors. */
export function workedTable(terms: Terms, index: number, period: Period): WorkedTable {
  const objective = terms.objectives[index];
  const indicator = objective && terms.indicators[objective.indicator];
  if (objective === undefined || indicator === undefined) throw new RangeError(`no objective ${index}`);
  const length = period.end - period.start;
  const totals = { ...EXAMPLE_TOTALS, [Unit.Seconds]: indicator.instances * length, [Unit.Days]: length / 86_400n };
  const total = totals[indicator.unit];
  const credit = (bad: bigint) => creditAlone(terms, objective, total, bad);

  const isSlope = objective.tiers.some((tier) => tier.proportional);
  const jumps = isSlope ? slope(credit, total, SAMPLES[indicator.unit]) : steps(credit, total);
  return { objective: index, indicator: objective.indicator, total, ...jumps };
}

function creditAlone(terms: Terms, objective: Objective, total: bigint, bad: bigint): bigint {
  const credit = shareOf(terms.fee, objectiveShare(objective, { total, bad, excluded: 0n }));
  const cap = creditCapOf(terms, terms.fee);
  return credit < cap ? credit : cap;
}

type Credit = (bad: bigint) => bigint;

/** The least bad count whose credit reaches `credit`, found by halving: more bad never lowers a credit. */
function leastBad(of: Credit, total: bigint, credit: bigint): bigint {
  let [low, high] = [0n, total];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (of(middle) >= credit) high = middle;
    else low = middle + 1n;
  }
  return low;
}

/** Every jump of the credit; of many the first ones and the last. */
function steps(of: Credit, total: bigint): Pick<WorkedTable, "rows" | "isCut"> {
  const most = of(total);
  const rows: WorkedRow[] = [];
  let credit = 0n;
  while (credit < most && rows.length < MOST_ROWS) {
    const bad = leastBad(of, total, credit + 1n);
    rows.push({ bad, credit: of(bad), before: credit });
    credit = of(bad);
  }
  if (credit === most) return { rows, isCut: false };
  const bad = leastBad(of, total, most);
  return { rows: [...rows.slice(0, 4), { bad, credit: most, before: of(bad - 1n) }], isCut: true };
}

/** A proportional credit grows with every unit: some plain amounts, and where it is greatest. */
function slope(of: Credit, total: bigint, samples: readonly bigint[]): Pick<WorkedTable, "rows" | "isCut"> {
  const most = of(total);
  const top = leastBad(of, total, most);
  const rows = samples.filter((bad) => bad < top).map((bad) => ({ bad, credit: of(bad) }));
  return { rows: [...rows, { bad: top, credit: most }], isCut: true };
}
