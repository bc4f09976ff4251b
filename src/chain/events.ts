import type {
  AcceptedEvent,
  ArbiterChangedEvent,
  BondPostedEvent,
  ChronicFailureEvent,
  ClaimedEvent,
  ClosedEvent,
  ConsentGivenEvent,
  ConsentRevokedEvent,
  DisputedEvent,
  FundedEvent,
  OracleChangedEvent,
  PeriodFinalEvent,
  PledgeMovedEvent,
  ReportedEvent,
  SeatOfferedEvent,
  SeatTakenEvent,
  SplitEvent,
  TerminatedEvent,
  UnacceptedEvent,
  WithdrawnEvent,
} from "../../typechain-types/interfaces/ISLAEscrow.ts";

/**
 * The events of an agreement whose values this library uses. What the chain says in an event of its own before a report
 * or a result, and only where there is something to say, is a value of that report or result here, else 0.
 */
export interface EventValues {
  Accepted: AcceptedEvent.OutputObject;
  Unaccepted: UnacceptedEvent.OutputObject;
  Funded: FundedEvent.OutputObject;
  Reported: ReportedEvent.OutputObject & { readonly revision: bigint };
  Disputed: DisputedEvent.OutputObject;
  Split: SplitEvent.OutputObject;
  PeriodFinal: PeriodFinalEvent.OutputObject & { readonly ruling: bigint; readonly fromBond: bigint };
  ChronicFailure: ChronicFailureEvent.OutputObject;
  BondPosted: BondPostedEvent.OutputObject;
  Closed: ClosedEvent.OutputObject;
  PledgeMoved: PledgeMovedEvent.OutputObject;
  Terminated: TerminatedEvent.OutputObject;
  SeatOffered: SeatOfferedEvent.OutputObject;
  SeatTaken: SeatTakenEvent.OutputObject;
  ConsentRevoked: ConsentRevokedEvent.OutputObject;
  ArbiterChanged: ArbiterChangedEvent.OutputObject;
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

/** An event as the chain has it, decoded. */
export interface ParsedLog {
  readonly name: string;
  readonly values: Record<string, bigint>;
  readonly block: number;
  readonly transaction: string;
}

/** The last event called `name`, if there is one. */
export function lastOf<N extends EventName>(history: readonly AgreementEvent[], name: N): EventValues[N] | undefined {
  return eventsOf(history, name).at(-1);
}

/** The acceptance that made the agreement active: the one that found the other seat's standing. */
export function activationIn<E extends AgreementEvent>(history: readonly E[]): E | undefined {
  const accepted = new Set<bigint>();
  for (const event of history) {
    if (event.name === "Unaccepted") accepted.delete(event.values.seat);
    if (event.name !== "Accepted") continue;
    accepted.add(event.values.seat);
    if (accepted.size === 2) return event;
  }
  return undefined;
}

/** The values of all events called `name`. */
export function eventsOf<N extends EventName>(history: readonly AgreementEvent[], name: N): EventValues[N][] {
  return history.filter((event) => event.name === name).map((event) => event.values as EventValues[N]);
}

/** Puts what was said before a report or a result into it. */
export function joined(logs: readonly ParsedLog[]): AgreementEvent[] {
  let [revision, ruling, fromBond] = [0n, 0n, 0n];
  const events: unknown[] = [];
  for (const log of logs) {
    const { name, values } = log;
    if (name === "Revised") revision = values["revision"] ?? 0n;
    else if (name === "Ruled") ruling = values["ruling"] ?? 0n;
    else if (name === "BondDrawn") fromBond = values["amount"] ?? 0n;
    else if (name === "Reported") {
      events.push({ ...log, values: { ...values, revision } });
      revision = 0n;
    } else if (name === "PeriodFinal") {
      events.push({ ...log, values: { ...values, ruling, fromBond } });
      [ruling, fromBond] = [0n, 0n];
    } else events.push(log);
  }
  return events as AgreementEvent[];
}
