import { UpheldError } from "../../../src/errors.ts";
import { sayingsOf, type Journal } from "../../../src/record/journal.ts";
import { commitmentOf, fingerprint, parseText, salted, type RecordText } from "../../../src/record/texts.ts";
import type { RecordAtHand } from "../../../src/record/words.ts";
import { told } from "../chain/failure.ts";
import type { View } from "../chain/view.ts";
import { storeOf } from "../store.ts";

/**
 * The private texts that were opened, by their commitments: whichever agreement they are of, they are in no other's
 * record. They are kept nowhere and gone with the page.
 */
const texts = storeOf<ReadonlyMap<string, RecordText>>(new Map());

export const useTexts = (): ReadonlyMap<string, RecordText> => texts.use();

/** The agreement's record with the texts that are open; undefined: none is known. For views. */
export function useRecord({ record }: View): RecordAtHand | undefined {
  const open = useTexts();
  if (record?.journal === undefined) return undefined;
  return { journal: record.journal, texts: new Map([...open].map(([commitment, { text }]) => [commitment, text])) };
}

/** What became of a file that was opened. */
export interface OpenedFile {
  readonly name: string;
  /** Of the record, and not a document that was filed. */
  readonly isText: boolean;
  readonly isSound: boolean;
  /** `is what entry 3 says`, or what is wrong with it. */
  readonly finding: string;
}

/** Holds private files against the record: texts first, then documents, which only a text names. */
export async function openFiles(view: View, journal: Journal, files: readonly File[]): Promise<OpenedFile[]> {
  const read = await Promise.all(
    files.map(async (file) => ({ file, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  const isText = ({ bytes }: { bytes: Uint8Array }) => schemaOf(bytes)?.startsWith("upheld.record-text/") === true;
  return [
    ...read.filter(isText).map(({ file, bytes }) => openText(view, journal, file.name, bytes)),
    ...read.filter((one) => !isText(one)).map(({ file, bytes }) => lookForDocument(view, journal, file.name, bytes)),
  ];
}

function schemaOf(bytes: Uint8Array): string | undefined {
  try {
    const { schema } = JSON.parse(new TextDecoder().decode(bytes)) as { schema?: unknown };
    return typeof schema === "string" ? schema : undefined;
  } catch {
    return undefined;
  }
}

function openText(view: View, journal: Journal, name: string, bytes: Uint8Array): OpenedFile {
  try {
    const text = parseText(JSON.parse(new TextDecoder().decode(bytes)), name);
    const commitment = commitmentOf(text);
    const said = sayingsOf(journal).find(({ saying }) => saying.commitment === commitment);
    if (text.chainId !== String(view.network.chainId) || text.agreement !== view.address.toLowerCase())
      throw unfit("is about another agreement");
    if (said === undefined) throw unfit("is nothing that this record was ever told: it was changed, or never sent");
    if (said.entry.what !== text.what)
      throw unfit(`was committed to as another kind of entry than ${said.entry.number}`);
    keep(text);
    return { name, isText: true, isSound: true, finding: `is what entry ${said.entry.number} says` };
  } catch (error) {
    return { name, isText: true, isSound: false, finding: told(error).message };
  }
}

function lookForDocument(view: View, journal: Journal, name: string, bytes: Uint8Array): OpenedFile {
  const sha256 = fingerprint(bytes);
  const filed = sayingsOf(journal).find(
    ({ saying }) => texts.get().get(saying.commitment)?.document?.sha256 === sha256,
  );
  if (filed !== undefined)
    return { name, isText: false, isSound: true, finding: `is the document of entry ${filed.entry.number}` };
  return {
    name,
    isText: false,
    isSound: false,
    finding: "is no text of the record, and no text that is open names it as a document",
  };
}

const unfit = (message: string) => new UpheldError({ code: "record.unfit", message });

function keep(text: RecordText): void {
  texts.set(new Map([...texts.get(), [commitmentOf(text), text]]));
}

/** The client's words to advice, salted anew, and the commitment that goes on chain. */
export function worded(view: View, words: string): { readonly text: RecordText; readonly commitment: string } {
  const said = {
    chainId: String(view.network.chainId),
    agreement: view.address.toLowerCase(),
    what: "advice" as const,
    text: words,
  };
  const text = parseText(
    salted(said, (length) => crypto.getRandomValues(new Uint8Array(length))),
    "the answer",
  );
  keep(text);
  return { text, commitment: commitmentOf(text) };
}

/** The file's words, as the command line writes them. */
export const textFile = (text: RecordText): string => `${JSON.stringify(text, undefined, 2)}\n`;
