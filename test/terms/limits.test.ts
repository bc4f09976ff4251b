import { expect } from "chai";
import { FIELD_BYTES } from "../../src/terms/codec.ts";
import { checkTerms, findViolations, shortestPeriod } from "../../src/terms/limits.ts";
import { Combination, PPB, type Terms } from "../../src/terms/types.ts";
import { address, codesOf, type Limit, sampleTerms, violationsOf } from "./sample-terms.ts";

const HOUR = 3_600n;
const DAY = 86_400n;
const START = sampleTerms().start;
const YEAR = 365n * DAY;
const ZERO = address("00");

const rule = (count: number, window: number, leastShare = 1n) => ({ count, window, leastShare });

const LIMITS: readonly Limit[] = [
  [
    "month",
    "period-unknown",
    { periodMonths: 2 },
    { periodMonths: 3 },
    "periodMonths: A period is 2 months, must be 1, 3 or 12.",
  ],
  [
    "periods, least",
    "periods-out-of-range",
    { periods: 0, chronic: [] },
    { periods: 1, chronic: [] },
    "periods: The number of periods is 0, must be 1 to 240.",
  ],
  [
    "periods, most",
    "periods-out-of-range",
    { periods: 241 },
    { periods: 240 },
    "periods: The number of periods is 241, must be 1 to 240.",
  ],
  [
    "report window",
    "report-window-too-short",
    { reportWindow: HOUR - 1n },
    { reportWindow: HOUR },
    "reportWindow: The report window is 59 min 59 s, must be at least 1 h.",
  ],
  [
    "dispute window",
    "dispute-window-too-short",
    { disputeWindow: DAY - 1n },
    { disputeWindow: DAY },
    "disputeWindow: The dispute window is 23 h 59 min 59 s, must be at least 1 day.",
  ],
  [
    "R + 2D, month",
    "windows-too-long",
    { reportWindow: 14n * DAY + 1n },
    { reportWindow: 14n * DAY },
    "disputeWindow reportWindow periodMonths: The report window and twice the dispute window are 672 h 1 s together, must be at most 28 days: they have to be over before the next period is.",
  ],
  [
    "R + 2D, quarter",
    "windows-too-long",
    { periodMonths: 3, reportWindow: 75n * DAY + 1n },
    { periodMonths: 3, reportWindow: 75n * DAY },
    "disputeWindow reportWindow periodMonths: The report window and twice the dispute window are 2136 h 1 s together, must be at most 89 days: they have to be over before the next period is.",
  ],
  [
    "R + 2D, year",
    "windows-too-long",
    { periodMonths: 12, reportWindow: 351n * DAY + 1n },
    { periodMonths: 12, reportWindow: 351n * DAY },
    "disputeWindow reportWindow periodMonths: The report window and twice the dispute window are 8760 h 1 s together, must be at most 365 days: they have to be over before the next period is.",
  ],
  [
    "ruling window, least",
    "ruling-window-too-short",
    { rulingWindow: DAY - 1n },
    { rulingWindow: DAY },
    "rulingWindow: The ruling window is 23 h 59 min 59 s, must be at least 1 day.",
  ],
  [
    "ruling window, most",
    "ruling-window-too-long",
    { rulingWindow: YEAR + 1n },
    { rulingWindow: YEAR },
    "rulingWindow: The ruling window is 8760 h 1 s, must be at most 365 days.",
  ],
  [
    "grace, least",
    "grace-too-short",
    { fundingGrace: HOUR - 1n },
    { fundingGrace: HOUR },
    "fundingGrace: The grace is 59 min 59 s, must be at least 1 h.",
  ],
  [
    "grace, most",
    "grace-too-long",
    { fundingGrace: 28n * DAY },
    { fundingGrace: 28n * DAY - 1n },
    "fundingGrace: The grace is 28 days, must be at most 671 h 59 min 59 s.",
  ],
  [
    "notice",
    "notice-too-long",
    { noticePeriods: 13 },
    { noticePeriods: 12 },
    "noticePeriods: The notice in periods is 13, must be 0 to 12.",
  ],
  [
    "anchor",
    "start-before-anchor",
    { anchor: START + 1n },
    { anchor: START },
    "start anchor: The start, 1 Jan 2025, is before the anchor, 1 Jan 2025 00:00:01.",
  ],
  [
    "first boundary",
    "start-after-period",
    { anchor: START - 31n * DAY },
    { anchor: START - 31n * DAY + 1n },
    "start anchor periodMonths: The start, 1 Jan 2025, is not before the first boundary after the anchor, 1 Jan 2025.",
  ],
  [
    "no report",
    "silence-credit-too-large",
    { silenceCredit: 500_000_001n },
    { silenceCredit: 500_000_000n },
    "silenceCredit creditCap: The credit for no report is 50.0000001 %, must be at most 50 %.",
  ],
  [
    "bond",
    "bond-too-small",
    { creditCap: 1_500_000_000n, bond: 499_999_999n },
    { creditCap: 1_500_000_000n, bond: 500_000_000n },
    "bond creditCap fee: The bond is 499999999 units, must be at least 500000000 units: the part of the credit cap above the fee.",
  ],
  [
    "fee",
    "fee-too-small",
    { fee: 9_999n, pledge: 0n },
    { fee: 10_000n, pledge: 0n },
    "fee: The fee is 9999 units, must be at least 10000 of the token's smallest units, 10000 units.",
  ],
  [
    "money",
    "money-too-large",
    { fee: 2n ** 91n, periods: 8, bond: 0n, chronic: [] },
    { fee: 2n ** 91n - 1n, periods: 8, bond: 15n, chronic: [] },
    "fee periods creditCap bond: 2 · periods · fee · max(1, credit cap) + bond is 39614081257132168796771975168 units, must be below 39614081257132168796771975168 units.",
  ],
  [
    "money with the bond",
    "money-too-large",
    { fee: 2n ** 91n - 1n, periods: 8, bond: 16n, chronic: [] },
    { fee: 2n ** 91n - 1n, periods: 8, bond: 15n, chronic: [] },
    "fee periods creditCap bond: 2 · periods · fee · max(1, credit cap) + bond is 39614081257132168796771975168 units, must be below 39614081257132168796771975168 units.",
  ],
  [
    "pledge",
    "pledge-too-large",
    { pledge: 1_000_000_001n },
    { pledge: 1_000_000_000n },
    "pledge fee: The pledge is 1000000001 units, above the fee of 1000000000 units.",
  ],
  [
    "pledge share",
    "pledge-share-too-large",
    { pledgeShare: PPB + 1n },
    { pledgeShare: PPB },
    "pledgeShare: The pledge's share of the difference is 100.0000001 %, must be at most 100 %.",
  ],
  [
    "chronic share",
    "chronic-share-zero",
    { chronic: [rule(1, 1, 0n)] },
    { chronic: [rule(1, 1, 1n)] },
    "chronic.0: A bad period needs a credit above 0 %.",
  ],
  [
    "chronic count",
    "chronic-out-of-range",
    { chronic: [rule(0, 1)] },
    { chronic: [rule(1, 1)] },
    "chronic.0 periods: 0 bad periods of 1: must be 1 ≤ 0 ≤ 1 ≤ 12, the number of periods.",
  ],
  [
    "chronic window",
    "chronic-out-of-range",
    { chronic: [rule(3, 2)] },
    { chronic: [rule(2, 2)] },
    "chronic.0 periods: 3 bad periods of 2: must be 1 ≤ 3 ≤ 2 ≤ 12, the number of periods.",
  ],
  [
    "chronic periods",
    "chronic-out-of-range",
    { chronic: [rule(1, 13)] },
    { chronic: [rule(1, 12)] },
    "chronic.0 periods: 1 bad periods of 13: must be 1 ≤ 1 ≤ 13 ≤ 12, the number of periods.",
  ],
  [
    "chronic rules",
    "too-many-chronic-rules",
    { chronic: Array<ReturnType<typeof rule>>(5).fill(rule(1, 1)) },
    { chronic: Array<ReturnType<typeof rule>>(4).fill(rule(1, 1)) },
    "chronic: There are 5 rules for leaving, must be at most 4.",
  ],
  [
    "client",
    "role-clash",
    { client: address("11") },
    { client: address("12") },
    "client provider: The provider and the client are the same, 0x1111111111111111111111111111111111111111.",
  ],
  [
    "arbiter is provider",
    "role-clash",
    { arbiter: address("11") },
    {},
    "arbiter provider: The arbiter is the provider, 0x1111111111111111111111111111111111111111.",
  ],
  [
    "arbiter is client",
    "role-clash",
    { arbiter: address("22") },
    {},
    "arbiter client: The arbiter is the client, 0x2222222222222222222222222222222222222222.",
  ],
  [
    "arbiter is oracle",
    "role-clash",
    { arbiter: address("33") },
    {},
    "arbiter oracle: The arbiter is the oracle, 0x3333333333333333333333333333333333333333.",
  ],
  [
    "provider is token",
    "role-clash",
    { provider: address("55") },
    {},
    "provider token: The provider is the token, 0x5555555555555555555555555555555555555555.",
  ],
  [
    "client is token",
    "role-clash",
    { client: address("55") },
    {},
    "client token: The client is the token, 0x5555555555555555555555555555555555555555.",
  ],
  [
    "oracle is token",
    "role-clash",
    { oracle: address("55") },
    { oracle: address("11") },
    "oracle token: The oracle is the token, 0x5555555555555555555555555555555555555555.",
  ],
  [
    "arbiter is token",
    "role-clash",
    { arbiter: address("55") },
    {},
    "arbiter token: The arbiter is the token, 0x5555555555555555555555555555555555555555.",
  ],
  ["no provider", "role-missing", { provider: ZERO }, {}, "provider: The provider is the zero address."],
  ["no client", "role-missing", { client: ZERO }, {}, "client: The client is the zero address."],
  ["no oracle", "role-missing", { oracle: ZERO }, {}, "oracle: The oracle is the zero address."],
  ["no arbiter", "role-missing", { arbiter: ZERO }, {}, "arbiter: The arbiter is the zero address."],
  ["no token", "role-missing", { token: ZERO }, {}, "token: The token is the zero address."],
];

describe("limits of terms", () => {
  it("let the sample through", () => {
    expect(checkTerms(sampleTerms(), { now: START - DAY })).to.deep.equal([]);
  });

  for (const [what, code, breaks, keeps, told] of LIMITS) {
    it(`${what}: ${code}, and not just inside`, () => {
      expect(violationsOf(breaks)).to.deep.equal([[code, told]]);
      expect(codesOf(keeps)).to.deep.equal([]);
    });
  }

  it("start: after now, at most a year away", () => {
    expect(codesOf({}, START)).to.deep.equal(["start-in-past"]);
    expect(codesOf({}, START - 1n)).to.deep.equal([]);
    expect(codesOf({}, START - YEAR)).to.deep.equal([]);
    expect(codesOf({}, START - YEAR - 1n)).to.deep.equal(["start-too-far"]);
    expect(violationsOf({}, START)[0]?.[1]).to.equal("start: The start, 1 Jan 2025, is not after now, 1 Jan 2025.");
    expect(violationsOf({}, START - YEAR - 1n)[0]?.[1]).to.equal(
      "start: The start, 1 Jan 2025, is more than a year away, after 31 Dec 2024 23:59:59.",
    );
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
      codesOf({ periods: 241, fee: 1n, pledge: 2n, rulingWindow: 0n, combination: 7 as Combination }),
    ).to.have.lengthOf(5);
  });

  for (const [field, bytes] of Object.entries(FIELD_BYTES)) {
    it(`${field}: fits its ${bytes} bytes of the packed terms`, () => {
      const most = (1n << BigInt(8 * bytes)) - 1n;
      const isCount = typeof sampleTerms()[field as keyof Terms] === "number";
      const told = (value: bigint) => {
        const [first] = findViolations(sampleTerms({ [field]: isCount ? Number(value) : value }));
        return [first?.fields, first?.problem.code, first?.problem.message];
      };
      const refusal = (value: bigint) => [[field], "terms.out-of-range", `${field} is ${value}, must be 0 to ${most}.`];
      expect(told(-1n)).to.deep.equal(refusal(-1n));
      expect(told(most + 1n)).to.deep.equal(refusal(most + 1n));
      expect(told(0n)[1]).to.not.equal("terms.out-of-range");
      expect(told(most)[1]).to.not.equal("terms.out-of-range");
    });
  }

  it("hint at what to change where it is not plain", () => {
    const hints = (changes: Partial<Terms>) => checkTerms(sampleTerms(changes)).map((problem) => problem.hint);
    expect(hints({ arbiter: address("33") })).to.deep.equal([
      "Name somebody both parties trust: a person, a Safe, a court.",
    ]);
    expect(hints({ creditCap: 2n * PPB })).to.deep.equal(["Raise the bond, or lower the credit cap to 100 %."]);
    expect(hints({ anchor: START - 40n * DAY })).to.deep.equal(["Move the anchor to the boundary before the start."]);
    expect(hints({ reportWindow: 20n * DAY })).to.deep.equal(["Shorten the dispute window or the report window."]);
    expect(checkTerms(sampleTerms({ periods: 241 }))[0]).to.not.have.property("hint");
  });

  it("know the shortest period of each length", () => {
    expect([1, 3, 12, 2].map(shortestPeriod)).to.deep.equal([28n * DAY, 89n * DAY, 365n * DAY, undefined]);
  });

  it("say only that the length is unknown, not that clocks do not fit into it", () => {
    expect(codesOf({ periodMonths: 2, fundingGrace: YEAR, reportWindow: YEAR })).to.deep.equal(["period-unknown"]);
  });

  it("compare addresses whatever their case", () => {
    expect(codesOf({ provider: address("ab"), client: address("AB") })).to.deep.equal(["role-clash"]);
  });
});
