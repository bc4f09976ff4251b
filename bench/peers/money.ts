/** The token and the people that every peer is measured with: the same token as ours, and everybody holds some. */
import { type BaseContract, type ContractTransactionResponse, type InterfaceAbi } from "ethers";
import { at, ethers, FEE, type Signer, START, world } from "../../test/support/fixture.ts";
import { DAY } from "../../src/terms/bounds.ts";
import type { TestUSD } from "../../typechain-types/index.ts";
import { gasOf } from "../gas.ts";

export interface Payment {
  readonly token: TestUSD;
  readonly admin: Signer;
  readonly payer: Signer;
  readonly payee: Signer;
  /** Pays the payee first, so that a contract all share already holds tokens when the payer is measured. */
  readonly earlierPayer: Signer;
}

export const MONTHS = 12;
export const YEAR_FEES = FEE * BigInt(MONTHS);

export async function payment(): Promise<Payment> {
  const { usdToken: token, provider: payee, client: payer, stranger: earlierPayer, newcomer: admin } = await world();
  for (const someone of [payer, payee, earlierPayer, admin]) await token.mint(someone.address, 100n * YEAR_FEES);
  return { token, admin, payer, payee, earlierPayer };
}

/** A contract as its makers compiled it. */
export async function deploy(admin: Signer, abi: InterfaceAbi, bytecode: string, ...args: unknown[]) {
  const factory = await ethers.getContractFactory(abi as never, bytecode, admin);
  const contract: BaseContract = await factory.deploy(...args);
  return contract.waitForDeployment();
}

/** `signer` sends `name(...args)`. */
export async function send(
  contract: BaseContract,
  signer: Signer,
  name: string,
  ...args: unknown[]
): Promise<ContractTransactionResponse> {
  return contract
    .connect(signer)
    .getFunction(name)
    .send(...args);
}

/** The same, and what it cost. */
export const costOf = (...call: Parameters<typeof send>): Promise<number> => gasOf(send(...call));

/** `owner` lets `account` take any amount, once for all times. */
export const approveAll = ({ token }: Payment, owner: Signer, account: BaseContract): Promise<number> =>
  gasOf(token.connect(owner).approve(account, ethers.MaxUint256));

/** The next call happens exactly `month` months of 30 days after the start: no second of the machine's clock counts. */
export const atMonth = (month: number): Promise<void> => at(START + BigInt(month) * 30n * DAY);
