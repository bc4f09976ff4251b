import { expect } from "chai";
import type { AgreementEvent, EventName, EventValues } from "../../src/chain/history.ts";
import { Replay } from "../../src/chain/replay.ts";
import { termEnd } from "../../src/terms/calendar.ts";
import { PPB, type Terms, Test } from "../../src/terms/types.ts";
import { flat, sampleTerms } from "../terms/sample-terms.ts";

const FEE = 1_000_000_000n;
const PLEDGE = 50_000_000n;
const TOTAL = 2_678_400n;

/** One second down credits a tenth, an hour a quarter, a day 120 %, two days 150 %. */
const terms: Terms = {
  ...sampleTerms(),
  fee: FEE,
  bond: FEE,
  pledge: PLEDGE,
  pledgeShare: PPB / 10n,
  creditCap: 2n * PPB,
  termCreditCap: 20n * FEE,
  burnInPeriods: 0,
  objectives: [
    {
      indicator: 0,
      tiers: [
        flat(Test.AtLeast, 1n, PPB / 10n),
        flat(Test.AtLeast, 3_600n, PPB / 4n),
        flat(Test.AtLeast, 86_400n, (6n * PPB) / 5n),
        flat(Test.AtLeast, 172_800n, (3n * PPB) / 2n),
      ],
    },
  ],
};
const [NOTHING, SECOND, HOUR, DAY, TWO_DAYS] = [0n, 1n, 3_600n, 86_400n, 172_800n];
const [TENTH, QUARTER, MORE, MOST] = [FEE / 10n, FEE / 4n, (6n * FEE) / 5n, (3n * FEE) / 2n];

const event = <N extends EventName>(name: N, values: Partial<EventValues[N]>, transaction = "0x1"): AgreementEvent =>
  ({ name, values, block: 1, transaction }) as unknown as AgreementEvent;
const counts = (bad: bigint) => [{ total: TOTAL, bad, excluded: 0n }] as never;

const reported = (bad: bigint, credit: bigint) =>
  event("Reported", { period: 0n, revision: 0n, credit, measurements: counts(bad) });
const claimed = (seat: bigint, bad: bigint, credit: bigint, pledge: bigint) =>
  event("Disputed", { period: 0n, seat, credit, pledge, measurements: counts(bad) });
const split = (credit: bigint, earned: bigint, held: bigint, fromBond = 0n) =>
  event("Split", { period: 0n, credit, earned, held, fromBond });
const final = (ruling: bigint, credit: bigint, earned: bigint, fromBond = 0n, transaction = "0x1") =>
  event("PeriodFinal", { period: 0n, ruling, credit, earned, fromBond, dueAt: 0n }, transaction);
const consent = (kind: bigint, period: bigint, credit: bigint, transaction = "0x1") =>
  event("ConsentGiven", { consent: { kind, period, revision: 0n, credit } as never }, transaction);
const accepted = (seat = 1n) => event("Accepted", { seat });

function lives(...events: AgreementEvent[]) {
  const replay = new Replay(terms, termEnd(terms));
  const said = events.map((one) => replay.next(one));
  // what comes before the last event is as it should be
  expect(said.slice(0, -1).filter((one) => one !== undefined)).to.deep.equal([]);
  return { replay, last: said.at(-1) };
}

const lastOf = (...events: AgreementEvent[]) => lives(...events).last;
const differs = (what: string, chain: bigint, recomputed: bigint) => ({
  place: `period 0, ${what}`,
  message: `the chain says ${chain} units, recomputed are ${recomputed}`,
});

describe("the course of a period, replayed", () => {
  it("gives the report's credit by the table, and ends with it", () => {
    expect(lastOf(reported(SECOND, TENTH), final(1n, TENTH, FEE - TENTH))).to.equal(undefined);
    expect(lastOf(reported(SECOND, TENTH + 1n))).to.deep.equal(differs("credit of the report", TENTH + 1n, TENTH));
    expect(lastOf(reported(SECOND, TENTH), final(1n, QUARTER, FEE - QUARTER))).to.deep.equal(
      differs("credit", QUARTER, TENTH),
    );
  });

  it("gives a claim's credit by the table, and the pledge by its distance", () => {
    const report = reported(SECOND, TENTH);
    expect(lastOf(report, claimed(2n, HOUR, QUARTER, PLEDGE))).to.equal(undefined);
    expect(lastOf(report, claimed(2n, HOUR, TENTH, PLEDGE))).to.deep.equal(
      differs("credit of the client's claim", TENTH, QUARTER),
    );
    expect(lastOf(report, claimed(1n, NOTHING, 0n, 1n))).to.deep.equal(differs("pledge of the provider", 1n, PLEDGE));
    const far = (MOST - TENTH) / 10n;
    expect(lastOf(report, claimed(2n, TWO_DAYS, MOST, far))).to.equal(undefined);
  });

  it("splits between the two offers, and ends with the one that is picked", () => {
    const offers = [reported(SECOND, TENTH), claimed(1n, NOTHING, 0n, PLEDGE), claimed(2n, HOUR, QUARTER, PLEDGE)];
    const rest = FEE - QUARTER;
    expect(lastOf(...offers, split(0n, rest, QUARTER))).to.equal(undefined);
    for (const [ruling, credit] of [
      [1n, TENTH],
      [2n, 0n],
      [3n, QUARTER],
      [4n, TENTH],
    ] as const) {
      const end = final(ruling, credit, FEE - credit);
      expect(lastOf(...offers, split(0n, rest, QUARTER), end), `ruling ${ruling}`).to.equal(undefined);
    }
    expect(lastOf(...offers, split(1n, rest, QUARTER))).to.deep.equal(differs("credit at the split", 1n, 0n));
    expect(lastOf(...offers, split(0n, 1n, QUARTER))).to.deep.equal(differs("earned at the split", 1n, rest));
    expect(lastOf(...offers, split(0n, rest, 1n))).to.deep.equal(differs("held at the split", 1n, QUARTER));
    expect(lastOf(...offers, split(0n, rest, QUARTER, 1n))).to.deep.equal(differs("bond at the split", 1n, 0n));
  });

  it("takes what is above the fee from the bond at the split, and the rest at the end", () => {
    const far = MOST / 10n;
    const offers = [
      accepted(),
      reported(NOTHING, 0n),
      claimed(1n, DAY, MORE, MORE / 10n),
      claimed(2n, TWO_DAYS, MOST, far),
    ];
    const above = MORE - FEE;
    const halves = [...offers, split(MORE, 0n, 0n, above)];
    expect(lastOf(...halves)).to.equal(undefined);
    expect(lastOf(...halves, final(3n, MOST, 0n, MOST - FEE))).to.equal(undefined);
    expect(lastOf(...halves, final(3n, MOST, 0n, above))).to.deep.equal(
      differs("taken from the bond", above, MOST - FEE),
    );
  });

  it("takes no more than the bond has, of which the split took its part, and no pledge", () => {
    const offers = [reported(NOTHING, 0n), claimed(1n, DAY, MORE, MORE / 10n), claimed(2n, TWO_DAYS, MOST, MOST / 10n)];
    const bond = (3n * FEE) / 10n;
    const small = [event("BondPosted", { amount: bond }), ...offers, split(MORE, 0n, 0n, MORE - FEE)];
    expect(lastOf(...small, final(3n, FEE + bond, 0n, bond))).to.equal(undefined);
    expect(lastOf(...offers, split(FEE, 0n, 0n), final(3n, FEE, 0n))).to.equal(undefined);
  });

  it("ends with what both agree on in the same transaction, for this period", () => {
    const report = reported(SECOND, TENTH);
    const [agreed, byTable] = [final(0n, QUARTER, FEE - QUARTER), final(0n, TENTH, FEE - TENTH)];
    expect(lastOf(report, consent(1n, 0n, QUARTER), agreed)).to.equal(undefined);
    expect(lastOf(report, consent(1n, 0n, QUARTER), byTable)).to.deep.equal(differs("credit", TENTH, QUARTER));
    for (const other of [consent(1n, 1n, QUARTER), consent(2n, 0n, QUARTER), consent(1n, 0n, QUARTER, "0x2")]) {
      expect(lastOf(report, other, byTable)).to.equal(undefined);
    }
  });

  it("has a bond as long as the provider's acceptance and what is posted last", () => {
    const worst = [reported(TWO_DAYS, MOST)];
    const [covered, bare] = [final(1n, MOST, 0n, MOST - FEE), final(1n, FEE, 0n, 0n)];
    expect(lastOf(accepted(), ...worst, covered)).to.equal(undefined);
    expect(lastOf(accepted(2n), ...worst, bare), "a client posts none").to.equal(undefined);
    expect(lastOf(accepted(), event("Unaccepted", { seat: 1n }), ...worst, bare)).to.equal(undefined);
    expect(lastOf(accepted(), event("Unaccepted", { seat: 2n }), ...worst, covered)).to.equal(undefined);
    expect(lastOf(event("BondPosted", { amount: FEE }), ...worst, covered)).to.equal(undefined);
    const second = { period: 1n, dueAt: 0n, ruling: 1n, credit: MOST, earned: 0n, fromBond: FEE / 2n };
    const next = event("Reported", { period: 1n, credit: MOST, measurements: counts(TWO_DAYS) });
    const drawn = [accepted(), ...worst, covered];
    expect(lastOf(...drawn, next, event("PeriodFinal", second))).to.equal(undefined);
    const third = [event("Reported", { period: 2n, credit: MOST, measurements: counts(TWO_DAYS) })];
    const empty = event("PeriodFinal", { ...second, period: 2n, credit: FEE, fromBond: 0n });
    expect(lastOf(...drawn, next, event("PeriodFinal", second), ...third, empty)).to.equal(undefined);
  });

  it("is told: reports, claims, results and what is held", () => {
    const { replay } = lives(
      event("Funded", { amount: 2n * FEE }),
      accepted(),
      event("BondPosted", { amount: 5n }),
      reported(SECOND, TENTH),
      claimed(2n, HOUR, QUARTER, PLEDGE),
      split(TENTH, FEE - QUARTER, QUARTER - TENTH),
      event("Terminated", {}),
    );
    expect(replay.reports.map(({ period, report }) => [period, report.credit])).to.deep.equal([[0, TENTH]]);
    expect(replay.claims.map(({ period, seat, claim }) => [period, seat, claim.credit])).to.deep.equal([
      [0, "client", QUARTER],
    ]);
    expect(replay.resolved).to.deep.equal([]);
    expect(replay.held).to.equal(3n * FEE + 5n + PLEDGE);
    const done = lives(reported(SECOND, TENTH), final(1n, TENTH, FEE - TENTH)).replay;
    expect(done.resolved).to.deep.equal([{ period: 0, credit: TENTH, earned: FEE - TENTH, fromBond: 0n }]);
    const silent = lives(final(0n, FEE / 2n, FEE / 2n)).replay;
    expect([silent.reports, silent.claims]).to.deep.equal([[], []]);
  });
});
