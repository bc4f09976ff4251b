import { type Agreement, copy } from "./agreement.ts";
import type { Call, CallName, CallOf, Moment } from "./calls.ts";
import { agree, revoke } from "./keys.ts";
import { offerSeat, takeSeat, terminate } from "./leaving.ts";
import { accept, claim, fund, plainTransfer, postBond, sweep, sync, withdraw } from "./paying.ts";
import { Refusal, type Refused } from "./refusal.ts";
import { dispute, report, rule } from "./reporting.ts";
import { settle } from "./settle.ts";

type Deeds = { readonly [N in CallName]: (a: Agreement, call: CallOf<N>, moment: Moment) => void };

const DEEDS: Deeds = {
  accept,
  fund,
  transfer: plainTransfer,
  sync,
  report,
  dispute,
  rule,
  settle: (a, _call, { now }) => {
    settle(a, now);
  },
  agree,
  revoke,
  postBond,
  claim,
  withdraw,
  terminate,
  offerSeat,
  takeSeat,
  sweep,
};

export interface Outcome {
  /** The agreement afterwards; as it was when the call was refused. */
  readonly agreement: Agreement;
  readonly refused?: Refused;
}

/** What `call` does to an agreement: a new one, or the reason why not. Changes nothing it was given. */
export function apply(before: Agreement, call: Call, moment: Moment): Outcome {
  const after = copy(before);
  try {
    perform(after, call, moment);
    return { agreement: after };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { agreement: before, refused: { name: error.name, args: error.args } };
  }
}

function perform<N extends CallName>(a: Agreement, call: CallOf<N>, moment: Moment): void {
  DEEDS[call.name](a, call, moment);
}

/** The agreement as of `now`, if nobody calls. */
export function at(a: Agreement, now: bigint): Agreement {
  const after = copy(a);
  settle(after, now);
  return after;
}
