import { needs } from "../src/cli/context.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { alreadyDone, approvals } from "../src/cli/seats.ts";

export default job({
  name: "bond",
  summary: "post exactly what is missing of the provider's bond",
  example: "upheld bond harbor.sla.yaml --from 0x…",
  args: { agreement: agreementField },
  async run(context, { agreement: ref }) {
    const agreement = await context.agreement(ref);
    const { bondMissing } = await agreement.summary();
    if (bondMissing === 0n) return alreadyDone("Nothing is missing of the bond.");
    return context.submit({
      need: needs.anyone,
      wording: agreement.wording,
      transactions: async (from) => [
        ...(await approvals(agreement.token, from, agreement.address, bondMissing)),
        agreement.calls.postBond(bondMissing),
      ],
    });
  },
});
