import { expect } from "chai";
import { checkTerms } from "../../src/terms/limits.ts";
import { Combination, Mode, PPB, type Terms, Test, Unit } from "../../src/terms/types.ts";
import { address, flat, sampleTerms } from "./sample-terms.ts";

const HOUR = 3_600n;
const DAY = 86_400n;
const START = sampleTerms().start;
const YEAR = 365n * DAY;
const ZERO = address("00");

const codes = (changes: Partial<Terms>, now?: bigint): string[] =>
  checkTerms(sampleTerms(changes), { now }).map((problem) => problem.code.replace("terms.", ""));

const rule = (count: number, window: number, leastShare = 1n) => ({ count, window, leastShare });
const indicator = { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n } as const;
const tiers = (...list: Terms["objectives"][number]["tiers"]) => ({ objectives: [{ indicator: 0, tiers: list }] });

/** What breaks a limit by one, and what just keeps it. */
const LIMITS: [what: string, code: string, breaks: Partial<Terms>, keeps: Partial<Terms>][] = [
  ["month", "period-unknown", { periodMonths: 2 }, { periodMonths: 3 }],
  ["periods, least", "periods-out-of-range", { periods: 0, chronic: [] }, { periods: 1, chronic: [] }],
  ["periods, most", "periods-out-of-range", { periods: 241 }, { periods: 240 }],
  ["report window", "report-window-too-short", { reportWindow: HOUR - 1n }, { reportWindow: HOUR }],
  ["dispute window", "dispute-window-too-short", { disputeWindow: DAY - 1n }, { disputeWindow: DAY }],
  ["R + 2D, month", "windows-too-long", { reportWindow: 14n * DAY + 1n }, { reportWindow: 14n * DAY }],
  [
    "R + 2D, quarter",
    "windows-too-long",
    { periodMonths: 3, reportWindow: 75n * DAY + 1n },
    { periodMonths: 3, reportWindow: 75n * DAY },
  ],
  [
    "R + 2D, year",
    "windows-too-long",
    { periodMonths: 12, reportWindow: 351n * DAY + 1n },
    { periodMonths: 12, reportWindow: 351n * DAY },
  ],
  ["ruling window, least", "ruling-window-too-short", { rulingWindow: DAY - 1n }, { rulingWindow: DAY }],
  ["ruling window, most", "ruling-window-too-long", { rulingWindow: YEAR + 1n }, { rulingWindow: YEAR }],
  ["grace, least", "grace-too-short", { fundingGrace: HOUR - 1n }, { fundingGrace: HOUR }],
  ["grace, most", "grace-too-long", { fundingGrace: 28n * DAY }, { fundingGrace: 28n * DAY - 1n }],
  ["notice", "notice-too-long", { noticePeriods: 13 }, { noticePeriods: 12 }],
  ["anchor", "start-before-anchor", { anchor: START + 1n }, { anchor: START }],
  ["first boundary", "start-after-period", { anchor: START - 31n * DAY }, { anchor: START - 31n * DAY + 1n }],
  ["no report", "silence-credit-too-large", { silenceCredit: 500_000_001n }, { silenceCredit: 500_000_000n }],
  [
    "bond",
    "bond-too-small",
    { creditCap: 1_500_000_000n, bond: 499_999_999n },
    { creditCap: 1_500_000_000n, bond: 500_000_000n },
  ],
  ["fee", "fee-too-small", { fee: 9_999n, pledge: 0n }, { fee: 10_000n, pledge: 0n }],
  [
    "money",
    "money-too-large",
    { fee: 2n ** 91n, periods: 8, bond: 0n, chronic: [] },
    { fee: 2n ** 91n - 1n, periods: 8, bond: 15n, chronic: [] },
  ],
  [
    "money with the bond",
    "money-too-large",
    { fee: 2n ** 91n - 1n, periods: 8, bond: 16n, chronic: [] },
    { fee: 2n ** 91n - 1n, periods: 8, bond: 15n, chronic: [] },
  ],
  ["pledge", "pledge-too-large", { pledge: 1_000_000_001n }, { pledge: 1_000_000_000n }],
  ["pledge share", "pledge-share-too-large", { pledgeShare: PPB + 1n }, { pledgeShare: PPB }],
  ["chronic share", "chronic-share-zero", { chronic: [rule(1, 1, 0n)] }, { chronic: [rule(1, 1, 1n)] }],
  ["chronic count", "chronic-out-of-range", { chronic: [rule(0, 1)] }, { chronic: [rule(1, 1)] }],
  ["chronic window", "chronic-out-of-range", { chronic: [rule(3, 2)] }, { chronic: [rule(2, 2)] }],
  ["chronic periods", "chronic-out-of-range", { chronic: [rule(1, 13)] }, { chronic: [rule(1, 12)] }],
  [
    "chronic rules",
    "too-many-chronic-rules",
    { chronic: Array<ReturnType<typeof rule>>(5).fill(rule(1, 1)) },
    { chronic: Array<ReturnType<typeof rule>>(4).fill(rule(1, 1)) },
  ],
  ["combination", "combination-unknown", { combination: 3 as Combination }, { combination: Combination.Greatest }],
  ["client", "role-clash", { client: address("11") }, { client: address("12") }],
  ["arbiter is provider", "role-clash", { arbiter: address("11") }, {}],
  ["arbiter is client", "role-clash", { arbiter: address("22") }, {}],
  ["arbiter is oracle", "role-clash", { arbiter: address("33") }, {}],
  ["provider is token", "role-clash", { provider: address("55") }, {}],
  ["client is token", "role-clash", { client: address("55") }, {}],
  ["oracle is token", "role-clash", { oracle: address("55") }, { oracle: address("11") }],
  ["arbiter is token", "role-clash", { arbiter: address("55") }, {}],
  ["no provider", "role-missing", { provider: ZERO }, {}],
  ["no client", "role-missing", { client: ZERO }, {}],
  ["no oracle", "role-missing", { oracle: ZERO }, {}],
  ["no arbiter", "role-missing", { arbiter: ZERO }, {}],
  ["no token", "role-missing", { token: ZERO }, {}],
  ["no objective", "objectives-out-of-range", { objectives: [] }, {}],
  [
    "objectives",
    "objectives-out-of-range",
    { objectives: Array<Terms["objectives"][number]>(17).fill({ indicator: 0, tiers: [flat(1, 1n, 1n)] }) },
    { objectives: Array<Terms["objectives"][number]>(16).fill({ indicator: 0, tiers: [flat(1, 1n, 1n)] }) },
  ],
  ["no tier", "tiers-out-of-range", tiers(), {}],
  [
    "tiers",
    "tiers-out-of-range",
    tiers(...Array.from({ length: 17 }, () => flat(1, 1n, 1n))),
    tiers(...Array.from({ length: 16 }, () => flat(1, 1n, 1n))),
  ],
  ["no measure", "measures-out-of-range", { indicators: [], objectives: [] }, {}],
  [
    "measures",
    "measures-out-of-range",
    { indicators: Array.from({ length: 17 }, (_, id) => ({ ...indicator, id })) },
    { indicators: Array.from({ length: 16 }, (_, id) => ({ ...indicator, id })) },
  ],
  [
    "indicator ids",
    "indicator-repeated",
    { indicators: [indicator, indicator] },
    { indicators: [indicator, { ...indicator, id: 2 }] },
  ],
  [
    "objective's indicator",
    "indicator-missing",
    { objectives: [{ indicator: 1, tiers: [flat(1, 1n, 1n)] }] },
    { objectives: [{ indicator: 0, tiers: [flat(1, 1n, 1n)] }] },
  ],
  ["seconds as a count", "mode-unfit", { indicators: [{ ...indicator, mode: Mode.Count }] }, {}],
  [
    "probes that add up",
    "mode-unfit",
    { indicators: [{ ...indicator, unit: Unit.Probes }] },
    { indicators: [{ ...indicator, unit: Unit.Probes, mode: Mode.Count }] },
  ],
  [
    "no instance",
    "instances-out-of-range",
    { indicators: [{ ...indicator, instances: 0n }] },
    { indicators: [{ ...indicator, instances: 7n }] },
  ],
  [
    "instances of a count",
    "instances-out-of-range",
    { indicators: [{ ...indicator, unit: Unit.Tickets, mode: Mode.Count, instances: 2n }] },
    { indicators: [{ ...indicator, unit: Unit.Tickets, mode: Mode.Count }] },
  ],
  ["no credit", "credit-out-of-range", tiers(flat(1, 1n, 0n)), tiers(flat(1, 1n, 1n))],
  ["ratio threshold", "threshold-too-large", tiers(flat(1, PPB + 1n, 1n)), tiers(flat(1, PPB, 1n))],
  ["at most 100 %", "credit-without-fault", tiers(flat(2, PPB, 1n)), tiers(flat(2, PPB - 1n, 1n))],
  ["at least 0", "credit-without-fault", tiers(flat(4, 0n, 1n)), tiers(flat(4, 1n, 1n))],
  [
    "ratio step",
    "step-too-large",
    tiers({ ...flat(1, PPB, 1n), per: PPB + 1n }),
    tiers({ ...flat(1, PPB, 1n), per: PPB }),
  ],
  [
    "steps and proportional",
    "step-unfit",
    tiers({ ...flat(Test.MoreThan, 0n, 1n), per: 1n, proportional: true }),
    tiers({ ...flat(Test.MoreThan, 0n, 1n), proportional: true }),
  ],
];

describe("limits of terms", () => {
  it("let the sample through", () => {
    expect(checkTerms(sampleTerms(), { now: START - DAY })).to.deep.equal([]);
  });

  for (const [what, code, breaks, keeps] of LIMITS) {
    it(`${what}: ${code}, and not just inside`, () => {
      expect(codes(breaks)).to.include(code);
      expect(codes(keeps)).to.deep.equal([]);
    });
  }

  it("start: after now, at most a year away", () => {
    expect(codes({}, START)).to.deep.equal(["start-in-past"]);
    expect(codes({}, START - 1n)).to.deep.equal([]);
    expect(codes({}, START - YEAR)).to.deep.equal([]);
    expect(codes({}, START - YEAR - 1n)).to.deep.equal(["start-too-far"]);
  });

  it("tell the value and the limit, in money where the token is known", () => {
    const terms = sampleTerms({ pledge: 1_000_000_001n, reportWindow: 60n });
    const told = checkTerms(terms, { token: { symbol: "USDC", decimals: 6 } }).map((problem) => problem.message);
    expect(told).to.deep.equal([
      "The pledge is 1,000.000001 USDC, above the fee of 1,000.00 USDC.",
      "The report window is 1 min, must be at least 1 h.",
    ]);
  });

  it("tell everything at once", () => {
    expect(
      codes({ periods: 241, fee: 1n, pledge: 2n, rulingWindow: 0n, combination: 7 as Combination }),
    ).to.have.lengthOf(5);
  });
});
