/** One agreement from its creation to its end, each call by itself. */
import { encodeTerms } from "../src/terms/codec.ts";
import type { Terms } from "../src/terms/types.ts";
import { badFor, claimOf, D, type Credit } from "../test/support/disputes.ts";
import {
  activate,
  type Agreement,
  approve,
  at,
  boundaryOf,
  counts,
  createAgreement,
  deposit,
  ethers,
  loadFixture,
  now,
  Ruling,
  termsOf,
  timeTravelTo,
  usd,
  world,
} from "../test/support/fixture.ts";
import { type Figures, gasOf } from "./gas.ts";

/** Ten minutes down in a month: no credit by the reference table. */
export const GOOD_MONTH = 600n;
export const EVIDENCE = ethers.id("evidence");

/** The reference agreement: 1 objective of 3 tiers, 12 months, one chronic rule, a token of 6 decimals. */
const WITHOUT_BOND: Partial<Terms> = {};
const WITH_BOND: Partial<Terms> = { bond: usd(500) };

export async function beginning(): Promise<Figures> {
  const plain = await loadFixture(async () => firstCalls(WITHOUT_BOND));
  const bonded = await loadFixture(async () => firstCalls(WITH_BOND));
  const named = Object.entries(plain).flatMap(([name, gas]) => [
    [name, gas],
    [`${name}, with a bond`, bonded[name] ?? 0],
  ]);
  return Object.fromEntries(named) as Figures;
}

/** From nothing to active. */
async function firstCalls(changes: Partial<Terms>): Promise<Figures> {
  const w = await world();
  const packed = encodeTerms(termsOf(w, changes));
  const create = await gasOf(w.factory.create(packed));
  // Creating is idempotent: this finds the one that exists.
  const a = await createAgreement(w, changes);

  await a.token.mint(a.client.address, a.terms.fee * 12n);
  const transfer = await gasOf(a.token.connect(a.client).transfer(a.address, a.terms.fee));
  const hash = ethers.keccak256(packed);
  const client = await gasOf(a.escrow.connect(a.client).accept(hash));
  if (a.terms.bond > 0n) await approve(a, a.provider, a.terms.bond);
  const provider = await gasOf(a.escrow.connect(a.provider).accept(hash));
  await a.token.connect(a.client).approve(a.address, a.terms.fee);
  const fund = await gasOf(a.escrow.connect(a.client).fund(a.terms.fee));
  return {
    create,
    "transfer the first fee": transfer,
    "accept, client": client,
    "accept, provider": provider,
    fund,
  };
}

/** Two good months behind it. */
async function running(): Promise<Agreement> {
  const a = await createAgreement(await world());
  await activate(a);
  await report(a, 0);
  await report(a, 1);
  return a;
}

/** The oracle reports `period` at the opening of its window, which settles the one before. */
async function report(a: Agreement, period: number, credit: Credit = 0) {
  const measurements = await counts(a, period, credit === 0 ? GOOD_MONTH : badFor(credit));
  await at(boundaryOf(a, period + 1));
  return a.escrow.connect(a.oracle).report(period, 0, measurements, EVIDENCE);
}

export async function months(): Promise<Figures> {
  const good = await gasOf(report(await loadFixture(running), 2));
  const a = await loadFixture(running);
  const breach = await gasOf(report(a, 2, 10));
  const after = await gasOf(report(a, 3));
  return {
    "report a good month, alone": good,
    "report a breach": breach,
    "report, which makes a breach final": after,
  };
}

/** A month reported as good; the client says a quarter is due, the provider a tenth. */
export async function dispute(): Promise<Figures> {
  const a = await loadFixture(running);
  await report(a, 2, 25);
  const claim = await claimWith(a, a.client, 50);
  const answer = await claimWith(a, a.provider, 10);
  await timeTravelTo((await now()) + D);
  const rule = await gasOf(a.escrow.connect(a.arbiter).rule(2, Ruling.Client));
  return { "dispute, first claim": claim, "dispute, answer": answer, "rule, which splits first": rule };
}

/** A claim whose pledge was approved to the unit. */
async function claimWith(a: Agreement, seat: Agreement["client"], credit: Credit): Promise<number> {
  const reported = (await a.escrow.state()).credit;
  const claimed = await a.lens.creditOf(a.address, 2, await counts(a, 2, badFor(credit)));
  await approve(a, seat, await a.lens.pledgeOf(a.address, claimed, reported));
  return gasOf(claimOf(a, seat, 2, credit));
}

/** Payouts to accounts that hold tokens already. */
export async function payouts(): Promise<Figures> {
  const a = await loadFixture(running);
  await report(a, 2);
  await a.token.mint(a.provider.address, 1n);
  await a.token.mint(a.client.address, 1n);
  const claim = await gasOf(a.escrow.connect(a.provider).claim(a.provider));
  const withdraw = await gasOf(a.escrow.connect(a.client).withdraw(a.client, usd(1)));
  return { claim, withdraw };
}

/** Nobody called for twenty years. */
export async function silence(): Promise<Figures> {
  const a = await loadFixture(async () => {
    const made = await createAgreement(await world(), { periods: 240, termCreditCap: usd(240_000) });
    await activate(made);
    return made;
  });
  await deposit(a, 1n);
  await timeTravelTo(boundaryOf(a, 242));
  return { "settle 240 silent months": await gasOf(a.escrow.connect(a.stranger).settle()) };
}
