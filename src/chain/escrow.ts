import { Contract, type ContractRunner } from "ethers";
import { ISLAEscrow__factory, type ISLAEscrow } from "../../typechain-types/index.ts";

const ESCROW = ISLAEscrow__factory.createInterface();

/** An agreement's contract. The generated `connect` reads the ABI anew for each: 2.5 ms and 54 kB, a thousand times. */
export const escrowAt = (address: string, runner: ContractRunner): ISLAEscrow =>
  new Contract(address, ESCROW, runner) as unknown as ISLAEscrow;
