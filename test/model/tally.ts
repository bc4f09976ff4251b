/** What a campaign has seen: a story that never reaches the deep states proves nothing about them. */
import { type Agreement, SEATS } from "../../src/model/agreement.ts";
import { countOf } from "../../src/model/money.ts";
import { phaseOf, type State, stateOf } from "../../src/model/views.ts";
import { boundary } from "../../src/terms/calendar.ts";
import type { Told } from "./story.ts";

export const MUTATORS = [
  ...["accept", "fund", "transfer", "sync", "report", "dispute", "rule", "settle", "agree", "revoke", "postBond"],
  ...["claim", "withdraw", "terminate", "offerSeat", "takeSeat", "sweep"],
] as const;

/** Everything that has to happen at least once in a campaign. */
export const MILESTONES = [
  ...["final by report", "final by silence", "final by a revised report", "split", "split over silence"],
  ...[
    "ruled report",
    "ruled provider",
    "ruled client",
    "ruled declined",
    "ruled for a claim not made",
    "ruling timed out",
  ],
  ...["agreed before a dispute", "agreed while disputed", "agreed after the split", "agreed on silence"],
  ...[
    "exit notice",
    "exit chronic",
    "exit bond",
    "exit nonpayment",
    "exit agreed",
    "last period cut",
    "nothing ever due",
  ],
  ...[
    "chronic right",
    "chronic right by a ruling",
    "bond short",
    "bond lacking",
    "bond made whole",
    "arrears",
    "arrears paid",
  ],
  ...["term cap bites", "several disputes open", "closed", "lapsed", "acceptance taken back", "M at its limit"],
  ...["provider's seat taken", "client's seat taken", "consents died", "oracle rotated", "arbiter rotated"],
  ...["several things due at once", "burn-in period with a breach"],
] as const;
export type Milestone = (typeof MILESTONES)[number];

export class Tally {
  readonly done: Record<string, number> = {};
  readonly refused: Record<string, number> = {};
  readonly errors: Record<string, number> = {};
  readonly milestones: Record<string, number> = {};
  calls = 0;

  hear(told: Told): void {
    const { step, refused } = told;
    if (step.call !== undefined) {
      ++this.calls;
      count(refused === undefined ? this.done : this.refused, step.call.name);
      if (refused !== undefined) count(this.errors, refused.name);
    }
    for (const milestone of milestonesOf(told)) count(this.milestones, milestone);
  }

  /** What never happened. */
  get missing(): string[] {
    const never = (seen: Record<string, number>, names: readonly string[], how: string) =>
      names.filter((name) => seen[name] === undefined).map((name) => `${name}${how}`);
    const refusable = MUTATORS.filter((name) => name !== "sync" && name !== "settle");
    return [
      ...never(this.done, MUTATORS, " done"),
      ...never(this.refused, refusable, " refused"),
      ...never(this.milestones, MILESTONES, ""),
    ];
  }

  get text(): string {
    const rows = MUTATORS.map(
      (name) => `  ${name.padEnd(12)}${pad(this.done[name])} done${pad(this.refused[name])} refused`,
    );
    const reached = MILESTONES.map((name) => `  ${pad(this.milestones[name])}  ${name}`);
    const errors = Object.entries(this.errors).sort(([, x], [, y]) => y - x);
    return [
      `${this.calls} calls`,
      ...rows,
      "what happened",
      ...reached,
      `${errors.length} different errors: ${errors.map(([name, times]) => `${name} ${times}`).join(", ")}`,
    ].join("\n");
  }
}

const pad = (times = 0): string => times.toString().padStart(7);

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** What one step brought about, settling that was due included. */
function milestonesOf(told: Told): Milestone[] {
  const { before, after, step, refused } = told;
  const { now, call } = step;
  const [then, a] = [before, after];
  const [was, is] = [stateOf(before, 0n), stateOf(after, now)];
  return [
    ...a.courses.flatMap((_, k) => resolutionOf(then, a, k, step)),
    ...moneyOf(then, a, was, is),
    ...phasesOf(then, a, told),
    ...(refused === undefined && call?.name === "terminate" && call.exit !== "none"
      ? [`exit ${call.exit}` as const]
      : []),
    ...(a.end < then.end && call?.name === "agree" ? (["exit agreed"] as const) : []),
    ...handoversOf(then, a),
  ];
}

function resolutionOf(then: Agreement, a: Agreement, k: number, { now, call }: Told["step"]): Milestone[] {
  const [was, is] = [then.courses[k], a.courses[k]];
  const found: Milestone[] = [];
  if (is?.split !== undefined && was?.split === undefined) {
    found.push(is.dispute?.report.revision === 255 ? "split over silence" : "split");
  }
  if (is?.resolved === undefined || was?.resolved !== undefined) return found;
  const { ruling } = is.resolved;
  const isAgreed = call?.name === "agree" && call.consent.kind === "credit" && call.consent.period === k;
  if (isAgreed && is.resolved.at === now && ruling === "none") found.push(...agreementOn(is));
  else if (ruling === "none") found.push(is.report === undefined ? "final by silence" : "final by report");
  else if (call?.name === "rule" && is.resolved.at === now) {
    const made = call.ruling === ruling;
    found.push(made ? `ruled ${ruling}` : "ruled for a claim not made");
  } else found.push("ruling timed out");
  if ((is.report?.revision ?? 0) > 0 && is.report?.revision !== 255) found.push("final by a revised report");
  const bites = k < a.terms.burnInPeriods && (is.report?.reaches.length ?? 0) === 0 && is.report !== undefined;
  if (bites) found.push("burn-in period with a breach");
  return found;
}

function agreementOn({ dispute, split, report }: Agreement["courses"][number]): Milestone[] {
  const revision = (dispute?.report ?? report)?.revision ?? 255;
  const silent = revision === 255 ? (["agreed on silence"] as const) : [];
  if (split !== undefined) return ["agreed after the split"];
  return [...silent, dispute === undefined ? "agreed before a dispute" : "agreed while disputed"];
}

function moneyOf(then: Agreement, a: Agreement, was: State, is: State): Milestone[] {
  const found: Milestone[] = [];
  if (then.bondShortSince === 0n && a.bondShortSince !== 0n) found.push("bond short");
  if (then.bondShortSince !== 0n && a.bondShortSince === 0n) found.push("bond made whole");
  if (a.money.bond === 0n && then.money.bond > 0n && !a.isClosed && a.bondShortSince !== 0n) found.push("bond lacking");
  if (then.money.owed === 0n && a.money.owed > 0n) found.push("arrears");
  if (then.money.owed > 0n && a.money.owed === 0n) found.push("arrears paid");
  if (a.credited === a.terms.termCreditCap && then.credited < a.credited) found.push("term cap bites");
  if (is.openDisputes.length > 1 && was.openDisputes.length <= 1) found.push("several disputes open");
  if (a.leaveUntil > then.leaveUntil) {
    const ruled = a.courses.some(
      ({ resolved }, k) =>
        then.courses[k]?.resolved === undefined && resolved !== undefined && resolved.ruling !== "none",
    );
    found.push(ruled ? "chronic right by a ruling" : "chronic right");
  }
  if (is.unabsorbed > 0n && is.balance >= 2n ** 95n && was.balance < is.balance) found.push("M at its limit");
  const resolved = a.courses.filter(({ resolved: r }, k) => r !== undefined && then.courses[k]?.resolved === undefined);
  if (resolved.length > 1) found.push("several things due at once");
  return found;
}

function phasesOf(then: Agreement, a: Agreement, { since, step: { now } }: Told): Milestone[] {
  const found: Milestone[] = [];
  if (a.isClosed && !then.isClosed) {
    const last = countOf(a) - 1;
    found.push("closed");
    if (last < 0) found.push("nothing ever due");
    else if (a.end < boundary(a.terms, last + 1)) found.push("last period cut");
  }
  if (phaseOf(a, now) === "lapsed" && phaseOf(then, since) === "draft") found.push("lapsed");
  if (SEATS.some((seat) => then.accepted[seat] && !a.accepted[seat])) found.push("acceptance taken back");
  return found;
}

function handoversOf(then: Agreement, a: Agreement): Milestone[] {
  const taken = SEATS.filter((seat) => then.seats[seat] !== a.seats[seat]).map(
    (seat): Milestone => `${seat}'s seat taken`,
  );
  return [
    ...taken,
    ...(taken.length > 0 && then.consents.length > 0 ? (["consents died"] as const) : []),
    ...(then.oracle === a.oracle ? [] : (["oracle rotated"] as const)),
    ...(then.arbiter === a.arbiter ? [] : (["arbiter rotated"] as const)),
  ];
}
