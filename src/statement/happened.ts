import { blockTimes } from "../chain/block-times.ts";
import type { AgreementEvent, EventName, EventValues } from "../chain/history.ts";
import type { JsonRpcProvider } from "ethers";

/**
 * An event of an agreement with the moment that counts for it: of what became due by itself the due time, of a call the
 * time of its block. UTC seconds.
 */
export type Happened = {
  readonly [N in EventName]: {
    readonly name: N;
    readonly values: EventValues[N];
    readonly at: bigint;
    /** The call's transaction; undefined for what becomes due by itself, whoever's call says it first. */
    readonly transaction: string | undefined;
  };
}[EventName];

/** Gives every event its moment. */
export async function withMoments(
  provider: JsonRpcProvider,
  history: readonly AgreementEvent[],
): Promise<readonly Happened[]> {
  const timeOf = blockTimes(provider);
  return Promise.all(
    history.map(async (event): Promise<Happened> => {
      const due = dueAt(event, history);
      const at = due ?? (await timeOf(event.block));
      return { ...event, at, transaction: due === undefined ? event.transaction : undefined };
    }),
  );
}

/** Settling is lazy: what it does is told by a later call, with the time at which it was due. */
function dueAt(event: AgreementEvent, history: readonly AgreementEvent[]): bigint | undefined {
  switch (event.name) {
    case "Split":
    case "PeriodFinal":
    case "Closed":
      return event.values.dueAt;
    case "PledgeMoved":
      return resultsWith(event, history).find(({ name }) => name === "PeriodFinal")?.values.dueAt;
    case "ChronicFailure": {
      // One call may tell of a split and, later in its events, of the end of the same dispute: the nearest before it.
      const before = history.slice(0, history.indexOf(event));
      return resultsWith(event, before).at(-1)?.values.dueAt;
    }
    default:
      return undefined;
  }
}

type Result = Extract<AgreementEvent, { name: "Split" | "PeriodFinal" }>;

/** What became of the period of `event`, as far as the same transaction tells it. */
function resultsWith(
  { transaction, values: { period } }: Extract<AgreementEvent, { name: "PledgeMoved" | "ChronicFailure" }>,
  events: readonly AgreementEvent[],
): Result[] {
  return events
    .filter((event): event is Result => event.name === "Split" || event.name === "PeriodFinal")
    .filter((event) => event.transaction === transaction && event.values.period === period);
}
