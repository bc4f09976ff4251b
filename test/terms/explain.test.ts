import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { periodOf } from "../../src/terms/calendar.ts";
import { explain, periodWord } from "../../src/terms/explain.ts";
import { renderExplanation, workedSentence } from "../../src/terms/explain-text.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { type Objective, PPB, Test, Unit } from "../../src/terms/types.ts";
import { workedTable } from "../../src/terms/worked.ts";
import { anyTier } from "./arbitraries.ts";
import { SAMPLE_FILE, withLine } from "./sample-file.ts";
import { address, sampleTerms } from "./sample-terms.ts";

const time = (text: string): bigint => BigInt(Date.parse(text)) / 1000n;
const PERCENT = PPB / 100n;

/** The sentences of a file whose only objective has these tiers. */
function sentences(unit: string, tiers: string, start = "2025-04-01"): string[] {
  const text = withLine("starts", `starts: ${start}`).replace(
    /measures:[^]*salt/,
    `measures:\n  it:\n    unit: ${unit}\nobjectives:\n  - ${tiers}\nsalt`,
  );
  const explanation = explain(parseAgreement(text));
  return explanation.tables.flatMap((table) => table.rows.map((row) => workedSentence(explanation, table, row)));
}

const SAMPLE_TEXT = `CI HOSTING   1 Jan 2025 to 1 Jan 2026, UTC

THE DEAL
  Harbor Dental pays the provider 1,000.00 USDC a month for CI hosting, 12 times.
  The money waits in the agreement. After each month the oracle reports what was measured; the credit stays the client's, the rest is the provider's.
  At most 50 % of a month's fee is credited, over the whole term at most 6,000.00 USDC.
  No report at all: 50 % of the fee is credited.
  Who disputes a report stakes the greater of 50.00 USDC and 10 % of the difference, and loses it to the other side if the arbiter picks other counts.

WHAT A BAD MONTH GIVES BACK
  uptime   below 99.9%: 10%   below 99%: 25%   below 95%: 50%
    One probe a minute.
    44 min 38 s down in a 31-day month: no credit; one second more: 10 % = 100.00 USDC
    7 h 26 min 24 s down in a 31-day month: 10 % = 100.00 USDC; one second more: 25 % = 250.00 USDC
    37 h 12 min down in a 31-day month: 25 % = 250.00 USDC; one second more: 50 % = 500.00 USDC


WHEN THE MONEY OF A MONTH MOVES   1 Jan 2025 to 1 Feb 2025
  reported on the first day and not disputed: paid on     8 Feb 2025
  the oracle may report and correct until                 6 Feb 2025
  reported on the last day, or not at all: paid on        13 Feb 2025
  disputed at the latest: what all agree on moves on      20 Feb 2025
    and the rest, whether the arbiter speaks or not, by   22 Mar 2025

WHO MAY LEAVE, AND WHEN
  Either party, at any time: at the end of 1 month after the running one.
  The client, at once: after 2 bad months of any 3 with at least 10 % credited, until the end of the month after the one then running.
  The provider, at once: when fees are not covered 10 days into a month.
  Both together: at any time.

WHO CAN DO WHAT ALONE, AT WORST
  oracle: report false counts, or stay silent
      stopped by: either party disputes within 7 days; silence costs the agreed 50 %; both parties together replace it
  arbiter: pick the wrong counts: up to 500.00 USDC in each disputed month; or stay silent
      stopped by: picks among what the report and the parties stated, names no amount; after 30 days the report stands
  provider: not serve, not post the bond
      stopped by: credits, and the client's right to leave
  client: not pay, or dispute to delay a credit
      stopped by: the provider's right to leave; a dispute is over 37 days after it began
  anyone else: send money, settle what is due
      stopped by: nothing else is open to them
  token issuer: freeze or seize the token
      stopped by: nothing here: choose the token with care

MIND
  Strangers see fee, credits, dates and addresses; no names and no texts.
`;

const MSP_TABLES = `WHAT A BAD MONTH GIVES BACK
  uptime   below 99.9%: 5%   below 99.5%: 10%   below 99%: 15%
    A second is bad when the file server or mail cannot be reached; announced maintenance counts as up.
    Up to 8 h may be excluded, and counts as up.
    40 min 19 s down in a 28-day month: no credit; one second more: 5 % = 200.00 USDC
    3 h 21 min 36 s down in a 28-day month: 5 % = 200.00 USDC; one second more: 10 % = 400.00 USDC
    6 h 43 min 12 s down in a 28-day month: 10 % = 400.00 USDC; one second more: 15 % = 600.00 USDC

  urgent tickets   at least 1 ticket: 5%   at least 3 tickets: 10%   at least 5 tickets: 15%
    Priority 1, first answer by a person within 15 minutes at any hour; a later answer makes the ticket bad.
    Counted from tickets: priorities: P1; answered within: 15 minutes.
    0 of 100 tickets bad: no credit; one ticket more: 5 % = 200.00 USDC
    2 of 100 tickets bad: 5 % = 200.00 USDC; one ticket more: 10 % = 400.00 USDC
    4 of 100 tickets bad: 10 % = 400.00 USDC; one ticket more: 15 % = 600.00 USDC

  normal tickets   below 95%: 3%   below 90%: 6%
    Priority 2, first answer within 4 office hours.
    Counted from tickets: priorities: P2; answered within: 4 hours; hours: Mon-Fri 09:00-17:00 UTC.
    Up to 100 tickets may be excluded.
    5 of 100 tickets bad: no credit; one ticket more: 3 % = 120.00 USDC
    10 of 100 tickets bad: 3 % = 120.00 USDC; one ticket more: 6 % = 240.00 USDC

  low tickets   below 90%: 2%
    Priority 3, first answer by the end of the next working day.
    Up to 100 tickets may be excluded.
    10 of 100 tickets bad: no credit; one ticket more: 2 % = 80.00 USDC


`;

describe("explain", () => {
  it("finds the last second without and the first with each credit", () => {
    expect(sentences("seconds", "below 99.9%: 10%\n    below 99%: 25%")).to.deep.equal([
      "43 min 12 s down in a 30-day month: no credit; one second more: 10 % = 100.00 USDC",
      "7 h 12 min down in a 30-day month: 10 % = 100.00 USDC; one second more: 25 % = 250.00 USDC",
    ]);
  });

  it("says a tier that is true at its threshold one second earlier", () => {
    expect(sentences("seconds", "at most 99.9%: 10%")).to.deep.equal([
      "43 min 11 s down in a 30-day month: no credit; one second more: 10 % = 100.00 USDC",
    ]);
  });

  it("counts tickets of a round number", () => {
    expect(sentences("tickets", "below 95%: 5%\n    at least 10 tickets: 10%")).to.deep.equal([
      "5 of 100 tickets bad: no credit; one ticket more: 5 % = 50.00 USDC",
      "9 of 100 tickets bad: 5 % = 50.00 USDC; one ticket more: 10 % = 100.00 USDC",
    ]);
  });

  it("shows the first steps and the one that reaches the cap", () => {
    expect(sentences("seconds", "more than 0 s: 5% per started 30 minutes")).to.have.lengthOf(5);
    expect(sentences("seconds", "more than 0 s: 5% per started 30 minutes").slice(-1)).to.deep.equal([
      "4 h 30 min down in a 30-day month: 45 % = 450.00 USDC; one second more: 50 % = 500.00 USDC",
    ]);
    expect(sentences("seconds", "more than 0 s: 5% per started 30 minutes")[0]).to.equal(
      "nothing down in a 30-day month: no credit; one second more: 5 % = 50.00 USDC",
    );
  });

  it("picks plain amounts from a slope, and where it ends", () => {
    expect(sentences("seconds", "more than 0 s: 25x the share of time down")).to.deep.equal([
      "1 min down in a 30-day month: 0.057 % = 0.578704 USDC",
      "10 min down in a 30-day month: 0.578 % = 5.787038 USDC",
      "1 h down in a 30-day month: 3.472 % = 34.722223 USDC",
      "4 h down in a 30-day month: 13.888 % = 138.888889 USDC",
      "14 h 24 min down in a 30-day month: 50 % = 500.00 USDC",
    ]);
  });

  it("has rows that are jumps of the credit, for any objective", () => {
    const period = periodOf(sampleTerms(), 0);
    const objectives = fc
      .array(anyTier, { minLength: 1, maxLength: 6 })
      .map((tiers): Objective => ({ indicator: 0, tiers }));
    fc.assert(
      fc.property(objectives, (objective) => {
        const { rows, total } = workedTable(sampleTerms({ objectives: [objective] }), 0, period);
        expect(total).to.equal(2_678_400n);
        rows.slice(1).forEach((row, i) => {
          expect(row.bad > rows[i]!.bad).to.equal(true);
          // On a slope two plain amounts may round up to the same unit; a jump is always one.
          const jumps = row.before !== undefined;
          expect(jumps ? row.credit > rows[i]!.credit : row.credit >= rows[i]!.credit).to.equal(true);
        });
        for (const row of rows) expect((row.before ?? -1n) < row.credit).to.equal(true);
      }),
    );
  });

  it("dates a month in each case", () => {
    const { dates } = explain(parseAgreement(SAMPLE_FILE));
    expect(dates).to.deep.include({
      reportUntil: time("2025-02-06"),
      paidFirst: time("2025-02-08"),
      paidLast: time("2025-02-13"),
      splitLast: time("2025-02-20"),
      ruledLast: time("2025-03-22"),
    });
  });

  it("explains a draft whose start is past, or still open", () => {
    const now = time("2026-01-15");
    expect(explain(parseAgreement(SAMPLE_FILE, { draft: true, now })).start).to.equal(time("2025-01-01"));
    const open = SAMPLE_FILE.replace(/starts: .*\n/, "");
    expect(explain(parseAgreement(open, { draft: true, now })).start).to.equal(time("2026-02-01"));
  });

  it("is about the first full period, or the one asked for", () => {
    const cut = parseAgreement(withLine("anchor", "anchor: 2024-12-15"));
    expect(explain(cut).dates.period.index).to.equal(1);
    expect(explain(parseAgreement(SAMPLE_FILE)).dates.period.index).to.equal(0);
    expect(explain(parseAgreement(SAMPLE_FILE), 5).dates.period.start).to.equal(time("2025-06-01"));
  });

  describe("warns of", () => {
    const warned = (text: string) => explain(parseAgreement(text, { draft: true })).warnings;
    const cases: [what: string, text: string, warning: string][] = [
      [
        "an oracle that is a party's",
        withLine("oracle", "oracle: 0x1111111111111111111111111111111111111111"),
        "The oracle is the provider: it judges its own case. Its key should never be the key that holds a seat.",
      ],
      [
        "silence without a credit",
        withLine("no report", "no report: 0%"),
        "No report means no credit: an oracle that stays silent pays the provider in full.",
      ],
      [
        "disputes for free",
        withLine("pledge", "pledge: none"),
        "No pledge: a dispute costs nothing and delays the money.",
      ],
      [
        "tiers above the cap",
        withLine("credit cap", "credit cap: 10%").replace("no report: 50%", "no report: 10%"),
        "A tier gives more than the credit cap of 10 %: the cap counts.",
      ],
      [
        "a right to leave that never comes",
        withLine("leave after", "leave after: 1 bad period of 1 of at least 60%"),
        "A rule for leaving needs a larger credit than the cap allows: it never comes true.",
      ],
      [
        "burn-in to the end",
        withLine("burn-in", "burn-in: 12 periods"),
        "Every period is burn-in: there is never a credit.",
      ],
      ["play money", withLine("network", "network: local"), "The network is local: play money on one machine."],
      ["what a draft leaves open", SAMPLE_FILE.replace(/oracle: .*\n/, ""), "Still open: the address of the oracle."],
    ];
    for (const [what, text, warning] of cases) {
      it(what, () => {
        expect(warned(text)).to.include(warning);
        expect(warned(SAMPLE_FILE)).to.not.include(warning);
      });
    }
  });

  it("says who holds what power, with the agreement's numbers", () => {
    const { powers } = explain(parseAgreement(SAMPLE_FILE));
    expect(powers.map(({ role }) => role)).to.deep.equal([
      "oracle",
      "arbiter",
      "provider",
      "client",
      "anyone else",
      "token issuer",
    ]);
    expect(powers[1]?.worst).to.equal(
      "pick the wrong counts: up to 500.00 USDC in each disputed month; or stay silent",
    );
  });

  it("reads as text, whole", () => {
    expect(renderExplanation(explain(parseAgreement(SAMPLE_FILE)))).to.equal(SAMPLE_TEXT);
  });

  it("reads as text of several measures: how they are counted, what may be excluded", () => {
    const file = new URL("../../examples/presets/msp-tickets.sla.yaml", import.meta.url);
    const preset = readFileSync(file, "utf8").replace("    excluded: up to 20 tickets\n", "");
    const text = renderExplanation(explain(parseAgreement(preset, { draft: true, now: time("2026-01-15") })));
    expect(text.slice(text.indexOf("WHAT A BAD"), text.indexOf("WHEN THE MONEY"))).to.equal(MSP_TABLES);
    expect(text).to.include("\nWHEN THE MONEY OF A MONTH MOVES   1 Feb 2026 to 1 Mar 2026\n");
    expect(text).to.include("\n  Still open: the address of the provider.\n  Still open: the address of the client.\n");
  });

  it("reads as text of instances, of time that leaves the total, and of a slope", () => {
    const tiers = ["    unit: seconds", "    instances: 3", "    excluded: up to 8 h, leaves the total", "objectives:"];
    const text = SAMPLE_FILE.replace(
      /measures:[^]*salt/,
      `measures:\n  it:\n${tiers.join("\n")}\n  - more than 0 s: 25x the share of time down\nsalt`,
    ).replace("period: month", "period: quarter");
    expect(renderExplanation(explain(parseAgreement(text)))).to.include(`WHAT A BAD QUARTER GIVES BACK
  it   more than 0 s: 25x the share of time down
    Time is counted for 3 instances and added up.
    Up to 8 h may be excluded, and leaves the total.
    1 min down in a 90-day quarter: 0.006 % = 0.064301 USDC
    10 min down in a 90-day quarter: 0.064 % = 0.643005 USDC
    1 h down in a 90-day quarter: 0.385 % = 3.858025 USDC
    4 h down in a 90-day quarter: 1.543 % = 15.432099 USDC
    24 h down in a 90-day quarter: 9.259 % = 92.592593 USDC
    129 h 36 min down in a 90-day quarter: 50 % = 500.00 USDC
    and so on between, up to 50 %

`);
  });

  describe("says of the deal", () => {
    const deal = (text: string) => explain(parseAgreement(text)).deal;
    const two = "    below 95%: 50%\n  - below 90%: 10%";
    const said: [what: string, text: string, sentence: string][] = [
      [
        "nobody's name",
        SAMPLE_FILE.replace("  name: Harbor Dental\n", ""),
        "The client pays the provider 1,000.00 USDC a month for CI hosting, 12 times.",
      ],
      [
        "a provider's name and a year",
        withLine("period", "period: year").replace(
          /provider: .*/,
          'provider: { name: Northwind IT, address: "$&" }'.replace("$&", address("11")),
        ),
        "Harbor Dental pays Northwind IT 1,000.00 USDC a year for CI hosting, 12 times.",
      ],
      [
        "credits that add up",
        withLine("credits", "credits: add up").replace("    below 95%: 50%", two),
        "Credits of several objectives add up.",
      ],
      [
        "the greatest credit",
        withLine("credits", "credits: greatest counts").replace("    below 95%: 50%", two),
        "Of several objectives the greatest credit counts.",
      ],
      ["one period without", withLine("burn-in", "burn-in: 1 period"), "No credits in the first period."],
      ["periods without", withLine("burn-in", "burn-in: 2 periods"), "No credits in the first 2 periods."],
      [
        "a bond",
        withLine("bond", "bond: 500 USDC"),
        "The provider puts up a bond of 500.00 USDC, which pays what a credit exceeds the fee by.",
      ],
      [
        "an amount at stake",
        withLine("pledge", "pledge: 20 USDC"),
        "Who disputes a report stakes 20.00 USDC, and loses it to the other side if the arbiter picks other counts.",
      ],
      [
        "a share at stake",
        withLine("pledge", "pledge: 5% of the difference"),
        "Who disputes a report stakes 5 % of the difference, and loses it to the other side if the arbiter picks other counts.",
      ],
      ["nothing at stake", withLine("pledge", "pledge: none"), "Disputing a report is free."],
    ];
    for (const [what, text, sentence] of said) {
      it(what, () => {
        expect(deal(text)).to.include(sentence);
        expect(deal(SAMPLE_FILE)).to.not.include(sentence);
      });
    }

    it("only what there is to say", () => {
      expect(deal(SAMPLE_FILE)).to.have.lengthOf(5);
    });
  });

  it("says who may leave, and when", () => {
    const rules = "leave after:\n  - 1 bad period of 1\n  - 2 bad periods of 3 of at least 10%";
    const text = withLine("leave after", rules, withLine("bond", "bond: 1 USDC", withLine("notice", "notice: none")));
    expect(explain(parseAgreement(text)).leaving).to.deep.equal([
      "Either party, at any time: at the end of the running month.",
      "The client, at once: after one bad month, until the end of the month after the one then running.",
      "The client, at once: after 2 bad months of any 3 with at least 10 % credited, until the end of the month after the one then running.",
      "The client, at once: when the bond has been short for 10 days.",
      "The provider, at once: when fees are not covered 10 days into a month.",
      "Both together: at any time.",
    ]);
  });

  it("warns of nothing that is not so", () => {
    const strangers = "Strangers see fee, credits, dates and addresses; no names and no texts.";
    expect(explain(parseAgreement(SAMPLE_FILE)).warnings).to.deep.equal([strangers]);
    const close = [
      withLine("pledge", "pledge: 20 USDC"),
      withLine("pledge", "pledge: 1% of the difference"),
      withLine("burn-in", "burn-in: 11 periods"),
      withLine("leave after", "leave after: 1 bad period of 1 of at least 50%"),
      SAMPLE_FILE.replace("below 95%: 50%", "more than 0 s: 60% per started 1 h"),
      SAMPLE_FILE.replace(/ {4}below 99.9%[^]*salt/, "    more than 0 s: 25x the share of time down\nsalt"),
    ];
    for (const text of close) expect(explain(parseAgreement(text)).warnings).to.deep.equal([strangers]);
  });

  it("names the length of a period nobody has a word for", () => {
    expect([1, 3, 12, 2].map((periodMonths) => periodWord(sampleTerms({ periodMonths })))).to.deep.equal([
      "month",
      "quarter",
      "year",
      "2 months",
    ]);
  });

  it("is about the only period when that one is cut", () => {
    const text = withLine("anchor", "anchor: 2024-12-15", withLine("periods", "periods: 1"));
    expect(
      explain(parseAgreement(text.replace(/leave after: .*/, "leave after: 1 bad period of 1"))).dates.period.index,
    ).to.equal(0);
  });

  it("sums what several instances were down", () => {
    const terms = sampleTerms({
      indicators: [{ id: 1, unit: Unit.Seconds, mode: 2, instances: 3n, excludedCap: 0n }],
      objectives: [
        {
          indicator: 0,
          tiers: [{ test: Test.Below, threshold: 99n * PERCENT, credit: PERCENT, per: 0n, proportional: false }],
        },
      ],
    });
    expect(workedTable(terms, 0, periodOf(terms, 0)).rows).to.deep.equal([
      { bad: 80_353n, credit: 10_000_000n, before: 0n },
    ]);
  });
});
