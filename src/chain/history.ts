import { ISLAEscrow__factory } from "../../typechain-types/index.ts";
import type {
  AcceptedEvent,
  BondPostedEvent,
  ChronicFailureEvent,
  ClaimedEvent,
  ClosedEvent,
  ConsentGivenEvent,
  DisputedEvent,
  FundedEvent,
  OracleChangedEvent,
  PeriodFinalEvent,
  PledgeMovedEvent,
  ReportedEvent,
  SplitEvent,
  TerminatedEvent,
  UnacceptedEvent,
  WithdrawnEvent,
} from "../../typechain-types/interfaces/ISLAEscrow.ts";
import type { JsonRpcProvider, Log } from "ethers";
import type { Agreement } from "./agreement.ts";
import { decodeFailure } from "./failure.ts";

/** The events of an agreement whose values this library uses. */
export interface EventValues {
  Accepted: AcceptedEvent.OutputObject;
  Unaccepted: UnacceptedEvent.OutputObject;
  Funded: FundedEvent.OutputObject;
  Reported: ReportedEvent.OutputObject;
  Disputed: DisputedEvent.OutputObject;
  Split: SplitEvent.OutputObject;
  PeriodFinal: PeriodFinalEvent.OutputObject;
  ChronicFailure: ChronicFailureEvent.OutputObject;
  BondPosted: BondPostedEvent.OutputObject;
  Closed: ClosedEvent.OutputObject;
  PledgeMoved: PledgeMovedEvent.OutputObject;
  Terminated: TerminatedEvent.OutputObject;
  OracleChanged: OracleChangedEvent.OutputObject;
  ConsentGiven: ConsentGivenEvent.OutputObject;
  Claimed: ClaimedEvent.OutputObject;
  Withdrawn: WithdrawnEvent.OutputObject;
}

export type EventName = keyof EventValues;

/** One event, with where it lies in the chain. */
export type AgreementEvent = {
  readonly [N in EventName]: {
    readonly name: N;
    readonly values: EventValues[N];
    readonly block: number;
    readonly transaction: string;
  };
}[EventName];

const ESCROW = ISLAEscrow__factory.createInterface();
const SMALLEST_STEP = 64;

/** All events of `agreement` in the order they happened, or those of one period. */
export async function readHistory(agreement: Agreement, period?: bigint): Promise<AgreementEvent[]> {
  const { provider, factory, address } = agreement;
  const topics =
    period === undefined
      ? []
      : [["Reported", "Disputed", "Split", "PeriodFinal"].map(topicOf), `0x${period.toString(16).padStart(64, "0")}`];
  const logs = await readLogs(provider, { address, topics }, factory.block);
  return logs.flatMap(parse);
}

/** The last event called `name`, if there is one. */
export function lastOf<N extends EventName>(history: readonly AgreementEvent[], name: N): EventValues[N] | undefined {
  return eventsOf(history, name).at(-1);
}

/** The values of all events called `name`. */
export function eventsOf<N extends EventName>(history: readonly AgreementEvent[], name: N): EventValues[N][] {
  return history.filter((event) => event.name === name).map((event) => event.values as EventValues[N]);
}

function topicOf(name: string): string {
  const event = ESCROW.getEvent(name as EventName);
  return event.topicHash;
}

function parse(log: Log): AgreementEvent[] {
  const parsed = ESCROW.parseLog(log);
  if (parsed === null) return [];
  const values: unknown = parsed.args.toObject();
  const event = { name: parsed.name, values, block: log.blockNumber, transaction: log.transactionHash };
  return [event as AgreementEvent];
}

/** Reads logs in one go where the node allows it, else in ever smaller steps: nodes limit the range differently. */
async function readLogs(
  provider: JsonRpcProvider,
  filter: { address: string; topics: (string | string[])[] },
  from: number,
): Promise<Log[]> {
  const latest = await provider.getBlockNumber();
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
      if (step <= SMALLEST_STEP || failure.problem.code === "chain.unreachable") throw failure;
      step = Math.max(SMALLEST_STEP, Math.floor(step / 4));
    }
  }
  return logs;
}
