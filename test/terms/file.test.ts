import { createHash } from "node:crypto";
import { expect } from "chai";
import { type Problem, UpheldErrors } from "../../src/errors.ts";
import { parseAgreement, type ParseOptions } from "../../src/terms/file.ts";
import { Combination, Mode, PPB, Test, Unit } from "../../src/terms/types.ts";
import { lineOf, SAMPLE_FILE, withLine } from "./sample-file.ts";
import { address, sampleTerms } from "./sample-terms.ts";

function problemsOf(text: string, options?: ParseOptions): readonly Problem[] {
  try {
    parseAgreement(text, options);
  } catch (error) {
    if (error instanceof UpheldErrors) return error.problems;
    throw error;
  }
  return [];
}

/** Replaces the sample's measures and objectives. */
const table = (measures: string, objectives: string): string =>
  SAMPLE_FILE.replace(/measures:[^]*salt/, `measures:\n${measures}\nobjectives:\n${objectives}\nsalt`);

const PERCENT = PPB / 100n;

describe("agreement file", () => {
  describe("understands", () => {
    it("the sample, exactly", () => {
      const file = parseAgreement(SAMPLE_FILE, { now: sampleTerms().start - 1n });
      const { document, ...terms } = file.terms;
      expect({ ...terms, document: sampleTerms().document }).to.deep.equal(sampleTerms());
      expect(document).to.equal(`0x${createHash("sha256").update(SAMPLE_FILE).digest("hex")}`);
      expect(file).to.deep.include({
        service: "CI hosting",
        names: { client: "Harbor Dental" },
        token: { symbol: "USDC", decimals: 6, address: address("55") },
        measures: [{ name: "uptime", how: "One probe a minute." }],
        open: [],
      });
      expect(file.network).to.deep.include({ name: "base", chainId: 8453n });
    });

    it("the same document whatever the line ends", () => {
      const windows = `\uFEFF${SAMPLE_FILE.replaceAll("\n", "\r\n")}`;
      expect(parseAgreement(windows).terms.document).to.equal(parseAgreement(SAMPLE_FILE).terms.document);
      expect(parseAgreement(`${SAMPLE_FILE}\n`).terms.document).to.not.equal(
        parseAgreement(SAMPLE_FILE).terms.document,
      );
    });

    it("overrides of parties, token, network and start", () => {
      const overrides = {
        provider: address("61"),
        client: address("62"),
        oracle: address("63"),
        arbiter: address("64"),
        token: { address: address("65") },
        network: "31337",
        starts: 1_738_368_000n,
      };
      const open = SAMPLE_FILE.replace(/provider: .*\n/, "").replace(/ {2}address: 0x5.*\n/, "");
      const { terms, network, names } = parseAgreement(open, { overrides });
      expect(terms).to.deep.include({ provider: address("61"), token: address("65"), start: 1_738_368_000n });
      expect(network?.name).to.equal("local");
      expect(names.client).to.equal("Harbor Dental");
    });

    it("as a draft: what is open, with the rest checked", () => {
      const open = SAMPLE_FILE.replace(/provider: .*\n/, "").replace(/salt: .*\n/, "");
      expect(parseAgreement(open, { draft: true }).open).to.deep.equal(["the address of the provider", "the salt"]);
      expect(problemsOf(open).map((problem) => problem.message)).to.deep.equal([
        "The address of the provider is missing.",
        "The salt is missing.",
      ]);
      expect(problemsOf(withLine("periods", "periods: 241", open), { draft: true })[0]?.code).to.equal(
        "terms.periods-out-of-range",
      );
    });

    const said: [line: string, expected: Record<string, unknown>][] = [
      ["fee: 1,000.000001 USDC", { fee: 1_000_000_001n }],
      ["fee: 1000 USDC a month", { fee: 1_000_000_000n }],
      ["period: quarter", { periodMonths: 3 }],
      ["starts: 2025-01-01T09:30Z", { start: 1_735_723_800n, anchor: 1_735_723_800n }],
      ["starts: 2025-01-01T09:30+02:00", { start: 1_735_716_600n }],
      ["starts: 2025-01-01 09:30:15 UTC", { start: 1_735_723_815n }],
      ["anchor: 2024-12-15", { anchor: 1_734_220_800n }],
      ["notice: none", { noticePeriods: 0 }],
      ["burn-in: 2 periods", { burnInPeriods: 2 }],
      ["report window: 1 h 30 min", { reportWindow: 5_400n }],
      ["report window: 1.5 days", { reportWindow: 129_600n }],
      ["report window: 1 week and 2 hours", { reportWindow: 612_000n }],
      ["bond: 1,234.50 USDC", { bond: 1_234_500_000n }],
      ["pledge: 10% of the difference", { pledge: 0n, pledgeShare: 10n * PERCENT }],
      ["pledge: 20 USDC", { pledge: 20_000_000n, pledgeShare: 0n }],
      ["pledge: none", { pledge: 0n, pledgeShare: 0n }],
      ["no report: 12.3456789%", { silenceCredit: 123_456_789n }],
      ["term credit cap: 2,000 USDC", { termCreditCap: 2_000_000_000n }],
      ["leave after: 2 bad periods of 3", { chronic: [{ count: 2, window: 3, leastShare: 1n }] }],
      ["credits: greatest counts", { combination: Combination.Greatest }],
    ];
    for (const [line, expected] of said) {
      it(line, () => {
        const key = line.split(":")[0] ?? "";
        expect(parseAgreement(withLine(key, line)).terms).to.deep.include(expected);
      });
    }

    it("several ways to leave", () => {
      const text = withLine(
        "leave after",
        "leave after:\n  - 2 bad periods of 3\n  - 1 bad period of 1 of at least 50%",
      );
      expect(parseAgreement(text).terms.chronic).to.deep.equal([
        { count: 2, window: 3, leastShare: 1n },
        { count: 1, window: 1, leastShare: 50n * PERCENT },
      ]);
    });

    it("a term credit cap left out as every period at its cap, the first one pro rata", () => {
      const text = withLine("anchor", "anchor: 2024-12-15");
      expect(parseAgreement(text).terms.termCreditCap).to.equal(11n * 500_000_000n + 225_806_452n);
    });

    it("what is counted", () => {
      const measures = [
        "  a: { unit: seconds, instances: 3, excluded: 'up to 8 hours, counts as up' }",
        "  b: { unit: seconds, excluded: 'up to 90 minutes, leaves the total' }",
        "  c: { unit: tickets, excluded: up to 20 tickets }",
        "  d: { unit: probes, excluded: none }",
      ].join("\n");
      const text = table(measures, "  - measure: d\n    at most 99.9%: 10%");
      const of = (id: number, unit: number, mode: number, instances: bigint, excludedCap: bigint) => ({
        id,
        unit,
        mode,
        instances,
        excludedCap,
      });
      const { terms } = parseAgreement(text);
      expect(terms.indicators).to.deep.equal([
        of(1, Unit.Seconds, Mode.DowntimeOnly, 3n, 28_800n),
        of(2, Unit.Seconds, Mode.Denominator, 1n, 5_400n),
        of(3, Unit.Tickets, Mode.Count, 1n, 20n),
        of(4, Unit.Probes, Mode.Count, 1n, 0n),
      ]);
      expect(terms.objectives[0]?.indicator).to.equal(3);
    });

    const tiers: [
      unit: string,
      words: string,
      tier: [test: Test, threshold: bigint, credit: bigint, per: bigint, proportional?: boolean],
    ][] = [
      ["seconds", "below 99.95%: 10%", [Test.Below, 999_500_000n, 10n * PERCENT, 0n]],
      ["seconds", "at most 99.9%: 10.5%", [Test.AtMost, 999_000_000n, 105n * (PERCENT / 10n), 0n]],
      ["seconds", "more than 4 h 30 min: 5%", [Test.MoreThan, 16_200n, 5n * PERCENT, 0n]],
      ["tickets", "at least 3 tickets: 10%", [Test.AtLeast, 3n, 10n * PERCENT, 0n]],
      ["packets", "more than 1,000 packets: 10%", [Test.MoreThan, 1000n, 10n * PERCENT, 0n]],
      ["seconds", "more than 0 s: 5% per started 30 minutes", [Test.MoreThan, 0n, 5n * PERCENT, 1800n]],
      ["seconds", "at least 1 hour: 3% and again per full 60 minutes", [Test.AtLeast, 3600n, 3n * PERCENT, 3600n]],
      ["seconds", "below 99.9%: 1% per started 0.1%", [Test.Below, 999_000_000n, PERCENT, 1_000_000n]],
      ["tickets", "at least 1 ticket: 1% and again per full 2 tickets", [Test.AtLeast, 1n, PERCENT, 2n]],
      ["seconds", "more than 0 s: 25x the share of time down", [Test.MoreThan, 0n, 25n * PPB, 0n, true]],
      ["probes", "below 100%: 2.5x the share of bad probes", [Test.Below, PPB, (5n * PPB) / 2n, 0n, true]],
    ];
    for (const [unit, words, [test, threshold, credit, per, proportional = false]] of tiers) {
      it(`${words} (${unit})`, () => {
        const { terms } = parseAgreement(table(`  it:\n    unit: ${unit}`, `  - ${words}`));
        expect(terms.objectives).to.deep.equal([
          { indicator: 0, tiers: [{ test, threshold, credit, per, proportional }] },
        ]);
      });
    }
  });

  describe("refuses, naming the line", () => {
    const refused: [line: string, code: string, says: string, key?: string][] = [
      // words
      ["fee: 1,000", "not-understood", 'fee: "1,000" is not an amount.'],
      ["fee: 1,000 EUR", "not-understood", 'fee: "1,000 EUR" is in EUR, the agreement\'s token is USDC.'],
      ["fee: 1.000,50 USDC", "not-understood", 'fee: "1.000,50" is not a number.'],
      ["fee: 10,00 USDC", "not-understood", 'fee: "10,00" is not a number.'],
      ["fee: -5 USDC", "not-understood", 'fee: "-5" is not a number.'],
      ["fee: 1.0000001 USDC", "not-understood", 'fee: "1.0000001" has 7 decimals, USDC has at most 6.'],
      [
        "fee: 1,000 USDC a year",
        "not-understood",
        'fee: "1,000 USDC a year" is for a year, but that is not the period of the agreement.',
      ],
      ["fee:", "not-understood", '"fee" has no value.'],
      ["fee: [1, 2]", "not-understood", '"fee" must be a single value.'],
      ["period: week", "not-understood", 'period: "week" is no period.'],
      ["starts: 2025-01-01T09:00", "not-understood", 'starts: "2025-01-01T09:00" has a time but no zone.'],
      ["starts: 2025-02-30", "not-understood", 'starts: "2025-02-30" does not exist in the calendar.'],
      ["starts: 2025-01-01T25:00Z", "not-understood", 'starts: "2025-01-01T25:00Z" does not exist in the calendar.'],
      ["starts: 1 January 2025", "not-understood", 'starts: "1 January 2025" is not a date.'],
      ["periods: twelve", "not-understood", 'periods: "twelve" is not a whole number.'],
      ["notice: 30 days", "not-understood", 'notice: "30 days" is not a number of periods.'],
      ["grace: 10", "not-understood", 'grace: "10" is not a duration.'],
      ["grace: 10 fortnights", "not-understood", 'grace: "fortnights" in "10 fortnights" is no unit of time.'],
      ["grace: 0.3333 min", "not-understood", 'grace: "0.3333 min" is not a whole number of seconds.'],
      ["no report: half", "not-understood", 'no report: "half" is not a percentage.'],
      [
        "no report: 0.00000001%",
        "not-understood",
        'no report: "0.00000001" has 8 decimals, a percentage has at most 7.',
      ],
      [
        "leave after: two bad months",
        "not-understood",
        'leave after: "two bad months" does not say after what the client may leave.',
      ],
      ["credits: multiply", "not-understood", 'credits: "multiply" does not say how credits combine.'],
      ["network: basse", "not-understood", 'network: There is no network "basse".'],
      ["oracle: 0x1234", "not-understood", 'oracle: "0x1234" is not an address.'],
      [
        "oracle: 0xdeaDbeefdeadbeefdeadbeefdeadbeefdeadbeef",
        "not-understood",
        'oracle: "0xdeaDbeefdeadbeefdeadbeefdeadbeefdeadbeef" has a wrong checksum.',
      ],
      ["salt: 1234", "not-understood", 'salt: "1234" is not a salt of at least 16 bytes.'],
      ["decimals: 37", "not-understood", 'decimals: "37" is more decimals than a token has.'],
      // keys
      ["despute window: 7 days", "unknown-key", 'Unknown key "despute window" in the agreement.'],
      ["currency: dollar", "unknown-key", 'Unknown key "currency" in the agreement.'],
      // limits, as DESIGN fixes them
      ["periods: 241", "periods-out-of-range", "The number of periods is 241, must be 1 to 240."],
      ["report window: 59 min", "report-window-too-short", "The report window is 59 min, must be at least 1 h."],
      [
        "dispute window: 12 days",
        "windows-too-long",
        "The report window and twice the dispute window are 29 days together, must be at most 28 days: they have to be over before the next period is.",
      ],
      ["dispute window: 23 h", "dispute-window-too-short", "The dispute window is 23 h, must be at least 1 day."],
      ["ruling window: 366 days", "ruling-window-too-long", "The ruling window is 366 days, must be at most 365 days."],
      ["grace: 28 days", "grace-too-long", "The grace is 28 days, must be at most 671 h 59 min 59 s."],
      ["notice: 13 periods", "notice-too-long", "The notice in periods is 13, must be 0 to 12."],
      [
        "anchor: 2024-11-30",
        "start-after-period",
        "The start, 1 Jan 2025, is not before the first boundary after the anchor, 30 Dec 2024.",
        "starts",
      ],
      [
        "anchor: 2025-01-02",
        "start-before-anchor",
        "The start, 1 Jan 2025, is before the anchor, 2 Jan 2025.",
        "starts",
      ],
      ["no report: 51%", "silence-credit-too-large", "The credit for no report is 51 %, must be at most 50 %."],
      [
        "credit cap: 150%",
        "bond-too-small",
        "The bond is 0.00 USDC, must be at least 500.00 USDC: the part of the credit cap above the fee.",
        "bond",
      ],
      [
        "fee: 0.009999 USDC",
        "fee-too-small",
        "The fee is 0.009999 USDC, must be at least 10000 of the token's smallest units, 0.01 USDC.",
      ],
      ["fee: 39,614,081,257,132,168,796,771 USDC", "money-too-large", ""],
      ["pledge: 1,001 USDC", "pledge-too-large", "The pledge is 1,001.00 USDC, above the fee of 1,000.00 USDC."],
      [
        "pledge: 101% of the difference",
        "pledge-share-too-large",
        "The pledge's share of the difference is 101 %, must be at most 100 %.",
      ],
      [
        "leave after: 2 bad periods of 13",
        "chronic-out-of-range",
        "2 bad periods of 13: must be 1 ≤ 2 ≤ 13 ≤ 12, the number of periods.",
      ],
      ["leave after: 1 bad period of 1 of at least 0%", "chronic-share-zero", "A bad period needs a credit above 0 %."],
      [
        "arbiter: 0x3333333333333333333333333333333333333333",
        "role-clash",
        "The arbiter is the oracle, 0x3333333333333333333333333333333333333333.",
      ],
      [
        "client: 0x1111111111111111111111111111111111111111",
        "role-clash",
        "The provider and the client are the same, 0x1111111111111111111111111111111111111111.",
      ],
      ["below 99.9%: 0%", "credit-out-of-range", "The credit is 0 %, must be above 0 % and at most 109,951.1627775 %."],
      ["below 100.1%: 10%", "threshold-too-large", "The threshold is 100.1 %, must be at most 100 %."],
      [
        "at most 100%: 10%",
        "credit-without-fault",
        '"at most 100 %" is true when nothing is bad: it would credit a perfect period.',
      ],
      [
        "at least 0 s: 10%",
        "credit-without-fault",
        '"at least 0" is true when nothing is bad: it would credit a perfect period.',
      ],
    ];
    for (const [line, code, says, shownAt] of refused) {
      it(`${line} → ${code}`, () => {
        const key = line.split(":")[0] ?? "";
        const isTier = /^(below|at most|at least|more than) /.test(key);
        const isClient = key === "client";
        let text = SAMPLE_FILE;
        if (isTier) text = table("  it:\n    unit: seconds", `  - measure: it\n    ${line}`);
        else if (isClient) text = text.replace(/client:\n.*\n.*\n/, `${line}\n`);
        else text = withLine(key, key === "decimals" ? `  ${line}` : line);
        const at = lineOf(shownAt ?? key, text);
        expect(at).to.be.greaterThan(0);
        const found = problemsOf(text, { file: "a.sla.yaml" }).find((problem) => problem.code === `terms.${code}`);
        expect(found, JSON.stringify(problemsOf(text))).to.deep.include({ file: "a.sla.yaml", line: at });
        if (says !== "") expect(found?.message).to.equal(says);
      });
    }

    const badTiers: [words: string, says: string][] = [
      ["below 99.9%: 10", '"10" is not a percentage.'],
      ["below 45 minutes: 10%", '"45 minutes" is not a percentage: "below" and "at most" compare the good share.'],
      ["more than 1%: 10%", '"1%" is a percentage: "more than" and "at least" count bad seconds.'],
      ["more than 3 tickets: 10%", '"tickets" in "3 tickets" is no unit of time.'],
      ["beneath 99.9%: 10%", '"beneath 99.9%" is neither a key nor a condition for a credit.'],
      ["more than 0 s: 5% per 30 minutes", '"5% per 30 minutes" does not say which steps count.'],
      ["at least 1 s: 5% per started 30 minutes", '"5% per started 30 minutes" does not say which steps count.'],
      ["more than 0 s: 5% per started 0 s", '"5% per started 0 s" has steps of nothing.'],
      [
        "below 100%: 5% per started 30 minutes",
        '"30 minutes" is not a percentage: the steps of "below" and "at most" are shares.',
      ],
      ["more than 0 s: 25x the share of bad probes", '"25x the share of bad probes" is not a credit.'],
    ];
    for (const [words, says] of badTiers) {
      it(words, () => {
        const text = table("  it:\n    unit: seconds", `  - measure: it\n    ${words}`);
        expect(problemsOf(text)).to.have.lengthOf(1);
        expect(problemsOf(text)[0]).to.deep.include({ line: lineOf("- measure", text) + 1 });
        expect(problemsOf(text)[0]?.message).to.equal(`${words.split(":")[0] ?? ""}: ${says}`);
      });
    }

    const badTables: [what: string, measures: string, objectives: string, says: string][] = [
      [
        "a unit nobody counts",
        "  it: { unit: bytes }",
        "  - below 99%: 10%",
        'unit: "bytes" is nothing that is counted.',
      ],
      ["no unit", "  it: { how: somehow }", "  - below 99%: 10%", '"unit" is missing.'],
      [
        "a measure that is not there",
        "  it: { unit: days }",
        "  - measure: that\n    below 99%: 10%",
        'measure: "that" is not among the measures.',
      ],
      [
        "several measures and none named",
        "  it: { unit: days }\n  that: { unit: days }",
        "  - below 99%: 10%",
        '"measure" is missing.',
      ],
      [
        "several objectives that may combine in two ways",
        "  it: { unit: days }",
        "  - below 99%: 10%\n  - below 98%: 10%",
        '"credits" is missing.',
      ],
      [
        "excluded time without effect",
        "  it: { unit: seconds, excluded: up to 8 hours }",
        "  - below 99%: 10%",
        'excluded: "up to 8 hours" does not say what excluded time does to the total.',
      ],
      [
        "excluded tickets with an effect",
        "  it: { unit: tickets, excluded: 'up to 8 tickets, counts as up' }",
        "  - below 99%: 10%",
        'excluded: "counts as up" is for seconds only.',
      ],
      [
        "instances of tickets",
        "  it: { unit: tickets, instances: 2 }",
        "  - below 99%: 10%",
        "There are 2 instances, must be 1: only seconds have more.",
      ],
      ["no tiers", "  it: { unit: tickets }", "  - measure: it", "There are 0 tiers, must be 1 to 16."],
      [
        "objectives that are no list",
        "  it: { unit: tickets }",
        "  below 99%: 10%",
        '"objectives" must be a list: start each item with "- ".',
      ],
      [
        "an unknown key of a measure",
        "  it: { unit: tickets, unti: tickets }",
        "  - below 99%: 10%",
        'Unknown key "unti" in "it".',
      ],
    ];
    for (const [what, measures, objectives, says] of badTables) {
      it(what, () => {
        expect(problemsOf(table(measures, objectives)).map((problem) => problem.message)).to.include(says);
      });
    }

    it("a key with a suggestion, or with all known keys", () => {
      expect(problemsOf(withLine("despute window", "despute window: 7 days"))[0]?.hint).to.equal(
        'Did you mean "dispute window"?',
      );
      expect(problemsOf(withLine("wholly other", "wholly other: 1"))[0]?.hint).to.match(
        /^Known keys: service, provider, /,
      );
    });

    it("two tiers with the same threshold, naming both lines", () => {
      const text = table("  it:\n    unit: seconds", "  - measure: it\n    below 99.9%: 10%\n    below 99.90%: 20%");
      const at = lineOf("- measure", text);
      expect(problemsOf(text)[0]).to.deep.include({
        code: "terms.tiers-contradict",
        line: at + 2,
        message: `"below 99.9%" on line ${at + 1} and "below 99.90%" on line ${at + 2} have the same threshold.`,
      });
    });

    it("a worse threshold with a smaller credit, naming both lines", () => {
      const text = table("  it:\n    unit: seconds", "  - measure: it\n    more than 2 h: 10%\n    more than 1 h: 20%");
      const at = lineOf("- measure", text);
      expect(problemsOf(text).map((problem) => problem.message)).to.deep.equal([
        `"more than 2 h" on line ${at + 1} and "more than 1 h" on line ${at + 2} contradict: the worse one gives no more than the milder one.`,
      ]);
    });

    it("a key that stands twice, naming both lines", () => {
      const text = `${SAMPLE_FILE}fee: 5 USDC\n`;
      expect(problemsOf(text)).to.deep.equal([
        {
          code: "terms.repeated-key",
          message: `"fee" stands twice in the agreement, first on line ${lineOf("fee")}.`,
          line: SAMPLE_FILE.split("\n").length,
        },
      ]);
    });

    it("a key that is missing, one by one", () => {
      const needed = [
        "service",
        "provider",
        "client",
        "oracle",
        "arbiter",
        "network",
        "token",
        "fee",
        "period",
        "starts",
      ];
      const more = ["periods", "notice", "grace", "report window", "dispute window", "ruling window", "no report"];
      for (const key of [...needed, ...more, "credit cap", "measures", "objectives", "salt"]) {
        const without = SAMPLE_FILE.replace(new RegExp(`^${key}:.*\\n(?:  .*\\n)*`, "m"), "");
        const found = problemsOf(without);
        expect(found.length, key).to.be.greaterThan(0);
        expect(
          found.map((problem) => problem.code),
          key,
        ).to.deep.equal(found.map(() => "terms.missing-key"));
      }
    });

    it("what is no YAML, or no mapping", () => {
      expect(problemsOf("a: [1")[0]?.code).to.equal("terms.not-yaml");
      expect(problemsOf("a:\n\t- b")[0]).to.deep.include({ code: "terms.not-yaml", line: 2 });
      expect(problemsOf("just words")[0]?.code).to.equal("terms.not-yaml");
      expect(problemsOf("")[0]?.code).to.equal("terms.not-yaml");
    });

    it("a start that is not after now", () => {
      const { start } = sampleTerms();
      expect(problemsOf(SAMPLE_FILE, { now: start - 1n })).to.deep.equal([]);
      expect(problemsOf(SAMPLE_FILE, { now: start })[0]).to.deep.include({
        code: "terms.start-in-past",
        line: lineOf("starts"),
      });
    });

    it("a limit broken by a default, at the line it clashes with", () => {
      const text = withLine("credit cap", "credit cap: 150%").replace("bond: none\n", "");
      expect(problemsOf(text)[0]).to.deep.include({ code: "terms.bond-too-small", line: lineOf("credit cap", text) });
    });

    it("everything at once, in the order of the file", () => {
      const text = ["fee: 1,000", "starts: 2025-01-01T09:00", "periods: 241", "colour: red"].reduce(
        (file, line) => withLine(line.split(":")[0] ?? "", line, file),
        SAMPLE_FILE,
      );
      expect(problemsOf(text).map((problem) => problem.code.replace("terms.", ""))).to.deep.equal([
        "not-understood",
        "not-understood",
        "periods-out-of-range",
        "unknown-key",
      ]);
    });
  });
});
