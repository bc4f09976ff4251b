import { DAY, HOUR, YEAR } from "../../src/terms/bounds.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { type ChronicRule, type Indicator, Mode, type Terms, Test, type Tier, Unit } from "../../src/terms/types.ts";
import { expectRefusal } from "../support/expect.ts";
import { below, ethers, FEE, loadFixture, NOBODY, PERCENT, START, termsOf, world } from "../support/fixture.ts";

const NOW = START - 20n * DAY;
const WHOLE = 100n * PERCENT;
const MOST = 2n ** 95n - 1n;

type Changes = Partial<Terms>;
/** Changes that break a limit, the error and its arguments. */
type Refused = readonly [string, Changes, string, ...unknown[]];

const indicator = (changes: Partial<Indicator> = {}): Indicator => ({
  id: 1,
  unit: Unit.Seconds,
  mode: Mode.DowntimeOnly,
  instances: 1n,
  excludedCap: 0n,
  ...changes,
});
const indicators = (count: number) => ({ indicators: Array.from({ length: count }, (_, id) => indicator({ id })) });
const objectives = (count: number) => ({
  objectives: Array.from({ length: count }, () => ({ indicator: 0, tiers: [below(WHOLE, 1n)] })),
});
const tiers = (...list: readonly Tier[]) => ({ objectives: [{ indicator: 0, tiers: list }] });
const tier = (changes: Partial<Tier>): Changes => tiers({ ...below(WHOLE, PERCENT), ...changes });
const rules = (...chronic: readonly ChronicRule[]): Changes => ({ chronic });
const rule = (count: number, window: number, leastShare = 1n): ChronicRule => ({ count, window, leastShare });
const clocks = (R: bigint, D: bigint, W = 30n * DAY): Changes => ({
  reportWindow: R,
  disputeWindow: D,
  rulingWindow: W,
});
const words = (text: string) => ethers.encodeBytes32String(text);

const TAKEN: readonly (readonly [string, Changes])[] = [
  ["1 period", { periods: 1, chronic: [] }],
  ["240 periods", { periods: 240 }],
  ["quarters", { periodMonths: 3 }],
  ["years", { periodMonths: 12 }],
  ["a start a second ahead", { anchor: NOW + 1n, start: NOW + 1n }],
  ["a start a year ahead", { anchor: NOW + YEAR, start: NOW + YEAR }],
  ["a start a second before the first boundary", { start: START + 31n * DAY - 1n }],
  ["a report window of an hour", { reportWindow: HOUR }],
  ["a dispute window of a day", { disputeWindow: DAY }],
  ["windows that fill a month", clocks(8n * DAY, 10n * DAY)],
  ["windows that fill a quarter", { ...clocks(49n * DAY, 20n * DAY), periodMonths: 3 }],
  ["windows that fill a year", { ...clocks(165n * DAY, 100n * DAY), periodMonths: 12 }],
  ["a ruling window of a day", { rulingWindow: DAY }],
  ["a ruling window of a year", { rulingWindow: YEAR }],
  ["a grace of an hour", { fundingGrace: HOUR }],
  ["a grace a second shorter than a month", { fundingGrace: 28n * DAY - 1n }],
  ["a grace a second shorter than a quarter", { periodMonths: 3, fundingGrace: 89n * DAY - 1n }],
  ["a grace a second shorter than a year", { periodMonths: 12, fundingGrace: 365n * DAY - 1n }],
  ["no notice", { noticePeriods: 0 }],
  ["a notice of 12 periods", { noticePeriods: 12 }],
  ["a fee of 10,000 units", { fee: 10_000n, pledge: 10_000n }],
  ["a silence credit at the cap", { silenceCredit: 50n * PERCENT }],
  ["no silence credit", { silenceCredit: 0n }],
  ["a cap of 100 % without bond", { creditCap: WHOLE }],
  ["a bond of the credit above the fee", { creditCap: WHOLE + 1n, fee: FEE + 1n, bond: 2n }],
  ["the greatest fee", { fee: MOST / 24n, pledge: 0n }],
  ["the greatest bond", { bond: MOST - 24n * FEE }],
  ["a pledge of the fee", { pledge: FEE }],
  ["a pledge of the whole difference", { pledgeShare: WHOLE }],
  ["the greatest of the objectives", { combination: 2 }],
  ["burn-in beyond the term", { burnInPeriods: 255 }],
  ["16 indicators", indicators(16)],
  ["16 objectives", objectives(16)],
  ["16 tiers", tiers(...Array.from({ length: 16 }, () => below(WHOLE, 1n)))],
  ["seconds out of a denominator", { indicators: [indicator({ mode: Mode.Denominator, instances: 2n ** 32n - 1n })] }],
  ["tickets", { indicators: [indicator({ unit: Unit.Tickets, mode: Mode.Count })] }],
  ["at most a unit below 100 %", tier({ test: Test.AtMost, threshold: WHOLE - 1n })],
  ["more than 0", tier({ test: Test.MoreThan, threshold: 0n })],
  ["at least 1", tier({ test: Test.AtLeast, threshold: 1n })],
  ["a count beyond 100 %", tier({ test: Test.AtLeast, threshold: WHOLE + 1n, per: WHOLE + 1n })],
  ["a step of 100 %", tier({ per: WHOLE })],
  ["a proportion", tier({ proportional: true })],
  ["no chronic rule", rules()],
  ["4 chronic rules", rules(rule(1, 1), rule(2, 2), rule(1, 12), rule(12, 12))],
];

const REFUSED: readonly Refused[] = [
  ["0 months", { periodMonths: 0 }, "PeriodMonthsUnknown", 0n],
  ["2 months", { periodMonths: 2 }, "PeriodMonthsUnknown", 2n],
  ["4 months", { periodMonths: 4 }, "PeriodMonthsUnknown", 4n],
  ["13 months", { periodMonths: 13 }, "PeriodMonthsUnknown", 13n],
  ["no period", { periods: 0, chronic: [] }, "PeriodsOutOfRange", 0n, 1n, 240n],
  ["241 periods", { periods: 241 }, "PeriodsOutOfRange", 241n, 1n, 240n],
  ["a start now", { anchor: NOW, start: NOW }, "StartOutOfRange", NOW, NOW, NOW + YEAR],
  [
    "a start a second more than a year ahead",
    { anchor: NOW + YEAR + 1n, start: NOW + YEAR + 1n },
    "StartOutOfRange",
    NOW + YEAR + 1n,
    NOW,
    NOW + YEAR,
  ],
  ["a start a second before the anchor", { start: START - 1n }, "StartOutsideFirstPeriod", START - 1n, START, 0n],
  [
    "a start on the first boundary",
    { start: START + 31n * DAY },
    "StartOutsideFirstPeriod",
    START + 31n * DAY,
    START,
    START + 31n * DAY,
  ],
  ["a report window below an hour", { reportWindow: HOUR - 1n }, "ReportWindowTooShort", HOUR - 1n, HOUR],
  ["a dispute window below a day", { disputeWindow: DAY - 1n }, "DisputeWindowTooShort", DAY - 1n, DAY],
  ["windows above a month", clocks(8n * DAY + 1n, 10n * DAY), "WindowsTooLong", 28n * DAY + 1n, 28n * DAY],
  [
    "windows above a quarter",
    { ...clocks(49n * DAY + 1n, 20n * DAY), periodMonths: 3 },
    "WindowsTooLong",
    89n * DAY + 1n,
    89n * DAY,
  ],
  [
    "windows above a year",
    { ...clocks(165n * DAY + 1n, 100n * DAY), periodMonths: 12 },
    "WindowsTooLong",
    YEAR + 1n,
    YEAR,
  ],
  ["a ruling window below a day", { rulingWindow: DAY - 1n }, "RulingWindowOutOfRange", DAY - 1n, DAY, YEAR],
  ["a ruling window above a year", { rulingWindow: YEAR + 1n }, "RulingWindowOutOfRange", YEAR + 1n, DAY, YEAR],
  ["a grace below an hour", { fundingGrace: HOUR - 1n }, "FundingGraceOutOfRange", HOUR - 1n, HOUR, 28n * DAY - 1n],
  ...([1, 3, 12] as const).map((periodMonths): Refused => {
    const S = { 1: 28n, 3: 89n, 12: 365n }[periodMonths] * DAY;
    const changes = { periodMonths, fundingGrace: S };
    return [`a grace of ${periodMonths} months`, changes, "FundingGraceOutOfRange", S, HOUR, S - 1n];
  }),
  ["a notice of 13 periods", { noticePeriods: 13 }, "NoticeTooLong", 13n, 12n],
  ["a fee of 9,999 units", { fee: 9_999n, pledge: 0n }, "FeeTooSmall", 9_999n, 10_000n],
  [
    "a silence credit above the cap",
    { silenceCredit: 50n * PERCENT + 1n },
    "SilenceCreditAboveCap",
    50n * PERCENT + 1n,
    50n * PERCENT,
  ],
  ["a cap above the fee without bond", { creditCap: WHOLE + 1n }, "BondTooSmall", 0n, 1n],
  ["a bond rounded down", { creditCap: WHOLE + 1n, fee: FEE + 1n, bond: 1n }, "BondTooSmall", 1n, 2n],
  ["a fee too great", { fee: MOST / 24n + 1n, pledge: 0n }, "MoneyTooLarge", 24n * (MOST / 24n + 1n), MOST],
  ["a bond too great", { bond: MOST - 24n * FEE + 1n }, "MoneyTooLarge", MOST + 1n, MOST],
  [
    "a fee too great for its cap",
    { fee: MOST / 48n, pledge: 0n, creditCap: 2n * WHOLE, bond: MOST / 48n },
    "MoneyTooLarge",
    48n * (MOST / 48n) + MOST / 48n,
    MOST,
  ],
  ["a pledge above the fee", { pledge: FEE + 1n }, "PledgeAboveFee", FEE + 1n, FEE],
  ["a pledge above the difference", { pledgeShare: WHOLE + 1n }, "ShareAboveWhole", WHOLE + 1n, WHOLE],
  ["no indicator", { indicators: [] }, "CountOutOfRange", words("indicators"), 0n, 1n, 16n],
  ["17 indicators", indicators(17), "CountOutOfRange", words("indicators"), 17n, 1n, 16n],
  ["no objective", { objectives: [] }, "CountOutOfRange", words("objectives"), 0n, 1n, 16n],
  ["17 objectives", objectives(17), "CountOutOfRange", words("objectives"), 17n, 1n, 16n],
  ["no tier", tiers(), "CountOutOfRange", words("tiers"), 0n, 1n, 16n],
  [
    "17 tiers",
    tiers(...Array.from({ length: 17 }, () => below(WHOLE, 1n))),
    "CountOutOfRange",
    words("tiers"),
    17n,
    1n,
    16n,
  ],
  ["seconds that are only counted", { indicators: [indicator({ mode: Mode.Count })] }, "IndicatorMalformed", 0n],
  ["tickets that fill time", { indicators: [indicator({ unit: Unit.Tickets })] }, "IndicatorMalformed", 0n],
  ["no instance", { indicators: [indicator({ instances: 0n })] }, "IndicatorMalformed", 0n],
  [
    "two instances of tickets",
    { indicators: [indicator(), indicator({ id: 2, unit: Unit.Tickets, mode: Mode.Count, instances: 2n })] },
    "IndicatorMalformed",
    1n,
  ],
  ["an id twice", { indicators: [indicator(), indicator({ id: 2 }), indicator()] }, "IndicatorIdRepeats", 2n, 1n],
  [
    "an indicator that does not exist",
    { objectives: [{ indicator: 1, tiers: [below(WHOLE, 1n)] }] },
    "IndicatorMissing",
    0n,
    1n,
    1n,
  ],
  [
    "an indicator far beyond those there are",
    { objectives: [{ indicator: 2, tiers: [below(WHOLE, 1n)] }] },
    "IndicatorMissing",
    0n,
    2n,
    1n,
  ],
  ["a tier without credit", tiers(below(WHOLE, 1n), below(WHOLE, 0n)), "TierMalformed", 0n, 1n],
  ["a step and a proportion", tier({ proportional: true, per: 1n }), "TierMalformed", 0n, 0n],
  ["a threshold above 100 %", tier({ threshold: WHOLE + 1n }), "ThresholdAboveWhole", 0n, 0n, WHOLE + 1n, WHOLE],
  ["a step above 100 %", tier({ per: WHOLE + 1n }), "ThresholdAboveWhole", 0n, 0n, WHOLE + 1n, WHOLE],
  [
    "a threshold above 100 % in a second tier",
    tiers(below(WHOLE, 1n), below(WHOLE + 1n, 2n)),
    "ThresholdAboveWhole",
    0n,
    1n,
    WHOLE + 1n,
    WHOLE,
  ],
  [
    "at most more than 100 %",
    tier({ test: Test.AtMost, threshold: WHOLE + 1n }),
    "ThresholdAboveWhole",
    0n,
    0n,
    WHOLE + 1n,
    WHOLE,
  ],
  ["at most 100 %", tier({ test: Test.AtMost, threshold: WHOLE }), "TierTrueWhenPerfect", 0n, 0n],
  ["at least 0", tier({ test: Test.AtLeast, threshold: 0n }), "TierTrueWhenPerfect", 0n, 0n],
  [
    "at least 0 in a second tier",
    tiers(below(WHOLE, 1n), { ...below(0n, 2n), test: Test.AtLeast }),
    "TierTrueWhenPerfect",
    0n,
    1n,
  ],
  [
    "5 chronic rules",
    rules(...Array.from({ length: 5 }, () => rule(1, 1))),
    "CountOutOfRange",
    words("chronic"),
    5n,
    0n,
    4n,
  ],
  ["a rule without count", rules(rule(1, 1), rule(0, 3)), "ChronicRuleMalformed", 1n, 0n, 3n, 12n, 1n],
  ["more bad periods than its window", rules(rule(4, 3)), "ChronicRuleMalformed", 0n, 4n, 3n, 12n, 1n],
  ["a window beyond the term", rules(rule(1, 13)), "ChronicRuleMalformed", 0n, 1n, 13n, 12n, 1n],
  ["a rule without share", rules(rule(2, 3, 0n)), "ChronicRuleMalformed", 0n, 2n, 3n, 12n, 0n],
];

describe("TermsValidation", () => {
  for (const [name, changes] of TAKEN) {
    it(`takes ${name}`, async () => {
      const w = await loadFixture(world);
      await w.lens.validate(encodeTerms(termsOf(w, changes)), NOW);
    });
  }

  for (const [name, changes, error, ...args] of REFUSED) {
    it(`refuses ${name}`, async () => {
      const w = await loadFixture(world);
      await expectRefusal(w.lens.validate(encodeTerms(termsOf(w, changes)), NOW), w.lens, error, args);
    });
  }

  describe("an enum's zero, which TypeScript cannot write", () => {
    /** The default terms with the byte at `offset` set to zero. */
    const withZero = (packed: string, offset: number) =>
      `${packed.slice(0, 2 + 2 * offset)}00${packed.slice(4 + 2 * offset)}`;

    for (const [name, offset, error, ...args] of [
      ["combination", 225, "CombinationUnknown"],
      ["unit", 229 + 2, "IndicatorMalformed", 0n],
      ["mode", 229 + 3, "IndicatorMalformed", 0n],
      ["test", 229 + 16 + 7 + 3 + 8, "TierMalformed", 0n, 0n],
    ] as const) {
      it(`refuses no ${name}`, async () => {
        const w = await loadFixture(world);
        const packed = withZero(encodeTerms(termsOf(w)), offset);
        await expectRefusal(w.lens.validate(packed, NOW), w.lens, error, args);
      });
    }
  });

  it("leaves the roles to the factory, which knows the agreement's address", async () => {
    const w = await loadFixture(world);
    await w.lens.validate(encodeTerms(termsOf(w, { provider: NOBODY })), NOW);
  });
});
