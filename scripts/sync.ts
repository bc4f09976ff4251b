import { needs } from "../src/cli/context.ts";
import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";

export default job({
  name: "sync",
  summary: "count money that arrived by plain transfer, and settle",
  example: "upheld sync harbor.sla.yaml",
  args: { agreement: agreementField },
  async run(context, { agreement: ref }) {
    const agreement = await context.agreement(ref);
    return context.submit({
      need: needs.anyone,
      wording: agreement.wording,
      transactions: () => [agreement.calls.sync()],
    });
  },
});
