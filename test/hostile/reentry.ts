/** Who calls back, with what, and every call of an agreement that a token could call back from. */
import type { ContractTransactionResponse, FunctionFragment, Interface, ParamType } from "ethers";
import { DAY } from "../../src/terms/bounds.ts";
import type { Terms } from "../../src/terms/types.ts";
import type { OracleCommittee, ReentrantToken } from "../../typechain-types/index.ts";
import { D, R, report, settleAt, withStakes } from "../support/disputes.ts";
import {
  acceptAsProvider,
  activate,
  type Actors,
  type Agreement,
  at,
  BONDED,
  boundaryOf,
  createAgreement,
  deposit,
  ethers,
  Exit,
  FEE,
  networkHelpers,
  NO_EVIDENCE,
  now,
  Seat,
  type Signer,
  timeTravelTo,
  usd,
  world,
  type World,
} from "../support/fixture.ts";

/** As in ReentrantToken. */
export const Moment = { BeforeMove: 1, AfterMove: 2, Balance: 3, Permit: 4 } as const;
export type Moment = keyof typeof Moment;
export const MOMENTS = Object.keys(Moment) as readonly Moment[];

/** What the guard says, and an answer as the token compares it. */
export const GUARD = ethers.id("ReentrancyGuardReentrantCall()").slice(0, 10);
export const refused = (error: string): string => ethers.concat(["0x00", error]);
export const answered = (data: string): string => ethers.concat(["0x01", data]);

export interface Reentrant extends Agreement {
  readonly evil: ReentrantToken;
  readonly foreign: ReentrantToken;
}

export interface Job {
  /** The ABI's name of what is called. */
  readonly call: string;
  readonly fixture: () => Promise<Reentrant>;
  readonly act: (a: Reentrant) => Promise<ContractTransactionResponse>;
  /** When a token gets control in it. */
  readonly moments: readonly Moment[];
  /** By default the agreement's own. */
  readonly token?: (a: Reentrant) => ReentrantToken;
}

// ------------------------------------------------------------------------------------------------------- fixtures

const ROLES = ["provider", "client", "oracle", "arbiter", "stranger"] as const satisfies readonly (keyof Actors)[];

/** A contract that anyone may tell to call anything, as a signer: so the token can act for every seat and role. */
async function wallet(): Promise<Signer> {
  const address = await (await ethers.deployContract("SmartWallet")).getAddress();
  await networkHelpers.setBalance(address, 10n ** 20n);
  await networkHelpers.impersonateAccount(address);
  return ethers.getSigner(address);
}

async function walletWorld(): Promise<World> {
  const wallets = await Promise.all(ROLES.map(async (role) => [role, await wallet()] as const));
  return { ...(await world()), ...Object.fromEntries(wallets) };
}

async function created(changes: Partial<Terms> = {}): Promise<Reentrant> {
  const w = await walletWorld();
  const [evil, foreign] = [
    await ethers.deployContract("ReentrantToken"),
    await ethers.deployContract("ReentrantToken"),
  ];
  const token = await evil.getAddress();
  const a = await createAgreement(w, { ...BONDED, chronic: [], token, ...changes });
  await foreign.mint(a.address, 9n);
  return { ...(await withStakes(a)), evil, foreign };
}

/** Its client has paid a month, nobody has accepted. */
export async function draft(): Promise<Reentrant> {
  const a = await created();
  await deposit(a, FEE);
  return a;
}

async function acceptedByProvider(): Promise<Reentrant> {
  const a = await draft();
  await acceptAsProvider(a);
  return a;
}

/** January was reported, and more came by plain transfer than was booked. */
export async function reported(): Promise<Reentrant> {
  const a = await created();
  await activate(a);
  await withStakes(a);
  await report(a, 0, 50);
  await deposit(a, usd(3));
  return a;
}

/** January is final; the client's seat is on offer. */
async function earned(): Promise<Reentrant> {
  const a = await reported();
  await settleAt(a, boundaryOf(a, 1) + D);
  await a.escrow.connect(a.client).offerSeat(a.stranger);
  return a;
}

/** Half of February is owed. */
async function owed(): Promise<Reentrant> {
  const a = await created({ silenceCredit: 0n });
  await activate(a, FEE + FEE / 2n);
  await settleAt(a, boundaryOf(a, 2) + R + D);
  await deposit(a, usd(3));
  return a;
}

/** A committee of one is the oracle, and January awaits its report. */
export async function awaited(): Promise<Reentrant & { committee: OracleCommittee; member: Signer }> {
  const member = (await ethers.getSigners())[8]!;
  const committee = await ethers.deployContract("OracleCommittee", [[member.address], 1]);
  const a = await created({ oracle: await committee.getAddress() });
  await activate(a);
  await timeTravelTo(boundaryOf(a, 1));
  return { ...a, committee, member };
}

/** Silence for a month, credited with 150 %, took the whole bond. */
async function drawn(): Promise<Reentrant> {
  const a = await created({ silenceCredit: 1_500_000_000n });
  await activate(a);
  await withStakes(a);
  await settleAt(a, boundaryOf(a, 1) + R + D);
  return a;
}

// ----------------------------------------------------------------------------------------------------------- jobs

const PULL = ["Balance", "BeforeMove", "AfterMove"] as const;
const PAYOUT = ["BeforeMove", "AfterMove"] as const;
/** More than any of it takes: to estimate would make the token call back a dozen times. */
const GAS = { gasLimit: 16_000_000 };

const claim = async (a: Reentrant) => a.escrow.connect(a.provider).claim(a.provider, GAS);
const sweep = async (a: Reentrant) => a.escrow.connect(a.stranger).sweep(a.foreign, GAS);
const accept = async (a: Reentrant, seat: Signer) => a.escrow.connect(seat).accept(ethers.keccak256(a.packed), GAS);
const PERMIT = [0, 0, ethers.ZeroHash, ethers.ZeroHash] as const;

export const JOBS: Readonly<Record<string, Job>> = {
  "accept, as client": {
    call: "accept",
    fixture: draft,
    act: (a) => accept(a, a.client),
    moments: ["Balance"],
  },
  "accept, with the bond": {
    call: "accept",
    fixture: draft,
    act: (a) => accept(a, a.provider),
    moments: PULL,
  },
  fund: {
    call: "fund",
    fixture: draft,
    act: (a) => a.escrow.connect(a.client).fund(usd(10), GAS),
    moments: PULL,
  },
  fundWithPermit: {
    call: "fundWithPermit",
    fixture: reported,
    act: (a) => a.escrow.connect(a.client).fundWithPermit(usd(10), ...PERMIT, GAS),
    moments: [...PULL, "Permit"],
  },
  sync: {
    call: "sync",
    fixture: reported,
    act: (a) => a.escrow.connect(a.stranger).sync(GAS),
    moments: ["Balance"],
  },
  dispute: {
    call: "dispute",
    fixture: reported,
    act: (a) => a.escrow.connect(a.provider).dispute(0, 0, [counts(0n)], NO_EVIDENCE, GAS),
    moments: PULL,
  },
  postBond: {
    call: "postBond",
    fixture: drawn,
    act: (a) => a.escrow.connect(a.provider).postBond(GAS),
    moments: PULL,
  },
  "claim, of a bond": { call: "claim", fixture: acceptedByProvider, act: claim, moments: PAYOUT },
  "claim, of earnings": { call: "claim", fixture: earned, act: claim, moments: PAYOUT },
  "claim, while more is owed": { call: "claim", fixture: owed, act: claim, moments: ["Balance", ...PAYOUT] },
  withdraw: {
    call: "withdraw",
    fixture: reported,
    act: (a) => a.escrow.connect(a.client).withdraw(a.client, usd(10), GAS),
    moments: ["Balance", ...PAYOUT],
  },
  terminate: {
    call: "terminate",
    fixture: earned,
    act: (a) => a.escrow.connect(a.client).terminate(Exit.Notice, GAS),
    moments: ["Balance"],
  },
  takeSeat: {
    call: "takeSeat",
    fixture: earned,
    act: (a) => a.escrow.connect(a.stranger).takeSeat(Seat.Client, 0, boundaryOf(a, 12), GAS),
    moments: ["Balance"],
  },
  "sweep, its own token": { call: "sweep", fixture: reported, act: sweep, moments: ["Balance"] },
  "sweep, the foreign token": {
    call: "sweep",
    fixture: reported,
    act: sweep,
    moments: ["Balance", ...PAYOUT],
    token: (a) => a.foreign,
  },
};

/** Calls in which no token gets control: they work whatever a token does. */
export const SILENT = ["report", "rule", "settle", "agree", "revoke", "offerSeat"] as const;

// ------------------------------------------------------------------------------------------------------ call backs

export interface CallBack {
  readonly name: string;
  readonly target: string;
  readonly data: string;
  readonly foreseen: readonly string[];
}

type Args = readonly unknown[];

/** The functions of an ABI, by whether they may change something. A new one is called back without being named here. */
export function functionsOf(abi: Interface, kind: "mutators" | "views"): FunctionFragment[] {
  const all = abi.fragments.filter((fragment): fragment is FunctionFragment => fragment.type === "function");
  return all.filter(({ constant }) => constant === (kind === "views"));
}

/** A call of `fragment` with arguments that are there, and no more. */
export function callOf(abi: Interface, fragment: FunctionFragment, given: Args = []): string {
  const args = fragment.inputs.map((input, i) => given[i] ?? anything(input));
  return abi.encodeFunctionData(fragment, args);
}

function anything({ baseType, components }: ParamType): unknown {
  if (baseType === "array") return [];
  if (baseType === "tuple") return components?.map(anything);
  if (baseType === "address") return ethers.toBeHex(1, 20);
  if (baseType === "bytes") return "0x";
  return baseType === "bytes32" ? ethers.ZeroHash : 1;
}

/** Measured in January. */
export const counts = (bad: bigint) => ({ total: 2_678_400n, bad, excluded: 0n });

/** What the token calls back with at which moment, and whether through every role's wallet too. */
export interface Plan {
  readonly moment: Moment;
  readonly callBacks: readonly CallBack[];
  readonly byWhom: "token" | "anyone";
  /** For each call back: by default enough for the longest view. */
  readonly gas?: number;
}

async function arm(a: Reentrant, job: Job, { moment, callBacks, byWhom, gas = 1_500_000 }: Plan): Promise<void> {
  const accomplices = byWhom === "anyone" ? ROLES.map((role) => a[role].address) : [];
  const calls = callBacks.map(({ target, data, foreseen }) => ({ target, data, foreseen: [...foreseen] }));
  const token = tokenOf(a, job);
  await token.arm(Moment[moment], a.address, gas, accomplices, calls, GAS);
}

export const tokenOf = (a: Reentrant, job: Job): ReentrantToken => job.token?.(a) ?? a.evil;

/** The clock stands an hour after the fixture, each time; the token is armed. */
export async function begin(a: Reentrant, job: Job, plan?: Plan): Promise<void> {
  const time = (await now()) + DAY / 24n;
  if (plan !== undefined) await arm(a, job, plan);
  await at(time);
}
