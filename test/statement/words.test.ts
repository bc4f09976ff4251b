/** How a statement speaks of the record, and the words of others in it. */
import { expect } from "chai";
import type { OutageFact } from "../../src/record/facts.ts";
import type { AdviceEntry, IncidentEntry } from "../../src/record/journal.ts";
import {
  adviceWords,
  answerWords,
  incidentWords,
  reasonWords,
  textOf,
  toldWords,
  type RecordAtHand,
} from "../../src/record/words.ts";
import { recordAt, recordOfMonth, recordOfPeriod } from "../../src/statement/recorded.ts";
import { monthOf } from "../../src/statement/month.ts";
import { periodOf } from "../../src/terms/calendar.ts";
import {
  advised,
  announced,
  answered,
  disclosed,
  jan,
  JANUARY,
  journal,
  resolved,
  retracted,
} from "../record/journals.ts";
import { TERMS } from "./ledger.ts";

const ENTRIES = journal(
  disclosed(1, jan("02T00:20"), jan("02T00:00")),
  advised(2, jan("03T00:00")),
  answered(2, jan("04T00:00"), "later"),
  answered(2, jan("05T00:00"), "declined"),
  disclosed(3, jan("06T00:00"), jan("06T00:00")),
  resolved(3, jan("06T05:00"), jan("06T04:00")),
  advised(4, jan("07T00:00")),
);
const [incident, advice, over, open] = ENTRIES as [IncidentEntry, AdviceEntry, IncidentEntry, AdviceEntry];
const withWords = (words: string): RecordAtHand => ({
  journal: ENTRIES,
  texts: new Map(
    [incident, advice, over, open, ...advice.answers].map(({ commitment }) => [commitment, words] as const),
  ),
});
const BARE: RecordAtHand = { journal: ENTRIES, texts: new Map() };
const NEW = withWords("new");

describe("words of the record on a statement", () => {
  it("are on one line, shortened after 160 characters", () => {
    const quoted = (words: string) => adviceWords(advice, withWords(words));
    expect(quoted("  a\n\n b\t c ")).to.equal('"a b c"');
    expect(quoted("x".repeat(160))).to.equal(`"${"x".repeat(160)}"`);
    expect(quoted("😀".repeat(161))).to.equal(`"${"😀".repeat(160)}…"`);
    for (const nothing of [" \n", ""]) expect(quoted(nothing)).to.equal("its words are not at hand");
    expect(adviceWords(advice, BARE)).to.equal("its words are not at hand");
  });

  it("are those of the entry that is named", () => {
    const record = { ...BARE, texts: new Map([[over.commitment, "third"]]) };
    expect([1, 2, 3, 4, 5].map((entry) => textOf(record, entry))).to.deep.equal([
      ...[undefined, undefined, "third", undefined, undefined],
    ]);
    expect(textOf(record, undefined)).to.equal(undefined);
  });

  it("say when the client was told of an outage", () => {
    const fact = (more: Partial<OutageFact>): OutageFact => ({
      ...{ indicator: 1, start: jan("02T00:00"), end: jan("02T01:00"), incident: 1, toldAt: jan("02T00:20") },
      ...{ toldAfter: 1_200n, ...more },
    });
    expect(toldWords(fact({}), NEW)).to.equal('client told 20 min after it began, incident 1: "new"');
    expect(toldWords(fact({}), BARE)).to.equal("client told 20 min after it began, incident 1");
    expect(toldWords(fact({ toldAfter: 0n }), BARE)).to.equal("client knew when it began, incident 1");
    expect(toldWords(fact({ toldAfter: 1n }), BARE)).to.equal("client told 1 s after it began, incident 1");
    expect(toldWords(fact({ incident: undefined }), BARE)).to.equal("client not told");
    expect(toldWords(fact({ toldAfter: undefined }), BARE)).to.equal("client not told");
  });

  it("say why time was left out", () => {
    const maintenance = { what: "maintenance", entry: 3, kind: "planned", announcedAt: 0n } as const;
    for (const [reason, words] of [
      [{ ...maintenance, ahead: 90n }, "planned maintenance, announced 1 min 30 s ahead, entry 3"],
      [{ ...maintenance, ahead: 0n }, "planned maintenance, announced 0 s ahead, entry 3"],
      [{ ...maintenance, ahead: -60n }, "planned maintenance, announced 1 min after it began, entry 3"],
      [{ what: "advice", entry: 2, declinedAt: jan("05T00:00") }, "follows from advice 2, declined 5 Jan 2030"],
      [{ what: "advice", entry: 2, declinedAt: undefined }, "follows from advice 2"],
    ] as const) {
      expect(reasonWords({ reason }, BARE)).to.equal(words);
      expect(reasonWords({ reason }, NEW)).to.equal(`${words}: "new"`);
    }
    for (const [what, words] of [
      ["listed", "listed by whoever measured, in no entry of the record"],
      ["closed", "outside the hours that count"],
      ["unknown", "the samples do not tell"],
    ] as const) {
      expect(reasonWords({ reason: { what } }, NEW)).to.equal(words);
    }
  });

  it("say what an incident was, and how advice stands", () => {
    expect(incidentWords(incident, BARE)).to.equal(
      "Incident 1: began 2 Jan 2030, client told 20 min later, not resolved",
    );
    expect(incidentWords(over, NEW)).to.equal(
      'Incident 3: began 6 Jan 2030, client told 0 s later, ended 6 Jan 2030 04:00 UTC: "new"',
    );
    expect(answerWords(advice, NEW)).to.equal('declined 5 Jan 2030: "new"');
    expect(answerWords({ ...advice, answers: advice.answers.slice(0, 1) }, BARE)).to.equal("put off 4 Jan 2030");
    expect(answerWords(open, NEW)).to.equal("not answered");
  });
});

describe("the record of a statement", () => {
  it("is as it stood then, and none when nothing was in it", () => {
    expect(recordAt(undefined, jan("09T00:00"))).to.equal(undefined);
    expect(recordAt(NEW, incident.at - 1n)).to.equal(undefined);
    expect(recordAt(NEW, incident.at)).to.deep.equal({ ...NEW, journal: [incident] });
  });

  it("is of a month the advice from before its end, as it stands when the statement is complete", () => {
    const month = monthOf("2030-01");
    const entries = journal(
      advised(1, month.end - 1n),
      advised(2, month.end),
      advised(3, jan("02T00:00")),
      answered(3, month.end, "declined"),
      advised(4, jan("02T00:00")),
      answered(4, month.end, "accepted"),
      advised(5, jan("02T00:00")),
      retracted(5, month.end),
    );
    const { adviceOpen, adviceDeclined, texts } = recordOfMonth({ ...NEW, journal: entries }, month, month.end + 9n);
    expect(adviceOpen.map(({ number }) => number)).to.deep.equal([1]);
    expect(adviceDeclined.map(({ number }) => number)).to.deep.equal([3]);
    expect(texts).to.equal(NEW.texts);
  });

  it("is of a period every incident that began in it", () => {
    const entries = journal(
      disclosed(1, JANUARY.start, JANUARY.start - 1n),
      disclosed(2, JANUARY.start, JANUARY.start),
      disclosed(3, JANUARY.end, JANUARY.end - 1n),
      disclosed(4, JANUARY.end, JANUARY.end),
      announced(5, 0n, JANUARY.start, JANUARY.end),
    );
    const of = (evidence: Parameters<typeof recordOfPeriod>[1]) =>
      recordOfPeriod({ ...BARE, journal: entries }, evidence, TERMS.indicators, periodOf(TERMS, 0));
    for (const evidence of [
      undefined,
      { kind: "missing", path: "e" },
      { kind: "differs", path: "e", message: "" },
    ] as const) {
      const { otherIncidents, facts } = of(evidence);
      expect([otherIncidents.map(({ number }) => number), facts]).to.deep.equal([[2, 3], undefined]);
    }
  });
});
