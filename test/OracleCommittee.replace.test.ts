import { expect } from "chai";
import type { MemberSignature } from "../src/chain/batch.ts";
import {
  addressesOf,
  ascending,
  committeeOfFive,
  delivery,
  ethers,
  networkHelpers,
  signBatch,
  signReplacement,
} from "./helpers/committee.ts";

describe("OracleCommittee: replace", () => {
  /** Two old members stay, three come; four of five must sign from then on. */
  async function replacement() {
    const fixture = await committeeOfFive();
    const next = ascending([...fixture.members.slice(0, 2), ...fixture.newcomers.slice(0, 3)]);
    const signed = { members: addressesOf(next), threshold: 4n, nonce: 0n };
    const signatures = await signReplacement(fixture.committee, fixture.members.slice(0, 3), signed);
    return { ...fixture, next, signed, signatures };
  }

  it("seats the new members, lets the old go, raises the nonce and tells it", async () => {
    const { committee, stranger, members, next, signed, signatures } = await networkHelpers.loadFixture(replacement);
    await expect(committee.connect(stranger).replace(signed.members, 4n, signatures))
      .to.emit(committee, "MembersReplaced")
      .withArgs(signed.members, 4n, 1n);
    expect(await committee.members()).to.deep.equal(signed.members);
    expect(await committee.threshold()).to.equal(4n);
    expect(await committee.nonce()).to.equal(1n);
    for (const { address } of next) expect(await committee.isMember(address)).to.be.true;
    for (const { address } of members.slice(2)) expect(await committee.isMember(address)).to.be.false;
  });

  it("shrinks the list when fewer follow", async () => {
    const { committee, members, newcomers } = await networkHelpers.loadFixture(committeeOfFive);
    const signed = { members: [newcomers[0]!.address], threshold: 1n, nonce: 0n };
    await committee.replace(signed.members, 1n, await signReplacement(committee, members.slice(0, 3), signed));
    expect(await committee.members()).to.deep.equal(signed.members);
    for (const { address } of members) expect(await committee.isMember(address)).to.be.false;
  });

  it("refuses k - 1 signatures, and a stranger's", async () => {
    const { committee, members, stranger, signed } = await networkHelpers.loadFixture(replacement);
    const two = await signReplacement(committee, members.slice(0, 2), signed);
    await expect(committee.replace(signed.members, 4n, two))
      .to.be.revertedWithCustomError(committee, "TooFewSignatures")
      .withArgs(2n, 3n);
    const withStranger = await signReplacement(committee, [...members.slice(0, 2), stranger], signed);
    await expect(committee.replace(signed.members, 4n, withStranger))
      .to.be.revertedWithCustomError(committee, "NotAMember")
      .withArgs(stranger.address);
  });

  it("refuses other members, another threshold, another nonce than those signed", async () => {
    const { committee, members, newcomers, signed, signatures } = await networkHelpers.loadFixture(replacement);
    const first = members[0]!.address;
    const wrong = (given: string[], threshold: bigint, by: MemberSignature[]) =>
      expect(committee.replace(given, threshold, by))
        .to.be.revertedWithCustomError(committee, "WrongSignature")
        .withArgs(first);
    await wrong(addressesOf(newcomers), 4n, signatures);
    await wrong(signed.members, 3n, signatures);
    const ahead = await signReplacement(committee, members.slice(0, 3), { ...signed, nonce: 1n });
    await wrong(signed.members, 4n, ahead);
  });

  it("refuses what was signed for another chain or another committee", async () => {
    const { committee, members, signed, signatures } = await networkHelpers.loadFixture(replacement);
    const elsewhere = await signReplacement(committee, members.slice(0, 3), signed, 1n);
    await expect(committee.replace(signed.members, 4n, elsewhere))
      .to.be.revertedWithCustomError(committee, "WrongSignature")
      .withArgs(members[0]!.address);
    const twin = await ethers.deployContract("OracleCommittee", [addressesOf(members), 3]);
    await expect(twin.replace(signed.members, 4n, signatures))
      .to.be.revertedWithCustomError(twin, "WrongSignature")
      .withArgs(members[0]!.address);
  });

  it("refuses to be sent again", async () => {
    const { committee, members, signed, signatures } = await networkHelpers.loadFixture(replacement);
    await committee.replace(signed.members, 4n, signatures);
    await expect(committee.replace(signed.members, 4n, signatures))
      .to.be.revertedWithCustomError(committee, "TooFewSignatures")
      .withArgs(3n, 4n);
    // all signers stayed: only the nonce keeps it out
    const same = { members: addressesOf(members), threshold: 3n, nonce: 0n };
    const twin = await ethers.deployContract("OracleCommittee", [same.members, 3]);
    const again = await signReplacement(twin, members.slice(0, 3), same);
    await twin.replace(same.members, 3n, again);
    await expect(twin.replace(same.members, 3n, again))
      .to.be.revertedWithCustomError(twin, "WrongSignature")
      .withArgs(members[0]!.address);
  });

  it("refuses an invalid committee and stays as it is", async () => {
    const { committee, members } = await networkHelpers.loadFixture(committeeOfFive);
    const [a, b] = addressesOf(members) as [string, string];
    const cases: [string[], bigint, string, unknown[]][] = [
      [[], 0n, "MemberCountOutOfRange", [0n, 1n, 32n]],
      [[a, b], 1n, "ThresholdOutOfRange", [1n, 2n, 2n]],
      [[a, b], 3n, "ThresholdOutOfRange", [3n, 2n, 2n]],
      [[b, a], 2n, "MembersNotAscending", [b, a]],
      [[ethers.ZeroAddress], 1n, "MembersNotAscending", [ethers.ZeroAddress, ethers.ZeroAddress]],
    ];
    for (const [given, threshold, error, args] of cases) {
      const signatures = await signReplacement(committee, members.slice(0, 3), {
        members: given,
        threshold,
        nonce: 0n,
      });
      await expect(committee.replace(given, threshold, signatures))
        .to.be.revertedWithCustomError(committee, error)
        .withArgs(...args);
    }
    expect(await committee.members()).to.deep.equal(addressesOf(members));
    expect(await committee.nonce()).to.equal(0n);
  });

  it("no longer counts former members on a batch signed before, but those who stayed", async () => {
    const { committee, members, newcomers, next, reports, signed, signatures } =
      await networkHelpers.loadFixture(replacement);
    const before = await signBatch(committee, members.slice(1, 5), reports);
    await committee.replace(signed.members, 4n, signatures);
    const former = before.find(({ signer }) => !signed.members.includes(signer));
    await expect(committee.deliver(...delivery(reports, before)))
      .to.be.revertedWithCustomError(committee, "NotAMember")
      .withArgs(former!.signer);
    const stayed = before.filter(({ signer }) => signed.members.includes(signer));
    const fresh = await signBatch(committee, newcomers.slice(0, 3), reports);
    expect(stayed).to.have.length(1);
    const all = [...stayed, ...fresh].toSorted(
      (a, b) => addressesOf(next).indexOf(a.signer) - addressesOf(next).indexOf(b.signer),
    );
    await expect(committee.deliver(...delivery(reports, all))).to.emit(committee, "BatchDelivered");
  });

  it("takes only the first of two replacements signed for the same nonce", async () => {
    const { committee, members } = await networkHelpers.loadFixture(committeeOfFive);
    const three = members.slice(0, 3);
    const stay = { members: addressesOf(members), threshold: 3n, nonce: 0n };
    const tighten = { members: addressesOf(members), threshold: 5n, nonce: 0n };
    const late = await signReplacement(committee, three, tighten);
    await committee.replace(stay.members, 3n, await signReplacement(committee, three, stay));
    await expect(committee.replace(tighten.members, 5n, late))
      .to.be.revertedWithCustomError(committee, "WrongSignature")
      .withArgs(three[0]!.address);
  });
});
