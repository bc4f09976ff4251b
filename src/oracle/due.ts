import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { nameOf, PHASES, SILENCE } from "../chain/enums.ts";
import { decodeFailure } from "../chain/failure.ts";
import { readLastReports, type Reference } from "../chain/history.ts";
import { nextStepUnmeasured } from "../chain/reporting.ts";
import type { Factory } from "../chain/factory.ts";
import type { Problem } from "../errors.ts";
import { periodStart } from "../terms/calendar.ts";
import type { Watched } from "./portfolio.ts";

/** A period whose first report is due now. */
export interface DuePeriod {
  readonly agreement: Watched;
  readonly number: bigint;
  /** [start, end) after any termination, UTC seconds. */
  readonly start: bigint;
  readonly end: bigint;
  readonly reportUntil: bigint;
  readonly oracle: string;
}

/** A period for which nothing is to be sent. */
export interface Settled {
  readonly agreement: Watched;
  readonly number: bigint | undefined;
  /** `there`: the report is in the chain; `over`: there is nothing to report in this agreement (any more). */
  readonly kind: "there" | "early" | "late" | "over" | "failed";
  readonly revision?: bigint;
  readonly problem?: Problem;
  /** When its window opens, for `early`. */
  readonly opens?: bigint;
}

export type Standing = ({ readonly kind: "due" } & DuePeriod) | Settled;

/** Decides from the chain alone what each agreement needs now. `month`: only the period that starts in it, `2026-10`. */
export async function whatIsDue(
  factory: Factory,
  agreements: readonly Watched[],
  summaries: readonly (SummaryStructOutput | undefined)[],
  now: bigint,
  month?: string,
): Promise<Standing[]> {
  const decided = agreements.map((agreement, i): Standing | Resolved => decide(agreement, summaries[i], now, month));
  const resolved = decided.filter((one) => one.kind === "resolved");
  const reports = await readLastReports(
    factory,
    resolved.map(({ agreement, number }): Reference => ({ agreement: agreement.address, period: number })),
  );
  return decided.map((one): Standing => {
    if (one.kind !== "resolved") return one;
    const { agreement, number, problem } = one;
    const revision = reports.get(`${agreement.address}/${number}`);
    return revision === undefined || revision === SILENCE
      ? { kind: "late", agreement, number, problem }
      : { kind: "there", agreement, number, revision };
  });
}

/** Resolved already: whether by a report or by silence only its events tell. */
interface Resolved {
  readonly kind: "resolved";
  readonly agreement: Watched;
  readonly number: bigint;
  readonly problem: Problem;
}

function decide(
  agreement: Watched,
  summary: SummaryStructOutput | undefined,
  now: bigint,
  month: string | undefined,
): Standing | Resolved {
  if (summary === undefined) return { kind: "failed", agreement, number: undefined, problem: notGenuine(agreement) };
  const { state } = summary;
  const number = month === undefined ? state.period : periodIn(agreement, month);
  if (number === undefined || number >= state.periods) {
    const problem = number === undefined ? noPeriod(month ?? "") : undefined;
    return { kind: "over", agreement, number: undefined, ...(problem === undefined ? {} : { problem }) };
  }
  try {
    const step = nextStepUnmeasured({ period: number, now, summary, currency: agreement.currency });
    if (step.kind === "done") return { kind: "there", agreement, number, revision: step.revision };
  } catch (error) {
    const { problem } = decodeFailure(error);
    const place = { agreement, number, problem };
    if (problem.code === "report.resolved") return { kind: "resolved", ...place };
    if (problem.code === "report.too-early") return { kind: "early", ...place, opens: summary.reportFrom };
    if (problem.code === "report.not-active") {
      const phase = nameOf(PHASES, summary.phase);
      return phase === "draft" ? { kind: "early", ...place, opens: summary.start } : { kind: "over", ...place };
    }
    // too late, or somebody disputes the silence
    return { kind: "late", ...place };
  }
  const { periodStart: start, periodEnd: end, reportUntil } = summary;
  return { kind: "due", agreement, number, start, end, reportUntil, oracle: state.oracle };
}

/** The number of the period that starts in `month`. */
function periodIn({ terms }: Watched, month: string): bigint | undefined {
  for (let k = 0; k < terms.periods; ++k) {
    const start = new Date(Number(periodStart(terms, k)) * 1000).toISOString();
    if (start.startsWith(month)) return BigInt(k);
  }
  return undefined;
}

const noPeriod = (month: string): Problem => ({ code: "period.none", message: `No period starts in ${month}.` });

const notGenuine = ({ address }: Watched): Problem => ({
  code: "agreement.not-genuine",
  message: `There is no agreement of this factory at ${address}.`,
  hint: "Check the network and the factory; a draft that was never deployed: `upheld deploy`.",
});
