import { expect } from "chai";
import { lint, type LintContext } from "../../src/terms/lint.ts";
import { Combination, Mode, Test, Unit, type Objective, type Terms, type Tier } from "../../src/terms/types.ts";
import { address, flat, sampleTerms } from "./sample-terms.ts";

const DAY = 86_400n;
const [PROVIDER, CLIENT] = [address("11"), address("22")];
const SECONDS = sampleTerms().indicators[0]!;
const UPTIME = sampleTerms().objectives[0]!;
const of = (...tiers: Tier[]): Objective => ({ indicator: 0, tiers });

/** `kind code, key: what`, and under it why and what to write instead. */
const told = (changes: Partial<Terms>, context: Partial<LintContext> = {}): string[] =>
  lint(sampleTerms(changes), { token: { symbol: "USDC", decimals: 6 }, ...context }).flatMap(
    ({ kind, code, key, what, why, instead }) => [`${kind} ${code}, ${key}: ${what}`, `  ${why}`, `  ${instead}`],
  );

const PARTY = [
  "  It judges its own case; the other side must watch every report and stake a pledge against each false one.",
  "  Name an oracle that is neither, or a committee in which both sides have members (docs/committee.md).",
];
const BARE = [
  "  Who steals it reports what it likes, and when it is lost nobody reports until both parties name another.",
  "  Name a committee or a Safe: several keys, of which some suffice.",
];
const USELESS = [
  "  Another line gives as much whenever it comes true, or the cap is reached before, or it cannot come true.",
  "  Leave it out, or correct its threshold or its credit.",
];

describe("what is said of unfair and careless terms", () => {
  it("of a party that measures, and what silence costs it", () => {
    expect(told({ oracle: CLIENT, silenceCredit: 10_000_000n })).to.deep.equal([
      "unfair silence-pays-measurer, no report: The client measures, and no report gives it 1 %.",
      "  Staying silent pays the client more than reporting a good period.",
      "  Let somebody else measure, or write: no report: 0%.",
      "unfair oracle-is-party, oracle: The oracle is the client.",
      ...PARTY,
    ]);
    expect(told({ oracle: PROVIDER.toUpperCase(), silenceCredit: 400_000_000n })).to.deep.equal([
      "unfair silence-pays-measurer, no report: The provider measures; no report costs it 40 %, the worst period 50 %.",
      "  In a bad period it is cheaper for the provider to report nothing.",
      "  Write: no report: 50%, or let somebody else measure.",
      "unfair oracle-is-party, oracle: The oracle is the provider.",
      ...PARTY,
    ]);
    expect(told({ silenceCredit: 0n })).to.deep.equal([
      "careless silence-is-free, no report: No report means no credit.",
      "  An oracle that is down, or persuaded to stay silent, pays the provider in full, however bad the service was.",
      "  Write a credit for silence, such as half of the credit cap.",
    ]);
  });

  it("of what the worst period costs: added up or the greatest, by the step and by the share up to the cap", () => {
    const worst = (changes: Partial<Terms>) =>
      /the worst period ([\d.]+) %/.exec(told({ oracle: PROVIDER, silenceCredit: 0n, ...changes })[0] ?? "")?.[1];
    const objectives = [
      of(flat(Test.Below, 999_000_000n, 100_000_000n)),
      of(flat(Test.Below, 990_000_000n, 250_000_000n)),
    ];
    const creditCap = 900_000_000n;
    expect(worst({ objectives, creditCap, combination: Combination.Sum })).to.equal("35");
    expect(worst({ objectives, creditCap, combination: Combination.Greatest })).to.equal("25");
    const tier = flat(Test.MoreThan, 3_600n, 10_000_000n);
    expect(worst({ creditCap, objectives: [of(tier)] })).to.equal("1");
    expect(worst({ creditCap, objectives: [of({ ...tier, per: 3_600n })] })).to.equal("90");
    expect(worst({ creditCap, objectives: [of({ ...tier, proportional: true })] })).to.equal("90");
  });

  it("of single keys", () => {
    const hasCode = { oracle: false, arbiter: false };
    const arbiter = [
      "careless arbiter-is-bare-key, arbiter: The arbiter is one bare key.",
      "  When it is lost or its owner ill, every dispute ends with the report as it stands.",
      "  Name a Safe of several people, or a court.",
    ];
    expect(told({}, { hasCode })).to.deep.equal([
      "careless oracle-is-bare-key, oracle: The oracle is one bare key.",
      ...BARE,
      ...arbiter,
    ]);
    expect(told({ oracle: PROVIDER }, { hasCode }).slice(3)).to.deep.equal([
      "unfair oracle-is-bare-key, oracle: The oracle is one bare key, the very key of the provider's seat.",
      ...BARE,
      ...arbiter,
    ]);
  });

  it("of an arbiter by the name of another", () => {
    const named = (names: object) => told({}, { file: { measures: [], names } });
    for (const role of ["provider", "client", "oracle"]) {
      expect(named({ arbiter: "Ada ", [role]: " ada" })).to.deep.equal([
        `unfair arbiter-not-distinct, arbiter: The arbiter has the name of the ${role}, though another address.`,
        "  Whoever measured, or has money in it, would rule about itself.",
        "  Name somebody both parties trust and who has no part in the agreement.",
      ]);
    }
    expect(named({ provider: "Ada", client: "Ada" })).to.deep.equal([]);
    expect(named({ arbiter: "Ada" })).to.deep.equal([]);
  });

  it("of pledges", () => {
    const none = (word: string) => [
      "careless no-pledge, pledge: Disputing costs nothing.",
      `  A party can delay a credit by 37 days for free, every ${word}.`,
      "  Write: pledge: 10% of the difference.",
    ];
    expect(told({ pledge: 0n, pledgeShare: 0n })).to.deep.equal(none("month"));
    expect(told({ pledge: 0n, pledgeShare: 0n, periodMonths: 3 })).to.deep.equal(none("quarter"));
    expect(told({ pledge: 150_000_000n })).to.deep.equal([
      "unfair pledge-above-smallest-credit, pledge: A dispute stakes at least 150.00 USDC; the smallest credit is 100.00 USDC.",
      "  Nobody stakes more than there is to win: whoever measures may leave small credits out.",
      "  Lower the pledge to 50.00 USDC or less, or state it as a share of the difference alone.",
    ]);
    // of several objectives the smallest begins; what grows with every second begins nowhere
    const hourly = of({ ...flat(Test.MoreThan, 3_600n, 10_000_000n), per: 3_600n });
    expect(told({ objectives: [UPTIME, hourly] })[0]).to.contain("the smallest credit is 10.00 USDC");
    const share = of({ ...flat(Test.Below, 1_000_000_000n, 1_000_000_000n), proportional: true });
    expect(told({ pledge: 900_000_000n, objectives: [share] })).to.deep.equal([]);
  });

  it("of windows", () => {
    const short = { disputeWindow: 6n * DAY, rulingWindow: 6n * DAY, reportWindow: 2n * DAY, fundingGrace: 129_600n };
    expect(told(short)).to.deep.equal([
      "careless dispute-window-short, dispute window: The dispute window is 6 days.",
      "  Somebody who is ill or on holiday for a week misses it, and what was reported is final.",
      "  Write: dispute window: 7 days, or more.",
      "careless ruling-window-short, ruling window: The ruling window is 6 days.",
      "  An arbiter away for a week lets every report stand.",
      "  Write: ruling window: 7 days, or more.",
      "careless report-window-short, report window: The report window is 2 days.",
      "  A job that fails on a Friday evening is found on Monday: then silence stands.",
      "  Write: report window: 3 days, or more.",
      "careless grace-short, grace: The grace is 36 h.",
      "  A payment that is a few days late lets the provider leave at once.",
      "  Write: grace: 7 days, or more.",
    ]);
    expect(told({ rulingWindow: 91n * DAY })).to.deep.equal([
      "careless ruling-window-long, ruling window: The ruling window is 91 days.",
      "  So long may an arbiter hold the difference of a dispute, and only then the report stands.",
      "  Write: ruling window: 90 days, or less.",
    ]);
  });

  it("of caps, burn-in and bond", () => {
    expect(told({ creditCap: 300_000_000n, silenceCredit: 300_000_000n })).to.deep.equal([
      "unfair credit-above-cap, credit cap: A credit of 50 % is promised, the credit cap is 30 %.",
      "  The table promises more than is ever paid.",
      "  Write: credit cap: 50%, or lower the credit.",
    ]);
    const never = (key: string, what: string) => [
      `unfair never-a-credit, ${key}: ${what}`,
      "  The provider is paid in full whatever happens.",
      "  Shorten the burn-in, or raise the cap.",
    ];
    expect(told({ burnInPeriods: 12 })).to.deep.equal(never("burn-in", "Every period is burn-in."));
    expect(told({ creditCap: 0n, silenceCredit: 0n }).slice(3, 6)).to.deep.equal(
      never("credit cap", "The credit cap is nothing."),
    );
    expect(told({ termCreditCap: 1_000_000n })).to.deep.equal([
      "unfair term-cap-below-one-period, term credit cap: Over the whole term at most 1.00 USDC are credited, less than the 500.00 USDC of one bad period.",
      "  After one bad period there is nothing left to lose for the provider.",
      "  Leave the key out, or cap several periods' worth.",
    ]);
    expect(told({ creditCap: 1_500_000_000n, bond: 600_000_000n })).to.deep.equal([
      "careless bond-for-one-period, bond: The bond of 600.00 USDC pays what one or hardly two worst periods exceed the fee by.",
      "  What the bond lacks is not owed: a second bad period in a row is paid only up to the fee.",
      "  Ask for 1,000.00 USDC, or lower the credit cap.",
    ]);
    expect(told({ creditCap: 1_000_000_000n })).to.deep.equal([]);
  });

  it("of tiers that never matter, and of exclusions that swallow a breach", () => {
    expect(told({ objectives: [of(...UPTIME.tiers, flat(Test.Below, 900_000_000n, 500_000_000n))] })).to.deep.equal([
      'careless tier-never-matters, below 90%: "below 90%: 50%" never changes a credit.',
      ...USELESS,
    ]);
    const days = [{ ...SECONDS, unit: Unit.Days, mode: Mode.Count }];
    const inDays = of(flat(Test.AtLeast, 28n, 100_000_000n), flat(Test.AtLeast, 29n, 200_000_000n));
    expect(told({ indicators: days, objectives: [inDays] })[0], "February has 28").to.contain("at least 29 days");
    const twice = [{ ...SECONDS, instances: 2n }];
    const beyond = of(flat(Test.MoreThan, 60n * DAY, 100_000_000n), flat(Test.MoreThan, 40n * DAY, 50_000_000n));
    expect(told({ indicators: twice, objectives: [beyond] })[0]).to.contain('"more than 1440 h: 10%"');
    const excluding = (name: string) => [
      `unfair exclusions-swallow-breach, excluded: ${name}: up to 55 h 33 min 20 s may be left out, and the greatest credit begins at 33 h 36 min 1 s down.`,
      "  A whole bad period can be called maintenance.",
      "  Allow less than what the smallest credit begins at, or let excluded time leave the total.",
    ];
    const indicators = [{ ...SECONDS, excludedCap: 200_000n }];
    expect(told({ indicators })).to.deep.equal(excluding("Measure 1"));
    const measures = [{ name: "uptime", how: "One probe." }];
    expect(told({ indicators }, { file: { measures, names: {} } })).to.deep.equal(excluding("uptime"));
    expect(told({ indicators: [{ ...indicators[0]!, mode: Mode.Denominator }] })).to.deep.equal([]);
  });

  it("of leaving", () => {
    expect(told({ chronic: [], noticePeriods: 1 })).to.deep.equal([
      "unfair no-way-out-when-bad, leave after: No number of bad periods lets the client leave at once.",
      "  It pays for a service that keeps failing, until the notice of 1 period is over.",
      "  Write: leave after: 2 bad periods of 3.",
    ]);
    const rule = { count: 2, window: 3, leastShare: 600_000_000n };
    expect(told({ chronic: [{ ...rule, leastShare: 1n }, rule] })).to.deep.equal([
      'unfair exit-never-true, leave after: "2 bad periods of 3" asks for 60 %, the credit cap is 50 %.',
      "  The right to leave never comes true.",
      "  Ask for at most 50 %.",
    ]);
    expect(told({ noticePeriods: 5 })).to.deep.equal([
      "careless notice-long, notice: Notice is 5 periods.",
      "  The fees of all of them stay committed: the client cannot take them out.",
      "  Write: notice: 3 periods, or less.",
    ]);
  });

  it("of measures that nobody defined, or whose unknown time is up", () => {
    const measured = (measure: object) =>
      told({}, { file: { measures: [{ name: "uptime", how: undefined, ...measure }], names: {} } });
    expect(measured({})).to.deep.equal([
      'careless measure-not-defined, uptime: Nothing says when a unit of "uptime" is bad.',
      "  In a dispute both sides may be right.",
      "  Add a line `how: …` in words, or a policy (docs/agreement-file.md).",
    ]);
    expect(measured({ tickets: {} })).to.deep.equal([]);
    expect(measured({ policy: { unknown: "up" } })).to.deep.equal([
      "unfair unknown-is-up, unknown: uptime: time that nobody measured counts as up.",
      "  Probes that are switched off in a bad hour save the credit.",
      "  Write: unknown: refused below 99%, or: is excluded.",
    ]);
  });

  it("with the unfair first", () => {
    const kinds = told({ silenceCredit: 0n, chronic: [], disputeWindow: DAY }).filter((line) => !line.startsWith(" "));
    expect(kinds.map((line) => line.split(",")[0])).to.deep.equal([
      "unfair no-way-out-when-bad",
      "careless silence-is-free",
      "careless dispute-window-short",
    ]);
  });
});
