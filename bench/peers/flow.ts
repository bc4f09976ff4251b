/**
 * Sablier Flow: a stream pays by the second and its recipient withdraws what came due. It knows no service level.
 * Its comptroller stands behind its makers' proxy, and asks no fee for a withdrawal: the cheapest case.
 */
import type { BaseContract } from "ethers";
import { FEE, loadFixture, NOBODY, type Signer } from "../../test/support/fixture.ts";
import type { Figures } from "../gas.ts";
import { read } from "./install.ts";
import { approveAll, atMonth, costOf, deploy, MONTHS, type Payment, payment, send, YEAR_FEES } from "./money.ts";

/** The fee of a month over 30 days, as a rate of 18 decimals a second. */
const RATE = (FEE * 10n ** 12n) / (30n * 86_400n) + 1n;

interface Streams extends Payment {
  readonly flow: BaseContract;
}

export async function flowFigures(): Promise<Figures> {
  const single = await singleCalls(await loadFixture(deployed));
  return {
    ...single,
    year: await yearOf(await loadFixture(deployed), 1),
    yearOfFourWithdrawals: await yearOf(await loadFixture(deployed), 3),
  };
}

/** Somebody else streams to the same payee already. */
async function deployed(): Promise<Streams> {
  const p = await payment();
  const comptroller = await behindProxy(p.admin);
  const { abi, bytecode } = artifact("flow/artifacts/SablierFlow");
  const flow = await deploy(p.admin, abi, bytecode, comptroller, NOBODY);
  const s = { ...p, flow };
  await approveAll(p, p.earlierPayer, flow);
  await atMonth(0);
  await open(s, p.earlierPayer);
  await send(flow, p.earlierPayer, "deposit", 1, YEAR_FEES, p.earlierPayer, p.payee);
  return s;
}

async function behindProxy(admin: Signer): Promise<BaseContract> {
  const implementation = artifact("evm-utils/artifacts/SablierComptroller");
  const proxy = artifact("evm-utils/artifacts/ERC1967Proxy");
  const inert = await deploy(admin, implementation.abi, implementation.bytecode, admin);
  const start = inert.interface.encodeFunctionData("initialize", [admin.address, 0, 0, 0, 0, NOBODY]);
  return deploy(admin, proxy.abi, proxy.bytecode, inert, start);
}

/** Each as it costs in the middle of a stream's life. */
async function singleCalls(s: Streams): Promise<Figures> {
  const approve = await approveAll(s, s.payer, s.flow);
  await atMonth(1);
  const create = await open(s, s.payer);
  let [intoIt, outOfIt] = [0, 0];
  for (let month = 2; month <= 4; month++) {
    intoIt = await costOf(s.flow, s.payer, "deposit", 2, FEE + 1n, s.payer, s.payee);
    await atMonth(month);
    outOfIt = await withdraw(s, FEE);
  }
  return { approve, create, deposit: intoIt, withdraw: outOfIt };
}

/** Funded at once for twelve months; the payee withdraws every `months`. */
async function yearOf(s: Streams, months: number): Promise<number> {
  let gas = await approveAll(s, s.payer, s.flow);
  await atMonth(1);
  gas += await costOf(s.flow, s.payer, "createAndDeposit", ...streamOf(s, s.payer), YEAR_FEES);
  for (let month = months; month <= MONTHS; month += months) {
    await atMonth(1 + month);
    gas += await withdraw(s, FEE * BigInt(months));
  }
  return gas;
}

const streamOf = ({ payee, token }: Payment, payer: Signer) => [payer, payee, RATE, 0, token, false];

const open = (s: Streams, payer: Signer): Promise<number> => costOf(s.flow, payer, "create", ...streamOf(s, payer));

/** The measured stream is the second. */
const withdraw = (s: Streams, amount: bigint): Promise<number> =>
  costOf(s.flow, s.payee, "withdraw", 2, s.payee, amount);

function artifact(path: string): { readonly abi: object[]; readonly bytecode: string } {
  const { abi, bytecode } = JSON.parse(read(`node_modules/@sablier/${path}.json`)) as {
    abi: object[];
    bytecode: { object: string };
  };
  return { abi, bytecode: bytecode.object };
}
