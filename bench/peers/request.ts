/**
 * Request's escrow: the payer locks one payment for a payee and releases it, or freezes it for a year. A month is one
 * such payment. It asks for some fee to somebody: here the least, one unit.
 */
import { createRequire } from "node:module";
import type { BaseContract } from "ethers";
import { ethers, FEE, loadFixture, type Signer } from "../../test/support/fixture.ts";
import type { Figures } from "../gas.ts";
import { approveAll, atMonth, costOf, deploy, MONTHS, type Payment, payment } from "./money.ts";

const CONTRACTS = "./node_modules/@requestnetwork/smart-contracts/dist/src/types/factories/src/contracts";

interface Escrow extends Payment {
  readonly escrow: BaseContract;
}

export async function requestFigures(): Promise<Figures> {
  const e = await loadFixture(deployed);
  const approve = await approveAll(e, e.payer, e.escrow);
  let year = approve;
  let last: Figures = {};
  for (let month = 0; month < MONTHS; month++) {
    const payEscrow = await lock(e, e.payer, month);
    await atMonth(1 + month);
    const payRequestFromEscrow = await release(e, e.payer, month);
    year += payEscrow + payRequestFromEscrow;
    last = { payEscrow, payRequestFromEscrow };
  }
  return { approve, ...last, year };
}

/** Somebody else has paid the same payee through it, and has a payment locked in it. */
async function deployed(): Promise<Escrow> {
  const p = await payment();
  const proxy = await deploy(p.admin, ...compiled("ERC20FeeProxy"));
  const escrow = await deploy(p.admin, ...compiled("ERC20EscrowToPay"), proxy, p.admin);
  const e = { ...p, escrow };
  await approveAll(p, p.earlierPayer, escrow);
  await lock(e, p.earlierPayer, 100);
  await release(e, p.earlierPayer, 100);
  await lock(e, p.earlierPayer, 101);
  return e;
}

const lock = ({ escrow, token, payee, admin }: Escrow, payer: Signer, payment: number): Promise<number> =>
  costOf(escrow, payer, "payEscrow", token, payee, FEE, reference(payment), 1, admin);

const release = ({ escrow }: Escrow, payer: Signer, payment: number): Promise<number> =>
  costOf(escrow, payer, "payRequestFromEscrow", reference(payment));

/** Eight bytes, as Request makes them. */
const reference = (payment: number): string => ethers.dataSlice(ethers.id(`payment ${payment}`), 0, 8);

function compiled(name: string): [object[], string] {
  const module = createRequire(import.meta.url)(`${CONTRACTS}/${name}__factory.js`) as Record<
    string,
    { abi: object[]; bytecode: string }
  >;
  const factory = module[`${name}__factory`];
  if (factory === undefined) throw new Error(`the package has no ${name}`);
  return [factory.abi, factory.bytecode];
}
