import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { Mode, PPB, type Terms, Test, Unit } from "../../src/terms/types.ts";
import {
  type Agreement,
  activate,
  agreeBoth,
  at,
  boundaryOf,
  consentTo,
  counts,
  createAgreement,
  ethers,
  loadFixture,
  NO_EVIDENCE,
  world,
} from "../support/fixture.ts";

const sixteen = <T>(make: (i: number) => T): T[] => Array.from({ length: 16 }, (_, i) => make(i));
const FEE = 1_000_000_000n;
const LAST = 239;

/** The most that terms can hold, each silent month drawing on the bond, and steps: the dearest kind of tier. */
const LARGEST: Partial<Terms> = {
  fee: FEE,
  pledge: 1n,
  periods: 240,
  creditCap: 2n * PPB,
  silenceCredit: 2n * PPB,
  bond: 240n * FEE,
  termCreditCap: 480n * FEE,
  rulingWindow: 365n * DAY,
  chronic: [1, 2, 3, 240].map((window) => ({ count: 1, window, leastShare: 1n })),
  indicators: sixteen((id) => ({
    id,
    unit: Unit.Seconds,
    mode: Mode.DowntimeOnly,
    instances: 1n,
    excludedCap: 100n,
  })),
  objectives: sixteen((indicator) => ({
    indicator,
    tiers: sixteen((n) => ({
      test: Test.Below,
      proportional: false,
      threshold: 999_000_000n - BigInt(n),
      credit: BigInt(n + 1),
      per: 1n,
    })),
  })),
};

/** Months that are reported and disputed, and then forgotten by the arbiter. */
async function disputeFirst(a: Agreement, months: number): Promise<void> {
  await a.token.mint(a.client.address, 10n ** 15n);
  await a.token.connect(a.client).approve(a.address, ethers.MaxUint256);
  for (let k = 0; k < months; ++k) {
    await at(boundaryOf(a, k + 1));
    await a.escrow.connect(a.oracle).report(k, 0, await counts(a, k, 100n), NO_EVIDENCE);
    const allDown = (await counts(a, k)).map((m) => ({ ...m, bad: m.total }));
    await a.escrow.connect(a.client).dispute(k, 0, allDown, NO_EVIDENCE);
  }
}

describe("SLAEscrow: a report after the longest backlog", () => {
  it("stays within what a committee gives each report, even cut by a second and with 13 disputes lapsing", async () => {
    const a = await createAgreement(await loadFixture(world), LARGEST);
    await activate(a);
    await agreeBoth(a, consentTo("End", { end: boundaryOf(a, LAST + 1) - 1n }));
    await disputeFirst(a, 13);
    const committee = await ethers.deployContract("OracleCommittee", [[a.oracle.address], 1]);
    const share = await committee.gasPerReport();

    const { base, start, end } = await a.lens.periodOf(a.address, LAST);
    await at(base);
    const worst = sixteen(() => ({ total: end - start, bad: end - start - 99n, excluded: 99n }));
    const sent = await a.escrow.connect(a.oracle).report(LAST, 0, worst, NO_EVIDENCE, { gasLimit: 15_000_000n });
    const { gasUsed } = (await sent.wait())!;

    expect((await a.escrow.state()).period).to.equal(BigInt(LAST));
    // Sent alone it pays 21,000 and its calldata besides.
    expect(gasUsed).to.be.lessThan((share * 9n) / 10n);
  });
});
