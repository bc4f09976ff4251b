/** One local chain, its actors, and agreements in the states that tests start from. Load with `loadFixture`. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse } from "ethers";
import { network } from "hardhat";
import { DAY } from "../../src/terms/bounds.ts";
import { boundary } from "../../src/terms/calendar.ts";
import { encodeTerms } from "../../src/terms/codec.ts";
import { Combination, type Measurement, Mode, type Terms, Test, type Tier, Unit } from "../../src/terms/types.ts";
import type { SLAEscrow, SLAFactory, SLALens, TestUSD } from "../../typechain-types/index.ts";
import type { ConsentStruct } from "../../typechain-types/interfaces/ISLAEscrow.ts";

/** The clock begins before the terms below start. Several calls may share one second, as in a real block. */
export const { ethers, networkHelpers } = await network.create({
  override: { initialDate: new Date("2024-12-10T00:00:00Z"), allowBlocksWithSameTimestamp: true },
});

const genesis = await networkHelpers.takeSnapshot();
let loaded: { fixture: unknown; data: unknown; snapshot: typeof genesis } | undefined;
/** The world that every fixture begins with, once one has asked for it. `isNew`: nothing has happened in it yet. */
let built: { world: World; snapshot: typeof genesis; isNew: boolean } | undefined;
/** Only for runs that begin thousands of fixtures, with mutants: there deploying is most of the work. */
const KEEPS_WORLD = process.env["UPHELD_KEEPS_WORLD"] === "1";

/**
 * The chain as `fixture` leaves it, from its first blocks on: unlike the plugin's own `loadFixture`, no fixture begins
 * where another test stopped, months later.
 */
export async function loadFixture<T>(fixture: () => Promise<T>): Promise<T> {
  // A time that was set for a next block outlives a snapshot: let a block use it up.
  await networkHelpers.mine();
  if (loaded?.fixture === fixture) {
    await loaded.snapshot.restore();
    return loaded.data as T;
  }
  await (built?.snapshot ?? genesis).restore();
  if (built !== undefined) built.isNew = true;
  const data = await fixture();
  loaded = { fixture, data, snapshot: await networkHelpers.takeSnapshot() };
  return data;
}

/** The next fixture begins with nothing; or with the world, when that may stay. */
export async function forget(staysWorld: boolean): Promise<void> {
  await networkHelpers.mine();
  loaded = undefined;
  if (!staysWorld) built = undefined;
  await (built?.snapshot ?? genesis).restore();
}

export type Signer = HardhatEthersSigner;

/** Whole dollars as units of the token. */
export const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 1e6));

/** 2025-01-01: period 0 is January 2025. */
export const START = 1_735_689_600n;
export const FEE = usd(1000);
export const PERCENT = 10_000_000n; // ppb

export const Seat = { None: 0, Provider: 1, Client: 2 } as const;
export const Phase = { None: 0n, Draft: 1n, Active: 2n, Closed: 3n, Lapsed: 4n } as const;
export const Stage = { None: 0n, Running: 1n, Awaiting: 2n, Reported: 3n, Disputed: 4n } as const;
export const Exit = { None: 0, Notice: 1, ChronicFailure: 2, BondShort: 3, NonPayment: 4 } as const;
export const Ruling = { None: 0, Report: 1, Provider: 2, Client: 3, Declined: 4 } as const;
export const ConsentKind = { None: 0, Credit: 1, Oracle: 2, Arbiter: 3, End: 4 } as const;
export const SILENCE = 255n;
export const NOBODY = ethers.ZeroAddress;
export const NO_EVIDENCE = ethers.ZeroHash;

export interface Actors {
  readonly provider: Signer;
  readonly client: Signer;
  readonly oracle: Signer;
  readonly arbiter: Signer;
  readonly stranger: Signer;
  /** For seats and roles that change hands. */
  readonly newcomer: Signer;
}

export interface World extends Actors {
  readonly usdToken: TestUSD;
  readonly implementation: SLAEscrow;
  readonly lens: SLALens;
  readonly factory: SLAFactory;
}

/** An agreement and all that a test says about it. `token` is `usdToken` unless the terms name another one. */
export interface Agreement extends World {
  readonly escrow: SLAEscrow;
  readonly address: string;
  readonly terms: Terms;
  readonly packed: string;
  readonly token: TestUSD;
}

// ----------------------------------------------------------------------------------------------------------- time

export const now = async (): Promise<bigint> => BigInt(await networkHelpers.time.latest());

/** Mine a block at `time`. */
export async function timeTravelTo(time: bigint): Promise<void> {
  await networkHelpers.time.setNextBlockTimestamp(time);
  await networkHelpers.mine();
}

/** The next transaction, and every view until then, happens at exactly `time`. */
export async function at(time: bigint): Promise<void> {
  await timeTravelTo(time);
  await networkHelpers.time.setNextBlockTimestamp(time);
}

// ---------------------------------------------------------------------------------------------------------- world

/** Deployed once where the world is kept: fixtures that begin with it find it there. */
export async function world(): Promise<World> {
  if (built?.isNew === true) {
    built.isNew = false;
    // What is only asked is asked as of the last block, whose coinbase may still be another mutant's.
    await networkHelpers.mine();
    return built.world;
  }
  const isFirst = KEEPS_WORLD && built === undefined && (await ethers.provider.getBlockNumber()) === 0;
  const deployed = await deployWorld();
  if (isFirst) built = { world: deployed, snapshot: await networkHelpers.takeSnapshot(), isNew: false };
  return deployed;
}

async function deployWorld(): Promise<World> {
  const [deployer, provider, client, oracle, arbiter, stranger, newcomer] = await ethers.getSigners();
  const backOffice = await ethers.deployContract("SLABackOffice", { signer: deployer! });
  const implementation = await ethers.deployContract("SLAEscrow", [backOffice], { signer: deployer! });
  const lens = await ethers.deployContract("SLALens");
  const factory = await ethers.deployContract("SLAFactory", [implementation, lens]);
  const usdToken = await ethers.deployContract("TestUSD");
  return {
    provider: provider!,
    client: client!,
    oracle: oracle!,
    arbiter: arbiter!,
    stranger: stranger!,
    newcomer: newcomer!,
    usdToken,
    implementation,
    lens,
    factory,
  };
}

export const below = (threshold: bigint, credit: bigint): Tier => ({
  test: Test.Below,
  proportional: false,
  threshold,
  credit,
  per: 0n,
});

/** Twelve months of 1,000 dollars from 2025-01-01: the demo's terms. */
export function termsOf(w: World, changes: Partial<Terms> = {}): Terms {
  return {
    provider: w.provider.address,
    client: w.client.address,
    oracle: w.oracle.address,
    arbiter: w.arbiter.address,
    token: w.usdToken.target as string,
    fee: FEE,
    bond: 0n,
    pledge: usd(50),
    termCreditCap: 12n * FEE,
    document: ethers.id("the agreement, salted"),
    pledgeShare: 10n * PERCENT,
    creditCap: 50n * PERCENT,
    silenceCredit: 50n * PERCENT,
    anchor: START,
    start: START,
    reportWindow: 5n * DAY,
    disputeWindow: 7n * DAY,
    rulingWindow: 30n * DAY,
    fundingGrace: 10n * DAY,
    periodMonths: 1,
    periods: 12,
    noticePeriods: 1,
    burnInPeriods: 0,
    combination: Combination.Sum,
    indicators: [{ id: 1, unit: Unit.Seconds, mode: Mode.DowntimeOnly, instances: 1n, excludedCap: 0n }],
    chronic: [{ count: 2, window: 3, leastShare: 10n * PERCENT }],
    objectives: [
      {
        indicator: 0,
        tiers: [
          below(999_000_000n, 10n * PERCENT),
          below(990_000_000n, 25n * PERCENT),
          below(950_000_000n, 50n * PERCENT),
        ],
      },
    ],
    ...changes,
  };
}

/** A draft under the default terms with `changes`. */
export async function createAgreement(w: World, changes: Partial<Terms> = {}): Promise<Agreement> {
  const terms = termsOf(w, changes);
  const packed = encodeTerms(terms);
  await w.factory.create(packed);
  const address = await w.factory.addressOf(packed);
  const escrow = await ethers.getContractAt("SLAEscrow", address);
  const token = await ethers.getContractAt("TestUSD", terms.token);
  return { ...w, escrow, address, terms, packed, token };
}

export const draft = async (): Promise<Agreement> => createAgreement(await world());

/** Active, funded for the whole term, before the start. */
export async function active(): Promise<Agreement> {
  const a = await draft();
  await activate(a);
  return a;
}

/** The same with a bond of 500 dollars, a cap of 150 % and a tier that reaches it. */
export async function bonded(): Promise<Agreement> {
  const a = await createAgreement(await world(), BONDED);
  await activate(a);
  return a;
}

export const BONDED: Partial<Terms> = {
  bond: usd(500),
  creditCap: 150n * PERCENT,
  objectives: [{ indicator: 0, tiers: [below(999_000_000n, 10n * PERCENT), below(500_000_000n, 150n * PERCENT)] }],
};

// ----------------------------------------------------------------------------------------------------------- jobs

/** A plain transfer of the client's, absorbed by the next call. */
export async function deposit(a: Agreement, amount: bigint, from: Signer = a.client): Promise<void> {
  await a.token.mint(from.address, amount);
  await a.token.connect(from).transfer(a.address, amount);
}

/** Mint `amount` to `owner` and approve exactly it. */
export async function approve(a: Agreement, owner: Signer, amount: bigint): Promise<void> {
  await a.token.mint(owner.address, amount);
  await a.token.connect(owner).approve(a.address, amount);
}

export async function acceptAsClient(a: Agreement): Promise<ContractTransactionResponse> {
  return a.escrow.connect(a.client).accept(ethers.keccak256(a.packed));
}

/** The provider accepts; its bond is minted and approved. */
export async function acceptAsProvider(a: Agreement): Promise<ContractTransactionResponse> {
  if (a.terms.bond !== 0n) await approve(a, a.provider, a.terms.bond);
  return a.escrow.connect(a.provider).accept(ethers.keccak256(a.packed));
}

/** Fund, by default for the whole term, and accept for both. */
export async function activate(a: Agreement, funding = a.terms.fee * BigInt(a.terms.periods)): Promise<void> {
  await deposit(a, funding);
  await acceptAsClient(a);
  await acceptAsProvider(a);
}

/** One measurement per indicator: `bad` and `excluded` units of all there are (1,000 where nothing adds up). */
export async function counts(a: Agreement, period: number, bad = 0n, excluded = 0n): Promise<Measurement[]> {
  const { start, end } = await a.lens.periodOf(a.address, period);
  return a.terms.indicators.map(({ mode, instances }) => {
    const all = mode === Mode.Count ? 1000n : instances * (end - start);
    return { total: mode === Mode.Denominator ? all - excluded : all, bad, excluded };
  });
}

/** Seconds of downtime that make the default table credit 10, 25 or 50 % of any month. */
export const BAD = { 10: 3_600n, 25: 40_000n, 50: 200_000n } as const;

export interface ReportOptions {
  readonly bad?: bigint;
  readonly excluded?: bigint;
  readonly revision?: bigint;
  /** By default when the window opens, or now if that is later. */
  readonly time?: bigint;
}

/** The oracle reports `period`. */
export async function reportPeriod(a: Agreement, period: number, options: ReportOptions = {}) {
  const { base } = await a.lens.periodOf(a.address, period);
  const latest = await now();
  await at(options.time ?? (base > latest ? base : latest));
  const measurements = await counts(a, period, options.bad, options.excluded);
  return a.escrow.connect(a.oracle).report(period, options.revision ?? 0n, measurements, NO_EVIDENCE);
}

/** `seat` claims other counts; its pledge is minted and approved in the second before. */
export async function disputePeriod(
  a: Agreement,
  seat: Signer,
  period: number,
  options: ReportOptions & { readonly pledge?: bigint } = {},
) {
  await approve(a, seat, options.pledge ?? usd(1000));
  if (options.time !== undefined) await at(options.time);
  const measurements = await counts(a, period, options.bad, options.excluded);
  return a.escrow.connect(seat).dispute(period, options.revision ?? 0n, measurements, NO_EVIDENCE);
}

/** A consent whose unused fields are zero. */
export function consentTo(kind: keyof typeof ConsentKind, fields: Partial<ConsentStruct> = {}): ConsentStruct {
  return { kind: ConsentKind[kind], period: 0, revision: 0, credit: 0n, account: NOBODY, end: 0n, ...fields };
}

/** Both keys for `consent`, the provider first, each good for a day. */
export async function agreeBoth(a: Agreement, consent: ConsentStruct): Promise<ContractTransactionResponse> {
  const expiry = (await now()) + DAY;
  await a.escrow.connect(a.provider).agree(consent, expiry);
  return a.escrow.connect(a.client).agree(consent, expiry);
}

/** Boundary `k`: the start of period `k` whatever ends the agreement; boundary `periods` is its natural end. */
export const boundaryOf = (a: Agreement, k: number): bigint => boundary(a.terms, k);
