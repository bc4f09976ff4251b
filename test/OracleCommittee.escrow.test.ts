import { expect } from "chai";
import type { BatchedReport } from "../src/chain/batch.ts";
import { encodeTerms } from "../src/terms/codec.ts";
import { Mode, PPB, Test, Unit, type Measurement, type Terms } from "../src/terms/types.ts";
import type { SLAEscrow } from "../typechain-types/index.ts";
import { flat, sampleTerms } from "./terms/sample-terms.ts";
import { committeeOfFive, delivery, ethers, leavesOf, networkHelpers, signBatch } from "./helpers/committee.ts";

const DAY = 86_400n;
const GAS = { gasLimit: 15_000_000 };
const [AWAITING, REPORTED] = [2n, 3n]; // stages
const sixteen = <T>(make: (i: number) => T): T[] => Array.from({ length: 16 }, (_, i) => make(i));

describe("OracleCommittee: agreements", () => {
  /** The committee, and `count` funded agreements between a provider and a client that name it as their oracle. */
  async function agreements(count: number, changes: Partial<Terms> = {}) {
    const fixture = await committeeOfFive();
    const [provider, client, arbiter] = fixture.newcomers;
    const oracle = await fixture.committee.getAddress();
    const token = await ethers.deployContract("TestUSD");
    const backOffice = await ethers.deployContract("SLABackOffice");
    const implementation = await ethers.deployContract("SLAEscrow", [backOffice]);
    const lens = await ethers.deployContract("SLALens");
    const factory = await ethers.deployContract("SLAFactory", [implementation, lens]);

    const start = BigInt(await networkHelpers.time.latest()) + DAY;
    const parties = { provider: provider!.address, client: client!.address, arbiter: arbiter!.address, oracle };
    const escrows: { address: string; escrow: SLAEscrow }[] = [];
    for (let i = 0; i < count; i++) {
      const terms = { ...parties, token: await token.getAddress(), anchor: start, start, ...changes };
      const packed = encodeTerms(sampleTerms({ ...terms, document: ethers.id(`document ${i}`) }));
      const address = await factory.addressOf(packed);
      await factory.create(packed);
      const escrow = await ethers.getContractAt("SLAEscrow", address);
      await token.mint(address, 480_000_000_000n);
      await token.mint(provider!.address, changes.bond ?? 0n);
      await token.connect(provider).approve(address, changes.bond ?? 0n);
      await escrow.connect(client).accept(ethers.keccak256(packed));
      await escrow.connect(provider).accept(ethers.keccak256(packed));
      escrows.push({ address, escrow });
    }
    /** Lets time pass to the opening of the report window of `period`. */
    const untilOver = async (period: bigint) => {
      const { base } = await lens.periodOf(escrows[0]!.address, period);
      await networkHelpers.time.increaseTo(base);
    };
    /** What the committee would report of `period`, one second of downtime more for each agreement. */
    const reportsOf = async (period: bigint, revision = 0n): Promise<BatchedReport[]> => {
      const { start: from, end } = await lens.periodOf(escrows[0]!.address, period);
      return escrows.map(({ address }, i) => ({
        agreement: address,
        period,
        revision,
        measurements: [{ total: end - from, bad: BigInt(i), excluded: 0n }],
        evidence: ethers.id(`evidence ${i} ${period} ${revision}`),
      }));
    };
    const argsFor = async (reports: readonly BatchedReport[]) =>
      delivery(reports, await signBatch(fixture.committee, fixture.members.slice(0, 3), reports));
    return { ...fixture, escrows, untilOver, reportsOf, argsFor };
  }
  const three = () => agreements(3);

  it("reports to every agreement, which tells it with the counts", async () => {
    const { committee, escrows, untilOver, reportsOf, argsFor } = await networkHelpers.loadFixture(three);
    await untilOver(0n);
    const reports = await reportsOf(0n);
    const sent = committee.deliver(...(await argsFor(reports)), GAS);
    for (const [i, { escrow }] of escrows.entries()) {
      const { measurements, evidence } = reports[i]!;
      const counts = measurements.map((m) => [m.total, m.bad, m.excluded]);
      await expect(sent).to.emit(escrow, "Reported").withArgs(0n, 0n, evidence, counts);
    }
  });

  it("leaves others alone when one agreement refuses, and changes nothing when delivered again", async () => {
    const { committee, escrows, untilOver, reportsOf, argsFor } = await networkHelpers.loadFixture(three);
    await untilOver(0n);
    const [a, b, c] = (await reportsOf(0n)) as [BatchedReport, BatchedReport, BatchedReport];
    const impossible = { ...b, measurements: [{ total: 1n, bad: 2n, excluded: 0n }] };
    const args = await argsFor([a, impossible, c]);
    await expect(committee.deliver(...args, GAS))
      .to.emit(committee, "ReportFailed")
      .withArgs(b.agreement, 0n, 0n);
    const before = await Promise.all(escrows.map(({ escrow }) => escrow.state()));
    expect(before.map((state) => state.stage)).to.deep.equal([REPORTED, AWAITING, REPORTED]);

    await networkHelpers.time.increase(DAY);
    expect(await committee.deliver.staticCall(...args, GAS)).to.equal(3n);
    await committee.deliver(...args, GAS);
    const after = await Promise.all(escrows.map(({ escrow }) => escrow.state()));
    expect(after).to.deep.equal(before);
  });

  it("delivers an old batch without effect, and the next revision with", async () => {
    const { committee, escrows, untilOver, reportsOf, argsFor } = await networkHelpers.loadFixture(three);
    await untilOver(0n);
    const first = await argsFor(await reportsOf(0n));
    const second = await argsFor(await reportsOf(0n, 1n));
    await committee.deliver(...first, GAS);
    await committee.deliver(...second, GAS);
    expect(await committee.deliver.staticCall(...first, GAS)).to.equal(3n);
    await untilOver(1n);
    expect(await committee.deliver.staticCall(...second, GAS)).to.equal(3n);
    expect((await escrows[0]!.escrow.state()).revision).to.equal(0n);
  });

  it("delivers later what was left out, with the same signatures", async () => {
    const { committee, escrows, members, untilOver, reportsOf } = await networkHelpers.loadFixture(three);
    await untilOver(0n);
    const reports = await reportsOf(0n);
    const signatures = await signBatch(committee, members.slice(0, 3), reports);
    for (const part of [reports.slice(2), reports.slice(0, 2)]) {
      await committee.deliver(...delivery(part, signatures, leavesOf(reports)), GAS);
    }
    for (const { escrow } of escrows) expect((await escrow.state()).stage).to.equal(REPORTED);
  });

  it("gives the largest report enough gas to settle 239 silent periods on the way", async () => {
    const fee = 1_000_000_000n;
    const { committee, escrows, untilOver, reportsOf, argsFor } = await agreements(1, {
      periods: 240,
      creditCap: 2n * PPB,
      silenceCredit: 2n * PPB, // each silent period draws on the bond
      bond: 240n * fee,
      termCreditCap: 480n * fee,
      chronic: [1, 2, 3, 240].map((window) => ({ count: 1, window, leastShare: 1n })),
      indicators: sixteen((id) => ({
        id,
        unit: Unit.Seconds,
        mode: Mode.DowntimeOnly,
        instances: 1n,
        excludedCap: 0n,
      })),
      objectives: sixteen((indicator) => ({
        indicator,
        tiers: sixteen((n) => ({
          ...flat(Test.Below, 999_000_000n - BigInt(n), BigInt(n + 1)),
          per: 1n, // steps: the dearest kind of tier
        })),
      })),
    });
    await untilOver(239n);
    const [one] = (await reportsOf(239n)) as [BatchedReport];
    const [{ total }] = one.measurements as [Measurement];
    const reports = [{ ...one, measurements: sixteen(() => ({ total, bad: total, excluded: 0n })) }];
    const receipt = await (await committee.deliver(...(await argsFor(reports)), GAS)).wait();
    expect((await escrows[0]!.escrow.state()).stage).to.equal(REPORTED);
    expect(receipt!.gasUsed).to.be.lessThan(((await committee.gasPerReport()) * 9n) / 10n);
  });

  it("reports to 100 agreements in one call", async () => {
    const { committee, untilOver, reportsOf, argsFor } = await agreements(100);
    for (const period of [0n, 1n]) {
      await untilOver(period);
      const args = await argsFor(await reportsOf(period));
      expect(await committee.deliver.staticCall(...args, GAS)).to.equal(0n);
      const receipt = await (await committee.deliver(...args, GAS)).wait();
      expect(receipt!.gasUsed).to.be.lessThan(100n * 45_000n); // bench measures it; this notices a blunder
    }
  });
});
