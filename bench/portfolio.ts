/** Many agreements under the reference terms, and the batches that report them: a committee of one member signs. */
import { batchTypes, committeeDomain, packReports, type BatchedReport } from "../src/chain/batch.ts";
import { encodeTerms } from "../src/terms/codec.ts";
import type { Terms } from "../src/terms/types.ts";
import type { OracleCommittee } from "../typechain-types/index.ts";
import {
  approve,
  type Agreement,
  BAD,
  boundaryOf,
  ethers,
  networkHelpers,
  now,
  PERCENT,
  type Signer,
  termsOf,
  timeTravelTo,
  type World,
  world,
} from "../test/support/fixture.ts";
import { gasOf } from "./gas.ts";

/**
 * 1 objective of 3 tiers, 12 months, one chronic rule, a token of 6 decimals. A breach of a tenth of the fee sets no bit
 * of the rule, which counts from a quarter on.
 */
export const REFERENCE: Partial<Terms> = { chronic: [{ count: 2, window: 3, leastShare: 25n * PERCENT }] };

/** What a batch needs beyond its own use: the committee checks that each entry could have its most. */
export const GAS = { gasLimit: 15_000_000 };

export interface Portfolio {
  readonly committee: OracleCommittee;
  readonly member: Signer;
  readonly agreements: readonly Agreement[];
}

/** What it took to make an agreement active. */
export interface Beginning {
  readonly create: number;
  readonly transfer: number;
  readonly client: number;
  readonly provider: number;
}

/** `count` agreements, all active and funded to their end, and what each beginning took. */
export async function portfolio(count: number, changes: Partial<Terms> = {}) {
  const w = await warmWorld();
  const member = (await ethers.getSigners())[10] as Signer;
  const committee = await ethers.deployContract("OracleCommittee", [[member.address], 1]);
  const oracle = await committee.getAddress();
  const agreements: Agreement[] = [];
  const beginnings: Beginning[] = [];
  for (let i = 0; i < count; i++) {
    const { agreement, ...gas } = await begin(w, { oracle, document: ethers.id(`agreement ${i}`), ...changes });
    agreements.push(agreement);
    beginnings.push(gas);
  }
  return { committee, member, agreements, beginnings };
}

/** Everybody held the token before. */
export async function warmWorld(): Promise<World> {
  const w = await world();
  for (const someone of [w.provider, w.client]) await w.usdToken.mint(someone.address, 10n ** 15n);
  return w;
}

/** Create, fund the whole term by plain transfer, accept twice: each from its own sender, the approval of a bond aside. */
export async function begin(w: World, changes: Partial<Terms>): Promise<Beginning & { agreement: Agreement }> {
  const terms = termsOf(w, { ...REFERENCE, ...changes });
  const packed = encodeTerms(terms);
  const create = await gasOf(w.factory.create(packed));
  const address = await w.factory.addressOf(packed);
  const escrow = await ethers.getContractAt("SLAEscrow", address);
  const agreement = { ...w, escrow, address, terms, packed, token: w.usdToken };
  const fees = terms.fee * BigInt(terms.periods);
  const transfer = await gasOf(w.usdToken.connect(w.client).transfer(address, fees));
  const hash = ethers.keccak256(packed);
  const client = await gasOf(escrow.connect(w.client).accept(hash));
  if (terms.bond > 0n) await approve(agreement, w.provider, terms.bond);
  const provider = await gasOf(escrow.connect(w.provider).accept(hash));
  return { agreement, create, transfer, client, provider };
}

/** No credit by the reference table, and not twice the same: a real batch compresses no better. */
export const goodMonth = (agreement: number): bigint => 60n + BigInt((agreement * 37) % 1200);

/** A credit of a tenth, and of a quarter. */
export const breach = (agreement: number): bigint => BAD[10] + goodMonth(agreement);
export const gravest = (agreement: number): bigint => BAD[25] + goodMonth(agreement);

/** Deliver `period` of all in one transaction as soon as it is over: what it used, all in all. */
export async function deliver(all: Portfolio, period: number, bad = goodMonth): Promise<number> {
  return gasOf(sendBatch(all, period, bad));
}

export async function sendBatch({ committee, member, agreements }: Portfolio, period: number, bad = goodMonth) {
  const [first] = agreements;
  if (first === undefined) throw new Error("no agreements");
  const [from, to] = [boundaryOf(first, period), boundaryOf(first, period + 1)];
  const reports = agreements.map(({ address, terms }, i): BatchedReport => ({
    agreement: address,
    period: BigInt(period),
    revision: 0n,
    measurements: terms.indicators.map(() => ({ total: to - from, bad: bad(i), excluded: 0n })),
    evidence: ethers.id(`evidence of ${address} for ${period}`),
  }));
  const domain = committeeDomain(31337n, await committee.getAddress());
  const signature = await member.signTypedData(domain, batchTypes, { reports });
  // Another batch may have reported the same period a second ago.
  if ((await now()) < to) await timeTravelTo(to);
  const sent = await committee.deliver(packReports(reports), [], [{ signer: member.address, signature }], GAS);
  const [delivered] = await committee.queryFilter(committee.filters.BatchDelivered(), sent.blockNumber ?? undefined);
  if (delivered?.args.failures !== 0n) throw new Error(`period ${period} was not reported`);
  return sent;
}

/** The first `count` of them. */
export function first(all: Portfolio, count: number): Portfolio {
  return { ...all, agreements: all.agreements.slice(0, count) };
}

/** Several things from one state of the chain, each as if the others had not been. */
export async function branches<T>(...stories: (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for (const story of stories) {
    const before = await networkHelpers.takeSnapshot();
    results.push(await story());
    await before.restore();
  }
  return results;
}
