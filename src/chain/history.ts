import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import type { JsonRpcProvider, Log } from "ethers";
import type { Agreement } from "./agreement.ts";
import type { Factory } from "./factory.ts";
import { agreedHeight } from "./failover.ts";
import { eventsOf, joined, type AgreementEvent, type ParsedLog } from "./events.ts";
import { decodeFailure } from "./failure.ts";

export { eventsOf, lastOf, type AgreementEvent, type EventName, type EventValues } from "./events.ts";

const ESCROW = ISLAEscrow__factory.createInterface();
const SMALLEST_STEP = 64;
/** Nodes limit how many addresses a question may name. */
const AGREEMENTS_AT_ONCE = 100;

/** All events of `agreement` in the order they happened, or those that a period of its own has. */
export async function readHistory(agreement: Agreement, period?: bigint): Promise<AgreementEvent[]> {
  const { provider, factory, address } = agreement;
  const events = eventsIn(await readLogs(provider, { address }, factory.block));
  if (period === undefined) return events;
  return events.filter(({ values }) => "period" in values && values.period === period);
}

/** One period of one agreement. */
export interface Reference {
  readonly agreement: string;
  readonly period: bigint;
}

/** The revision of the last report of each of `references`, by `agreement/period`: many agreements in one question. */
export async function readLastReports(
  { provider, block }: Pick<Factory, "provider" | "block">,
  references: readonly Reference[],
): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  for (let i = 0; i < references.length; i += AGREEMENTS_AT_ONCE) {
    const address = references.slice(i, i + AGREEMENTS_AT_ONCE).map(({ agreement }) => agreement);
    const logs = await readLogs(provider, { address, topics: [["Reported", "Revised"].map(topicOf)] }, block);
    for (const [agreement, own] of Map.groupBy(logs, (log) => log.address)) {
      for (const { period, revision } of eventsOf(eventsIn(own), "Reported")) {
        found.set(`${agreement}/${period}`, revision);
      }
    }
  }
  return found;
}

/** Which of `agreements` have said on chain that they are closed. */
export async function readClosed(
  { provider, block }: Pick<Factory, "provider" | "block">,
  agreements: readonly string[],
): Promise<Set<string>> {
  const closed = new Set<string>();
  for (let i = 0; i < agreements.length; i += AGREEMENTS_AT_ONCE) {
    const address = agreements.slice(i, i + AGREEMENTS_AT_ONCE);
    for (const log of await readLogs(provider, { address, topics: [[topicOf("Closed")]] }, block))
      closed.add(log.address);
  }
  return closed;
}

function topicOf(name: string): string {
  const event = ESCROW.getEvent(name as "Reported");
  return event.topicHash;
}

/** Logs of any contracts, as a node finds them. */
export interface LogFilter {
  readonly address?: string | string[];
  readonly topics?: (string | string[] | null)[];
}

/** What a node keeps of a log, as far as reading it needs. */
export type RawLog = Pick<Log, "topics" | "data" | "blockNumber" | "transactionHash">;

/** The events of one agreement that `logs`, in their order, hold. */
export function eventsIn(logs: readonly RawLog[]): AgreementEvent[] {
  return joined(logs.flatMap(parse));
}

function parse(log: RawLog): ParsedLog[] {
  const parsed = ESCROW.parseLog(log);
  if (parsed === null) return [];
  const values = parsed.args.toObject() as Record<string, bigint>;
  return [{ name: parsed.name, values, block: log.blockNumber, transaction: log.transactionHash }];
}

/**
 * Reads logs up to block `to`, the latest that all nodes have when it is left out, in one go where the node allows it,
 * else in ever smaller steps: nodes limit the range differently.
 */
export async function readLogs(
  provider: JsonRpcProvider,
  filter: LogFilter,
  from: number,
  to?: number,
): Promise<Log[]> {
  const latest = to ?? (await agreedHeight(provider));
  const logs: Log[] = [];
  let step = latest - from + 1;
  let next = from;
  while (next <= latest) {
    const toBlock = Math.min(latest, next + step - 1);
    try {
      logs.push(...(await provider.getLogs({ ...filter, fromBlock: next, toBlock })));
      next = toBlock + 1;
    } catch (error) {
      const failure = decodeFailure(error);
      const isOfNodes = ["chain.unreachable", "chain.nodes-disagree"].includes(failure.problem.code);
      if (step <= SMALLEST_STEP || isOfNodes) throw failure;
      step = Math.max(SMALLEST_STEP, Math.floor(step / 4));
    }
  }
  return logs;
}
