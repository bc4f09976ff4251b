import { randomBytes } from "node:crypto";
import { Agreement } from "../chain/agreement.ts";
import type { BatchedReport } from "../chain/batch.ts";
import { decodeFailure } from "../chain/failure.ts";
import { keyOf, type BatchFile } from "../committee/batch-file.ts";
import type { Committee } from "../committee/committee.ts";
import { reasonAgainst, type Reviewer } from "../committee/own-review.ts";
import type { Objection } from "../committee/review.ts";
import { UpheldError } from "../errors.ts";
import { inGroups, monitorOf, type Readings } from "../oracle/groups.ts";
import { problemOf } from "../oracle/prepare.ts";
import { Unit, type Indicator } from "../terms/types.ts";
import type { Context } from "./context.ts";
import { usage } from "./job.ts";
import type { OpenedOracle } from "./oracle.ts";
import { gatherWithRecord } from "./recorded.ts";
import { EVIDENCE, type GivenSources } from "./sources.ts";
import { evidenceInput } from "./swear.ts";

export interface ReviewOptions {
  readonly committee: Committee;
  /** Of the proposer's evidence files. */
  readonly evidence: string | undefined;
  /** Units, for every measure; undefined: as the config says, else 0. */
  readonly tolerance: bigint | undefined;
}

/** Reviews a batch of one agreement by the sources of the command line. */
export async function reviewOne(
  context: Context,
  batch: BatchFile,
  ref: string | undefined,
  given: GivenSources,
  { committee, evidence = EVIDENCE, tolerance = 0n }: ReviewOptions,
): Promise<Objection[]> {
  const agreement = await Agreement.at(await context.factory(), onlyAgreement(batch));
  if (ref !== undefined && (await context.agreement(ref)).address !== agreement.address) {
    throw usage(`the batch reports ${agreement.address}, not the agreement that you named`);
  }
  const measures = ref === undefined ? [] : context.measures(ref);
  const reviewer: Reviewer = {
    chainId: committee.chainId,
    committee: committee.address,
    folder: evidence,
    tolerances: ({ terms }) => terms.indicators.map(() => tolerance),
    policies: () => measures.map(({ policy }) => policy),
    random: randomBytes,
    measure: async (one, number) => {
      const period = { number, ...(await one.period(number)) };
      const gathered = await gatherWithRecord(context, one, ref ?? one.address, period, given);
      return evidenceInput(context, one, period, 0n, "oracle", gathered);
    },
  };
  const objections: Objection[] = [];
  for (const report of batch.reports) {
    const reason = await context.output.during("Measuring", reasonAgainst(reviewer, agreement, report));
    if (reason !== undefined) objections.push({ report, reason });
  }
  return objections;
}

/** Reviews a batch of any agreements by the member's own config; one that cannot be measured does not hold up others. */
export async function reviewMany(
  context: Context,
  batch: BatchFile,
  { config, factory, agreements, measure }: OpenedOracle,
  { committee, evidence = config.evidence, tolerance }: ReviewOptions,
): Promise<Objection[]> {
  const known = new Map(agreements.map((one) => [one.address, one]));
  const { signal } = context.output.io;
  const reviewer = (readings: Readings): Reviewer => ({
    chainId: committee.chainId,
    committee: committee.address,
    folder: evidence,
    tolerances: ({ terms }) => terms.indicators.map((one) => tolerance ?? agreedFor(one, config.tolerance)),
    policies: ({ address }) => known.get(address)?.policies ?? [],
    random: randomBytes,
    measure: async (agreement, number) => {
      const watched = known.get(agreement.address);
      if (watched === undefined) throw notServed(config.file);
      const { start, end } = await agreement.period(number);
      return measure(watched, { number, start, end }, signal, readings);
    },
  });
  let done = 0;
  const review = async (report: BatchedReport, readings: Readings): Promise<Objection[]> => {
    signal.throwIfAborted();
    try {
      const reason = await reasonAgainst(reviewer(readings), await Agreement.at(factory, report.agreement), report);
      if (++done % 25 === 0) context.output.note(`${done} of ${batch.reports.length} reviewed`);
      return reason === undefined ? [] : [{ report, reason }];
    } catch (error) {
      signal.throwIfAborted();
      const { message, file, line, retry } = problemOf(error);
      if (problemOf(error).code.startsWith("chain.")) throw decodeFailure(error);
      const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `;
      return [{ report, reason: `I cannot measure it: ${place}${message}`, retry: retry === true }];
    }
  };
  const monitorOfReport = ({ agreement }: BatchedReport): string => {
    const watched = known.get(agreement);
    return watched === undefined ? agreement : monitorOf(watched);
  };
  const reviews = inGroups(batch.reports, monitorOfReport, config.atOnce, review);
  return (await context.output.during("Measuring", reviews)).flat();
}

/** Seconds of two monitors may differ; tickets, days and probes of the same thing may not. */
const agreedFor = ({ unit }: Indicator, seconds: bigint): bigint => (unit === Unit.Seconds ? seconds : 0n);

/** A line for each, for people. */
export const objectionText = ({ report, reason }: Objection): string => `${keyOf(report)}: ${reason}`;

const notServed = (file: string) =>
  new UpheldError({
    code: "config.not-served",
    message: `it is not among the agreements of ${file}`,
    hint: "Add it with your own monitor, or let another member sign.",
  });

/** Several agreements need several sources, which a command line cannot sort out. */
function onlyAgreement({ reports }: BatchFile): string {
  const [first, ...others] = new Set(reports.map(({ agreement }) => agreement));
  if (first !== undefined && others.length === 0) return first;
  throw usage(
    `the batch reports ${others.length + 1} agreements, and one command line measures one`,
    "Name your oracle's config with --config: it says where each is measured.",
  );
}
