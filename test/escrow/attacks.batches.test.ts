/** Batches of a committee against real agreements; what the committee does by itself is in `OracleCommittee.*.test.ts`. */
import { expect } from "chai";
import {
  type BatchedReport,
  batchTypes,
  committeeDomain,
  inOrder,
  leafOf,
  packReports,
} from "../../src/chain/batch.ts";
import type { OracleCommittee } from "../../typechain-types/index.ts";
import { D, R, share, withStakes } from "../support/disputes.ts";
import { expectConserved, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  type Agreement,
  at,
  boundaryOf,
  counts,
  createAgreement,
  ethers,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  now,
  type Signer,
  Stage,
  usd,
  world,
} from "../support/fixture.ts";

const Manner = { Revert: 2, BurnGas: 3, ReturnBomb: 4, RevertBomb: 5 } as const;

interface Watched {
  readonly a: Agreement;
  readonly committee: OracleCommittee;
  readonly members: readonly Signer[];
}

async function watched(periods: number): Promise<Watched> {
  const w = await world();
  const members = (await ethers.getSigners()).slice(8, 11);
  members.sort((x, y) => (BigInt(x.address) < BigInt(y.address) ? -1 : 1));
  const committee = await ethers.deployContract("OracleCommittee", [members.map(({ address }) => address), 2]);
  const oracle = await committee.getAddress();
  const a = await createAgreement(w, { oracle, periods, termCreditCap: BigInt(periods) * FEE });
  await activate(a);
  return { a: await withStakes(a), committee, members };
}
const oneYear = () => watched(12);
const twentyYears = () => watched(240);

async function reportOf(a: Agreement, period: number, bad = 0n, revision = 0n): Promise<BatchedReport> {
  return {
    agreement: a.address,
    period: BigInt(period),
    revision,
    measurements: await counts(a, period, bad),
    evidence: NO_EVIDENCE,
  };
}

/** Two members sign; the returned call delivers `part` of the batch as often as it is made. */
async function signed({ a, committee, members }: Watched, reports: readonly BatchedReport[]) {
  const domain = committeeDomain(31_337n, await committee.getAddress());
  const signatures = await Promise.all(
    members.slice(0, 2).map(async (member) => ({
      signer: member.address,
      signature: await member.signTypedData(domain, batchTypes, { reports }),
    })),
  );
  const leaves = reports.map(leafOf);
  return (part = reports, gasLimit = 16_000_000n) =>
    committee.connect(a.stranger).deliver(packReports(part), leaves, inOrder(signatures), { gasLimit });
}

const misbehaving = (manner: number) => async (): Promise<string> =>
  (await ethers.deployContract("AgreementMock", [manner])).getAddress();

describe("attack through a batch", () => {
  it("replayed batch: an old revision never has an effect", async () => {
    const world_ = await loadFixture(oneYear);
    const { a, committee } = world_;
    const first = await signed(world_, [await reportOf(a, 0, 40_000n)]);
    const second = await signed(world_, [await reportOf(a, 0, 0n, 1n)]);
    await at(boundaryOf(a, 1));
    await first();
    await second();
    await expectState(a, { revision: 1n, credit: 0n });
    for (const replay of [first, second]) {
      await expect(replay()).to.emit(committee, "ReportFailed");
      await expectState(a, { revision: 1n, credit: 0n });
    }
    await at(boundaryOf(a, 1) + D + 60n);
    await expect(first()).to.emit(committee, "ReportFailed");
    await expectState(a, { period: 1n, earnings: FEE, creditsGiven: 0n });
  });

  for (const [name, make, failures] of [
    ["without code", async () => Promise.resolve(ethers.Wallet.createRandom().address), 1],
    ["reverting", misbehaving(Manner.Revert), 1],
    ["burning gas", misbehaving(Manner.BurnGas), 1],
    ["returning a bomb", misbehaving(Manner.ReturnBomb), 0],
    ["reverting with a bomb", misbehaving(Manner.RevertBomb), 1],
  ] as const) {
    it(`an entry ${name}: the real one beside it is delivered`, async () => {
      const world_ = await loadFixture(oneYear);
      const { a, committee } = world_;
      const real = await reportOf(a, 0, 40_000n);
      const bad = { ...real, agreement: await make() };
      const deliver = await signed(world_, [bad, real]);
      await at(boundaryOf(a, 1));
      const sent = deliver();
      const delivered = await (await sent).wait();
      const event = committee.interface.parseLog(delivered!.logs.at(-1)!)!;
      expect([event.name, event.args[1], event.args[2]]).to.deep.equal(["BatchDelivered", 2n, BigInt(failures)]);
      await expectState(a, { stage: Stage.Reported, credit: share(25) });
    });
  }

  it("starved of gas: nothing is delivered, and the same signatures deliver it later", async () => {
    const world_ = await loadFixture(oneYear);
    const { a, committee } = world_;
    const deliver = await signed(world_, [await reportOf(a, 0, 40_000n)]);
    await at(boundaryOf(a, 1));
    const floor = await committee.gasFloor();
    await expect(deliver(undefined, floor)).to.be.revertedWithCustomError(committee, "GasBelowFloor");
    await expectState(a, { stage: Stage.Awaiting });
    await deliver();
    await expectState(a, { stage: Stage.Reported, credit: share(25) });
  });

  it("239 silent periods behind one entry: the last report still arrives, within an entry's gas", async () => {
    const world_ = await loadFixture(twentyYears);
    const { a, committee } = world_;
    const deliver = await signed(world_, [await reportOf(a, 239, 40_000n)]);
    await at(boundaryOf(a, 240) + R - 1n);
    const receipt = await (await deliver(undefined, (await committee.gasFloor()) + 200_000n)).wait();
    expect(receipt!.logs.filter(({ address }) => address === a.address).length).to.equal(240);
    await expectState(a, { period: 239n, stage: Stage.Reported, credit: share(25), earnings: 239n * share(50) });
    await expectConserved(a);
  });

  it("a report signed for another period or by too few does nothing", async () => {
    const world_ = await loadFixture(oneYear);
    const { a, committee, members } = world_;
    const early = await signed(world_, [await reportOf(a, 1)]);
    await at(boundaryOf(a, 1));
    await expect(early()).to.emit(committee, "ReportFailed").withArgs(a.address, 1, 0);
    const few = await signed({ ...world_, members: members.slice(0, 1) }, [await reportOf(a, 0)]);
    await expectRefusal(few(), committee, "TooFewSignatures", [1, 2]);
    await expectState(a, { stage: Stage.Awaiting, earnings: 0n, balance: usd(12_000) });
    expect(await now()).to.be.greaterThan(0n);
  });
});
