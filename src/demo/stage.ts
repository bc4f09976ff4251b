import type { JsonRpcProvider } from "ethers";
import type { Agreement } from "../chain/agreement.ts";
import { toJson } from "../cli/output.ts";
import { UpheldError } from "../errors.ts";
import { formatAmount } from "../terms/format.ts";
import type { Actor, Addresses } from "./actors.ts";
import type { Clock } from "./clock.ts";
import type { Answer, Commands } from "./command.ts";

/** Files that a story reads and writes. */
export interface StageFiles {
  /** The agreement file, with the actors' addresses filled in. */
  readonly agreement: string;
  /** What was down, as the public record has it. */
  readonly outages: string;
  /** Folder of the evidence files. */
  readonly evidence: string;
  /** A folder for whatever else a story needs. */
  readonly folder: string;
}

/** Where a story is played: a chain, its clock, the actors' terminals, and one agreement not accepted yet. */
export interface Stage {
  readonly provider: JsonRpcProvider;
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly commands: Commands;
  readonly files: StageFiles;
  readonly agreement: Agreement;
  /** What is being played right now, for a person who waits. */
  readonly onProgress: (what: string) => void;
}

const HOUR = 3_600n;

/** Runs `upheld <job> <agreement> …` as `actor`. */
export function act(stage: Stage, actor: Actor, job: string, ...rest: string[]): Promise<Answer> {
  return stage.commands.run(actor, ...job.split(" "), stage.agreement.address, ...rest);
}

/** The client checks what was created, pays `fees` full fees in by plain transfer, and both accept: before the start. */
export async function signUp(stage: Stage, fees: bigint): Promise<void> {
  const { agreement, onProgress } = stage;
  onProgress("fund and accept");
  const amount = formatAmount(fees * agreement.terms.fee, agreement.token.decimals);
  await requireYes(act(stage, "client", "check", stage.files.agreement));
  await act(stage, "client", "fund", amount, "--transfer");
  await act(stage, "client", "accept", "--as", "client");
  await act(stage, "provider", "accept", "--as", "provider");
}

/** A story does not go on from a "no". */
async function requireYes(asked: Promise<Answer>): Promise<void> {
  const answer = await asked;
  if (answer["ok"] === true) return;
  throw new UpheldError({
    code: "demo.check-failed",
    message: `The agreement is not what was agreed: ${toJson(answer)}`,
  });
}

export interface ReportOptions {
  readonly by?: Actor;
  readonly outages?: string;
}

/** Nine hours into its window, the oracle reports period `k` from a list of outages. */
export async function report(stage: Stage, k: number, options: ReportOptions = {}): Promise<void> {
  const { agreement, clock, files, onProgress } = stage;
  const { by = "oracle", outages = files.outages } = options;
  const { start, base } = await agreement.period(BigInt(k));
  onProgress(monthOf(start));
  await clock.moveTo(base + 9n * HOUR);
  await act(stage, by, "report", "--outages", outages, "--evidence", files.evidence);
}

/** Waits until the last period is final; the provider claims, the client takes what is left. */
export async function cashOut(stage: Stage): Promise<void> {
  const { agreement, clock, onProgress } = stage;
  onProgress("claim and withdraw");
  await clock.moveTo((await agreement.summary()).resolvesAt);
  await act(stage, "provider", "claim");
  await act(stage, "client", "withdraw");
}

/** `2025-01` */
export function monthOf(time: bigint): string {
  return new Date(Number(time) * 1000).toISOString().slice(0, 7);
}

/** The number of the period that starts in `month`. */
export async function periodIn(stage: Stage, month: string): Promise<number> {
  const { periods } = stage.agreement.terms;
  for (let k = 0; k < periods; ++k) {
    if (monthOf((await stage.agreement.period(BigInt(k))).start) === month) return k;
  }
  throw new UpheldError({ code: "demo.no-such-month", message: `The agreement has no period in ${month}.` });
}
