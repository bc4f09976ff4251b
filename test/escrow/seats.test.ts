import { expect } from "chai";
import { DAY } from "../../src/terms/bounds.ts";
import { eventsOf, expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsProvider,
  active,
  type Agreement,
  at,
  BAD,
  bonded,
  boundaryOf,
  consentTo,
  createAgreement,
  deposit,
  disputePeriod,
  draft,
  ethers,
  FEE,
  loadFixture,
  NOBODY,
  now,
  Phase,
  reportPeriod,
  Ruling,
  Seat,
  type Signer,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

const ANY_END = 2n ** 256n - 1n;
const offer = (a: Agreement, from: Signer, to: Signer | string) => a.escrow.connect(from).offerSeat(to);
const take = (a: Agreement, taker: Signer, seat: number, least = 0n, latest = ANY_END) =>
  a.escrow.connect(taker).takeSeat(seat, least, latest);

/** Both seats are offered to the newcomer. */
async function offered(): Promise<Agreement> {
  const a = await active();
  await offer(a, a.client, a.newcomer);
  await offer(a, a.provider, a.newcomer);
  return a;
}

describe("SLAEscrow: seats", () => {
  describe("offerSeat", () => {
    it("tells the offer; only the last one stands; the zero address takes it back", async () => {
      const a = await loadFixture(active);
      for (const to of [a.stranger.address, a.newcomer.address, NOBODY]) {
        expect(await eventsOf(a, offer(a, a.client, to))).to.deep.equal([["SeatOffered", 2n, to]]);
        expect(await a.escrow.seatOffer(Seat.Client)).to.equal(to);
        expect(await a.escrow.seatOffer(Seat.Provider)).to.equal(NOBODY);
      }
      for (const taker of [a.stranger, a.newcomer]) {
        await expectRefusal(take(a, taker, Seat.Client), a.escrow, "SeatNotOffered", [taker.address, NOBODY]);
      }
    });

    it("refuses who is no party", async () => {
      const a = await loadFixture(active);
      for (const other of [a.oracle, a.arbiter, a.stranger]) {
        await expectRefusal(offer(a, other, other), a.escrow, "NotAParty", [other.address]);
      }
    });

    it("works in a draft and after the close", async () => {
      const a = await loadFixture(draft);
      await offer(a, a.provider, a.newcomer);
      await take(a, a.newcomer, Seat.Provider);
      const b = await loadFixture(active);
      await timeTravelTo(boundaryOf(b, 14));
      await offer(b, b.provider, b.newcomer);
      await take(b, b.newcomer, Seat.Provider);
      await expectMoves(b, () => b.escrow.connect(b.newcomer).claim(b.newcomer), {
        newcomer: 6n * FEE,
        escrow: -6n * FEE,
      });
    });
  });

  describe("takeSeat", () => {
    it("refuses who was not offered this seat", async () => {
      const a = await loadFixture(active);
      await offer(a, a.client, a.newcomer);
      await expectRefusal(take(a, a.stranger, Seat.Client), a.escrow, "SeatNotOffered", [
        a.stranger.address,
        a.newcomer.address,
      ]);
      await expectRefusal(take(a, a.newcomer, Seat.Provider), a.escrow, "SeatNotOffered", [a.newcomer.address, NOBODY]);
      await expectRefusal(take(a, a.newcomer, Seat.None), a.escrow, "SeatNotOffered", [a.newcomer.address, NOBODY]);
      await expectState(a, { client: a.client.address, provider: a.provider.address });
    });

    it("takes with a least balance up to what is there, not a unit more", async () => {
      const a = await loadFixture(offered);
      await expectRefusal(take(a, a.newcomer, Seat.Client, 12n * FEE + 1n), a.escrow, "BalanceBelowAccepted", [
        12n * FEE,
        12n * FEE + 1n,
      ]);
      expect(await eventsOf(a, take(a, a.newcomer, Seat.Client, 12n * FEE))).to.deep.equal([
        ["SeatTaken", 2n, a.newcomer.address],
      ]);
      await expectState(a, { client: a.newcomer.address, provider: a.provider.address });
    });

    it("compares the balance with what waits to be counted, whether somebody synced before or not", async () => {
      const a = await loadFixture(offered);
      await deposit(a, usd(500));
      await expectRefusal(take(a, a.newcomer, Seat.Client, usd(12_500) + 1n), a.escrow, "BalanceBelowAccepted", [
        usd(12_500),
        usd(12_500) + 1n,
      ]);
      expect(await eventsOf(a, take(a, a.newcomer, Seat.Client, usd(12_500)))).to.deep.equal([
        ["Funded", usd(500)],
        ["SeatTaken", 2n, a.newcomer.address],
      ]);
    });

    it("compares the balance after all that is due is settled", async () => {
      const a = await loadFixture(offered);
      await reportPeriod(a, 0);
      await at(boundaryOf(a, 1) + 7n * DAY);
      await expectRefusal(take(a, a.newcomer, Seat.Client, 11n * FEE + 1n), a.escrow, "BalanceBelowAccepted", [
        11n * FEE,
        11n * FEE + 1n,
      ]);
      await take(a, a.newcomer, Seat.Client, 11n * FEE);
    });

    it("takes with a latest end from the present one on", async () => {
      const a = await loadFixture(offered);
      const end = boundaryOf(a, 12);
      await expectRefusal(take(a, a.newcomer, Seat.Provider, 0n, end - 1n), a.escrow, "EndAfterAccepted", [
        end,
        end - 1n,
      ]);
      await take(a, a.newcomer, Seat.Provider, 0n, end);
      await expectState(a, { provider: a.newcomer.address });
    });

    for (const [name, role, error] of [
      ["the other party", "provider", "PartiesAreTheSame"],
      ["the arbiter", "arbiter", "ArbiterIsNotNeutral"],
    ] as const) {
      it(`refuses ${name}`, async () => {
        const a = await loadFixture(active);
        await offer(a, a.client, a[role]);
        const call = take(a, a[role], Seat.Client);
        await expectRefusal(call, a.escrow, error, [a[role].address]);
      });
    }

    it("refuses the token and the agreement itself", async () => {
      const w = await loadFixture(world);
      const wallet = await ethers.deployContract("SmartWallet");
      const asToken = await createAgreement(w, { token: wallet.target as string });
      await offer(asToken, w.client, wallet.target as string);
      const call = asToken.escrow.interface.encodeFunctionData("takeSeat", [Seat.Client, 0n, ANY_END]);
      await expectRefusal(wallet.execute(asToken.address, call), asToken.escrow, "RoleIsNotAPerson", [wallet.target]);
      // The agreement never calls itself; the check is the same one.
      await offer(asToken, w.client, asToken.address);
      const self = await ethers.getImpersonatedSigner(asToken.address);
      await ethers.provider.send("hardhat_setBalance", [asToken.address, "0xde0b6b3a7640000"]);
      await expectRefusal(take(asToken, self, Seat.Client), asToken.escrow, "RoleIsNotAPerson", [asToken.address]);
    });

    it("lets the oracle hold a seat", async () => {
      const a = await loadFixture(active);
      await offer(a, a.client, a.oracle);
      await take(a, a.oracle, Seat.Client);
      await expectState(a, { client: a.oracle.address, oracle: a.oracle.address });
    });

    it("uses the offer up", async () => {
      const a = await loadFixture(offered);
      await take(a, a.newcomer, Seat.Client);
      await expectRefusal(take(a, a.newcomer, Seat.Client), a.escrow, "SeatNotOffered", [a.newcomer.address, NOBODY]);
    });
  });

  describe("what belongs to a seat", () => {
    it("goes with the client's: balance, the right to leave, a claim and its pledge", async () => {
      const a = await loadFixture(active);
      await reportPeriod(a, 0);
      await disputePeriod(a, a.client, 0, { bad: BAD[10] });
      await offer(a, a.client, a.newcomer);
      await take(a, a.newcomer, Seat.Client);
      const again = disputePeriod(a, a.newcomer, 0, { bad: BAD[25] });
      await expectRefusal(again, a.escrow, "AlreadyClaimed", [Seat.Client, 0n]);
      await timeTravelTo((await a.escrow.disputeOf(0)).disputedAt + 7n * DAY);
      await a.escrow.connect(a.arbiter).rule(0, Ruling.Client);
      const free = 12n * FEE - usd(900) + usd(50) - 2n * FEE;
      await expectState(a, { withdrawable: free, pledges: 0n });
      for (const call of [a.escrow.connect(a.client).withdraw(a.client, 1n)]) {
        await expectRefusal(call, a.escrow, "NotTheSeat", [a.client.address, a.newcomer.address]);
      }
      await expectRefusal(offer(a, a.client, a.client), a.escrow, "NotAParty", [a.client.address]);
      await expectRefusal(a.escrow.connect(a.client).terminate(1), a.escrow, "NotAParty", [a.client.address]);
      await expectMoves(a, () => a.escrow.connect(a.newcomer).withdraw(a.newcomer, free), {
        newcomer: free,
        escrow: -free,
      });
    });

    it("goes with the provider's: earnings and, after the close, the bond", async () => {
      const a = await loadFixture(bonded);
      await reportPeriod(a, 0);
      await timeTravelTo(boundaryOf(a, 1) + 7n * DAY);
      await offer(a, a.provider, a.newcomer);
      await take(a, a.newcomer, Seat.Provider);
      await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.escrow, "NotTheSeat", [
        a.provider.address,
        a.newcomer.address,
      ]);
      await timeTravelTo(boundaryOf(a, 14));
      const pay = FEE + 11n * usd(500) + usd(500);
      await expectState(a, { phase: Phase.Closed, earnings: pay });
      await expectMoves(a, () => a.escrow.connect(a.newcomer).claim(a.newcomer), { newcomer: pay, escrow: -pay });
    });

    it("keeps an acceptance in a draft", async () => {
      const a = await loadFixture(draft);
      await acceptAsProvider(a);
      await offer(a, a.provider, a.newcomer);
      await take(a, a.newcomer, Seat.Provider);
      await expectState(a, { providerAccepted: true });
      await expectRefusal(acceptAsProvider(a), a.escrow, "NotAParty", [a.provider.address]);
      await a.escrow.connect(a.newcomer).claim(a.newcomer);
      await expectState(a, { providerAccepted: false });
      await a.escrow.connect(a.newcomer).accept(ethers.keccak256(a.packed));
      await expectState(a, { providerAccepted: true });
    });

    it("can be handed back", async () => {
      const a = await loadFixture(offered);
      await take(a, a.newcomer, Seat.Client);
      await offer(a, a.newcomer, a.client);
      await take(a, a.client, Seat.Client);
      await expectState(a, { client: a.client.address });
    });
  });

  it("lets every open consent die, the other seat's too", async () => {
    const a = await loadFixture(offered);
    const consent = consentTo("End", { end: START + 40n * DAY });
    const expiry = (await now()) + 20n * DAY;
    await a.escrow.connect(a.provider).agree(consent, expiry);
    await a.escrow.connect(a.client).agree(consentTo("Oracle", { account: a.stranger.address }), expiry);
    await take(a, a.newcomer, Seat.Client);
    expect(await a.escrow.consentOf(Seat.Provider, consent)).to.equal(0n);
    await expectRefusal(a.escrow.connect(a.provider).revoke(consent), a.escrow, "NoSuchConsent");
    await a.escrow.connect(a.newcomer).agree(consent, expiry);
    await expectState(a, { end: boundaryOf(a, 12) });
    await a.escrow.connect(a.provider).agree(consentTo("Oracle", { account: a.stranger.address }), expiry);
    await expectState(a, { oracle: a.oracle.address });
    // Given anew by both that sit there now it works.
    await a.escrow.connect(a.provider).agree(consent, expiry);
    await expectState(a, { end: START + 40n * DAY });
  });
});
