import { needs } from "../src/cli/context.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";

export default job({
  name: "settle",
  summary: "settle all that is due; it changes nothing that would not happen by itself",
  example: "upheld settle harbor.sla.yaml",
  args: { agreement: agreementField },
  async run(context, { agreement: ref }) {
    const agreement = await context.agreement(ref);
    return context.submit({
      need: needs.anyone,
      wording: agreement.wording,
      transactions: () => [agreement.calls.settle()],
    });
  },
});
