import { existsSync } from "node:fs";
import { evidencePath, readEvidence } from "../evidence/files.ts";
import { verifyEvidence, type OnChain } from "../evidence/verify.ts";
import { periodOf } from "../terms/calendar.ts";
import type { Agreement } from "./agreement.ts";
import type { Seat } from "./enums.ts";
import { readHistory } from "./history.ts";
import { measured, Replay, type Disagreement, type Resolved } from "./replay.ts";

export interface Verification {
  readonly resolved: readonly Resolved[];
  /** How many evidence files were recomputed second by second. */
  readonly files: number;
  /** Reports and claims whose file is not there: their counts stand on the oracle's or the party's word. */
  readonly missing: readonly string[];
  /** The first thing that differs. */
  readonly difference: Disagreement | undefined;
}

interface Statement {
  readonly period: number;
  readonly author: Seat | "oracle";
  readonly revision: number;
  readonly root: string;
  readonly measurements: OnChain["measurements"];
}

/** Recomputes counts, credits and money from the chain's events and the evidence files in `folder`. */
export async function verifyAgreement(agreement: Agreement, chainId: bigint, folder: string): Promise<Verification> {
  const [history, state] = await Promise.all([readHistory(agreement), agreement.state()]);
  const replay = new Replay(agreement.terms, state.end);
  let difference: Disagreement | undefined;
  for (const event of history) difference ??= replay.next(event);

  const missing: string[] = [];
  let files = 0;
  for (const statement of statementsOf(replay)) {
    const period = periodOf(agreement.terms, statement.period, state.end);
    const onChain: OnChain = {
      chainId,
      agreement: agreement.address,
      period: { index: statement.period, start: period.start, end: period.end },
      revision: statement.revision,
      root: statement.root,
      indicators: agreement.terms.indicators,
      measurements: statement.measurements,
    };
    const path = evidencePath(folder, { ...onChain, author: statement.author });
    if (!existsSync(path)) {
      missing.push(path);
      continue;
    }
    files += 1;
    difference ??= await fileDifference(path, onChain);
  }
  difference ??= await moneyDifference(agreement, replay.held, state);
  return { resolved: replay.resolved, files, missing, difference };
}

function statementsOf({ reports, claims }: Replay): Statement[] {
  const byOracle = reports.map(({ period, report }): Statement => ({
    period,
    author: "oracle",
    revision: Number(report.revision),
    root: report.evidence,
    measurements: measured(report.measurements),
  }));
  const revisions = new Map(byOracle.map(({ period, revision }) => [period, revision]));
  const byParties = claims.map(({ period, seat, claim }): Statement => ({
    period,
    author: seat,
    // A claim is about the report that stood; silence is revision 255.
    revision: revisions.get(period) ?? 255,
    root: claim.evidence,
    measurements: measured(claim.measurements),
  }));
  return [...byOracle, ...byParties].sort((a, b) => a.period - b.period);
}

async function fileDifference(path: string, onChain: OnChain): Promise<Disagreement | undefined> {
  const found = verifyEvidence(await readEvidence(path), onChain);
  if (found === undefined) return undefined;
  return { place: `period ${onChain.period.index}, ${found.place}`, message: `${found.message} (${path})` };
}

async function moneyDifference(
  { token, address }: Agreement,
  held: bigint,
  state: { balance: bigint; earnings: bigint; bond: bigint; pledges: bigint },
): Promise<Disagreement | undefined> {
  const known = state.balance + state.earnings + state.bond + state.pledges;
  if (held !== known) {
    return { place: "money", message: `came in less went out: ${held} units; the agreement knows of ${known}` };
  }
  const actual = await token.balanceOf(address);
  if (actual >= known) return undefined;
  return { place: "token", message: `the agreement should hold ${known} units, the token says ${actual}` };
}
