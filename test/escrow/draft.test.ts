import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { balancesOf, eventsOf, expectConserved, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  acceptAsProvider,
  activate,
  active,
  type Agreement,
  approve,
  at,
  BONDED,
  boundaryOf,
  createAgreement,
  deposit,
  draft,
  ethers,
  FEE,
  loadFixture,
  Phase,
  Seat,
  type Signer,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const bondedDraft = async () => createAgreement(await world(), BONDED);

const accept = (a: Agreement, who: Signer, hash = ethers.keccak256(a.packed)) => a.escrow.connect(who).accept(hash);

describe("SLAEscrow: draft", () => {
  describe("accept by the client", () => {
    it("accepts with the first fee in the balance, and tells it", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE);
      await a.escrow.sync();
      expect(await eventsOf(a, acceptAsClient(a))).to.deep.equal([["Accepted", 2n, a.client.address]]);
      await expectState(a, { phase: Phase.Draft, clientAccepted: true, providerAccepted: false, balance: FEE });
    });

    it("absorbs a plain transfer first", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE + 1n);
      expect(await eventsOf(a, acceptAsClient(a))).to.deep.equal([
        ["Funded", FEE + 1n],
        ["Accepted", 2n, a.client.address],
      ]);
      await expectConserved(a);
    });

    it("refuses a balance one unit short of the first fee", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE - 1n);
      await expectRefusal(acceptAsClient(a), a.escrow, "BalanceTooLow", [FEE - 1n, FEE]);
      await deposit(a, 1n);
      await acceptAsClient(a);
    });

    it("asks only for the part of the first month that is in the term, rounded down", async () => {
      const a = await createAgreement(await loadFixture(world), { start: START + 10n * DAY + 1n });
      const fee = (FEE * (21n * DAY - 1n)) / (31n * DAY);
      await deposit(a, fee - 1n);
      await expectRefusal(acceptAsClient(a), a.escrow, "BalanceTooLow", [fee - 1n, fee]);
      await deposit(a, 1n);
      await acceptAsClient(a);
    });
  });

  describe("accept by the provider", () => {
    it("moves no token when there is no bond", async () => {
      const a = await loadFixture(draft);
      await expectMoves(a, () => acceptAsProvider(a), {});
      await expectState(a, { phase: Phase.Draft, clientAccepted: false, providerAccepted: true });
    });

    it("pulls exactly the bond", async () => {
      const a = await loadFixture(bondedDraft);
      await approve(a, a.provider, usd(700));
      const before = await balancesOf(a);
      expect(await eventsOf(a, accept(a, a.provider))).to.deep.equal([["Accepted", 1n, a.provider.address]]);
      expect(await balancesOf(a)).to.deep.equal({ ...before, provider: usd(200), escrow: usd(500) });
      await expectState(a, { bond: usd(500), balance: 0n });
      await expectConserved(a);
    });

    it("reverts as the token does when approval or tokens are one unit short", async () => {
      const a = await loadFixture(bondedDraft);
      await approve(a, a.provider, usd(500) - 1n);
      await expectRefusal(accept(a, a.provider), a.token, "ERC20InsufficientAllowance", [
        a.address,
        usd(500) - 1n,
        usd(500),
      ]);
      await a.token.connect(a.provider).approve(a.address, usd(500));
      await expectRefusal(accept(a, a.provider), a.token, "ERC20InsufficientBalance", [
        a.provider.address,
        usd(500) - 1n,
        usd(500),
      ]);
      await expectState(a, { providerAccepted: false, bond: 0n });
    });

    it("refuses a bond of which less arrives", async () => {
      const w = await loadFixture(world);
      const taking = await ethers.deployContract("FeeOnTransferToken", [10_000_000n]);
      const a = await createAgreement(w, { ...BONDED, token: taking.target as string });
      await approve(a, a.provider, usd(500));
      await expectRefusal(accept(a, a.provider), a.escrow, "ArrivedAmountDiffers", [usd(495), usd(500)]);
      await taking.setFee(0n);
      await accept(a, a.provider);
    });

    it("counts a bond that was sent by plain transfer as the client's", async () => {
      const a = await loadFixture(bondedDraft);
      await deposit(a, usd(500), a.provider);
      await acceptAsProvider(a);
      await expectState(a, { balance: usd(500), bond: usd(500) });
      await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, usd(500)), {
        client: usd(500),
        escrow: -usd(500),
      });
    });
  });

  describe("accept by anyone", () => {
    it("refuses a hash that is not the terms'", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE);
      const wrong = ethers.id("other terms");
      const actual = await a.escrow.termsHash();
      for (const party of [a.provider, a.client]) {
        await expectRefusal(accept(a, party, wrong), a.escrow, "TermsDiffer", [wrong, actual]);
      }
    });

    it("refuses a stranger, the oracle and the arbiter: nobody accepts for a seat", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE);
      for (const other of [a.stranger, a.oracle, a.arbiter]) {
        await expectRefusal(accept(a, other), a.escrow, "NotAParty", [other.address]);
      }
      await expectState(a, { providerAccepted: false, clientAccepted: false });
    });

    it("refuses a seat that has accepted", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE);
      await acceptAsClient(a);
      await expectRefusal(acceptAsClient(a), a.escrow, "AlreadyAccepted", [Seat.Client]);
      const b = await createAgreement(a, { document: ethers.id("another") });
      await acceptAsProvider(b);
      await expectRefusal(acceptAsProvider(b), b.escrow, "AlreadyAccepted", [Seat.Provider]);
    });

    it("activates when the provider comes last", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE);
      await acceptAsClient(a);
      expect(await eventsOf(a, acceptAsProvider(a))).to.deep.equal([["Accepted", 1n, a.provider.address]]);
      await expectState(a, { phase: Phase.Active, providerAccepted: true, clientAccepted: true });
    });

    it("activates when the client comes last", async () => {
      const a = await loadFixture(draft);
      await acceptAsProvider(a);
      await deposit(a, FEE);
      expect(await eventsOf(a, acceptAsClient(a))).to.deep.equal([
        ["Funded", FEE],
        ["Accepted", 2n, a.client.address],
      ]);
      await expectState(a, { phase: Phase.Active, committed: 2n * FEE });
    });

    it("activates one second before the start", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE);
      await acceptAsClient(a);
      await at(START - 1n);
      await acceptAsProvider(a);
      await expectState(a, { phase: Phase.Active });
    });

    for (const late of [0n, 1n]) {
      it(`refuses ${late} s after the start`, async () => {
        const a = await loadFixture(draft);
        await deposit(a, FEE);
        await acceptAsClient(a);
        await at(START + late);
        await expectRefusal(acceptAsProvider(a), a.escrow, "NotDraft");
      });
    }

    it("refuses an active and a closed agreement", async () => {
      const a = await loadFixture(active);
      for (const party of [a.provider, a.client]) await expectRefusal(accept(a, party), a.escrow, "NotDraft");
      await timeTravelTo(boundaryOf(a, 14));
      await expectState(a, { phase: Phase.Closed });
      for (const party of [a.provider, a.client]) await expectRefusal(accept(a, party), a.escrow, "NotDraft");
    });
  });

  describe("taking the money back: a free look is free for both, until both stand", () => {
    it("pays the provider its bond to anyone it names and takes its acceptance back", async () => {
      const a = await loadFixture(bondedDraft);
      await acceptAsProvider(a);
      const before = await balancesOf(a);
      expect(await eventsOf(a, a.escrow.connect(a.provider).claim(a.newcomer))).to.deep.equal([
        ["Unaccepted", 1n],
        ["Claimed", a.newcomer.address, usd(500)],
      ]);
      expect(await balancesOf(a)).to.deep.equal({ ...before, newcomer: usd(500), escrow: 0n });
      await expectState(a, { providerAccepted: false, bond: 0n });
    });

    it("takes the provider's acceptance back when there is no bond", async () => {
      const a = await loadFixture(draft);
      await acceptAsProvider(a);
      expect(await eventsOf(a, a.escrow.connect(a.provider).claim(a.provider))).to.deep.equal([
        ["Unaccepted", 1n],
        ["Claimed", a.provider.address, 0n],
      ]);
      await expectState(a, { providerAccepted: false });
    });

    it("takes the client's acceptance back with any withdrawal, even when the fee stays, even of nothing", async () => {
      const a = await loadFixture(draft);
      await deposit(a, FEE + 5n);
      for (const amount of [5n, 0n]) {
        await acceptAsClient(a);
        const before = await balancesOf(a);
        expect(await eventsOf(a, a.escrow.connect(a.client).withdraw(a.stranger, amount))).to.deep.equal([
          ["Unaccepted", 2n],
          ["Withdrawn", a.stranger.address, amount],
        ]);
        expect(await balancesOf(a)).to.deep.equal({
          ...before,
          stranger: before.stranger + amount,
          escrow: before.escrow - amount,
        });
        await expectState(a, { clientAccepted: false, balance: FEE });
      }
    });

    it("stays a draft until both acceptances stand at once", async () => {
      const a = await loadFixture(bondedDraft);
      await deposit(a, FEE);
      await acceptAsClient(a);
      await a.escrow.connect(a.client).withdraw(a.client, FEE);
      await acceptAsProvider(a);
      await expectState(a, { phase: Phase.Draft, clientAccepted: false, providerAccepted: true });
      await a.escrow.connect(a.provider).claim(a.provider);
      await deposit(a, FEE);
      await acceptAsClient(a);
      await expectState(a, { phase: Phase.Draft, clientAccepted: true, providerAccepted: false });
      await acceptAsProvider(a);
      await expectState(a, { phase: Phase.Active, bond: usd(500), balance: FEE });
    });

    it("binds both from the second acceptance on, before the start too", async () => {
      const a = await loadFixture(bondedDraft);
      await activate(a, 2n * FEE);
      await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 1n), a.escrow, "AmountAboveFree", [1n, 0n]);
      await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 0n), a.escrow, "NothingToPay");
      await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.escrow, "NothingToPay");
      await expectState(a, { phase: Phase.Active, providerAccepted: true, clientAccepted: true });
    });

    it("refuses when nothing is there to take", async () => {
      const a = await loadFixture(bondedDraft);
      await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.escrow, "NothingToPay");
      await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 0n), a.escrow, "NothingToPay");
      await deposit(a, 7n);
      await expectRefusal(a.escrow.connect(a.client).withdraw(a.client, 8n), a.escrow, "AmountAboveFree", [8n, 7n]);
    });
  });
});
