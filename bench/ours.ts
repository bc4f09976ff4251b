/** What the parties and the oracle of one client pay, by the definitions that other escrows are compared by. */
import type { Terms } from "../src/terms/types.ts";
import { badFor, claimOf, D, type Credit } from "../test/support/disputes.ts";
import {
  approve,
  type Agreement,
  at,
  boundaryOf,
  counts,
  ethers,
  loadFixture,
  now,
  Ruling,
  timeTravelTo,
  usd,
} from "../test/support/fixture.ts";
import { gasOf } from "./gas.ts";
import { begin, branches, breach, deliver, type Portfolio, portfolio, warmWorld } from "./portfolio.ts";

/** In the order of an agreement's life. */
export interface Ours {
  readonly create: number;
  readonly acceptAndFund: number;
  readonly acceptAndFundBond: number;
  readonly monthInBatchOf100: number;
  readonly monthAlone: number;
  readonly breachReported: number;
  readonly breachFinalised: number;
  readonly dispute: number;
  readonly answer: number;
  readonly rule: number;
  readonly claim: number;
  readonly year: number;
}

/** One fixture for all that starts from it: making it takes seconds. */
export const full = () => portfolio(BATCH);

const WITH_BOND: Partial<Terms> = { bond: usd(500) };
const BATCH = 100;
const MONTHS = 12;

export async function ours(): Promise<Ours> {
  const plain = await loadFixture(async () => begin(await warmWorld(), {}));
  const bonded = await loadFixture(async () => begin(await warmWorld(), WITH_BOND));
  const batch = await batches();
  return {
    create: plain.create,
    acceptAndFund: plain.transfer + plain.client + plain.provider,
    acceptAndFundBond: bonded.transfer + bonded.client + bonded.provider,
    monthInBatchOf100: batch.good,
    monthAlone: await gasOf(report(await loadFixture(running), 2)),
    breachReported: batch.reported,
    breachFinalised: batch.finalised,
    ...(await dispute()),
    claim: await claim(),
    year: await year(3),
  };
}

/** Per client, the fraction of a unit of gas rounded up. */
export const perClient = (gas: number, clients = BATCH): number => Math.ceil(gas / clients);

/** In the middle of agreements that have had a breach before: nothing is written for the first time. */
export async function middle(): Promise<Portfolio> {
  const all = await loadFixture(full);
  await deliver(all, 0, breach);
  await deliver(all, 1);
  await deliver(all, 2);
  return all;
}

async function batches() {
  const all = await middle();
  const [good = 0, reported = 0, finalised = 0] = await branches(
    () => deliver(all, 3),
    () => deliver(all, 3, breach),
    async () => {
      await deliver(all, 3, breach);
      return deliver(all, 4);
    },
  );
  return { good: perClient(good), reported: perClient(reported), finalised: perClient(finalised) };
}

/** An oracle that is a plain account; two good months behind it. */
export async function running(): Promise<Agreement> {
  const { agreement } = await begin(await warmWorld(), {});
  await report(agreement, 0);
  await report(agreement, 1);
  return agreement;
}

/** The oracle reports `period` at the opening of its window, which settles the one before. */
export async function report(a: Agreement, period: number, credit: Credit = 0) {
  const measurements = await counts(a, period, credit === 0 ? 600n : badFor(credit));
  await at(boundaryOf(a, period + 1));
  return a.escrow.connect(a.oracle).report(period, 0, measurements, ethers.id(`evidence for ${period}`));
}

/** A month reported as a quarter's credit; the client says half, the provider a tenth. */
async function dispute(): Promise<Pick<Ours, "dispute" | "answer" | "rule">> {
  const a = await loadFixture(running);
  await report(a, 2, 25);
  const claimed = await claimWith(a, a.client, 50);
  const answered = await claimWith(a, a.provider, 10);
  await timeTravelTo((await now()) + D);
  const rule = await gasOf(a.escrow.connect(a.arbiter).rule(2, Ruling.Client));
  return { dispute: claimed, answer: answered, rule };
}

/** A claim whose pledge was approved to the unit. */
async function claimWith(a: Agreement, seat: Agreement["client"], credit: Credit): Promise<number> {
  const reported = (await a.escrow.state()).credit;
  const claimed = await a.lens.creditOf(a.address, 2, await counts(a, 2, badFor(credit)));
  await approve(a, seat, await a.lens.pledgeOf(a.address, claimed, reported));
  return gasOf(claimOf(a, seat, 2, credit));
}

async function claim(): Promise<number> {
  const a = await loadFixture(running);
  await report(a, 2);
  return gasOf(a.escrow.connect(a.provider).claim(a.provider));
}

/** All that 100 clients of good months spend in a year, from creation to the last unit paid out, per client. */
export async function year(monthsPerClaim: number): Promise<number> {
  const all = await loadFixture(full);
  const parts = all.beginnings.map(({ create, transfer, client, provider }) => create + transfer + client + provider);
  let gas = parts.reduce((sum, part) => sum + part, 0);
  for (let month = 0; month < MONTHS; month++) {
    gas += await deliver(all, month);
    if (month > 0 && month % monthsPerClaim === 0) gas += await claims(all);
  }
  // The last month is final only after its dispute window; this claim settles it.
  await timeTravelTo((await now()) + D);
  gas += await claims(all);
  for (const { token, address } of all.agreements) {
    if ((await token.balanceOf(address)) !== 0n) throw new Error("the year left money behind");
  }
  return perClient(gas);
}

async function claims(all: Portfolio): Promise<number> {
  let gas = 0;
  for (const { escrow, provider } of all.agreements) gas += await gasOf(escrow.connect(provider).claim(provider));
  return gas;
}
