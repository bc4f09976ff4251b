/** One short life under any token and any parties: what both get out of it is known to the unit. */
import { expect } from "chai";
import type { BaseContract } from "ethers";
import type { Terms } from "../../src/terms/types.ts";
import type { SLAEscrow } from "../../typechain-types/index.ts";
import { D, report, ruled, settleAt, split, withStakes } from "../support/disputes.ts";
import { balancesOf, expectRefusal, expectState } from "../support/expect.ts";
import {
  activate,
  type Actors,
  type Agreement,
  boundaryOf,
  createAgreement,
  ethers,
  networkHelpers,
  Phase,
  Ruling,
  type Signer,
  usd,
  world,
  type World,
} from "../support/fixture.ts";

export const GAS = { gasLimit: 10_000_000 };

/** Three months and a bond of half a fee. */
export function shortTerms(fee = usd(1000)): Partial<Terms> {
  return { fee, bond: fee / 2n, pledge: fee / 20n, termCreditCap: 3n * fee, periods: 3, chronic: [] };
}

/** An active agreement over `token`; both seats have enough for any pledge and bond, and have approved it. */
export async function under<T extends { readonly target: unknown }>(
  token: T,
  changes: Partial<Terms> = {},
  w?: World,
): Promise<Agreement & { issuer: T }> {
  const terms = { ...shortTerms(changes.fee), token: token.target as string, ...changes };
  const a = await createAgreement(w ?? (await world()), terms);
  await activate(a);
  for (const seat of [a.provider, a.client]) await a.token.mint(seat.address, a.terms.fee);
  return { ...(await withStakes(a)), issuer: token };
}

/** January is final with a credit of 10 %. */
export async function firstMonth(a: Agreement): Promise<void> {
  await report(a, 0, 10);
  await settleAt(a, boundaryOf(a, 1) + D);
}

/** The client is credited 10 % in January, by a ruling 50 % in February, for silence 50 % in March; then it is closed. */
export async function live(a: Agreement): Promise<void> {
  await report(a, 0, 10);
  await split(a, { period: 1, report: 0, client: 50 });
  await ruled(a, 1, Ruling.Client);
  await settleAt(a, boundaryOf(a, 4));
  await expectState(a, { phase: Phase.Closed, ...sharesOf(a), owed: 0n, bond: 0n, pledges: 0n });
}

/** What `live` leaves to each seat: fees and the bond, or credits and the pledge. */
export function sharesOf({ terms: { fee, bond, pledge } }: Agreement) {
  return { earnings: (19n * fee) / 10n + bond, balance: (11n * fee) / 10n + pledge };
}

/** Both take all that is theirs; `to` is whom they name, by default themselves. */
export async function takeAll(a: Agreement, to: Partial<Record<"provider" | "client", Signer>> = {}): Promise<void> {
  const { earnings, balance } = await a.escrow.state();
  const before = await balancesOf(a);
  const receivers = { provider: to.provider ?? a.provider, client: to.client ?? a.client };
  await a.escrow.connect(a.provider).claim(receivers.provider, GAS);
  await a.escrow.connect(a.client).withdraw(receivers.client, balance, GAS);
  expect((await a.token.balanceOf(a.address)) - before.escrow).to.equal(-earnings - balance);
  await expectState(a, { earnings: 0n, balance: 0n });
  const received = await Promise.all(
    [receivers.provider, receivers.client].map((account) => a.token.balanceOf(account)),
  );
  const had = [receivers.provider, receivers.client].map((account) => hadOf(a, before, account));
  expect(received).to.deep.equal([had[0]! + earnings, had[1]! + balance]);
}

function hadOf(a: Agreement, before: Record<string, bigint>, account: Signer): bigint {
  const name = (["provider", "client", "newcomer", "stranger"] as const).find((each) => a[each] === account);
  return before[name ?? ""] ?? 0n;
}

/** The state as one value, to be compared. */
export async function stateOf(escrow: SLAEscrow): Promise<unknown[]> {
  const state: unknown = await escrow.state();
  return (state as { toArray(): unknown[] }).toArray();
}

/** A contract that acts: what it is told to call comes from its address. */
export async function actor(contract: { getAddress(): Promise<string> }): Promise<Signer> {
  const address = await contract.getAddress();
  await networkHelpers.setBalance(address, 10n ** 20n);
  await networkHelpers.impersonateAccount(address);
  return ethers.getSigner(address);
}

/** As in Manner.sol. */
export const Manner = { Well: 0, Revert: 1, BurnGas: 2, ReturnBomb: 3, RevertBomb: 4, False: 5, Nothing: 6 } as const;

/** A world in which `roles` are contracts that answer in that manner. */
export async function hostileWorld(manner: number, roles: readonly (keyof Actors)[]): Promise<World> {
  const parties: [string, Signer][] = [];
  for (const role of roles) parties.push([role, await actor(await ethers.deployContract("HostileParty", [manner]))]);
  return { ...(await world()), ...Object.fromEntries(parties) };
}

/** `call` fails as a broken function of a token makes it: by `mild` when it answers zeros, else as the token failed. */
export async function expectBroken(
  call: Promise<unknown>,
  manner: string,
  mild?: readonly [contract: BaseContract, error: string, ...args: unknown[]],
): Promise<void> {
  if (mild !== undefined && ["ReturnBomb", "False"].includes(manner)) {
    const [contract, error, ...args] = mild;
    await expectRefusal(call, contract, error, args);
  } else if (manner === "RevertBomb") await expect(call).to.revert(ethers);
  else await expect(call).to.be.revertedWithoutReason(ethers);
}
