import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  active,
  type Agreement,
  agreeBoth,
  at,
  boundaryOf,
  consentTo,
  createAgreement,
  draft,
  Exit,
  FEE,
  loadFixture,
  Phase,
  reportPeriod,
  type Signer,
  START,
  timeTravelTo,
  world,
} from "../support/fixture.ts";

const terminate = (a: Agreement, who: Signer, exit: number = Exit.Notice) => a.escrow.connect(who).terminate(exit);
const EXITS = [Exit.Notice, Exit.ChronicFailure, Exit.BondShort, Exit.NonPayment];

describe("SLAEscrow: terminate", () => {
  it("refuses who is no party, whatever the exit", async () => {
    const a = await loadFixture(active);
    await timeTravelTo(START + DAY);
    for (const other of [a.oracle, a.arbiter, a.stranger]) {
      for (const exit of EXITS) {
        await expectRefusal(terminate(a, other, exit), a.escrow, "NotAParty", [other.address]);
      }
    }
  });

  it("refuses to leave without a reason", async () => {
    const a = await loadFixture(active);
    for (const party of [a.provider, a.client]) {
      await expectRefusal(terminate(a, party, Exit.None), a.escrow, "NoExit");
    }
  });

  it("refuses in a draft and after the close", async () => {
    const a = await loadFixture(draft);
    await expectRefusal(terminate(a, a.client), a.escrow, "NotActive");
    const b = await loadFixture(active);
    await timeTravelTo(boundaryOf(b, 12) + 12n * DAY);
    await expectRefusal(terminate(b, b.client), b.escrow, "NotActive");
  });

  for (const late of [0n, 1n]) {
    it(`refuses every exit ${late} s after the end, while the last period is open`, async () => {
      const a = await loadFixture(active);
      await at(boundaryOf(a, 12) + late);
      for (const party of [a.provider, a.client]) {
        for (const exit of EXITS) await expectRefusal(terminate(a, party, exit), a.escrow, "AgreementOver");
      }
    });
  }

  describe("notice", () => {
    it("ends after the notice periods when it is given before the start", async () => {
      const a = await loadFixture(active);
      expect(await eventsOf(a, terminate(a, a.client))).to.deep.equal([
        ["Terminated", 2n, BigInt(Exit.Notice), boundaryOf(a, 1)],
      ]);
      await expectState(a, { end: boundaryOf(a, 1), periods: 1n, committed: FEE });
    });

    it("ends at the start when no notice is agreed: nothing is earned, the client has all", async () => {
      const a = await createAgreement(await loadFixture(world), { noticePeriods: 0, start: START + 5n });
      await activate(a);
      await terminate(a, a.provider);
      await expectState(a, { end: START + 5n, periods: 0n, committed: 0n, phase: Phase.Active });
      await at(START + 4n);
      await expectState(a, { phase: Phase.Active });
      await at(START + 5n);
      await expectState(a, { phase: Phase.Closed, earnings: 0n, withdrawable: 12n * FEE });
    });

    it("is counted from the anchor's boundary when the first period is short", async () => {
      const a = await createAgreement(await loadFixture(world), { start: START + 10n * DAY });
      await activate(a);
      await terminate(a, a.provider);
      await expectState(a, { end: boundaryOf(a, 1), periods: 1n });
    });

    for (const [when, time, end] of [
      ["at the start", 0n, 2],
      ["a second before the first boundary", boundary1() - START - 1n, 2],
      ["on the first boundary", boundary1() - START, 3],
      ["a second after it", boundary1() - START + 1n, 3],
    ] as const) {
      it(`ends with period ${end - 1} when it is given ${when}`, async () => {
        const a = await loadFixture(active);
        for (const party of [a.provider, a.client]) {
          const seat = party === a.provider ? 1n : 2n;
          const before = await a.escrow.state();
          await at(START + time);
          if (before.end === boundaryOf(a, end)) {
            await expectRefusal(terminate(a, party), a.escrow, "EndNotEarlier", [before.end, before.end]);
          } else {
            expect(await eventsOf(a, terminate(a, party))).to.deep.equal([
              ["Terminated", seat, 1n, boundaryOf(a, end)],
            ]);
            await expectState(a, { end: boundaryOf(a, end), periods: BigInt(end) });
          }
        }
      });
    }

    it("refuses when the end would not come closer", async () => {
      const a = await loadFixture(active);
      await at(boundaryOf(a, 10));
      await expectRefusal(terminate(a, a.client), a.escrow, "EndNotEarlier", [boundaryOf(a, 12), boundaryOf(a, 12)]);
      await at(boundaryOf(a, 11));
      await expectRefusal(terminate(a, a.client), a.escrow, "EndNotEarlier", [boundaryOf(a, 13), boundaryOf(a, 12)]);
    });

    it("counts for the last time a second before", async () => {
      const a = await loadFixture(active);
      await at(boundaryOf(a, 10) - 1n);
      await terminate(a, a.client);
      await expectState(a, { end: boundaryOf(a, 11), periods: 11n });
    });

    it("is refused when an agreed end lies before its own", async () => {
      const a = await loadFixture(active);
      const end = boundaryOf(a, 2) + 3n * DAY;
      await agreeBoth(a, consentTo("End", { end }));
      await expectState(a, { end, periods: 3n });
      await at(boundaryOf(a, 1));
      await expectRefusal(terminate(a, a.client), a.escrow, "EndNotEarlier", [boundaryOf(a, 3), end]);
      await expectState(a, { end });
    });

    it("leaves open periods their windows; the close follows the last of them", async () => {
      const a = await loadFixture(active);
      await timeTravelTo(START + DAY);
      await terminate(a, a.provider);
      await reportPeriod(a, 0);
      await reportPeriod(a, 1, { time: boundaryOf(a, 2) + 5n * DAY - 1n });
      const close = boundaryOf(a, 2) + 12n * DAY - 1n;
      await at(close - 1n);
      await expectState(a, { phase: Phase.Active, earnings: FEE });
      await at(close);
      await expectState(a, { phase: Phase.Closed, earnings: 2n * FEE, withdrawable: 10n * FEE });
      await expectConserved(a);
    });
  });
});

/** 2025-02-01 */
function boundary1(): bigint {
  return START + 31n * DAY;
}
