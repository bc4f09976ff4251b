/** How costs grow: with the batch, the terms, the silence, and the number of agreements read at once. */
import type { Objective, Terms, Tier } from "../src/terms/types.ts";
import { Mode, Unit } from "../src/terms/types.ts";
import {
  type Agreement,
  below,
  boundaryOf,
  ethers,
  loadFixture,
  PERCENT,
  timeTravelTo,
  usd,
} from "../test/support/fixture.ts";
import { D, R } from "../test/support/disputes.ts";
import { type Figures, gasOf } from "./gas.ts";
import { begin, branches, deliver, first, portfolio, type Portfolio, warmWorld } from "./portfolio.ts";
import { perClient } from "./ours.ts";

export const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200];
const TERMS = [1, 2, 4, 8, 16];
const FORGOTTEN = [1, 12, 60, 120, 240];
/** Objectives and tiers are compared in batches of this size: what they add is the same in any. */
export const TERMS_BATCH = 20;

export interface Growth {
  /** A good month per client, by the size of its batch. */
  readonly batch: Figures;
  /** The same by objectives of three tiers, each with an indicator of its own. */
  readonly objectives: Figures;
  /** The same by the tiers of one objective. */
  readonly tiers: Figures;
  /** To settle so many periods that nobody reported. */
  readonly forgotten: Figures;
}

export async function growth(): Promise<Growth> {
  const objectives = (count: number) => objectivesOf(Array.from({ length: count }, () => tiersOf(3)));
  const tiers = (count: number) => objectivesOf([tiersOf(count)]);
  return {
    batch: await batches(),
    objectives: await by(TERMS, (count) => monthUnder(objectives(count))),
    tiers: await by(TERMS, (count) => monthUnder(tiers(count))),
    forgotten: await silences(),
  };
}

async function batches(): Promise<Figures> {
  const all = await loadFixture(() => portfolio(Math.max(...BATCHES)));
  await deliver(all, 0);
  await deliver(all, 1);
  const gas = await branches(...BATCHES.map((count) => () => deliver(first(all, count), 2)));
  return Object.fromEntries(BATCHES.map((count, i) => [count, perClient(gas[i] ?? 0, count)]));
}

async function monthUnder(changes: Partial<Terms>): Promise<number> {
  const all: Portfolio = await loadFixture(() => portfolio(TERMS_BATCH, changes));
  await deliver(all, 0);
  await deliver(all, 1);
  return perClient(await deliver(all, 2), TERMS_BATCH);
}

/** Every objective counts by an indicator of its own. */
function objectivesOf(all: readonly (readonly Tier[])[]): Partial<Terms> {
  const objectives = all.map((tiers, indicator): Objective => ({ indicator, tiers: [...tiers] }));
  const indicators = all.map((_, i) => ({
    id: i + 1,
    unit: Unit.Seconds,
    mode: Mode.DowntimeOnly,
    instances: 1n,
    excludedCap: 0n,
  }));
  return { objectives, indicators };
}

/** From 99.9 % down, a percent more credit a tier. */
const tiersOf = (count: number): Tier[] =>
  Array.from({ length: count }, (_, i) => below(999_000_000n - BigInt(i) * PERCENT, BigInt(i + 1) * PERCENT));

async function silences(): Promise<Figures> {
  const a = await loadFixture(forgotten);
  const gas = await branches(
    ...FORGOTTEN.map((count) => async () => {
      await timeTravelTo(boundaryOf(a, count) + R + D);
      return gasOf(a.escrow.connect(a.stranger).settle());
    }),
  );
  return Object.fromEntries(FORGOTTEN.map((count, i) => [count, gas[i] ?? 0]));
}

/** Twenty years of months. */
async function forgotten(): Promise<Agreement> {
  const { agreement } = await begin(await warmWorld(), { periods: 240, termCreditCap: usd(240_000) });
  return agreement;
}

async function by(sizes: readonly number[], measure: (size: number) => Promise<number>): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const size of sizes) figures[size] = await measure(size);
  return figures;
}

/** What one `eth_call` of the factory's page of `count` agreements, in the middle of their lives, may use. */
export async function summaries(sizes: readonly number[]): Promise<Figures> {
  const all = await loadFixture(() => portfolio(Math.max(...sizes)));
  for (let from = 0; from < all.agreements.length; from += 100) {
    // Batches of a hundred: each reports its own hundred.
    await deliver({ ...all, agreements: all.agreements.slice(from, from + 100) }, 0);
  }
  return by(sizes, (count) => pageGas(first(all, count)));
}

async function pageGas({ agreements, member }: Portfolio): Promise<number> {
  const [{ factory }] = agreements as readonly [Agreement, ...Agreement[]];
  const data = factory.interface.encodeFunctionData("summaries", [agreements.map(({ address }) => address)]);
  const call = { from: member.address, to: await factory.getAddress(), data, gas: "0x3b9aca00" };
  const options = { tracer: "callTracer", tracerConfig: { onlyTopCall: true } };
  const trace = (await ethers.provider.send("debug_traceCall", [call, "latest", options])) as {
    gasUsed: string;
    error?: string;
  };
  if (trace.error !== undefined) throw new Error(`a page of ${agreements.length}: ${trace.error}`);
  return Number(trace.gasUsed);
}
