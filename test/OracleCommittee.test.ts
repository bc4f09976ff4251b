import { expect } from "chai";
import type { BatchedReport, MemberSignature } from "../src/chain/batch.ts";
import {
  Answer,
  addressesOf,
  ascending,
  committeeOfFive,
  delivery,
  digestOf,
  ethers,
  eventsOf,
  expectEvents,
  leavesOf,
  networkHelpers,
  received,
  signBatch,
  signReplacement,
  type Signer,
} from "./helpers/committee.ts";

const addressNumber = (n: number) => ethers.zeroPadValue(ethers.toBeHex(n), 20);

describe("OracleCommittee", () => {
  describe("constructor", () => {
    const deploy = (members: string[], threshold: number) =>
      ethers.deployContract("OracleCommittee", [members, threshold]);
    const refuses = async (members: string[], threshold: number, error: string, args: unknown[]) => {
      const abi = await ethers.getContractFactory("OracleCommittee");
      await expect(deploy(members, threshold))
        .to.be.revertedWithCustomError(abi, error)
        .withArgs(...args);
    };
    const numbered = (count: number) => Array.from({ length: count }, (_, i) => addressNumber(i + 1));

    it("seats members in order with a majority as threshold, and tells it", async () => {
      const { members, stranger } = await networkHelpers.loadFixture(committeeOfFive);
      const committee = await deploy(addressesOf(members), 3);
      expect(await committee.members()).to.deep.equal(addressesOf(members));
      expect(await committee.threshold()).to.equal(3n);
      expect(await committee.nonce()).to.equal(0n);
      for (const { address } of members) expect(await committee.isMember(address)).to.be.true;
      expect(await committee.isMember(stranger.address)).to.be.false;
      await expect(committee.deploymentTransaction())
        .to.emit(committee, "MembersReplaced")
        .withArgs(addressesOf(members), 3n, 0n);
    });

    it("seats one member, and 32", async () => {
      expect(await (await deploy(numbered(1), 1)).members()).to.deep.equal(numbered(1));
      expect(await (await deploy(numbered(32), 17)).members()).to.deep.equal(numbered(32));
    });

    it("refuses no member, and 33", async () => {
      await refuses([], 0, "MemberCountOutOfRange", [0n, 1n, 32n]);
      await refuses(numbered(33), 17, "MemberCountOutOfRange", [33n, 1n, 32n]);
    });

    it("refuses a threshold of half the members, or of more than all", async () => {
      await refuses(numbered(4), 2, "ThresholdOutOfRange", [2n, 3n, 4n]);
      await refuses(numbered(5), 2, "ThresholdOutOfRange", [2n, 3n, 5n]);
      await refuses(numbered(5), 6, "ThresholdOutOfRange", [6n, 3n, 5n]);
      await refuses(numbered(1), 0, "ThresholdOutOfRange", [0n, 1n, 1n]);
      await deploy(numbered(4), 3);
      await deploy(numbered(5), 5);
    });

    it("refuses a zero, a repeated and a lower member", async () => {
      const [one, two, three] = numbered(3) as [string, string, string];
      await refuses([ethers.ZeroAddress, one], 2, "MembersNotAscending", [ethers.ZeroAddress, ethers.ZeroAddress]);
      await refuses([one, two, two], 2, "MembersNotAscending", [two, two]);
      await refuses([one, three, two], 2, "MembersNotAscending", [three, two]);
    });
  });

  describe("deliver: signatures", () => {
    /** `signatures` for `signed` are used to deliver `given`. */
    async function refuses(
      signatures: MemberSignature[],
      given: readonly BatchedReport[],
      error: string,
      args: unknown[],
    ): Promise<void> {
      const { committee } = await networkHelpers.loadFixture(committeeOfFive);
      await expect(committee.deliver(...delivery(given, signatures)))
        .to.be.revertedWithCustomError(committee, error)
        .withArgs(...args);
    }

    it("refuses k - 1 signatures", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const signatures = await signBatch(committee, members.slice(0, 2), reports);
      await refuses(signatures, reports, "TooFewSignatures", [2n, 3n]);
      await refuses([], reports, "TooFewSignatures", [0n, 3n]);
    });

    it("delivers with k signatures, whoever signed and whoever sends it", async () => {
      const { committee, members, relayer, stranger, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const address = await committee.getAddress();
      const digest = await digestOf(committee, reports);
      for (const [sender, chosen] of [
        [relayer, members.slice(0, 3)],
        [stranger, members.slice(2)],
      ] as const) {
        const signatures = await signBatch(committee, chosen, reports);
        const sent = committee.connect(sender).deliver(...delivery(reports, signatures));
        expectEvents(await eventsOf(sent, committee), [
          ...reports.map((report) => received(address, report)),
          [address, "BatchDelivered", digest, 3n, 0n],
        ]);
      }
    });

    it("delivers with k + 1 signatures", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const signatures = await signBatch(committee, members.slice(0, 4), reports);
      await expect(committee.deliver(...delivery(reports, signatures)))
        .to.emit(committee, "BatchDelivered")
        .withArgs(await digestOf(committee, reports), 3n, 0n);
    });

    it("refuses one bad signature beyond k", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const signatures = await signBatch(committee, members.slice(0, 4), reports);
      const [other] = await signBatch(committee, [members[3]!], reports.slice(1));
      await refuses([...signatures.slice(0, 3), other!], reports, "WrongSignature", [members[3]!.address]);
    });

    it("refuses descending signers, and one that comes twice", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const [a, b, c] = await signBatch(committee, members.slice(0, 3), reports);
      await refuses([a!, c!, b!], reports, "SignersNotAscending", [c!.signer, b!.signer]);
      await refuses([a!, b!, b!], reports, "SignersNotAscending", [b!.signer, b!.signer]);
    });

    it("refuses a stranger, and the zero address", async () => {
      const { committee, members, stranger, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const signatures = await signBatch(committee, [...members.slice(0, 2), stranger], reports);
      await refuses(signatures, reports, "NotAMember", [stranger.address]);
      const zero = { signer: ethers.ZeroAddress, signature: "0x" };
      const good = await signBatch(committee, members.slice(0, 2), reports);
      await refuses([zero, ...good], reports, "SignersNotAscending", [ethers.ZeroAddress, ethers.ZeroAddress]);
    });

    it("refuses a member's name over another's signature", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const [a, b, c] = await signBatch(committee, members.slice(0, 3), reports);
      const forged = { signer: b!.signer, signature: a!.signature };
      await refuses([a!, forged, c!], reports, "WrongSignature", [b!.signer]);
    });

    it("refuses a signature that is empty, short, compact or high in s", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const [a, b, c] = await signBatch(committee, members.slice(0, 3), reports);
      const { r, s, yParity, compactSerialized } = ethers.Signature.from(b!.signature);
      const highS = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(s);
      const flipped = ethers.concat([r, ethers.toBeHex(highS, 32), ethers.toBeHex(yParity === 0 ? 28 : 27)]);
      for (const signature of ["0x", b!.signature.slice(0, -2), compactSerialized, flipped]) {
        await refuses([a!, { signer: b!.signer, signature }, c!], reports, "WrongSignature", [b!.signer]);
      }
    });

    it("refuses what was signed for another chain or another committee", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const three = members.slice(0, 3);
      await refuses(await signBatch(committee, three, reports, 1n), reports, "WrongSignature", [three[0]!.address]);
      const twin = await ethers.deployContract("OracleCommittee", [addressesOf(members), 3]);
      const signatures = await signBatch(committee, three, reports);
      await expect(twin.deliver(...delivery(reports, signatures)))
        .to.be.revertedWithCustomError(twin, "WrongSignature")
        .withArgs(three[0]!.address);
    });

    const measured = (total: bigint, bad: bigint, excluded: bigint) => ({
      measurements: [{ total, bad, excluded }],
    });
    const changes: Record<string, (signed: BatchedReport[]) => BatchedReport[]> = {
      "another agreement": ([a, b, c]) => [{ ...a!, agreement: b!.agreement }, b!, c!],
      "another period": ([a, ...rest]) => [{ ...a!, period: 1n }, ...rest],
      "another revision": ([a, ...rest]) => [{ ...a!, revision: 1n }, ...rest],
      "another total": ([a, ...rest]) => [{ ...a!, ...measured(2_678_401n, 1_000n, 60n) }, ...rest],
      "other bad units": ([a, ...rest]) => [{ ...a!, ...measured(2_678_400n, 1_001n, 60n) }, ...rest],
      "other excluded units": ([a, ...rest]) => [{ ...a!, ...measured(2_678_400n, 1_000n, 61n) }, ...rest],
      "a measurement more": ([a, ...rest]) => [
        { ...a!, measurements: [...a!.measurements, { total: 0n, bad: 0n, excluded: 0n }] },
        ...rest,
      ],
      "a measurement less": ([a, ...rest]) => [{ ...a!, measurements: [] }, ...rest],
      "other evidence": ([a, ...rest]) => [{ ...a!, evidence: ethers.id("other") }, ...rest],
      "a change in the last report": ([a, b, c]) => [a!, b!, { ...c!, period: 9n }],
      "a report more": ([a, b, c]) => [a!, b!, c!, c!],
      "a report less": ([a, b]) => [a!, b!],
      "reports swapped": ([a, b, c]) => [b!, a!, c!],
    };
    for (const [name, change] of Object.entries(changes)) {
      it(`refuses signatures that come with ${name}`, async () => {
        const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
        const signatures = await signBatch(committee, members.slice(0, 3), reports);
        await refuses(signatures, change(reports), "WrongSignature", [members[0]!.address]);
      });
    }
  });

  describe("deliver: members that are contracts", () => {
    /** A committee of two keys and a contract whose owner signs for it; all three are needed. */
    async function committeeWithWallet() {
      const { members, stranger, reports } = await committeeOfFive();
      const [owner, ...keys] = members as [Signer, ...Signer[]];
      const wallet = await ethers.deployContract("ERC1271Wallet", [owner.address]);
      const address = await wallet.getAddress();
      const two = keys.slice(0, 2);
      const sorted = addressesOf(ascending([...two, { address }]));
      const committee = await ethers.deployContract("OracleCommittee", [sorted, 3]);
      const signaturesWith = async (signer: Signer) => {
        const [own] = await signBatch(committee, [signer], reports);
        const both = [...(await signBatch(committee, two, reports)), { ...own!, signer: address }];
        return both.toSorted((a, b) => sorted.indexOf(a.signer) - sorted.indexOf(b.signer));
      };
      return { committee, wallet, address, owner, stranger, reports, signaturesWith };
    }

    it("takes a contract's yes", async () => {
      const { committee, owner, reports, signaturesWith } = await networkHelpers.loadFixture(committeeWithWallet);
      await expect(committee.deliver(...delivery(reports, await signaturesWith(owner))))
        .to.emit(committee, "BatchDelivered")
        .withArgs(await digestOf(committee, reports), 3n, 0n);
    });

    it("refuses a stranger's signature for a contract", async () => {
      const { committee, address, stranger, reports, signaturesWith } =
        await networkHelpers.loadFixture(committeeWithWallet);
      await expect(committee.deliver(...delivery(reports, await signaturesWith(stranger))))
        .to.be.revertedWithCustomError(committee, "WrongSignature")
        .withArgs(address);
    });

    for (const kind of ["Short", "Dirty", "MagicRevert", "Bomb", "BurnGas"] as const) {
      it(`refuses a contract's answer of kind ${kind}`, async () => {
        const { committee, wallet, address, owner, reports, signaturesWith } =
          await networkHelpers.loadFixture(committeeWithWallet);
        await wallet.setAnswer(Answer[kind]);
        await expect(committee.deliver(...delivery(reports, await signaturesWith(owner)), { gasLimit: 5_000_000 }))
          .to.be.revertedWithCustomError(committee, "WrongSignature")
          .withArgs(address);
      });
    }

    it("reads one word of an answer, so a bomb costs nobody more than the cap", async () => {
      const { committee, wallet, owner, reports, signaturesWith } =
        await networkHelpers.loadFixture(committeeWithWallet);
      const args = delivery(reports, await signaturesWith(owner));
      const plain = (await (await committee.deliver(...args)).wait())!.gasUsed;
      await wallet.setAnswer(Answer.MagicBomb);
      const bombed = (await (await committee.deliver(...args)).wait())!.gasUsed;
      expect(bombed - plain).to.be.lessThan(500_000n);
      expect(bombed).to.be.greaterThan(plain); // the bomb went off
    });

    it("gives a contract 500,000 gas to answer, however much was sent", async () => {
      const { committee, wallet, owner, reports, signaturesWith } =
        await networkHelpers.loadFixture(committeeWithWallet);
      await wallet.setAnswer(Answer.WhenCapped);
      const args = delivery(reports, await signaturesWith(owner));
      await expect(committee.deliver(...args, { gasLimit: 8_000_000 })).to.emit(committee, "BatchDelivered");
    });

    it("takes the key's signature of an account that has code", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const wallet = await ethers.deployContract("ERC1271Wallet", [ethers.ZeroAddress]);
      await networkHelpers.setCode(members[1]!.address, await ethers.provider.getCode(wallet));
      const signatures = await signBatch(committee, members.slice(0, 3), reports);
      await expect(committee.deliver(...delivery(reports, signatures)))
        .to.emit(committee, "BatchDelivered")
        .withArgs(await digestOf(committee, reports), 3n, 0n);
    });
  });

  describe("views", () => {
    it("gives the leaves and digests that members sign", async () => {
      const { committee, members, reports } = await networkHelpers.loadFixture(committeeOfFive);
      const leaves = leavesOf(reports);
      const [packed] = delivery(reports, []);
      expect(await committee.leavesOf(packed)).to.deep.equal(leaves);
      expect(await committee.digestOf(leaves)).to.equal(await digestOf(committee, reports));
      const [signature] = await signReplacement(committee, [members[0]!], {
        members: addressesOf(members),
        threshold: 4n,
        nonce: 0n,
      });
      const digest = await committee.replaceDigestOf(addressesOf(members), 4n);
      expect(ethers.recoverAddress(digest, signature!.signature)).to.equal(members[0]!.address);
    });

    it("gives the gas of a report and the floor that guards it", async () => {
      const { committee } = await networkHelpers.loadFixture(committeeOfFive);
      const share = await committee.gasPerReport();
      const floor = await committee.gasFloor();
      expect(share).to.equal(5_000_000n);
      expect(floor - floor / 64n).to.be.greaterThan(share); // what a call can pass on at the floor
    });
  });
});
