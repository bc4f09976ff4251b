import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Actor } from "../../src/demo/actors.ts";
import type { Setting } from "../../src/demo/setting.ts";
import { act, report, signUp } from "../../src/demo/stage.ts";
import { parseUtc } from "../../src/measure/time.ts";

/** How many months of the demo's year are reported when the page opens: October is the last, and may be disputed. */
const REPORTED = 10;
const DAYS_LATER = 2n * 86_400n;

/** What was written in the record in October: when, by whom, and the command. */
const OCTOBER: readonly (readonly [at: string, by: Actor, ...command: string[]])[] = [
  ["2025-10-09T14:54:00Z", "provider", "incident", "--began", "2025-10-09T14:45Z", "--text", "Jobs wait; we look"],
  ["2025-10-09T16:50:00Z", "provider", "incident", "--resolve", "1", "--ended", "2025-10-09T16:40Z", "--text", "Done"],
  ["2025-10-12T09:00:00Z", "provider", "advice", "--text", "Pin the runners' images"],
  ["2025-10-14T09:00:00Z", "client", "answer", "2", "declined", "--text", "Not before the audit"],
  ["2025-10-29T16:23:00Z", "provider", "incident", "--began", "2025-10-29T16:17Z", "--text", "Nothing starts"],
  ["2025-10-29T23:20:00Z", "provider", "incident", "--resolve", "3", "--ended", "2025-10-29T23:15Z", "--text", "Done"],
];
/** And since October's report. */
const NOVEMBER: typeof OCTOBER = [
  ["2025-11-02T09:00:00Z", "provider", "advice", "--text", "Switch multi-factor sign-in on for all accounts"],
  [
    ...["2025-11-02T10:00:00Z", "provider", "maintenance", "--from", "2025-11-22T22:00Z"],
    ...["--until", "2025-11-22T23:00Z", "--text", "New storage for the caches"],
  ] as [string, Actor, ...string[]],
];

/** Two agreements to look at: one that runs, and next year's, which nobody has signed. */
export interface PageWorld {
  readonly running: string;
  readonly draft: string;
  readonly record: string;
  /** Folder of the record's private texts, which both parties have. */
  readonly texts: string;
}

/** Plays the demo's year up to the days in which October's report may be disputed, and drafts the next year's agreement. */
export async function playWorld(stage: Setting): Promise<PageWorld> {
  const { periods } = stage.agreement.terms;
  const texts = join(stage.files.folder, "private");
  await signUp(stage, BigInt(periods));
  for (let k = 0; k < REPORTED - 1; ++k) await report(stage, k);
  await write(stage, texts, OCTOBER);
  await report(stage, REPORTED - 1);
  stage.onProgress("draft the next year");
  const draft = await createDraft(stage);
  await write(stage, texts, NOVEMBER);
  const { record } = await act(stage, "provider", "record list", "--evidence", texts);
  await stage.clock.moveTo((await stage.agreement.period(BigInt(REPORTED - 1))).base + DAYS_LATER);
  await stage.provider.send("evm_mine", []);
  return { running: stage.agreement.address, draft, record: String(record), texts };
}

async function write(stage: Setting, texts: string, entries: typeof OCTOBER): Promise<void> {
  for (const [at, by, job = "", ...rest] of entries) {
    await stage.clock.moveTo(parseUtc(at));
    await act(stage, by, `record ${job}`, ...rest, "--evidence", texts);
  }
}

async function createDraft(stage: Setting): Promise<string> {
  const path = join(stage.files.folder, "next-year.sla.yaml");
  writeFileSync(path, readFileSync(stage.files.agreement, "utf8").replace("starts: 2025-01-01", "starts: 2026-01-01"));
  const { agreement } = await stage.commands.run("provider", "deploy", path);
  return String(agreement);
}
