import { expect } from "chai";
import { expectRefusal } from "../support/expect.ts";
import { consentTo, ethers, Exit, loadFixture, NO_EVIDENCE, NOBODY, Ruling, Seat, world } from "../support/fixture.ts";

const HASH = ethers.ZeroHash;

/** One call of each function. */
const CALLS: Record<string, readonly unknown[]> = {
  accept: [HASH],
  fund: [1n],
  fundWithPermit: [1n, 0n, 27, HASH, HASH],
  sync: [],
  report: [0, 0, [], NO_EVIDENCE],
  dispute: [0, 0, [], NO_EVIDENCE],
  rule: [0, Ruling.Report],
  settle: [],
  agree: [consentTo("End"), 0n],
  revoke: [consentTo("End")],
  postBond: [],
  claim: [NOBODY],
  withdraw: [NOBODY, 0n],
  terminate: [Exit.Notice],
  offerSeat: [NOBODY],
  takeSeat: [Seat.Client, 0n, 0n],
  sweep: [NOBODY],
  terms: [],
  termsHash: [],
  state: [],
  disputeOf: [0],
  chronicPeriods: [0],
  consentOf: [Seat.Client, consentTo("End")],
  seatOffer: [Seat.Client],
};

describe("SLAEscrow: the implementation itself", () => {
  it("is called in every way below", async () => {
    const { implementation } = await loadFixture(world);
    const names = implementation.interface.fragments
      .filter((fragment) => fragment.type === "function")
      .map((fragment) => (fragment as { name?: string }).name);
    expect(Object.keys(CALLS).toSorted()).to.deep.equal(names.toSorted());
  });

  for (const [name, args] of Object.entries(CALLS)) {
    it(`refuses ${name}`, async () => {
      const { implementation, client } = await loadFixture(world);
      const call = implementation
        .connect(client)
        .getFunction(name)
        .staticCall(...args);
      await expectRefusal(call, implementation, "ImplementationIsInert");
    });
  }
});

describe("SLABackOffice, called directly", () => {
  it("refuses all it can be called with: it acts only for an agreement", async () => {
    const { implementation, client } = await loadFixture(world);
    const office = await ethers.deployContract("SLABackOffice");
    const names = office.interface.fragments
      .filter((fragment) => fragment.type === "function")
      .map((fragment) => (fragment as { name?: string }).name!);
    expect(names.length).to.be.greaterThan(0);
    for (const name of names) {
      const args = CALLS[name];
      expect(args, name).not.to.equal(undefined);
      const call = office
        .connect(client)
        .getFunction(name)
        .staticCall(...args!);
      await expectRefusal(call, implementation, "ImplementationIsInert");
    }
  });
});
