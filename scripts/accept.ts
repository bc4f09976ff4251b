import { keyOf, alreadyDone, approvals, asField, partyKey, seatOf } from "../src/cli/seats.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";

export default job({
  name: "accept",
  summary: "accept the terms for your seat; the provider's bond is pulled with it",
  example: "upheld accept harbor.sla.yaml --as client",
  args: { agreement: agreementField },
  options: { as: asField },
  async run(context, { agreement: ref, as }) {
    const agreement = await context.agreement(ref);
    const state = await agreement.state();
    const accepted = { provider: state.providerAccepted, client: state.clientAccepted };
    if ((accepted.provider && accepted.client) || (as !== undefined && accepted[as])) {
      return alreadyDone(as === undefined ? "Both seats have accepted already." : `The ${as} has accepted already.`);
    }
    // One seat that is still open needs no naming.
    const open = as ?? (accepted.provider ? "client" : accepted.client ? "provider" : undefined);
    return context.submit({
      need: open === undefined ? partyKey(state) : keyOf(open, state),
      wording: agreement.wording,
      transactions: async (from) => {
        const { bond } = agreement.terms;
        const pulls = seatOf(from, state) === "provider" && bond > 0n;
        const approval = pulls ? await approvals(agreement.token, from, agreement.address, bond) : [];
        return [...approval, agreement.calls.accept(agreement.termsHash)];
      },
    });
  },
});
