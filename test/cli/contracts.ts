import { ContractFactory, type InterfaceAbi, type JsonRpcProvider, type Signer } from "ethers";
import {
  SLABackOffice__factory,
  SLAEscrow__factory,
  SLAFactory__factory,
  SLALens__factory,
  ServiceRecord__factory,
  TestUSD__factory,
} from "../../typechain-types/index.ts";

export type People = Readonly<Record<"provider" | "client" | "oracle" | "arbiter" | "stranger", string>>;

export interface Deployed {
  readonly token: string;
  readonly factory: string;
  readonly record: string;
  readonly people: People;
}

/** Puts all contracts on a node's chain; the client has 100,000 of the test dollar, the provider 1,000. */
export async function deployAll(provider: JsonRpcProvider): Promise<Deployed> {
  const at = (i: number) => provider.getSigner(i);
  const deployer = await at(0);
  const people = {
    provider: (await at(1)).address,
    client: (await at(2)).address,
    oracle: (await at(3)).address,
    arbiter: (await at(4)).address,
    stranger: (await at(5)).address,
  };
  const backOffice = await create(SLABackOffice__factory, deployer);
  const escrow = await create(SLAEscrow__factory, deployer, backOffice);
  const lens = await create(SLALens__factory, deployer);
  const factory = await create(SLAFactory__factory, deployer, escrow, lens);
  const token = await create(TestUSD__factory, deployer);
  const dollar = TestUSD__factory.connect(token, deployer);
  await (await dollar.mint(people.client, 100_000_000_000n)).wait();
  await (await dollar.mint(people.provider, 1_000_000_000n)).wait();
  const record = await create(ServiceRecord__factory, deployer, factory);
  return { token, factory, record, people };
}

/** Deploys one contract. */
export async function create(
  made: { readonly abi: InterfaceAbi; readonly bytecode: string },
  signer: Signer,
  ...args: string[]
): Promise<string> {
  const contract = await new ContractFactory(made.abi, made.bytecode, signer).deploy(...args);
  await contract.waitForDeployment();
  return contract.getAddress();
}
