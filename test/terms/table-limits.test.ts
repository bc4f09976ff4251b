import { expect } from "chai";
import { Combination, Mode, PPB, type Terms, Test, Unit } from "../../src/terms/types.ts";
import { codesOf, flat, type Limit, violationsOf } from "./sample-terms.ts";

const indicator = { id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n } as const;
const tiers = (...list: Terms["objectives"][number]["tiers"]) => ({ objectives: [{ indicator: 0, tiers: list }] });

const LIMITS: readonly Limit[] = [
  [
    "combination",
    "combination-unknown",
    { combination: 3 as Combination },
    { combination: Combination.Greatest },
    "combination: The combination is 3, must be 1 (sum) or 2 (greatest).",
  ],
  [
    "no objective",
    "objectives-out-of-range",
    { objectives: [] },
    {},
    "objectives: There are 0 objectives, must be 1 to 16.",
  ],
  [
    "objectives",
    "objectives-out-of-range",
    { objectives: Array<Terms["objectives"][number]>(17).fill({ indicator: 0, tiers: [flat(1, 1n, 1n)] }) },
    { objectives: Array<Terms["objectives"][number]>(16).fill({ indicator: 0, tiers: [flat(1, 1n, 1n)] }) },
    "objectives: There are 17 objectives, must be 1 to 16.",
  ],
  ["no tier", "tiers-out-of-range", tiers(), {}, "objectives.0: There are 0 tiers, must be 1 to 16."],
  [
    "tiers",
    "tiers-out-of-range",
    tiers(...Array.from({ length: 17 }, () => flat(1, 1n, 1n))),
    tiers(...Array.from({ length: 16 }, () => flat(1, 1n, 1n))),
    "objectives.0: There are 17 tiers, must be 1 to 16.",
  ],
  [
    "measures",
    "measures-out-of-range",
    { indicators: Array.from({ length: 17 }, (_, id) => ({ ...indicator, id })) },
    { indicators: Array.from({ length: 16 }, (_, id) => ({ ...indicator, id })) },
    "indicators: There are 17 measures, must be 1 to 16.",
  ],
  [
    "indicator ids",
    "indicator-repeated",
    { indicators: [indicator, indicator] },
    { indicators: [indicator, { ...indicator, id: 2 }] },
    "indicators.1: Two indicators have the id 1.",
  ],
  [
    "objective's indicator",
    "indicator-missing",
    { objectives: [{ indicator: 1, tiers: [flat(1, 1n, 1n)] }] },
    { objectives: [{ indicator: 0, tiers: [flat(1, 1n, 1n)] }] },
    "objectives.0: An objective names indicator 1, there are 1.",
  ],
  [
    "seconds as a count",
    "mode-unfit",
    { indicators: [{ ...indicator, mode: Mode.Count }] },
    {},
    "indicators.0: Seconds must add up: say whether excluded time counts as up or leaves the total.",
  ],
  [
    "probes that add up",
    "mode-unfit",
    { indicators: [{ ...indicator, unit: Unit.Probes }] },
    { indicators: [{ ...indicator, unit: Unit.Probes, mode: Mode.Count }] },
    "indicators.0: Only seconds can be checked against the length of the period; other units are plain counts.",
  ],
  [
    "no instance",
    "instances-out-of-range",
    { indicators: [{ ...indicator, instances: 0n }] },
    { indicators: [{ ...indicator, instances: 7n }] },
    "indicators.0: There are 0 instances, must be 1 to 4294967295.",
  ],
  [
    "instances of a count",
    "instances-out-of-range",
    { indicators: [{ ...indicator, unit: Unit.Tickets, mode: Mode.Count, instances: 2n }] },
    { indicators: [{ ...indicator, unit: Unit.Tickets, mode: Mode.Count }] },
    "indicators.0: There are 2 instances, must be 1: only seconds have more.",
  ],
  [
    "no credit",
    "credit-out-of-range",
    tiers(flat(1, 1n, 0n)),
    tiers(flat(1, 1n, 1n)),
    "objectives.0.tiers.0: The credit is 0 %, must be above 0 % and at most 109,951.1627775 %.",
  ],
  [
    "ratio threshold",
    "threshold-too-large",
    tiers(flat(1, PPB + 1n, 1n)),
    tiers(flat(1, PPB, 1n)),
    "objectives.0.tiers.0: The threshold is 100.0000001 %, must be at most 100 %.",
  ],
  [
    "at most 100 %",
    "credit-without-fault",
    tiers(flat(2, PPB, 1n)),
    tiers(flat(2, PPB - 1n, 1n)),
    'objectives.0.tiers.0: "at most 100 %" is true when nothing is bad: it would credit a perfect period.',
  ],
  [
    "at least 0",
    "credit-without-fault",
    tiers(flat(4, 0n, 1n)),
    tiers(flat(4, 1n, 1n)),
    'objectives.0.tiers.0: "at least 0" is true when nothing is bad: it would credit a perfect period.',
  ],
  [
    "ratio step",
    "step-too-large",
    tiers({ ...flat(1, PPB, 1n), per: PPB + 1n }),
    tiers({ ...flat(1, PPB, 1n), per: PPB }),
    "objectives.0.tiers.0: The step is 100.0000001 %, must be at most 100 %.",
  ],
  [
    "steps and proportional",
    "step-unfit",
    tiers({ ...flat(Test.MoreThan, 0n, 1n), per: 1n, proportional: true }),
    tiers({ ...flat(Test.MoreThan, 0n, 1n), proportional: true }),
    "objectives.0.tiers.0: A credit is either in steps or proportional, not both.",
  ],
  [
    "instances, most",
    "instances-out-of-range",
    { indicators: [{ ...indicator, instances: 2n ** 32n }] },
    { indicators: [{ ...indicator, instances: 2n ** 32n - 1n }] },
    "indicators.0: There are 4294967296 instances, must be 1 to 4294967295.",
  ],
  [
    "excluded, least",
    "excluded-out-of-range",
    { indicators: [{ ...indicator, excludedCap: -1n }] },
    { indicators: [{ ...indicator, excludedCap: 0n }] },
    "indicators.0: The excluded cap is -1, must be 0 to 18446744073709551615.",
  ],
  [
    "excluded, most",
    "excluded-out-of-range",
    { indicators: [{ ...indicator, excludedCap: 2n ** 64n }] },
    { indicators: [{ ...indicator, excludedCap: 2n ** 64n - 1n }] },
    "indicators.0: The excluded cap is 18446744073709551616, must be 0 to 18446744073709551615.",
  ],
  [
    "most credit",
    "credit-out-of-range",
    tiers(flat(1, 1n, 2n ** 40n)),
    tiers(flat(1, 1n, 2n ** 40n - 1n)),
    "objectives.0.tiers.0: The credit is 109,951.1627776 %, must be above 0 % and at most 109,951.1627775 %.",
  ],
  [
    "count threshold",
    "threshold-too-large",
    tiers(flat(3, 2n ** 64n, 1n)),
    tiers(flat(3, 2n ** 64n - 1n, 1n)),
    "objectives.0.tiers.0: The threshold is 18446744073709551616, must be at most 18446744073709551615.",
  ],
  [
    "count step",
    "step-too-large",
    tiers({ ...flat(4, 1n, 1n), per: 2n ** 64n }),
    tiers({ ...flat(4, 1n, 1n), per: 2n ** 64n - 1n }),
    "objectives.0.tiers.0: The step is 18446744073709551616, must be at most 18446744073709551615.",
  ],
];

describe("limits of the credit table", () => {
  for (const [what, code, breaks, keeps, told] of LIMITS) {
    it(`${what}: ${code}, and not just inside`, () => {
      expect(violationsOf(breaks)).to.deep.equal([[code, told]]);
      expect(codesOf(keeps)).to.deep.equal([]);
    });
  }

  it("need something that is measured", () => {
    expect(violationsOf({ indicators: [], objectives: [] })).to.deep.equal([
      ["measures-out-of-range", "indicators: There are 0 measures, must be 1 to 16."],
      ["objectives-out-of-range", "objectives: There are 0 objectives, must be 1 to 16."],
    ]);
  });

  it("let a strict test stand at 100 % and at nothing, where it is never true of a perfect period", () => {
    expect(codesOf(tiers(flat(Test.Below, PPB, 1n), flat(Test.MoreThan, 0n, 1n)))).to.deep.equal([]);
  });

  it("name the place of a tier", () => {
    const objectives = [
      { indicator: 0, tiers: [flat(Test.Below, 1n, 1n)] },
      { indicator: 0, tiers: [flat(Test.Below, 1n, 1n), flat(Test.AtLeast, 0n, 1n)] },
    ];
    expect(violationsOf({ objectives }).map(([, told]) => told.split(":")[0])).to.deep.equal(["objectives.1.tiers.1"]);
  });
});
