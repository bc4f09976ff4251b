import type { StateStructOutput } from "../../typechain-types/interfaces/ISLAEscrow.ts";
import type { Agreement } from "../chain/agreement.ts";
import { nameOf, PHASES } from "../chain/enums.ts";
import { readHistory } from "../chain/history.ts";
import { UpheldError } from "../errors.ts";
import { formatMoney } from "../terms/format.ts";
import { dueEvents } from "./due.ts";
import { entriesOf, sumOf, type Entry } from "./entries.ts";
import { withMoments, type Happened } from "./happened.ts";

/** All that moved in an agreement up to `now`, and what it holds. */
export interface Books {
  readonly agreement: Agreement;
  /** In the order in which it was told; what is due and not told yet comes last. */
  readonly happened: readonly Happened[];
  /** In the order of time. */
  readonly entries: readonly Entry[];
  readonly state: StateStructOutput;
  /** Whether both ever accepted: only then periods cost anything. */
  readonly isBinding: boolean;
  readonly now: bigint;
}

/** A block may come between two questions; then both are asked again. */
const ATTEMPTS = 3;

/** Reads the books from the chain's events; throws when they do not sum, to the unit, to what the agreement says it holds. */
export async function readBooks(agreement: Agreement, clock: () => Promise<bigint>): Promise<Books> {
  const { terms } = agreement;
  let difference = "";
  for (let attempt = 0; attempt < ATTEMPTS; ++attempt) {
    const history = await readHistory(agreement);
    const [told, state, now, chronic] = await Promise.all([
      withMoments(agreement.provider, history),
      agreement.state(),
      clock(),
      Promise.all(terms.chronic.map((_, rule) => agreement.chronicPeriods(rule))),
    ]);
    const isBinding = ["active", "closed"].includes(nameOf(PHASES, state.phase));
    const due = dueEvents(terms, told, { accepted: isBinding, end: state.end, chronic }, now);
    const happened = withoutRepeats([...told, ...due]);
    const entries = entriesOf(terms, state.end, happened);
    const found = differenceTo(state, entries, agreement);
    if (found === undefined) return { agreement, happened, entries, state, isBinding, now };
    difference = found;
  }
  throw new UpheldError({
    code: "statement.sums-differ",
    message: `The events do not sum to what the agreement holds: ${difference}.`,
    hint: "Run it again; if it stays, the node does not give all events (see `upheld verify`): ask another by --rpc.",
    retry: true,
  });
}

/** A right to leave that lasts no longer than one told before says nothing new. */
function withoutRepeats(happened: readonly Happened[]): Happened[] {
  let until = 0n;
  return happened.filter(({ name, values }) => {
    if (name !== "ChronicFailure") return true;
    const isNew = values.leaveUntil > until;
    if (isNew) until = values.leaveUntil;
    return isNew;
  });
}

function differenceTo(state: StateStructOutput, entries: readonly Entry[], { token }: Agreement): string | undefined {
  const { client, provider, bond, stakes } = sumOf(entries.map(({ amounts }) => amounts));
  const differing = [
    { what: "client's account", events: client, holds: state.balance - state.owed },
    { what: "provider's account", events: provider, holds: state.earnings + state.owed },
    { what: "bond", events: bond, holds: state.bond },
    { what: "stakes", events: stakes, holds: state.pledges },
  ].find(({ events, holds }) => events !== holds);
  if (differing === undefined) return undefined;
  const { what, events, holds } = differing;
  return `${what}: by events ${formatMoney(events, token)}, by its own word ${formatMoney(holds, token)}`;
}
