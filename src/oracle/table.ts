import { countsText } from "../chain/calls.ts";
import { moment, shortAddress } from "../format.ts";
import { periodStart } from "../terms/calendar.ts";
import type { Outcome } from "./round.ts";

const WORDS: Readonly<Record<Outcome["kind"], string>> = {
  reported: "reported",
  proposed: "proposed",
  due: "would report",
  there: "already there",
  early: "too early",
  late: "too late",
  over: "nothing due",
  failed: "failed",
};

/** `harbor  2026-10  reported  4740 bad of 2678400`: one line for each agreement, then the sums. */
export function outcomeTable(outcomes: readonly Outcome[]): string[] {
  const rows = outcomes.map((outcome) => [nameOf(outcome), monthOf(outcome), WORDS[outcome.kind], aboutOf(outcome)]);
  const widths = [0, 1, 2].map((i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const problems = outcomes.flatMap(({ problem, kind }) => (kind === "failed" && problem?.hint ? [problem.hint] : []));
  return [...lines, ...[...new Set(problems)].map((hint) => `  ${hint}`), sumsOf(outcomes)];
}

/** How many came to what: `3 reported, 1 too early`. */
export function sumsOf(outcomes: readonly Outcome[]): string {
  const counts = countKinds(outcomes);
  const parts = Object.entries(counts).map(([kind, count]) => `${count} ${WORDS[kind as Outcome["kind"]]}`);
  return parts.length === 0 ? "No agreements." : `${parts.join(", ")}.`;
}

export function countKinds(outcomes: readonly Outcome[]): Partial<Record<Outcome["kind"], number>> {
  const counts: Partial<Record<Outcome["kind"], number>> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** For `--json`: one object for each agreement. */
export function outcomeData({
  agreement,
  period,
  kind,
  revision,
  measurements,
  file,
  root,
  hash,
  problem,
  opens,
  closes,
}: Outcome) {
  return {
    agreement: agreement.address,
    service: agreement.label,
    period,
    outcome: kind,
    revision,
    measurements,
    evidence: root,
    file,
    transaction: hash,
    problem,
    opens,
    closes,
  };
}

const nameOf = ({ agreement }: Outcome): string =>
  agreement.label === agreement.address ? agreement.address : `${agreement.label} (${shortAddress(agreement.address)})`;

function monthOf({ agreement, period }: Outcome): string {
  if (period === undefined) return "–";
  return new Date(Number(periodStart(agreement.terms, Number(period))) * 1000).toISOString().slice(0, 7);
}

function aboutOf({ kind, measurements, problem, revision, opens, file }: Outcome): string {
  if (kind === "failed" || kind === "late") return placed(problem);
  if (opens !== undefined) return `opens ${moment(opens)}`;
  if (kind === "there" && revision !== undefined && revision > 0n) return `revision ${revision}`;
  if (measurements === undefined) return problem?.message ?? "";
  return `${countsText(measurements)}${file === undefined ? "" : `  ${file}`}`;
}

function placed(problem: Outcome["problem"]): string {
  if (problem === undefined) return "";
  const { file, line, message, code } = problem;
  const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}: `;
  return `${place}${message} [${code}]`;
}
