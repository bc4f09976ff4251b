import { createColors } from "picocolors";
import { expect } from "chai";
import type { Agreement } from "../../src/chain/agreement.ts";
import { dashboard, statusData } from "../../src/cli/dashboard.ts";
import type { SummaryStructOutput } from "../../typechain-types/interfaces/ISLALens.ts";
import { recordFacts } from "../../src/record/facts.ts";
import { advised, announced, answered, disclosed, jan, journal } from "../record/journals.ts";
import { sampleTerms } from "../terms/sample-terms.ts";

const DAY = 86_400n;
const JANUARY = 1_735_689_600n; // 2025-01-01
const FEBRUARY = JANUARY + 31n * DAY;
const FOREVER = 2n ** 256n - 1n;
const ADDRESS = "0x00000000000000000000000000000000000000AA";

const SEAT = { acceptUntil: 0n, disputeUntil: 0n, leaveByNoticeEnd: 0n, leaveAtOnceUntil: 0n, payout: 0n };
const STATE = {
  ...{ provider: "0xp", client: "0xc", oracle: "0xo", arbiter: "0xa" },
  ...{ providerAccepted: true, clientAccepted: true, balance: 12_000_000_000n, unabsorbed: 0n, earnings: 0n },
  ...{ bond: 0n, pledges: 0n, owed: 0n, held: 0n, committed: 2_000_000_000n, withdrawable: 10_000_000_000n },
  ...{ creditsGiven: 0n, openDisputes: 0n, period: 0n, periods: 12n, end: JANUARY + 365n * DAY },
  ...{ stage: 1n, revision: 0n, credit: 0n },
};
const SUMMARY = {
  ...{ phase: 2n, periodStart: JANUARY, periodEnd: FEBRUARY, periodFee: 1_000_000_000n },
  ...{ reportFrom: FEBRUARY, reportUntil: FEBRUARY + 5n * DAY, resolvesAt: FEBRUARY + 5n * DAY },
  ...{ lastResolvedBy: JANUARY + 400n * DAY, fundedThrough: JANUARY + 365n * DAY, bondMissing: 0n },
  ...{ oracleMayReportUntil: 0n, arbiterMayRuleUntil: 0n, provider: SEAT, client: SEAT },
};
type Changes = Partial<Record<keyof typeof SUMMARY, unknown>> & { readonly state?: Partial<typeof STATE> };

const summaryOf = ({ state, ...rest }: Changes) =>
  ({ ...SUMMARY, ...rest, state: { ...STATE, ...state } }) as unknown as SummaryStructOutput;

const agreementOf = (bond = 0n) =>
  ({
    ...{ address: ADDRESS, terms: sampleTerms({ bond }) },
    token: { address: "0xt", symbol: "USDC", decimals: 6 },
  }) as unknown as Agreement;

function shown(changes: Changes = {}, { now = JANUARY + DAY, bond = 0n, useColor = false } = {}): string[] {
  const color = createColors(useColor);
  return dashboard({ agreement: agreementOf(bond), summary: summaryOf(changes), now, network: "local", color });
}

/** The lines below a title. */
function below(title: string, lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line.startsWith(title));
  if (from < 0) throw new Error(`no ${title} in\n${lines.join("\n")}`);
  const rest = lines.slice(from + 1);
  const end = rest.indexOf("");
  return rest.slice(0, end < 0 ? rest.length : end);
}

describe("the agreement at a glance", () => {
  it("of a month that runs", () => {
    const provider = { ...SEAT, leaveByNoticeEnd: JANUARY + 59n * DAY };
    const client = { ...provider, payout: 10_000_000_000n };
    expect(shown({ provider, client })).to.deep.equal([
      `AGREEMENT ${ADDRESS}   active on local, ends 1 Jan 2026`,
      "",
      "MONEY",
      "       12,000.00 USDC  client's balance   covered until 1 Jan 2026",
      "       10,000.00 USDC    of it free to take out",
      "            0.00 USDC  provider's earnings",
      "       12,000.00 USDC  in the contract; nobody else can move it",
      "",
      "PERIOD 0 (1 of 12), 1 Jan 2025 to 1 Feb 2025",
      "  running; the report may come 1 Feb 2025 to 6 Feb 2025",
      "",
      "IF NOBODY DOES ANYTHING",
      "  period 0 gets no report and ends with the agreed credit for silence, final 6 Feb 2025; everything is resolved by 5 Feb 2026 at the latest",
      "",
      "WHO MAY DO WHAT NOW",
      "  client    withdraw 10,000.00 · give notice, ending 1 Mar 2025",
      "  provider  give notice, ending 1 Mar 2025",
      "  oracle    –",
      "  arbiter   –",
    ]);
  });

  it("has its titles in bold at a terminal", () => {
    const bold = shown({ state: { openDisputes: 1n } }, { useColor: true }).filter((line) =>
      line.includes("\u001b[1m"),
    );
    expect(bold).to.deep.equal([
      `\u001b[1mAGREEMENT ${ADDRESS}\u001b[22m   active on local, ends 1 Jan 2026`,
      "\u001b[1mMONEY\u001b[22m",
      "\u001b[1mPERIOD 0 (1 of 12), 1 Jan 2025 to 1 Feb 2025\u001b[22m",
      "\u001b[1mDISPUTED, FOR THE ARBITER\u001b[22m",
      "\u001b[1mIF NOBODY DOES ANYTHING\u001b[22m",
      "\u001b[1mWHO MAY DO WHAT NOW\u001b[22m",
    ]);
  });

  it("names every kind of money that is there, and counts all of it", () => {
    const state = {
      ...{ balance: 1_000_000n, unabsorbed: 2_000_000n, earnings: 4_000_000n, bond: 8_000_000n },
      ...{ pledges: 16_000_000n, held: 32_000_000n, owed: 64_000_000n, withdrawable: 0n },
    };
    expect(below("MONEY", shown({ state, bondMissing: 1n, fundedThrough: 0n }, { bond: 9_000_000n }))).to.deep.equal([
      "            3.00 USDC  client's balance   nothing covered yet",
      "            0.00 USDC    of it free to take out",
      "            4.00 USDC  provider's earnings   to claim at any time",
      "            8.00 USDC  bond   short",
      "           16.00 USDC  pledges of open disputes",
      "           32.00 USDC  held for the arbiter, within the balance",
      "           64.00 USDC  owed to the provider, paid from whatever comes in first",
      "           31.00 USDC  in the contract; nobody else can move it",
    ]);
    expect(below("MONEY", shown({}, { bond: 1n }))).to.include("            0.00 USDC  bond   whole");
  });

  const reported = { stage: 3n, revision: 2n, credit: 250_000_000n };
  const stages: [what: string, changes: Changes, now: bigint, lines: string[]][] = [
    ["before it starts", {}, JANUARY - 3n * DAY, ["starts 1 Jan 2025, in 3 days"]],
    ["in its first second", {}, JANUARY, ["running; the report may come 1 Feb 2025 to 6 Feb 2025"]],
    [
      "that awaits its report",
      { state: { stage: 2n } },
      FEBRUARY,
      ["over, awaiting the report until 6 Feb 2025, in 5 days"],
    ],
    [
      "that was reported",
      { state: reported },
      FEBRUARY,
      [
        "reported, revision 2: 750.00 USDC to the provider, 250.00 USDC back to the client",
        "final 6 Feb 2025, in 5 days, unless a party disputes",
      ],
    ],
    [
      "that nobody reported",
      { state: { ...reported, revision: 255n } },
      FEBRUARY,
      [
        "nobody reported: silence stands: 750.00 USDC to the provider, 250.00 USDC back to the client",
        "final 6 Feb 2025, in 5 days, unless a party disputes",
      ],
    ],
    [
      "that is disputed",
      { state: { ...reported, stage: 4n } },
      FEBRUARY,
      ["reported, revision 2, and disputed", "what all offers agree on moves 6 Feb 2025, the rest is held"],
    ],
    ["that nothing is awaited of", { state: { stage: 0n } }, FEBRUARY, ["nothing is awaited any more"]],
  ];
  for (const [what, changes, now, lines] of stages) {
    it(`of a period ${what}`, () => {
      expect(below("PERIOD 0", shown(changes, { now }))).to.deep.equal(lines.map((line) => `  ${line}`));
    });
  }

  it("takes what is above the fee from the bond, and no more than the term's cap leaves", () => {
    const state = { ...reported, credit: 1_500_000_000n, bond: 300_000_000n };
    expect(below("PERIOD 0", shown({ state }))[0]).to.contain("0.00 USDC to the provider, 1,300.00 USDC back");
    const capped = { ...state, creditsGiven: 5_900_000_000n };
    expect(below("PERIOD 0", shown({ state: capped }))[0]).to.contain("900.00 USDC to the provider, 100.00 USDC back");
  });

  it("says that all periods are resolved after the last of them", () => {
    expect(shown({ state: { period: 11n } })).to.include("PERIOD 11 (12 of 12), 1 Jan 2025 to 1 Feb 2025");
    expect(shown({ state: { period: 12n, stage: 0n } })).to.include("ALL PERIODS ARE RESOLVED");
  });

  it("says which periods await the arbiter", () => {
    const state = { held: 150_000_000n, openDisputes: 0b100n };
    expect(below("DISPUTED", shown({ state }))).to.deep.equal([
      "  period 2: 150.00 USDC held until a ruling, or until both agree on a credit",
    ]);
    expect(below("DISPUTED", shown({ state: { ...state, openDisputes: 0b1011n } }))[0]).to.contain("periods 0, 1, 3: ");
    expect(shown().join("\n")).not.to.contain("DISPUTED");
  });

  const silence: [what: string, changes: Changes, line: string][] = [
    ["a draft", { phase: 1n }, "it lapses 1 Jan 2025; each seat may take its money back at any time"],
    ["a lapsed draft", { phase: 4n }, "nothing changes; each seat may take what is its"],
    ["a closed agreement", { phase: 3n }, "nothing changes; each seat may take what is its"],
    [
      "a period that awaits its report",
      { state: { stage: 2n } },
      "period 0 gets no report and ends with the agreed credit for silence, final 6 Feb 2025; everything is resolved by 5 Feb 2026 at the latest",
    ],
    [
      "a report",
      { state: { stage: 3n } },
      "the report of period 0 becomes final 6 Feb 2025; everything is resolved by 5 Feb 2026 at the latest",
    ],
    [
      "a dispute",
      { state: { stage: 4n } },
      "period 0 splits, its held part waiting for the arbiter, 6 Feb 2025; everything is resolved by 5 Feb 2026 at the latest",
    ],
    ["nothing that is due", { resolvesAt: 0n }, "everything is resolved by 5 Feb 2026 at the latest"],
  ];
  for (const [what, changes, line] of silence) {
    it(`says what becomes of ${what} if nobody does anything`, () => {
      const lines = shown(changes);
      expect(below("IF NOBODY", lines)).to.deep.equal([`  ${line}`]);
      expect(lines.some((one) => one.startsWith("PERIOD"))).to.equal(changes.phase === undefined);
    });
  }

  it("says until when who may do what", () => {
    const now = JANUARY;
    const provider = { ...SEAT, disputeUntil: JANUARY + 7n * DAY, leaveAtOnceUntil: FOREVER, payout: 1n };
    const client = { ...SEAT, acceptUntil: JANUARY + 3n * DAY, leaveAtOnceUntil: FEBRUARY };
    const changes = { provider, client, oracleMayReportUntil: JANUARY + 3_600n, arbiterMayRuleUntil: FEBRUARY };
    expect(below("WHO MAY", shown(changes, { now }))).to.deep.equal([
      "  client    accept until 4 Jan 2025 (in 3 days) · leave at once until 1 Feb 2025",
      "  provider  dispute or answer until 8 Jan 2025 (in 7 days) · claim 0.000001 · leave at once, as long as the reason stands",
      "  oracle    report until 1 Jan 2025 01:00 UTC (in 60 min)",
      "  arbiter   rule until 1 Feb 2025 (in 31 days)",
    ]);
  });

  it("names what stands open on record, the worst first, and nothing else", () => {
    const facts = recordFacts(
      journal(
        announced(1, jan("02T10:00"), jan("20T22:00"), jan("20T23:00")),
        advised(2, jan("03T10:00")),
        advised(3, jan("04T10:00")),
        answered(3, jan("05T10:00"), "declined"),
        disclosed(4, jan("06T10:30"), jan("06T10:00")),
      ),
      jan("07T00:00"),
    );
    const view = { agreement: agreementOf(), summary: summaryOf({}), now: JANUARY + DAY, network: "local" };
    const lines = dashboard({ ...view, record: facts, color: createColors(false) });
    expect(below("ON RECORD, AND OPEN", lines)).to.deep.equal([
      "  entry 4: incident, began 6 Jan 2030 10:00 UTC, told 30 min later, not resolved",
      "  entry 2: advice, not answered; the client may accept it, decline it or put it off",
      "  entry 1: planned maintenance 20 Jan 2030 22:00 UTC to 20 Jan 2030 23:00 UTC, told 18 days 12 h ahead",
    ]);
    expect(statusData(view.agreement, view.summary, facts).record).to.deep.equal({
      incidentsOpen: [4],
      adviceOpen: [2],
      maintenanceAhead: [1],
    });
  });

  it("says nothing of a record that is not known, or has nothing open", () => {
    const view = { agreement: agreementOf(), summary: summaryOf({}), now: JANUARY + DAY, network: "local" };
    for (const record of [undefined, recordFacts(journal(), JANUARY)]) {
      expect(dashboard({ ...view, record, color: createColors(false) }).join()).to.not.include("RECORD");
    }
    expect(statusData(view.agreement, view.summary).record).to.equal(undefined);
  });
});

describe("the agreement for machines", () => {
  it("has amounts in whole tokens, times in seconds, and everything that the glance shows", () => {
    const state = {
      ...{ balance: 1n, unabsorbed: 2n, earnings: 3n, bond: 4n, pledges: 5n, owed: 6n, held: 7n, committed: 8n },
      ...{ withdrawable: 9n, credit: 1_234_000_000n, openDisputes: 0b101n, stage: 3n, revision: 1n, period: 2n },
      ...{ clientAccepted: false },
    };
    const client = {
      acceptUntil: 1n,
      disputeUntil: 2n,
      leaveByNoticeEnd: 3n,
      leaveAtOnceUntil: 4n,
      payout: 5_500_000n,
    };
    const changes = { state, client, bondMissing: 10n, oracleMayReportUntil: 11n, arbiterMayRuleUntil: 12n };
    expect(statusData(agreementOf(), summaryOf(changes))).to.deep.equal({
      ...{ agreement: ADDRESS, phase: "active", stage: "reported" },
      token: { address: "0xt", symbol: "USDC", decimals: 6 },
      parties: { provider: "0xp", client: "0xc", oracle: "0xo", arbiter: "0xa" },
      accepted: { provider: true, client: false },
      ...{ start: JANUARY, end: JANUARY + 365n * DAY, period: 2n, periods: 12n, revision: 1n, credit: "1234.00" },
      ...{ balance: "0.000001", unabsorbed: "0.000002", earnings: "0.000003", bond: "0.000004" },
      ...{ bondMissing: "0.00001", pledges: "0.000005", owed: "0.000006", held: "0.000007", openDisputes: [0, 2] },
      ...{ committed: "0.000008", withdrawable: "0.000009", fundedThrough: JANUARY + 365n * DAY },
      ...{ reportFrom: FEBRUARY, reportUntil: FEBRUARY + 5n * DAY, resolvesAt: FEBRUARY + 5n * DAY },
      ...{ lastResolvedBy: JANUARY + 400n * DAY, oracleMayReportUntil: 11n, arbiterMayRuleUntil: 12n },
      provider: { ...SEAT, payout: "0.00" },
      client: { ...client, payout: "5.50" },
    });
  });
});
