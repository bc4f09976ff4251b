/** Random terms the contract takes, most of them such that a story of 60 calls sees several periods. */
import fc from "fast-check";
import { DAY, HOUR } from "../../src/terms/bounds.ts";
import { addMonths } from "../../src/terms/calendar.ts";
import { checkTerms, shortestPeriod } from "../../src/terms/limits.ts";
import { Mode, PPB, type Terms, Unit } from "../../src/terms/types.ts";
import { anyTable } from "../escrow/arbitraries.ts";
import { below, PERCENT, termsOf, type World } from "../support/fixture.ts";
import { ACTORS, type Setting } from "./cast.ts";
import { Draws, draws } from "./draws.ts";

/** One indicator in seconds, and steps a person would write. */
const plainTable: Pick<Terms, "indicators" | "objectives"> = {
  indicators: [{ id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: DAY }],
  objectives: [
    {
      indicator: 0,
      tiers: [
        below(999_000_000n, 10n * PERCENT),
        below(990_000_000n, 25n * PERCENT),
        below(950_000_000n, 60n * PERCENT),
        below(700_000_000n, 220n * PERCENT),
      ],
    },
  ],
};

function calendar(d: Draws, now: bigint): Partial<Terms> {
  const periodMonths = d.weighted([
    [7, 1],
    [2, 3],
    [1, 12],
  ] as const);
  const S = shortestPeriod(periodMonths)!;
  const start =
    now +
    d.weighted([
      [6, HOUR + d.part(3n * DAY)],
      [3, DAY + d.part(60n * DAY)],
      [1, d.part(363n * DAY) + DAY],
    ]);
  const [D, isTight] = [
    d.weighted([
      [2, DAY],
      [3, DAY + d.part(6n * DAY)],
      [1, DAY + d.part((S - HOUR) / 2n - DAY)],
    ]),
    d.chance(0.3),
  ];
  const R = isTight ? S - 2n * D : HOUR + d.part(S - 2n * D - HOUR);
  return {
    periodMonths,
    periods: d.weighted([
      [0.7, 1 + d.below(2)],
      [3, 3 + d.below(6)],
      [7, 8 + d.below(20)],
      [0.4, 240],
    ]),
    start,
    anchor: d.weighted([
      [10, start],
      [9, start - d.part(S - 1n)],
      // The first period lasts seconds: its fee may round to nothing.
      [1, addMonths(start + 1n + d.part(200n), -periodMonths)],
    ]),
    disputeWindow: D,
    reportWindow: R,
    rulingWindow: d.weighted([
      [1, DAY],
      [3, DAY + d.part(40n * DAY)],
      [2, DAY + d.part(200n * DAY)],
      [1, 365n * DAY],
    ]),
    fundingGrace: d.weighted([
      [2, HOUR],
      [3, HOUR + d.part(10n * DAY)],
      [1, S - 1n],
    ]),
    noticePeriods: d.weighted([
      [3, 0],
      [4, 1],
      [2, 2],
      [1, d.below(13)],
    ]),
    burnInPeriods: d.weighted([
      [6, 0],
      [2, 1],
      [1, 2],
    ]),
  };
}

function money(d: Draws): Partial<Terms> {
  const fee = d.weighted([
    [6, 1_000_000_007n - d.part(100n)],
    [2, 10_000n + d.part(100n)],
    [1, 10n ** 12n + d.part(10n ** 13n)],
  ]);
  const creditCap = d.weighted([
    [1, 0n],
    [3, PPB / 2n],
    [3, PPB],
    [6, 2n * PPB],
    [2, d.part(2n ** 40n - 1n)],
  ]);
  const least = creditCap > PPB ? ((creditCap - PPB) * fee) / PPB + 1n : 0n;
  return {
    fee,
    creditCap,
    silenceCredit: d.weighted([
      [3, 0n],
      [3, creditCap / 2n],
      [2, creditCap],
      [1, d.part(creditCap)],
    ]),
    bond: d.weighted([
      [4, least],
      [2, least + d.part(fee)],
      [1, 2n * least],
    ]),
    pledge: d.weighted([
      [3, 0n],
      [4, d.part(fee)],
      [1, fee],
    ]),
    pledgeShare: d.weighted([
      [2, 0n],
      [3, PPB / 10n],
      [1, PPB],
      [2, d.part(PPB)],
    ]),
    termCreditCap: d.weighted([
      [1, 0n],
      [3, d.part(fee)],
      [3, d.part(4n * fee)],
      [6, 300n * fee],
    ]),
  };
}

function chronic(d: Draws, periods: number, creditCap: bigint): Partial<Terms> {
  const rules = d.weighted([
    [1, 0],
    [4, 1],
    [2, 2],
    [1, 4],
  ]);
  return {
    chronic: Array.from({ length: rules }, () => {
      const window = 1 + d.below(Math.min(periods, 5));
      const share = d.weighted([
        [3, 10n * PERCENT],
        [2, d.part(creditCap)],
        [1, 1n],
      ]);
      return { count: 1 + d.below(Math.min(window, 2)), window, leastShare: share > 0n ? share : 1n };
    }),
  };
}

/** Most agreements have an oracle of their own. */
function roles(d: Draws): Partial<Record<"oracle", "provider" | "client">> {
  return d.weighted([
    [8, {}],
    [1, { oracle: "provider" as const }],
    [1, { oracle: "client" as const }],
  ]);
}

export const anyTermsIn = (s: Setting, now: bigint): fc.Arbitrary<Terms> =>
  fc
    .tuple(
      draws,
      draws,
      fc.noBias(fc.oneof({ weight: 3, arbitrary: fc.constant(plainTable) }, { weight: 2, arbitrary: anyTable })),
    )
    .map(([first, second, table]) => {
      const [d, e] = [new Draws(first), new Draws(second)];
      const actors = Object.fromEntries(ACTORS.map((name) => [name, { address: s.addresses[name] }]));
      const w = { ...actors, usdToken: { target: s.token } } as unknown as World;
      const [when, amounts] = [calendar(d, now), money(e)];
      const rules = chronic(e, when.periods!, amounts.creditCap!);
      const { oracle } = roles(d);
      const seat = oracle === undefined ? {} : { oracle: s.addresses[oracle] };
      return termsOf(w, { ...when, ...amounts, ...rules, ...table, ...seat, combination: d.pick([1, 2] as const) });
    })
    .filter((terms) => checkTerms(terms, { now: now + 60n }).length === 0);
