import { getAddress, zeroPadValue } from "ethers";
import { ISLAEscrow__factory, ISLAFactory__factory } from "../../typechain-types/index.ts";
import { numberOf, SEATS, type Seat } from "./enums.ts";
import type { Factory } from "./factory.ts";
import { readLogs } from "./history.ts";

const FACTORY = ISLAFactory__factory.createInterface();
const CREATED = FACTORY.getEvent("AgreementCreated").topicHash;
const TAKEN = ISLAEscrow__factory.createInterface().getEvent("SeatTaken").topicHash;
/** Where the provider and the client stand among the topics of `AgreementCreated`. */
const TOPIC = { provider: 2, client: 3 } as const;

/**
 * The agreements that were made with `account` in `seat`, and those whose seat it took later, in the order in which the
 * chain tells of them, from block `from` (the factory's own) to block `to` (the latest). Who holds the seat now, and
 * whether a contract that tells of a seat is an agreement of this factory at all, its summary says.
 */
export async function readAgreementsOf(
  factory: Factory,
  seat: Seat,
  account: string,
  range: { readonly from?: number; readonly to?: number } = {},
): Promise<string[]> {
  const { provider, address, block } = factory;
  const who = zeroPadValue(account, 32);
  const from = range.from ?? block;
  const named = [CREATED, null, ...(TOPIC[seat] === 3 ? [null] : []), who];
  const created = await readLogs(provider, { address, topics: named }, from, range.to);
  const number = `0x${numberOf(SEATS, seat).toString(16).padStart(64, "0")}`;
  const taken = await readLogs(provider, { topics: [TAKEN, number, who] }, from, range.to);
  const agreements = created.map((log) => String(FACTORY.parseLog(log)?.args["agreement"]));
  return [...new Set([...agreements, ...taken.map((log) => getAddress(log.address))])];
}
