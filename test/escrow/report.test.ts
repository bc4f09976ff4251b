import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { type Indicator, type Measurement, Mode, Unit } from "../../src/terms/types.ts";
import { claimOf, contested, contestedWith, D, R, report, share, wait } from "../support/disputes.ts";
import { eventsOf, expectMoves, expectRefusal, expectState, othersThan } from "../support/expect.ts";
import {
  acceptAsClient,
  agreeBoth,
  type Agreement,
  at,
  below,
  boundaryOf,
  consentTo,
  counts,
  deposit,
  draft,
  ethers,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  Stage,
  START,
} from "../support/fixture.ts";

const FEBRUARY = 1_738_368_000n; // the end of period 0
const JANUARY = FEBRUARY - START; // its length

const send = (a: Agreement, measurements: readonly Measurement[], period = 0, revision = 0n) =>
  a.escrow.connect(a.oracle).report(period, revision, [...measurements], NO_EVIDENCE);

describe("report: window", () => {
  it("is refused one second before base", async () => {
    const a = await loadFixture(contested);
    const early = report(a, 0, 0, { time: FEBRUARY - 1n });
    await expectRefusal(early, a.escrow, "ReportTooEarly", [FEBRUARY - 1n, FEBRUARY]);
  });

  for (const [name, time] of [
    ["at base", FEBRUARY],
    ["in the last second", FEBRUARY + R - 1n],
  ] as const) {
    it(`stands ${name}, and nothing moves`, async () => {
      const a = await loadFixture(contested);
      await expectMoves(a, () => report(a, 0, 10, { time }), {});
      await expectState(a, {
        stage: Stage.Reported,
        revision: 0n,
        credit: share(10),
        reportedAt: time,
        period: 0n,
        balance: 12n * FEE,
        earnings: 0n,
      });
    });
  }

  it("is refused when it has just closed: silence stands", async () => {
    const a = await loadFixture(contested);
    const late = report(a, 0, 0, { time: FEBRUARY + R });
    await expectRefusal(late, a.escrow, "ReportTooLate", [FEBRUARY + R, FEBRUARY + R]);
    await wait(FEBRUARY + R);
    await expectState(a, { stage: Stage.Reported, revision: 255n, credit: share(50), reportedAt: FEBRUARY + R });
  });

  it("is refused when a window without an odd byte has just closed", async () => {
    // with the last byte of the start before it: were it read a byte early, it would be a window of decades
    const reportWindow = 6n * DAY;
    const a = await loadFixture(async () => contestedWith({ reportWindow }));
    const closed = FEBRUARY + reportWindow;
    await expectRefusal(report(a, 0, 0, { time: closed }), a.escrow, "ReportTooLate", [closed, closed]);
  });

  it("settles the period before on the way", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    const events = await eventsOf(a, report(a, 1, 0));
    const due = FEBRUARY + 7n * DAY;
    expect(events[0]).to.deep.equal(["PeriodFinal", 0n, share(10), share(90), due]);
    expect(events.map(([name]) => name)).to.deep.equal(["PeriodFinal", "Reported"]);
    await expectState(a, { period: 1n, earnings: share(90), balance: 12n * FEE - share(90) });
  });
});

describe("report: caller and phase", () => {
  it("is refused from anyone but the oracle", async () => {
    const a = await loadFixture(contested);
    await wait(FEBRUARY);
    const measurements = await counts(a, 0);
    for (const [, actor] of othersThan(a, a.oracle)) {
      const call = a.escrow.connect(actor).report(0, 0, measurements, NO_EVIDENCE);
      await expectRefusal(call, a.escrow, "NotTheOracle", [actor.address, a.oracle.address]);
    }
  });

  it("is refused in a draft and after it lapsed", async () => {
    const a = await loadFixture(draft);
    await deposit(a, FEE);
    await acceptAsClient(a);
    const measurements = [{ total: JANUARY, bad: 0n, excluded: 0n }];
    await expectRefusal(send(a, measurements), a.escrow, "NotActive");
    await wait(FEBRUARY);
    await expectRefusal(send(a, measurements), a.escrow, "NotActive");
  });

  it("is refused once it is closed", async () => {
    const a = await loadFixture(contested);
    await wait(boundaryOf(a, 13));
    await expectRefusal(send(a, [{ total: JANUARY, bad: 0n, excluded: 0n }], 11), a.escrow, "NotActive");
  });

  it("is refused for a resolved period and for one to come", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 0);
    const measurements = await counts(a, 1);
    await at(FEBRUARY + 1n);
    await expectRefusal(send(a, measurements, 1), a.escrow, "NotTheCurrentPeriod", [1, 0]);
    await at(FEBRUARY + 7n * DAY);
    await expectRefusal(send(a, measurements, 0), a.escrow, "NotTheCurrentPeriod", [0, 1]);
  });
});

describe("report: revisions", () => {
  it("start at 0", async () => {
    const a = await loadFixture(contested);
    await expectRefusal(report(a, 0, 0, { revision: 1n }), a.escrow, "WrongRevision", [1, 0]);
    await expectRefusal(report(a, 0, 0, { revision: 255n }), a.escrow, "WrongRevision", [255, 0]);
  });

  it("cannot be replayed, skipped, or be 255", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    for (const revision of [0n, 2n, 255n]) {
      await expectRefusal(report(a, 0, 0, { revision }), a.escrow, "WrongRevision", [revision, 1]);
    }
    await report(a, 0, 0, { revision: 1n });
    for (const revision of [0n, 1n, 3n]) {
      await expectRefusal(report(a, 0, 0, { revision }), a.escrow, "WrongRevision", [revision, 2]);
    }
  });

  it("replace the report and start the dispute window anew", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 25);
    const time = FEBRUARY + 2n * DAY;
    await report(a, 0, 0, { revision: 1n, time });
    await expectState(a, { stage: Stage.Reported, revision: 1n, credit: 0n, reportedAt: time });
    await wait(time + 7n * DAY - 1n);
    await expectState(a, { period: 0n });
    await wait(time + 7n * DAY);
    await expectState(a, { period: 1n, earnings: FEE, creditsGiven: 0n });
  });

  it("raise a credit of nothing", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 0);
    await report(a, 0, 25, { revision: 1n });
    await wait(FEBRUARY + 8n * DAY);
    await expectState(a, { period: 1n, earnings: share(75), creditsGiven: share(25) });
  });

  it("stand in the last second and are refused as the window closes", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 0);
    await report(a, 0, 10, { revision: 1n, time: FEBRUARY + R - 1n });
    const late = report(a, 0, 0, { revision: 2n, time: FEBRUARY + R });
    await expectRefusal(late, a.escrow, "ReportTooLate", [FEBRUARY + R, FEBRUARY + R]);
  });

  it("end at 254", async () => {
    const a = await loadFixture(contested);
    for (let revision = 0n; revision <= 254n; ++revision)
      await report(a, 0, 0, { revision, time: FEBRUARY + revision });
    await expectState(a, { revision: 254n, reportedAt: FEBRUARY + 254n });
    for (const revision of [0n, 254n, 255n, 256n]) {
      await expectRefusal(report(a, 0, 0, { revision }), a.escrow, "WrongRevision", [revision, 254]);
    }
  });

  it("are frozen by a dispute", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 10);
    await claimOf(a, a.client, 0, 25);
    await expectRefusal(report(a, 0, 25, { revision: 1n }), a.escrow, "ReportIsFrozen", [0]);
    await expectState(a, { stage: Stage.Disputed, credit: share(10), revision: 0n });
  });
});

// --------------------------------------------------------------------------------------------------------- counts

const seconds = (mode: Mode, instances = 1n, excludedCap = 0n): Indicator => ({
  id: 1,
  unit: Unit.Seconds,
  mode,
  instances,
  excludedCap,
});
const denominator = () => contestedWith({ indicators: [seconds(Mode.Denominator, 3n, 10n * JANUARY)] });
const downtimeOnly = () => contestedWith({ indicators: [seconds(Mode.DowntimeOnly, 3n, 10n * JANUARY)] });
const capped = () => contestedWith({ indicators: [seconds(Mode.DowntimeOnly, 1n, 3_601n)] });
const halfMonth = () =>
  contestedWith({ start: START + JANUARY / 2n, indicators: [seconds(Mode.DowntimeOnly, 1n, 3_601n)] });

/** `measurement` stands for period 0, with `credit`. */
async function expectStands(a: Agreement, measurement: Measurement, credit: bigint): Promise<void> {
  await at(FEBRUARY);
  await send(a, [measurement]);
  await expectState(a, { stage: Stage.Reported, credit });
}

async function expectRefused(a: Agreement, measurement: Measurement, error: string, args: unknown[]): Promise<void> {
  await at(FEBRUARY);
  await expectRefusal(send(a, [measurement]), a.escrow, error, args);
}

describe("report: one month after the other", () => {
  it("credits a single unit", async () => {
    const objectives = [{ indicator: 0, tiers: [below(999_000_000n, 1n)] }];
    const small = { fee: 10_000n, pledge: 0n, termCreditCap: 120_000n, chronic: [], objectives };
    const a = await loadFixture(async () => contestedWith(small));
    await expectStands(a, { total: JANUARY, bad: JANUARY / 10n, excluded: 0n }, 1n);
  });

  it("owes what M lacks of a fee", async () => {
    const a = await loadFixture(async () => contestedWith({}, (FEE * 7n) / 4n));
    for (const period of [0, 1, 2]) await report(a, period, 0);
    await expectState(a, { period: 2n, balance: 0n, owed: FEE / 4n, earnings: (FEE * 7n) / 4n });
  });

  it("tells a breach and the month that makes it final, to the byte", async () => {
    const a = await loadFixture(contested);
    await report(a, 0, 0);
    await report(a, 1, 10);
    const time = boundaryOf(a, 3);
    const measurements = await counts(a, 2, 5n);
    await at(time);
    const receipt = await (await send(a, measurements, 2)).wait();
    const tell = (name: "PeriodFinal" | "Reported", values: readonly unknown[]) =>
      a.escrow.interface.encodeEventLog(name, values);
    const told = receipt!.logs.map(({ topics, data }) => ({ topics: [...topics], data }));
    expect(told).to.deep.equal([
      tell("PeriodFinal", [1, share(10), FEE - share(10), boundaryOf(a, 2) + D]),
      tell("Reported", [2, 0, NO_EVIDENCE, measurements]),
    ]);
  });

  it("takes no second first report of a month that is final already, while its window is open", async () => {
    const a = await loadFixture(async () =>
      contestedWith({ reportWindow: 10n * DAY, disputeWindow: 8n * DAY, chronic: [] }),
    );
    for (const period of [0, 1]) {
      await report(a, period, 0);
      const { base } = await a.lens.periodOf(a.address, period);
      const again = report(a, period, 0, { time: base + 8n * DAY });
      await expectRefusal(again, a.escrow, "NotTheCurrentPeriod", [period, period + 1]);
    }
  });

  for (const months of [1, 12]) {
    it(`knows no period after the last, of months: ${months}`, async () => {
      const a = await loadFixture(async () =>
        contestedWith({ periodMonths: months, periods: 2, chronic: [] }, 12n * FEE),
      );
      for (const period of [0, 1]) await report(a, period, 0);
      const [from, to] = [boundaryOf(a, 2), boundaryOf(a, 3)];
      await at(to);
      await expectRefusal(send(a, [{ total: to - from, bad: 0n, excluded: 0n }], 2), a.escrow, "NotActive");
      await expectState(a, { earnings: 2n * FEE, balance: 10n * FEE });
    });
  }

  it("pays a short first month its share", async () => {
    const a = await loadFixture(async () => contestedWith({ start: START + 15n * DAY }));
    for (const period of [0, 1]) await report(a, period, 0);
    const { fee } = await a.lens.periodOf(a.address, 0);
    expect(fee).to.be.lessThan(FEE);
    await expectState(a, { period: 1n, earnings: fee });
  });

  it("counts the silent months between two reports", async () => {
    const a = await loadFixture(contested);
    for (const period of [0, 1, 2, 3, 4, 5, 8]) await report(a, period, 0);
    await expectState(a, { period: 8n, creditsGiven: 2n * share(50), earnings: 7n * FEE });
  });
});

describe("report: counts", () => {
  it("need one measurement per indicator", async () => {
    const a = await loadFixture(contested);
    const one = { total: JANUARY, bad: 0n, excluded: 0n };
    await at(FEBRUARY);
    await expectRefusal(send(a, []), a.escrow, "MeasurementCountDiffers", [0, 1]);
    await expectRefusal(send(a, [one, one]), a.escrow, "MeasurementCountDiffers", [2, 1]);
  });

  describe("downtime only", () => {
    const total = 3n * JANUARY;

    it("total is all the period's seconds", async () => {
      const a = await loadFixture(downtimeOnly);
      for (const wrong of [total - 1n, total + 1n, 2n * JANUARY, 0n]) {
        await expectRefused(a, { total: wrong, bad: 0n, excluded: 0n }, "TotalDiffers", [0, wrong, total]);
      }
      await expectStands(a, { total, bad: 0n, excluded: 0n }, 0n);
    });

    it("excluded is part of the total", async () => {
      const a = await loadFixture(downtimeOnly);
      const less = { total: total - 10n, bad: 0n, excluded: 10n };
      await expectRefused(a, less, "TotalDiffers", [0, total - 10n, total]);
    });

    it("bad and excluded fill the total at most", async () => {
      const a = await loadFixture(downtimeOnly);
      const over = { total, bad: total - 7n, excluded: 8n };
      await expectRefused(a, over, "BadAboveTotal", [0, total + 1n, total]);
      await expectStands(a, { ...over, excluded: 7n }, share(50));
    });

    it("bad is the total at most", async () => {
      const a = await loadFixture(downtimeOnly);
      await expectRefused(a, { total, bad: total + 1n, excluded: 0n }, "BadAboveTotal", [0, total + 1n, total]);
      await expectStands(a, { total, bad: total, excluded: 0n }, share(50));
    });
  });

  describe("denominator", () => {
    const all = 3n * JANUARY;

    it("total and excluded are all the period's seconds", async () => {
      const a = await loadFixture(denominator);
      for (const total of [all - 11n, all - 9n, all, all + 10n]) {
        await expectRefused(a, { total, bad: 0n, excluded: 10n }, "TotalDiffers", [0, total + 10n, all]);
      }
      await expectStands(a, { total: all - 10n, bad: 0n, excluded: 10n }, 0n);
    });

    it("bad is the total at most", async () => {
      const a = await loadFixture(denominator);
      const total = all - 10n;
      await expectRefused(a, { total, bad: total + 1n, excluded: 10n }, "BadAboveTotal", [0, total + 1n, total]);
      await expectStands(a, { total, bad: total, excluded: 10n }, share(50));
    });

    it("nothing measured is no breach", async () => {
      const a = await loadFixture(denominator);
      await expectRefused(a, { total: 0n, bad: 1n, excluded: all }, "BadAboveTotal", [0, 1, 0]);
      await expectStands(a, { total: 0n, bad: 0n, excluded: all }, 0n);
    });
  });

  for (const unit of ["Probes", "Tickets", "Packets", "Days"] as const) {
    describe(unit.toLowerCase(), () => {
      const MOST = 2n ** 64n - 1n;
      const plain = () =>
        contestedWith({
          indicators: [{ id: 1, unit: Unit[unit], mode: Mode.Count, instances: 1n, excludedCap: MOST }],
        });

      it("bad is the total at most", async () => {
        const a = await loadFixture(plain);
        await expectRefused(a, { total: 9n, bad: 10n, excluded: 0n }, "BadAboveTotal", [0, 10, 9]);
        await expectStands(a, { total: 9n, bad: 9n, excluded: 1_000n }, share(50));
      });

      it("nothing measured is no breach", async () => {
        await expectStands(await loadFixture(plain), { total: 0n, bad: 0n, excluded: 0n }, 0n);
      });

      it("the greatest counts stand", async () => {
        await expectStands(await loadFixture(plain), { total: MOST, bad: MOST, excluded: MOST }, share(50));
      });
    });
  }

  it("are each of their own indicator", async () => {
    const two = [1n, 2n].map((instances, i) => ({ ...seconds(Mode.DowntimeOnly, instances), id: i + 1 }));
    const a = await loadFixture(async () => contestedWith({ indicators: two }));
    const one = { total: JANUARY, bad: 0n, excluded: 0n };
    await at(FEBRUARY);
    await expectRefusal(send(a, [one, one]), a.escrow, "TotalDiffers", [1, JANUARY, 2n * JANUARY]);
    await send(a, [one, { ...one, total: 2n * JANUARY }]);
    await expectState(a, { stage: Stage.Reported, credit: 0n });
  });

  it("are numbers of 64 bits: greater ones are refused without a word", async () => {
    const plain = { id: 1, unit: Unit.Probes, mode: Mode.Count, instances: 1n, excludedCap: 2n ** 64n - 1n };
    const a = await loadFixture(() => contestedWith({ indicators: [plain] }));
    await at(FEBRUARY);
    const { selector } = a.escrow.interface.getFunction("report");
    const types = ["uint32", "uint16", "tuple(uint256, uint256, uint256)[]", "bytes32"];
    for (const great of [2n ** 64n, 2n ** 192n]) {
      for (const numbers of [
        [great, 0n, 0n],
        [2n * great, great, 0n],
        [great, 0n, great],
      ]) {
        const values = ethers.AbiCoder.defaultAbiCoder().encode(types, [0, 0, [numbers], NO_EVIDENCE]);
        const data = ethers.concat([selector, values]);
        await expect(a.oracle.sendTransaction({ to: a.address, data })).to.be.revertedWithoutReason(ethers);
      }
    }
  });

  it("excluded is the cap at most", async () => {
    const a = await loadFixture(capped);
    const over = { total: JANUARY, bad: 0n, excluded: 3_602n };
    await expectRefused(a, over, "ExcludedAboveCap", [0, 3_602, 3_601]);
    await expectStands(a, { ...over, excluded: 3_601n }, 0n);
  });

  it("in half a month the cap is half, rounded down", async () => {
    const a = await loadFixture(halfMonth);
    const over = { total: JANUARY / 2n, bad: 0n, excluded: 1_801n };
    await expectRefused(a, over, "ExcludedAboveCap", [0, 1_801, 1_800]);
    await expectStands(a, { ...over, excluded: 1_800n }, 0n);
  });

  it("in a period cut by a termination the cap is scaled too", async () => {
    const a = await loadFixture(capped);
    await wait(START);
    await a.escrow.connect(a.client).terminate(1);
    await report(a, 0, 0);
    const end = FEBRUARY + 14n * DAY; // half of February
    await agreeBoth(a, consentTo("End", { end }));
    const { base } = await a.lens.periodOf(a.address, 1);
    await at(base);
    const over = { total: 14n * DAY, bad: 0n, excluded: 1_801n };
    await expectRefusal(send(a, [over], 1), a.escrow, "ExcludedAboveCap", [0, 1_801, 1_800]);
    await send(a, [{ ...over, excluded: 1_800n }], 1);
  });
});

describe("report: event", () => {
  it("tells period, credit, evidence and counts; a correction its revision before", async () => {
    const a = await loadFixture(contested);
    const root = ethers.id("root");
    await at(FEBRUARY);
    const oracle = a.escrow.connect(a.oracle);
    const first = oracle.report(0, 0, [{ total: JANUARY, bad: 40_000n, excluded: 0n }], root);
    expect(await eventsOf(a, first)).to.deep.equal([["Reported", 0n, share(25), root, [[JANUARY, 40_000n, 0n]]]]);
    const second = oracle.report(0, 1, [{ total: JANUARY, bad: 0n, excluded: 0n }], root);
    expect(await eventsOf(a, second)).to.deep.equal([
      ["Revised", 0n, 1n],
      ["Reported", 0n, 0n, root, [[JANUARY, 0n, 0n]]],
    ]);
  });
});
