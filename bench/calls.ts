/** Calls beside the compared ones: their parts, variants, and what is done rarely. */
import { approve, loadFixture, usd } from "../test/support/fixture.ts";
import { type Figures, gasOf } from "./gas.ts";
import { full, perClient, running, year } from "./ours.ts";
import { begin, branches, breach, deliver, gravest, type Portfolio, warmWorld } from "./portfolio.ts";

export async function calls(): Promise<Figures> {
  return {
    ...(await beginnings()),
    ...(await breaches()),
    ...(await payouts()),
    "year with a claim every month": await year(1),
  };
}

async function beginnings(): Promise<Figures> {
  const plain = await loadFixture(async () => begin(await warmWorld(), {}));
  const bonded = await loadFixture(async () => begin(await warmWorld(), { bond: usd(500) }));
  return {
    "create, with a bond": bonded.create,
    "fund by plain transfer": plain.transfer,
    "accept, client": plain.client,
    "accept, provider": plain.provider,
    "accept, client, with a bond": bonded.client,
    "accept, provider, with a bond": bonded.provider,
  };
}

/** What differs from the compared months: the first report ever, the first breach ever, a breach that sets a bit. */
async function breaches(): Promise<Figures> {
  const all = await loadFixture(full);
  const firstMonth = await deliver(all, 0);
  await deliver(all, 1);
  const [[reported = 0, finalised = 0] = [], [, chronic = 0] = []] = await branches(
    () => breachAndNext(all, breach),
    () => breachAndNext(all, gravest),
  );
  return {
    "first month, in a batch of 100, each": perClient(firstMonth),
    "first breach ever reported, in a batch of 100, each": perClient(reported),
    "first breach ever finalised, in a batch of 100, each": perClient(finalised),
    "breach finalised that sets a chronic bit, in a batch of 100, each": perClient(chronic),
  };
}

async function breachAndNext(all: Portfolio, bad: typeof breach): Promise<number[]> {
  return [await deliver(all, 2, bad), await deliver(all, 3)];
}

async function payouts(): Promise<Figures> {
  const a = await loadFixture(running);
  await approve(a, a.client, a.terms.fee);
  const fund = await gasOf(a.escrow.connect(a.client).fund(a.terms.fee));
  return { fund, withdraw: await gasOf(a.escrow.connect(a.client).withdraw(a.client, usd(1))) };
}
