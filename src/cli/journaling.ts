import { formatUtc } from "../measure/time.ts";
import { moment } from "../format.ts";
import { isOpen, leadOf, standingAnswer, type RecordEntry, type Saying } from "../record/journal.ts";
import type { RecordText } from "../record/texts.ts";
import { headline } from "../record/words.ts";

type WordsOf = (commitment: string) => Pick<RecordText, "text" | "document"> | undefined;

/** An entry for people: what it is and how it stands on one line, then what was said. */
export function entryText(entry: RecordEntry, wordsOf: WordsOf): string[] {
  return [
    `${String(entry.number).padStart(3)}  ${moment(entry.at).padEnd(22)} ${headline(entry)}`,
    ...saidLines(entry, wordsOf),
    ...laterLines(entry, wordsOf),
  ];
}

function laterLines(entry: RecordEntry, wordsOf: WordsOf): string[] {
  if (entry.what === "incident") {
    return [
      ...entry.updates.flatMap((update) => ["more", ...said(update, wordsOf)].map(indented(update))),
      ...(entry.resolved === undefined ? [] : said(entry.resolved, wordsOf).map(indented(entry.resolved))),
    ];
  }
  if (entry.what !== "advice") return [];
  return entry.answers.flatMap((each) => [each.answer, ...said(each, wordsOf)].map(indented(each)));
}

const saidLines = (entry: RecordEntry, wordsOf: WordsOf): string[] =>
  said(entry, wordsOf).map((line) => `${" ".repeat(28)}${line}`);

const indented =
  ({ at }: Saying) =>
  (line: string, i: number): string =>
    `     ${(i === 0 ? moment(at) : "").padEnd(22)} ${line}`;

function said({ commitment }: Saying, wordsOf: WordsOf): string[] {
  if (/^0x0+$/.test(commitment)) return [];
  const words = wordsOf(commitment);
  if (words === undefined) return ["(no text at hand)"];
  const file = words.document === undefined ? [] : [`${words.document.name}, SHA-256 ${words.document.sha256}`];
  return [...file, ...(words.text === "" ? [] : words.text.split("\n").map((line) => `"${line}"`))];
}

/** The same for machines: times in UTC, words where they are at hand. */
export function entryData(entry: RecordEntry, wordsOf: WordsOf): Record<string, unknown> {
  const saying = ({ at, account, commitment }: Saying) => {
    const { text, document } = wordsOf(commitment) ?? {};
    return { at: formatUtc(at), account, commitment, text, document };
  };
  const common = { entry: entry.number, what: entry.what, ...saying(entry) };
  switch (entry.what) {
    case "maintenance": {
      const window = { start: formatUtc(entry.start), end: formatUtc(entry.end), secondsAhead: Number(leadOf(entry)) };
      return { ...common, kind: entry.kind, ...window, isRetracted: entry.retractedAt !== undefined };
    }
    case "incident": {
      const { began, updates, resolved } = entry;
      const over = resolved && { ...saying(resolved), ended: formatUtc(resolved.ended) };
      return { ...common, began: formatUtc(began), updates: updates.map(saying), resolved: over };
    }
    case "advice": {
      const answers = entry.answers.map((each) => ({ ...saying(each), answer: each.answer }));
      const stands = { answer: standingAnswer(entry), isOpen: isOpen(entry) };
      return { ...common, ...stands, isRetracted: entry.retractedAt !== undefined, answers };
    }
    case "document":
      return { ...common, kind: entry.kind, seat: entry.seat };
  }
}
