import { expect } from "chai";
import { moment } from "../../src/format.ts";
import { coursesOf, type Courses, type TimedEvent } from "../../src/watch/course.ts";
import type { WatchedAgreement } from "../../src/watch/view.ts";
import { termEnd } from "../../src/terms/calendar.ts";
import { ACTIVE, accepted, bonded, DAY, disputed, event, on, plainly, reported, seat, usdc, watched } from "./told.ts";

const FEB_2 = on("2030-02-02");

interface Around {
  readonly agreement?: WatchedAgreement;
  readonly end?: bigint;
}

const at = (now: bigint, events: readonly TimedEvent[], { agreement = watched(), end }: Around = {}): Courses =>
  coursesOf(agreement.terms, end ?? termEnd(agreement.terms), events, now);

const money = (units: bigint): string => `${Number(units) / 1e6}`;

/** A line for all that happened to each period, and one for what the next is reckoned with. */
function shown({ periods, given, bond }: Courses): string {
  const lines = [...periods].flatMap(([k, { reports, claims, split, final }]) => [
    ...reports.map(({ revision, credit, at }) => `${k}: report ${revision} of ${money(credit)} ${moment(at)}`),
    ...claims.map(
      ({ seat, credit, pledge, at }) => `${k}: ${seat} claims ${money(credit)} for ${money(pledge)} ${moment(at)}`,
    ),
    ...(split === undefined
      ? []
      : [`${k}: split ${money(split.credit)}, ${money(split.earned)}, held ${money(split.held)} ${moment(split.at)}`]),
    ...(final === undefined
      ? []
      : [
          `${k}: final ${money(final.credit)}, ${money(final.earned)}, ${money(final.fromBond)} of the bond, ` +
            `ruling ${final.ruling} ${moment(final.at)}`,
        ]),
  ]);
  return [...lines, `given ${money(given)}, bond ${money(bond)}`].join("\n");
}

const final = (time: bigint, values: Record<string, unknown>): TimedEvent =>
  event("PeriodFinal", time, { period: 0n, credit: 0n, earned: usdc(1_000), fromBond: 0n, ruling: 0n, ...values });

describe("what has become of periods", () => {
  it("is silence when nobody reported, from the very second on", () => {
    expect(shown(at(on("2030-02-06") - 1n, ACTIVE))).to.equal("given 0, bond 0");
    expect(shown(at(on("2030-02-06"), ACTIVE))).to.equal(
      plainly(`
      0: report 255 of 500 6 Feb 2030
      given 0, bond 0
    `),
    );
    expect(shown(at(on("2030-02-13") - 1n, ACTIVE))).to.equal(shown(at(on("2030-02-06"), ACTIVE)));
    expect(shown(at(on("2030-02-13"), ACTIVE))).to.equal(
      plainly(`
      0: report 255 of 500 6 Feb 2030
      0: final 500, 500, 0 of the bond, ruling none 13 Feb 2030
      given 500, bond 0
    `),
    );
  });

  it("is one after the other, month after month", () => {
    expect(shown(at(on("2030-04-13"), ACTIVE))).to.equal(
      plainly(`
      0: report 255 of 500 6 Feb 2030
      0: final 500, 500, 0 of the bond, ruling none 13 Feb 2030
      1: report 255 of 500 6 Mar 2030
      1: final 500, 500, 0 of the bond, ruling none 13 Mar 2030
      2: report 255 of 500 6 Apr 2030
      2: final 500, 500, 0 of the bond, ruling none 13 Apr 2030
      given 1500, bond 0
    `),
    );
  });

  it("is final once the time to dispute is over, from the very second on", () => {
    const events = [...ACTIVE, reported(FEB_2, 100)];
    expect(shown(at(on("2030-02-09") - 1n, events))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      given 0, bond 0
    `),
    );
    expect(shown(at(on("2030-02-09"), events))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: final 100, 900, 0 of the bond, ruling none 9 Feb 2030
      given 100, bond 0
    `),
    );
  });

  it("is what the last of several reports says", () => {
    const events = [...ACTIVE, reported(FEB_2, 100), reported(FEB_2 + DAY, 0, { revision: 1 })];
    expect(shown(at(on("2030-02-10"), events))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: report 1 of 0 3 Feb 2030
      0: final 0, 1000, 0 of the bond, ruling none 10 Feb 2030
      given 0, bond 0
    `),
    );
  });

  it("is nothing while the agreement is not active, however late", () => {
    for (const events of [[], [accepted("provider")], [accepted("client")]])
      expect([...at(on("2030-06-01"), events).periods]).to.deep.equal([]);
  });

  it("ends with the agreement: no period begins at its end", () => {
    const end = on("2030-03-01");
    expect([...at(on("2030-12-01"), ACTIVE, { end }).periods.keys()]).to.deep.equal([0, 1]);
    expect([...at(on("2030-12-01"), ACTIVE, { end: end + 1n }).periods.keys()]).to.deep.equal([0, 1, 2]);
  });

  it("keeps what a report measured and names as evidence", () => {
    const report = reported(FEB_2, 100, { bad: 4_740, excluded: 60 });
    expect(at(on("2030-02-03"), [...ACTIVE, report]).periods.get(0)?.reports).to.deep.equal([
      {
        ...{ revision: 0n, credit: usdc(100), evidence: `0x${"ab".repeat(32)}`, at: FEB_2 },
        measurements: [{ total: 2_678_400n, bad: 4_740n, excluded: 60n }],
      },
    ]);
    expect(at(on("2030-02-06"), ACTIVE).periods.get(0)?.reports).to.deep.equal([
      { revision: 255n, credit: usdc(500), evidence: "", at: on("2030-02-06"), measurements: [] },
    ]);
  });
});

describe("what has become of a dispute", () => {
  const report = reported(FEB_2, 100);
  const claim = disputed(on("2030-02-03"), "client", 250);
  const answer = disputed(on("2030-02-05"), "provider", 0, { pledge: 0 });

  it("is a split at its end, by the lowest and the highest offer, and final without a ruling", () => {
    const events = [...ACTIVE, report, claim, answer];
    expect(shown(at(on("2030-02-10") - 1n, events))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: client claims 250 for 50 3 Feb 2030
      0: provider claims 0 for 0 5 Feb 2030
      given 0, bond 0
    `),
    );
    expect(shown(at(on("2030-02-10"), events))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: client claims 250 for 50 3 Feb 2030
      0: provider claims 0 for 0 5 Feb 2030
      0: split 0, 750, held 250 10 Feb 2030
      given 0, bond 0
    `),
    );
    expect(shown(at(on("2030-03-06") - 1n, events))).to.equal(shown(at(on("2030-02-10"), events)));
    const lapses = on("2030-03-12");
    expect(at(lapses - 1n, events).periods.get(0)?.final).to.equal(undefined);
    expect(at(lapses, events).periods.get(0)?.final).to.deep.equal({
      ...{ credit: usdc(100), earned: usdc(900), fromBond: 0n, ruling: "declined", at: lapses },
    });
  });

  it("is a split between the report and the one claim", () => {
    expect(shown(at(on("2030-02-10"), [...ACTIVE, report, claim]))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: client claims 250 for 50 3 Feb 2030
      0: split 100, 750, held 150 10 Feb 2030
      given 100, bond 0
    `),
    );
    const provider = disputed(on("2030-02-03"), "provider", 0);
    expect(shown(at(on("2030-02-10"), [...ACTIVE, report, provider]))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: provider claims 0 for 50 3 Feb 2030
      0: split 0, 900, held 100 10 Feb 2030
      given 0, bond 0
    `),
    );
  });

  it("is the same whether it was looked at before or settled by a call", () => {
    const events = [...ACTIVE, report, claim, answer];
    const split = event("Split", on("2030-02-20"), {
      ...{ period: 0n, credit: 0n, earned: usdc(750), held: usdc(250), fromBond: 0n, dueAt: on("2030-02-10") },
    });
    const told = final(on("2030-03-20"), {
      ...{ credit: usdc(100), earned: usdc(900), ruling: 4n, dueAt: on("2030-03-12") },
    });
    for (const now of ["2030-02-21", "2030-03-12", "2030-03-21"].map(on)) {
      expect(shown(at(now, [...events, split])), moment(now)).to.equal(shown(at(now, events)));
    }
    const now = on("2030-03-21");
    expect(shown(at(now, [...events, split, told]))).to.equal(shown(at(now, events)));
  });

  it("may be about silence", () => {
    const claims = [disputed(on("2030-02-07"), "provider", 40)];
    expect(shown(at(on("2030-02-14"), [...ACTIVE, ...claims]))).to.equal(
      plainly(`
      0: report 255 of 500 6 Feb 2030
      0: provider claims 40 for 50 7 Feb 2030
      0: split 40, 500, held 460 14 Feb 2030
      given 40, bond 0
    `),
    );
  });

  it("holds up no later period", () => {
    const march = reported(on("2030-03-02"), 250, { period: 1 });
    expect(shown(at(on("2030-03-12"), [...ACTIVE, report, claim, march]))).to.equal(
      plainly(`
      0: report 0 of 100 2 Feb 2030
      0: client claims 250 for 50 3 Feb 2030
      0: split 100, 750, held 150 10 Feb 2030
      0: final 100, 900, 0 of the bond, ruling declined 12 Mar 2030
      1: report 0 of 250 2 Mar 2030
      1: final 250, 750, 0 of the bond, ruling none 9 Mar 2030
      given 350, bond 0
    `),
    );
  });

  it("is ruled: the pick is in the event", () => {
    const ruled = final(on("2030-02-12"), {
      ...{ credit: usdc(250), earned: usdc(750), ruling: 3n, dueAt: on("2030-02-12") },
    });
    const { final: end } = at(on("2030-02-13"), [...ACTIVE, report, claim, ruled]).periods.get(0) ?? {};
    expect(end).to.include({ credit: usdc(250), ruling: "client" });
  });
});

describe("a credit that both agreed on", () => {
  it("is final without a report before its time, and after silence with it", () => {
    const agreed = (dueAt: bigint) => [...ACTIVE, final(dueAt, { credit: usdc(20), earned: usdc(980), dueAt })];
    expect(at(on("2030-02-07"), agreed(on("2030-02-06") - 1n)).periods.get(0)?.reports).to.deep.equal([]);
    const late = at(on("2030-02-07"), agreed(on("2030-02-06"))).periods.get(0);
    expect(late?.reports.map(({ revision }) => revision)).to.deep.equal([255n]);
    const both = [...ACTIVE, reported(FEB_2, 100), ...agreed(on("2030-02-07")).slice(2)];
    expect(at(on("2030-02-08"), both).periods.get(0)?.reports).to.have.length(1);
  });
});

describe("the term's cap", () => {
  const agreement = watched((text) => text.replace("credit cap: 50%", "credit cap: 50%\nterm credit cap: 600 USDC"));

  it("leaves to each what those before left, in the order in which they became due", () => {
    // January is held until 12 March; February is final on the 9th, and takes before it.
    const events = [
      ...[...ACTIVE, reported(FEB_2, 500), disputed(on("2030-02-03"), "provider", 50)],
      reported(on("2030-03-02"), 500, { period: 1 }),
    ];
    expect(shown(at(on("2030-03-12"), events, { agreement }))).to.equal(
      plainly(`
      0: report 0 of 500 2 Feb 2030
      0: provider claims 50 for 50 3 Feb 2030
      0: split 50, 500, held 450 10 Feb 2030
      0: final 100, 900, 0 of the bond, ruling declined 12 Mar 2030
      1: report 0 of 500 2 Mar 2030
      1: final 500, 500, 0 of the bond, ruling none 9 Mar 2030
      given 600, bond 0
    `),
    );
  });

  it("is lowered once by what an event says was given", () => {
    const given = (events: readonly TimedEvent[]) => at(on("2030-02-21"), [...ACTIVE, ...events], { agreement }).given;
    const split = event("Split", on("2030-02-20"), {
      ...{ period: 0n, credit: usdc(50), earned: usdc(500), held: usdc(450), fromBond: 0n, dueAt: on("2030-02-10") },
    });
    const dispute = [reported(FEB_2, 500), disputed(on("2030-02-03"), "provider", 50)];
    const ruled = final(on("2030-02-21"), {
      credit: usdc(500),
      earned: usdc(500),
      ruling: 1n,
      dueAt: on("2030-02-21"),
    });
    expect(given([...dispute, split])).to.equal(usdc(50));
    expect(given([...dispute, split, ruled])).to.equal(usdc(500));
  });
});

describe("the bond", () => {
  const agreement = watched(bonded);
  const bondAt = (now: bigint, events: readonly TimedEvent[]) => at(now, events, { agreement }).bond;

  it("is there from the provider's acceptance until it takes that back", () => {
    const now = on("2029-12-15");
    const back = (name: "client" | "provider") => event("Unaccepted", now, { seat: seat(name) });
    expect(bondAt(now, [accepted("client")])).to.equal(0n);
    expect(bondAt(now, [accepted("provider")])).to.equal(usdc(500));
    expect(bondAt(now, [accepted("provider"), back("client")])).to.equal(usdc(500));
    expect(bondAt(now, [accepted("provider"), back("provider")])).to.equal(0n);
  });

  it("pays what the fee does not, as far as it goes, and less when it was drawn before", () => {
    const events = [...[...ACTIVE, reported(FEB_2, 1_400), reported(on("2030-03-02"), 1_400, { period: 1 })]];
    expect(shown(at(on("2030-03-09"), events, { agreement }))).to.equal(
      plainly(`
      0: report 0 of 1400 2 Feb 2030
      0: final 1400, 0, 400 of the bond, ruling none 9 Feb 2030
      1: report 0 of 1400 2 Mar 2030
      1: final 1100, 0, 100 of the bond, ruling none 9 Mar 2030
      given 2500, bond 0
    `),
    );
    const posted = event("BondPosted", on("2030-03-03"), { amount: usdc(400) });
    const told = final(on("2030-02-09"), {
      ...{ credit: usdc(1_400), earned: 0n, fromBond: usdc(400), dueAt: on("2030-02-09") },
    });
    const whole = [...ACTIVE, reported(FEB_2, 1_400), told, reported(on("2030-03-02"), 1_400, { period: 1 }), posted];
    expect(shown(at(on("2030-03-09"), whole, { agreement }))).to.equal(
      plainly(`
      0: report 0 of 1400 2 Feb 2030
      0: final 1400, 0, 400 of the bond, ruling none 9 Feb 2030
      1: report 0 of 1400 2 Mar 2030
      1: final 1400, 0, 400 of the bond, ruling none 9 Mar 2030
      given 2800, bond 100
    `),
    );
  });

  it("pays at the split what all offers agree on, and the rest with the ruling", () => {
    const dispute = [...ACTIVE, reported(FEB_2, 1_400), disputed(on("2030-02-03"), "provider", 1_100)];
    const reckoned = shown(at(on("2030-03-12"), dispute, { agreement }));
    expect(shown(at(on("2030-02-10"), dispute, { agreement }))).to.equal(
      plainly(`
      0: report 0 of 1400 2 Feb 2030
      0: provider claims 1100 for 50 3 Feb 2030
      0: split 1100, 0, held 0 10 Feb 2030
      given 1100, bond 400
    `),
    );
    expect(reckoned).to.equal(
      plainly(`
      0: report 0 of 1400 2 Feb 2030
      0: provider claims 1100 for 50 3 Feb 2030
      0: split 1100, 0, held 0 10 Feb 2030
      0: final 1400, 0, 400 of the bond, ruling declined 12 Mar 2030
      1: report 255 of 500 6 Mar 2030
      given 1400, bond 100
    `),
    );
    const split = event("Split", on("2030-02-20"), {
      ...{ period: 0n, credit: usdc(1_100), earned: 0n, held: 0n, fromBond: usdc(100), dueAt: on("2030-02-10") },
    });
    const told = final(on("2030-03-20"), {
      ...{ credit: usdc(1_400), earned: 0n, fromBond: usdc(400), ruling: 4n, dueAt: on("2030-03-12") },
    });
    expect(shown(at(on("2030-03-12"), [...dispute, split], { agreement })), "split by a call").to.equal(reckoned);
    expect(shown(at(on("2030-03-20"), [...dispute, split, told], { agreement })), "both by a call").to.equal(
      shown(at(on("2030-03-20"), dispute, { agreement })),
    );
  });
});
