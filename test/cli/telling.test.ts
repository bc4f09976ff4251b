import { expect } from "chai";
import type { Case, Offer } from "../../src/chain/case.ts";
import type { Measured, Month } from "../../src/chain/verify.ts";
import { comparisonData, comparisonText, worthText } from "../../src/cli/comparing.ts";
import { caseData, caseText, type About } from "../../src/cli/pleading.ts";
import { monthData, monthText } from "../../src/cli/verifying.ts";
import type { Comparison, Stretch } from "../../src/evidence/compare.ts";
import { Unit, type Indicator, type Terms } from "../../src/terms/types.ts";
import type { Worth } from "../../src/terms/worth.ts";

const USDC = { symbol: "USDC", decimals: 6 };
const usdc = (amount: number) => BigInt(amount) * 1_000_000n;
/** 2030-01-01T00:00:00Z */
const START = 1_893_456_000n;
const END = START + 31n * 86_400n;
const counts = (bad: bigint, excluded = 0n) => ({ total: 2_678_400n, bad, excluded });

describe("what verify tells of a month", () => {
  const seen: Measured = {
    id: 1,
    grade: "samples",
    samples: 44_640,
    vantages: 3,
    counts: counts(60n, 5n),
    from: undefined,
    holes: [],
  };
  const month = (changes: Partial<Month> = {}): Month => ({
    period: 0,
    start: START,
    end: END,
    measures: [seen],
    source: "three places",
    credit: usdc(250),
    final: undefined,
    ...changes,
  });
  const HEAD = "Period 0, 1 Jan 2030 to 1 Feb 2030";

  it("is what was seen, the counts, the credit and the money", () => {
    const final = { earned: usdc(750), credit: usdc(250), fromBond: 0n } as NonNullable<Month["final"]>;
    expect(monthText(month({ final }), USDC, ["uptime"])).to.deep.equal([
      HEAD,
      "  uptime: 44,640 samples of 3 places (grade samples) → 60 bad of 2678400, 5 excluded",
      "  → credit 250.00 → provider 750.00, client 250.00",
    ]);
    const more = { ...final, fromBond: usdc(10) };
    expect(monthText(month({ final: more }), USDC, []).at(-1)).to.equal(
      "  → credit 250.00 → provider 750.00, client 250.00, 10.00 of it from the bond",
    );
    expect(monthData(month({ final: more }), USDC)).to.deep.equal({
      ...{
        period: 0,
        measures: [seen],
        source: "three places",
        tableCredit: "250.00",
        credit: "250.00",
        earned: "750.00",
        fromBond: "10.00",
      },
    });
  });

  it("says of each grade what was seen, and by its number of which measure when no name is known", () => {
    const grades = ["outages", "totals", undefined] as const;
    const measures = grades.map((grade, i): Measured => ({ ...seen, id: i + 1, grade, counts: counts(0n) }));
    expect(monthText(month({ measures }), USDC, ["uptime"])).to.deep.equal([
      HEAD,
      "  uptime: outages listed (grade outages) → 0 bad of 2678400",
      "  measure 2: counts as stated (grade totals: nothing to recompute) → 0 bad of 2678400",
      "  measure 3: no evidence file → 0 bad of 2678400",
      "  → credit 250.00 → not final yet",
    ]);
  });

  it("says of totals what they were counted from, and where to count again", () => {
    const totals = { ...seen, grade: "totals", counts: counts(0n) } as const;
    const measures: Measured[] = [
      { ...totals, from: "export" },
      { ...totals, from: "record" },
    ];
    const source = "SHA-256 ab of helpdesk.csv; P1 in helpdesk.csv";
    expect(monthText(month({ measures, source }), USDC, ["tickets", "not told"]).slice(1, -1)).to.deep.equal([
      "  tickets: tickets of an export (grade totals: only who has it can count again) → 0 bad of 2678400",
      "  not told: outages held against the record (grade totals, recomputed from both) → 0 bad of 2678400",
      `    source: ${source}`,
    ]);
    expect(monthText(month({ measures: measures.slice(1), source }), USDC, [])).to.have.length(3);
  });

  it("lists of what nothing was known, and says when nobody reported", () => {
    const holes = [{ vantage: "eu-1", reason: "the exporter was down", seconds: 420n, first: START + 3_600n }];
    expect(monthText(month({ measures: [{ ...seen, holes }] }), USDC, [])[2]).to.equal(
      "    nothing known of eu-1 for 7 min, first at 1 Jan 2030 01:00: the exporter was down",
    );
    expect(monthText(month({ measures: [] }), USDC, [])).to.deep.equal([
      HEAD,
      "  no report: the credit agreed for silence",
      "  → credit 250.00 → not final yet",
    ]);
    expect(monthData(month({ measures: [] }), USDC)).to.deep.include({ tableCredit: "250.00", credit: undefined });
  });
});

const SECONDS = { unit: Unit.Seconds } as Indicator;
const named = (...units: Unit[]) => ({
  ...{ first: "the provider", second: "the client", measures: ["uptime"] },
  indicators: units.map((unit) => ({ ...SECONDS, unit })),
});
const stretch = (from: bigint, seconds: bigint, more: Partial<Stretch> = {}): Stretch => ({
  ...{ start: START + from, end: START + from + seconds, instance: 0, says: "second", unknown: 0n },
  ...more,
});
const comparison = (first: bigint, second: bigint, stretches: readonly Stretch[] | undefined, id = 1): Comparison => ({
  ...{ id, first: counts(first), second: counts(second), stretches },
});

describe("what compare tells", () => {
  it("is each stretch that differs, by whom, and the counts", () => {
    const stretches = [stretch(0n, 600n), stretch(3_600n, 60n, { instance: 2, says: "first", unknown: 30n })];
    expect(comparisonText([comparison(60n, 600n, stretches)], named(Unit.Seconds))).to.deep.equal([
      "uptime: 11 min differ",
      "  2030-01-01T00:00:00Z to 2030-01-01T00:10:00Z  10 min: only the client says bad",
      "  2030-01-01T01:00:00Z to 2030-01-01T01:01:00Z  1 min, instance 2: only the provider says bad; the other knows nothing of 30 s of it",
      "  bad 1 min by the provider, 10 min by the client",
    ]);
  });

  it("is that nothing differs, or that there are counts alone", () => {
    const both = [comparison(0n, 0n, []), comparison(3n, 4n, undefined, 2)];
    expect(comparisonText(both, named(Unit.Seconds, Unit.Tickets))).to.deep.equal([
      "uptime: no second differs",
      "  bad 0 s by the provider, 0 s by the client",
      "measure 2: counts alone, no times to compare",
      "  bad 3 tickets by the provider, 4 tickets by the client",
    ]);
  });

  it("is forty stretches, and how many more there are", () => {
    const of = (count: number) => {
      const stretches = Array.from({ length: count }, (_, i) => stretch(BigInt(100 * i), 10n));
      return comparisonText([comparison(0n, 1n, stretches)], named(Unit.Seconds));
    };
    expect(of(40)).to.have.length(42);
    expect(of(41)).to.have.length(43);
    expect(of(41)[41]).to.equal("  … and 1 more stretches: see --json");
  });

  const worth = (changes: Partial<Worth>): Worth => ({
    first: 0n,
    second: 0n,
    claimant: undefined,
    refused: [],
    ...changes,
  });
  const said = (given: Partial<Worth>, comparisons: readonly Comparison[], ...units: Unit[]) =>
    worthText(worth(given), comparisons, usdc(1_000), named(...units), USDC);

  it("ends with what may be claimed, and by whom", () => {
    const all = [comparison(0n, 60n, [])];
    expect(said({ first: usdc(100), second: usdc(250), claimant: "client" }, all, Unit.Seconds)).to.equal(
      "A credit of 250.00 USDC (25 %) instead of 100.00 USDC (10 %): 150.00 USDC that the client may claim.",
    );
    expect(said({ first: usdc(100), second: 0n, claimant: "provider" }, all, Unit.Seconds)).to.equal(
      "A credit of 0.00 USDC (0 %) instead of 100.00 USDC (10 %): 100.00 USDC that the provider may claim.",
    );
  });

  it("or that there is nothing to dispute, and what changed", () => {
    const [more, less, same] = [comparison(0n, 60n, []), comparison(5n, 2n, []), comparison(1n, 1n, [])];
    expect(said({}, [more, less], Unit.Seconds, Unit.Probes)).to.equal(
      "1 min more and 3 probes less gives no credit either way: nothing to dispute.",
    );
    expect(said({ first: usdc(100), second: usdc(100) }, [same], Unit.Days)).to.equal(
      "Nothing more is the same 10 % step: nothing to dispute.",
    );
  });

  it("or that the contract would not take the counts", () => {
    expect(said({ refused: ["a", "b"] }, [])).to.equal("The contract would not take the second counts: a; b.");
  });

  it("has for machines every stretch with times in UTC, and money as a plain decimal", () => {
    const given = worth({ first: usdc(1), second: 2_500_000n, claimant: "client" });
    const one = comparison(0n, 60n, [stretch(0n, 60n)]);
    expect(comparisonData([one, comparison(1n, 1n, undefined, 2)], given, USDC)).to.deep.equal({
      measures: [
        {
          ...one,
          stretches: [
            {
              ...{ start: "2030-01-01T00:00:00Z", end: "2030-01-01T00:01:00Z" },
              ...{ instance: 0, says: "second", unknown: 0n },
            },
          ],
        },
        { id: 2, first: counts(1n), second: counts(1n), stretches: undefined },
      ],
      credit: { first: "1.00", second: "2.50" },
      claimant: "client",
      refused: [],
    });
  });
});

describe("what case tells the arbiter", () => {
  const about: About = {
    ...{ terms: { indicators: [{ id: 1 }, { id: 7 }] } as unknown as Terms, token: USDC },
    ...{ ref: "harbor", measures: ["uptime"] },
  };
  const report: Offer = {
    ...{ by: "report", credit: usdc(100), pledge: 0n, counts: [counts(60n), counts(0n, 5n)] },
    evidence: { kind: "missing", path: "evidence/a.json" },
  };
  const client: Offer = {
    ...{ by: "client", credit: usdc(250), pledge: usdc(50), counts: undefined },
    evidence: { kind: "differs", path: "evidence/b.json", message: "a day is not so" },
  };
  const found = (changes: Partial<Case> = {}): Case => ({
    ...{ period: { index: 0, start: START, end: END, fee: usdc(1_000) } as Case["period"], isOpen: true },
    ...{ held: usdc(150), offers: [report, client] },
    consequences: [
      { ruling: "report", toProvider: usdc(150), toClient: 0n, fromBond: 0n, pledges: [] },
      {
        ...{ ruling: "client", toProvider: 0n, toClient: usdc(150), fromBond: usdc(5) },
        pledges: [{ of: "client", to: "client", amount: usdc(50) }],
      },
    ] as Case["consequences"],
    ...changes,
  });

  it("is the offers, what they rest on, and what each ruling does", () => {
    expect(caseText(found(), about)).to.deep.equal([
      "Period 0, 1 Jan 2030 to 1 Feb 2030, fee 1,000.00 USDC: 150.00 USDC wait for the ruling.",
      "OFFERS",
      "  report: credit 100.00 USDC",
      "    uptime: 60 bad of 2678400",
      "    measure 7: 0 bad of 2678400, 5 excluded",
      "    no file evidence/a.json: a word without evidence",
      "  client: credit 250.00 USDC, stake 50.00 USDC",
      "    its file does not hold: a day is not so (evidence/b.json)",
      "RULINGS",
      "  report    150.00 to the provider, 0.00 stay the client's",
      "  client    0.00 to the provider, 150.00 stay the client's, 5.00 to the client from the bond; the client's stake of 50.00 to the client",
      "upheld rule harbor 0 report|client|declined",
    ]);
  });

  it("is before the split that the other may still answer, without a ruling to make", () => {
    const silent = { ...report, counts: undefined, evidence: { kind: "silence" } } as const;
    const text = caseText(found({ isOpen: false, offers: [silent] }), about);
    expect(text[0]).to.match(/: not split yet: the other party may still answer\.$/);
    expect(text.slice(2, 5)).to.deep.equal([
      "  report: credit 100.00 USDC",
      "    nobody reported: the credit agreed for silence",
      "RULINGS (if nothing else is offered)",
    ]);
    expect(text.at(-1)).to.match(/^ {2}client {4}/);
  });

  it("names for machines the file of sound evidence without repeating it, and has money as a plain decimal", () => {
    const evidence = { kind: "sound", path: "evidence/c.json", grades: ["outages"] } as const;
    const sound = { ...client, evidence: { ...evidence, input: {} } as unknown as Offer["evidence"] };
    expect(caseData(found({ offers: [report, sound] }), USDC)).to.deep.equal({
      ...{ period: 0, isOpen: true, held: "150.00" },
      offers: [
        { ...report, credit: "100.00", pledge: "0.00" },
        { ...client, credit: "250.00", pledge: "50.00", evidence },
      ],
      rulings: [
        { ruling: "report", toProvider: "150.00", toClient: "0.00", fromBond: "0.00", pledges: [] },
        {
          ...{ ruling: "client", toProvider: "0.00", toClient: "150.00", fromBond: "5.00" },
          pledges: [{ of: "client", to: "client", amount: "50.00" }],
        },
      ],
    });
    const [only] = caseText(found({ offers: [sound] }), about).slice(3);
    expect(only).to.equal("    recomputed from evidence/c.json (grade outages)");
    const totals = { ...sound.evidence, grades: ["outages", "totals", "totals"] } as unknown as Offer["evidence"];
    expect(caseText(found({ offers: [{ ...sound, evidence: totals }] }), about)[3]).to.equal(
      "    recomputed from evidence/c.json (grade outages, totals as stated)",
    );
  });
});
