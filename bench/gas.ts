import type { ContractTransactionResponse } from "ethers";

/** Gas by what was done, or by how much of it. */
export type Figures = Readonly<Record<string, number>>;

/** What the receipt says that a call used. */
export async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("no receipt");
  return Number(receipt.gasUsed);
}
