import { eventsOf } from "../../src/chain/events.ts";
import { nameOf, RULINGS, SEATS, type Ruling, type Seat } from "../../src/chain/enums.ts";
import { finalMoney } from "../../src/model/resolution.ts";
import { silenceCreditOf } from "../../src/terms/credit.ts";
import type { Period } from "../../src/terms/calendar.ts";
import type { Measurement } from "../../src/terms/types.ts";
import type { View } from "./chain/view.ts";
import { periodIn } from "./words.ts";

/** Where a period stands, from what the chain says of it. */
export type Standing = "final" | "held" | "reported" | "disputed" | "awaited" | "running" | "to come";

/** One period of the term, for the year at a glance and its table. */
export interface PeriodView {
  readonly k: number;
  readonly period: Period;
  readonly standing: Standing;
  /** What the client gets or got back, what the provider earns or earned; of what is not settled, as it stands now. */
  readonly credit: bigint;
  readonly earned: bigint;
  /** In a split: what waits for the arbiter. */
  readonly held: bigint;
  /** When it became final, or does if nobody acts; 0: not known yet. */
  readonly finalAt: bigint;
  /** Of the report that stands; undefined: nobody reported. */
  readonly report: Report | undefined;
  readonly claims: readonly ClaimView[];
  readonly ruling: Ruling | "none";
}

export interface Report {
  readonly revision: number;
  readonly root: string;
  readonly credit: bigint;
  readonly measurements: readonly Measurement[];
}

export interface ClaimView {
  readonly seat: Seat;
  readonly credit: bigint;
  readonly pledge: bigint;
  readonly root: string;
  readonly measurements: readonly Measurement[];
}

/** All periods that the agreement has, in order. */
export function periodsOf(view: View): PeriodView[] {
  const periods: PeriodView[] = [];
  let credited = 0n;
  for (let k = 0; k < Number(view.summary.state.periods); ++k) {
    const one = periodView(view, k, credited);
    if (one.standing === "final" || one.standing === "held") credited += one.credit;
    periods.push(one);
  }
  return periods;
}

/** `credited`: all credits that earlier periods gave. */
function periodView(view: View, k: number, credited: bigint): PeriodView {
  const { history, summary, terms, disputes } = view;
  const { state } = summary;
  const period = periodIn(view, k);
  const isThis = ({ period: of }: { readonly period: bigint }) => of === BigInt(k);
  const reported = eventsOf(history, "Reported").findLast(isThis);
  const final = eventsOf(history, "PeriodFinal").find(isThis);
  const split = eventsOf(history, "Split").find(isThis);
  const base = {
    k,
    period,
    report: reported && {
      revision: Number(reported.revision),
      root: reported.evidence,
      credit: reported.credit,
      measurements: plain(reported.measurements),
    },
    claims: eventsOf(history, "Disputed")
      .filter(isThis)
      .map(({ seat, credit, pledge, evidence, measurements }) => ({
        seat: nameOf(SEATS, seat) as Seat,
        credit,
        pledge,
        root: evidence,
        measurements: plain(measurements),
      })),
    ruling: final === undefined ? ("none" as const) : nameOf(RULINGS, final.ruling),
    held: 0n,
  };
  if (final !== undefined) {
    return { ...base, standing: "final", credit: final.credit, earned: final.earned, finalAt: final.dueAt };
  }
  const dispute = disputes.get(k);
  if (dispute?.isOpen === true) {
    const { held, agreedCredit } = dispute;
    const earned = split?.earned ?? period.fee - held - agreedCredit;
    const finalAt = dispute.disputedAt + terms.disputeWindow + terms.rulingWindow;
    return { ...base, standing: "held", credit: split?.credit ?? agreedCredit, earned, held, finalAt };
  }
  const isCurrent = BigInt(k) === state.period;
  if (isCurrent && (view.stage === "reported" || view.stage === "disputed")) {
    const purse = { fee: period.fee, credited: state.creditsGiven, bond: state.bond };
    const { earned, credit } = finalMoney(terms, purse, state.credit);
    return { ...base, standing: view.stage, credit, earned, finalAt: summary.resolvesAt };
  }
  if (BigInt(k) < state.period) return settledUnseen(view, base, credited);
  const standing =
    isCurrent && view.stage === "awaiting"
      ? "awaited"
      : summary.runningPeriod === BigInt(k) && view.head.time >= period.start
        ? "running"
        : "to come";
  return { ...base, standing, credit: 0n, earned: 0n, finalAt: 0n };
}

/**
 * Due and not settled on chain yet, so no event tells of it: as of now it is final with the report's credit, or that of
 * silence. `state` counts it already.
 */
function settledUnseen(
  { terms, summary }: View,
  base: Omit<PeriodView, "standing" | "credit" | "earned" | "finalAt">,
  credited: bigint,
): PeriodView {
  const { period, report } = base;
  const purse = { fee: period.fee, credited, bond: summary.state.bond };
  const { credit, earned } = finalMoney(terms, purse, report?.credit ?? silenceCreditOf(terms, period));
  return { ...base, standing: "final", credit, earned, finalAt: 0n };
}

/** Structs of events, as the library has measurements. */
function plain(measurements: readonly { total: bigint; bad: bigint; excluded: bigint }[]): Measurement[] {
  return measurements.map(({ total, bad, excluded }) => ({ total, bad, excluded }));
}
