import { DAY } from "../../src/terms/bounds.ts";
import { expectMoves, expectRefusal, expectState } from "../support/expect.ts";
import {
  acceptAsClient,
  acceptAsProvider,
  type Agreement,
  approve,
  at,
  BONDED,
  consentTo,
  createAgreement,
  deposit,
  ethers,
  Exit,
  FEE,
  loadFixture,
  NO_EVIDENCE,
  now,
  Phase,
  Ruling,
  START,
  timeTravelTo,
  usd,
  world,
} from "../support/fixture.ts";

/** Only the provider accepted; the client's money is there. */
async function providerOnly(): Promise<Agreement> {
  const a = await createAgreement(await world(), BONDED);
  await deposit(a, FEE);
  await acceptAsProvider(a);
  return a;
}

async function lapsed(): Promise<Agreement> {
  const a = await providerOnly();
  await timeTravelTo(START);
  return a;
}

describe("SLAEscrow: lapsed", () => {
  it("is lapsed from the start on, not a second before", async () => {
    const a = await loadFixture(providerOnly);
    await at(START - 1n);
    await expectState(a, { phase: Phase.Draft });
    await at(START);
    await expectState(a, { phase: Phase.Lapsed, committed: 0n, withdrawable: FEE });
  });

  it("lapses as well when only the client accepted", async () => {
    const a = await createAgreement(await loadFixture(world));
    await deposit(a, FEE);
    await acceptAsClient(a);
    await timeTravelTo(START);
    await expectState(a, { phase: Phase.Lapsed, clientAccepted: true });
    await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, FEE), { client: FEE, escrow: -FEE });
    await expectState(a, { phase: Phase.Lapsed, clientAccepted: false });
  });

  it("pays both sides all that is theirs, transfers that came late too", async () => {
    const a = await loadFixture(lapsed);
    await deposit(a, 3n, a.stranger);
    await expectMoves(a, () => a.escrow.connect(a.provider).claim(a.provider), {
      provider: usd(500),
      escrow: -usd(500),
    });
    await expectMoves(a, () => a.escrow.connect(a.client).withdraw(a.client, FEE + 3n), {
      client: FEE + 3n,
      escrow: -FEE - 3n,
    });
    await expectState(a, { phase: Phase.Lapsed, providerAccepted: false, balance: 0n, bond: 0n, unabsorbed: 0n });
    await expectRefusal(a.escrow.connect(a.provider).claim(a.provider), a.escrow, "NothingToPay");
  });

  it("refuses all that belongs to a draft or an active agreement", async () => {
    const a = await loadFixture(lapsed);
    await approve(a, a.client, usd(1));
    const { client, provider, oracle, arbiter } = a;
    const as = (who: typeof client) => a.escrow.connect(who);
    const refuses = (call: Promise<unknown>, error: string, args: unknown[] = []) =>
      expectRefusal(call, a.escrow, error, args);
    await refuses(as(client).accept(ethers.keccak256(a.packed)), "NotDraft");
    await refuses(as(client).fund(usd(1)), "AgreementOver");
    await refuses(as(client).fundWithPermit(usd(1), 0n, 27, NO_EVIDENCE, NO_EVIDENCE), "AgreementOver");
    await refuses(as(oracle).report(0, 0, [], NO_EVIDENCE), "NotActive");
    await refuses(as(client).dispute(0, 0, [], NO_EVIDENCE), "NotActive");
    await refuses(as(arbiter).rule(0, Ruling.Report), "NoOpenDispute", [0n]);
    await refuses(as(client).agree(consentTo("End", { end: START + DAY }), (await now()) + DAY), "NotActive");
    await refuses(as(provider).postBond(), "NotActive");
    for (const exit of [Exit.Notice, Exit.ChronicFailure, Exit.BondShort, Exit.NonPayment]) {
      await refuses(as(client).terminate(exit), "NotActive");
    }
  });
});
