import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { dashboard, statusData } from "../src/cli/dashboard.ts";

export default job({
  name: "status",
  summary: "who holds the money, when it is paid, what happens if nobody acts, who may do what until when",
  example: "upheld status harbor.sla.yaml",
  args: { agreement: agreementField },
  needs: "chain",
  async run(context, { agreement: ref }) {
    const agreement = await context.agreement(ref);
    const [summary, now, chain] = [await agreement.summary(), await context.now(), await context.chain()];
    return {
      data: statusData(agreement, summary),
      text: dashboard({ agreement, summary, now, network: chain.network.name, color: context.output.color }),
    };
  },
});
