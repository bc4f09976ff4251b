import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventsOf } from "../chain/history.ts";
import { evidencePath, packEvidence, readEvidence } from "../evidence/files.ts";
import type { Evidence } from "../evidence/schema.ts";
import { formatUtc, parseUtc } from "../measure/time.ts";
import type { Outcome, PeriodOutcome } from "./outcome.ts";
import { act, type Stage } from "./stage.ts";

/** What `upheld verify` said, before and after one second was changed. */
export interface Checked {
  readonly periods: number;
  readonly files: number;
  readonly agrees: boolean;
  /** Where a second was added, and what that brought to light. */
  readonly changedAt: bigint;
  readonly mismatch: string | undefined;
}

/** Verifies the whole agreement; then once more with a copy of the evidence in which one outage is a second longer. */
export async function check(stage: Stage, outcome: Outcome): Promise<Checked> {
  const { evidence, folder } = stage.files;
  const honest = await verify(stage, evidence);
  const copy = join(folder, "changed");
  cpSync(evidence, copy, { recursive: true });
  const changedAt = await changeSecond(await fileOf(stage, outcome, worstOf(outcome), copy));
  const { mismatch } = await verify(stage, copy);
  return { ...honest, periods: outcome.periods.length, agrees: honest.mismatch === undefined, changedAt, mismatch };
}

/** The client checks: anyone could. */
async function verify(stage: Stage, evidence: string): Promise<{ files: number; mismatch: string | undefined }> {
  const answer = await act(stage, "client", "verify", "--evidence", evidence);
  const { files, missing, difference } = answer as {
    files: number;
    missing: string[];
    difference?: { place: string };
  };
  // the day says which period it is in
  const place = difference?.place.replace(/^period \d+, (?=day )/, "");
  return { files, mismatch: place ?? (missing[0] === undefined ? undefined : `no file ${missing[0]}`) };
}

function worstOf({ periods }: Outcome): PeriodOutcome {
  const reported = periods.filter(({ isReported }) => isReported);
  const worst = reported.toSorted((a, b) => Number((b.counts?.bad ?? 0n) - (a.counts?.bad ?? 0n)))[0];
  if (worst === undefined) throw new Error("nothing was reported");
  return worst;
}

/** The oracle's evidence file of a period. */
async function fileOf(stage: Stage, { history }: Outcome, { k, start }: PeriodOutcome, folder: string) {
  const report = eventsOf(history, "Reported").findLast(({ period }) => period === BigInt(k));
  return evidencePath(folder, {
    chainId: (await stage.provider.getNetwork()).chainId,
    agreement: stage.agreement.address,
    period: { index: k, start },
    revision: Number(report?.revision ?? 0n),
    author: "oracle",
  });
}

/** Makes the first outage of a file end a second later, which nobody swore, and answers when it had ended. */
async function changeSecond(path: string): Promise<bigint> {
  const evidence: Evidence = await readEvidence(path);
  const span = evidence.days.find(({ outages }) => outages.length > 0)?.outages[0];
  if (span === undefined) throw new Error("nothing was down");
  const changedAt = parseUtc(span.end);
  span.end = formatUtc(changedAt + 1n);
  writeFileSync(path, packEvidence(evidence));
  return changedAt;
}
