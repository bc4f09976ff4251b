import { refuseRepeat } from "../src/cli/repeat.ts";
import { addressType, agreementField, flagType, parseAmount } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { alreadyDone, keyOf } from "../src/cli/seats.ts";
import { z } from "zod";

export default job({
  name: "withdraw",
  summary: "take the client's free balance out",
  example: "upheld withdraw harbor.sla.yaml 400 --to 0x…",
  args: {
    agreement: agreementField,
    amount: ["[amount]", "in whole tokens (default: all that is free)", z.string().optional()],
  },
  options: {
    to: ["<address>", "who is paid (default: the client)", addressType.optional()],
    again: ["", "the same amount once more, though it was just taken", flagType],
  },
  async run(context, { agreement: ref, amount: given, to: receiver, again }) {
    const agreement = await context.agreement(ref);
    const { client, state } = await agreement.summary();
    const amount = given === undefined ? client.payout : parseAmount(given, agreement.token.decimals);
    if (amount === 0n) return alreadyDone("Nothing of the balance is free now.");
    const to = receiver ?? state.client;
    if (given !== undefined && !again) await refuseRepeat(agreement, { from: agreement.address, to, amount });
    return context.submit({
      need: keyOf("client", state),
      wording: agreement.wording,
      transactions: () => [agreement.calls.withdraw(to, amount)],
    });
  },
});
