/** What tests say about an agreement: balances of all parties, state, conservation, exact errors. */
import { expect } from "chai";
import type { BaseContract, ContractTransactionResponse } from "ethers";
import type { StateStruct } from "../../typechain-types/interfaces/ISLAEscrow.ts";
import type { Actors, Agreement, Signer } from "./fixture.ts";

type Name = keyof Actors | "escrow";
const NAMES = ["provider", "client", "oracle", "arbiter", "stranger", "newcomer", "escrow"] as const;

/** Token balances of everybody. */
export async function balancesOf(a: Agreement): Promise<Record<Name, bigint>> {
  const entries = NAMES.map(async (name) => [name, await a.token.balanceOf(a[name])] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, bigint>;
}

/** `act` changes token balances by exactly `changes`: who is not named keeps what it had. */
export async function expectMoves(
  a: Agreement,
  act: () => Promise<unknown>,
  changes: Partial<Record<Name, bigint>>,
): Promise<void> {
  const before = await balancesOf(a);
  await act();
  const after = await balancesOf(a);
  const moved = Object.fromEntries(NAMES.map((name) => [name, after[name] - before[name]]));
  const nothing = Object.fromEntries(NAMES.map((name) => [name, 0n]));
  expect(moved).to.deep.equal({ ...nothing, ...changes });
}

type Fields = Partial<Record<keyof StateStruct, bigint | boolean | string>>;

/** The fields of `expected` are the state's now. */
export async function expectState(a: Agreement, expected: Fields): Promise<void> {
  const state = await a.escrow.state();
  const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, state[key as keyof StateStruct]]));
  expect(actual).to.deep.equal(expected);
}

/** After a stranger's sync the tokens are M + P + B + Q to the unit, and nothing is owed while M holds something. */
export async function expectConserved(a: Agreement): Promise<void> {
  await a.escrow.connect(a.stranger).sync();
  const s = await a.escrow.state();
  expect(await a.token.balanceOf(a.address)).to.equal(s.balance + s.earnings + s.bond + s.pledges);
  expect(s.unabsorbed).to.equal(0n);
  if (s.balance > 0n) expect(s.owed).to.equal(0n);
}

/** `call` reverts with exactly this error and these arguments. */
export async function expectRefusal(
  call: Promise<unknown>,
  contract: BaseContract,
  error: string,
  args: readonly unknown[] = [],
): Promise<void> {
  await expect(call)
    .to.be.revertedWithCustomError(contract, error)
    .withArgs(...args);
}

/** The agreement's events of a transaction as `[name, ...values]`, in their order. */
export async function eventsOf(a: Agreement, sent: Promise<ContractTransactionResponse>): Promise<unknown[][]> {
  const receipt = await (await sent).wait();
  return receipt!.logs
    .filter((log) => log.address === a.address)
    .map((log) => {
      const event = a.escrow.interface.parseLog(log)!;
      return [event.name, ...(event.args.toArray(true) as unknown[])];
    });
}

/** The actors that are none of `seats`, with what to call them. */
export function othersThan(a: Agreement, ...seats: readonly Signer[]): [string, Signer][] {
  const all: [string, Signer][] = [
    ["the provider", a.provider],
    ["the client", a.client],
    ["the oracle", a.oracle],
    ["the arbiter", a.arbiter],
    ["a stranger", a.stranger],
  ];
  return all.filter(([, actor]) => !seats.includes(actor));
}
