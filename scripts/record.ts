import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { getAddress } from "ethers";
import { z } from "zod";
import type { Agreement } from "../src/chain/agreement.ts";
import { ANSWERS, DOCUMENTS, type Answer, type DocumentKind, type Seat } from "../src/chain/enums.ts";
import { estimate, type PreparedTransaction } from "../src/chain/transaction.ts";
import { needs, type Context } from "../src/cli/context.ts";
import { agreementField, flagType, timeType } from "../src/cli/fields.ts";
import { EXIT, type Result } from "../src/cli/io.ts";
import { job, usage } from "../src/cli/job.ts";
import { entryData, entryText } from "../src/cli/journaling.ts";
import { openRecord, recordField, Speech, textField, type SaidBefore } from "../src/cli/recorded.ts";
import { alreadyDone, asField, keyOf, partyKey } from "../src/cli/seats.ts";
import { evidenceField } from "../src/cli/sources.ts";
import { away } from "../src/format.ts";
import { plural } from "../src/terms/format.ts";
import { AgreementRecord, createRecord, NOTHING_SAID } from "../src/record/chain.ts";
import { readTexts } from "../src/record/files.ts";
import { sayingsOf, standingAnswer, type Journal, type RecordEntry } from "../src/record/journal.ts";
import { fingerprint, type Said } from "../src/record/texts.ts";

const args = { agreement: agreementField };
const common = { ...evidenceField, record: recordField };
const entryType = z.coerce.number().int().min(1).max(999_999_999);

/** What every job that says something needs to know. */
interface Saying {
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
async function say(
  context: Context,
  { ref, evidence, record: given, said, by, isSame, call }: Saying,
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

const make = job({
  name: "record new",
  summary: "put the record of the chain's factory on the chain, once for all its agreements",
  example: "upheld record new --network base-sepolia --keystore keys/provider.json",
  async run(context) {
    const factory = await context.factory();
    const { network, provider } = await context.chain();
    const book = await context.addressBook();
    const known = book.get(network.chainId);
    if (known?.factory !== factory.address) {
      throw usage(
        `the factory ${factory.address} is not the one remembered for ${network.name}`,
        "Leave --factory out.",
      );
    }
    if (known.record !== undefined && (await provider.getCode(known.record)) !== "0x") {
      return {
        data: { done: true, record: known.record, transactions: [] },
        text: [`Record ${known.record}  (exists)`],
      };
    }
    const submitted = await context.submit({
      need: needs.anyone,
      transactions: async () => [await createRecord(factory.address)],
    });
    const [sent] = submitted.sent;
    if (sent === undefined) return submitted;
    const record = getAddress((await provider.getTransactionReceipt(sent.hash))?.contractAddress ?? "");
    book.set(network.chainId, { ...known, record });
    return {
      data: { ...submitted.data, record },
      text: [...submitted.text, `Record ${record}  (new, remembered)`],
    };
  },
});

const maintenance = job({
  name: "record maintenance",
  summary: "announce maintenance to the client (provider)",
  example:
    'upheld record maintenance harbor.sla.yaml --from 2025-11-22T22:00Z --until 2025-11-22T23:00Z --text "Database upgrade"\nupheld record maintenance harbor.sla.yaml --emergency --from 2025-11-22T22:00Z --until 2025-11-22T23:00Z --text "A disk fails"',
  args,
  options: {
    from: ["<time>", "its start, UTC", timeType],
    until: ["<time>", "its end, UTC", timeType],
    emergency: ["", "it cannot wait: may be announced until it ends", flagType],
    text: textField,
    ...common,
  },
  async run(context, { agreement: ref, from, until, emergency, text, evidence, record }) {
    const kind = emergency ? "emergency" : "planned";
    const now = await context.now();
    const said = await say(context, {
      ref,
      evidence,
      record,
      said: { what: "maintenance", text },
      by: "provider",
      isSame: (entry) =>
        entry.what === "maintenance" &&
        entry.kind === kind &&
        entry.start === from &&
        entry.end === until &&
        entry.retractedAt === undefined,
      call: (to, commitment) => to.announce(kind, { start: from, end: until }, commitment),
    });
    const when = `It ${from > now ? "begins" : "began"} ${away(from, now)}.`;
    return said.data["done"] === true ? said : { ...said, text: [...said.text, when] };
  },
});

const incident = job({
  name: "record incident",
  summary: "tell the client of an incident, tell more about it, or that it is over (provider)",
  example:
    'upheld record incident harbor.sla.yaml --began 2025-10-09T14:45Z --text "Mail is down; we are on it"\nupheld record incident harbor.sla.yaml --update 2 --text "A disk is full"\nupheld record incident harbor.sla.yaml --resolve 2 --ended 2025-10-09T15:30Z --text "There is room again"',
  args,
  options: {
    began: ["<time>", "a new one: when it began, UTC", timeType.optional()],
    update: ["<entry>", "tell more about the incident of this number", entryType.optional()],
    resolve: ["<entry>", "the incident of this number is over", entryType.optional()],
    ended: ["<time>", "with --resolve: when it ended, UTC", timeType.optional()],
    text: textField,
    ...common,
  },
  async run(context, { agreement: ref, began, update, resolve, ended, text, evidence, record }) {
    const said = { what: "incident", text } as const;
    const ways = [began, update, resolve].filter((way) => way !== undefined).length;
    if (ways !== 1) throw usage("say --began for a new incident, or --update or --resolve with its number");
    if ((resolve === undefined) !== (ended === undefined)) throw usage("--resolve and --ended go together");
    const spoken = { ref, evidence, record, said, by: "provider" } as const;
    if (began !== undefined) {
      return say(context, {
        ...spoken,
        isSame: (entry) => entry.what === "incident" && entry.began === began,
        call: (to, commitment) => to.disclose(began, commitment),
      });
    }
    const number = update ?? resolve ?? 0;
    return say(context, {
      ...spoken,
      isSame: (entry) => entry.number === number && (ended === undefined || isOver(entry)),
      call: (to, commitment) =>
        ended === undefined ? to.update(number, commitment) : to.resolve(number, ended, commitment),
    });
  },
});

const isOver = (entry: RecordEntry): boolean => entry.what === "incident" && entry.resolved !== undefined;

const advice = job({
  name: "record advice",
  summary: "give the client advice, which waits for an answer (provider)",
  example: 'upheld record advice harbor.sla.yaml --text "Switch multi-factor sign-in on"',
  args,
  options: { text: textField, ...common },
  async run(context, { agreement: ref, text, evidence, record }) {
    return say(context, {
      ref,
      evidence,
      record,
      said: { what: "advice", text },
      by: "provider",
      isSame: (entry) => entry.what === "advice" && entry.retractedAt === undefined,
      call: (to, commitment) => to.advise(commitment),
    });
  },
});

const answer = job({
  name: "record answer",
  summary: "answer advice: later, declined or accepted; a decline may still become an acceptance (client)",
  example:
    'upheld record answer harbor.sla.yaml 3 accepted\nupheld record answer harbor.sla.yaml 3 declined --text "Not before the audit"',
  args: {
    agreement: agreementField,
    entry: ["<entry>", "the advice, by its number", entryType],
    answer: [
      "<answer>",
      "later, declined or accepted",
      z.enum(ANSWERS.filter((each): each is Answer => each !== "none")),
    ],
  },
  options: { text: [textField[0], textField[1], textField[2].optional()], ...common },
  async run(context, { agreement: ref, entry: number, answer: given, text, evidence, record: named }) {
    const agreement = await context.agreement(ref);
    const record = await openRecord(context, agreement, named);
    const journal = await record.read();
    const standing = adviceOf(journal, number);
    if (standing === given) return alreadyDone(`Advice ${number} is ${given} already.`);
    if (text !== undefined) {
      return say(context, {
        ref,
        evidence,
        record: named,
        said: { what: "advice", text },
        by: "client",
        isSame: () => false,
        call: (to, commitment) => to.answer(number, given, commitment),
      });
    }
    return context.submit({
      need: keyOf("client", await agreement.state()),
      wording: agreement.wording,
      transactions: () => [record.answer(number, given, NOTHING_SAID)],
    });
  },
});

function adviceOf(journal: Journal, number: number): Answer | undefined {
  const entry = entryOf(journal, number);
  if (entry.what !== "advice") throw usage(`entry ${number} is no advice`, "`upheld record list` shows the entries.");
  return standingAnswer(entry);
}

function entryOf(journal: Journal, number: number): RecordEntry {
  const entry = journal[number - 1];
  if (entry !== undefined) return entry;
  throw usage(`the record has no entry ${number}`, `It has ${journal.length}.`);
}

const document = job({
  name: "record document",
  summary: "file a document: a commitment to its bytes and its name (provider, client)",
  example: "upheld record document harbor.sla.yaml review.pdf --kind report --as provider",
  args: { agreement: agreementField, file: ["<file>", "the document", z.string()] },
  options: {
    kind: [
      "<kind>",
      "notice, report, minutes, certificate or other",
      z.enum(DOCUMENTS.filter((each): each is DocumentKind => each !== "none")),
    ],
    text: [textField[0], "what it is", textField[2].default("")],
    as: asField,
    ...common,
  },
  async run(context, { agreement: ref, file, kind, text, as, evidence, record }) {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(file);
    } catch {
      throw usage(`the file "${file}" cannot be read`);
    }
    return say(context, {
      ref,
      evidence,
      record,
      said: { what: "document", text, document: { name: basename(file), sha256: fingerprint(bytes) } },
      by: { seat: as },
      isSame: (entry) => entry.what === "document" && entry.kind === kind && (as === undefined || entry.seat === as),
      call: (to, commitment) => to.file(kind, commitment),
    });
  },
});

const retract = job({
  name: "record retract",
  summary: "take maintenance back before it begins, or advice before it is declined or accepted (provider)",
  example: "upheld record retract harbor.sla.yaml 1",
  args: { agreement: agreementField, entry: ["<entry>", "its number", entryType] },
  options: { record: recordField },
  async run(context, { agreement: ref, entry: number, record: named }) {
    const agreement = await context.agreement(ref);
    const record = await openRecord(context, agreement, named);
    const entry = entryOf(await record.read(), number);
    if ("retractedAt" in entry) return alreadyDone(`Entry ${number} is taken back already.`);
    return context.submit({
      need: keyOf("provider", await agreement.state()),
      wording: agreement.wording,
      transactions: () => [record.retract(number)],
    });
  },
});

const list = job({
  name: "record list",
  summary: "show the record: what was announced, told, advised and filed, when, with the words that are at hand",
  example: "upheld record list harbor.sla.yaml --evidence evidence",
  args,
  options: common,
  needs: "chain",
  async run(context, { agreement: ref, evidence, record: named }) {
    const { record, journal, texts } = await open(context, ref, evidence, named);
    const wordsOf = (commitment: string) => texts.byCommitment.get(commitment)?.text;
    return {
      data: {
        record: record.address,
        agreement: record.agreement,
        entries: journal.map((entry) => entryData(entry, wordsOf)),
      },
      text:
        journal.length === 0 ? ["Nothing is in the record."] : journal.flatMap((entry) => entryText(entry, wordsOf)),
    };
  },
});

const verify = job({
  name: "record verify",
  summary:
    "hold the words at hand against the record: which are missing, changed, or never said; documents by their bytes",
  example:
    "upheld record verify harbor.sla.yaml --evidence evidence\nupheld record verify harbor.sla.yaml --document review.pdf",
  args,
  options: {
    document: [
      "<file>",
      "whether this very file was filed; may be given several times",
      z.array(z.string()).default([]),
    ],
    ...common,
  },
  needs: "chain",
  async run(context, { agreement: ref, evidence, record: named, document: files }) {
    const { journal, texts } = await open(context, ref, evidence, named);
    const sayings = sayingsOf(journal);
    const onChain = new Set(sayings.map(({ saying }) => saying.commitment));
    const missing = sayings.filter(({ saying }) => !texts.byCommitment.has(saying.commitment));
    const misplaced = sayings.filter(({ entry, saying }) => {
      const kept = texts.byCommitment.get(saying.commitment);
      return kept !== undefined && kept.text.what !== entry.what;
    });
    const unsaid = [...texts.byCommitment.values()].filter(({ commitment }) => !onChain.has(commitment));
    const filed = files.map((file) => filedIn(file, [...texts.byCommitment.values()], onChain));
    const { green, red, yellow } = context.output.color;
    const wrong = [
      ...texts.damaged.map(({ message, file = "" }) => `${file}: ${message}`),
      ...misplaced.map(({ entry }) => `entry ${entry.number}: its text was committed to as another kind of entry`),
      ...filed.filter(({ isFiled }) => !isFiled).map(({ file }) => `${file}: no text of the record names these bytes`),
    ];
    const held = sayings.length - missing.length - misplaced.length;
    return {
      data: {
        agrees: wrong.length === 0,
        texts: held,
        missing: missing.map(({ entry, saying }) => ({ entry: entry.number, commitment: saying.commitment })),
        unsaid: unsaid.map(({ path }) => path),
        damaged: texts.damaged,
        documents: filed,
      },
      text: [
        ...missing.map(({ entry }) => `${yellow("!")} entry ${entry.number}, ${entry.what}: no text at hand`),
        ...unsaid.map(({ path }) => `${yellow("!")} ${path}: was never said on chain`),
        ...wrong.map((what) => `${red("✗")} ${what}`),
        ...(wrong.length === 0
          ? [`${green("✓")} ${plural(held, "text")} of ${sayings.length} at hand, each as the record has it.`]
          : []),
      ],
      exitCode: wrong.length === 0 ? EXIT.ok : EXIT.failed,
    };
  },
});

type Kept = Parameters<typeof keptNames>[0];
const keptNames = ({ text }: { readonly text: Said; readonly commitment: string }) => text.document?.sha256;

function filedIn(file: string, texts: readonly Kept[], onChain: ReadonlySet<string>) {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw usage(`the file "${file}" cannot be read`);
  }
  const sha256 = fingerprint(bytes);
  const isFiled = texts.some((text) => keptNames(text) === sha256 && onChain.has(text.commitment));
  return { file, sha256, isFiled };
}

async function open(context: Context, ref: string, evidence: string, named: string | undefined) {
  const agreement: Agreement = await context.agreement(ref);
  const record = await openRecord(context, agreement, named);
  const { network } = await context.chain();
  const texts = await readTexts(evidence, network.chainId, agreement.address);
  return { record, journal: await record.read(), texts };
}

export default [make, maintenance, incident, advice, answer, document, retract, list, verify];
