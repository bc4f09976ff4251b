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
    case "ChronicFailure": {
      const { period } = event.values;
      const cause = history.filter(({ transaction }) => transaction === event.transaction);
      const final = cause.find(({ name, values }) => name === "PeriodFinal" && values.period === period);
      const split = cause.find(({ name, values }) => name === "Split" && values.period === period);
      return ((final ?? split)?.values as { dueAt: bigint } | undefined)?.dueAt;
    }
    default:
      return undefined;
  }
}
