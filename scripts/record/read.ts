import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Context } from "../../src/cli/context.ts";
import { agreementField } from "../../src/cli/fields.ts";
import { EXIT } from "../../src/cli/io.ts";
import { job, usage } from "../../src/cli/job.ts";
import { entryData, entryText } from "../../src/cli/journaling.ts";
import { openRecord } from "../../src/cli/recorded.ts";
import { recordFields } from "../../src/cli/saying.ts";
import { readTexts, type KeptText } from "../../src/record/files.ts";
import { sayingsOf } from "../../src/record/journal.ts";
import { fingerprint } from "../../src/record/texts.ts";
import { plural } from "../../src/terms/format.ts";

const list = job({
  name: "record list",
  summary: "show the record: what was announced, told, advised and filed, when, with the words that are at hand",
  example: "upheld record list harbor.sla.yaml --evidence evidence",
  args: { agreement: agreementField },
  options: recordFields,
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
  args: { agreement: agreementField },
  options: {
    document: [
      "<file>",
      "whether this very file was filed; may be given several times",
      z.array(z.string()).default([]),
    ],
    ...recordFields,
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

function filedIn(file: string, texts: readonly KeptText[], onChain: ReadonlySet<string>) {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw usage(`the file "${file}" cannot be read`);
  }
  const sha256 = fingerprint(bytes);
  const isFiled = texts.some(({ text, commitment }) => text.document?.sha256 === sha256 && onChain.has(commitment));
  return { file, sha256, isFiled };
}

async function open(context: Context, ref: string, evidence: string, named: string | undefined) {
  const agreement = await context.agreement(ref);
  const record = await openRecord(context, agreement, named);
  const { network } = await context.chain();
  const texts = await readTexts(evidence, network.chainId, agreement.address);
  return { record, journal: await record.read(), texts };
}

export default [list, verify];
