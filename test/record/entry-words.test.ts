/** A record's entries as they are listed: for people on lines, for machines as data. */
import { expect } from "chai";
import { entryData, entryText } from "../../src/cli/journaling.ts";
import { NOTHING_SAID } from "../../src/record/events.ts";
import type { Journal } from "../../src/record/journal.ts";
import {
  advised,
  announced,
  answered,
  disclosed,
  filed,
  jan,
  journal,
  resolved,
  retracted,
  updated,
} from "./journals.ts";

const DOCUMENT = { name: "review.pdf", sha256: "ab".repeat(32) };
const ENTRIES = journal(
  announced(1, jan("02T00:00"), jan("12T22:00"), jan("12T23:00")),
  announced(2, jan("13T00:10"), jan("13T00:00"), jan("13T01:00"), "emergency"),
  announced(3, jan("02T00:00"), jan("02T00:00"), jan("03T00:00")),
  retracted(1, jan("05T00:00")),
  disclosed(4, jan("15T10:20"), jan("15T10:00")),
  updated(4, jan("15T10:30")),
  resolved(4, jan("15T12:00"), jan("15T11:00")),
  disclosed(5, jan("20T00:00"), jan("20T00:00")),
  advised(6, jan("03T00:00")),
  { ...answered(6, jan("04T00:00"), "later"), commitment: NOTHING_SAID },
  answered(6, jan("05T09:30"), "declined"),
  advised(7, jan("03T00:00")),
  advised(8, jan("03T00:00")),
  retracted(8, jan("04T00:00")),
  filed(9, jan("07T00:00")),
  filed(10, jan("07T00:00")),
);

const WORDS = new Map<string, { text: string; document?: typeof DOCUMENT }>(
  Object.entries({ 1: "New disks", 4: "Mail is down;\nwe are on it", 6: "Buy a second line" }).flatMap(([n, text]) => {
    const commitment = ENTRIES[Number(n) - 1]?.commitment ?? "";
    return [[commitment, { text }]];
  }),
);
const incident = ENTRIES[3] as Extract<Journal[number], { what: "incident" }>;
const advice = ENTRIES[5] as Extract<Journal[number], { what: "advice" }>;
WORDS.set(incident.updates[0]?.commitment ?? "", { text: "A disk is full" });
WORDS.set(incident.resolved?.commitment ?? "", { text: "There is room again" });
WORDS.set(advice.answers[1]?.commitment ?? "", { text: "Too dear" });
WORDS.set(ENTRIES[8]?.commitment ?? "", { text: "", document: DOCUMENT });
WORDS.set(ENTRIES[9]?.commitment ?? "", { text: "All was well", document: DOCUMENT });
const wordsOf = (commitment: string) => WORDS.get(commitment);

describe("an entry for people", () => {
  it("says what it is and how it stands, then what was said and when", () => {
    const place = " ".repeat(28);
    const digest = `review.pdf, SHA-256 ${DOCUMENT.sha256}`;
    expect(ENTRIES.flatMap((entry) => entryText(entry, wordsOf))).to.deep.equal([
      "  1  2 Jan 2030             planned maintenance 12 Jan 2030 22:00 UTC to 12 Jan 2030 23:00 UTC, told 10 days 22 h ahead, taken back",
      `${place}"New disks"`,
      "  2  13 Jan 2030 00:10 UTC  emergency maintenance 13 Jan 2030 to 13 Jan 2030 01:00 UTC, told 10 min after it began",
      `${place}(no text at hand)`,
      "  3  2 Jan 2030             planned maintenance 2 Jan 2030 to 3 Jan 2030, told 0 s ahead",
      `${place}(no text at hand)`,
      "  4  15 Jan 2030 10:20 UTC  incident, began 15 Jan 2030 10:00 UTC, told 20 min later, ended 15 Jan 2030 11:00 UTC",
      `${place}"Mail is down;"`,
      `${place}"we are on it"`,
      "     15 Jan 2030 10:30 UTC  more",
      `${place}"A disk is full"`,
      '     15 Jan 2030 12:00 UTC  "There is room again"',
      "  5  20 Jan 2030            incident, began 20 Jan 2030, told 0 s later, not resolved",
      `${place}(no text at hand)`,
      "  6  3 Jan 2030             advice, declined",
      `${place}"Buy a second line"`,
      "     4 Jan 2030             later",
      "     5 Jan 2030 09:30 UTC   declined",
      `${place}"Too dear"`,
      "  7  3 Jan 2030             advice, not answered",
      `${place}(no text at hand)`,
      "  8  3 Jan 2030             advice, taken back",
      `${place}(no text at hand)`,
      "  9  7 Jan 2030             document of the client: report",
      `${place}${digest}`,
      " 10  7 Jan 2030             document of the client: report",
      `${place}${digest}`,
      `${place}"All was well"`,
    ]);
  });
});

describe("an entry for machines", () => {
  const [maintenance, late, , told, open, answeredAdvice, waiting, back, document] = ENTRIES.map((entry) =>
    entryData(entry, wordsOf),
  );
  const saidBy = (number: number) => {
    const { account, commitment } = ENTRIES[number - 1] as Journal[number];
    return { account, commitment };
  };
  const unsaid = { text: undefined, document: undefined };

  it("is maintenance, with how long ahead it was announced and whether it was taken back", () => {
    expect(maintenance).to.deep.equal({
      ...{ entry: 1, what: "maintenance", at: "2030-01-02T00:00:00Z", ...saidBy(1), text: "New disks" },
      ...{ document: undefined, kind: "planned", start: "2030-01-12T22:00:00Z", end: "2030-01-12T23:00:00Z" },
      ...{ secondsAhead: 943_200, isRetracted: true },
    });
    expect(late).to.deep.include({ kind: "emergency", secondsAhead: -600, isRetracted: false });
  });

  it("is an incident, with all that was said of it", () => {
    expect(told).to.deep.equal({
      ...{ entry: 4, what: "incident", at: "2030-01-15T10:20:00Z", ...saidBy(4), document: undefined },
      ...{ text: "Mail is down;\nwe are on it", began: "2030-01-15T10:00:00Z" },
      updates: [{ ...incident.updates[0], at: "2030-01-15T10:30:00Z", text: "A disk is full", document: undefined }],
      resolved: {
        ...{ ...incident.resolved, at: "2030-01-15T12:00:00Z", ended: "2030-01-15T11:00:00Z" },
        ...{ text: "There is room again", document: undefined },
      },
    });
    expect(open).to.deep.equal({
      ...{ entry: 5, what: "incident", at: "2030-01-20T00:00:00Z", ...saidBy(5), ...unsaid },
      ...{ began: "2030-01-20T00:00:00Z", updates: [], resolved: undefined },
    });
  });

  it("is advice, with every answer and the one that stands", () => {
    const [later, declined] = advice.answers;
    expect(answeredAdvice).to.deep.equal({
      ...{ entry: 6, what: "advice", at: "2030-01-03T00:00:00Z", ...saidBy(6), text: "Buy a second line" },
      ...{ document: undefined, answer: "declined", isOpen: false, isRetracted: false },
      answers: [
        { ...later, at: "2030-01-04T00:00:00Z", ...unsaid },
        { ...declined, at: "2030-01-05T09:30:00Z", text: "Too dear", document: undefined },
      ],
    });
    expect(waiting).to.deep.include({ answer: undefined, isOpen: true, isRetracted: false, answers: [] });
    expect(back).to.deep.include({ isOpen: false, isRetracted: true });
  });

  it("is a document, by its bytes", () => {
    expect(document).to.deep.equal({
      ...{ entry: 9, what: "document", at: "2030-01-07T00:00:00Z", ...saidBy(9), text: "", document: DOCUMENT },
      ...{ kind: "report", seat: "client" },
    });
  });
});
