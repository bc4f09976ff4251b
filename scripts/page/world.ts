import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Setting } from "../../src/demo/setting.ts";
import { report, signUp } from "../../src/demo/stage.ts";

/** How many months of the demo's year are reported when the page opens: October is the last, and may be disputed. */
const REPORTED = 10;
const DAYS_LATER = 2n * 86_400n;

/** Two agreements to look at: one that runs, and next year's, which nobody has signed. */
export interface PageWorld {
  readonly running: string;
  readonly draft: string;
}

/** Plays the demo's year up to the days in which October's report may be disputed, and drafts the next year's agreement. */
export async function playWorld(stage: Setting): Promise<PageWorld> {
  const { periods } = stage.agreement.terms;
  await signUp(stage, BigInt(periods));
  for (let k = 0; k < REPORTED; ++k) await report(stage, k);
  stage.onProgress("draft the next year");
  const draft = await createDraft(stage);
  await stage.clock.moveTo((await stage.clock.now()) + DAYS_LATER);
  await stage.provider.send("evm_mine", []);
  return { running: stage.agreement.address, draft };
}

async function createDraft(stage: Setting): Promise<string> {
  const path = join(stage.files.folder, "next-year.sla.yaml");
  writeFileSync(path, readFileSync(stage.files.agreement, "utf8").replace("starts: 2025-01-01", "starts: 2026-01-01"));
  const { agreement } = await stage.commands.run("provider", "deploy", path);
  return String(agreement);
}
