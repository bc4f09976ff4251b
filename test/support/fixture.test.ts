import { expect } from "chai";
import { expectConserved, expectMoves, expectState } from "./expect.ts";
import { active, bonded, boundaryOf, FEE, loadFixture, Phase, reportPeriod, START, usd } from "./fixture.ts";

describe("fixtures", () => {
  it("make an active agreement that is funded for its term", async () => {
    const a = await loadFixture(active);
    await expectState(a, { phase: Phase.Active, balance: 12n * FEE, bond: 0n, end: boundaryOf(a, 12) });
    expect(await a.lens.periodOf(a.address, 0)).to.deep.equal([START, boundaryOf(a, 1), FEE, boundaryOf(a, 1)]);
    await expectConserved(a);
  });

  it("make one with a bond", async () => {
    await expectState(await loadFixture(bonded), { phase: Phase.Active, bond: usd(500) });
  });

  it("report a period and settle the one before", async () => {
    const a = await loadFixture(active);
    await reportPeriod(a, 0, { bad: 4_740n });
    await reportPeriod(a, 1);
    await expectState(a, { period: 1n, earnings: usd(900), balance: usd(11_100), creditsGiven: usd(100) });
    await expectMoves(a, () => a.escrow.connect(a.provider).claim(a.stranger), {
      escrow: -usd(900),
      stranger: usd(900),
    });
    await expectConserved(a);
  });
});
