import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { UpheldError } from "../errors.ts";
import { moment } from "../format.ts";
import { formatMoney, type TokenUnit } from "../terms/format.ts";
import type { Measurement } from "../terms/types.ts";
import { nameOf, PHASES, SILENCE, STAGES } from "./enums.ts";

/** A report that the chain has. */
export interface StandingReport {
  readonly revision: bigint;
  readonly evidence: string;
  readonly measurements: readonly Measurement[];
}

export interface Situation {
  readonly period: bigint;
  readonly now: bigint;
  readonly summary: SummaryStructOutput;
  /** The newest report of the period on chain. */
  readonly standing: StandingReport | undefined;
  readonly measured: readonly Measurement[];
  /** Whether other counts than those reported are meant as a correction. */
  readonly revise: boolean;
  readonly currency: TokenUnit;
}

/** What is left to do for a period's report. */
export type Step =
  { readonly kind: "done"; readonly revision: bigint } | { readonly kind: "post"; readonly revision: bigint };

/**
 * Decides from the chain alone what is left to do, so that a job may be killed anywhere and run again: post, nothing,
 * or an error that says why not and what can still be done.
 */
export function nextStep(situation: Situation): Step {
  const { standing, measured, revise } = situation;
  if (standing !== undefined && sameCounts(standing.measurements, measured)) {
    return { kind: "done", revision: standing.revision };
  }
  requireOpen(situation);
  if (standing === undefined) return { kind: "post", revision: 0n };
  if (!revise) throw differs(situation, standing);
  return { kind: "post", revision: standing.revision + 1n };
}

/**
 * What is left before anything is measured: `done` when the standing report is the oracle's own, `post` when its first
 * report is due. Throws like `nextStep` when there is nothing to be done.
 */
export function nextStepUnmeasured(situation: Omit<Situation, "standing" | "measured" | "revise">): Step {
  const { stage, revision, period } = situation.summary.state;
  const isStanding = ["reported", "disputed"].includes(nameOf(STAGES, stage)) && revision !== SILENCE;
  const standing = isStanding && period === situation.period ? { revision, evidence: "", measurements: [] } : undefined;
  return nextStep({ ...situation, standing, measured: [], revise: false });
}

/** Whether two lists of counts say the same. */
export function sameCounts(a: readonly Measurement[], b: readonly Measurement[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i];
      return one.total === other?.total && one.bad === other.bad && one.excluded === other.excluded;
    })
  );
}

function requireOpen(situation: Situation): void {
  const { summary, period, now } = situation;
  const { state, reportFrom, reportUntil } = summary;
  const phase = nameOf(PHASES, summary.phase);
  if (phase !== "active") {
    throw refused("report.not-active", `The agreement is ${phase}: it takes no reports.`, "See `upheld status`.");
  }
  if (period < state.period) {
    throw refused(
      "report.resolved",
      `Period ${period} is resolved${situation.standing === undefined ? " without a report" : " with other counts"}.`,
      "Nothing can be reported for it any more; both parties can still agree on anything outside of the escrow.",
    );
  }
  if (period > state.period) throw tooEarly(situation, undefined);
  if (nameOf(STAGES, state.stage) === "disputed") {
    throw refused(
      "report.frozen",
      `Period ${period} is disputed: its report cannot change any more.`,
      "The arbiter decides whose counts are right, or both parties agree on a credit with `upheld agree`.",
    );
  }
  if (now < reportFrom) throw tooEarly(situation, reportFrom);
  if (now >= reportUntil || state.revision === SILENCE) throw tooLate(situation);
}

function tooEarly({ period, summary }: Situation, opens: bigint | undefined): UpheldError {
  const when = opens === undefined ? `once period ${summary.state.period} is resolved and it is over` : moment(opens);
  return new UpheldError({
    code: "report.too-early",
    message: `Period ${period} cannot be reported yet: its window opens ${when}.`,
    hint: "Run it again then; `upheld preview` shows what it would pay.",
    retry: true,
  });
}

function tooLate({ period, summary, standing, currency }: Situation): UpheldError {
  const { state, reportUntil, resolvesAt } = summary;
  const credit = formatMoney(state.credit, currency);
  const message =
    standing === undefined
      ? `Too late: the window for period ${period} closed ${moment(reportUntil)}. Silence counts as a report of ${credit} credit.`
      : `Too late to correct period ${period}: the window closed ${moment(reportUntil)}. The report stands at ${credit} credit.`;
  return refused(
    "report.too-late",
    message,
    `Until ${moment(resolvesAt)} either party may state its own counts with \`upheld dispute\`, or both agree on a credit with \`upheld agree\`; then it is final.`,
  );
}

function differs({ period, summary }: Situation, standing: StandingReport): UpheldError {
  return refused(
    "report.differs",
    `Period ${period} was reported with other counts (revision ${standing.revision}).`,
    `If these are right, add --revise: until ${moment(summary.reportUntil)}, and until somebody disputes, they replace the report.`,
  );
}

function refused(code: string, message: string, hint: string): UpheldError {
  return new UpheldError({ code, message, hint });
}
