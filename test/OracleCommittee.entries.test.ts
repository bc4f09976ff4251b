import { expect } from "chai";
import { packReports, type BatchedReport } from "../src/chain/batch.ts";
import type { OracleCommittee } from "../typechain-types/index.ts";
import {
  Manner,
  committeeOfFive,
  delivery,
  deployAgreement,
  digestOf,
  ethers,
  eventsOf,
  expectEvents,
  leavesOf,
  networkHelpers,
  received,
  reportFor,
  signBatch,
} from "./helpers/committee.ts";

const UINT64_MAX = 2n ** 64n - 1n;

describe("OracleCommittee: entries", () => {
  /** A committee of one, for tests in which signing is not the matter. */
  async function single() {
    const fixture = await committeeOfFive();
    const [member] = fixture.members;
    const committee = await ethers.deployContract("OracleCommittee", [[member!.address], 1]);
    const address = await committee.getAddress();
    const argsFor = async (reports: readonly BatchedReport[]) =>
      delivery(reports, await signBatch(committee, [member!], reports));
    return { ...fixture, committee, address, argsFor };
  }

  it("refuses an empty batch", async () => {
    const { committee, argsFor } = await networkHelpers.loadFixture(single);
    await expect(committee.deliver(...(await argsFor([])))).to.be.revertedWithCustomError(committee, "EmptyBatch");
  });

  it("refuses missing and left-over bytes", async () => {
    const { committee, reports, argsFor } = await networkHelpers.loadFixture(single);
    const [packed, leaves, signatures] = await argsFor(reports.slice(0, 1));
    const differs = (given: string, actual: bigint, expected: bigint) =>
      expect(committee.deliver(given, leaves, signatures))
        .to.be.revertedWithCustomError(committee, "ReportsLengthDiffers")
        .withArgs(actual, expected);
    await differs(ethers.dataSlice(packed, 0, 78), 78n, 79n);
    await differs(ethers.dataSlice(packed, 0, 54), 54n, 79n);
    await differs(ethers.concat([packed, "0x00"]), 80n, 134n);
    await differs(ethers.concat([packed, ethers.dataSlice(packed, 0, 78)]), 157n, 158n);
  });

  it("calls each agreement with exactly its measurements, from none to 255 of the largest", async () => {
    const { committee, address, agreements, argsFor } = await networkHelpers.loadFixture(single);
    const most = { total: UINT64_MAX, bad: UINT64_MAX - 1n, excluded: UINT64_MAX - 2n };
    const reports = [0, 1, 2, 255, 1].map((count, i) => ({
      ...reportFor(agreements[i % 3]!, i),
      period: BigInt(255 - i),
      revision: BigInt(254 - i),
      measurements: Array.from({ length: count }, (_, n) => ({ ...most, bad: most.bad - BigInt(n) })),
    }));
    const events = await eventsOf(committee.deliver(...(await argsFor(reports))), committee);
    expectEvents(events, [
      ...reports.map((report) => received(address, report)),
      [address, "BatchDelivered", await digestOf(committee, reports), 5n, 0n],
    ]);
  });

  it("calls an agreement with nothing but its report", async () => {
    const { committee, agreements, argsFor } = await networkHelpers.loadFixture(single);
    const [agreement] = agreements;
    const report = reportFor(agreement!, 0);
    await networkHelpers.setCode(agreement!, "0x366000600037366000a000"); // logs its calldata
    const receipt = await (await committee.deliver(...(await argsFor([report])))).wait();
    const { period, revision, measurements, evidence } = report;
    const abi = (await ethers.getContractFactory("AgreementMock")).interface;
    const call = abi.encodeFunctionData("report", [period, revision, measurements, evidence]);
    expect(receipt!.logs.find(({ address }) => address === agreement)?.data).to.equal(call);
  });

  it("delivers the others when entries have no code, revert, burn all gas or revert with a bomb", async () => {
    const { committee, address, stranger, agreements, argsFor } = await networkHelpers.loadFixture(single);
    const entries = [
      stranger.address,
      agreements[0]!,
      await deployAgreement(Manner.Revert),
      await deployAgreement(Manner.BurnGas),
      agreements[1]!,
      await deployAgreement(Manner.RevertBomb),
      address, // the committee itself takes no reports
      agreements[2]!,
    ];
    const reports = entries.map((agreement, i) => ({ ...reportFor(agreement, i), revision: BigInt(10 + i) }));
    const args = await argsFor(reports);
    expect(await committee.deliver.staticCall(...args)).to.equal(5n);
    const events = await eventsOf(committee.deliver(...args, { gasLimit: 15_000_000 }), committee);
    const isTaken = (report: BatchedReport) => agreements.includes(report.agreement);
    expectEvents(events, [
      ...reports.map((report) =>
        isTaken(report)
          ? received(address, report)
          : [address, "ReportFailed", report.agreement, report.period, report.revision],
      ),
      [address, "BatchDelivered", await digestOf(committee, reports), 8n, 5n],
    ]);
  });

  it("gives a misbehaving entry its share of gas and no more", async () => {
    const { committee, argsFor } = await networkHelpers.loadFixture(single);
    const gasOf = async (manner: number) => {
      const args = await argsFor([reportFor(await deployAgreement(manner))]);
      return (await (await committee.deliver(...args, { gasLimit: 15_000_000 })).wait())!.gasUsed;
    };
    const plain = await gasOf(Manner.Ignore);
    expect((await gasOf(Manner.BurnGas)) - plain).to.be.within(4_990_000n, 5_003_000n);
    for (const bomb of [Manner.ReturnBomb, Manner.RevertBomb]) {
      // filling its own memory costs the entry 523,000; copying the answer would cost the committee as much again
      expect((await gasOf(bomb)) - plain).to.be.within(520_000n, 530_000n);
    }
  });

  it("counts an entry that returns a bomb as delivered", async () => {
    const { committee, address, argsFor } = await networkHelpers.loadFixture(single);
    const reports = [reportFor(await deployAgreement(Manner.ReturnBomb))];
    expectEvents(await eventsOf(committee.deliver(...(await argsFor(reports))), committee), [
      [address, "BatchDelivered", await digestOf(committee, reports), 1n, 0n],
    ]);
  });

  it("gains an entry nothing that it calls back with the same batch", async () => {
    const { committee, address, agreements, argsFor } = await networkHelpers.loadFixture(single);
    const caller = await ethers.deployContract("AgreementMock", [Manner.CallBack]);
    const reports = [reportFor(await caller.getAddress()), reportFor(agreements[0]!)];
    const args = await argsFor(reports);
    await caller.setCallBack(committee.interface.encodeFunctionData("deliver", args));
    const events = await eventsOf(committee.deliver(...args, { gasLimit: 15_000_000 }), committee);
    // inside its share the floor of another delivery is out of reach
    const [, , succeeded, answer] = events[0]!;
    expect(succeeded).to.be.false;
    const error = committee.interface.parseError(answer as string);
    expect(error?.name).to.equal("GasBelowFloor");
    expectEvents(events.slice(1), [
      received(address, reports[1]!),
      [address, "BatchDelivered", await digestOf(committee, reports), 2n, 0n],
    ]);
  });

  describe("gas", () => {
    type Args = ReturnType<typeof delivery>;

    /** The least gas limit with which a delivery does not revert. */
    async function leastGasLimit(committee: OracleCommittee, args: Args): Promise<bigint> {
      let [tooLow, enough] = [100_000n, 15_000_000n];
      while (enough - tooLow > 1n) {
        const middle = (tooLow + enough) / 2n;
        const isEnough = await committee.deliver.staticCall(...args, { gasLimit: middle }).then(
          () => true,
          () => false,
        );
        if (isEnough) enough = middle;
        else tooLow = middle;
      }
      return enough;
    }

    for (const [name, count] of [
      ["the first entry", 1],
      ["a later entry", 3],
    ] as const) {
      it(`gives ${name} its whole share, or reverts before anything is delivered`, async () => {
        const { committee, reports, argsFor } = await networkHelpers.loadFixture(single);
        const args = await argsFor(reports.slice(0, count));
        const floor = await committee.gasFloor();
        const least = await leastGasLimit(committee, args);

        const sent = committee.deliver(...args, { gasLimit: least });
        const events = await eventsOf(sent, committee);
        expect(events).to.have.length(count + 1);
        for (const [, , , , , , , gas] of events.slice(0, count)) {
          expect(gas).to.be.within(4_999_000n, 5_000_000n); // less its first steps
        }
        await expect(committee.deliver(...args, { gasLimit: least - 1n }))
          .to.be.revertedWithCustomError(committee, "GasBelowFloor")
          .withArgs(floor - 1n, floor);
      });
    }

    it("does not ask for the floor where there is nothing to call", async () => {
      const { committee, address, stranger, argsFor } = await networkHelpers.loadFixture(single);
      const reports = [reportFor(stranger.address)];
      const events = await eventsOf(committee.deliver(...(await argsFor(reports)), { gasLimit: 200_000 }), committee);
      expectEvents(events, [
        [address, "ReportFailed", stranger.address, 0n, 0n],
        [address, "BatchDelivered", await digestOf(committee, reports), 1n, 1n],
      ]);
    });

    it("costs less than 6,000 a report in a batch of 100, apart from what the agreement does", async () => {
      const { committee, argsFor } = await networkHelpers.loadFixture(single);
      const agreements = Array.from({ length: 100 }, (_, i) => ethers.dataSlice(ethers.id(`stop ${i}`), 12));
      for (const agreement of agreements) await networkHelpers.setCode(agreement, "0x00");
      const gasOf = async (count: number) => {
        const args = await argsFor(agreements.slice(0, count).map((agreement, i) => reportFor(agreement, i)));
        return (await (await committee.deliver(...args, { gasLimit: 15_000_000 })).wait())!.gasUsed;
      };
      expect(await gasOf(1)).to.be.lessThan(45_000n);
      expect(await gasOf(20)).to.be.lessThan(20n * 7_500n);
      expect(await gasOf(100)).to.be.lessThan(100n * 6_000n);
    });
  });

  describe("again, in part", () => {
    it("delivers the whole batch with its leaves, under the same digest", async () => {
      const { committee, address, members, reports } = await networkHelpers.loadFixture(committeeAndSignatures);
      const signatures = await signBatch(committee, members.slice(0, 3), reports);
      const sent = committee.deliver(...delivery(reports, signatures, leavesOf(reports)));
      expectEvents(await eventsOf(sent, committee), [
        ...reports.map((report) => received(address, report)),
        [address, "BatchDelivered", await digestOf(committee, reports), 3n, 0n],
      ]);
    });

    it("delivers every subset in order with the same signatures, after the whole", async () => {
      const { committee, address, reports, signatures } = await networkHelpers.loadFixture(committeeAndSignatures);
      await committee.deliver(...delivery(reports, signatures));
      for (const kept of [[0], [1], [2], [0, 1], [0, 2], [1, 2]]) {
        const part = kept.map((i) => reports[i]!);
        const sent = committee.deliver(...delivery(part, signatures, leavesOf(reports)));
        expectEvents(await eventsOf(sent, committee), [
          ...part.map((report) => received(address, report)),
          [address, "BatchDelivered", await digestOf(committee, reports), BigInt(part.length), 0n],
        ]);
      }
    });

    it("refuses a report that is not among the leaves", async () => {
      const { committee, reports, signatures } = await networkHelpers.loadFixture(committeeAndSignatures);
      const forged = { ...reports[1]!, period: 9n };
      await expect(committee.deliver(...delivery([reports[0]!, forged], signatures, leavesOf(reports))))
        .to.be.revertedWithCustomError(committee, "NotInBatch")
        .withArgs(1n, leavesOf([forged])[0]);
    });

    it("refuses reports out of order, and one given twice", async () => {
      const { committee, reports, signatures } = await networkHelpers.loadFixture(committeeAndSignatures);
      const [a, b, c] = reports as [BatchedReport, BatchedReport, BatchedReport];
      for (const given of [
        [b, a],
        [a, a],
        [c, c],
      ]) {
        await expect(committee.deliver(...delivery(given, signatures, leavesOf(reports))))
          .to.be.revertedWithCustomError(committee, "NotInBatch")
          .withArgs(1n, leavesOf(given)[1]);
      }
    });

    it("refuses leaves that are not the signed ones", async () => {
      const { committee, members, reports, signatures } = await networkHelpers.loadFixture(committeeAndSignatures);
      const leaves = leavesOf(reports);
      for (const wrong of [leaves.slice(0, 2), [...leaves, ethers.id("more")], leaves.with(2, ethers.id("other"))]) {
        await expect(committee.deliver(...delivery(reports.slice(0, 1), signatures, wrong)))
          .to.be.revertedWithCustomError(committee, "WrongSignature")
          .withArgs(members[0]!.address);
      }
    });

    it("refuses leaves without reports", async () => {
      const { committee, reports, signatures } = await networkHelpers.loadFixture(committeeAndSignatures);
      await expect(committee.deliver(packReports([]), leavesOf(reports), signatures)).to.be.revertedWithCustomError(
        committee,
        "EmptyBatch",
      );
    });

    async function committeeAndSignatures() {
      const fixture = await committeeOfFive();
      const signatures = await signBatch(fixture.committee, fixture.members.slice(0, 3), fixture.reports);
      return { ...fixture, address: await fixture.committee.getAddress(), signatures };
    }
  });
});
