import { expect } from "chai";
import { networkNamed } from "../../src/chain/networks.ts";
import { toJson } from "../../src/cli/output.ts";
import { countInput, type EvidenceInput, type IndicatorInput } from "../../src/evidence/build.ts";
import { together } from "../../src/statement/client.ts";
import { csvOf } from "../../src/statement/csv.ts";
import { dataOf } from "../../src/statement/data.ts";
import { KINDS, sumOf } from "../../src/statement/entries.ts";
import { htmlOf } from "../../src/statement/html.ts";
import { monthOf } from "../../src/statement/month.ts";
import { paperOf } from "../../src/statement/paper.ts";
import { pdfOf } from "../../src/statement/pdf.ts";
import { recordAt, recordOfMonth, recordOfPeriod } from "../../src/statement/recorded.ts";
import { toldWords, type RecordAtHand } from "../../src/record/words.ts";
import { todosOf } from "../../src/statement/remarks.ts";
import type { Service } from "../../src/statement/service.ts";
import type { Statement } from "../../src/statement/statement.ts";
import { uptime } from "../evidence/fixtures.ts";
import { advised, announced, answered, disclosed, jan, JANUARY, journal, resolved } from "../record/journals.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const MONTH = monthOf("2030-01");
const AS_OF = MONTH.end + 9n * 86_400n;
const INDICATOR = { ...uptime, excludedCap: 7_200n };
const ENTRIES = journal(
  announced(1, jan("02T00:00"), jan("12T22:00"), jan("12T23:00")),
  disclosed(2, jan("15T10:20"), jan("15T10:00")),
  resolved(2, jan("15T12:00"), jan("15T11:00")),
  disclosed(3, jan("20T00:30"), jan("20T00:00")),
  advised(4, jan("03T00:00")),
  advised(5, jan("04T00:00")),
  answered(5, jan("05T00:00"), "declined"),
  advised(6, MONTH.end + 60n),
);
const INPUT: IndicatorInput = {
  grade: "outages",
  indicator: INDICATOR,
  outages: [
    { start: jan("08T00:00"), end: jan("08T00:10") },
    { start: jan("12T22:00"), end: jan("12T22:30") },
    { start: jan("15T10:00"), end: jan("15T11:00") },
  ],
  exclusions: [
    { start: jan("12T22:00"), end: jan("12T23:00") },
    { start: jan("25T00:00"), end: jan("25T00:05") },
  ],
  remarks: [{ vantage: "record", start: jan("12T22:00"), end: jan("12T23:00"), reason: "maintenance 1" }],
};

const textsOf = (entries: RecordAtHand["journal"], words: Readonly<Record<number, string>>) =>
  new Map(entries.flatMap(({ number, commitment }) => (words[number] ? [[commitment, words[number]] as const] : [])));
const WORDS = { 1: "New disks", 2: "No line", 3: "Slow <mail>", 4: "Buy a\nsecond line", 5: "Switch it on" };
const withTexts: RecordAtHand = { journal: ENTRIES, texts: textsOf(ENTRIES, WORDS) };
const withoutTexts: RecordAtHand = { journal: ENTRIES, texts: new Map() };

/** January, final, nothing moved: of one measure with these outages, and with or without a record and its evidence. */
function january(given: RecordAtHand | undefined, isAtHand = true): Statement {
  const terms = sampleTerms({ indicators: [INDICATOR] });
  const record = recordAt(given, AS_OF);
  const period = { index: 0, base: MONTH.end, fullLength: MONTH.end - MONTH.start, fee: 0n, ...JANUARY };
  const input = { period: { index: 0, ...JANUARY }, indicators: [INPUT] } as unknown as EvidenceInput;
  const { measurement, downtime } = countInput(INPUT, JANUARY);
  const evidence = isAtHand
    ? ({ kind: "sound", path: "e.json", grades: ["outages"], input } as const)
    : ({ kind: "missing", path: "e.json" } as const);
  const spans = isAtHand
    ? { incidents: [downtime.outages[0], downtime.outages[2]], exclusions: downtime.exclusions }
    : { incidents: undefined, exclusions: undefined };
  const service = {
    ...{ period, stage: "final", until: undefined, report: { revision: 0, at: MONTH.end, credit: 0n } },
    ...{ isSilent: false, claims: [], decidedBy: "report", root: "0x01", evidence, credit: 0n, fromBond: 0n, held: 0n },
    ...{ finalAt: AS_OF, leaveUntil: undefined },
    measures: [{ indicator: INDICATOR, name: "uptime", counts: measurement, excludedCap: 7_200n, ...spans }],
    record: record && recordOfPeriod(record, evidence, [INDICATOR], period),
  } as unknown as Service;
  const nothing = sumOf([]);
  const parties = { provider: terms.provider, client: terms.client };
  return {
    ...{ month: MONTH, agreement: terms.provider, number: "00000000-001", service: "Mail", names: {}, seats: parties },
    ...{ terms, token: { address: terms.token, symbol: "USDC", decimals: 6 }, opening: nothing, closing: nothing },
    ...{ moved: Object.fromEntries(KINDS.map((kind) => [kind, nothing])), entries: [], held: 0n, services: [service] },
    ...{ rulings: [], tax: undefined, taxed: undefined, open: [], end: MONTH.end * 2n, isBinding: false, asOf: AS_OF },
    record: record && recordOfMonth(record, MONTH, AS_OF),
  } as unknown as Statement;
}

const clientOf = (statement: Statement) => together(networkNamed("local"), [statement]);
const tables = (statement: Statement) =>
  paperOf(clientOf(statement)).blocks.flatMap((block) => (block.kind === "table" ? [block] : []));
const rowsOf = (statement: Statement, column: string) =>
  tables(statement)
    .find(({ head }) => head.includes(column))
    ?.rows.map((row) => row.at(-1));
const WHY = "why, and when the client was told";

describe("a statement of an agreement with a record", () => {
  it("says of each incident how long after its first second the client was told, and why time was left out", () => {
    expect(rowsOf(january(withTexts), WHY)).to.deep.equal([
      "client not told",
      'planned maintenance, announced 10 days 22 h ahead, entry 1: "New disks"',
      'client told 20 min after it began, incident 2: "No line"',
      "listed by whoever measured, in no entry of the record",
    ]);
    const texts = paperOf(clientOf(january(withTexts))).blocks.map((block) => ("text" in block ? block.text : ""));
    expect(texts.join("\n")).to.contain("left out of account 30 min of at most 2 h, 1 h 30 min left");
  });

  it("says that the client knew already, of word that came before the outage", () => {
    const outage = { indicator: 1, start: jan("15T10:00"), end: jan("15T11:00"), incident: 2 };
    const before = { ...outage, toldAt: jan("15T09:00"), toldAfter: 0n };
    expect(toldWords(before, withoutTexts)).to.equal("client knew when it began, incident 2");
  });

  it("has kinds, numbers and times alone where the texts are not at hand", () => {
    expect(rowsOf(january(withoutTexts), WHY)?.slice(1, 3)).to.deep.equal([
      "planned maintenance, announced 10 days 22 h ahead, entry 1",
      "client told 20 min after it began, incident 2",
    ]);
    const all = [toJson(dataOf(clientOf(january(withoutTexts)))), csvOf(clientOf(january(withoutTexts)))].join("");
    for (const words of Object.values(WORDS)) expect(all).to.not.contain(words.slice(0, 5));
  });

  it("lists what was told of and is no outage of the evidence; without evidence all that was told of", () => {
    const told = (statement: Statement) => {
      const { blocks } = paperOf(clientOf(statement));
      const at = blocks.findIndex(
        (block) => block.kind === "text" && block.text.startsWith("What the provider told of"),
      );
      const list = blocks[at + 1];
      return list?.kind === "list" ? list.items : [];
    };
    const slow = 'Incident 3: began 20 Jan 2030, client told 30 min later, not resolved: "Slow <mail>"';
    expect(told(january(withTexts))).to.deep.equal([slow]);
    const line = "Incident 2: began 15 Jan 2030 10:00 UTC, client told 20 min later, ended 15 Jan 2030 11:00 UTC";
    expect(told(january(withTexts, false))).to.deep.equal([`${line}: "No line"`, slow]);
  });

  it("has the advice that is open and declined, and asks the client for the answer", () => {
    const statement = january(withTexts);
    const advice = tables(statement).find(({ head }) => head.includes("advice"));
    expect(advice?.rows).to.deep.equal([
      ["4", "3 Jan 2030", '"Buy a second line"', "not answered"],
      ["5", "4 Jan 2030", '"Switch it on"', "declined 5 Jan 2030"],
    ]);
    const todos = todosOf(statement).map(({ who, what }) => `${who}: ${what}`);
    expect(todos).to.include("client: Answer advice 4: accepted, declined or later (upheld record answer).");
    expect(todos.length).to.be.at.most(3);
  });

  it("gives machines the same, in JSON and as lines without amounts in CSV", () => {
    const client = clientOf(january(withTexts));
    const { statements } = JSON.parse(toJson(dataOf(client))) as {
      statements: [{ advice: { open: object[] }; periods: [{ record: Record<string, object[]> }] }];
    };
    const [{ advice, periods }] = statements;
    const { record } = periods[0];
    expect(record["outages"]?.[1]).to.deep.equal({
      ...{ measure: 1, start: "2030-01-15T10:00:00Z", end: "2030-01-15T11:00:00Z", incident: 2 },
      ...{ toldAt: "2030-01-15T10:20:00Z", toldAfterSeconds: "1200", text: "No line" },
    });
    expect(record["exclusions"]?.[0]).to.deep.include({ measure: 1, seconds: "3600" });
    expect(record["caps"]).to.deep.equal([{ measure: 1, cap: "7200", used: "1800", left: "5400" }]);
    expect(advice.open).to.deep.equal([{ entry: 4, at: "2030-01-03T00:00:00Z", text: "Buy a\nsecond line" }]);
    const lines = csvOf(client)
      .split("\r\n")
      .filter((line) => line.includes(",record,"));
    expect(lines).to.have.length(4 + 1 + 1 + 2);
    expect(lines.every((line) => line.endsWith(",,,"))).to.equal(true);
    expect(lines.join("\n")).to.contain("uptime left out 30 min of at most 2 h, 1 h 30 min left");
  });

  it("escapes the words on paper, and is the same PDF each time", async () => {
    const paper = paperOf(clientOf(january(withTexts)));
    expect(htmlOf(paper)).to.contain("Slow &lt;mail&gt;").and.not.contain("<mail>");
    const [first, second] = [await pdfOf(paper, MONTH.end), await pdfOf(paper, MONTH.end)];
    expect(Buffer.compare(first, second)).to.equal(0);
  });

  it("is as it was where nothing is in the record, or was when it became final", () => {
    const written = (given: RecordAtHand | undefined) => {
      const client = clientOf(january(given));
      return [htmlOf(paperOf(client)), csvOf(client), toJson(dataOf(client))];
    };
    const plain = written(undefined);
    expect(plain.join("")).to.not.match(/told|advice|"record"|,record,/);
    expect(written({ journal: [], texts: new Map() })).to.deep.equal(plain);
    const late = journal(advised(1, AS_OF + 1n));
    expect(written({ journal: late, texts: new Map() })).to.deep.equal(plain);
    const more = [...ENTRIES, ...journal(advised(1, AS_OF + 1n)).map((entry) => ({ ...entry, number: 7 }))];
    expect(written({ ...withTexts, journal: more })).to.deep.equal(written(withTexts));
  });
});
