import type { Seat } from "../chain/enums.ts";
import { estimate, type PreparedTransaction } from "../chain/transaction.ts";
import type { AgreementRecord } from "../record/chain.ts";
import type { Journal, RecordEntry } from "../record/journal.ts";
import type { Said } from "../record/texts.ts";
import { z } from "zod";
import type { Context } from "./context.ts";
import type { Result } from "./io.ts";
import { usage } from "./job.ts";
import { openRecord, recordField, Speech, type SaidBefore } from "./recorded.ts";
import { alreadyDone, keyOf, partyKey } from "./seats.ts";
import { evidenceField } from "./sources.ts";

/** What every job of the record takes. */
export const recordFields = { ...evidenceField, record: recordField };

/** An entry's number. */
export const entryNumber = z.coerce.number().int().min(1).max(999_999_999);

/** What every job that says something needs to know. */
export interface Speaking {
  readonly ref: string;
  readonly evidence: string;
  readonly record: string | undefined;
  readonly said: Omit<Said, "chainId" | "agreement">;
  readonly by: Seat | { readonly seat: Seat | undefined };
  /** Whether an entry that says the same is this very one, from an earlier run. */
  readonly isSame: (entry: RecordEntry) => boolean;
  readonly call: (record: AgreementRecord, commitment: string, journal: Journal) => PreparedTransaction;
}

/** Puts the words on disk, then their commitment into the record; what is in there already is not said again. */
export async function say(
  context: Context,
  { ref, evidence, record: given, said, by, isSame, call }: Speaking,
): Promise<Result> {
  const agreement = await context.agreement(ref);
  const record = await openRecord(context, agreement, given);
  const speech = await Speech.of(context, record, evidence, said);
  const before = speech.before().find(({ entry }) => isSame(entry));
  if (before !== undefined) return saidAlready(before);
  const state = await agreement.state();
  const { dryRun, calldata } = context.options;
  const { provider } = await context.chain();
  let path: string | undefined;
  const submitted = await context.submit({
    need: typeof by === "string" ? keyOf(by, state) : partyKey(state, by.seat),
    wording: agreement.wording,
    transactions: async (from) => {
      // what the record would refuse leaves no words behind
      const tried = call(record, (await speech.keep(true)).commitment, speech.journal);
      if (!dryRun && !calldata) await estimate(provider, from, tried, agreement.wording);
      const kept = await speech.keep(dryRun);
      path = kept.path;
      return [call(record, kept.commitment, speech.journal)];
    },
  });
  const where = path === undefined ? [] : [`The words are in ${path}; give the file to the other party.`];
  return { ...submitted, data: { ...submitted.data, file: path }, text: [...submitted.text, ...where] };
}

function saidAlready({ entry, kept }: SaidBefore): Result {
  const done = alreadyDone(
    `The record says exactly this already, in entry ${entry.number}. The words are in ${kept.path}.`,
  );
  return { ...done, data: { ...done.data, entry: entry.number, file: kept.path } };
}

/** The entry of this number; a mistake on the command line when there is none. */
export function entryOf(journal: Journal, number: number): RecordEntry {
  const entry = journal[number - 1];
  if (entry !== undefined) return entry;
  throw usage(`the record has no entry ${number}`, `It has ${journal.length}.`);
}
