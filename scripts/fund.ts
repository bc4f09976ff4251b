import { z } from "zod";
import { agreementField, flagType, parseAmount } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { missingMoney, payInstructions } from "../src/cli/pay.ts";
import { refuseRepeat } from "../src/cli/repeat.ts";
import { alreadyDone, approvals } from "../src/cli/seats.ts";

export default job({
  name: "fund",
  summary: "pay into the agreement; without a key, print how to pay from any wallet",
  example: "upheld fund harbor.sla.yaml 12,000\nupheld fund harbor.sla.yaml --instructions",
  args: {
    agreement: agreementField,
    amount: ["[amount]", "in whole tokens (default: what is missing now)", z.string().optional()],
  },
  options: {
    transfer: ["", "by plain transfer, one transaction instead of two", flagType],
    instructions: ["", "print how to pay; send nothing", flagType],
    again: ["", "the same amount once more, though it was just paid", flagType],
  },
  async run(context, { agreement: ref, amount: given, transfer, instructions, again }) {
    const agreement = await context.agreement(ref);
    const { token, address } = agreement;
    const summary = await agreement.summary();
    const amount = given === undefined ? missingMoney(agreement, summary) : parseAmount(given, token.decimals);
    if (amount === 0n) return alreadyDone("All that is committed is covered; name an amount to pay more in.");
    const { dryRun, calldata } = context.options;
    if (instructions || !(dryRun || calldata || (await context.hasKey()))) {
      return payInstructions(await context.chain(), agreement, amount);
    }
    return context.submit({
      // Anyone may pay; a local node pays as the client.
      need: { who: "whoever pays", accounts: [], preferred: summary.state.client },
      wording: agreement.wording,
      transactions: async (from) => {
        if (!again && given !== undefined) await refuseRepeat(agreement, { from, to: address, amount });
        if (transfer) return [token.transfer(address, amount)];
        return [...(await approvals(token, from, address, amount)), agreement.calls.fund(amount)];
      },
    });
  },
});
