/** What a statement says first, and what it asks for: each rule at its edges. */
import { expect } from "chai";
import { monthOf } from "../../src/statement/month.ts";
import { countsWords, remarksOf, titleOf, todosOf, who } from "../../src/statement/remarks.ts";
import type { Measured, Service } from "../../src/statement/service.ts";
import { nextFee, type LateRuling, type Statement } from "../../src/statement/statement.ts";
import { periodOf, termEnd } from "../../src/terms/calendar.ts";
import { advised, journal } from "../record/journals.ts";
import { NOTHING } from "../../src/statement/entries.ts";
import { TERMS, time, TOKEN, usd } from "./ledger.ts";

const FEBRUARY = periodOf(TERMS, 1);
const UNTIL = time("2030-03-10T12:00");

/** February, final and good. */
const served = (changes: Partial<Service> = {}): Service => ({
  ...{ period: FEBRUARY, stage: "final", until: undefined, isSilent: false, claims: [], decidedBy: "report" },
  ...{ report: { revision: 0, at: time("2030-03-01"), credit: 0n }, measures: [], root: undefined },
  ...{ evidence: undefined, credit: 0n, fromBond: 0n, held: 0n, finalAt: UNTIL, leaveUntil: undefined },
  record: undefined,
  ...changes,
});

/** February's statement, final: everything is paid, covered and whole. */
const stated = (changes: Partial<Statement> = {}): Statement =>
  ({
    ...{ month: monthOf("2030-02"), names: { provider: "Northwind", client: "Harbor" }, terms: TERMS, token: TOKEN },
    ...{ seats: { provider: TERMS.provider, client: TERMS.client }, closing: closing({}), services: [served()] },
    ...{ held: 0n, rulings: [], open: [], end: termEnd(TERMS), isBinding: true, record: undefined },
    ...changes,
  }) as unknown as Statement;
const closing = (changes: Partial<Statement["closing"]>) => ({
  ...NOTHING,
  client: usd(1000),
  bond: usd(500),
  ...changes,
});
const bad = (statement: Statement) => remarksOf(statement).flatMap(({ isBad, text }) => (isBad ? [text] : []));
const good = (statement: Statement) => remarksOf(statement).flatMap(({ isBad, text }) => (isBad ? [] : [text]));
const todos = (statement: Statement) => todosOf(statement).map(({ who: whom, what }) => `${whom}: ${what}`);
const only = (changes: Partial<Service>, more: Partial<Statement> = {}) =>
  stated({ services: [served(changes)], ...more });
const reported = (credit: bigint) => ({ revision: 0, at: time("2030-03-01"), credit });
const GOOD = "February 2030: no credit, the whole fee was earned.";

const counted = (counts: Partial<Measured["counts"]>, i = 0): Measured => ({
  ...{ indicator: TERMS.indicators[i] as Measured["indicator"], name: "uptime", excludedCap: 0n },
  counts: { total: 0n, bad: 0n, excluded: 0n, ...counts },
  ...{ incidents: undefined, exclusions: undefined },
});

describe("words about a period", () => {
  it("name a calendar month, and the days of any other period", () => {
    const { start, end } = FEBRUARY;
    expect(titleOf({ start, end })).to.equal("February 2030");
    expect(titleOf({ start: start + 60n, end })).to.equal("1 Feb 2030 00:01 to 1 Mar 2030");
    expect(titleOf({ start, end: end - 86_400n })).to.equal("1 Feb 2030 to 28 Feb 2030");
  });

  it("say what was counted, in the measure's unit", () => {
    expect(countsWords(counted({}))).to.equal("uptime: nothing to count");
    expect(countsWords(counted({ total: 10n }))).to.equal("uptime: nothing bad, 100 % good");
    expect(countsWords(counted({ total: 7_200n, bad: 3_600n }))).to.equal("uptime: down 1 h, 50 % good");
    expect(countsWords(counted({ total: 3n, bad: 1n }, 2))).to.equal("uptime: 1 ticket bad, 66.666 % good");
  });

  it("name the parties, by their addresses where no name is known", () => {
    expect(who(stated(), "client")).to.equal("Harbor");
    expect(who(stated({ names: {} }), "client")).to.equal("the client (0x2222…2222)");
    expect(who(stated({ names: {} }), "provider")).to.equal("the provider (0x1111…1111)");
  });
});

describe("a statement's remarks", () => {
  it("are good alone where nothing was bad", () => {
    expect(remarksOf(stated())).to.deep.equal([{ isBad: false, text: GOOD }]);
    expect(remarksOf(stated({ services: [] }))).to.deep.equal([
      { isBad: false, text: "No period ends in February 2030: no fee falls due." },
    ]);
  });

  const LEAVE = time("2030-04-01T06:00");
  const cases: [what: string, statement: Statement, bad: string[], good: string[]][] = [
    [
      "evidence that does not fit, before all else",
      only({ evidence: { kind: "differs", path: "e", message: "day 3: x" }, credit: usd(1) }),
      [
        "The evidence file does not fit what the chain has: day 3: x.",
        "February 2030 was bad: 1.00 USDC go to Harbor.",
      ],
      [],
    ],
    ["what is owed", stated({ closing: closing({ client: -1n }) }), ["0.000001 USDC are owed to Northwind."], [GOOD]],
    ["nothing of an empty account", stated({ closing: closing({ client: 0n }) }), [], [GOOD]],
    ["what waits for the arbiter", stated({ held: 1n }), ["0.000001 USDC wait for the arbiter."], [GOOD]],
    [
      "why it may still change",
      stated({ open: ["the month is young", "nobody knows"] }),
      [],
      [GOOD, "Provisional: the month is young; nobody knows."],
    ],
    [
      "a right to leave",
      only({ leaveUntil: LEAVE }),
      ["Too many bad periods: Harbor may leave at once until 1 Apr 2030 06:00 UTC."],
      [GOOD],
    ],
    [
      "silence, until a party disputes",
      only({ stage: "reported", until: UNTIL, isSilent: true, report: undefined }),
      [
        "Nobody reported February 2030: the credit agreed for silence stands on 10 Mar 2030 12:00 UTC, unless a party disputes.",
      ],
      [],
    ],
    [
      "silence that stands",
      only({ isSilent: true, report: undefined, credit: usd(2) }),
      [
        "Nobody reported February 2030: the credit agreed for silence stands.",
        "February 2030 was bad: 2.00 USDC go to Harbor.",
      ],
      [],
    ],
    [
      "silence that is disputed",
      only({ stage: "disputed", until: UNTIL, isSilent: true, report: undefined }),
      ["Nobody reported February 2030: the credit agreed for silence stands."],
      [],
    ],
    [
      "a report of no credit, and until when it waits",
      only({ stage: "reported", until: UNTIL }),
      [],
      ["February 2030 was reported without credit; final on 10 Mar 2030 12:00 UTC."],
    ],
    [
      "a report of credit, with what was counted as bad",
      only({
        ...{ stage: "reported", until: UNTIL, report: reported(usd(3)) },
        measures: [counted({ total: 7_200n, bad: 3_600n }), counted({ total: 5n }, 2)],
      }),
      [
        "February 2030 was bad (uptime: down 1 h, 50 % good): 3.00 USDC of credit for Harbor on 10 Mar 2030 12:00 UTC, unless a party disputes.",
      ],
      [],
    ],
    [
      "each claim, against the report",
      only({
        ...{ stage: "disputed", until: UNTIL, report: reported(usd(3)) },
        claims: [
          { seat: "client", at: UNTIL, credit: usd(9) },
          { seat: "provider", at: UNTIL, credit: 0n },
        ],
      }),
      [
        "February 2030 was disputed: the client claims a credit of 9.00 USDC, against the report's 3.00 USDC.",
        "February 2030 was disputed: the provider claims a credit of 0.00 USDC, against the report's 3.00 USDC.",
      ],
      [],
    ],
    [
      "a credit at the split, and what of it the bond pays",
      only({ stage: "split", until: UNTIL, credit: usd(1200), fromBond: usd(200) }),
      ["February 2030 was bad: 1,200.00 USDC go to Harbor, 200.00 USDC of it from the bond."],
      [],
    ],
    ["nothing of a split without credit", only({ stage: "split", until: UNTIL }), [], []],
    ["nothing of a period that waits", only({ stage: "awaiting", until: UNTIL, report: undefined }), [], []],
  ];
  for (const [what, statement, worst, rest] of cases) {
    it(`tell ${what}`, () => {
      expect(bad(statement)).to.deep.equal(worst);
      expect(good(statement)).to.deep.equal(rest);
      const order = remarksOf(statement).map(({ isBad }) => isBad);
      expect(order).to.deep.equal(order.toSorted((a, b) => Number(b) - Number(a)));
    });
  }

  for (const [ruling, words] of [
    ["report", "the arbiter picked the report"],
    ["provider", "the arbiter picked the provider's counts"],
    ["client", "the arbiter picked the client's counts"],
    ["declined", "no claim was picked, the report stands"],
    ["none", "both agreed"],
  ] as const) {
    it(`tell how a dispute about an earlier period ended: ${ruling}`, () => {
      const late: LateRuling = { period: FEBRUARY, at: UNTIL, ruling, toProvider: usd(1), toClient: usd(2) };
      expect(bad(stated({ rulings: [late] }))).to.deep.equal([
        `The dispute about February 2030 ended 10 Mar 2030 12:00 UTC (${words}): of what was held 1.00 USDC to the provider, 2.00 USDC to the client.`,
      ]);
    });
  }
});

describe("what a statement asks for", () => {
  it("is nothing where all is paid, covered and whole", () => {
    expect(todos(stated())).to.deep.equal([]);
  });

  const waiting = { adviceOpen: journal(advised(1, 5n), advised(2, 6n)) } as unknown as Statement["record"];
  const claim = (seat: "client" | "provider") => ({ seat, at: UNTIL, credit: 0n });
  const ADVICE = "client: Answer advice 1, 2: accepted, declined or later (upheld record answer).";
  const OVER = FEBRUARY.end;
  const cases: [what: string, statement: Statement, todos: string[]][] = [
    [
      "the provider's answer to the client's claim",
      only({ stage: "disputed", until: UNTIL, claims: [claim("client")] }),
      ["provider: Answer the claim about February 2030 before 10 Mar 2030 12:00 UTC: upheld dispute."],
    ],
    [
      "the client's answer to the provider's claim",
      only({ stage: "disputed", until: UNTIL, claims: [claim("provider")] }),
      ["client: Answer the claim about February 2030 before 10 Mar 2030 12:00 UTC: upheld dispute."],
    ],
    [
      "nothing once both have claimed",
      only({ stage: "disputed", until: UNTIL, claims: [claim("provider"), claim("client")] }),
      [],
    ],
    [
      "a ruling",
      only({ stage: "split", until: UNTIL, claims: [claim("client")] }),
      ["arbiter: Rule about February 2030 before 10 Mar 2030 12:00 UTC; else the report stands: upheld rule."],
    ],
    [
      "a look at what was reported",
      only({ stage: "reported", until: UNTIL }),
      [
        "client: Look at the counts of February 2030. If you saw it otherwise, dispute before 10 Mar 2030 12:00 UTC: upheld dispute.",
      ],
    ],
    [
      "a report",
      only({ stage: "awaiting", until: UNTIL, report: undefined }),
      ["oracle: Report February 2030 before 10 Mar 2030 12:00 UTC: upheld report."],
    ],
    ["nothing of a period that runs", only({ stage: "running", until: UNTIL, report: undefined }), []],
    [
      "what is owed or held",
      stated({ closing: closing({ client: usd(1) }), held: usd(1) + 1n }),
      ["client: Pay in 0.000001 USDC: it is owed or held, and arrears let the provider leave."],
    ],
    [
      "what the next fee lacks, until the grace is over",
      stated({ closing: closing({ client: usd(1000) }), held: 1n }),
      ["client: Pay in at least 0.000001 USDC before 11 Mar 2030: the running period is not covered."],
    ],
    ["no next fee where nobody is bound", stated({ closing: closing({ client: 0n, bond: 0n }), isBinding: false }), []],
    [
      "whether to stay",
      only({ leaveUntil: UNTIL }),
      ["client: Decide whether to stay: you may leave at once until 10 Mar 2030 12:00 UTC (upheld terminate)."],
    ],
    [
      "what the bond lacks",
      stated({ closing: closing({ bond: usd(500) - 1n }) }),
      ["provider: Make the bond whole with 0.000001 USDC: upheld bond."],
    ],
    ["no bond once it is over", stated({ closing: closing({ client: 0n, bond: 0n }), end: OVER }), []],
    [
      "the evidence file",
      only({ evidence: { kind: "missing", path: "e" } }),
      ["client: Ask the oracle for the evidence file: without it nobody can recompute the counts."],
    ],
    ["an answer to advice", stated({ record: waiting }), [ADVICE]],
    ["no answer where all advice has one", stated({ record: { ...waiting, adviceOpen: [] } as never }), []],
    ["no answer once it is over", stated({ record: waiting, closing: closing({ client: 0n }), end: OVER }), []],
    [
      "that what is left is taken out, once it is over",
      stated({ end: OVER }),
      ["client: Take out what is left, 1,000.00 USDC: upheld withdraw."],
    ],
    ["not that, while it may still change", stated({ end: OVER, open: ["it is disputed"] }), []],
    ["not that, a month before its end", stated({ end: OVER + 1n, closing: closing({ bond: usd(500) }) }), []],
    [
      "that what is earned is claimed",
      stated({ closing: closing({ provider: 1n }) }),
      ["provider: Claim 0.000001 USDC whenever you like: upheld claim."],
    ],
    [
      "that of an empty account too",
      stated({ closing: closing({ provider: 1n, client: 0n }), end: OVER }),
      ["provider: Claim 0.000001 USDC whenever you like: upheld claim."],
    ],
    [
      "not of arrears",
      stated({ closing: closing({ provider: 1n, client: -1n }), end: OVER }),
      ["client: Pay in 0.000001 USDC: it is owed or held, and arrears let the provider leave."],
    ],
    ["not while it may still change", stated({ closing: closing({ provider: 1n }), open: ["it is disputed"] }), []],
    [
      "at most three things, the most urgent first",
      only(
        { stage: "reported", until: UNTIL, leaveUntil: UNTIL, evidence: { kind: "missing", path: "e" } },
        { record: waiting, closing: closing({ bond: 0n }) },
      ),
      [
        "client: Look at the counts of February 2030. If you saw it otherwise, dispute before 10 Mar 2030 12:00 UTC: upheld dispute.",
        "client: Decide whether to stay: you may leave at once until 10 Mar 2030 12:00 UTC (upheld terminate).",
        "provider: Make the bond whole with 500.00 USDC: upheld bond.",
      ],
    ],
  ];
  for (const [what, statement, expected] of cases) {
    it(`is ${what}`, () => {
      expect(todos(statement)).to.deep.equal(expected);
    });
  }
});

describe("the next fee", () => {
  const next = (month: string, changes: Partial<Statement> = {}) =>
    nextFee(stated({ month: monthOf(month), ...changes }));

  it("is that of the period which begins as the month ends, or runs then", () => {
    expect(next("2030-02")).to.deep.equal({ fee: usd(1000), start: time("2030-03-01") });
    const quarters = { ...TERMS, periodMonths: 3, periods: 4 };
    expect(next("2030-01", { terms: quarters })).to.deep.equal({ fee: usd(1000), start: time("2030-01-01") });
    expect(next("2030-03", { terms: quarters })).to.deep.equal({ fee: usd(1000), start: time("2030-04-01") });
  });

  it("is none before the month in which the first period begins, after the last one, and where nobody is bound", () => {
    expect(next("2029-11")).to.equal(undefined);
    expect(next("2029-12")).to.deep.equal({ fee: usd(1000), start: time("2030-01-01") });
    expect(next("2030-11")).to.deep.equal({ fee: usd(1000), start: time("2030-12-01") });
    expect(next("2030-12")).to.equal(undefined);
    expect(next("2030-02", { isBinding: false })).to.equal(undefined);
  });

  it("is less of a last period that is cut", () => {
    expect(next("2030-02", { end: time("2030-03-16T12:00") })).to.deep.equal({
      ...{ fee: usd(500), start: time("2030-03-01") },
    });
    expect(next("2030-02", { end: time("2030-03-01") })).to.equal(undefined);
  });
});
