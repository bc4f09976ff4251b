/** Parties that are contracts and answer in every bad manner. An agreement asks nobody, so it can only harm themselves. */
import { expect } from "chai";
import { type BatchedReport, batchTypes, committeeDomain, inOrder, packReports } from "../../src/chain/batch.ts";
import { D, settleAt, share } from "../support/disputes.ts";
import { expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  at,
  boundaryOf,
  ethers,
  loadFixture,
  NO_EVIDENCE,
  Phase,
  type Signer,
  Stage,
  usd,
  world,
} from "../support/fixture.ts";
import { actor, expectBroken, firstMonth, GAS, hostileWorld, live, Manner, stateOf, takeAll, under } from "./life.ts";

const MANNERS = Object.entries(Manner).filter(([name]) => name !== "Well");
/** A hook that fails stops a transfer; what it returns is not looked at. */
const STOPS: readonly string[] = ["Revert", "BurnGas", "RevertBomb"];
const ALL = ["provider", "client", "oracle", "arbiter"] as const;

describe("hostile party: in every seat and role", () => {
  for (const [name, manner] of MANNERS) {
    it(`${name}: a token without hooks asks none of them, and the whole life is exact`, async () => {
      const a = await loadFixture(async () =>
        under(await ethers.deployContract("TestUSD"), {}, await hostileWorld(manner, ALL)),
      );
      await live(a);
      await takeAll(a);
      expect(await a.token.balanceOf(a.address)).to.equal(0n);
    });
  }
});

describe("hostile party: as the receiver of a payout, under a token with hooks", () => {
  for (const seat of ["provider", "client"] as const) {
    for (const [name, manner] of MANNERS) {
      const stops = STOPS.includes(name);
      it(`the ${seat}, ${name}: ${stops ? "only its own payout waits, until it names another" : "paid like any other"}`, async () => {
        const a = await loadFixture(async () => {
          const w = await hostileWorld(manner, [seat]);
          const made = await under(await ethers.deployContract("HookToken"), {}, w);
          await live(made);
          await made.issuer.setHooked(w[seat].address, true);
          return made;
        });
        if (stops) {
          const before = await stateOf(a.escrow);
          const own =
            seat === "provider"
              ? a.escrow.connect(a.provider).claim(a.provider, GAS)
              : a.escrow.connect(a.client).withdraw(a.client, usd(1), GAS);
          await expectBroken(own, name);
          expect(await stateOf(a.escrow)).to.deep.equal(before);
        }
        await takeAll(a, stops ? { [seat]: a.newcomer } : {});
        expect(await a.token.balanceOf(a.address)).to.equal(0n);
      });
    }
  }

  it("a client's that refuses a sweep: the foreign token waits, nothing else does", async () => {
    const a = await loadFixture(async () =>
      under(await ethers.deployContract("TestUSD"), {}, await hostileWorld(Manner.Revert, ["client"])),
    );
    const foreign = await ethers.deployContract("HookToken");
    await foreign.mint(a.address, 9n);
    await foreign.setHooked(a.client, true);
    await expect(a.escrow.connect(a.stranger).sweep(foreign)).to.be.revertedWithoutReason(ethers);
    await live(a);
    await takeAll(a);
  });
});

describe("hostile party: a foreign token to sweep", () => {
  const swept = async () => {
    const a = await under(await ethers.deployContract("TestUSD"));
    await firstMonth(a);
    return a;
  };

  for (const [name, manner] of MANNERS) {
    for (const broken of ["balanceOf", "transfer"] as const) {
      it(`${broken}, ${name}: whatever comes of the sweep, the agreement stays as it was`, async () => {
        const a = await loadFixture(swept);
        const foreign = await ethers.deployContract("BrokenToken");
        await foreign.mint(a.address, 9n);
        await foreign.setManner(foreign.interface.getFunction(broken).selector, manner);
        const before = await stateOf(a.escrow);
        const sweep = a.escrow.connect(a.stranger).sweep(foreign, GAS);
        const mild = broken === "balanceOf" ? ["NothingToPay"] : ["SafeERC20FailedOperation", foreign.target];
        // No data from `transfer` means done, for tokens like USDT.
        if (broken === "transfer" && name === "Nothing") await sweep;
        else await expectBroken(sweep, name, [a.escrow, ...(mild as [string])]);
        expect(await stateOf(a.escrow)).to.deep.equal(before);
        await foreign.setManner(foreign.interface.getFunction(broken).selector, Manner.Well);
        expect(await foreign.balanceOf(a.address)).to.equal(9n);
        await expectConserved(a);
        await settleAt(a, boundaryOf(a, 5));
        await takeAll(a);
      });
    }
  }

  it("one that pays the agreement's own token in the middle is refused, and the payment with it", async () => {
    const a = await loadFixture(swept);
    const foreign = await ethers.deployContract("ReentrantToken");
    await foreign.mint(a.address, 9n);
    await a.token.mint(foreign, 5n);
    const data = a.token.interface.encodeFunctionData("transfer", [a.address, 5n]);
    await foreign.arm(1, a.address, 1_000_000, [], [{ target: a.token.target, data, foreseen: [] }]);
    const sweep = () => a.escrow.connect(a.stranger).sweep(foreign, GAS);
    await expectMoves(a, () => expectRefusal(sweep(), a.escrow, "OwnToken", [foreign.target]), {});
    await expectState(a, { unabsorbed: 0n, earnings: share(90) });
  });
});

const HOUR = 3_600n;

describe("hostile party: a member of the committee", () => {
  for (const [name, manner] of MANNERS) {
    it(`${name}: what it is said to have signed counts for nothing, and the others' quorum reports`, async () => {
      const { a, committee, keys, hostile } = await loadFixture(async () => watched(manner));
      const reports: BatchedReport[] = [
        {
          agreement: a.address,
          period: 0n,
          revision: 0n,
          measurements: [{ total: 2_678_400n, bad: 3_600n, excluded: 0n }],
          evidence: NO_EVIDENCE,
        },
      ];
      const domain = committeeDomain(31_337n, committee.target as string);
      const signatures = await Promise.all(
        keys.map(async (key) => ({
          signer: key.address,
          signature: await key.signTypedData(domain, batchTypes, { reports }),
        })),
      );
      const feigned = { signer: hostile.address, signature: signatures[0]!.signature };
      await at(boundaryOf(a, 1));
      const deliver = (signed: typeof signatures) =>
        committee.connect(a.stranger).deliver(packReports(reports), [], inOrder(signed), { gasLimit: 15_000_000 });
      for (const signed of [
        [signatures[0]!, feigned],
        [...signatures, feigned],
      ]) {
        await expectRefusal(deliver(signed), committee, "WrongSignature", [hostile.address]);
      }
      // Refusals take the chain's clock along.
      await at(boundaryOf(a, 1) + HOUR);
      await deliver(signatures);
      await expectState(a, { stage: Stage.Reported, credit: share(10) });
      await settleAt(a, boundaryOf(a, 1) + HOUR + D);
      await expectState(a, { phase: Phase.Active, earnings: share(90) });
    });
  }

  /** Two keys and a contract, two of whom are enough. */
  async function watched(manner: number) {
    const keys: Signer[] = (await ethers.getSigners()).slice(8, 10);
    const hostile = await actor(await ethers.deployContract("HostileParty", [manner]));
    const members = [...keys, hostile].map(({ address }) => address);
    members.sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1));
    const committee = await ethers.deployContract("OracleCommittee", [members, 2]);
    const oracle = await committee.getAddress();
    const a = await under(await ethers.deployContract("TestUSD"), { oracle }, await world());
    return { a, committee, keys, hostile };
  }
});
