import { expect } from "chai";
import { hexlify, Interface, toUtf8Bytes, verifyTypedData, ZeroAddress, type JsonRpcProvider } from "ethers";
import { IOracleCommittee__factory } from "../../typechain-types/index.ts";
import { committeeDomain, batchTypes, leafOf, packReports, replaceTypes } from "../../src/chain/batch.ts";
import { Committee } from "../../src/committee/committee.ts";
import { entriesForDelivery, gasForDelivery } from "../../src/committee/gas.ts";
import { checkSignatures, requireQuorum, requireSigned } from "../../src/committee/signatures.ts";
import { answering, BUSY, HangUp, RpcError } from "../chain/answering.ts";
import { problemOf as problemLater } from "../chain/rejection.ts";
import { key } from "../oracle/desk.ts";
import { problemOf } from "../support/problem.ts";
import { COMMITTEE, ToldChain } from "../support/told-chain.ts";

const ABI = IOracleCommittee__factory.createInterface();
const ERC1271 = new Interface(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
const MAGIC = `0x1626ba7e${"0".repeat(56)}`;
const KEYS = ["21", "22", "23"].map(key);
const STRANGER = key("99");
/** A contract that is a member. */
const SAFE = "0x5afe00000000000000000000000000000000005a";
const report = (period = 3n) => ({
  agreement: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  period,
  revision: 0n,
  measurements: [{ total: 100n, bad: 7n, excluded: 0n }],
  evidence: `0x${"ab".repeat(32)}`,
});

describe("a committee on a chain", () => {
  let chain: ToldChain;
  beforeEach(() => {
    chain = new ToldChain();
    chain.committee.members = [...KEYS.map(({ address }) => address), SAFE];
    chain.committee.threshold = 3;
    chain.committee.nonce = 4n;
  });

  const opened = (provider: JsonRpcProvider, address = COMMITTEE) => Committee.at(provider, 31_337n, address);
  const within = <T>(work: (committee: Committee) => Promise<T> | T) =>
    chain.during(async (provider) => work(await opened(provider)));

  it("has its members, its threshold and its number of replacements", async () => {
    await chain.during(async (provider) => {
      const { address, chainId, seats } = await opened(provider, COMMITTEE.toLowerCase());
      expect({ address, chainId }).to.deep.equal({ address: COMMITTEE, chainId: 31_337n });
      const members = chain.committee.members.slice(0, 3);
      expect(seats).to.deep.equal({
        ...{ threshold: 3, nonce: 4n },
        members: [...members, "0x5AFE00000000000000000000000000000000005A"],
      });
    });
    expect(await within((committee) => committee.gasFloor())).to.equal(5_081_365n);
    expect(
      await within((committee) => [SAFE, KEYS[0]!.address, STRANGER.address].map((one) => committee.isMember(one))),
    ).to.deep.equal([true, true, false]);
  });

  it("is told from an account, from another contract, and from a node that fails", async () => {
    const hint = "An agreement whose oracle is a plain account is reported with `upheld report`.";
    const at = (code: string) => {
      chain.answers.eth_getCode = () => code;
      return problemLater(chain.during((provider) => opened(provider, STRANGER.address)));
    };
    expect(await at("0x")).to.deep.equal({
      ...{ code: "committee.none", hint },
      message: `There is no oracle committee at ${STRANGER.address}; nothing is there at all.`,
    });
    expect(await at("0xfe")).to.deep.equal({
      ...{ code: "committee.none", hint },
      message: `There is no oracle committee at ${STRANGER.address}.`,
    });
  });

  it("is not blamed for a node that fails in between", async () => {
    const { message } = (await problemLater(
      chain.during(async (provider) => {
        const committee = await opened(provider);
        chain.answers.eth_call = () => {
          throw new RpcError(3, "execution reverted", "0x");
        };
        return committee.gasFloor();
      }),
    )) as { message: string };
    expect(message).to.equal("The contract refused without a reason.");
    chain = new ToldChain();
    chain.answers.eth_call = () => {
      throw new HangUp();
    };
    chain.answers.eth_getCode = () => "0xfe";
    expect((await problemLater(chain.during((provider) => opened(provider)))).code).to.equal("chain.unreachable");
    const busy = await answering(BUSY, (provider) => opened(provider).catch((error: unknown) => error as Error));
    expect(busy).to.be.instanceOf(Error).and.to.have.property("code", "SERVER_ERROR");
  });

  describe("signs", () => {
    it("a batch, and nothing of another chain, committee or order", async () => {
      await within(async (committee) => {
        const reports = [report(1n), report(2n)];
        const what = committee.batchToSign(reports);
        expect(what.domain).to.deep.equal(committeeDomain(31_337n, COMMITTEE));
        expect([what.types, what.value]).to.deep.equal([batchTypes, { reports }]);
        const made = await committee.sign(what, KEYS[0]!);
        expect(made.signer).to.equal(KEYS[0]?.address);
        expect(made.signature).to.match(/^0x[0-9a-f]{130}$/);
        expect(verifyTypedData(what.domain, what.types, what.value, made.signature)).to.equal(KEYS[0]?.address);
        expect(await committee.isSigned(what, made)).to.equal(true);
        expect(await committee.isSigned(committee.batchToSign(reports.toReversed()), made)).to.equal(false);
        expect(await committee.isSigned(what, { ...made, signer: KEYS[1]!.address })).to.equal(false);
        expect(await committee.isSigned(what, { ...made, signer: made.signer.toLowerCase() })).to.equal(true);
      });
    });

    it("a replacement with the number of this one", async () => {
      await within((committee) => {
        const members = [STRANGER.address];
        const { types, value, digest } = committee.replacementToSign({ members, threshold: 1 });
        expect([types, value]).to.deep.equal([replaceTypes, { members, threshold: 1, nonce: 4n }]);
        expect(digest).not.to.equal(committee.replacementToSign({ members, threshold: 2 }).digest);
      });
    });

    it("by a contract's word, if that is exactly the one that stands for yes", async () => {
      const asked: unknown[] = [];
      const signed = (answer: string | undefined, signature = "0x1234", signer = SAFE) =>
        within(async (committee) => {
          const what = committee.batchToSign([report()]);
          const call = chain.answers.eth_call;
          chain.answers.eth_call = (request) => {
            if (request.to.toLowerCase() !== signer.toLowerCase()) return call(request);
            asked.push(request.data === ERC1271.encodeFunctionData("isValidSignature", [what.digest, signature]));
            if (answer === undefined) throw new RpcError(3, "execution reverted", "0x");
            return answer;
          };
          try {
            return await committee.isSigned(what, { signer, signature });
          } finally {
            chain.answers.eth_call = call;
          }
        });
      expect(await signed(MAGIC)).to.equal(true);
      expect(asked).to.deep.equal([true]);
      for (const answer of [undefined, "0x", MAGIC.slice(0, 10), `${MAGIC}00`, `0x1626ba7f${"0".repeat(56)}`]) {
        expect(await signed(answer), answer ?? "reverted").to.equal(false);
      }
      asked.length = 0;
      expect(await signed(MAGIC, "0x1234", ZeroAddress), "nobody").to.equal(false);
      expect(asked, "and nobody is asked").to.deep.equal([]);
    });
  });

  describe("delivers", () => {
    const SIGNATURES = [
      { signer: KEYS[0]!.address, signature: "0x01" },
      { signer: KEYS[1]!.address, signature: "0x02" },
    ].toSorted((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
    const reports = [report(1n), report(2n)];

    it("a whole batch without leaves, signatures ascending", async () => {
      await within((committee) => {
        expect(committee.deliver(reports, reports, SIGNATURES.toReversed())).to.deep.equal({
          ...{ to: COMMITTEE, value: 0n, description: "deliver 2 reports that 2 of 4 members signed" },
          data: ABI.encodeFunctionData("deliver", [packReports(reports), [], SIGNATURES]),
        });
      });
    });

    it("a part of it with the leaves of all", async () => {
      await within((committee) => {
        const part = committee.deliver(reports, [report(2n)], SIGNATURES);
        expect(part.description).to.equal("deliver 1 report that 2 of 4 members signed");
        const leaves = reports.map(leafOf);
        expect(part.data).to.equal(ABI.encodeFunctionData("deliver", [packReports([report(2n)]), leaves, SIGNATURES]));
      });
    });

    it("new members, signed in order", async () => {
      await within((committee) => {
        const members = [STRANGER.address, SAFE];
        expect(committee.replace({ members, threshold: 2 }, SIGNATURES.toReversed())).to.deep.equal({
          ...{ to: COMMITTEE, value: 0n, description: "give the committee 2 members, 2 of whom must sign" },
          data: ABI.encodeFunctionData("replace", [members, 2, SIGNATURES]),
        });
      });
    });
  });

  describe("checks signatures before the contract does", () => {
    const garbage = hexlify(toUtf8Bytes("not a signature"));

    it("each for itself, and says whose are missing", async () => {
      await within(async (committee) => {
        const what = committee.batchToSign([report()]);
        const other = committee.batchToSign([report(9n)]);
        const [first, second, third] = KEYS;
        const good = await committee.sign(what, first!);
        const given = [
          ...[good, await committee.sign(what, STRANGER), await committee.sign(other, second!)],
          { signer: third!.address, signature: garbage },
        ];
        const checked = await checkSignatures(committee, what, given);
        const broken = "signed something else, or its signature is broken";
        expect(checked).to.deep.equal({
          good: [good],
          bad: [
            { signer: STRANGER.address, reason: "is no member" },
            { signer: second!.address, reason: broken },
            { signer: third!.address, reason: broken },
          ],
          missing: committee.seats.members.slice(1),
        });
        expect(
          problemOf(() => {
            requireQuorum(committee, checked);
          }),
        ).to.deep.equal({
          code: "committee.too-few",
          message: `1 of 4 members signed, 3 must (${STRANGER.address} is no member; ${second!.address} ${broken}; ${third!.address} ${broken}).`,
          hint: `Ask ${committee.seats.members.slice(1).join(", ")} to sign the file.`,
          retry: true,
        });
      });
    });

    it("and takes as many as must be", async () => {
      await within(async (committee) => {
        const what = committee.batchToSign([report()]);
        const all = await Promise.all(KEYS.map((one) => committee.sign(what, one)));
        requireQuorum(committee, await checkSignatures(committee, what, all));
        const two = await checkSignatures(committee, what, all.slice(1));
        expect(
          problemOf(() => {
            requireQuorum(committee, two);
          }).message,
        ).to.equal("2 of 4 members signed, 3 must.");
      });
    });

    it("made elsewhere", async () => {
      await within(async (committee) => {
        const what = committee.batchToSign([report()]);
        await requireSigned(committee, what, await committee.sign(what, KEYS[0]!));
        const stranger = await committee.sign(what, STRANGER);
        expect(await problemLater(requireSigned(committee, what, stranger))).to.deep.equal({
          code: "committee.signature",
          message: `The signature is not taken: ${STRANGER.address} is no member.`,
          hint: "Sign exactly what --dry-run prints, with a member's key or Safe.",
        });
      });
    });
  });
});

describe("the gas of a delivery", () => {
  const FLOOR = 5_081_365n;

  it("leaves the floor before the last entry, and room for the leaves of a part", () => {
    expect(gasForDelivery(FLOOR, 10, 10)).to.equal(FLOOR + 100_000n + 1_500_000n);
    expect(gasForDelivery(FLOOR, 9, 10)).to.equal(FLOOR + 100_000n + 1_350_000n + 15_000n);
  });

  it("allows so many entries in three quarters of a block", () => {
    // 7,500,000 less the floor and the delivery is 2,318,635: fifteen entries
    expect(entriesForDelivery(FLOOR, 10_000_000n)).to.equal(15);
    expect(entriesForDelivery(FLOOR, 10_000_000n, 15)).to.equal(15);
    expect(entriesForDelivery(FLOOR, 10_000_000n, 16), "15 entries and 16 leaves").to.equal(15);
    expect(entriesForDelivery(FLOOR, 10_000_000n, 46)).to.equal(14);
    expect(entriesForDelivery(FLOOR, 10_000_000n, 1_500)).to.equal(1);
  });

  it("is limited by what a transaction may use, however large the block, and is for one entry at least", () => {
    expect(entriesForDelivery(FLOOR, 10n ** 12n)).to.equal(77);
    expect(entriesForDelivery(FLOOR, 22_369_622n)).to.equal(77);
    expect(entriesForDelivery(FLOOR, 0n)).to.equal(1);
    expect(entriesForDelivery(FLOOR, 0n, 10_000)).to.equal(1);
  });
});
