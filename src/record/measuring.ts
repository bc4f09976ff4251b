import { UpheldError } from "../errors.ts";
import { countInput, type IndicatorInput } from "../evidence/build.ts";
import type { Measure } from "../terms/file-table.ts";
import type { Period } from "../measure/types.ts";
import { countUndisclosed } from "./disclosed.ts";
import { needsRecord, type RecordRules } from "./check.ts";
import { withRecord } from "./excluding.ts";
import type { Journal } from "./journal.ts";

/** A record as it was read: all that was written before `until`, UTC seconds. */
export interface ReadRecord {
  readonly journal: Journal;
  readonly until: bigint;
}

/** The part of an agreement file's measures that concerns the record. */
export const rulesOf = (measures: readonly Pick<Measure, "policy" | "disclosure">[]): RecordRules => ({
  policies: measures.map(({ policy }) => policy),
  disclosures: measures.map(({ disclosure }) => disclosure),
});

/** What a source line of the evidence says when the record had a part in the counts. */
export const RECORD_SOURCE = "the agreement's record";

/**
 * What the indicators rest on, with what the record excludes, and with the outages that it does not tell of counted where
 * a measure says so; `inputs` holds anything in that place. Reads the record only when a rule needs it. Throws
 * `record.*`, with `retry` while an outage may still be told of in time.
 */
export async function measuredWithRecord(
  inputs: readonly IndicatorInput[],
  rules: RecordRules,
  period: Period,
  read: () => Promise<ReadRecord>,
): Promise<IndicatorInput[]> {
  const { journal, until } = needsRecord(rules) ? await read() : { journal: [], until: 0n };
  const excluded = inputs.map((input, i) => withRecord(input, rules.policies[i], journal, period));
  return excluded.map((input, i): IndicatorInput => {
    const rule = rules.disclosures[i];
    const outages = excluded.find(({ indicator }) => indicator.id === rule?.of);
    if (rule === undefined || outages === undefined) return input;
    if (outages.grade === "totals") throw noTimes(rule.of);
    const seen = { downtime: countInput(outages, period).downtime, instances: outages.indicator.instances };
    const measurement = countUndisclosed(seen, rule, journal, period, until);
    return { grade: "totals", indicator: input.indicator, measurement };
  });
}

const noTimes = (id: number) =>
  new UpheldError({
    code: "record.no-times",
    message: `counts alone are given for measure ${id}: they do not say when its outages began`,
    hint: "give its outages, or samples: whether the client was told in time follows from them",
  });
