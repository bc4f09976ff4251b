import { nameOf, PHASES } from "../src/chain/enums.ts";
import { addressType, agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { alreadyDone, keyOf } from "../src/cli/seats.ts";

export default job({
  name: "claim",
  summary: "pay the provider's earnings out; in a draft, the bond too",
  example: "upheld claim harbor.sla.yaml --to 0x…",
  args: { agreement: agreementField },
  options: { to: ["<address>", "who is paid (default: the provider)", addressType.optional()] },
  async run(context, { agreement: ref, to }) {
    const agreement = await context.agreement(ref);
    const { provider, state } = await agreement.summary();
    // In a draft without a bond, claiming nothing still takes the acceptance back.
    const unaccepts = state.providerAccepted && nameOf(PHASES, state.phase) === "draft";
    if (provider.payout === 0n && !unaccepts) return alreadyDone("There is nothing to claim now.");
    return context.submit({
      need: keyOf("provider", state),
      wording: agreement.wording,
      transactions: () => [agreement.calls.claim(to ?? state.provider, provider.payout)],
    });
  },
});
