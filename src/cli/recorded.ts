import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Agreement } from "../chain/agreement.ts";
import { AgreementRecord } from "../record/chain.ts";
import { keepText, readTexts, type KeptText } from "../record/files.ts";
import { sayingsOf, type Journal, type RecordEntry } from "../record/journal.ts";
import { measuredWithRecord, RECORD_SOURCE, rulesOf, type ReadRecord } from "../record/measuring.ts";
import { needsRecord } from "../record/check.ts";
import { commitmentOf, MAX_TEXT, salted, saysSame, type Said } from "../record/texts.ts";
import { periodOf } from "../terms/calendar.ts";
import { indicatorsIn } from "../terms/measurements.ts";
import type { RecordAtHand } from "../record/words.ts";
import type { SwornPeriod } from "./swear.ts";
import { UpheldError } from "../errors.ts";
import type { Context } from "./context.ts";
import { addressType } from "./fields.ts";
import type { Field } from "./job.ts";
import { nonEmpty } from "./settings.ts";
import { gather, type Gathered, type GivenSources } from "./sources.ts";

export const recordField: Field<string | undefined> = [
  "<address>",
  "the factory's record (UPHELD_RECORD; default: as remembered for the chain)",
  addressType.optional(),
];

/** What is said. */
export const textField: Field<string> = [
  "<words>",
  "what is said; only a salted hash of it goes on chain, the words into a private file",
  z.string().min(1).max(MAX_TEXT),
];

/** The record beside `agreement`: by flag, environment, or as remembered for the chain. Throws `record.unknown`. */
export async function openRecord(
  context: Context,
  agreement: Pick<Agreement, "factory" | "address">,
  given?: string,
): Promise<AgreementRecord> {
  const record = await knownRecord(context, agreement, given);
  if (record === undefined) {
    const [{ network }, { factory }] = [await context.chain(), agreement];
    throw new UpheldError({
      code: "record.unknown",
      message: `No record of the factory ${factory.address} is known on ${network.name}.`,
      hint: "Name it by --record or UPHELD_RECORD; `upheld record new` makes it, once for all agreements.",
    });
  }
  return record;
}

/** The same; undefined when none is known. */
export async function knownRecord(
  context: Context,
  { factory, address: agreement }: Pick<Agreement, "factory" | "address">,
  given?: string,
): Promise<AgreementRecord | undefined> {
  const { network } = await context.chain();
  const known = (await context.addressBook()).get(network.chainId);
  const remembered = known?.factory === factory.address ? known.record : undefined;
  const address = nonEmpty(given) ?? nonEmpty(context.output.io.env["UPHELD_RECORD"]) ?? remembered;
  return address === undefined ? undefined : AgreementRecord.at(factory, address, agreement);
}

/** A statement's record, with the texts in the `evidence` folder; no folder: without any. Undefined: none is known. */
export async function recordAtHand(
  context: Context,
  agreement: Agreement,
  given: string | undefined,
  evidence?: string,
): Promise<RecordAtHand | undefined> {
  const record = await knownRecord(context, agreement, given);
  if (record === undefined) return undefined;
  const { chainId } = (await context.chain()).network;
  const kept = evidence === undefined ? undefined : await readTexts(evidence, chainId, agreement.address);
  const texts = new Map([...(kept?.byCommitment ?? [])].map(([commitment, { text }]) => [commitment, text.text]));
  return { journal: await record.read(), texts };
}

/** All that is in the record now. */
export async function readRecord(context: Context, record: AgreementRecord): Promise<ReadRecord> {
  const until = await context.now();
  return { journal: await record.read(), until };
}

/** What was given for a period, with what the record says as the agreement's file wants it. */
export async function gatherWithRecord(
  context: Context,
  agreement: Agreement,
  ref: string,
  period: SwornPeriod,
  given: GivenSources,
): Promise<Gathered> {
  const measures = context.measures(ref);
  const rules = rulesOf(measures);
  const names = measures.map(({ name }) => name);
  const counted = rules.disclosures.map((rule) => rule !== undefined);
  const { terms } = agreement;
  const { start, end } = period;
  const indicatorsNow = indicatorsIn(terms, { ...periodOf(terms, Number(period.number)), start, end });
  const gathered = await gather(indicatorsNow, period, given, names, counted);
  const read = async () => readRecord(context, await openRecord(context, agreement));
  const indicators = await measuredWithRecord(gathered.indicators, rules, period, read);
  if (!needsRecord(rules)) return { ...gathered, indicators };
  return { ...gathered, indicators, source: [gathered.source, RECORD_SOURCE].filter(Boolean).join("; ") };
}

/** An entry that says these very words. */
export interface SaidBefore {
  readonly entry: RecordEntry;
  readonly kept: KeptText;
}

/** A text that is to be said: kept on disk before anything is sent, unless nothing is to be written. */
export class Speech {
  readonly journal: Journal;
  readonly #said: Said;
  readonly #folder: string;
  readonly #texts: Awaited<ReturnType<typeof readTexts>>;

  private constructor(journal: Journal, said: Said, folder: string, texts: Awaited<ReturnType<typeof readTexts>>) {
    this.journal = journal;
    this.#said = said;
    this.#folder = folder;
    this.#texts = texts;
  }

  static async of(
    context: Context,
    record: AgreementRecord,
    folder: string,
    said: Omit<Said, "chainId" | "agreement">,
  ): Promise<Speech> {
    const { chainId } = (await context.chain()).network;
    const whole = { chainId: String(chainId), agreement: record.agreement.toLowerCase(), ...said };
    const [journal, texts] = [await record.read(), await readTexts(folder, chainId, record.agreement)];
    return new Speech(journal, whole, folder, texts);
  }

  /** Where the record says these words already, as far as their texts are at hand. */
  before(): SaidBefore[] {
    return sayingsOf(this.journal).flatMap(({ entry, saying }) => {
      const kept = this.#texts.byCommitment.get(saying.commitment);
      return kept !== undefined && saysSame(kept.text, this.#said) ? [{ entry, kept }] : [];
    });
  }

  /** Its commitment, and its file; a dry run writes none. */
  async keep(isDry: boolean): Promise<Pick<KeptText, "commitment"> & { readonly path: string | undefined }> {
    if (isDry) return { commitment: commitmentOf(salted(this.#said, randomBytes)), path: undefined };
    const onChain = new Set(sayingsOf(this.journal).map(({ saying }) => saying.commitment));
    return keepText(this.#folder, this.#said, this.#texts, (commitment) => onChain.has(commitment), randomBytes);
  }
}
