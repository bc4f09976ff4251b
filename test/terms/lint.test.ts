import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { parseAgreement } from "../../src/terms/file.ts";
import { lint, type LintContext } from "../../src/terms/lint.ts";
import { Mode, Test, Unit, type Terms } from "../../src/terms/types.ts";
import { address, flat, sampleTerms } from "./sample-terms.ts";

const USDC = { symbol: "USDC", decimals: 6 };
const DAY = 86_400n;
const PRESETS = new URL("../../examples/presets/", import.meta.url);
const PROVIDER = address("11");
const CLIENT = address("22");
const [SECONDS] = sampleTerms().indicators;
const [UPTIME] = sampleTerms().objectives;

const found = (changes: Partial<Terms>, context: Partial<LintContext> = {}) =>
  lint(sampleTerms(changes), { token: USDC, ...context }).map(({ code, kind }) => `${kind} ${code}`);

/** Changes of fair terms, and all that they make unfair or careless; the first of a pair is the last that is not. */
const CASES: readonly (readonly [what: string, fair: Partial<Terms>, not: Partial<Terms>, ...codes: string[]])[] = [
  [
    "a measuring provider that saves by silence",
    {},
    { oracle: PROVIDER, silenceCredit: 499_999_999n },
    "unfair silence-pays-measurer",
    "unfair oracle-is-party",
  ],
  [
    "a measuring client that silence pays",
    {},
    { oracle: CLIENT, silenceCredit: 1n },
    "unfair silence-pays-measurer",
    "unfair oracle-is-party",
  ],
  ["silence that costs nothing", { silenceCredit: 1n }, { silenceCredit: 0n }, "careless silence-is-free"],
  ["no pledge", { pledge: 0n }, { pledge: 0n, pledgeShare: 0n }, "careless no-pledge"],
  [
    "a pledge above the smallest credit",
    { pledge: 100_000_000n },
    { pledge: 100_000_001n },
    "unfair pledge-above-smallest-credit",
  ],
  [
    "a short dispute window",
    { disputeWindow: 7n * DAY },
    { disputeWindow: 7n * DAY - 1n },
    "careless dispute-window-short",
  ],
  [
    "a short ruling window",
    { rulingWindow: 7n * DAY },
    { rulingWindow: 7n * DAY - 1n },
    "careless ruling-window-short",
  ],
  [
    "a long ruling window",
    { rulingWindow: 90n * DAY },
    { rulingWindow: 90n * DAY + 1n },
    "careless ruling-window-long",
  ],
  [
    "a short report window",
    { reportWindow: 3n * DAY },
    { reportWindow: 3n * DAY - 1n },
    "careless report-window-short",
  ],
  ["a short grace", { fundingGrace: 7n * DAY }, { fundingGrace: 7n * DAY - 1n }, "careless grace-short"],
  [
    "a credit above the cap",
    { creditCap: 500_000_000n },
    { creditCap: 499_999_999n, silenceCredit: 499_999_999n },
    "unfair credit-above-cap",
  ],
  ["burn-in to the end", { burnInPeriods: 11 }, { burnInPeriods: 12 }, "unfair never-a-credit"],
  [
    "a term cap below one period's",
    { termCreditCap: 500_000_000n },
    { termCreditCap: 499_999_999n },
    "unfair term-cap-below-one-period",
  ],
  [
    "a bond for one bad period",
    { creditCap: 1_500_000_000n, bond: 1_000_000_000n },
    { creditCap: 1_500_000_000n, bond: 999_999_999n },
    "careless bond-for-one-period",
  ],
  ["no way out", {}, { chronic: [] }, "unfair no-way-out-when-bad"],
  [
    "a way out that never opens",
    { chronic: [{ count: 2, window: 3, leastShare: 500_000_000n }] },
    { chronic: [{ count: 2, window: 3, leastShare: 500_000_001n }] },
    "unfair exit-never-true",
  ],
  ["long notice", { noticePeriods: 3 }, { noticePeriods: 4 }, "careless notice-long"],
  [
    "exclusions that swallow a breach",
    // 5 % of a month of 28 days and a second
    { indicators: [{ ...(SECONDS as Terms["indicators"][0]), excludedCap: 120_960n }] },
    { indicators: [{ ...(SECONDS as Terms["indicators"][0]), excludedCap: 120_961n }] },
    "unfair exclusions-swallow-breach",
  ],
  [
    "a tier as good as a lesser one, above the cap",
    {},
    {
      objectives: [{ indicator: 0, tiers: [...(UPTIME?.tiers ?? []), flat(Test.Below, 900_000_000n, 500_000_000n)] }],
    },
    "careless tier-never-matters",
  ],
  [
    "a tier that cannot come true",
    {},
    {
      objectives: [{ indicator: 0, tiers: [...(UPTIME?.tiers ?? []), flat(Test.MoreThan, 32n * DAY, 500_000_000n)] }],
    },
    "careless tier-never-matters",
  ],
];

describe("terms that are unfair or careless", () => {
  it("are none of a fair agreement's", () => {
    expect(found({})).to.deep.equal([]);
    expect(found({ oracle: PROVIDER, silenceCredit: 500_000_000n })).to.deep.equal(["unfair oracle-is-party"]);
    expect(found({ oracle: CLIENT, silenceCredit: 0n })).to.deep.equal(["unfair oracle-is-party"]);
  });

  for (const [what, fair, not, ...codes] of CASES) {
    it(`are warned of: ${what}`, () => {
      expect(found(fair)).to.deep.equal([]);
      expect(found(not)).to.deep.equal(codes);
    });
  }

  it("include single keys, once the chain was asked", () => {
    expect(found({}, { hasCode: { oracle: true, arbiter: true } })).to.deep.equal([]);
    expect(found({}, { hasCode: { oracle: false, arbiter: false } })).to.deep.equal([
      "careless oracle-is-bare-key",
      "careless arbiter-is-bare-key",
    ]);
    expect(found({ oracle: PROVIDER }, { hasCode: { oracle: false, arbiter: true } })).to.deep.equal([
      "unfair oracle-is-party",
      "unfair oracle-is-bare-key",
    ]);
  });

  it("include an arbiter that has a party's name", () => {
    const names = { provider: "Northwind IT", arbiter: " northwind it" };
    expect(found({}, { file: { measures: [], names } })).to.deep.equal(["unfair arbiter-not-distinct"]);
    expect(found({}, { file: { measures: [], names: { ...names, arbiter: "Somebody" } } })).to.deep.equal([]);
  });

  it("include measures without a definition, and unmeasured time that counts as up", () => {
    const measure = { name: "uptime", how: undefined };
    expect(found({}, { file: { measures: [measure], names: {} } })).to.deep.equal(["careless measure-not-defined"]);
    expect(found({}, { file: { measures: [{ ...measure, how: "One probe." }], names: {} } })).to.deep.equal([]);
    const policy = { good: { atLeast: 1 }, scale: 1, slot: 60, places: { bad: 1, of: 1 }, minimum: 0, coverage: 0 };
    const withUnknown = (unknown: "up" | "down") => ({
      ...measure,
      policy: { ...policy, counts: "whole" as const, unknown },
    });
    expect(found({}, { file: { measures: [withUnknown("up")], names: {} } })).to.deep.equal(["unfair unknown-is-up"]);
    expect(found({}, { file: { measures: [withUnknown("down")], names: {} } })).to.deep.equal([]);
  });

  it("say of tickets, whose number nobody knows, only what is true of any number", () => {
    const indicators = [{ id: 1, unit: Unit.Tickets, mode: Mode.Count, instances: 1n, excludedCap: 0n }];
    const tiers = [flat(Test.MoreThan, 2n, 100_000_000n), flat(Test.MoreThan, 40n, 200_000_000n)];
    expect(found({ indicators, objectives: [{ indicator: 0, tiers }] })).to.deep.equal([]);
  });

  it("are at most few in the presets, each with why and what to write instead", () => {
    for (const name of readdirSync(PRESETS)) {
      const { terms, token, measures, names } = parseAgreement(readFileSync(new URL(name, PRESETS), "utf8"), {
        draft: true,
        now: 0n,
      });
      const findings = lint(terms, { token, file: { measures, names } });
      expect(findings.length, name).to.be.at.most(1);
      for (const { what, why, instead } of findings) {
        for (const sentence of [what, why, instead]) expect(sentence).to.match(/\.$/);
      }
    }
  });
});
