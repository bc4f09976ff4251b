import { Interface, zeroPadValue } from "ethers";
import type { Agreement } from "../chain/agreement.ts";

const ERC20 = new Interface(["event Transfer(address indexed from, address indexed to, uint256 amount)"]);
const TRANSFER = ERC20.getEvent("Transfer")?.topicHash ?? "";

/** What moved into and out of the escrow, in the words of the token alone. */
export interface Payments {
  readonly in: bigint;
  readonly toProvider: bigint;
  readonly toClient: bigint;
}

/** Reads the token's own transfers: they know nothing of what the agreement says of itself. */
export async function readPayments(agreement: Agreement): Promise<Payments> {
  const { address, terms } = agreement;
  const [into, toProvider, toClient] = await Promise.all([
    transfers(agreement, null, address),
    transfers(agreement, address, terms.provider),
    transfers(agreement, address, terms.client),
  ]);
  return { in: into, toProvider, toClient };
}

async function transfers({ provider, token, factory }: Agreement, from: string | null, to: string): Promise<bigint> {
  const topics = [TRANSFER, from && zeroPadValue(from, 32), zeroPadValue(to, 32)];
  const logs = await provider.getLogs({ address: token.address, topics, fromBlock: factory.block });
  return sum(logs.map(({ data }) => BigInt(data)));
}

export function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
