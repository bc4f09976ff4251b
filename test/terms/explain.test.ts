import { expect } from "chai";
import fc from "fast-check";
import { periodOf } from "../../src/terms/calendar.ts";
import { explain } from "../../src/terms/explain.ts";
import { renderExplanation, workedSentence } from "../../src/terms/explain-text.ts";
import { parseAgreement } from "../../src/terms/file.ts";
import { type Objective, PPB, Test, Unit } from "../../src/terms/types.ts";
import { workedTable } from "../../src/terms/worked.ts";
import { anyTier } from "./arbitraries.ts";
import { SAMPLE_FILE, withLine } from "./sample-file.ts";
import { sampleTerms } from "./sample-terms.ts";

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

  it("reads as text", () => {
    const text = renderExplanation(explain(parseAgreement(SAMPLE_FILE)));
    for (const line of [
      "CI HOSTING   1 Jan 2025 to 1 Jan 2026, UTC",
      "  Harbor Dental pays the provider 1,000.00 USDC a month for CI hosting, 12 times.",
      "  uptime   below 99.9%: 10%   below 99%: 25%   below 95%: 50%",
      "    44 min 38 s down in a 31-day month: no credit; one second more: 10 % = 100.00 USDC",
      "  reported on the first day and not disputed: paid on     8 Feb 2025",
      "  The client, at once: after 2 bad months of any 3 with at least 10 % credited, until the end of the month after the one then running.",
      "  Who disputes a report stakes the greater of 50.00 USDC and 10 % of the difference, and loses it to the other side if the arbiter picks other counts.",
    ]) {
      expect(text.split("\n")).to.include(line);
    }
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
