import { agreementField } from "../src/cli/fields.ts";
import { job } from "../src/cli/job.ts";
import { dashboard, statusData } from "../src/cli/dashboard.ts";
import { knownRecord, recordField } from "../src/cli/recorded.ts";
import { recordFacts } from "../src/record/facts.ts";

export default job({
  name: "status",
  summary: "who holds the money, when it is paid, what happens if nobody acts, who may do what until when",
  example: "upheld status harbor.sla.yaml",
  args: { agreement: agreementField },
  options: { record: recordField },
  needs: "chain",
  async run(context, { agreement: ref, record: given }) {
    const agreement = await context.agreement(ref);
    const [summary, now, chain] = [await agreement.summary(), await context.now(), await context.chain()];
    const journal = await (await knownRecord(context, agreement, given))?.read();
    const record = journal && recordFacts(journal, now);
    const { color } = context.output;
    return {
      data: statusData(agreement, summary, record),
      text: dashboard({ agreement, summary, now, network: chain.network.name, record, color }),
    };
  },
});
