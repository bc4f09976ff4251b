import { existsSync } from "node:fs";
import { evidencePath, readEvidence } from "../evidence/files.ts";
import { isSealed } from "../evidence/grades.ts";
import { remarksIn, type Remark } from "../evidence/notes.ts";
import { samplesIn } from "../evidence/runs.ts";
import type { Evidence, EvidenceIndicator, Grade } from "../evidence/schema.ts";
import { verifyEvidence, type OnChain } from "../evidence/verify.ts";
import type { Policy } from "../measure/policy.ts";
import { recordDifference, type RecordRules } from "../record/check.ts";
import type { Journal } from "../record/journal.ts";
import { lengthOf, merge } from "../measure/windows.ts";
import { periodOf } from "../terms/calendar.ts";
import { termsHash } from "../terms/codec.ts";
import { silenceCreditOf } from "../terms/credit.ts";
import { indicatorsIn } from "../terms/measurements.ts";
import type { Indicator, Measurement } from "../terms/types.ts";
import type { Agreement } from "./agreement.ts";
import type { Seat } from "./enums.ts";
import { readHistory } from "./history.ts";
import { measured, Replay, type Disagreement, type Resolved } from "./replay.ts";

export interface Verification {
  readonly termsHash: string;
  readonly months: readonly Month[];
  readonly resolved: readonly Resolved[];
  /** How many evidence files were recomputed second by second. */
  readonly files: number;
  /** Reports and claims whose file is not there: their counts stand on the oracle's or the party's word. */
  readonly missing: readonly string[];
  /** The first thing that differs. */
  readonly difference: Disagreement | undefined;
}

/** One period's way from what was seen to money. */
export interface Month {
  readonly period: number;
  readonly start: bigint;
  readonly end: bigint;
  /** Of the report that stood; empty in silence. */
  readonly measures: readonly Measured[];
  /** Where its facts come from, as its evidence says; undefined without a file. */
  readonly source: string | undefined;
  /** What the table gives, before the term's cap; in silence what was agreed for it. Money. */
  readonly credit: bigint;
  /** What it came to, once it is final. */
  readonly final: Resolved | undefined;
}

/** What a report says was seen. */
type Seen = Pick<Month, "measures" | "source">;

export interface Measured {
  readonly id: number;
  /** How far the counts can be checked; undefined: their file is missing. */
  readonly grade: Grade | undefined;
  /**
   * What totals were counted from, if they are not merely stated: an export of tickets that the file names by its hash, or
   * the record, which they were held against.
   */
  readonly from: "export" | "record" | undefined;
  /** How many the file has, and of how many vantage points; 0 for other grades. */
  readonly samples: number;
  readonly vantages: number;
  readonly counts: Measurement;
  /** Why nothing was known for a while, as the file notes it; the longest first. */
  readonly holes: readonly Hole[];
}

/** What a vantage point knew nothing of, for one reason. */
export interface Hole {
  readonly vantage: string;
  readonly reason: string;
  /** Seconds in all. */
  readonly seconds: bigint;
  /** When it first began, UTC seconds. */
  readonly first: bigint;
}

export interface VerifyOptions {
  readonly chainId: bigint;
  /** Folder of the evidence files. */
  readonly folder: string;
  /** By indicator, as far as the agreement's file fixes them; the chain does not say. */
  readonly policies: readonly (Policy | undefined)[];
  /** The agreement's record, and which outages the file wants it to tell of; left out: nothing is held against it. */
  readonly record?: Pick<RecordRules, "disclosures"> & { readonly journal: Journal };
}

interface Statement {
  readonly period: number;
  readonly author: Seat | "oracle";
  readonly revision: number;
  readonly root: string;
  readonly credit: bigint;
  readonly measurements: OnChain["measurements"];
}

/** Recomputes terms, counts, credits and money from the chain's code and events and the evidence files. */
export async function verifyAgreement(agreement: Agreement, options: VerifyOptions): Promise<Verification> {
  const [history, state] = await Promise.all([readHistory(agreement), agreement.state()]);
  const replay = new Replay(agreement.terms, state.end);
  let difference = termsDifference(agreement);
  for (const event of history) difference ??= replay.next(event);

  const missing: string[] = [];
  const seen = new Map<number, Seen>();
  const statements = statementsOf(replay);
  for (const statement of statements) {
    const onChain = onChainOf(agreement, statement, state.end, options);
    const path = evidencePath(options.folder, { ...onChain, author: statement.author });
    const evidence = existsSync(path) ? await readEvidence(path) : undefined;
    if (evidence === undefined) missing.push(path);
    else
      difference ??=
        fileDifference(path, evidence, onChain) ??
        recordDifferenceIn(
          path,
          evidence,
          onChain,
          indicatorsIn(agreement.terms, periodOf(agreement.terms, statement.period, state.end)),
          options,
        );
    if (statement.author === "oracle") {
      seen.set(statement.period, { measures: measuresOf(onChain, evidence, options), source: evidence?.source });
    }
  }
  difference ??= await moneyDifference(agreement, replay.held, state);
  const months = monthsOf(agreement, replay, state.end, statements, seen);
  const files = statements.length - missing.length;
  return { termsHash: agreement.termsHash, months, resolved: replay.resolved, files, missing, difference };
}

/** The chain says both; so they are compared. */
function termsDifference({ terms, termsHash: said }: Agreement): Disagreement | undefined {
  const hash = termsHash(terms);
  if (hash === said) return undefined;
  return { place: "terms", message: `the terms hash to ${hash}, the agreement says ${said}` };
}

function onChainOf(agreement: Agreement, statement: Statement, end: bigint, options: VerifyOptions): OnChain {
  const period = periodOf(agreement.terms, statement.period, end);
  const { chainId, policies } = options;
  return {
    chainId,
    agreement: agreement.address,
    period: { index: statement.period, start: period.start, end: period.end },
    revision: statement.revision,
    root: statement.root,
    indicators: agreement.terms.indicators,
    measurements: statement.measurements,
    policies,
  };
}

function statementsOf({ reports, claims }: Replay): Statement[] {
  const byOracle = reports.map(({ period, report }): Statement => ({
    period,
    author: "oracle",
    revision: Number(report.revision),
    root: report.evidence,
    credit: report.credit,
    measurements: measured(report.measurements),
  }));
  const revisions = new Map(byOracle.map(({ period, revision }) => [period, revision]));
  const byParties = claims.map(({ period, seat, claim }): Statement => ({
    period,
    author: seat,
    // A claim is about the report that stood; silence is revision 255.
    revision: revisions.get(period) ?? 255,
    root: claim.evidence,
    credit: claim.credit,
    measurements: measured(claim.measurements),
  }));
  return [...byOracle, ...byParties].sort((a, b) => a.period - b.period);
}

function fileDifference(path: string, evidence: Evidence, onChain: OnChain): Disagreement | undefined {
  const found = verifyEvidence(evidence, onChain);
  if (found === undefined) return undefined;
  return { place: `period ${onChain.period.index}, ${found.place}`, message: `${found.message} (${path})` };
}

function recordDifferenceIn(
  path: string,
  evidence: Evidence,
  { period }: OnChain,
  indicators: readonly Indicator[],
  { policies, record }: VerifyOptions,
): Disagreement | undefined {
  if (record === undefined) return undefined;
  const found = recordDifference(evidence, indicators, { policies, ...record }, record.journal);
  return found && { place: `period ${period.index}, ${found.place}`, message: `${found.message} (${path})` };
}

function measuresOf(
  { indicators, measurements }: OnChain,
  evidence: Evidence | undefined,
  { record }: VerifyOptions,
): Measured[] {
  return indicators.map(({ id }, i) => {
    const stated = evidence?.indicators.find((one) => one.id === id);
    const own = evidence?.days.flatMap((day) => day.samples.filter(({ indicator }) => indicator === id)) ?? [];
    return {
      id,
      grade: stated?.grade,
      from: fromOf(stated, evidence, record?.disclosures[i] !== undefined),
      samples: own.reduce((sum, { runs }) => sum + samplesIn(runs), 0),
      vantages: new Set(own.map(({ vantage }) => vantage)).size,
      counts: measurements[i] as Measurement,
      holes: evidence === undefined ? [] : holesIn(evidence, id),
    };
  });
}

function fromOf(
  stated: EvidenceIndicator | undefined,
  evidence: Evidence | undefined,
  isOfRecord: boolean,
): Measured["from"] {
  if (stated?.grade !== "totals") return undefined;
  if (isOfRecord) return "record";
  return stated.unit === "tickets" && isSealed(evidence?.source ?? "") ? "export" : undefined;
}

function holesIn({ days }: Evidence, id: number): Hole[] {
  const groups = Map.groupBy(remarksIn(days, id), ({ vantage, reason }) => `${vantage} ${reason}`);
  return [...groups.values()]
    .map((remarks): Hole => {
      const [{ vantage, reason, start }] = remarks as [Remark];
      return { vantage, reason, seconds: lengthOf(merge(remarks)), first: start };
    })
    .toSorted((a, b) => Number(b.seconds - a.seconds));
}

/** Every period that has a report, or is final without one. */
function monthsOf(
  { terms }: Agreement,
  { resolved }: Replay,
  end: bigint,
  statements: readonly Statement[],
  seen: ReadonlyMap<number, Seen>,
): Month[] {
  const numbers = new Set([...statements.map(({ period }) => period), ...resolved.map(({ period }) => period)]);
  return [...numbers]
    .sort((a, b) => a - b)
    .map((k) => {
      const period = periodOf(terms, k, end);
      const report = statements.find(({ period: of, author }) => of === k && author === "oracle");
      return {
        period: k,
        start: period.start,
        end: period.end,
        ...(seen.get(k) ?? { measures: [], source: undefined }),
        credit: report?.credit ?? silenceCreditOf(terms, period),
        final: resolved.find((one) => one.period === k),
      };
    });
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
